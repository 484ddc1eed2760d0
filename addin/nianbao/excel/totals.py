"""Formulas of total cells."""

from __future__ import annotations

from typing import Mapping

from ..form import Cell, Form
from ..report import total_of
from ..rule.formula import ranges
from .sheet import Facts, Formula, Sheet, Value, near


def total_formula(sheet: Sheet, form: Form, cell: Cell, where: Mapping[str, str]) -> Formula:
    """Return the sum a total cell of the sheet holds: blank while a part is missing or no number."""
    source, parts = total_of(form, cell)
    assert not set("-*/") & set(source), f"{cell.id}: a total adds up its parts"
    refs = [ref for found in parts.values() for ref in found]
    area = ranges([near(sheet, where[ref]) for ref in refs])

    def compute(facts: Facts) -> Value:
        value = facts.report.figures[cell.id]
        return "" if value is None else value

    return Formula(cell.id, f'IF(COUNT({area})<{len(refs)},"",SUM({area}))', compute)
