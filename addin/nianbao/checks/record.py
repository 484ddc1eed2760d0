"""What a rule record and an overlay may say, declared once: it is read by this, and docs/rule-language.md made of it.

Whatever is not understood is refused with the rule, the key, what stands there and what may.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Iterable, Mapping

from ..form import form_ids
from ..rule import SEVERITIES, TRUTH, Rule, RuleError, parse
from . import parameters
from .registry import implementation
from .sentences import TEXTS, left_open

ALL = "*"
_EACH = ("once", "row", "column", "group")


@dataclass(frozen=True)
class Key:
    """A key of a record: its type, whether it must be there, what it means, and the words it may be, if only some."""

    name: str
    type: type[Any]
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()


RULE = (
    Key("id", str, "编号，全部规则中唯一，发布后不再改变", True),
    Key("forms", list, "适用的报告格式编号；[\"*\"] 为全部格式，以后增加的也算在内", True),
    Key("except", list, "forms 为 [\"*\"] 时，不适用的格式"),
    Key("severity", str, "级别", True, SEVERITIES),
    Key("lesser", str, "较轻的一类问题的级别，只用于由函数判断、有轻重两类的规则", False, SEVERITIES),
    Key("title", str, "内容，一句话，不加句号", True),
    Key("message", str, "发现问题时说的话；有算式的，可用 {place}、算式中的名称，比较两个数的还有 {left} {right} {difference} {more}；"
        "由函数判断的，可用所 like 的规则用到的名称", True),
    Key("fix", str, "怎样处理", True),
    Key("basis", str, "依据：文号和条款", True),
    Key("since", int, "从哪一个报告年度起适用", True),
    Key("until", int, "到哪一个报告年度为止"),
    Key("check", str, "应当成立的算式；没有算式的，由以编号登记的函数判断"),
    Key("sides", list, "算式左右两边怎么称呼，{more} 说哪一边多多少；不写时说填的数多或少多少"),
    Key("when", str, "算式成立时才判断"),
    Key("table", str, "算式中的名称属于哪个表"),
    Key("each", str, "算式对每一行、每一列、每一组或总共一次成立", False, _EACH),
    Key("only", list, "只对这些行、列或组"),
    Key("but", list, "不对这些行、列或组"),
    Key("with", dict, "函数的参数，见各规则"),
    Key("like", str, "与哪条规则相同：没有写的都照它，函数也用它的"),
    Key("entails", list, "本规则不成立时，必然也不成立的规则"),
    Key("entailed_by", list, "这些规则不成立时，本规则必然也不成立"),
)
CHANGE = (
    Key("id", str, "改动哪条规则", True),
    Key("severity", str, "改为这一级别", False, SEVERITIES),
    Key("with", dict, "改动的参数；没有写的不变"),
    Key("date", date, "改动日期，例如 2025-01-02", True),
    Key("reason", str, "理由", True),
)
OFF = (
    Key("id", str, "停用哪条规则", True),
    Key("date", date, "停用日期，例如 2025-01-02", True),
    Key("reason", str, "理由", True),
)
PARTS = {"rule": RULE, "change": CHANGE, "off": OFF}
_NAMES = {str: "文字", int: "整数", list: "列表", dict: "一组键和值", date: "日期，例如 2025-01-02"}
_RULE_FIELDS = {field.name for field in fields(Rule)}


def rule(data: Mapping[str, Any], models: Mapping[str, Rule], raw: Mapping[str, Mapping[str, Any]]) -> Rule:
    """Return the rule of a record; `models` are the rules that may be liked, `raw` what their `with` says."""
    model = models.get(str(data.get("like", "")))
    if data.get("like") and model is None:
        raise RuleError(f"{data.get('id')} 的 like：没有编号为“{data['like']}”的规则")
    checked(data, RULE, partial=model is not None)
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
    if model is not None:
        own = ("id", "entails", "entailed_by", "given", "off")
        inherited = {f: getattr(model, f) for f in _RULE_FIELDS if f not in own}
        values = inherited | values | {"like": model.like or model.id}
    values["forms"] = _forms(data, values)
    given = {**raw.get(model.id if model else "", {}), **data.get("with", {})}
    built = Rule(**{key: value for key, value in values.items() if key in _RULE_FIELDS})
    for key in ("check", "when"):
        if getattr(built, key):
            try:
                kind = parse(getattr(built, key)).kind
            except RuleError as error:
                raise RuleError(f"{built.id} 的 {key}：{error}") from error
            if kind != TRUTH:
                raise RuleError(f"{built.id} 的 {key}：“{getattr(built, key)}”没有作出比较，应能判断是否成立")
    if built.check and not (built.expression.names or built.expression.groups):
        raise RuleError(f"{built.id} 的 check：“{built.check}”没有提到任何一格")
    _consistent(built)
    _check_words(built, model)
    return with_parameters(built, given)


def _consistent(built: Rule) -> None:
    """Refuse keys that would have no effect beside the others."""
    if built.until is not None and built.until < built.since:
        raise RuleError(f"{built.id} 的 until（{built.until}）早于 since（{built.since}）")
    idle: tuple[str, ...] = ("when", "each", "only", "but")
    if built.check:
        idle = ("each", "only", "but") if not built.table else ("only", "but") if built.each == "once" else ()
    plain = {"each": "once", "only": (), "but": (), "when": ""}
    for key in idle:
        if getattr(built, key) != plain[key]:
            why = "没有写明 table 和 each" if built.check else "是由函数判断的"
            raise RuleError(f"{built.id} 的 {key} 不起作用：这条规则{why}")


def _check_words(built: Rule, model: Rule | None) -> None:
    """Refuse names in braces that nothing would be put in for. What a function of its own names, its examples prove."""
    allowed: set[str] | None = set(left_open(model.message)) if model else None
    if built.check:
        allowed = {"place", *built.expression.names, *(built.condition.names if built.condition else ())}
        allowed |= {"left", "right", "difference", "more"} if built.expression.sides else set()
    for key in TEXTS:
        known = allowed if key == "message" else set()
        for name in left_open(getattr(built, key)):
            if known is not None and name not in known:
                may = f"，可以用的有{'、'.join(f'{{{n}}}' for n in sorted(known))}" if known else ""
                shown = name if name in "{}" else f"{{{name}}}"
                raise RuleError(f"{built.id} 的 {key} 中，{shown} 填不进内容{may}")


def with_parameters(built: Rule, values: Mapping[str, Any]) -> Rule:
    """Return a rule with the parameters of its function; those of a rule by expression are refused."""
    if built.check:
        if values:
            raise RuleError(f"{built.id} 的 with：由算式判断的规则没有参数")
        return built
    found = implementation(built)
    if found is None:
        raise RuleError(f"{built.id} 缺少 check 算式，也没有以这一编号登记的函数")
    try:
        return replace(built, given=parameters.read(found.declared, values))
    except parameters.ParameterError as error:
        raise RuleError(f"{built.id} 的参数 {error.key}：{error}") from error


def checked(data: Mapping[str, Any], keys: Iterable[Key], partial: bool = False) -> None:
    """Refuse a record with a key that is unknown, of another type or value, or missing (unless it is `partial`)."""
    known = {key.name: key for key in keys}
    who = data.get("id") or "没有编号的一条"
    for name, value in data.items():
        if name not in known:
            raise RuleError(f"{who} 中有不认识的“{name}”，{_nearest(name, known)}")
        key = known[name]
        if key.type is date:
            _check_day(who, name, value)
            continue
        if not isinstance(value, key.type) or isinstance(value, bool):
            raise RuleError(f"{who} 的 {name} 应为{_NAMES[key.type]}，现在是 {value!r}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise RuleError(f"{who} 的 {name} 应为文字的列表，现在是 {value!r}")
        if key.allowed and value not in key.allowed:
            raise RuleError(f"{who} 的 {name} 应为 {'、'.join(key.allowed)} 之一，现在是“{value}”")
    missing = [key.name for key in known.values() if key.required and not data.get(key.name)]
    if missing and not (partial and "id" not in missing):
        raise RuleError(f"{who} 缺少 {'、'.join(missing)}")


def _check_day(who: str, name: str, value: Any) -> None:
    try:
        date.fromisoformat(str(value))
    except ValueError as error:
        raise RuleError(f"{who} 的 {name} 应为{_NAMES[date]}，现在是“{value}”") from error


def check_forms(data: Mapping[str, Any]) -> None:
    """Refuse a record that names a form that is not there."""
    known = form_ids()
    for key in ("forms", "except"):
        for form_id in data.get(key, ()):
            if form_id not in (*known, ALL):
                sentence = f"{data.get('id')} 的 {key} 中没有编号为“{form_id}”的报告格式，可用的有 {'、'.join(known)}"
                raise RuleError(sentence)


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1)
    return f"是否应为“{near[0]}”" if near else f"可以写的有 {'、'.join(known)}"


def _forms(data: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[str, ...]:
    named: tuple[str, ...] = values["forms"]
    left_out: tuple[str, ...] = tuple(data.get("except", ()))
    if left_out and named != (ALL,):
        raise RuleError(f"{data['id']} 的 except 只能与 forms = [\"*\"] 一起写")
    return tuple(f for f in form_ids() if f not in left_out) if named == (ALL,) else named
