"""Compile a Word template, once, into constant pieces and slots.

A template is an ordinary .docx. Where text goes, a visible token stands: 【总体情况】, 【单位全称】. A statutory table is
known by its alternative text (`t3`), else by its labels. Nothing in a template is executed.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import assets, files, prose, published
from ..errors import InputError
from ..form import Form, Section
from .ooxml import DATA_NAMESPACE, MAIN, W, grid_of, paragraphs, parse, text_of, w

# Names of the styles a template may define; where one is missing, the paragraph looks like the text around it.
HEADING_STYLES = {2: "二级标题", 3: "三级标题", 4: "四级标题"}
LEAD_STYLE = "二级标题文字"
SIGNATURE_STYLE, SIGN_DATE_STYLE = "落款单位", "落款日期"
# What stands in the properties of a paragraph behind its indent.
_BEHIND_INDENT = tuple(w(name) for name in (
    "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment",
    "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange"))

TITLE, PREAMBLE, YEAR = "标题", "引言", "年度"

_TOKEN = re.compile("【([^【】]*)】")
_MARK = re.compile("\ue000nianbao:(\\d+)\ue001|<!--nianbao:(\\d+)-->")
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
_CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_HEADER = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
_DATA_ID = "{5D0F6A0E-6B1C-4E7B-9C1D-6E69616E6261}"  # any fixed GUID
_TABLE, _TEXT, _APART = w("tbl"), w("t"), (w("p"), w("del"))


@dataclass(frozen=True)
class Slot:
    """A place to fill: `kind` is cell, value (of `report.values_for`), title, block (paragraphs), a draft's mark, or
    the indent of the line with the unit (`id` "unit") or the date ("date") below the text.

    A block knows the properties of the paragraph and the run in which its token stood. An `optional` one leaves
    nothing behind when there is nothing to print.
    """

    kind: str
    id: str = ""
    paragraph: str = ""
    run: str = ""
    optional: bool = False


Piece = str | Slot


@dataclass(frozen=True)
class Compiled:
    """The parts of a package: `fixed` go out as they are, `filled` are joined from pieces. `story` holds the
    paragraphs outside tables as pieces of plain text, in reading order."""

    fixed: dict[str, bytes]
    filled: dict[str, tuple[Piece, ...]]
    story: tuple[tuple[Piece, ...], ...]
    data_part: str
    core_part: str


@dataclass(frozen=True)
class Template:
    """A compiled template for one form; the draft's pieces are made when the first draft is written."""

    form: Form
    name: str
    plain: Compiled
    styles: dict[str, str]  # style name -> style id
    package: dict[str, bytes] = field(repr=False)

    @cached_property
    def draft(self) -> Compiled:
        return _compile(self.package, self.form, self.name, draft=True)


def default_path(form: Form) -> Path:
    """Return the delivered template of a form."""
    return assets.TEMPLATES / f"{form.id}.docx"


def compile_template(path: Path, form: Form) -> Template:
    """Compile a template for a form.

    Every unknown token and every missing token or table is named in one `InputError` with the code `template`.
    """
    package = files.read_package(path)
    if MAIN not in package or "[Content_Types].xml" not in package:
        raise InputError("template", f"模板“{path.name}”不是 Word 文档（.docx），请在 Word 中另存为 .docx 后重试。")
    plain = _compile(package, form, path.name, draft=False)
    return Template(form, path.name, plain, _style_ids(package, path.name), package)


def block_token(section: Section) -> str:
    """Return the token of a prose section: its heading without the numeral."""
    return published.key(section.heading)[1]


def value_tokens(form: Form) -> dict[str, str]:
    """Return token -> name in `report.values_for` of every single value a template may show."""
    return {name: name for name in form.names} | {YEAR: "report_year"} | {cell_id: cell_id for cell_id in form.cells}


