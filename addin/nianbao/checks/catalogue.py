"""The rule catalogue: the records of `workbook/rules`, with overlays of a province, city or unit on top.

Which rules hold for a form follows from the records alone. An overlay is a TOML file with any of

    [[rule]]    a further rule (an id of its own), by expression or `like` another
    [[change]]  id, severity and parameters (`with`) as they are to be; date, reason
    [[off]]     id, date, reason

What a record may say is declared in `record`, and refused with its place where it is not understood.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Iterable, Mapping

from .. import assets
from ..errors import InputError
from ..files import read_bytes
from ..form import Form, form_ids, load as load_form
from ..report import YEAR
from ..rule import Bound, Rule, RuleError, bind
from . import parameters, record
from .sentences import worded

_PACK = "pack.toml"


@dataclass(frozen=True)
class Rules:
    """Rules by id in listing order, and the parameters that their records give, as they were written."""

    rules: Mapping[str, Rule]
    written: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The rules by id, in listing order, and the version of the pack (`2026.1`, with an overlay `2026.1+name`).

    Of the national catalogue only the files with rules for a form are read when only that form is asked for.
    """

    version: str
    overlaid: Rules | None = None  # every rule, once an overlay changed them

    @property
    def rules(self) -> Mapping[str, Rule]:
        return self._of("").rules

    def _of(self, form_id: str) -> Rules:
        return _national(form_id) if self.overlaid is None else self.overlaid

    def for_form(self, form_id: str, year: int | None = None) -> tuple[Rule, ...]:
        """Return the rules in force for a form, as it words them; with a report year, those in force in that year.

        A year outside those of the form counts as the nearest of them: that the form is not the one for the year is a
        finding of its own, and switches no sum off.
        """
        rules = _worded(self, form_id)
        if year is None:
            return rules
        form = load_form(form_id)
        counted = max(form.since, min(year, form.until or year))
        return tuple(r for r in rules if r.since <= counted <= (r.until or counted))

    def bounds(self, form_id: str) -> dict[str, tuple[Bound, ...]]:
        """Return rule id -> the rule at each of its places, for the expression rules of a form."""
        return _bounds(self, form_id)


def shown(rule: Rule) -> Rule:
    """Return a rule as a person reads it outside of any report: in the words of the first of its forms."""
    return worded(rule, load_form(rule.forms[0]))


@cache
def _worded(catalogue: Catalogue, form_id: str) -> tuple[Rule, ...]:
    form = load_form(form_id)
    found = (r for r in catalogue._of(form_id).rules.values() if form_id in r.forms and not r.off)
    return tuple(_in_its_years(worded(rule, form), form) for rule in found)


def _in_its_years(rule: Rule, form: Form) -> Rule:
    """Let an expression look at the report year where the rule does not hold in every year of its form, so that the
    workbook's own formulas keep to it as well."""
    years = [f"{YEAR} >= {rule.since}"] if rule.since > form.since else []
    years += [f"{YEAR} <= {rule.until}"] if rule.until and rule.until < (form.until or 9999) else []
    if not rule.check or not years:
        return rule
    return replace(rule, when=" and ".join([*years, *([f"({rule.when})"] if rule.when else [])]))


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
    return tomllib.loads((assets.RULES / _PACK).read_text("utf-8"))


@cache
def _national(form_id: str) -> Rules:
    """Return the rules for a form, and those they are like; all rules for "".

    A record that cannot work is an `InputError` that names file, rule and key.
    """
    rules: dict[str, Rule] = {}
    written: dict[str, Mapping[str, Any]] = {}
    for name, text in _relevant(form_id).items():
        try:
            _add(rules, written, _parsed(text))
        except RuleError as error:
            raise _refused(name, error) from error
    return Rules(_tied(rules), written)


@cache
def _files() -> dict[str, str]:
    """Return the text of every file of rules, in listing order: those that the pack names, then any other."""
    order: list[str] = _pack().get("order", [])
    found = {path.stem: path for path in sorted(assets.RULES.glob("*.toml")) if path.name != _PACK}
    names = [name for name in order if name in found] + [name for name in found if name not in order]
    return {found[name].name: found[name].read_text("utf-8") for name in names}


def _relevant(form_id: str) -> dict[str, str]:
    """Return the files that have a rule for a form, and those of the rules they are like.

    Parsing TOML costs a start more than checking a report, so it is only scanned for what a record is for. A record
    whose forms are not seen at a glance counts as one for every form.
    """
    files = _files()
    if not form_id:
        return files
    wanted = {name for name, text in files.items() if any(_may_be_for(part, form_id) for part in _parts(text))}
    while True:
        liked = {i for name in wanted for i in re.findall(r'^like\s*=\s*"([^"]+)"', files[name], re.M)}
        more = {name for name, text in files.items() if any(f'id = "{i}"' in text for i in liked)} - wanted
        if not more:
            return {name: text for name, text in files.items() if name in wanted}
        wanted |= more


def _parts(text: str) -> list[str]:
    return text.split("[[rule]]")[1:] or [text]


def _may_be_for(part: str, form_id: str) -> bool:
    forms = re.search(r"^forms\s*=\s*\[([^\]]*)\]", part, re.M)
    return forms is None or f'"{form_id}"' in forms[1] or f"'{form_id}'" in forms[1] or record.ALL in forms[1]


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"第{at[1]}行第{at[2]}列" if at else "文件末尾"
        raise RuleError(f"{where}不是有效的 TOML 写法") from error
    except RecursionError as error:
        raise RuleError("括号嵌套太深，不是有效的 TOML 写法") from error


