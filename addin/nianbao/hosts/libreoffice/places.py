"""Addresses of cells in Excel's manner, as values: no document, no LibreOffice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ...columns import column_name, column_number

ROWS, COLUMNS = 1_048_576, 16_384
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_LINES = re.compile(r"\$?([1-9]\d{0,6})")
_LETTERS = re.compile(r"\$?([A-Za-z]{1,3})")


@dataclass(frozen=True)
class Place:
    """A rectangle of cells. Rows and columns count from 1, as in Excel."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1

    @property
    def last_row(self) -> int:
        return self.row + self.rows - 1

    @property
    def last_column(self) -> int:
        return self.column + self.columns - 1

    def address(self, row_absolute: bool = True, column_absolute: bool = True) -> str:
        row, column = "$" * row_absolute, "$" * column_absolute
        if self.rows == ROWS:
            return f"{column}{column_name(self.column)}:{column}{column_name(self.last_column)}"
        if self.columns == COLUMNS:
            return f"{row}{self.row}:{row}{self.last_row}"
        first = f"{column}{column_name(self.column)}{row}{self.row}"
        if self.rows == self.columns == 1:
            return first
        return f"{first}:{column}{column_name(self.last_column)}{row}{self.last_row}"

    def joined(self, other: Place) -> Place:
        """The smallest rectangle around both."""
        return between(
            min(self.row, other.row),
            min(self.column, other.column),
            max(self.last_row, other.last_row),
            max(self.last_column, other.last_column),
        )


def between(first_row: int, first_column: int, last_row: int, last_column: int) -> Place:
    """The rectangle between two corners."""
    return Place(first_row, first_column, last_row - first_row + 1, last_column - first_column + 1)


def covered(area: Any) -> Place:
    """What a range address of LibreOffice covers, which counts from 0."""
    return between(area.StartRow + 1, area.StartColumn + 1, area.EndRow + 1, area.EndColumn + 1)


def parse(text: str) -> Place | None:
    """Read `B3`, `$B$3:D9`, `B:D` or `3:9`; None when it is no address, so that it may be a name."""
    first, colon, last = text.partition(":")
    one, two = _corner(first, bool(colon)), _corner(last if colon else first, bool(colon))
    if one is None or two is None or (one.rows, one.columns) != (two.rows, two.columns):
        return None
    place = one.joined(two)
    return place if place.last_row <= ROWS and place.last_column <= COLUMNS else None


def _corner(text: str, whole_lines: bool) -> Place | None:
    if cell := _CELL.fullmatch(text):
        return Place(int(cell[2]), column_number(cell[1].upper()))
    if whole_lines and (line := _LINES.fullmatch(text)):
        return Place(int(line[1]), 1, 1, COLUMNS)
    if whole_lines and (letter := _LETTERS.fullmatch(text)):
        return Place(1, column_number(letter[1].upper()), ROWS, 1)
    return None


def quoted(sheet: str) -> str:
    """A sheet's name as it stands before the exclamation mark of a reference."""
    plain = re.fullmatch(r"[^\W\d][\w.]*", sheet) and parse(sheet) is None
    return sheet if plain else "'" + sheet.replace("'", "''") + "'"
