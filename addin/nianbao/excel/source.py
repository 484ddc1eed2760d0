"""The cells of a workbook as values, read sheet by sheet when they are asked for.

A `Source` does not say where they come from: `open_file` reads a file, `live` a workbook that is open in a spreadsheet
program. Values of a file come from python-calamine, or from openpyxl where that is missing or asked for; which cells
hold formulas and errors comes from the package itself, since no fast reader tells.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Callable, Mapping
from xml.parsers.expat import ExpatError

from .. import files
from ..columns import column_name, column_number
from ..errors import InputError
from ..report import number
from . import package

Rows = list[list[Any]]
Place = tuple[str, str]  # sheet, address

_MAX_CELLS = 5_000_000
_ADDRESS = re.compile(r"([A-Z]+)(\d+)$")


@dataclass(frozen=True)
class Source:
    """A workbook: its file name, sheet names in tab order, document properties, and per sheet the rows of values as
    they were read, the addresses of formula cells, and error cells with what they show."""

    name: str
    sheets: tuple[str, ...]
    properties: Mapping[str, str]
    rows: Callable[[str], Rows]
    formulas: Callable[[str], set[str]]
    errors: Callable[[str], dict[str, str]]

    def at(self, sheet: str, row: int, column: int) -> Any:
        """Return the value of a cell, counted from 0, as both engines agree on it; see `_value`."""
        errors = self.errors(sheet)
        if errors:
            error = errors.get(address(row, column))
            if error is not None:
                return error
        rows = self.rows(sheet)
        return _value(rows[row][column]) if row < len(rows) and column < len(rows[row]) else None


@dataclass(frozen=True)
class File:
    """A workbook file: what it holds, the parts of its package, and the part of each sheet."""

    source: Source
    parts: dict[str, bytes] = field(repr=False)
    sheet_parts: dict[str, str] = field(repr=False)


def open_file(path: Path, engine: str) -> File:
    """Open a workbook file; one that is none, or that is damaged, is an `InputError`."""
    data = files.read_bytes(path)
    parts = files.unpack(data, path.name)
    sheet_parts = package.sheet_parts(parts, path.name)

    @cache
    def marks(sheet: str) -> tuple[set[str], dict[str, str]]:
        try:
            return package.raw_marks(parts[sheet_parts[sheet]])
        except ExpatError as error:
            raise _damaged(path) from error

    @cache
    def errors(sheet: str) -> dict[str, str]:
        content = parts[sheet_parts[sheet]]
        # Most sheets have none, which is seen without taking them apart.
        return {} if b'"e"' not in content and b"'e'" not in content else marks(sheet)[1]

    read = _reader(path, data, engine)

    @cache
    def rows(sheet: str) -> Rows:
        try:
            height, width = package.extent(parts[sheet_parts[sheet]])
            if height * width > _MAX_CELLS:
                raise InputError(
                    "too-large", f"“{sheet}”表在很远的地方（第{height}行）还有内容，请删除表格以外的行列，另存后重试。")
            return read(sheet)
        except InputError:
            raise
        except BaseException as error:  # a reader stumbles in many ways; one of calamine's is no Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
                raise
            raise _damaged(path) from error

    known = package.properties(parts)
    source = Source(path.name, tuple(sheet_parts), known, rows, lambda sheet: marks(sheet)[0], errors)
    return File(source, parts, sheet_parts)


def _damaged(path: Path) -> InputError:
    return InputError("damaged", f"“{path.name}”已损坏或不完整，请向发送人重新索取，或用备份文件。")


def _reader(path: Path, data: bytes, engine: str) -> Callable[[str], Rows]:
    """Return a function from sheet name to rows of values."""
    if engine == "calamine":
        try:
            from python_calamine import CalamineWorkbook
        except ImportError:
            return _reader(path, data, "openpyxl")
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except Exception as error:
            raise _damaged(path) from error
        return lambda sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    import openpyxl

    try:
        other: Any = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception as error:
        raise _damaged(path) from error
    return lambda sheet: [list(row) for row in other[sheet].iter_rows(values_only=True)]


def _value(value: Any) -> Any:
    """A cell's value as both engines agree on it: None, text, int, Decimal; a date in ISO form."""
    if value is None or value == "":
        return None
    if type(value) is float:
        # What a program of tables shows and compares: fifteen digits, not the binary fraction behind them.
        value = float(f"{value:.15g}")
        if value.is_integer():
            return int(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute or value.second) else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, (int, float, Decimal)):
        return number(value)
    return str(value)


_letters = cache(column_name)


def address(row: int, column: int) -> str:
    """Return the address of a cell counted from 0."""
    return f"{_letters(column + 1)}{row + 1}"


def position(address: str) -> tuple[int, int]:
    """Return row and column of an address, counted from 1."""
    match = _ADDRESS.match(address)
    assert match, address
    return int(match[2]), column_number(match[1])


def text_of(value: Any) -> str:
    """Return a value as text without spaces around it, "" for none."""
    return "" if value is None else str(value).strip()
