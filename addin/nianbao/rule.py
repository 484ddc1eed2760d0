"""The rule language: a small expression, parsed once, that becomes an evaluator on one report, an evaluator on a
frame of many, an Excel formula and a Chinese sentence.

    new_received + carried_in == total_processed + carried_out        names of the table, for every column
    total == sum(applicants)                                          a group of the form, without its totals
    implies(t3.other_no_fee.total > 0, s6.fee_notice_count > 0)       whole cell ids
    last.t2.norms.in_force, meta.unit_type == "government"            the year before; what the unit says of itself
    given(x), default(x, 0)                                           x is a number; x, or 0 while it is none

A rule holds, fails, or cannot be judged: it is judged only when every number it names is there (those inside
`given` and `default` excepted) and `when`, if it has one, is true. This module knows no files.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, TypeGuard

from .form import Form, Table

if TYPE_CHECKING:
    import pandas as pd

ERROR, EXPLAIN, WARNING, CONFIRM = "error", "explain", "warning", "confirm"
SEVERITIES = (ERROR, EXPLAIN, WARNING, CONFIRM)  # worst first
SEVERITY_NAMES = dict(zip(SEVERITIES, ("错误", "待说明", "提示", "待确认")))
BLOCKING = (ERROR, EXPLAIN)  # stop the export, `explain` until it is explained

_FUNCTIONS = {"sum": 1, "given": 1, "default": 2, "implies": 2, "abs": 1}
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class RuleError(ValueError):
    """A rule record that cannot work: a defect of the catalogue or of an overlay, never of a report."""


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
    cells: tuple[str, ...] = ()  # what a function looks at
    section: str = ""  # the section a function reads
    patterns: tuple[Mapping[str, Any], ...] = ()  # what a function looks for: text (a regular expression), cells, zero
    lesser: str = ""  # severity of its milder findings, where it has two
    entails: tuple[str, ...] = ()  # rules that necessarily fail with it
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
    except SyntaxError as error:
        raise RuleError(f"{source}: {error.msg}") from error
    required: dict[str, None] = {}
    optional: dict[str, None] = {}
    groups: dict[str, None] = {}

    def visit(node: ast.expr, lenient: bool) -> None:
        name = dotted(node)
        if name:
            (optional if lenient else required)[name] = None
        elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
            pass
        elif isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            visit(node.left, lenient)
            visit(node.right, lenient)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
            visit(node.operand, lenient)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                visit(value, lenient)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
            visit(node.left, lenient)
            visit(node.comparators[0], lenient)
        elif isinstance(node, ast.Call) and _FUNCTIONS.get(dotted(node.func)) == len(node.args):
            function = dotted(node.func)
            if function == "sum":
                if not dotted(node.args[0]):
                    raise RuleError(f"{source}: sum() takes the name of a group")
                groups[dotted(node.args[0])] = None
            else:
                for argument in node.args:
                    visit(argument, lenient or function in ("given", "default"))
        else:
            raise RuleError(f"{source}: {ast.unparse(node)} is not part of the rule language")

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


# ---------------------------------------------------------------- binding a rule to the places it holds for


@dataclass(frozen=True)
class Bound:
    """A rule at one place: what each name of its expressions refers to, and how the place is called."""

    rule: Rule
    place: str  # id of the row, column or group; "" for a rule that holds once
    label: str  # the same in Chinese
    names: Mapping[str, str]  # name -> cell id, meta id or last.cell id
    groups: Mapping[str, tuple[str, ...]]

    @property
    def key(self) -> str:
        """Identifies the rule at this place in the workbook."""
        return f"{self.rule.id}.{self.place}" if self.place else self.rule.id

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """Every figure of this year the check names, in order of appearance, none twice."""
        refs = [self.names[n] for n in self.rule.expression.names]
        refs += [ref for group in self.rule.expression.groups for ref in self.groups[group]]
        return tuple(dict.fromkeys(r for r in refs if not r.startswith(("meta.", "last."))))

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Every reference that must be known before the rule can be judged."""
        found: dict[str, None] = {}
        for expression in filter(None, (self.rule.condition, self.rule.expression)):
            for name in expression.names:
                if name not in expression.optional:
                    found[self.names[name]] = None
            for group in expression.groups:
                found.update(dict.fromkeys(self.groups[group]))
        return tuple(found)


