"""A rule as an Excel formula."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Callable

from ..columns import column_name, column_number
from ..form import Form
from .binding import Bound
from .language import BINARY, COMPARE, Expression, dotted

Address = Callable[[str], str]  # reference -> absolute address with sheet; a choice field shows its label

HOLDS, FAILS, OPEN = "✓", "✗", "—"


@dataclass(frozen=True)
class Formulas:
    """Formulas (without the equals sign) for a bound rule; `left` and `right` are "" unless it compares numbers."""

    state: str
    left: str
    right: str


def excel(bound: Bound, address: Address, form: Form) -> Formulas:
    """Translate a bound rule. The state is ✓, ✗, or — while it cannot be judged, exactly as `evaluate` says."""
    check, condition = bound.rule.expression, bound.rule.condition
    numbers = [address(ref) for ref in bound.needed if not ref.startswith("meta.")]
    state = f'IF({_excel(check.tree, check, bound, address, form)},"{HOLDS}","{FAILS}")'
    if condition:
        state = f'IF({_excel(condition.tree, condition, bound, address, form)},{state},"{OPEN}")'
    if numbers:
        state = f'IF(COUNT({ranges(numbers)})<{len(numbers)},"{OPEN}",{state})'
    if any(isinstance(n, ast.Div) for e in filter(None, (check, condition)) for n in ast.walk(e.tree)):
        state = f'IFERROR({state},"{OPEN}")'
    if not check.sides:
        return Formulas(state, "", "")
    left, right = (_excel(side, check, bound, address, form) for side in check.sides)
    return Formulas(state, left, right)


def _excel(node: ast.expr, expression: Expression, bound: Bound, address: Address, form: Form) -> str:
    def text_of(meta: str, code: str) -> str:
        return '"' + form.meta[meta].show(code).replace('"', '""') + '"'

    def emit(node: ast.expr) -> str:
        name = dotted(node)
        if name:
            return address(bound.names[name])
        if isinstance(node, ast.Constant):
            return f'"{node.value}"' if isinstance(node.value, str) else repr(node.value)
        if isinstance(node, ast.BinOp):
            return f"({emit(node.left)}{BINARY[type(node.op)]}{emit(node.right)})"
        if isinstance(node, ast.UnaryOp):
            return f"(-{emit(node.operand)})" if isinstance(node.op, ast.USub) else f"NOT({emit(node.operand)})"
        if isinstance(node, ast.BoolOp):
            return f"{'AND' if isinstance(node.op, ast.And) else 'OR'}({','.join(map(emit, node.values))})"
        if isinstance(node, ast.Compare):
            sign = {"==": "=", "!=": "<>"}.get(COMPARE[type(node.ops[0])], COMPARE[type(node.ops[0])])
            right = node.comparators[0]
            if isinstance(right, ast.Constant) and isinstance(right.value, str):
                return f"{emit(node.left)}{sign}{text_of(bound.names[dotted(node.left)], right.value)}"
            # Excel counts in binary: a difference below a billionth is none.
            return f"ROUND({emit(node.left)}-({emit(right)}),9){sign}0"
        assert isinstance(node, ast.Call)
        function = dotted(node.func)
        if function == "sum":
            return f"SUM({ranges([address(r) for r in bound.groups[dotted(node.args[0])]])})"
        a = [emit(argument) for argument in node.args]
        return {
            "given": lambda: f"ISNUMBER({a[0]})",
            "default": lambda: f"IF(ISNUMBER({a[0]}),{a[0]},{a[1]})",
            "implies": lambda: f"OR(NOT({a[0]}),{a[1]})",
            "abs": lambda: f"ABS({a[0]})",
        }[function]()

    return emit(node)


_ADDRESS = re.compile(r"(.*?)\$?([A-Z]+)\$?(\d+)$")


def ranges(addresses: list[str]) -> str:
    """Join addresses with commas, neighbours in one row or column as a range."""
    parts: list[str] = []
    run: list[tuple[str, int, int]] = []

    def flush() -> None:
        if run:
            (sheet, c1, r1), (_, c2, r2) = run[0], run[-1]
            first, last = f"${column_name(c1)}${r1}", f"${column_name(c2)}${r2}"
            parts.append(sheet + (first if first == last else f"{first}:{last}"))
            run.clear()

    for address in addresses:
        sheet, letters, digits = _ADDRESS.match(address).groups()  # type: ignore[union-attr]
        here = (sheet, column_number(letters), int(digits))
        if run and not _continues(run, here):
            flush()
        run.append(here)
    flush()
    return ",".join(parts)


def _continues(run: list[tuple[str, int, int]], here: tuple[str, int, int]) -> bool:
    sheet, column, row = run[-1]
    step = (here[1] - column, here[2] - row)
    if here[0] != sheet or step not in ((0, 1), (1, 0)):
        return False
    return len(run) == 1 or step == (column - run[-2][1], row - run[-2][2])
