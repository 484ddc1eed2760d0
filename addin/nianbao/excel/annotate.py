"""A copy of a workbook with the findings in it: coloured cells, notes, and a linked list on the result sheet.

The package is patched: a part that no finding touches stays byte for byte as it is.
"""

from __future__ import annotations

import copy
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Iterable, Mapping

from .. import files
from ..checks.finding import Finding, summary
from ..columns import column_name
from ..errors import InputError
from ..rule import SEVERITY_NAMES
from . import ids, package, results
from .patch import CONTENT_TYPES, PACKAGE_RELATION, RELATION
from .patch import SheetXml, checked_text, dump, parse, replaced, tag, unusual
from .sheet import height_of
from .source import Place, position

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LIMIT = 30000  # characters of a note
# What stands in a worksheet behind the places where hyperlinks and drawings go.
_AFTER_LINKS = ("printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
                "ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls "
                "webPublishItems tableParts extLst").split()
_AFTER_DRAWING = _AFTER_LINKS[_AFTER_LINKS.index("legacyDrawing") + 1 :]
_VML = "urn:schemas-microsoft-com:vml"
_OFFICE, _EXCEL = (f"urn:schemas-microsoft-com:office:{name}" for name in ("office", "excel"))


def annotate(book: Path, findings: Iterable[Finding], places: Mapping[str, Place]) -> bytes:
    """Return a copy of the workbook that shows the findings; the file itself is left as it is.

    `places` says where cells, texts and meta fields stand (`Book.places`). A workbook whose structure does not allow
    it is refused with an `InputError`, never damaged.
    """
    book = Path(book)
    parts = files.read_package(book)
    sheet_of = package.sheet_parts(parts, book.name)
    if ids.RESULTS not in sheet_of:
        raise InputError("sheet-missing", f"“{book.name}”缺少工作表“{ids.RESULTS}”，不能写入校验结果，请用未删改的工作簿。")
    return files.pack(_annotated(parts, sheet_of, list(findings), places))


def _annotated(parts: dict[str, bytes], sheet_of: Mapping[str, str], findings: list[Finding],
               places: Mapping[str, Place]) -> dict[str, bytes]:
    sheets: dict[str, SheetXml] = {}
    styles = _Styles(parts)
    notes: dict[str, dict[str, list[str]]] = {}
    known = {ref: place for ref, place in places.items() if place[0] in sheet_of}
    for (sheet, address), severity in results.colored(findings, known).items():
        cell = sheets.setdefault(sheet, SheetXml(parts[sheet_of[sheet]])).cell(address)
        cell.set("s", str(styles.colored(int(cell.get("s") or 0), severity)))
    listed = results.rows(findings, known)
    for finding, row in zip(findings, listed):
        if row.at:
            text = f"{SEVERITY_NAMES[finding.severity]} {finding.rule}\n{finding.message}\n{finding.fix}".rstrip()
            notes.setdefault(row.at[0], {}).setdefault(row.at[1], []).append(text)
    _list(sheets.setdefault(ids.RESULTS, SheetXml(parts[sheet_of[ids.RESULTS]])), listed, summary(findings))
    changed = dict(parts)
    for sheet, by_address in notes.items():
        _notes(changed, sheet_of[sheet], sheets[sheet], {a: "\n\n".join(t)[:_LIMIT] for a, t in by_address.items()})
    changed |= {sheet_of[name]: xml.dump() for name, xml in sheets.items()}
    changed |= styles.dump()
    return replaced(parts, changed)


# ---------------------------------------------------------------- colors


def _related(parts: Mapping[str, bytes], part: str, kind: str) -> str:
    """Return the part of a kind that another one points to."""
    found = next((p for known, p in package.relations(parts, part).values() if known == kind), "")
    if found not in parts:
        raise unusual()
    return found


