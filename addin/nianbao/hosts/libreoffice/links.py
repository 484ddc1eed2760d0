"""Hyperlinks in cells, which LibreOffice keeps as a field within the text of the cell."""

from __future__ import annotations

from typing import Any


def address(cell: Any) -> str:
    """Where the first link in a cell leads; "" where there is none."""
    fields = cell.getTextFields()
    return str(fields.getByIndex(0).URL) if fields.Count else ""


def put(document: Any, cell: Any, target: str, shown: str) -> None:
    """Make a link the whole content of a cell."""
    field = document.createInstance("com.sun.star.text.TextField.URL")
    field.URL, field.Representation = target, shown
    cell.setString("")
    cell.insertTextContent(cell.createTextCursor(), field, False)