def block_tokens(form: Form) -> dict[str, str]:
    """Return token -> section id of every place for paragraphs a template must have."""
    return {PREAMBLE: "preamble"} | {block_token(s): s.id for s in form.sections if not s.table}


# ---------------------------------------------------------------- compiling


def _compile(package: dict[str, bytes], form: Form, name: str, draft: bool) -> Compiled:
    from lxml import etree

    main = parse(package[MAIN], name)
    body = main.find(w("body"))
    if body is None or main.nsmap.get("w") != W:
        raise InputError("template", f"模板“{name}”不是普通的 Word 文档，请在 Word 中另存为“Word 文档（*.docx）”后重试。")
    work = _Work(form)
    work.tables(body)
    work.signature(body, _style_ids(package, name))
    work.tokens(body)
    roots = {MAIN: main}
    for part in package:
        if re.fullmatch(r"word/(header|footer)\d*\.xml", part):
            roots[part] = parse(package[part], name)
            work.tokens(roots[part], story=False)
    work.refuse(name)
    extra = dict(package)
    if draft:
        _mark_draft(roots, extra, work)
    story = work.story
    data_part, core_part = _add_parts(extra)
    filled = {part: work.split(etree.tostring(root, encoding="unicode")) for part, root in roots.items()}
    constant = {part: p[0] for part, p in filled.items() if len(p) == 1 and isinstance(p[0], str)}
    fixed = {part: data for part, data in extra.items() if part not in filled and part != core_part}
    fixed |= {part: _DECLARATION + text.encode() for part, text in constant.items()}
    return Compiled(
        fixed, {p: pieces for p, pieces in filled.items() if p not in constant}, tuple(story), data_part, core_part
    )