def _add(rules: dict[str, Rule], written: dict[str, Mapping[str, Any]], data: Mapping[str, Any]) -> None:
    """Add the records of a file's `rule`; nothing else may stand in a national file."""
    _known_parts(data, ("rule",))
    for item in _records(data, "rule"):
        built = record.rule(item, rules, written)
        if built.id in rules:
            raise RuleError(f"{built.id} 重复，编号在全部规则中只能有一次")
        rules[built.id] = built
        written[built.id] = {**written.get(built.like, {}), **item.get("with", {})}


def _tied(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Return the rules, each with all that fail with it: what it says itself, and what others say of it."""
    found = dict(rules)
    for rule in rules.values():
        for other in rule.entailed_by:
            if other in found and rule.id not in found[other].entails:
                found[other] = replace(found[other], entails=(*found[other].entails, rule.id))
    return found


def overlay(base: Catalogue, path: Path) -> Catalogue:
    """Return the catalogue with an overlay file on top; a record that cannot work is an `InputError`."""
    try:
        data = _parsed(_decoded(read_bytes(path)))
        _known_parts(data, tuple(record.PARTS))
        rules, written = dict(base._of("").rules), dict(base._of("").written)
        own = {"rule": _records(data, "rule")}
        for item in own["rule"]:
            record.check_forms(item)
        _add(rules, written, own)
        for change in _records(data, "change"):
            record.checked(change, record.CHANGE)
            rules[change["id"]] = _changed(_named(change, rules), change, written)
        for off in _records(data, "off"):
            record.checked(off, record.OFF)
            rules[off["id"]] = replace(_named(off, rules), off=f"{off['date']} {off['reason']}")
        catalogue = Catalogue(f"{base.version}+{path.stem}", Rules(_tied(rules), written))
        own_ids = [item["id"] for part in record.PARTS for item in _records(data, part)]
        validate(catalogue, own_ids)
    except RuleError as error:
        raise _refused(path.name, error) from error
    return catalogue


def _decoded(content: bytes) -> str:
    """Return the text of an overlay; a byte order mark, which Windows editors write, is none of it."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise RuleError("不是 UTF-8 编码的文字，请另存为 UTF-8") from error


def _changed(rule: Rule, change: Mapping[str, Any], written: dict[str, Mapping[str, Any]]) -> Rule:
    if "severity" not in change and "with" not in change:
        raise RuleError(f"对 {rule.id} 的改动要写明 severity 或 with")
    written[rule.id] = {**written[rule.id], **change.get("with", {})}
    changed = record.with_parameters(rule, written[rule.id]) if "with" in change else rule
    return replace(changed, severity=change.get("severity", rule.severity))


def _named(change: Mapping[str, Any], rules: Mapping[str, Rule]) -> Rule:
    if change["id"] not in rules:
        raise RuleError(f"没有编号为 {change['id']} 的规则")
    return rules[change["id"]]


def validate(catalogue: Catalogue, ids: Iterable[str]) -> None:
    """Refuse, with a `RuleError`, what can only be seen with the forms: names that they do not have; and of the rules
    with these ids, that they are tied to one that is not there, and patterns that are none. Of a list of names, each
    must be in one form of the rule; a name that stands alone, in all of them."""
    all_forms = {form_id: load_form(form_id) for form_id in form_ids()}
    for form_id in all_forms:
        catalogue.bounds(form_id)
    for rule in map(catalogue.rules.__getitem__, ids):
        for other in (*rule.entails, *rule.entailed_by):
            if other not in catalogue.rules:
                raise RuleError(f"{rule.id} 的 entails 或 entailed_by 中没有编号为“{other}”的规则")
        if rule.given is None:
            continue
        for form_id in rule.forms:
            if rule.table and all(table.id != rule.table for table in all_forms[form_id].tables):
                raise RuleError(f"{rule.id} 的 table “{rule.table}”在格式 {form_id} 中没有")
        for key, kind, id_ in parameters.references(rule.given):
            without = [form for form in rule.forms if not parameters.is_known(kind, id_, all_forms[form])]
            if len(without) == len(rule.forms) or (without and kind in parameters.ALONE):
                raise RuleError(f"{rule.id} 的参数 {key}：格式 {'、'.join(without)} 中没有“{id_}”")
        for key, pattern, groups in parameters.patterns(rule.given):
            try:
                found = re.compile(pattern.text).groups
            except (re.error, RecursionError, OverflowError) as error:
                raise RuleError(f"{rule.id} 的参数 {key}：“{pattern.text}”不是正则表达式") from error
            if groups is not None and found != groups:
                raise RuleError(f"{rule.id} 的参数 {key}：“{pattern.text}”应有{groups}组括号，现在有{found}组")


def _known_parts(data: Mapping[str, Any], allowed: Iterable[str]) -> None:
    for part in data:
        if part not in allowed:
            raise RuleError(f"有不认识的“{part}”，可以写的有 {'、'.join(f'[[{name}]]' for name in allowed)}")


def _records(data: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    found = data.get(part, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise RuleError(f"“{part}”应写成 [[{part}]]")
    return found


def _refused(name: str, error: Exception) -> InputError:
    return InputError("bad-pack", f"规则文件“{name}”不能使用：{error}。")
