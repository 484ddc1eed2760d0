"""Defined names of a workbook, and of a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from .bridge import struct
from .formulas import to_excel
from .places import covered, quoted
from .ranges import Range

if TYPE_CHECKING:
    from .books import Book

_BUILT_IN = "_xlnm."  # before Excel's own names in files, as Print_Area; Excel shows them without


class Names(base_classes.Names):
    """Names of a workbook. One that is a single sheet's is written `sheet!name`, in the workbook's list too."""

    def __init__(self, book: Book, sheet: Any = None) -> None:
        self._book = book
        self._sheet = sheet

    @property
    def api(self) -> Any:
        return (self._sheet or self._book.api).NamedRanges

    def _scopes(self) -> list[Any]:
        """The owners of the names in this list: the workbook and its sheets, or one sheet."""
        return [self._sheet] if self._sheet else [None, *self._book.api.Sheets]

    def _found(self, key: str) -> Name | None:
        scope, mark, local = key.rpartition("!")
        if not mark and self.api.hasByName(local):
            return Name(self._book, local, self._sheet)
        wanted = scope.removeprefix("'").removesuffix("'").replace("''", "'")
        if mark and self._book.api.Sheets.hasByName(wanted):
            sheet = self._book.api.Sheets.getByName(wanted)
            for name in (local, _BUILT_IN + local):
                if sheet.NamedRanges.hasByName(name):
                    return Name(self._book, name, sheet)
        return None

    def __call__(self, name_or_index: str) -> Name:
        found = self._found(name_or_index)
        if found is None:
            raise KeyError(name_or_index)
        return found

    def contains(self, name_or_index: str) -> bool:
        return self._found(name_or_index) is not None

    def snapshot(self) -> list[tuple[str, Name]]:
        names = [
            Name(self._book, local, scope)
            for scope in self._scopes()
            for local in (scope or self._book.api).NamedRanges.ElementNames
        ]
        return [(name.name, name) for name in names]

    def __len__(self) -> int:
        return len(self.snapshot())

    def add(self, name: str, refers_to: str) -> Name:
        start = struct("com.sun.star.table.CellAddress", Sheet=0, Row=0, Column=0)
        self.api.addNewByName(name, self._book.translator.reference(refers_to), start, 0)
        return self(name)


class Name(base_classes.Name):
    def __init__(self, book: Book, local: str, sheet: Any) -> None:
        self._book = book
        self._local = local
        self._sheet = sheet

    @property
    def _all(self) -> Any:
        return (self._sheet or self._book.api).NamedRanges

    @property
    def api(self) -> Any:
        return self._all.getByName(self._local)

    def delete(self) -> None:
        self._all.removeByName(self._local)

    @property
    def name(self) -> str:
        local = self._local.removeprefix(_BUILT_IN)
        return f"{quoted(self._sheet.Name)}!{local}" if self._sheet else local

    @name.setter
    def name(self, value: str) -> None:
        self.api.setName(value)
        self._local = value

    @property
    def refers_to(self) -> str:
        return "=" + to_excel(self.api.Content)

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.api.setContent(self._book.translator.reference(value))

    @property
    def refers_to_range(self) -> Range:
        cells = self.api.getReferredCells()
        if cells is None:
            raise ValueError(f"{self.name} does not refer to cells")
        area = cells.RangeAddress
        return Range(self._book.sheets(area.Sheet + 1), covered(area), cells)
