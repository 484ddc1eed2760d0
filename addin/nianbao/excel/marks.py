"""The live marks beside the cells: a number that is missing or none, or the difference where a sum is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, Container, Mapping, Sequence

from .. import form as forms
from ..form import Cell, Form
from ..report import show
from ..rule import ERROR, Bound, evaluate, is_number
from ..rule.formula import FAILS, HOLDS, excel, ranges
from . import ids, results
from .sheet import Facts, Formula, Sheet, literal, near, rounded

MISSING, NO_NUMBER, NEGATIVE, FRACTION, OFF, UNEQUAL = "待填", "非数字", "负数", "小数", "差", "不符"
CHANGED = "已改，请再校验"  # the row holds by now, but the last check still names it
ELSEWHERE = "见“{}”表"
IN_ROW = "见第{}行"
LEGEND = (
    f"校验：“{HOLDS}”表示填报相符；“{OFF}”及数字表示相差多少；“{MISSING}”表示还有未填的格，没有发生的填0；"
    f"“{NO_NUMBER}”表示数字格中有文字、单位或错误值；“{IN_ROW.format('…')}”“见…表”表示问题写在那里。"
)
CHOICE_LEGEND = f"校验：“{HOLDS}”表示已选择；“{MISSING}”表示还没有选择；“{UNEQUAL}”表示填的不是下拉列表中的内容。"


def live(bound: Bound, cells: Container[str]) -> bool:
    """Whether a rule is shown beside these cells: a hard one that looks at nothing else."""
    rule = bound.rule
    named = [*bound.names.values(), *(ref for group in bound.groups.values() for ref in group)]
    return rule.severity == ERROR and not rule.entails and all(ref in cells for ref in named)


@dataclass(frozen=True)
class Good:
    """What a mark says where nothing is wrong with its own cells and rules, as formula and as value."""

    text: str
    compute: Callable[[Facts], str]


HELD = Good(f'"{HOLDS}"', lambda facts: HOLDS)


def row_good(sheet: Sheet, cells: Sequence[Cell], shown: Sequence[Bound], bounds: Sequence[Bound],
             where: Mapping[str, str]) -> Good:
    """Return what the mark of a row says where its own rules hold: ✓ only while no cell of the row is colored.

    A colored one is in fault with a rule that is shown elsewhere, and the mark says where: at the columns, on the sheet
    of live checks, or on the result sheet. Where every live rule about the row holds again, it was changed since.
    """
    known = {cell.id for cell in cells}
    others = [b for b in bounds if b not in shown and known & {*b.cells, *_refs(b)}]
    places: dict[str, list[Bound]] = {}
    for bound in others:
        at = where.get(f"mark.{bound.key}", "")
        here = at.startswith(f"{sheet.name}!")
        said = IN_ROW.format(at.rpartition("$")[2]) if here else ELSEWHERE.format(ids.CHECKS)
        places.setdefault(said, []).append(bound)
    row = near(sheet, where[cells[0].id]).rpartition("$")[2]
    entry = f"{sheet.name}!?{row}"
    whole = ELSEWHERE.format(ids.RESULTS)
    text = f'IF(COUNTIF({results.list_name(results.OTHER)},"{entry}")>0,"{whole}","{CHANGED}")'
    for said, found in reversed(places.items()):
        states = ranges([where[f"state.{b.key}"] for b in found]).split(",")
        failing = "+".join(f'COUNTIF({area},"{FAILS}")' for area in states)
        text = f'IF({failing}>0,"{said}",{text})'
    text = f'IF(COUNTIF({results.ANY},"{entry}")=0,"{HOLDS}",{text})'
    pattern = re.compile(rf"{re.escape(sheet.name)}![A-Z]{row}$")

    def compute(facts: Facts) -> str:
        if not any(map(pattern.match, facts.lit.cells)):
            return HOLDS
        for said, found in places.items():
            if any(evaluate(b, facts.report.get).holds is False for b in found):
                return said
        return whole if any(map(pattern.match, facts.lit.others)) else CHANGED

    return Good(text, compute)


def _refs(bound: Bound) -> set[str]:
    return {*bound.names.values(), *(ref for group in bound.groups.values() for ref in group)}


def mark(sheet: Sheet, form: Form, key: str, cells: list[Cell], bounds: list[Bound],
         where: Mapping[str, str], good: Good = HELD) -> Formula:
    """Return the mark for number cells and the rules on them."""
    area = ranges([near(sheet, where[c.id]) for c in cells])
    whole = [near(sheet, where[c.id]) for c in cells if c.is_integer]
    positive = [near(sheet, where[c.id]) for c in cells if c.kind != forms.SIGNED]
    text = good.text
    for bound in reversed(bounds):
        text = _difference(sheet, form, bound, where, text)
    if whole:
        uneven = "+".join(f"SUMPRODUCT(--({p}<>INT({p})))" for p in ranges(whole).split(","))
        text = f'IF({uneven}>0,"{FRACTION}",{text})'
    if positive:
        below = "+".join(f'COUNTIF({p},"<0")' for p in ranges(positive).split(","))
        text = f'IF({below}>0,"{NEGATIVE}",{text})'
    # Not COUNTIF(…,"?*"): LibreOffice counts a formula that results in "" among the texts.
    strange = "+".join(f"IFERROR(SUMPRODUCT(LEN({p})*ISTEXT({p})),1)" for p in area.split(","))
    text = f'IF(COUNT({area})<{len(cells)},IF({strange}>0,"{NO_NUMBER}","{MISSING}"),{text})'

    def compute(facts: Facts) -> str:
        report = facts.report
        values = [(c, report.get(c.id)) for c in cells]
        if not all(is_number(v) for _, v in values):
            return NO_NUMBER if any(isinstance(v, str) for _, v in values) else MISSING
        if any(v < 0 for c, v in values if c.kind != forms.SIGNED):
            return NEGATIVE
        if any(v != int(v) for c, v in values if c.is_integer):
            return FRACTION
        for bound in bounds:
            verdict = evaluate(bound, report.get)
            if verdict.holds is False:
                return UNEQUAL if verdict.difference is None else OFF + show(rounded(verdict.difference))
        return good.compute(facts)

    return Formula(key, text, compute)


def _difference(sheet: Sheet, form: Form, bound: Bound, where: Mapping[str, str], otherwise: str) -> str:
    formulas = excel(bound, lambda ref: near(sheet, where[ref]), form)
    shown = f'"{OFF}"&ROUND({formulas.left}-({formulas.right}),9)' if formulas.left else f'"{UNEQUAL}"'
    return f'IF({formulas.state}="{FAILS}",{shown},{otherwise})'


def cell_mark(sheet: Sheet, form: Form, cell: Cell, bounds: list[Bound], where: Mapping[str, str]) -> Formula:
    """Return the mark of a cell that stands alone in its row, with the rules that begin with it."""
    known = {c.id for c in form.cells.values() if c.table == cell.table}
    mine = [b for b in bounds if b.rule.each == "once" and b.cells[:1] == (cell.id,) and live(b, known)]
    return mark(sheet, form, f"mark.{cell.id}", [cell], mine, where, row_good(sheet, [cell], mine, bounds, where))


def choice_mark(sheet: Sheet, cell: Cell, bounds: list[Bound], where: Mapping[str, str]) -> Formula:
    """Return the mark of a cell that holds one of a few words."""
    held = row_good(sheet, [cell], [], bounds, where)
    address = near(sheet, where[cell.id])
    good = ",".join(f"EXACT({address},{literal(choice)})" for choice in cell.choices)
    text = f'IF({address}="","{MISSING}",IF(OR({good}),{held.text},"{UNEQUAL}"))'

    def compute(facts: Facts) -> str:
        value = facts.report.figures.get(cell.id)
        return MISSING if value is None else held.compute(facts) if value in cell.choices else UNEQUAL

    return Formula(f"mark.{cell.id}", text, compute)