def bind(rule: Rule, form: Form) -> tuple[Bound, ...]:
    """Return a `Bound` for each place of the form the rule holds for; an unknown name is a `RuleError`."""
    if not rule.check:
        return ()
    if not rule.table:
        return (_bind(rule, form, None, "", rule.title),)
    table = form.table(rule.table)
    places = [p for p in _places(rule, table) if (not rule.only or p[0] in rule.only) and p[0] not in rule.but]
    return tuple(_bind(rule, form, table, place, label) for place, label in places)


def _places(rule: Rule, table: Table) -> list[tuple[str, str]]:
    if rule.each == "once":
        return [("", rule.title)]
    if rule.each == "group":
        return [(n.id, n.label) for n in table.nodes.values() if n.children and "." in n.children[0].id]
    leaves = (b.leaf_columns if rule.each == "column" else b.leaf_rows for b in table.blocks)
    return list({leaf.id: (leaf.id, leaf.label) for block in leaves for leaf in block}.values())


def _bind(rule: Rule, form: Form, table: Table | None, place: str, label: str) -> Bound:
    def resolve(name: str) -> str:
        if name.startswith("last."):
            return f"last.{resolve(name[5:])}"
        if name.startswith("meta."):
            if name not in form.meta:
                raise RuleError(f"{rule.id}: unknown field {name}")
            return name
        own = _cell(rule.each, table, place, name) if table else name
        if own in form.cells:
            return own
        if name not in form.cells:
            raise RuleError(f"{rule.id}: {name} is no cell of {form.id}" + (f" at {place}" if place else ""))
        return name

    expressions = [e for e in (rule.expression, rule.condition) if e]
    names = {name: resolve(name) for e in expressions for name in e.names}
    groups: dict[str, tuple[str, ...]] = {}
    for group in {g: None for e in expressions for g in e.groups}:
        prefix, plain = ("last.", group[5:]) if group.startswith("last.") else ("", group)
        if table is None or plain not in table.groups:
            raise RuleError(f"{rule.id}: {plain} is no group of the table")
        groups[group] = tuple(resolve(prefix + member) for member in table.groups[plain])
    return Bound(rule, place, label, names, groups)


def _cell(each: str, table: Table, place: str, name: str) -> str:
    if each == "row":
        return table.cell_id(place, name)
    if each == "column":
        return table.cell_id(name, place)
    if each == "group":
        return table.cell_id("", f"{place}.{name}")
    return table.cell_id("", name)


# ---------------------------------------------------------------- evaluating on one report

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
    if condition and not _run(condition, 0, bound, lookup):
        return _UNKNOWN
    try:
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
    return compile(_python(tree, expression, vector=False), f"<{expression.source}>", "eval")


def _python(node: ast.expr, expression: Expression, vector: bool) -> str:
    """Write an expression as Python over n0, n1 … (names) and g0 … (groups), elementwise where `vector`."""

    def emit(node: ast.expr) -> str:
        name = dotted(node)
        if name:
            return f"n{expression.names.index(name)}"
        if isinstance(node, ast.Constant):
            return f"Decimal('{node.value}')" if isinstance(node.value, float) and not vector else repr(node.value)
        if isinstance(node, ast.BinOp):
            a, b = emit(node.left), emit(node.right)
            return f"divide({a}, {b})" if isinstance(node.op, ast.Div) else f"({a} {_BINARY[type(node.op)]} {b})"
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.USub):
                return f"(-{emit(node.operand)})"
            return f"(~{emit(node.operand)})" if vector else f"(not {emit(node.operand)})"
        if isinstance(node, ast.BoolOp):
            word = (" & " if vector else " and ") if isinstance(node.op, ast.And) else (" | " if vector else " or ")
            return f"({word.join(map(emit, node.values))})"
        if isinstance(node, ast.Compare):
            return f"({emit(node.left)} {_COMPARE[type(node.ops[0])]} {emit(node.comparators[0])})"
        assert isinstance(node, ast.Call)
        function = dotted(node.func)
        if function == "sum":
            return f"sum(g{expression.groups.index(dotted(node.args[0]))})"
        return f"{function}({', '.join(map(emit, node.args))})"

    return emit(node)


