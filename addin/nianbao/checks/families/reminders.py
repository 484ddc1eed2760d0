"""Points no figure can prove, which the clerk confirms once: they appear only where there is something to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

from ...rule import numbers
from ..parameters import Cells
from ..registry import Context, Fault, implements


@dataclass(frozen=True)
class Reminder:
    """The cells of which something is to be confirmed; those of the record's table where none are named."""

    cells: Cells = ()


@implements("G21-T3-ONE", "G21-T3-CORR", "G21-T2-ALL", "G21-T2-CUT", "G21-T4-CO", "G21-T4-SCOPE", given=Reminder)
def something_to_confirm(context: Context, given: Reminder) -> Iterator[Fault]:
    """Yield one fault when the cells do not add up to zero."""
    form, report, rule = context.form, context.report, context.rule
    cell_ids = [c for c in given.cells if c in form.cells] or [cell.id for cell in form.table_cells[rule.table]]
    cells = {c: report.figures.get(c) for c in cell_ids}
    count = sum(numbers(cells.values()))
    if count > 0:
        heading = form.section_of(form.cells[cell_ids[0]]).heading
        yield Fault(cells, {"place": heading, "count": count, "year": report.year})
