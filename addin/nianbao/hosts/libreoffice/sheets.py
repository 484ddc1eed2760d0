"""The sheets of a workbook."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Iterator

from xlwings import base_classes

from . import places, protection
from .names import Names
from .notes import Note
from .places import COLUMNS, ROWS, Place, covered
from .ranges import Range

if TYPE_CHECKING:
    from .books import Book


class Sheets(base_classes.Sheets):
    def __init__(self, book: Book) -> None:
        self._book = book

    @cached_property
    def api(self) -> Any:
        return self._book.api.Sheets

    @property
    def active(self) -> Sheet:
        return Sheet(self._book, self._book.api.CurrentController.ActiveSheet)

    def __call__(self, name_or_index: str | int) -> Sheet:
        if isinstance(name_or_index, int):
            return Sheet(self._book, self.api.getByIndex(name_or_index - 1))
        wanted = next((name for name in self.api.ElementNames if name.lower() == name_or_index.lower()), None)
        if wanted is None:
            raise KeyError(name_or_index)
        return Sheet(self._book, self.api.getByName(wanted))

    def __contains__(self, key: str | int) -> bool:
        if isinstance(key, int):
            return 1 <= key <= len(self)
        return key.lower() in (name.lower() for name in self.api.ElementNames)

    def __len__(self) -> int:
        return int(self.api.Count)

    def __iter__(self) -> Iterator[Sheet]:
        return (self(index + 1) for index in range(len(self)))

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """Insert a sheet, by default before the active one, and make it the active one."""
        protection.check_structure(self._book.api)
        if name is None:
            name = next(name for n in range(1, len(self) + 2) if (name := f"Sheet{n}") not in self)
        at = after.index if after else (before or self.active).index - 1
        self.api.insertNewByName(name, at)
        sheet = self(name)
        sheet.activate()
        return sheet


class Sheet(base_classes.Sheet):
    def __init__(self, book: Book, api: Any) -> None:
        self._book = book
        self._api = api

    @property
    def api(self) -> Any:
        return self._api

    @property
    def book(self) -> Book:
        return self._book

    @property
    def name(self) -> str:
        return str(self._api.Name)

    @name.setter
    def name(self, value: str) -> None:
        protection.check_structure(self._book.api)
        self._api.Name = value

    @property
    def index(self) -> int:
        return int(self._api.RangeAddress.Sheet) + 1

    @property
    def names(self) -> Names:
        return Names(self._book, self._api)

    @property
    def notes(self) -> list[Note]:
        positions = [note.Position for note in self._api.Annotations]
        return [Note(Range(self, Place(at.Row + 1, at.Column + 1))) for at in positions]

    @property
    def visible(self) -> bool:
        return bool(self._api.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        protection.check_structure(self._book.api)
        self._api.IsVisible = bool(value)

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        if isinstance(arg1, int) and isinstance(arg2, int):
            return Range(self, Place(arg1, arg2))
        first = self._range(arg1)
        return first if arg2 is None else Range(self, first.place.joined(self._range(arg2).place))

    def _range(self, given: Any) -> Range:
        if isinstance(given, Range):
            return given
        if isinstance(given, tuple):
            if 0 in given[:2]:
                raise IndexError("Attempted to access 0-based Range. xlwings/Excel Ranges are 1-based.")
            return Range(self, Place(*given))
        place = places.parse(given)
        if place is not None:
            return Range(self, place)
        for names in (self.names, self._book.names):
            if names.contains(given):
                return names(given).refers_to_range
        raise ValueError(f"{given!r} is neither an address nor a name")

    @property
    def cells(self) -> Range:
        return Range(self, Place(1, 1, ROWS, COLUMNS))

    @property
    def used_range(self) -> Range:
        cursor = self._api.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return Range(self, covered(cursor.RangeAddress), cursor)

    def activate(self) -> None:
        self._book.api.CurrentController.setActiveSheet(self._api)

    select = activate

    def clear_contents(self) -> None:
        self.cells.clear_contents()

    def clear_formats(self) -> None:
        self.cells.clear_formats()

    def clear(self) -> None:
        self.cells.clear()

    def autofit(self, axis: str | None = None) -> None:
        self.used_range.autofit(axis)

    def delete(self) -> None:
        protection.check_structure(self._book.api)
        self._book.api.Sheets.removeByName(self.name)
