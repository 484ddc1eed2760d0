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
_YEAR = "meta.report_year"  # the one answer about the unit and report that is a number
_DEEPEST = 50  # Excel nests 64 functions
_LARGEST = 10**15
NUMBER, CHOICE, TRUTH = "数", "选项", "判断"  # what a part of an expression is
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
    """A parsed expression: `names` in order of appearance, `optional` those only inside given/default, `groups`, the
    codes that choices are compared with, and what it comes to: NUMBER or TRUTH."""

    source: str
    tree: ast.expr
    names: tuple[str, ...]
    optional: frozenset[str]
    groups: tuple[str, ...]
    codes: tuple[tuple[str, str], ...] = ()  # (name, code)
    kind: str = TRUTH

    @cached_property
    def sides(self) -> tuple[ast.expr, ast.expr] | None:
        """Left and right of a top-level comparison of numbers, for messages and the sheet; else None."""
        tree = self.tree
        if not isinstance(tree, ast.Compare):
            return None
        right = tree.comparators[0]
        return None if isinstance(right, ast.Constant) and isinstance(right.value, str) else (tree.left, right)


@cache
def parse(source: str) -> Expression:
    """Parse an expression; whatever the language does not have, or cannot be worked out, is a `RuleError`."""
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RuleError(f"算式“{_brief(source)}”写法不对") from error
    reader = _Reader(source.strip())
    kind = reader.kind(tree)
    if kind == CHOICE:
        raise RuleError(f"算式“{_brief(source)}”只有一个选项，应与一个代码比较")
    optional = frozenset(name for name in reader.optional if name not in reader.required)
    names = tuple({**reader.required, **reader.optional})
    return Expression(source, tree, names, optional, tuple(reader.groups), tuple(reader.codes), kind)


class _Reader:
    """Walks an expression once: refuses what the language does not have, and notes the names it meets."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.required: dict[str, None] = {}
        self.optional: dict[str, None] = {}
        self.groups: dict[str, None] = {}
        self.codes: dict[tuple[str, str], None] = {}
        self.depth = 0

    def kind(self, node: ast.expr) -> str:
        """Return what a part of the expression is."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise RuleError(f"算式“{_brief(self.source)}”嵌套超过{_DEEPEST}层")
        found = self._kind(node)
        self.depth -= 1
        return found

    def _kind(self, node: ast.expr) -> str:
        name = dotted(node)
        if name:
            self.required[name] = None
            return _kind_of(name)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            if abs(node.value) < _LARGEST:
                return NUMBER
        if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            return self._all(NUMBER, NUMBER, node.left, node.right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return self._all(NUMBER, NUMBER, node.operand)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self._all(TRUTH, TRUTH, node.operand)
        if isinstance(node, ast.BoolOp):
            return self._all(TRUTH, TRUTH, *node.values)
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARE:
            return self._compared(node)
        if isinstance(node, ast.Call) and not node.keywords and _FUNCTIONS.get(dotted(node.func)) == len(node.args):
            return self._called(dotted(node.func), node.args)
        raise self._refused(node, "不能用在规则里")

    def _compared(self, node: ast.Compare) -> str:
        right = node.comparators[0]
        name = dotted(node.left)
        if not (name and _kind_of(name) == CHOICE):
            return self._all(NUMBER, TRUTH, node.left, right)
        code = right.value if isinstance(right, ast.Constant) else None
        if not isinstance(code, str) or not isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            raise self._refused(node, "应写成 == 或 != 一个加引号的代码")
        self.codes[name, code] = None
        return self._all(CHOICE, TRUTH, node.left)

    def _called(self, function: str, arguments: list[ast.expr]) -> str:
        first = dotted(arguments[0])
        if function == "sum":
            if not first:
                raise RuleError(f"算式“{_brief(self.source)}”中 sum() 的括号里应为一个组的名称")
            self.groups[first] = None
            return NUMBER
        if function in ("given", "default"):
            if not first or _kind_of(first) != NUMBER:
                raise self._refused(arguments[0], f"不是一格的编号，不能放在 {function}() 里")
            self.optional[first] = None
            return TRUTH if function == "given" else self._all(NUMBER, NUMBER, *arguments[1:])
        wanted = TRUTH if function == "implies" else NUMBER
        return self._all(wanted, wanted, *arguments)

    def _all(self, wanted: str, found: str, *nodes: ast.expr) -> str:
        """Return `found`, what parts make together that must each be what is `wanted`."""
        for node in nodes:
            if self.kind(node) != wanted:
                raise self._refused(node, f"应为一个{wanted}")
        return found

    def _refused(self, node: ast.expr, why: str) -> RuleError:
        part = ast.get_source_segment(self.source, node) or ""
        return RuleError(f"算式“{_brief(self.source)}”中的“{_brief(part)}”{why}")


def _kind_of(name: str) -> str:
    plain = name.removeprefix("last.")
    return CHOICE if plain.startswith("meta.") and plain != _YEAR else NUMBER


def _brief(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:120]}……"


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a name or an attribute chain, "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
