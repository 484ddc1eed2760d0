"""What stands where in the workbook of a form, as data: labels, inputs, formulas and their true results.

The plan knows positions and no Excel library. `scripts/build_workbooks.py` draws it, `fill` writes into it and takes
the results of all formulas from `results`, so a delivered workbook never shows a value that is not so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Mapping

from ..checks.catalogue import Catalogue, load
from ..form import Form
from ..report import Figure, Report, totals
from ..rule import Bound
from .listings import checks_sheet, guide_sheet, reasons_sheet, rules_sheet
from .names import names_sheet, work_sheet
from .previous import previous_sheet
from .results import results_sheet
from .sheet import Facts, Formula, Lit, Sheet, Value
from .tables import table_sheet
from .texts import meta_sheet, text_sheet


@dataclass(frozen=True, eq=False)
class Plan:
    """The workbook of a form under one rule pack."""

    form: Form
    pack: str
    sheets: tuple[Sheet, ...]

    @cached_property
    def inputs(self) -> dict[str, tuple[str, str]]:
        """Input key -> sheet and address; totals are among them, since a differing one may be typed over."""
        found = {i.input: (s.name, i.address) for s in self.sheets for i in s.items if i.input}
        totals_ = {i.formula.key: (s.name, i.address) for s in self.sheets for i in s.items if i.formula}
        return found | {k: v for k, v in totals_.items() if k in self.form.cells}

    @cached_property
    def formulas(self) -> dict[tuple[str, str], Formula]:
        """Sheet and address -> formula."""
        return {(s.name, i.address): i.formula for s in self.sheets for i in s.items if i.formula}

    def places(self) -> dict[str, tuple[str, str]]:
        """Return cell, text, statement or meta id -> sheet and address, as a reader of the file must find it."""
        return {k.removesuffix("#1"): v for k, v in self.inputs.items() if "#" not in k or k.endswith("#1")}


def results(plan: Plan, report: Report, lit: Lit = Lit()) -> dict[tuple[str, str], Value]:
    """Return sheet and address -> what each formula of the workbook results in with this report in it, and with what
    the last check colored."""
    facts = Facts(report, lit)
    return {place: formula.compute(facts) for place, formula in plan.formulas.items()}


def live_rules(form: Form) -> frozenset[str]:
    """Return the rules that the workbook's own formulas check."""
    return frozenset(bound.rule.id for bound in _live(form, load()))


def _live(form: Form, catalogue: Catalogue) -> list[Bound]:
    """Return the rules that formulas can check: their figures of last year, if any, stand on the sheet of last year."""
    def stands(ref: str) -> bool:
        return not ref.startswith("last.") or any(form.can_compare(earlier, ref[5:]) for earlier in form.comparable)

    found = []
    for bound in (b for rules in catalogue.bounds(form.id).values() for b in rules):
        refs = [*bound.names.values(), *(ref for group in bound.groups.values() for ref in group)]
        found += [bound] if all(map(stands, refs)) else []
    return found


def typed_totals(form: Form, figures: Mapping[str, Figure]) -> frozenset[str]:
    """Return the totals that a workbook must hold as typed numbers, because they are not the sum of their parts."""
    return frozenset(c for c, v in totals(form, figures).items() if figures.get(c) != v)


class _Unplaced(dict[str, str]):
    """Addresses in the first round, when a formula may name a cell that has no place yet."""

    def __missing__(self, key: str) -> str:
        return "A!$A$1"


@cache
def plan_of(form: Form, catalogue: Catalogue) -> Plan:
    """Return the plan of a form's workbook under a rule catalogue."""
    # Two rounds: the first finds out where everything stands, the second writes the formulas with it.
    where: dict[str, str] = _Unplaced()
    _sheets(form, catalogue, where)
    return Plan(form, catalogue.version, _sheets(form, catalogue, dict(where)))


def _sheets(form: Form, catalogue: Catalogue, where: dict[str, str]) -> tuple[Sheet, ...]:
    bounds = _live(form, catalogue)
    work = work_sheet()
    sheets = [meta_sheet(form, catalogue, where)]
    for section in form.sections:
        if section.table:
            sheets.append(table_sheet(form, section, form.table(section.table), bounds, where))
        elif section.sheet:
            sheets.append(text_sheet(form, section, bounds, where, work))
    sheets.append(previous_sheet(form, where))
    sheets.append(names_sheet(form, where))
    sheets.append(reasons_sheet())
    sheets.append(checks_sheet(form, bounds, where))
    sheets.append(results_sheet())
    sheets.append(rules_sheet(form, catalogue))
    sheets.append(work)
    return (guide_sheet(form, sheets[:-1], where), *sheets)