_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class _Work:
    """What compiling one template has found so far."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.blocks = block_tokens(form)
        self.values = value_tokens(form)
        self.slots: list[Slot] = []
        self.story: list[tuple[Piece, ...]] = []
        self.seen: set[str] = set()
        self.unknown: dict[str, None] = {}
        self.tables_found: dict[str, list[str]] = {}  # table id -> what is missing in it

    def slot(self, slot: Slot) -> str:
        self.slots.append(slot)
        return f"nianbao:{len(self.slots) - 1}"

    def split(self, text: str) -> tuple[Piece, ...]:
        """Return a serialised part as pieces."""
        pieces: list[Piece] = []
        end = 0
        for match in _MARK.finditer(text):
            pieces.append(text[end : match.start()])
            pieces.append(self.slots[int(match[1] or match[2])])
            end = match.end()
        pieces.append(text[end:])
        return tuple(p for p in pieces if p != "")

    # -- tables

    def tables(self, body: Any) -> None:
        found = list(body.iter(w("tbl")))
        named: dict[int, str] = {}
        for number, table in enumerate(found):
            properties = table.find(w("tblPr"))
            for tag in ("tblCaption", "tblDescription"):
                element = properties.find(w(tag)) if properties is not None else None
                text = element.get(w("val"), "").strip() if element is not None else ""
                if any(t.id == text for t in self.form.tables):
                    named.setdefault(number, text)
        grids = {n: grid_of(t) for n, t in enumerate(found)}
        for n, grid in grids.items():
            if n not in named:
                for table_id in published.tables_of([grid], self.form):
                    if table_id not in named.values():
                        named[n] = table_id
        for table_id in dict.fromkeys(named.values()):
            index = published.index_of(self.form, table_id)
            reading = published.read_table([grids[n] for n, t in named.items() if t == table_id], index)
            wanted = [c for c in self.form.table_cells[table_id] if c.id not in reading.cells]
            self.tables_found[table_id] = [c.label for c in wanted]
            for cell_id, spot in reading.cells.items():
                _empty(spot.ref, self.slot(Slot("cell", cell_id)))

    # -- signature

    def signature(self, body: Any, styles: dict[str, str]) -> None:
        """Let the lines with unit and date stand to each other as they must; other styles than ours are left alone."""
        from lxml import etree

        lines = {styles.get(SIGNATURE_STYLE): "unit", styles.get(SIGN_DATE_STYLE): "date"}
        for properties in body.iter(w("pPr")):
            style = properties.find(w("pStyle"))
            line = lines.get(style.get(w("val"))) if style is not None else None
            if line is None or properties.find(w("ind")) is not None:
                continue
            index = next((n for n, e in enumerate(properties) if e.tag in _BEHIND_INDENT), len(properties))
            properties.insert(index, etree.Comment(self.slot(Slot("signed", line))))

    # -- tokens

    def tokens(self, root: Any, story: bool = True) -> None:
        for paragraph in list(root.iter(w("p"))):
            pieces = self._paragraph(paragraph)
            if story and pieces and next(paragraph.iterancestors(_TABLE), None) is None:
                self.story.append(pieces)

    def _paragraph(self, paragraph: Any) -> tuple[Piece, ...]:
        texts = [t for t in paragraph.iter(_TEXT) if _own(t, paragraph)]
        whole = "".join(t.text or "" for t in texts)
        marks = list(_TOKEN.finditer(whole))
        if not marks:
            return (text_of(paragraph),) if whole and "\ue000" not in whole else ()
        alone = _TOKEN.fullmatch(whole.strip())
        if alone and alone[1].strip() in self.blocks:
            name = alone[1].strip()
            self.seen.add(name)
            return (self._block(paragraph, texts, self.blocks[name]),)
        pieces: list[Piece] = []
        end = 0
        replaced: list[tuple[int, int, str]] = []
        for mark in marks:
            slot = self._inline(mark[1].strip())
            if slot is None:
                continue
            pieces += [whole[end : mark.start()], slot]
            end = mark.end()
            replaced.append((mark.start(), mark.end(), f"\ue000{self.slot(slot)}\ue001"))
        pieces.append(whole[end:])
        _replace(texts, replaced)
        return tuple(p for p in pieces if p != "")

    def _inline(self, name: str) -> Slot | None:
        self.seen.add(name)
        if name == TITLE:
            return Slot("title")
        if name in self.blocks:
            return Slot("inline", self.blocks[name])
        if name in self.values:
            return Slot("value", self.values[name])
        self.unknown[name] = None
        return None

    def _block(self, paragraph: Any, texts: list[Any], section_id: str) -> Slot:
        properties = paragraph.find(w("pPr"))
        run = texts[0].getparent()
        run_properties = run.find(w("rPr")) if run is not None else None
        section = next((s for s in self.form.sections if s.id == section_id), None)
        optional = section is not None and not (section.texts or section.statements)
        slot = Slot("block", section_id, _xml(properties), _xml(run_properties), optional)
        from lxml import etree

        comment = etree.Comment(self.slot(slot))
        comment.tail = paragraph.tail
        parent = paragraph.getparent()
        parent.replace(paragraph, comment)
        return slot

    # -- what is wrong

    def refuse(self, name: str) -> None:
        """Raise one error that names everything the template lacks or has too much."""
        faults = []
        if self.unknown:
            faults.append(f"不认识的标记{'、'.join(f'【{t}】' for t in self.unknown)}")
        lacking = [token for token in self.blocks if token not in self.seen]
        unit = self.form.meta["meta.unit_full"].label
        year = self.form.meta["meta.report_year"].label
        if TITLE not in self.seen and not (unit in self.seen and {YEAR, year} & self.seen):
            lacking.insert(0, TITLE)
        if lacking:
            faults.append(f"缺少标记{'、'.join(f'【{t}】' for t in lacking)}")
        absent = [s for s in self.form.sections if s.table and s.table not in self.tables_found]
        if absent:
            faults.append(f"缺少表格{'、'.join(f'“{s.heading}”（可选文字 {s.table}）' for s in absent)}")
        for table_id, labels in self.tables_found.items():
            if labels:
                shown = "、".join(f"“{label}”" for label in labels[:5]) + ("等" if len(labels) > 5 else "")
                faults.append(f"表格 {table_id} 中找不到{shown} {len(labels)} 个数字的位置")
        if faults:
            raise InputError("template", f"模板“{name}”不能用于{self.form.name}：{'；'.join(faults)}，请对照原模板改正后重试。")


def _own(text: Any, paragraph: Any) -> bool:
    """Whether a w:t belongs to this paragraph itself, not to a text box in it or to deleted text."""
    for ancestor in text.iterancestors():
        if ancestor is paragraph:
            return True
        if ancestor.tag in _APART:
            return False
    return False


def _replace(texts: list[Any], replaced: list[tuple[int, int, str]]) -> None:
    """Put marks over spans of the joined texts; a span over several runs takes the format of the first."""
    position = 0
    for text in texts:
        old = text.text or ""
        start, stop = position, position + len(old)
        position = stop
        new, at = "", start
        for begin, end, mark in replaced:
            if end <= start or begin >= stop:
                continue
            new += old[at - start : max(begin - start, 0)] + (mark if begin >= start else "")
            at = min(end, stop)
        if at != start or new:
            text.text = new + old[at - start :]
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _empty(cell: Any, mark: str) -> None:
    """Leave in a table cell one paragraph with one run that holds the mark."""
    from lxml import etree

    own = list(paragraphs(cell))
    for extra in own[1:]:
        extra.getparent().remove(extra)
    paragraph = own[0]
    run_properties = next(
        (r.find(w("rPr")) for r in paragraph.iter(w("r")) if r.find(w("rPr")) is not None), None
    )
    if run_properties is None:
        run_properties = paragraph.find(f"{w('pPr')}/{w('rPr')}")
    properties = deepcopy(run_properties) if run_properties is not None else None
    for child in list(paragraph):
        if child.tag != w("pPr"):
            paragraph.remove(child)
    run = etree.SubElement(paragraph, w("r"))
    if properties is not None:
        run.append(properties)
    text = etree.SubElement(run, w("t"))
    text.text = f"\ue000{mark}\ue001"
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


_NAMESPACES = re.compile(r' xmlns(:\w+)?="[^"]*"')


def _xml(element: Any) -> str:
    """Return an element as it stands in its part, without the declarations that the root has already."""
    if element is None:
        return ""
    from lxml import etree

    return _NAMESPACES.sub("", etree.tostring(element, encoding="unicode", with_tail=False))


def _style_ids(package: dict[str, bytes], name: str) -> dict[str, str]:
    if "word/styles.xml" not in package:
        return {}
    root = parse(package["word/styles.xml"], name)
    found = {}
    for style in root.iter(w("style")):
        shown = style.find(w("name"))
        if shown is not None:
            found[shown.get(w("val"), "")] = style.get(w("styleId"), "")
    return found


# ---------------------------------------------------------------- parts beside the text


def _add_parts(parts: dict[str, bytes]) -> tuple[str, str]:
    """Announce the data part and the core properties in the package; return their names."""
    number = next(n for n in range(1, 10000) if f"customXml/item{n}.xml" not in parts)
    data, about = f"customXml/item{number}.xml", f"customXml/itemProps{number}.xml"
    relations = f"customXml/_rels/item{number}.xml.rels"
    parts[about] = (
        _DECLARATION + f'<ds:datastoreItem ds:itemID="{_DATA_ID}" xmlns:ds="{_CUSTOM}"><ds:schemaRefs>'
        f'<ds:schemaRef ds:uri="{DATA_NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'.encode()
    )
    parts[relations] = (
        _DECLARATION + f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_OFFICE}/customXmlProps"'
        f' Target="itemProps{number}.xml"/></Relationships>'.encode()
    )
    _relate(parts, "word/_rels/document.xml.rels", f"{_OFFICE}/customXml", f"../{data}")
    _type(parts, about, "application/vnd.openxmlformats-officedocument.customXmlProperties+xml")
    if b'Extension="xml"' not in parts["[Content_Types].xml"]:
        _type(parts, data, "application/xml")
    core = "docProps/core.xml"
    if core not in parts:
        _relate(parts, "_rels/.rels", _CORE, core)
        _type(parts, core, "application/vnd.openxmlformats-package.core-properties+xml")
    return data, core


def _relate(parts: dict[str, bytes], name: str, kind: str, target: str) -> str:
    """Add a relationship to a .rels part and return its id."""
    old = parts.get(name) or _DECLARATION + f'<Relationships xmlns="{_RELATIONS}"></Relationships>'.encode()
    text = re.sub(r"<Relationships([^>]*)/>", r"<Relationships\1></Relationships>", old.decode("utf-8"))
    number = next(n for n in range(1, 100000) if f'"rIdNb{n}"' not in text)
    entry = f'<Relationship Id="rIdNb{number}" Type="{kind}" Target="{target}"/>'
    parts[name] = text.replace("</Relationships>", f"{entry}</Relationships>").encode()
    return f"rIdNb{number}"


def _type(parts: dict[str, bytes], name: str, kind: str) -> None:
    text = parts["[Content_Types].xml"].decode("utf-8")
    entry = f'<Override PartName="/{name}" ContentType="{kind}"/>'
    parts["[Content_Types].xml"] = text.replace("</Types>", f"{entry}</Types>").encode()


# ---------------------------------------------------------------- drafts

_DRAFT_PARAGRAPH = (
    '<w:p xmlns:w="{ns}"><w:pPr><w:spacing w:before="0" w:after="0" w:line="400" w:lineRule="exact"/>'
    '<w:ind w:left="0" w:right="0" w:firstLine="0"/><w:jc w:val="center"/></w:pPr><w:r><w:rPr>'
    '<w:rFonts w:ascii="黑体" w:hAnsi="黑体" w:eastAsia="黑体"/><w:color w:val="C00000"/><w:sz w:val="{size}"/>'
    '<w:szCs w:val="{size}"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
)


def _mark_draft(roots: dict[str, Any], parts: dict[str, bytes], work: _Work) -> None:
    """Put the draft's word into the header of every kind of page, and a line with its state before the title."""
    from lxml import etree

    def paragraph(text: str, size: int) -> Any:
        return etree.fromstring(_DRAFT_PARAGRAPH.format(ns=W, size=size, text=text))

    for name, root in roots.items():
        if name != MAIN and root.tag == w("hdr"):
            root.insert(0, paragraph(prose.DRAFT, 32))
    body = roots[MAIN].find(w("body"))
    body.insert(0, paragraph(f"\ue000{work.slot(Slot('notice'))}\ue001", 24))
    for number, section in enumerate(roots[MAIN].iter(w("sectPr"))):
        own = [r.get(w("type")) for r in section.iter(w("headerReference"))]
        kinds = ["default", "even"] + (["first"] if section.find(w("titlePg")) is not None else [])
        for kind in kinds:
            if kind in own or (number and not own):
                continue
            part = f"word/headerNb{number}{kind}.xml"
            header = f'<w:hdr xmlns:w="{W}">{_DRAFT_PARAGRAPH.format(ns=W, size=32, text=prose.DRAFT)}</w:hdr>'
            parts[part] = _DECLARATION + header.encode()
            _type(parts, part, _HEADER)
            relation = _relate(parts, "word/_rels/document.xml.rels", f"{_OFFICE}/header", part.removeprefix("word/"))
            reference = etree.Element(w("headerReference"), nsmap={"r": _OFFICE})
            reference.set(w("type"), kind)
            reference.set(f"{{{_OFFICE}}}id", relation)
            section.insert(0, reference)
