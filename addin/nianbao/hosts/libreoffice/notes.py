"""Notes at cells. LibreOffice keeps them in a list of the sheet, so a note is found by its cell each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

if TYPE_CHECKING:
    from .ranges import Range


class Note(base_classes.Note):
    def __init__(self, cell: Range) -> None:
        self._cell = cell

    @property
    def api(self) -> Any:
        return self._cell.cell.getAnnotation()

    @property
    def text(self) -> str:
        return str(self.api.String)

    @text.setter
    def text(self, value: str) -> None:
        self._cell.check_format()
        self.api.setString(value)

    @property
    def author(self) -> str:
        return str(self.api.Author)

    @property
    def location(self) -> Range:
        return self._cell

    def delete(self) -> None:
        self._cell.check_format()
        notes = self._cell.sheet.api.Annotations
        at = self._cell.row - 1, self._cell.column - 1
        for index in range(notes.Count):
            position = notes.getByIndex(index).Position
            if (position.Row, position.Column) == at:
                notes.removeByIndex(index)
                return


def has_note(cell: Range) -> bool:
    """LibreOffice hands out an empty annotation where there is none, but one that has no author, date and text."""
    annotation = cell.cell.getAnnotation()
    return bool(annotation.String or annotation.Author or annotation.Date)
