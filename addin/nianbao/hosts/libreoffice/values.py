"""The content of cells, in both directions: what Python writes, what Excel would make of it, what LibreOffice takes."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Any, Callable

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_PERCENT = re.compile(r"[+-]?\d+(\.\d+)?%")
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?")
BOOLEAN = "BOOLEAN"  # LibreOffice's format for truth values, which Excel tells from numbers without one
GENERAL = "General"
TEXT = "@"
# Excel's error for each of LibreOffice's codes; what has no sign of its own there is a wrong value for Excel.
_ERRORS = {
    503: "#NUM!", 508: "#NAME?", 521: "#NULL!", 523: "#NUM!",
    524: "#REF!", 525: "#NAME?", 532: "#DIV/0!", 32767: "#N/A",
}  # fmt: skip


class CellError(str):
    """An error in a cell, as Excel shows it."""


def error(code: int) -> CellError:
    return CellError(_ERRORS.get(code, "#VALUE!"))


@dataclass(frozen=True)
class Content:
    """What goes into a cell: a text, a number, or a formula in Excel's grammar without its equals sign; and the number
    format that Excel gives the cell with it."""

    value: str | float
    formula: bool = False
    format: str = ""

    @property
    def text(self) -> bool:
        return isinstance(self.value, str) and not self.formula and self.value != ""


def content(value: Any, epoch: dt.datetime) -> Content:
    """What Excel makes of a value that a program writes: text that looks like something else becomes that."""
    if value is None or value == "":
        return Content("")
    if isinstance(value, bool):
        return Content(float(value), format=BOOLEAN)
    if isinstance(value, dt.date):
        return _dated(value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time()), epoch)
    if not isinstance(value, str):
        return Content(float(value))
    if value.startswith("'"):
        return Content(value[1:])
    if value.startswith("=") and len(value) > 1:
        return Content(value[1:], formula=True)
    return _typed(value, epoch)


def kept(value: Any, was: Content) -> Content:
    """What becomes of a value in a cell of the format text, where Excel makes nothing else of texts."""
    return Content(value) if isinstance(value, str) else was


def looks_typed(text: str) -> bool:
    """Whether LibreOffice may take a text for a number, date or formula, and format its cell as text to prevent it."""
    return text[:1] in "+-.,=(" or text[:1].isdigit() or text.upper() in ("TRUE", "FALSE")


def _typed(text: str, epoch: dt.datetime) -> Content:
    plain = text.strip()
    if _NUMBER.fullmatch(plain):
        number = float(plain)
        return Content(number) if math.isfinite(number) else Content(text)
    if plain.upper() in ("TRUE", "FALSE"):
        return Content(float(plain.upper() == "TRUE"), format=BOOLEAN)
    if _PERCENT.fullmatch(plain):
        return Content(float(plain[:-1]) / 100, format="0.00%" if "." in plain else "0%")
    if found := _DATE.fullmatch(plain):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.group(1, 3, 4, 5, 6, 7))
        try:
            return _dated(dt.datetime(year, month, day, hour, minute, second), epoch)
        except ValueError:
            pass  # no day of the calendar, so a text
    return Content(text)


def _dated(when: dt.datetime, epoch: dt.datetime) -> Content:
    serial = (when.replace(tzinfo=None) - epoch) / dt.timedelta(days=1)
    return Content(serial, format="yyyy/m/d" if serial.is_integer() else "yyyy/m/d h:mm")


def moment(serial: float, epoch: dt.datetime) -> dt.datetime | float:
    """The date of a serial number, to the millisecond; the number itself where it lies outside the calendar."""
    try:
        return epoch + dt.timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return serial


def prepared(value: Any) -> Any:
    """A value of Python, numpy or pandas as one of Python's own kinds; nothing for what is not a number."""
    if type(value).__module__ == "numpy":
        value = value.astype("datetime64[us]").item() if value.dtype.kind == "M" else value.item()
    return None if value != value else value


def cleaned(
    value: Any, date: Callable[..., Any], empty: Any, number: Callable[[float], Any] | None, errors_as_text: bool
) -> Any:
    """A value read from a cell as a caller of xlwings wants it."""
    if value is None or value == "":
        return empty
    if isinstance(value, CellError):
        return str(value) if errors_as_text else None
    if isinstance(value, dt.datetime):
        return date(
            year=value.year, month=value.month, day=value.day, hour=value.hour, minute=value.minute,
            second=value.second, microsecond=value.microsecond, tzinfo=None,
        )  # fmt: skip
    if number is not None and isinstance(value, float):
        return number(value)
    return value
