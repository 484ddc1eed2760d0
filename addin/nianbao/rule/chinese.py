"""A rule as a Chinese sentence, with the labels of the form."""

from __future__ import annotations

import ast

from ..form import Form
from .binding import Bound, bind
from .language import BINARY, COMPARE, Rule, dotted

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
            return emit(node.left) + _SIGNS[BINARY[type(node.op)]] + emit(node.right)
        if isinstance(node, ast.UnaryOp):
            return ("－" if isinstance(node.op, ast.USub) else "并非") + inner(node.operand)
        if isinstance(node, ast.BoolOp):
            return ("，且" if isinstance(node.op, ast.And) else "，或").join(map(inner, node.values))
        if isinstance(node, ast.Compare):
            right = node.comparators[0]
            if isinstance(right, ast.Constant) and isinstance(right.value, str):
                shown = f"“{form.meta[bound.names[dotted(node.left)]].show(right.value)}”"
                return emit(node.left) + ("为" if isinstance(node.ops[0], ast.Eq) else "不为") + shown
            return emit(node.left) + _WORDS[COMPARE[type(node.ops[0])]] + emit(right)
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
