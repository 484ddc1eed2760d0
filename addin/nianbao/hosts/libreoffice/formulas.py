"""Formulas in Excel's grammar: `=SUM(Sheet2!A1,B2)` where LibreOffice has `=SUM($Sheet2.A1;B2)`.

Reading must not ask LibreOffice about each cell, so a formula is rewritten here. Writing is rare and must
understand whatever a caller writes, so LibreOffice's own parser does that.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from .bridge import struct, uno

_ALL_FUNCTIONS = 0x7FFFFFFF
_QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
_REFERENCE = r"(?=\$?[A-Z]{1,3}\$?\d|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}\b|\$?\d+:\$?\d|#REF!)"
# A dot in the name of a function, as in NORM.DIST, is followed by no reference.
_SHEET = re.compile(rf"(?<![\w.])\$?([^\W\d]\w*)\.{_REFERENCE}")
_BRACES = re.compile(r"([{}])")
_INTERSECTION = re.compile(r"(?<=[\w)])(?<!#REF|#NUM)(?<!#NULL)(?<!#VALUE)(?<!#DIV/0)!")


def to_excel(formula: str) -> str:
    """Rewrite a formula or reference of LibreOffice's (English, A1) in Excel's grammar."""
    pieces = _QUOTED.split(formula)  # the odd ones are texts and quoted names of sheets
    for index in range(0, len(pieces), 2):
        piece = _INTERSECTION.sub(" ", pieces[index]) if "!" in pieces[index] else pieces[index]
        if "." in piece:
            piece = _SHEET.sub(_exclaimed, piece)
            if piece.startswith(".") and index and pieces[index - 1].startswith("'"):
                piece = "!" + piece[1:]
        if piece.endswith("$"):  # before a quoted name
            piece = piece[:-1]
        pieces[index] = piece if "{" in formula else _with_commas(piece)
    if "{" in formula:
        _separate_arrays(pieces)
    return "".join(pieces)


def _exclaimed(sheet: re.Match[str]) -> str:
    return sheet[1] + "!"


def _with_commas(piece: str) -> str:
    return piece.replace(";", ",").replace("~", ",")  # between arguments, and between the areas of a union


def _separate_arrays(pieces: list[str]) -> None:
    """Give the pieces of a formula Excel's separators, which are others between braces."""
    depth = 0
    for index in range(0, len(pieces), 2):
        parts = _BRACES.split(pieces[index])
        for at, part in enumerate(parts):
            depth += (part == "{") - (part == "}")
            parts[at] = part.replace(";", ",").replace("|", ";") if depth else _with_commas(part)
        pieces[index] = "".join(parts)


class Translator:
    """LibreOffice's formula parser for one document: from Excel's grammar to that of UNO."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._parser = document.createInstance("com.sun.star.sheet.FormulaParser")
        self._parser.CompileEnglish = True
        language = "com.sun.star.sheet.AddressConvention."
        self._excel = uno().getConstantByName(language + "XL_OOX")
        self._own = uno().getConstantByName(language + "OOO")

    def tokens(self, formula: str, sheet: int, row: int, column: int) -> Any:
        """The parsed formula, without its equals sign, as it stands in a cell (counted from 0)."""
        self._parser.FormulaConvention = self._excel
        pieces = _QUOTED.split(formula)
        pieces[::2] = [self._younger.sub(r"_xlfn.\g<0>", piece) for piece in pieces[::2]]
        return self._parser.parseFormula("".join(pieces), _cell(sheet, row, column))

    @cached_property
    def _younger(self) -> re.Pattern[str]:
        """The functions that have a prefix in files and for the parser, but not in Excel's formula bar."""
        mapper = self._document.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
        language = uno().getConstantByName("com.sun.star.sheet.FormulaLanguage.OOXML")
        names = [entry.Name for entry in mapper.getAvailableMappings(language, _ALL_FUNCTIONS)]
        bare = (re.escape(name.removeprefix("_xlfn.")) for name in names if name.startswith("_xlfn."))
        return re.compile(rf"(?<![\w.])(?:{'|'.join(bare)})(?=\()", re.IGNORECASE)

    def printed(self, tokens: Any, sheet: int, row: int, column: int) -> str:
        """The same formula as UNO takes it; relative references move with the cell."""
        self._parser.FormulaConvention = self._own
        return str(self._parser.printFormula(tokens, _cell(sheet, row, column)))

    def reference(self, refers_to: str) -> str:
        """What a defined name stands for, as UNO takes it."""
        return self.printed(self.tokens(refers_to.removeprefix("="), 0, 0, 0), 0, 0, 0)


def _cell(sheet: int, row: int, column: int) -> Any:
    return struct("com.sun.star.table.CellAddress", Sheet=sheet, Row=row, Column=column)
