"""The rule catalogue: the records of `workbook/rules`, with overlays of a province, city or unit on top.

An overlay is a TOML file with any of

    [[rule]]    a further rule, by expression only (an id of its own)
    [[change]]  id, severity, date, reason
    [[off]]     id, date, reason
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from .. import assets
from ..errors import InputError
from ..files import read_bytes
from ..form import form_ids, load as load_form
from ..rule import SEVERITIES, Bound, Rule, RuleError, bind

_TUPLES = ("forms", "only", "but", "entails", "cells", "patterns")
_REQUIRED = ("id", "forms", "severity", "title", "message", "fix", "basis", "since")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The rules by id, in listing order, and the version of the pack (`2026.1`, with an overlay `2026.1+name`).

    Of the national catalogue only the files of a form are read when only that form is asked for.
    """

    version: str
    overlaid: dict[str, Rule] | None = None  # every rule, once an overlay changed them

    @property
    def rules(self) -> dict[str, Rule]:
        return _national("") if self.overlaid is None else self.overlaid

    def for_form(self, form_id: str) -> tuple[Rule, ...]:
        """Return the rules in force for a form."""
        rules = _national(form_id) if self.overlaid is None else self.overlaid
        return tuple(r for r in rules.values() if form_id in r.forms and not r.off)

    def bounds(self, form_id: str) -> dict[str, tuple[Bound, ...]]:
        """Return rule id -> the rule at each of its places, for the expression rules of a form."""
        return _bounds(self, form_id)


@cache
def _bounds(catalogue: Catalogue, form_id: str) -> dict[str, tuple[Bound, ...]]:
    form = load_form(form_id)
    return {rule.id: bind(rule, form) for rule in catalogue.for_form(form_id)}


@cache
def load() -> Catalogue:
    """Return the national catalogue."""
    return Catalogue(str(_pack()["version"]))


@cache
def _pack() -> dict[str, Any]:
    return tomllib.loads((assets.RULES / "pack.toml").read_text("utf-8"))


@cache
def _national(form_id: str) -> dict[str, Rule]:
    """Return the rules of the files for a form; of all files for ""."""
    rules: dict[str, Rule] = {}
    for name, forms in _pack()["files"].items():
        if form_id == "" or form_id in forms or "*" in forms:
            _add(rules, tomllib.loads((assets.RULES / f"{name}.toml").read_text("utf-8")).get("rule", ()))
    return rules


def overlay(base: Catalogue, path: Path) -> Catalogue:
    """Return the catalogue with an overlay file on top; a record that cannot work is an `InputError`."""
    try:
        data = tomllib.loads(read_bytes(path).decode("utf-8"))
        rules = dict(base.rules)
        _add(rules, data.get("rule", ()))
        for change in data.get("change", ()):
            _reasoned(change, rules)
            if change.get("severity") not in SEVERITIES:
                raise RuleError(f"{change['id']} 的 severity 应为 {'、'.join(SEVERITIES)} 之一")
            rules[change["id"]] = replace(rules[change["id"]], severity=change["severity"])
        for off in data.get("off", ()):
            _reasoned(off, rules)
            rules[off["id"]] = replace(rules[off["id"]], off=f"{off['date']} {off['reason']}")
        for rule in rules.values():
            if rule.id not in base.rules and not rule.check:
                raise RuleError(f"{rule.id} 缺少 check 表达式")
        catalogue = Catalogue(f"{base.version}+{path.stem}", rules)
        for form_id in form_ids():
            catalogue.bounds(form_id)
    except (RuleError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("bad-pack", f"规则文件“{path.name}”不能使用：{error}。") from error
    return catalogue


def _add(rules: dict[str, Rule], records: Any) -> None:
    known = {f.name for f in fields(Rule)}
    for record in records:
        data = dict(record)
        if data.get("id") in rules:
            raise RuleError(f"{data['id']} is recorded twice")
        if set(data) - known:
            raise RuleError(f"{data.get('id')}: unknown key {', '.join(sorted(set(data) - known))}")
        model = rules.get(data.get("like", ""))
        if model is not None:
            inherited = {f.name: getattr(model, f.name) for f in fields(Rule) if f.name not in ("id", "entails")}
            data = {**inherited, **data, "like": model.like or model.id}
        missing = [key for key in _REQUIRED if key not in data]
        if missing:
            raise RuleError(f"{data.get('id')}: {', '.join(missing)} is missing")
        if data["severity"] not in SEVERITIES:
            raise RuleError(f"{data['id']}: unknown severity {data['severity']}")
        data.update({key: tuple(data[key]) for key in _TUPLES if key in data})
        if data["forms"] == ("*",):
            data["forms"] = form_ids()
        rules[data["id"]] = Rule(**data)


def _reasoned(change: dict[str, Any], rules: dict[str, Rule]) -> None:
    if change.get("id") not in rules:
        raise RuleError(f"没有编号为 {change.get('id')} 的规则")
    if not change.get("date") or not change.get("reason"):
        raise RuleError(f"改动 {change['id']} 要写明日期 date 和理由 reason")
