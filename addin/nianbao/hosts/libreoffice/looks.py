"""How cells look: colours, fonts, number formats."""

from __future__ import annotations

from typing import Any, Callable

from xlwings import base_classes

from .bridge import struct, uno
from .values import BOOLEAN, GENERAL

NO_COLOUR = -1
# LibreOffice keeps a property for Western, Asian and complex scripts each; Excel has one.
_SCRIPTS = ("", "Asian", "Complex")


def colour(value: Any) -> int:
    """LibreOffice's number of a colour, given as xlwings takes it: `#rrggbb`, a triple, Excel's own number, None."""
    if value is None:
        return NO_COLOUR
    if isinstance(value, str):
        return int(value.removeprefix("#"), 16)
    red, green, blue = (value & 255, value >> 8 & 255, value >> 16 & 255) if isinstance(value, int) else value
    return int(red) << 16 | int(green) << 8 | int(blue)


def triple(value: int) -> tuple[int, int, int] | None:
    return None if value == NO_COLOUR else (value >> 16 & 255, value >> 8 & 255, value & 255)


def uniform(cells: Any, name: str) -> Any:
    """A property of cells; None where they differ in it."""
    return None if cells.getPropertyState(name).value == "AMBIGUOUS_VALUE" else cells.getPropertyValue(name)


class NumberFormats:
    """The number formats of one document, by Excel's codes."""

    def __init__(self, document: Any) -> None:
        self._formats = document.NumberFormats
        self._english = struct("com.sun.star.lang.Locale", Language="en", Country="US")

    def key(self, code: str) -> int:
        """The number of a format in Excel's code."""
        found: int = self._formats.queryKey(code, self._english, False)
        return found if found != -1 else int(self._formats.addNew(code, self._english))

    def code(self, key: int) -> str:
        """Excel's code of a format, whatever language it was made in."""
        own = self._formats.getByKey(key)
        if (own.Locale.Language, own.Locale.Country) != ("en", "US"):
            own = self._formats.getByKey(self._formats.addNewConverted(own.FormatString, own.Locale, self._english))
        return GENERAL if own.FormatString == BOOLEAN else str(own.FormatString)

    def kind(self, key: int) -> str:
        """"date" for dates and times, "boolean" for truth values, "" for the rest."""
        kind = self._formats.getByKey(key).Type
        if kind & _type("DATETIME"):
            return "date"
        return "boolean" if kind & _type("LOGICAL") else ""


def _type(name: str) -> int:
    return int(uno().getConstantByName("com.sun.star.util.NumberFormat." + name))


class Font(base_classes.Font):
    """The font of cells. `allowed` refuses a change that the sheet's protection forbids."""

    def __init__(self, cells: Any, allowed: Callable[[], None]) -> None:
        self._cells = cells
        self._allowed = allowed

    def _set(self, name: str, value: Any) -> None:
        self._allowed()
        for script in _SCRIPTS:
            self._cells.setPropertyValue(name + script, value)

    @property
    def api(self) -> Any:
        return self._cells

    @property
    def bold(self) -> bool | None:
        weight = uniform(self._cells, "CharWeight")
        return None if weight is None else weight > 100

    @bold.setter
    def bold(self, value: bool) -> None:
        self._set("CharWeight", 150.0 if value else 100.0)

    @property
    def italic(self) -> bool | None:
        posture = uniform(self._cells, "CharPosture")
        return None if posture is None else posture.value == "ITALIC"

    @italic.setter
    def italic(self, value: bool) -> None:
        self._set("CharPosture", uno().Enum("com.sun.star.awt.FontSlant", "ITALIC" if value else "NONE"))

    @property
    def size(self) -> float | None:
        size: float | None = uniform(self._cells, "CharHeight")
        return size

    @size.setter
    def size(self, value: float) -> None:
        self._set("CharHeight", float(value))

    @property
    def name(self) -> str | None:
        name: str | None = uniform(self._cells, "CharFontName")
        return name

    @name.setter
    def name(self, value: str) -> None:
        self._set("CharFontName", value)

    @property
    def color(self) -> tuple[int, int, int] | None:
        value = uniform(self._cells, "CharColor")
        return None if value is None else triple(value) or (0, 0, 0)

    @color.setter
    def color(self, value: Any) -> None:
        self._allowed()
        self._cells.CharColor = colour(value)
