"""A rule on a frame of many reports at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .binding import Bound
from .evaluation import python
from .language import Expression

if TYPE_CHECKING:
    import pandas as pd


def evaluate_frame(bound: Bound, frame: pd.DataFrame) -> pd.Series:
    """Judge a bound rule on a frame with one row a report and one column a reference (`t3.granted.natural`,
    `last.t3.carried_out.total`, `meta.unit_type`); a number that is missing is NaN. Returns a nullable boolean
    series: True holds, False fails, NA cannot be judged or does not apply.
    """
    import numpy as np
    import pandas as pd

    def column(ref: str) -> Any:
        if ref not in frame.columns:
            return pd.Series(None if ref.startswith("meta.") else np.nan, index=frame.index)
        return frame[ref]

    by_zero: list[Any] = []  # of each division, where it is one by zero

    def divide(a: Any, b: Any) -> Any:
        by_zero.append(b == 0)
        return a / (b.where(b != 0) if isinstance(b, pd.Series) else b or np.nan)

    scope_functions = {
        "__builtins__": {},
        "sum": sum,
        "abs": abs,
        "divide": divide,
        "given": lambda x: x.notna(),
        "default": lambda x, other: x.fillna(other),
        "implies": lambda a, b: ~a | b,
    }

    def run(expression: Expression) -> Any:
        scope: dict[str, Any] = {f"n{i}": column(bound.names[n]) for i, n in enumerate(expression.names)}
        scope.update({f"g{i}": [column(r) for r in bound.groups[g]] for i, g in enumerate(expression.groups)})
        result = eval(_vector_code(expression), scope_functions, scope)  # noqa: S307
        return pd.Series(result, index=frame.index).astype("boolean")

    judged = pd.Series(True, index=frame.index)
    for ref in bound.needed:
        judged &= column(ref).notna()
    if bound.rule.condition:
        judged &= run(bound.rule.condition).fillna(False).astype(bool)
    found = run(bound.rule.expression)
    for zero in by_zero:
        judged &= ~pd.Series(zero, index=frame.index).astype(bool)
    verdicts: pd.Series = found.where(judged)
    return verdicts


@cache
def _vector_code(expression: Expression) -> Any:
    return compile(python(expression.tree, expression, vector=True), f"<{expression.source}>", "eval")