class _Styles:
    """The style part, to which colored twins of cell formats are added as they are needed."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self.part = _related(parts, _related(parts, "", "officeDocument"), "styles")
        self.root = parse(parts[self.part])
        self.fills, self.formats = self._list("fills"), self._list("cellXfs")
        self.made: dict[tuple[int, str], int] = {}
        self.fill_of: dict[str, int] = {}

    def _list(self, name: str) -> Element:
        found = self.root.find(tag(name))
        if found is None:
            raise unusual()
        return found

    def colored(self, style: int, severity: str) -> int:
        if style >= len(self.formats):
            raise unusual()
        if (style, severity) not in self.made:
            twin = copy.deepcopy(self.formats[style])
            twin.set("fillId", str(self._fill(severity)))
            twin.set("applyFill", "1")
            self.formats.append(twin)
            self.made[style, severity] = len(self.formats) - 1
        return self.made[style, severity]

    def _fill(self, severity: str) -> int:
        if severity not in self.fill_of:
            fill = self.fills.makeelement(tag("fill"))
            pattern = fill.makeelement(tag("patternFill"), {"patternType": "solid"})
            pattern.append(pattern.makeelement(tag("fgColor"), {"rgb": f"FF{results.COLORS[severity]}"}))
            pattern.append(pattern.makeelement(tag("bgColor"), {"indexed": "64"}))
            fill.append(pattern)
            self.fills.append(fill)
            self.fill_of[severity] = len(self.fills) - 1
        return self.fill_of[severity]

    def dump(self) -> dict[str, bytes]:
        if not self.made:
            return {}
        for element in (self.fills, self.formats):
            element.set("count", str(len(element)))
        return {self.part: dump(self.root)}


# ---------------------------------------------------------------- the list of findings


def _list(xml: SheetXml, listed: list[results.Row], state: str) -> None:
    """Write one row a finding below the head, in place of what an earlier check left there."""
    first = results.ROW + 1
    letters = [column_name(results.LEFT + n) for n in range(1, len(results.COLUMNS) + 1)]
    looks = {c: xml.cell(f"{c}{first}").get("s") for c in letters}
    for number in [n for n in xml.rows if n >= first]:
        xml.data.remove(xml.rows.pop(number))
    xml.cells = {a: c for a, c in xml.cells.items() if position(a)[0] < first}
    links = xml.root.find(tag("hyperlinks"))
    if links is None:
        links = xml.root.makeelement(tag("hyperlinks"))
        _insert(xml.root, links, _AFTER_LINKS)
    for link in list(links):
        if position(str(link.get("ref")).partition(":")[0])[0] >= first:
            links.remove(link)
    xml.put(f"{letters[0]}{results.SUMMARY_ROW + 1}", state)
    for number, line in enumerate(results.table(listed, ()), first):
        for letter, text in zip(letters, line):
            xml.put(f"{letter}{number}", text[:_LIMIT] if isinstance(text, str) else text)
            style = looks[letter]
            if style is not None:
                xml.cell(f"{letter}{number}").set("s", style)
    for number, row in enumerate(listed, first):
        if row.at:
            links.append(links.makeelement(tag("hyperlink"), {
                "ref": f"{letters[results.PLACE]}{number}", "location": f"'{row.at[0]}'!{row.at[1]}",
                "display": " ".join(row.at)}))
        height = max(20.0, *(height_of(str(t), w) for t, w in zip(row.texts, results.WIDTHS)))
        xml.rows[number].set("ht", f"{min(height, 409.0):g}")
        xml.rows[number].set("customHeight", "1")
    if not len(links):
        xml.root.remove(links)
    dimension = xml.root.find(tag("dimension"))
    if dimension is not None:
        dimension.set("ref", f"A1:{letters[-1]}{first + max(len(listed), 1) - 1}")


def _insert(root: Element, child: Element, before: Iterable[str]) -> None:
    """Insert a child before the first of the elements that must follow it."""
    names = {tag(name) for name in before}
    index = next((n for n, element in enumerate(root) if element.tag in names), len(root))
    root.insert(index, child)


# ---------------------------------------------------------------- notes


def _notes(parts: dict[str, bytes], sheet_part: str, xml: SheetXml, texts: Mapping[str, str]) -> None:
    """Add notes to a sheet; a cell that has one already gets the text below it."""
    found = {kind: target for kind, target in package.relations(parts, sheet_part).values()}
    if found.get("comments", "") not in ("", *parts):
        raise unusual()
    comments_part = found.get("comments") or _new_part(
        parts, sheet_part, "xl/comments{}.xml", "comments",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml",
        f'<comments xmlns="{tag("")[1:-1]}"><authors><author/></authors><commentList/></comments>')
    root = parse(parts[comments_part])
    listed = root.find(tag("commentList"))
    if listed is None:
        raise unusual()
    old = {c.get("ref"): c for c in listed}
    for address, text in texts.items():
        comment = old.get(address)
        if comment is None:
            comment = listed.makeelement(tag("comment"), {"ref": address, "authorId": "0"})
            comment.append(comment.makeelement(tag("text")))
            listed.append(comment)
        body = comment.find(tag("text"))
        if body is None:
            raise unusual()
        _run(body, ("\n" if len(body) else "") + checked_text(text))
    listed[:] = sorted(listed, key=lambda c: position(str(c.get("ref"))))
    parts[comments_part] = dump(root)
    legacy = xml.root.find(tag("legacyDrawing"))
    if legacy is None:
        part = _new_part(parts, sheet_part, "xl/drawings/vmlDrawing{}.vml", "vmlDrawing", "", _EMPTY_VML)
        relation = next(k for k, (_, target) in package.relations(parts, sheet_part).items() if target == part)
        legacy = xml.root.makeelement(tag("legacyDrawing"), {f"{{{RELATION}}}id": relation})
        _insert(xml.root, legacy, _AFTER_DRAWING)
    vml_part = package.relations(parts, sheet_part).get(str(legacy.get(f"{{{RELATION}}}id")), ("", ""))[1]
    if vml_part not in parts:
        raise unusual()
    parts[vml_part] = _shapes(parts[vml_part], {a: t for a, t in texts.items() if a not in old})


def _run(body: Element, text: str) -> None:
    if len(body) == 1 and body[0].tag == tag("t"):  # plain text and runs cannot stand side by side
        plain = body[0]
        body.remove(plain)
        run = body.makeelement(tag("r"))
        run.append(plain)
        body.append(run)
    run = body.makeelement(tag("r"))
    look = run.makeelement(tag("rPr"))
    for name, value in (("sz", "9"), ("color", None), ("rFont", "宋体"), ("family", "3")):
        attributes = {"val": value} if value else {"indexed": "81"}
        look.append(look.makeelement(tag(name), attributes))
    run.append(look)
    element = run.makeelement(tag("t"))
    element.text = text
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(element)
    body.append(run)


_EMPTY_VML = (
    f'<xml xmlns:v="{_VML}" xmlns:o="{_OFFICE}" xmlns:x="{_EXCEL}">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    f'<v:shapetype xmlns:v="{_VML}" xmlns:o="{_OFFICE}" id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    f'<v:shape xmlns:v="{_VML}" xmlns:o="{_OFFICE}" xmlns:x="{_EXCEL}" id="_x0000_s{{number}}" type="#_x0000_t202" '
    'style="position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;height:{height}pt;visibility:hidden" '
    'fillcolor="#fff4f0" o:insetmode="auto"><v:fill color2="#fff4f0"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 12, {top}, 4, {right}, 20, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def _shapes(content: bytes, texts: Mapping[str, str]) -> bytes:
    """Add the boxes that notes are shown in."""
    root = parse(content)
    if root.find(f"{{{_VML}}}shapetype[@id='_x0000_t202']") is None:
        root.append(parse(_SHAPE_TYPE.encode()))
    numbers = [int(n) for n in re.findall(rb'id="_x0000_s(\d+)"', content)]
    number = max([1024, *numbers])
    for address, text in texts.items():
        number += 1
        row, column = position(address)
        lines = sum(1 + len(line) // 22 for line in text.split("\n"))
        root.append(parse(_SHAPE.format(
            number=number, height=20 + 14 * lines, left=column, right=column + 4, top=max(row - 2, 0),
            bottom=max(row - 2, 0) + 1 + lines, row=row - 1, column=column - 1).encode()))
    return dump(root)


def _new_part(
    parts: dict[str, bytes], sheet_part: str, pattern: str, kind: str, content_type: str, content: str
) -> str:
    """Add a part that belongs to a sheet, and make it known; return its name."""
    number = next(n for n in range(1, 1000) if pattern.format(n) not in parts)
    name = pattern.format(number)
    parts[name] = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + content.encode()
    folder, base = posixpath.split(sheet_part)
    rels_part = f"{folder}/_rels/{base}.rels"
    empty = f'<Relationships xmlns="{PACKAGE_RELATION}"/>'.encode()
    rels = parse(parts.get(rels_part, empty))
    taken = {r.get("Id") for r in rels}
    relation = next(f"rId{n}" for n in range(1, 1000) if f"rId{n}" not in taken)
    rels.append(rels.makeelement(f"{{{PACKAGE_RELATION}}}Relationship", {
        "Id": relation, "Type": f"{RELATION}/{kind}", "Target": posixpath.relpath(name, folder)}))
    parts[rels_part] = dump(rels)
    types = parse(parts[CONTENT_TYPES])
    space = types.tag.removesuffix("Types")
    if content_type:
        types.append(types.makeelement(f"{space}Override", {"PartName": f"/{name}", "ContentType": content_type}))
    elif not any(t.get("Extension") == "vml" for t in types):
        types.insert(0, types.makeelement(f"{space}Default", {
            "Extension": "vml", "ContentType": "application/vnd.openxmlformats-officedocument.vmlDrawing"}))
    parts[CONTENT_TYPES] = dump(types)
    return name
