"""Ranges of cells: values and formulas in bulk, looks, and where the cells are."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Iterable, Iterator

from xlwings import base_classes

from . import contents, links, looks, notes, protection
from .bridge import uno
from .formulas import to_excel
from .places import COLUMNS, ROWS, Place, between, covered, quoted

if TYPE_CHECKING:
    from .names import Name
    from .sheets import Sheet

_DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
_MM100_A_POINT = 2540 / 72
# Excel counts a column in digits of its standard font: 7 pixels each and 5 for the edges, at 96 a inch.
_PIXELS_A_DIGIT, _PIXELS_OF_EDGES, _MM100_A_PIXEL = 7, 5, 2540 / 96


class Range(base_classes.Range):
    """Cells of one sheet. Of no cells at all when `place` has no rows or columns."""

    options: Any = None  # xlwings keeps a caller's options here

    def __init__(self, sheet: Sheet, place: Place, cells: Any = None) -> None:
        self._sheet = sheet
        self.place = place
        if cells is not None:
            self.api = cells

    @cached_property
    def api(self) -> Any:
        at = self.place
        if not len(self):
            return None
        return self._sheet.api.getCellRangeByPosition(at.column - 1, at.row - 1, at.last_column - 1, at.last_row - 1)

    # ------------------------------------------------------------ where

    @property
    def sheet(self) -> Sheet:
        return self._sheet

    @property
    def row(self) -> int:
        return self.place.row

    @property
    def column(self) -> int:
        return self.place.column

    @property
    def shape(self) -> tuple[int, int]:
        return self.place.rows, self.place.columns

    def __len__(self) -> int:
        return self.place.rows * self.place.columns

    def __call__(self, row: int, column: int | None = None) -> Range:
        """One cell, counted from 1 at the first of the range; it may lie outside. One number counts along the rows."""
        if column is None:
            row, column = (row - 1) // self.place.columns + 1, (row - 1) % self.place.columns + 1
        place = Place(self.row + row - 1, self.column + column - 1)
        if not (1 <= place.row <= ROWS and 1 <= place.column <= COLUMNS):
            raise IndexError(f"no cell at row {place.row}, column {place.column}")
        return Range(self._sheet, place)

    @property
    def address(self) -> str:
        return self.place.address()

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        address = self.place.address(row_absolute, col_absolute)
        if not external:
            return address
        book, sheet = self._sheet.book.name, self._sheet.name
        if quoted(sheet) == sheet and re.fullmatch(r"[\w.]+", book):
            return f"[{book}]{sheet}!{address}"
        inner = f"[{book}]{sheet}".replace("'", "''")
        return f"'{inner}'!{address}"

    @property
    def current_region(self) -> Range:
        cursor = self._sheet.api.createCursorByRange(self.api)
        cursor.collapseToCurrentRegion()
        return self._at(cursor)

    def end(self, direction: str) -> Range:
        """Where Ctrl and an arrow key lead from the first cell."""
        down, right = next(step for name, step in _DIRECTIONS.items() if name.startswith(direction))
        used = self._sheet.used_range.place
        last = (used.last_row, used.last_column)
        at = self.place
        if down:
            line = between(1, at.column, max(last[0], at.row), at.column)
            start, step, length = at.row, down, ROWS
        else:
            line = between(at.row, 1, at.row, max(last[1], at.column))
            start, step, length = at.column, right, COLUMNS
        filled = [bool(text) for row in Range(self._sheet, line).api.getFormulaArray() for text in row]
        stop = _edge(filled, start, step, length)
        return Range(self._sheet, Place(stop, at.column) if down else Place(at.row, stop))

    def _at(self, cells: Any) -> Range:
        return Range(self._sheet, covered(cells.RangeAddress), cells)

    def select(self) -> None:
        self._sheet.select()
        self._sheet.book.api.CurrentController.select(self.api)

    # ------------------------------------------------------------ content

    def cell_at(self, row: int, column: int) -> Any:
        """One cell, counted from 0, with what ranges of one cell do not have in LibreOffice."""
        return self.api.getCellByPosition(column, row)

    @property
    def cell(self) -> Any:
        """The first cell."""
        return self.cell_at(0, 0)

    @property
    def raw_value(self) -> Any:
        return contents.read(self)

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        contents.write(self, data)

    @property
    def formula(self) -> Any:
        """Formulas in English and Excel's grammar, constants as they would be typed."""
        if not len(self):
            return None
        found = tuple(
            tuple(to_excel(text) if text.startswith("=") else text.removeprefix("'") for text in row)
            for row in self.api.getFormulaArray()
        )
        return found[0][0] if len(self) == 1 else found

    @formula.setter
    def formula(self, value: Any) -> None:
        contents.write(self, value)

    formula2 = formula

    @property
    def has_array(self) -> bool:
        return bool(self.api.getArrayFormula())

    def clear_contents(self) -> None:
        if len(self):
            self.check_content()
            self.api.clearContents(_flags("VALUE", "DATETIME", "STRING", "FORMULA"))

    def clear_formats(self) -> None:
        self.check_format()
        self.api.clearContents(_flags("HARDATTR", "STYLES", "EDITATTR"))

    def clear(self) -> None:
        if len(self):
            self.check_content()
            self.check_format()
            self.api.clearContents(
                _flags("VALUE", "DATETIME", "STRING", "FORMULA", "HARDATTR", "STYLES", "EDITATTR", "ANNOTATION")
            )

    def check_content(self) -> None:
        protection.check_content(self._sheet.api, self.api, self.place.address(False, False))

    def check_format(self) -> None:
        protection.check_format(self._sheet.api, self.place.address(False, False))

    # ------------------------------------------------------------ looks

    @property
    def number_format(self) -> str | None:
        key = looks.uniform(self.api, "NumberFormat")
        return None if key is None else self._sheet.book.formats.code(key)

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.check_format()
        self.api.NumberFormat = self._sheet.book.formats.key(value)

    @property
    def color(self) -> tuple[int, int, int] | None:
        value = looks.uniform(self.api, "CellBackColor")
        return None if value is None else looks.triple(value)

    @color.setter
    def color(self, color_or_rgb: Any) -> None:
        self.check_format()
        self.api.CellBackColor = looks.colour(color_or_rgb)

    def set_colors(self, colors: Iterable[Iterable[Any]]) -> None:
        for i, line in enumerate(colors):
            for j, value in enumerate(line):
                if value is not ...:
                    self(i + 1, j + 1).color = value

    @property
    def font(self) -> looks.Font:
        return looks.Font(self.api, self.check_format)

    @property
    def wrap_text(self) -> bool | None:
        wrapped: bool | None = looks.uniform(self.api, "IsTextWrapped")
        return wrapped

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self.check_format()
        self.api.IsTextWrapped = value

    @property
    def merge_cells(self) -> bool | None:
        """Whether the cells are merged; None where only some are."""
        area = self.merge_area.place
        if len(self) == 1 or area.joined(self.place) == area:
            return area.rows * area.columns > 1
        return None if self.api.IsMerged else False

    @property
    def merge_area(self) -> Range:
        cursor = self._sheet.api.createCursorByRange(self(1).api)
        cursor.collapseToMergedArea()
        return self._at(cursor)

    def merge(self, across: bool) -> None:
        self.check_format()
        for place in self._lines() if across else [self.place]:
            Range(self._sheet, place).api.merge(True)

    def _lines(self) -> list[Place]:
        at = self.place
        return [Place(row, at.column, 1, at.columns) for row in range(at.row, at.last_row + 1)]

    def unmerge(self) -> None:
        self.check_format()
        self.api.merge(False)

    @property
    def column_width(self) -> float | None:
        width = _common(column.Width for column in self.api.Columns)
        if width is None:
            return None
        return round(max(width / _MM100_A_PIXEL - _PIXELS_OF_EDGES, 0) / _PIXELS_A_DIGIT, 2)

    @column_width.setter
    def column_width(self, value: float) -> None:
        self.api.Columns.Width = round((value * _PIXELS_A_DIGIT + _PIXELS_OF_EDGES) * _MM100_A_PIXEL)

    @property
    def row_height(self) -> float | None:
        height = _common(row.Height for row in self.api.Rows)
        return None if height is None else round(height / _MM100_A_POINT, 2)

    @row_height.setter
    def row_height(self, value: float) -> None:
        self.api.Rows.Height = round(value * _MM100_A_POINT)

    def autofit(self, axis: str | None = None) -> None:
        if axis in ("columns", "c", None):
            self.api.Columns.OptimalWidth = True
        if axis in ("rows", "r", None):
            self.api.Rows.OptimalHeight = True

    # ------------------------------------------------------------ what hangs on cells

    @property
    def note(self) -> notes.Note | None:
        cell = self(1)
        return notes.Note(cell) if notes.has_note(cell) else None

    def add_note(self, text: str) -> notes.Note:
        cell = self(1)
        self.check_format()
        if notes.has_note(cell):
            raise ValueError(f"{cell.address} has a note already")
        self._sheet.api.Annotations.insertNew(cell.cell.CellAddress, text)
        return notes.Note(cell)

    @property
    def hyperlink(self) -> str:
        found = links.address(self.cell)
        if not found:
            raise ValueError("The cell doesn't seem to contain a hyperlink!")
        return found

    def add_hyperlink(self, address: str, text_to_display: Any = None, screen_tip: Any = None) -> None:
        """Without the tip, since LibreOffice shows the address itself."""
        self.check_content()
        links.put(self._sheet.book.api, self.cell, address, text_to_display)

    @property
    def name(self) -> Name | None:
        wanted = f"={quoted(self._sheet.name)}!{self.address}"
        return next((name for _, name in self._sheet.book.names.snapshot() if name.refers_to == wanted), None)

    @name.setter
    def name(self, value: str) -> None:
        names = self._sheet.book.names
        refers_to = f"={quoted(self._sheet.name)}!{self.address}"
        if names.contains(value):
            names(value).refers_to = refers_to
        else:
            names.add(value, refers_to)


def _common(lengths: Iterator[int]) -> int | None:
    """What all are; None where they differ."""
    first = next(lengths)
    return first if all(length == first for length in lengths) else None


def _edge(filled: list[bool], start: int, step: int, length: int) -> int:
    """The last of a run of filled cells, or the next filled one, or the end of the sheet; all counted from 1."""

    def full(at: int) -> bool:
        return at <= len(filled) and filled[at - 1]

    at = start
    inside = full(at) and 1 <= at + step <= length and full(at + step)
    while 1 <= at + step <= length:
        if inside and not full(at + step):
            return at
        if at > len(filled) and step > 0:
            return length
        at += step
        if not inside and full(at):
            return at
    return at


def _flags(*names: str) -> int:
    return sum(int(uno().getConstantByName("com.sun.star.sheet.CellFlags." + name)) for name in names)
