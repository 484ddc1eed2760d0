"""How far each sheet is filled, and how many of its marks are red: shown on the first sheet by formulas."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Callable, Mapping

from ..form import Form
from ..rule.formula import HOLDS, OPEN, ranges
from .marks import CHANGED, MISSING
from .sheet import Facts, Formula, Item, Sheet

STEPS = 10  # boxes of a bar
FULL, EMPTY = "█", "░"
_NOT_RED = (HOLDS, MISSING, CHANGED, OPEN, "")

Count = Callable[[Facts], int]


def progress(row: int, column: int, other: Sheet, form: Form, where: Mapping[str, str]) -> list[Item]:
    """Return three cells from `row` and `column` on about another sheet: places filled of all that must be, the same
    as a bar, and its red marks; none for a sheet on which nothing must be filled."""
    required = [key for key, place in where.items() if _required(form, key) and place.startswith(f"{other.name}!")]
    if not required:
        return [Item(row, column + n, style="count") for n in range(3)]
    filled = "+".join(f"COUNTA({area})" for area in ranges([where[key] for key in required]).split(","))
    total = len(required)

    def count(facts: Facts) -> int:
        return sum(_given(facts, key) for key in required)

    def bar(facts: Facts) -> str:
        boxes = int((Decimal(count(facts) * STEPS) / total).quantize(Decimal(1), ROUND_HALF_UP))
        return FULL * boxes + EMPTY * (STEPS - boxes)

    boxes = f"ROUND(({filled})/{total}*{STEPS},0)"
    drawn = f'REPT("{FULL}",{boxes})&REPT("{EMPTY}",{STEPS}-{boxes})'
    key = f"progress.{other.name}"
    share = Formula(key, f'({filled})&"/{total}"', lambda facts: f"{count(facts)}/{total}")
    return [
        Item(row, column, style="count", formula=share),
        Item(row, column + 1, style="bar", formula=Formula(f"{key}.bar", drawn, bar)),
        Item(row, column + 2, style="mark", formula=_state(f"{key}.red", other, filled, total, count)),
    ]


def _required(form: Form, key: str) -> bool:
    if key in form.cells:
        return not form.cells[key].is_total
    return key in form.texts or (key in form.meta and form.meta[key].required)


def _given(facts: Facts, key: str) -> bool:
    report = facts.report
    if key in report.definition.texts:
        return any(report.texts.get(key, ())[:1])
    return report.get(key) not in (None, "")


def _state(key: str, other: Sheet, filled: str, total: int, count: Count) -> Formula:
    """Return how many marks are red; ✓ where none is and everything is filled."""
    marks = [item for item in other.items if item.style.startswith("mark") and item.formula]
    good = f'IF({filled}={total},"{HOLDS}","")'
    if marks:
        areas = ranges([other.reach(item) for item in marks]).split(",")
        calm = "".join(f'-COUNTIF({area},"{word}")' for area in areas for word in _NOT_RED)
        red = f"{len(marks)}{calm}"
        good = f'IF({red}>0,({red})&"处",{good})'

    def compute(facts: Facts) -> str:
        shown = sum(item.formula.compute(facts) not in _NOT_RED for item in marks if item.formula)
        return f"{shown}处" if shown else HOLDS if count(facts) == total else ""

    return Formula(key, good, compute)
