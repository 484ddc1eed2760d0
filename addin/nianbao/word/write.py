"""Write a report into a compiled template: join strings, zip, done. Same report, same bytes."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Iterable

from .. import carried, files, prose, published
from .. import form as forms
from .. import report as reports
from ..prose import clean
from ..report import Report
from .ooxml import DATA_NAMESPACE, MAIN
from .template import HEADING_STYLES, LEAD_STYLE, Compiled, Slot, Template, compile_template, default_path

_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
_TAB = '</w:t><w:tab/><w:t xml:space="preserve">'
_KEEP_NEXT = re.compile(r"<w:keepNext\s*(?:w:val=\"[^\"]*\")?\s*/>")
_STYLE = re.compile(r"<w:pStyle [^>]*/>")
_FALLBACK_LEAD = '<w:rPr><w:rFonts w:eastAsia="楷体_GB2312" w:hint="eastAsia"/></w:rPr>'
_LEVEL = 6  # of compression
_EM, _FREE = 320, 2  # a character of 3号 type in twentieths of a point; characters left free beside a signature
_LONGEST_SIGNATURE = 24  # characters of a line
_LONG_WORD = re.compile(r"[!-~]{18,}")  # an address that cannot break
_TITLE_WIDTH = 20  # Chinese characters of 22 pt in a line of 156 mm


@lru_cache(maxsize=8)
def default_template(form_id: str) -> Template:
    """Return the delivered template of a form, compiled once in a process."""
    form = forms.load(form_id)
    return compile_template(default_path(form), form)


def docx_bytes(report: Report, template: Template | None = None, draft: int | None = None) -> bytes:
    """Return the report as a .docx that carries its own data.

    `draft` is the number of open errors: the file then says 草稿 on every page and the number on the first one.
    """
    template = template or default_template(report.form)
    compiled = template.plain if draft is None else template.draft
    texts = _Texts(report, template, draft)
    parts: dict[str, bytes] = {}
    for name, pieces in compiled.filled.items():
        body = "".join(piece if isinstance(piece, str) else texts.xml(piece) for piece in pieces)
        parts[name] = _DECLARATION + body.encode("utf-8")
    parts[compiled.core_part] = _core(report, texts.title)
    parts[compiled.data_part] = _data(report, compiled, texts, parts[MAIN])
    # [Content_Types].xml first, as every office program writes it
    order = [*compiled.fixed, *(n for n in parts if n not in compiled.fixed)]
    return files.pack({name: parts.get(name) or compiled.fixed[name] for name in order}, _LEVEL)


_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _escape(text: str) -> str:
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "\n" in text or "\t" in text:
        text = text.replace("\n", _BREAK).replace("\t", _TAB)
    return text


class _Texts:
    """What one report puts into the slots of a template, as XML and as plain text."""

    def __init__(self, report: Report, template: Template, draft: int | None) -> None:
        self.report = report
        self.styles = template.styles
        self.draft = draft
        self.values = reports.values_for(report)
        self.title = "\n".join(prose.title(report, _TITLE_WIDTH))
        self.blocks = {"preamble": prose.preamble(report)}
        self.blocks |= {s.id: prose.section(report, s, self.values) for s in template.form.sections if not s.table}

    def xml(self, slot: Slot) -> str:
        if slot.kind == "signed":
            return self._indent(slot.id)
        return self._block(slot) if slot.kind == "block" else _escape(self.plain(slot))

    def plain(self, slot: Slot) -> str:
        if slot.kind in ("cell", "value"):
            return self.values.get(slot.id, "")
        if slot.kind == "title":
            return self.title
        if slot.kind == "notice":
            return prose.draft_notice(self.draft or 0)
        return "\n".join(line.plain for line in self.blocks[slot.id])

    def _indent(self, line: str) -> str:
        """Return where unit or date stands without a seal: the unit two characters from the right, the date two
        characters behind the beginning of the unit; a date that is longer than the unit the other way round
        (GB/T 9704—2012, 7.3.5.2)."""
        unit, day = (_width(self.values.get(name, "")) for name in ("unit_full", "sign_date"))
        if day > unit or unit > _LONGEST_SIGNATURE:
            right = {"unit": max(_FREE, day + 2 * _FREE - unit), "date": _FREE}
        else:
            right = {"unit": _FREE, "date": unit - day}
        return f'<w:ind w:rightChars="{right[line] * 100:.0f}" w:right="{right[line] * _EM:.0f}"/>'

    def _block(self, slot: Slot) -> str:
        """Return the paragraphs of a block. A keep-with-next of its token is meant for its last paragraph."""
        lines = self.blocks[slot.id] or ([] if slot.optional else [prose.Line("")])
        inner = _KEEP_NEXT.sub("", slot.paragraph)
        found = []
        for number, line in enumerate(lines):
            last = number == len(lines) - 1
            properties = slot.paragraph if last else inner
            run = slot.run
            style = self.styles.get(HEADING_STYLES.get(line.level, ""))
            if style:
                keep = "<w:keepNext/>" if last and inner != slot.paragraph else ""
                properties, run = f'<w:pPr><w:pStyle w:val="{style}"/>{keep}</w:pPr>', ""
            elif line.level == 2:
                run = _FALLBACK_LEAD
            if _LONG_WORD.search(line.plain):
                properties = _left(properties)
            lead = f"<w:r>{self._lead()}{_text(line.lead)}</w:r>" if line.lead else ""
            found.append(f"<w:p>{properties}{lead}<w:r>{run}{_text(line.text)}</w:r></w:p>")
        return "".join(found)

    def _lead(self) -> str:
        style = self.styles.get(LEAD_STYLE)
        return f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else _FALLBACK_LEAD


def _width(text: str) -> float:
    """Return the width of a line in Chinese characters, with the quarter that Word puts between digits and them."""
    changes = sum(a.isascii() != b.isascii() for a, b in zip(text, text[1:]))
    return sum(0.5 if c.isascii() else 1 for c in text) + changes / 4


def _left(properties: str) -> str:
    """Return the properties of a paragraph set to the left: a long address would pull the line before it apart."""
    left = '<w:jc w:val="left"/>'
    if "<w:jc " in properties:
        return re.sub(r"<w:jc [^>]*/>", left, properties)
    behind = re.search(r"<w:(?:textDirection|textAlignment|textboxTightWrap|outlineLvl|divId|cnfStyle|rPr|sectPr)\b"
                       r"|</w:pPr>", properties)
    if behind is None:
        return f"<w:pPr>{left}</w:pPr>"
    return properties[: behind.start()] + left + properties[behind.start() :]


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{_escape(text)}</w:t>'


def _story(compiled: Compiled, texts: _Texts) -> Iterable[str]:
    """Yield the paragraphs outside tables as a reader of the file will find them."""
    for pieces in compiled.story:
        if len(pieces) == 1 and isinstance(pieces[0], Slot) and pieces[0].kind == "block":
            for line in texts.blocks[pieces[0].id]:
                yield line.plain
        else:
            yield "".join(p if isinstance(p, str) else texts.plain(p) for p in pieces)


def _data(report: Report, compiled: Compiled, texts: _Texts, main: bytes) -> bytes:
    """Return the custom XML part: the whole report and what was printed."""
    story = "\n".join(_story(compiled, texts))
    printed = published.printed(story, texts.values, report.definition, hashlib.sha256(main).hexdigest())
    text = carried.pack(report, printed)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _DECLARATION + f'<report xmlns="{DATA_NAMESPACE}" version="1">{text}</report>'.encode()


def _core(report: Report, title: str) -> bytes:
    """Return the document properties; the dates are those of the report, never those of the computer."""
    day = reports.parse_date(report.meta.get("meta.sign_date", "") or report.meta.get("meta.publish_date", ""))
    stamp = f"{day.isoformat() if day else f'{report.year or 2000}-12-31'}T00:00:00Z"
    title = clean(title).replace("\n", "").replace("&", "&amp;").replace("<", "&lt;")
    return (
        _DECLARATION + '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-'
        'properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{title}</dc:title><dc:language>zh-CN</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified></cp:coreProperties>'.encode()
    )