# ---------------------------------------------------------------- evaluating on a frame of many reports


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

    scope_functions = {
        "__builtins__": {},
        "sum": sum,
        "abs": abs,
        "divide": lambda a, b: a / b.where(b != 0) if isinstance(b, pd.Series) else a / b,
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
    verdicts: pd.Series = run(bound.rule.expression).where(judged)
    return verdicts


@cache
def _vector_code(expression: Expression) -> Any:
    return compile(_python(expression.tree, expression, vector=True), f"<{expression.source}>", "eval")


# ---------------------------------------------------------------- as an Excel formula

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
    if any(isinstance(n, ast.Div) for n in ast.walk(check.tree)):
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
            return f"({emit(node.left)}{_BINARY[type(node.op)]}{emit(node.right)})"
        if isinstance(node, ast.UnaryOp):
            return f"(-{emit(node.operand)})" if isinstance(node.op, ast.USub) else f"NOT({emit(node.operand)})"
        if isinstance(node, ast.BoolOp):
            return f"{'AND' if isinstance(node.op, ast.And) else 'OR'}({','.join(map(emit, node.values))})"
        if isinstance(node, ast.Compare):
            sign = {"==": "=", "!=": "<>"}.get(_COMPARE[type(node.ops[0])], _COMPARE[type(node.ops[0])])
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


def column_name(number: int) -> str:
    """Return the letters of a 1-based column number."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the 1-based number of a column's letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


# ---------------------------------------------------------------- in Chinese

_SIGNS = {"+": "＋", "-": "－", "*": "×", "/": "÷"}
_WORDS = {"==": "＝", "!=": "≠", "<": "＜", "<=": "≤", ">": "＞", ">=": "≥"}
_EACH = {"column": "每一列：", "row": "每一行：", "group": "每一组：", "once": ""}


def sentence(rule: Rule, form: Form) -> str:
    """Return what an expression rule demands, in Chinese, with the labels of the form."""
    bounds = bind(rule, form)
    if not bounds:
        return rule.title
    bound = bounds[0]
    head = f"{'、'.join(b.label for b in bounds)}：" if rule.only else _EACH[rule.each]
    body = _chinese(rule.expression.tree, bound, form)
    if rule.condition:
        body = f"当{_chinese(rule.condition.tree, bound, form)}时，{body}"
    return head + body


def _chinese(tree: ast.expr, bound: Bound, form: Form) -> str:
    table = form.table(bound.rule.table) if bound.rule.table else None

    def label(name: str) -> str:
        ref = bound.names[name]
        if ref.startswith("last."):
            return "上年" + label_of(ref[5:])
        return form.meta[ref].label if ref.startswith("meta.") else label_of(ref)

    def label_of(cell_id: str) -> str:
        cell = form.cells[cell_id]
        each = bound.rule.each
        text = {"column": cell.row.label, "row": cell.column.label, "group": cell.column.label}.get(each, cell.label)
        return f"“{text}”"

    def inner(node: ast.expr) -> str:
        return f"（{emit(node)}）" if isinstance(node, ast.BoolOp) else emit(node)

    def emit(node: ast.expr) -> str:
        name = dotted(node)
        if name:
            return label(name)
        if isinstance(node, ast.Constant):
            return str(node.value)
        if isinstance(node, ast.BinOp):
            return emit(node.left) + _SIGNS[_BINARY[type(node.op)]] + emit(node.right)
        if isinstance(node, ast.UnaryOp):
            return ("－" if isinstance(node.op, ast.USub) else "并非") + inner(node.operand)
        if isinstance(node, ast.BoolOp):
            return ("，且" if isinstance(node.op, ast.And) else "，或").join(map(inner, node.values))
        if isinstance(node, ast.Compare):
            right = node.comparators[0]
            if isinstance(right, ast.Constant) and isinstance(right.value, str):
                shown = f"“{form.meta[bound.names[dotted(node.left)]].show(right.value)}”"
                return emit(node.left) + ("为" if isinstance(node.ops[0], ast.Eq) else "不为") + shown
            return emit(node.left) + _WORDS[_COMPARE[type(node.ops[0])]] + emit(right)
        assert isinstance(node, ast.Call)
        function = dotted(node.func)
        if function == "sum":
            assert table is not None
            group = dotted(node.args[0]).removeprefix("last.")
            return f"“{table.nodes[group].label}”各项之和"
        a = [emit(argument) for argument in node.args]
        return {
            "given": lambda: f"已填{a[0]}",
            "default": lambda: a[0],
            "implies": lambda: f"若{a[0]}，则{a[1]}",
            "abs": lambda: f"|{a[0]}|",
        }[function]()

    return emit(tree)


def instances(rules: Mapping[str, Rule], form: Form) -> Iterator[Bound]:
    """Yield every expression rule of the catalogue at every place of the form."""
    for rule in rules.values():
        if form.id in rule.forms and not rule.off:
            yield from bind(rule, form)
