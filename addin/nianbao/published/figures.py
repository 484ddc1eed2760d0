"""What the text of a cell states: a number, a number with its unit, words; and how tables are digested."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Mapping

from .. import form as forms
from .. import layout
from .. import report as reports
from ..form import Cell, Form, Table
from ..report import Figure, Report
from .reading import Reading

PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_SIGNED = re.compile(r"[+＋\-－−]\d+")


def figure(cell: Cell, text: str, head: str = "") -> tuple[Figure, str]:
    """Return the figure a text states and its unit, where the form leaves a choice; a text that is no plain number
    stays as found. `head` is the column label over it, which may name the unit."""
    stripped = text.strip()
    if not stripped:
        return None, ""
    if not cell.is_number:
        return stripped, ""
    if PLAIN.fullmatch(stripped):
        named = next((u for u in cell.units if head.rstrip(")）").endswith(u) and head[-1] in ")）"), "")
        return int(stripped) if stripped.isdigit() else reports.number(Decimal(stripped)), named
    if cell.kind == forms.SIGNED and _SIGNED.fullmatch(stripped):
        digits = unicodedata.normalize("NFKC", stripped).replace("−", "-")
        return int(digits), ""
    for unit in cell.units:
        amount = stripped.removesuffix(unit).strip()
        if amount != stripped and PLAIN.fullmatch(amount):
            return reports.number(Decimal(amount)), unit
    return stripped, ""


def figures(form: Form, readings: Mapping[str, Reading]) -> tuple[dict[str, Figure], dict[str, str]]:
    """Return the figures of the tables that were read, blank ones included, and the units their cells name."""
    found: dict[str, Figure] = {cell.id: None for cells in form.table_cells.values() for cell in cells}
    meta: dict[str, str] = {}
    for reading in readings.values():
        for cell_id, spot in reading.cells.items():
            cell = form.cells[cell_id]
            found[cell_id], unit = figure(cell, spot.text, reading.heads.get(cell_id, ""))
            if unit:
                meta[cell.unit_key] = unit
    return found, meta


def table_texts(table: Table, shown: Mapping[str, str]) -> list[str]:
    """Return the figures of a table as printed, in grid order, for its digest."""
    return [f"{v.id}={''.join(shown.get(v.id, '').split())}" for v in layout.grid(table).values]


def cells_shown(reading: Reading) -> list[str]:
    """Return the figures of a table as found, for its digest."""
    return table_texts(reading.table, {c: s.text for c, s in reading.cells.items()})


def edited(report: Report, reading: Reading, found: dict[str, Figure], meta: dict[str, str]) -> list[str]:
    """Put the figures that differ from the report's into `found` and `meta`; return a phrase for each."""
    changed = []
    form = report.definition
    for cell in form.table_cells[reading.table.id]:
        spot = reading.cells.get(cell.id)
        text = spot.text if spot else ""
        before = report.shown(cell.id)
        if "".join(text.split()) == "".join(before.split()):
            continue
        found[cell.id], unit = figure(cell, text, reading.heads.get(cell.id, ""))
        if unit:
            meta[cell.unit_key] = unit
        changed.append(f"{cell.label}原为{before or '空白'}，现为{text.strip() or '空白'}")
    return changed
