"""The live marks beside the cells: a number that is missing or none, or the difference where a sum is wrong."""

from __future__ import annotations

from typing import Container, Mapping

from .. import form as forms
from ..form import Cell, Form
from ..report import show
from ..rule import ERROR, Bound, evaluate, is_number
from ..rule.formula import FAILS, HOLDS, excel, ranges
from .sheet import Facts, Formula, Sheet, literal, near, rounded

MISSING, NO_NUMBER, NEGATIVE, FRACTION, OFF, UNEQUAL = "待填", "非数字", "负数", "小数", "差", "不符"
LEGEND = (
    f"校验：“{HOLDS}”表示填报相符；“{OFF}”及数字表示相差多少；“{MISSING}”表示还有空格，没有发生的填0；"
    f"“{NO_NUMBER}”表示数字格中有文字、单位或错误值。"
)
CHOICE_LEGEND = f"校验：“{HOLDS}”表示已选择；“{MISSING}”表示还没有选择；“{UNEQUAL}”表示填的不是下拉列表中的内容。"


def live(bound: Bound, cells: Container[str]) -> bool:
    """Whether a rule is shown beside these cells: a hard one that looks at nothing else."""
    rule = bound.rule
    named = [*bound.names.values(), *(ref for group in bound.groups.values() for ref in group)]
    return rule.severity == ERROR and not rule.entails and all(ref in cells for ref in named)


def mark(sheet: Sheet, form: Form, key: str, cells: list[Cell], bounds: list[Bound],
         where: Mapping[str, str]) -> Formula:
    """Return the mark for number cells and the rules on them."""
    area = ranges([near(sheet, where[c.id]) for c in cells])
    whole = [near(sheet, where[c.id]) for c in cells if c.is_integer]
    positive = [near(sheet, where[c.id]) for c in cells if c.kind != forms.SIGNED]
    text = f'"{HOLDS}"'
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
        return HOLDS

    return Formula(key, text, compute)


def _difference(sheet: Sheet, form: Form, bound: Bound, where: Mapping[str, str], otherwise: str) -> str:
    formulas = excel(bound, lambda ref: near(sheet, where[ref]), form)
    shown = f'"{OFF}"&ROUND({formulas.left}-({formulas.right}),9)' if formulas.left else f'"{UNEQUAL}"'
    return f'IF({formulas.state}="{FAILS}",{shown},{otherwise})'


def cell_mark(sheet: Sheet, form: Form, cell: Cell, bounds: list[Bound], where: Mapping[str, str]) -> Formula:
    """Return the mark of a cell that stands alone in its row, with the rules that begin with it."""
    known = {c.id for c in form.cells.values() if c.table == cell.table}
    mine = [b for b in bounds if b.rule.each == "once" and b.cells[:1] == (cell.id,) and live(b, known)]
    return mark(sheet, form, f"mark.{cell.id}", [cell], mine, where)


def choice_mark(sheet: Sheet, cell: Cell, where: Mapping[str, str]) -> Formula:
    """Return the mark of a cell that holds one of a few words."""
    address = near(sheet, where[cell.id])
    good = ",".join(f"EXACT({address},{literal(choice)})" for choice in cell.choices)
    text = f'IF({address}="","{MISSING}",IF(OR({good}),"{HOLDS}","{UNEQUAL}"))'

    def compute(facts: Facts) -> str:
        value = facts.report.figures.get(cell.id)
        return MISSING if value is None else HOLDS if value in cell.choices else UNEQUAL

    return Formula(f"mark.{cell.id}", text, compute)
