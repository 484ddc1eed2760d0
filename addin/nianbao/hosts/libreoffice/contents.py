"""What is in cells: read and written in bulk, with as few calls to LibreOffice as it allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator

from . import looks, values

if TYPE_CHECKING:
    from .ranges import Range


def read(cells: Range) -> Any:
    """One value for one cell, else a tuple of rows. Nothing, text, number, truth value, date or `CellError`."""
    if not len(cells):
        return None
    data = [list(row) for row in cells.api.getDataArray()]
    # In the data an error is nothing, and empty cells are texts.
    for row, line in enumerate(data):
        for column, value in enumerate(line):
            if value is None:
                line[column] = values.error(cells.cell_at(row, column).getError())
            elif value == "":
                line[column] = None
    for row, column, kind in _formatted(cells, data):
        number = data[row][column]
        data[row][column] = bool(number) if kind == "boolean" else values.moment(number, cells.sheet.book.epoch)
    return data[0][0] if len(cells) == 1 else tuple(map(tuple, data))


def _formatted(cells: Range, data: list[list[Any]]) -> Iterator[tuple[int, int, str]]:
    """The cells whose number is a date or a truth value.

    Only the number format tells. Asking for each cell's would take longer than everything else, so LibreOffice is
    asked which cells show something of the kind, which are rarely any, and those are looked at.
    """
    if not any(isinstance(value, float) for line in data for value in line):
        return
    found = cells.api.findAll(cells.sheet.book.search)
    for area in found.RangeAddresses if found is not None else ():
        for row in range(area.StartRow - cells.row + 1, area.EndRow - cells.row + 2):
            for column in range(area.StartColumn - cells.column + 1, area.EndColumn - cells.column + 2):
                if isinstance(data[row][column], float):
                    kind = cells.sheet.book.formats.kind(cells.cell_at(row, column).NumberFormat)
                    if kind:
                        yield row, column, kind


def write(cells: Range, data: Any) -> None:
    """Write one value into every cell, or rows of values; what Excel would make of each is in `values`."""
    if not len(cells):
        return
    cells.check_content()
    fill = not isinstance(data, (list, tuple))
    if fill:
        table: Any = [[data] * cells.place.columns] * cells.place.rows
    else:
        table = data if isinstance(data[0], (list, tuple)) else [data]
    rows = [[values.content(value, cells.sheet.book.epoch) for value in line] for line in table]
    _keep_texts(cells, table, rows)
    guarded = [(i, j) for i, j, item in _items(rows) if item.text and values.looks_typed(str(item.value))]
    formats = [cells.cell_at(i, j).NumberFormat for i, j in guarded]
    if any(item.text or item.formula for _, _, item in _items(rows)):
        cells.api.setFormulaArray(tuple(_as_typed(cells, rows, fill)))
    else:
        cells.api.setDataArray(tuple(tuple(item.value for item in line) for line in rows))
    for (i, j), key in zip(guarded, formats):
        cells.cell_at(i, j).NumberFormat = key
    _give_formats(cells, rows)


def _keep_texts(cells: Range, table: Any, rows: list[list[values.Content]]) -> None:
    """In cells of the format text, leave texts what they are."""
    changed = [(i, j) for i, j, item in _items(rows) if isinstance(table[i][j], str) and item.value != table[i][j]]
    shared = looks.uniform(cells.api, "NumberFormat") if changed else None
    for i, j in changed:
        key = cells.cell_at(i, j).NumberFormat if shared is None else shared
        if cells.sheet.book.formats.code(key) == values.TEXT:
            rows[i][j] = values.kept(table[i][j], rows[i][j])


def _as_typed(cells: Range, rows: list[list[values.Content]], fill: bool) -> Iterator[tuple[str, ...]]:
    """The contents as LibreOffice takes formulas: an apostrophe keeps a text a text. In a fill, the references of
    the one formula move with the cells."""
    translator, sheet = cells.sheet.book.translator, cells.sheet.index - 1
    origin = cells.row - 1, cells.column - 1
    parsed: dict[str, Any] = {}
    for i, line in enumerate(rows):
        texts = []
        for j, item in enumerate(line):
            if item.formula:
                at = sheet, origin[0] + i, origin[1] + j
                formula = str(item.value)
                if not fill or formula not in parsed:
                    parsed[formula] = translator.tokens(formula, *at)
                texts.append("=" + translator.printed(parsed[formula], *at))
            elif isinstance(item.value, str):
                texts.append("'" + item.value if item.value else "")
            else:
                texts.append(repr(item.value))
        yield tuple(texts)


def _give_formats(cells: Range, rows: list[list[values.Content]]) -> None:
    """Excel gives a cell without a number format one that shows what was written."""
    formats = cells.sheet.book.formats
    for i, j, item in _items(rows):
        if item.format:
            cell = cells.cell_at(i, j)
            if formats.code(cell.NumberFormat) == values.GENERAL:
                cell.NumberFormat = formats.key(item.format)


def _items(rows: list[list[values.Content]]) -> Iterator[tuple[int, int, values.Content]]:
    return ((i, j, item) for i, line in enumerate(rows) for j, item in enumerate(line))
