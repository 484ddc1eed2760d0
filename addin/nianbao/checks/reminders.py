"""Points no figure can prove, which the clerk confirms once: they appear only where there is something to confirm."""

from __future__ import annotations

from typing import Iterator

from ..rule import numbers
from .registry import Context, Fault, implements


@implements("G21-T3-ONE")
@implements("G21-T3-CORR")
@implements("G21-T2-ALL")
@implements("G21-T2-CUT")
@implements("G21-T4-CO")
@implements("G21-T4-SCOPE")
def something_to_confirm(context: Context) -> Iterator[Fault]:
    """Yield one fault when the cells the record names, or those of its table, do not add up to zero."""
    form, report, rule = context.form, context.report, context.rule
    cell_ids = rule.cells or tuple(cell.id for cell in form.table_cells[rule.table])
    cells = {c: report.figures.get(c) for c in cell_ids}
    count = sum(numbers(cells.values()))
    if count > 0:
        heading = form.section_of(form.cells[cell_ids[0]]).heading
        yield Fault(cells, {"place": heading, "count": count, "year": report.year})
