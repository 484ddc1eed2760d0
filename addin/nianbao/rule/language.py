"""The rule language itself: what a record holds, and the small expression in it, parsed and refused."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

ERROR, EXPLAIN, WARNING, CONFIRM = "error", "explain", "warning", "confirm"
SEVERITIES = (ERROR, EXPLAIN, WARNING, CONFIRM)  # worst first
SEVERITY_NAMES = dict(zip(SEVERITIES, ("错误", "待说明", "提示", "待确认")))
BLOCKING = (ERROR, EXPLAIN)  # stop the export, `explain` until it is explained

_FUNCTIONS = {"sum": 1, "given": 1, "default": 2, "implies": 2, "abs": 1}
BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class RuleError(ValueError):
    """A rule record that cannot work: a defect of the catalogue or of an overlay, never of a report. The text is a
    Chinese sentence without its full stop."""


@dataclass(frozen=True)
class Rule:
    """One record of the catalogue. Without `check` its verdict is a function registered under its id."""

    id: str
    forms: tuple[str, ...]
    severity: str
    title: str
    message: str
    fix: str
    basis: str
    since: int
    until: int | None = None
    table: str = ""
    each: str = "once"  # column · row · group · once
    only: tuple[str, ...] = ()  # rows, columns or groups it holds for; all by default
    but: tuple[str, ...] = ()  # rows, columns or groups it does not hold for
    when: str = ""
    check: str = ""
    sides: tuple[str, ...] = ()  # what the left and the right side of the check are called
    given: Any = None  # the parameters of its function
    lesser: str = ""  # severity of its milder findings, where it has two
    entails: tuple[str, ...] = ()  # rules that necessarily fail with it
    entailed_by: tuple[str, ...] = ()  # rules that it necessarily fails with
    like: str = ""  # the rule whose record, and function, this one shares
    off: str = ""  # date and reason, when an overlay switched it off

    @cached_property
    def expression(self) -> Expression:
        return parse(self.check)

    @cached_property
    def condition(self) -> Expression | None:
        return parse(self.when) if self.when else None


@dataclass(frozen=True, eq=False)
class Expression:
    """A parsed expression: `names` in order of appearance, `optional` those only inside given/default, `groups`."""

    source: str
    tree: ast.expr
    names: tuple[str, ...]
    optional: frozenset[str]
    groups: tuple[str, ...]

    @cached_property
    def sides(self) -> tuple[ast.expr, ast.expr] | None:
        """Left and right of a top-level comparison of numbers, for messages and the sheet; else None."""
        tree = self.tree
        if isinstance(tree, ast.Compare) and not isinstance(tree.comparators[0], ast.Constant):
            return tree.left, tree.comparators[0]
        return None


@cache
def parse(source: str) -> Expression:
    """Parse an expression; whatever the language does not have is a `RuleError`."""
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RuleError(f"算式“{source}”写法不对") from error
    required: dict[str, None] = {}
    optional: dict[str, None] = {}
    groups: dict[str, None] = {}

    def visit(node: ast.expr, lenient: bool) -> None:
        name = dotted(node)
        if name:
            (optional if lenient else required)[name] = None
        elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
            pass
        elif isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            visit(node.left, lenient)
            visit(node.right, lenient)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
            visit(node.operand, lenient)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                visit(value, lenient)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARE:
            visit(node.left, lenient)
            visit(node.comparators[0], lenient)
        elif isinstance(node, ast.Call) and _FUNCTIONS.get(dotted(node.func)) == len(node.args):
            function = dotted(node.func)
            if function == "sum":
                if not dotted(node.args[0]):
                    raise RuleError(f"算式“{source}”中 sum() 的括号里应为一个组的名称")
                groups[dotted(node.args[0])] = None
            else:
                for argument in node.args:
                    visit(argument, lenient or function in ("given", "default"))
        else:
            raise RuleError(f"算式“{source}”中的“{ast.unparse(node)}”不能用在规则里")

    visit(tree, False)
    only_optional = frozenset(name for name in optional if name not in required)
    return Expression(source, tree, tuple({**required, **optional}), only_optional, tuple(groups))


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a name or an attribute chain, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return head and f"{head}.{node.attr}"
    return ""
