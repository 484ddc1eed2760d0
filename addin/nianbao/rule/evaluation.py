"""A rule on one report: holds, fails, or cannot be judged."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, Callable, Iterable, Mapping, TypeGuard

from .binding import Bound
from .language import BINARY, COMPARE, Expression, dotted, parse

Number = int | Decimal
Lookup = Callable[[str], Any]  # reference -> number, text of a meta field, or None


@dataclass(frozen=True)
class Verdict:
    """`holds` is None while the rule cannot be judged or does not apply. The sides are worked out when asked for:
    numbers of a rule that compares numbers and can be judged, else None."""

    holds: bool | None
    bound: Bound | None = field(default=None, repr=False, compare=False)
    lookup: Lookup | None = field(default=None, repr=False, compare=False)

    @cached_property
    def sides(self) -> tuple[Number | None, Number | None]:
        if self.bound is None or self.lookup is None or not self.bound.rule.expression.sides:
            return None, None
        left, right = (_run(self.bound.rule.expression, tree, self.bound, self.lookup) for tree in (1, 2))
        return (left, right) if is_number(left) and is_number(right) else (None, None)

    @property
    def left(self) -> Number | None:
        return self.sides[0]

    @property
    def right(self) -> Number | None:
        return self.sides[1]

    @property
    def difference(self) -> Number | None:
        return None if self.left is None or self.right is None else self.left - self.right


_UNKNOWN = Verdict(None)


def is_number(value: Any) -> TypeGuard[Number]:
    """Whether a value is a number of the report: int or Decimal, no truth value, no text."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def numbers(values: Iterable[Any]) -> list[Number]:
    """Return the numbers among values."""
    return [value for value in values if is_number(value)]


def _known(ref: str, value: Any) -> bool:
    return value is not None if ref.startswith("meta.") else is_number(value)


def evaluate(bound: Bound, lookup: Lookup) -> Verdict:
    """Judge a bound rule with the values that `lookup` gives for cell, meta and `last.` references."""
    if not all(_known(ref, lookup(ref)) for ref in bound.needed):
        return _UNKNOWN
    condition, check = bound.rule.condition, bound.rule.expression
    try:
        if condition and not _run(condition, 0, bound, lookup):
            return _UNKNOWN
        return Verdict(bool(_run(check, 0, bound, lookup)), bound, lookup)
    except ZeroDivisionError:
        return _UNKNOWN


def value_of(source: str, members: Mapping[str, tuple[Any, ...]]) -> Any:
    """Evaluate a total expression such as sum(applicants) or a + b on the values of its groups and names."""
    expression = parse(source)
    scope: dict[str, Any] = {f"g{i}": members[group] for i, group in enumerate(expression.groups)}
    scope |= {f"n{i}": members[name][0] for i, name in enumerate(expression.names)}
    return eval(_compiled(expression, 0), _SCALAR, scope)  # noqa: S307


def _run(expression: Expression, part: int, bound: Bound, lookup: Lookup) -> Any:
    """Evaluate the whole (part 0), the left (1) or the right side (2) of an expression."""
    scope: dict[str, Any] = {f"n{i}": lookup(bound.names[n]) for i, n in enumerate(expression.names)}
    scope.update({f"g{i}": [lookup(r) for r in bound.groups[g]] for i, g in enumerate(expression.groups)})
    return eval(_compiled(expression, part), _SCALAR, scope)  # noqa: S307


def _divide(a: Number, b: Number) -> Number:
    if b == 0:
        raise ZeroDivisionError
    return Decimal(a) / Decimal(b)


_SCALAR: dict[str, Any] = {
    "__builtins__": {},
    "sum": sum,
    "abs": abs,
    "divide": _divide,
    "Decimal": Decimal,
    "given": is_number,
    "default": lambda x, other: x if is_number(x) else other,
    "implies": lambda a, b: not a or b,
}


@cache
def _compiled(expression: Expression, part: int) -> Any:
    tree = expression.tree if part == 0 or expression.sides is None else expression.sides[part - 1]
    return compile(python(tree, expression, vector=False), f"<{expression.source}>", "eval")


def python(node: ast.expr, expression: Expression, vector: bool) -> str:
    """Write an expression as Python over n0, n1 … (names) and g0 … (groups), elementwise where `vector`."""

    def emit(node: ast.expr) -> str:
        name = dotted(node)
        if name:
            return f"n{expression.names.index(name)}"
        if isinstance(node, ast.Constant):
            return f"Decimal('{node.value}')" if isinstance(node.value, float) and not vector else repr(node.value)
        if isinstance(node, ast.BinOp):
            a, b = emit(node.left), emit(node.right)
            return f"divide({a}, {b})" if isinstance(node.op, ast.Div) else f"({a} {BINARY[type(node.op)]} {b})"
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.USub):
                return f"(-{emit(node.operand)})"
            return f"(~{emit(node.operand)})" if vector else f"(not {emit(node.operand)})"
        if isinstance(node, ast.BoolOp):
            # Both sides are worked out, as a sheet does: a division by zero in either is no verdict everywhere.
            word = " & " if isinstance(node.op, ast.And) else " | "
            return f"({word.join(map(emit, node.values))})"
        if isinstance(node, ast.Compare):
            return f"({emit(node.left)} {COMPARE[type(node.ops[0])]} {emit(node.comparators[0])})"
        assert isinstance(node, ast.Call)
        function = dotted(node.func)
        if function == "sum":
            return f"sum(g{expression.groups.index(dotted(node.args[0]))})"
        return f"{function}({', '.join(map(emit, node.args))})"

    return emit(node)
