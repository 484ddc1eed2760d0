"""Binding a rule to the places of a form it holds for: what each name of it refers to there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Mapping

from ..form import Form, Table
from .language import Rule, RuleError


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
    table = next((t for t in form.tables if t.id == rule.table), None)
    if table is None:
        raise RuleError(f"{rule.id} 的 table “{rule.table}”在格式 {form.id} 中没有")
    places = _places(rule, table)
    unknown = {*rule.only, *rule.but} - {place for place, _ in places}
    if unknown:
        raise RuleError(f"{rule.id} 的 only 或 but 中，格式 {form.id} 没有“{min(unknown)}”")
    places = [p for p in places if (not rule.only or p[0] in rule.only) and p[0] not in rule.but]
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
                raise RuleError(f"{rule.id} 的算式中，单位信息没有“{name}”这一项")
            return name
        own = _cell(rule.each, table, place, name) if table else name
        if own in form.cells:
            return own
        if name not in form.cells:
            at = f"（{place}）" if place else ""
            raise RuleError(f"{rule.id} 的算式中，格式 {form.id} 没有“{name}”{at}这一格")
        return name

    expressions = [e for e in (rule.expression, rule.condition) if e]
    names = {name: resolve(name) for e in expressions for name in e.names}
    for name, code in (pair for e in expressions for pair in e.codes):
        codes = [c for c, _, _ in form.meta[names[name].removeprefix("last.")].choices]
        if codes and code not in codes:
            raise RuleError(f"{rule.id} 的算式中，{name} 没有“{code}”，可以写的有 {'、'.join(codes)}")
    groups: dict[str, tuple[str, ...]] = {}
    for group in {g: None for e in expressions for g in e.groups}:
        prefix, plain = ("last.", group[5:]) if group.startswith("last.") else ("", group)
        if table is None or plain not in table.groups:
            raise RuleError(f"{rule.id} 的算式中，表中没有名为“{plain}”的组")
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
