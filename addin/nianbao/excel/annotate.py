"""A copy of a workbook with the findings in it: coloured cells, notes, and a linked list on the result sheet.

The package is patched: a part that no finding touches stays byte for byte as it is.
"""

from __future__ import annotations

import copy
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Mapping, Sequence

from .. import files
from ..checks.catalogue import load
from ..checks.finding import Finding, summary
from ..columns import column_name
from ..errors import InputError
from ..report import Explanation
from ..rule import SEVERITY_NAMES
from . import ids, package, results
from .lists import AFTER_LINKS, List, insert, write_list
from .patch import CONTENT_TYPES, PACKAGE_RELATION, RELATION
from .patch import SheetXml, checked_text, dump, parse, replaced, tag, unusual
from .plan import live_rules, plan_of
from .plan import results as plan_results
from .read import Book, read_book
from .sheet import Lit
from .source import position

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LIMIT = 30000  # characters of a note
_AFTER_DRAWING = AFTER_LINKS[AFTER_LINKS.index("legacyDrawing") + 1 :]
_VML = "urn:schemas-microsoft-com:vml"
_OFFICE, _EXCEL = (f"urn:schemas-microsoft-com:office:{name}" for name in ("office", "excel"))


def annotate(path: Path, findings: Sequence[Finding], answers: Sequence[Explanation] | None = None) -> bytes:
    """Return a copy of a workbook that shows the findings; the file itself is left as it is.

    `answers` are the clerk's, those in the workbook where none are given. A workbook whose structure does not allow it
    is refused with an `InputError`, never damaged.
    """
    book = read_book(Path(path))
    if ids.RESULTS not in book.sheet_parts or book.results is None:
        raise InputError("sheet-missing", f"“{path.name}”缺少工作表“{ids.RESULTS}”，不能写入校验结果，请用未删改的工作簿。")
    return files.pack(_annotated(book, findings, book.report.explanations if answers is None else answers))


def _annotated(book: Book, findings: Sequence[Finding], answers: Sequence[Explanation]) -> dict[str, bytes]:
    parts, sheet_of, layout = book.parts, book.sheet_parts, book.results or results.OWN
    sheets: dict[str, SheetXml] = {}

    def sheet(name: str) -> SheetXml:
        if name not in sheets:
            sheets[name] = SheetXml(parts[sheet_of[name]])
        return sheets[name]

    styles = _Styles(parts)
    notes: dict[str, dict[str, list[str]]] = {}
    known = {ref: place for ref, place in book.places.items() if place[0] in sheet_of}
    for (name, address), severity in results.colored(findings, known).items():
        cell = sheet(name).cell(address)
        cell.set("s", str(styles.colored(int(cell.get("s") or 0), severity)))
    last = book.report.last
    listed = results.rows(findings, known, answers, last.explanations if last else ())
    for finding, row in zip(findings, listed):
        if row.at:
            text = f"{SEVERITY_NAMES[finding.severity]} {finding.rule}\n{finding.message}\n{finding.fix}".rstrip()
            notes.setdefault(row.at[0], {}).setdefault(row.at[1], []).append(text)
    hidden = _list(sheet(ids.RESULTS), layout, listed, findings, book)
    _mark(book, sheet, results.lit(hidden))
    changed = dict(parts)
    for name, by_address in notes.items():
        _notes(changed, sheet_of[name], sheets[name], {a: "\n\n".join(t)[:_LIMIT] for a, t in by_address.items()})
    changed |= {sheet_of[name]: xml.dump() for name, xml in sheets.items()}
    changed |= styles.dump()
    return replaced(parts, changed)


def _list(
    xml: SheetXml, layout: results.Layout, listed: list[results.Row], findings: Sequence[Finding], book: Book
) -> dict[str, list[str]]:
    """List the findings, with the hidden lists that color cells; return those."""
    ours = {actual: name for name, actual in book.sheets.items()}
    named = {ref: (ours.get(name, name), at) for ref, (name, at) in book.places.items()}
    hidden = results.lists(findings, named, live_rules(book.form))
    shown = results.table(listed, {key: cells for key, cells in hidden.items() if key in layout.columns}, layout)
    lines = [[text[:_LIMIT] if isinstance(text, str) else text for text in line] for line in shown]
    widths = {layout.columns[c.key] - layout.first: c.width
              for c in results.COLUMNS if not c.hidden and c.key in layout.columns}
    place = layout.columns[results.PLACE] - layout.first
    links = {(number, place): row.at for number, row in enumerate(listed) if row.at}
    xml.put(f"{column_name(layout.first + 1)}{results.SUMMARY_ROW + 1}", summary(findings))
    write_list(xml, List(results.ROW, layout.first, lines, widths, links))
    return hidden


def _mark(book: Book, sheet: Callable[[str], SheetXml], lit: Lit) -> None:
    """Let the marks beside the rows say what their formulas will, now that cells are colored."""
    plan = plan_of(book.form, load())
    if book.pack != plan.pack:
        return  # formulas of another version: the program that opens the copy computes them
    for (name, address), value in plan_results(plan, book.report, lit).items():
        actual = book.sheets.get(name, name)
        key = plan.formulas[name, address].key
        if key.startswith("mark.") and actual in book.sheet_parts and sheet(actual).formula(address) is not None:
            sheet(actual).result(address, value)


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
        insert(xml.root, legacy, _AFTER_DRAWING)
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
