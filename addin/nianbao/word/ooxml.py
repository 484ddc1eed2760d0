"""The few facts about WordprocessingML that the template compiler and the reader share."""

from __future__ import annotations

from typing import Any, Iterator

from ..published import Item, Spot, TextGrid

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "word/document.xml"
DATA_NAMESPACE = "urn:nianbao:report"  # of the custom XML part with the report's data


def w(name: str) -> str:
    """Return a name in the WordprocessingML namespace."""
    return f"{{{W}}}{name}"


_P, _TBL, _T, _TAB, _BR, _CR, _SDT = w("p"), w("tbl"), w("t"), w("tab"), w("br"), w("cr"), w("sdt")
_GONE = {w("del"), w("moveFrom"), w("instrText"), w("pPr"), w("rPr"), w("txbxContent"), w("fldData")}


def text_of(paragraph: Any) -> str:
    """Return the text a paragraph shows: deleted text is gone, a line break is a line end."""
    found: list[str] = []
    _text(paragraph, found)
    return "".join(found)


def _text(element: Any, found: list[str]) -> None:
    for child in element:
        tag = child.tag
        if tag == _T:
            found.append(child.text or "")
        elif tag == _BR or tag == _CR:
            found.append("\n")
        elif tag == _TAB:
            found.append("\t")
        elif tag not in _GONE:
            _text(child, found)


def paragraphs(element: Any) -> Iterator[Any]:
    """Yield the paragraphs of a cell or the body that stand in no table of their own."""
    for child in element:
        if child.tag == _P:
            yield child
        elif child.tag != _TBL:
            yield from paragraphs(child)


def items_of(body: Any) -> list[Item]:
    """Return the paragraphs and tables of a document body in reading order."""
    found: list[Item] = []

    def visit(element: Any) -> None:
        for child in element:
            if child.tag == _P:
                found.extend(text_of(child).split("\n"))
            elif child.tag == _TBL:
                found.append(grid_of(child))
            else:
                visit(child)

    visit(body)
    return found


def grid_of(table: Any) -> TextGrid:
    """Return a table as rows of spots with their spans, each with its w:tc as `ref`."""
    grid: TextGrid = []
    open_merges: dict[int, Spot] = {}  # grid column -> spot whose vertical merge may go on
    for row in _below(table, w("tr")):
        line: list[Spot] = []
        properties = row.find(w("trPr"))
        column = _number(properties, "gridBefore", 0)
        if column:
            line.append(Spot("", column))
        merges: dict[int, Spot] = {}
        for cell in _below(row, w("tc")):
            shape = cell.find(w("tcPr"))
            span = max(_number(shape, "gridSpan", 1), 1)
            vertical = shape.find(w("vMerge")) if shape is not None else None
            sideways = shape.find(w("hMerge")) if shape is not None else None
            goes_on = vertical is not None and vertical.get(w("val"), "continue") == "continue"
            if sideways is not None and sideways.get(w("val"), "continue") == "continue" and line:
                line[-1].columns += span
                column += span
                continue
            above = open_merges.get(column)
            if goes_on and above is not None:
                above.rows += 1
                merges[column] = above
            else:
                spot = Spot("\n".join(map(text_of, paragraphs(cell))), span, 1, cell)
                line.append(spot)
                if vertical is not None:
                    merges[column] = spot
            column += span
        open_merges = merges
        grid.append(line)
    return grid


def _below(element: Any, tag: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, also those inside content controls."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in (_TBL, _P):
            yield from _below(child, tag)


def _number(properties: Any, name: str, default: int) -> int:
    element = properties.find(w(name)) if properties is not None else None
    value = element.get(w("val"), "") if element is not None else ""
    return int(value) if value.isdigit() else default
