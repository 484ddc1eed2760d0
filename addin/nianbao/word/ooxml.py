"""The few facts about WordprocessingML that the template compiler and the reader share."""

from __future__ import annotations

from functools import cache
from typing import Any, Iterator

from ..errors import InputError
from ..published import Item, Spot, TextGrid

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"  # the same names in a “Strict Open XML” document
MAIN = "word/document.xml"
DATA_NAMESPACE = "urn:nianbao:report"  # of the custom XML part with the report's data


@cache
def w(name: str) -> str:
    """Return a name in the WordprocessingML namespace."""
    return f"{{{W}}}{name}"


_P, _TBL, _T, _TAB, _BR, _CR, _R = w("p"), w("tbl"), w("t"), w("tab"), w("br"), w("cr"), w("r")
_TR, _TC, _TRPR, _TCPR, _VAL = w("tr"), w("tc"), w("trPr"), w("tcPr"), w("val")
_SPAN, _VERTICAL, _SIDEWAYS, _BEFORE = w("gridSpan"), w("vMerge"), w("hMerge"), w("gridBefore")
_AROUND = {w("sdt"), w("sdtContent"), w("customXml"), w("ins"), w("smartTag")}  # may wrap paragraphs, rows and cells
_GONE = {w("del"), w("moveFrom"), w("instrText"), w("pPr"), w("rPr"), w("txbxContent"), w("fldData")}

_RPR, _RAISED = w("rPr"), w("vertAlign")
_UNSEEN = frozenset({w("vanish"), w("strike"), w("dstrike")})
_MARKS = _UNSEEN | {_RAISED}
_OFF = ("0", "false", "off")


def parse(content: bytes, name: str) -> Any:
    """Return the root of a part of the file `name`; one that is no XML is an `InputError`. Entities stay unread."""
    from lxml import etree

    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise InputError("damaged", f"“{name}”已损坏或不完整，请向发送人重新索取，或用备份文件。") from error


def text_of(paragraph: Any, in_cell: bool = False) -> str:
    """Return the text a paragraph shows: deleted, struck and hidden text is gone, a line break is a line end. In a
    cell a raised mark is a note, no digit of the number it stands at."""
    found: list[str] = []
    _text(paragraph, found, _MARKS if in_cell else _UNSEEN)
    return "".join(found)


def _is_unseen(run: Any, unseen: frozenset[str]) -> bool:
    properties = run.find(_RPR)
    if properties is None:
        return False
    return any(
        child.get(_VAL) == "superscript" if child.tag == _RAISED else child.get(_VAL, "1") not in _OFF
        for child in properties
        if child.tag in unseen
    )


def _text(element: Any, found: list[str], unseen: frozenset[str]) -> None:
    for child in element:
        tag = child.tag
        if tag == _R:
            if not _is_unseen(child, unseen):
                _text(child, found, unseen)
        elif tag == _T:
            found.append(child.text or "")
        elif tag == _BR or tag == _CR:
            found.append("\n")
        elif tag == _TAB:
            found.append("\t")
        elif tag not in _GONE:
            _text(child, found, unseen)


def paragraphs(element: Any) -> Iterator[Any]:
    """Yield the paragraphs of a cell or the body that stand in no table of their own."""
    for child in element:
        tag = child.tag
        if tag == _P:
            yield child
        elif tag in _AROUND:
            yield from paragraphs(child)


def items_of(body: Any) -> list[Item]:
    """Return the paragraphs and tables of a document body in reading order; a table that holds others only lays out
    the page."""
    found: list[Item] = []

    def visit(element: Any) -> None:
        for child in element:
            if child.tag == _P:
                found.extend(text_of(child).split("\n"))
            elif child.tag == _TBL and next(child.iterdescendants(_TBL), None) is None:
                found.append(grid_of(child))
            else:
                visit(child)

    visit(body)
    return found


def grid_of(table: Any) -> TextGrid:
    """Return a table as rows of spots with their spans, each with its w:tc as `ref`."""
    grid: TextGrid = []
    above: dict[int, Spot] = {}  # grid column -> spot whose vertical merge may go on
    for row in _below(table, _TR):
        line: list[Spot] = []
        column = _number(row.find(f"{_TRPR}/{_BEFORE}"), 0)
        if column:
            line.append(Spot("", column))
        merged: dict[int, Spot] = {}
        for cell in _below(row, _TC):
            span, vertical, sideways = 1, "", ""
            texts: list[str] = []
            for child in cell:
                tag = child.tag
                if tag == _P:
                    texts.append(text_of(child, in_cell=True))
                elif tag == _TCPR:
                    for mark in child.iterchildren(_SPAN, _VERTICAL, _SIDEWAYS):
                        if mark.tag == _SPAN:
                            span = max(_number(mark, 1), 1)
                        elif mark.tag == _VERTICAL:
                            vertical = mark.get(_VAL, "continue")
                        else:
                            sideways = mark.get(_VAL, "continue")
                elif tag in _AROUND:
                    texts += (text_of(p, in_cell=True) for p in paragraphs(child))
            spot = above.get(column) if vertical == "continue" else None
            if sideways == "continue" and line:
                line[-1].columns += span
            elif spot is not None:
                spot.rows += 1
                merged[column] = spot
            else:
                spot = Spot("\n".join(texts), span, 1, cell)
                line.append(spot)
                if vertical:
                    merged[column] = spot
            column += span
        above = merged
        grid.append(line)
    return grid


def _below(element: Any, tag: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, also those inside content controls."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _AROUND:
            yield from _below(child, tag)


def _number(element: Any, default: int) -> int:
    value = element.get(_VAL, "") if element is not None else ""
    return int(value) if value.isdigit() else default
