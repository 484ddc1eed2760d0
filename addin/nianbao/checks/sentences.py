"""The words of a rule for a form: names of the workbook in them are placeholders, filled from where the name stands.

    {label:ID}    the label of a row or column (`t3.carried_out`), cell, question (`meta.level`) or text (`s5.plan`)
    {name:ID}     the same as sentences call it, without number and explanation
    {heading:ID}  the heading of a section
    {sheet:ID}    the sheet that asks about the unit (`meta`), lists answers (`reasons`), or holds a table or section

Everything else in braces belongs to the verdict: {place}, {left}, the names of an expression or of a function.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Callable

from ..form import Form, meta_sheet, sheet_names
from ..rule import Rule, RuleError

_PLACEHOLDER = re.compile(r"\{(label|name|heading|sheet):([^{}]+)\}")
_OPEN = re.compile(r"\{([^{}]+)\}|[{}]")
TEXTS = ("title", "message", "fix", "basis")


def left_open(text: str) -> list[str]:
    """Return the names in braces that the verdict fills, and a brace that belongs to none as it stands."""
    return [match[1] or match[0] for match in _OPEN.finditer(_PLACEHOLDER.sub("", text))]


def worded(rule: Rule, form: Form) -> Rule:
    """Return the rule as a form words it; a name that the form does not have is a `RuleError`."""
    changes: dict[str, Any] = {}
    for key in TEXTS:
        text = getattr(rule, key)
        if "{" in text and _PLACEHOLDER.search(text):
            changes[key] = _PLACEHOLDER.sub(lambda match: _said(rule, key, match[1], match[2], form), text)
    return replace(rule, **changes) if changes else rule


def _said(rule: Rule, key: str, kind: str, id_: str, form: Form) -> str:
    found = _KINDS[kind](form, id_)
    if found is None:
        raise RuleError(f"{rule.id} 的 {key} 中，格式 {form.id} 没有“{id_}”，不能填入 {{{kind}:{id_}}}")
    return found


def _label(form: Form, id_: str) -> str | None:
    if id_ in form.meta:
        return form.meta[id_].label
    if id_ in form.texts:
        return re.sub(r"^（[^（）]*）", "", form.texts[id_].heading)
    node = _node(form, id_)
    return node[0] if node else form.cells[id_].label if id_ in form.cells else None


def _name(form: Form, id_: str) -> str | None:
    node = _node(form, id_)
    return node[1] if node else form.cells[id_].name if id_ in form.cells else None


def _node(form: Form, id_: str) -> tuple[str, str] | None:
    """Return label and name of a row or column, named by its table and its own id."""
    table_id, _, node_id = id_.partition(".")
    for table in form.tables:
        if table.id == table_id and node_id in table.nodes:
            return table.nodes[node_id].label, table.nodes[node_id].short
    return None


def _heading(form: Form, id_: str) -> str | None:
    return next((re.sub(r"^[一二三四五六七八九十]+、", "", s.heading) for s in form.sections if s.id == id_), None)


def _sheet(form: Form, id_: str) -> str | None:
    if id_ == "meta":
        return meta_sheet()
    if id_ in sheet_names():
        return sheet_names()[id_]
    tables = {table.id: table.sheet for table in form.tables}
    return tables.get(id_) or next((s.sheet for s in form.sections if s.id == id_ and s.sheet), None)


_KINDS: dict[str, Callable[[Form, str], str | None]] = {
    "label": _label, "name": _name, "heading": _heading, "sheet": _sheet}
