"""The types of the parameters that a rule record gives to its function, and how they are read from TOML.

A function declares its parameters as a frozen dataclass whose fields have these types; a field without a default must
be given. What a record or an overlay says under `with` is read by the field's type; anything else is refused.

    @dataclass(frozen=True)
    class Deadline:
        day: MonthDay
        unit_types: UnitTypes = ()
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Callable, Iterator, Mapping

from ..form import Form

UNIT_TYPE, LEVEL = "meta.unit_type", "meta.level"

Days = int
"""A number of days, at most a year."""
Words = tuple[str, ...]
"""Words or phrases, looked for as they stand."""
NamedWords = Mapping[str, tuple[str, ...]]
"""What is looked for, by what the message calls it -> words, any of which will do."""
NamedCells = Mapping[str, tuple[str, ...]]
"""Words -> cell ids."""
Cells = tuple[str, ...]
"""Cell ids; each is a cell of at least one form of the rule."""
Pairs = tuple[tuple[str, str], ...]
"""Cell ids two by two."""
UnitTypes = tuple[str, ...]
"""Codes of the question 单位类型 (`meta.unit_type`)."""
Levels = tuple[str, ...]
"""Codes of the question 行政层级 (`meta.level`)."""
Sections = tuple[str, ...]
"""Section ids."""
Lengths = Mapping[str, int]
"""Section id -> a number of characters."""
Texts = tuple[str, ...]
"""Text ids."""


class CellId(str):
    """The id of one cell."""


class SectionId(str):
    """The id of one section."""


class TextId(str):
    """The id of one text."""


class Question(str):
    """The id of a question about the unit or the report, `meta.…`."""


Questions = tuple[Question, ...]
"""Ids of questions about the unit or the report."""


@dataclass(frozen=True)
class MonthDay:
    """A day of the year, written `01-31`."""

    month: int
    day: int

    def of(self, year: int) -> date:
        return date(year, self.month, self.day)


@dataclass(frozen=True)
class Pattern:
    """A regular expression, compiled when it is first needed."""

    text: str

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.text)

    def search(self, text: str) -> re.Match[str] | None:
        return self.regex.search(text)


NamedPatterns = Mapping[str, Pattern]
"""What is looked for, by what the message calls it -> a pattern."""


@dataclass(frozen=True)
class Saying:
    """Words that state the number of a cell: a pattern whose first group is the number, or, with `zero`, that it is 0;
    and the cells it may be about, the first that the form has."""

    text: Pattern
    cells: tuple[str, ...]
    zero: bool = False


Sayings = tuple[Saying, ...]
"""Several ways to state numbers of cells."""


class ParameterError(ValueError):
    """A parameter that cannot be used: `key` names it, the text says what it should be."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def read(declared: type, values: Mapping[str, Any]) -> Any:
    """Return the parameters of a function from a record's `with`; what does not fit the declaration is refused."""
    known = {field.name: field for field in fields(declared)}
    for key in values:
        if key not in known:
            allowed = f"可以写的有{'、'.join(known)}" if known else "这条规则没有参数"
            raise ParameterError(key, f"没有这个参数，{allowed}")
    found = {}
    for name, field in known.items():
        if name in values:
            read_as, meaning = _TYPES[str(field.type)]
            value = read_as(values[name])
            if value is None:
                raise ParameterError(name, f"应为{meaning}，现在是{values[name]!r}")
            found[name] = value
        elif field.default is MISSING:
            raise ParameterError(name, f"没有给出，应为{_TYPES[str(field.type)][1]}")
    return declared(**found)


def references(given: Any) -> Iterator[tuple[str, str, str]]:
    """Yield (parameter, kind, id) for every id of a form that parameters name."""
    for field in fields(given):
        value, kind = getattr(given, field.name), str(field.type)
        if kind in ALONE and kind != "Questions":
            ids = [value]
        elif kind == "Pairs":
            ids = [cell for pair in value for cell in pair]
        elif kind == "NamedCells":
            ids = [cell for cells in value.values() for cell in cells]
        elif kind == "Sayings":
            ids = [cell for saying in value for cell in saying.cells]
        else:
            ids = list(value) if kind in _IDS else []
        yield from ((field.name, kind, id_) for id_ in ids if id_)


ALONE = ("CellId", "SectionId", "TextId", "Question", "Questions")  # every form of the rule must have them
_IDS = ("Cells", "Sections", "Lengths", "Texts", "Questions", "UnitTypes", "Levels")


def patterns(given: Any) -> Iterator[tuple[str, Pattern, int | None]]:
    """Yield (parameter, pattern, groups it must have, None for any) for every pattern among parameters."""
    for field in fields(given):
        value, kind = getattr(given, field.name), str(field.type)
        if kind == "Pattern":
            yield field.name, value, None
        elif kind == "NamedPatterns":
            yield from ((field.name, pattern, None) for pattern in value.values())
        elif kind == "Sayings":
            yield from ((field.name, saying.text, 0 if saying.zero else 1) for saying in value)


def is_known(kind: str, id_: str, form: Form) -> bool:
    """Whether a form has what a parameter names."""
    if kind in ("UnitTypes", "Levels"):
        question = form.meta[UNIT_TYPE if kind == "UnitTypes" else LEVEL]
        return any(code == id_ for code, _, _ in question.choices)
    if kind in ("SectionId", "Sections", "Lengths"):
        return any(section.id == id_ for section in form.sections)
    if kind in ("TextId", "Texts"):
        return id_ in form.texts
    return id_ in (form.meta if kind in ("Question", "Questions") else form.cells)


# ---------------------------------------------------------------- from TOML


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> tuple[str, ...] | None:
    good = isinstance(value, list) and value and all(isinstance(v, str) and v for v in value)
    return tuple(value) if good else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _number(value: Any) -> Decimal | None:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 10**15
    return Decimal(str(value)) if good else None


def _month_day(value: Any) -> MonthDay | None:
    match = re.fullmatch(r"(\d\d)-(\d\d)", value) if isinstance(value, str) else None
    try:
        return MonthDay(*(date(2001, int(match[1]), int(match[2])).timetuple()[1:3])) if match else None
    except ValueError:
        return None


def _pattern(value: Any) -> Pattern | None:
    return Pattern(value) if isinstance(value, str) and value else None


def _mapping(read_as: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read_all(value: Any) -> Mapping[str, Any] | None:
        if not isinstance(value, dict) or not value:
            return None
        found = {key: read_as(item) for key, item in value.items()}
        return None if any(item is None for item in found.values()) else found

    return read_all


def _pairs(value: Any) -> Pairs | None:
    pairs = [_texts(pair) for pair in value] if isinstance(value, list) else []
    good = pairs and all(pair is not None and len(pair) == 2 for pair in pairs)
    return tuple((pair[0], pair[1]) for pair in pairs if pair) if good else None


def _sayings(value: Any) -> Sayings | None:
    found = []
    for item in value if isinstance(value, list) else [None]:
        if not isinstance(item, dict) or not set(item) <= {"text", "cells", "zero"}:
            return None
        text, cells, zero = _pattern(item.get("text")), _texts(item.get("cells")), item.get("zero", False)
        if text is None or cells is None or not isinstance(zero, bool):
            return None
        found.append(Saying(text, cells, zero))
    return tuple(found)


_TYPES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "CellId": (lambda v: CellId(v) if _text(v) else None, "一个数字格的编号"),
    "SectionId": (lambda v: SectionId(v) if _text(v) else None, "一个部分的编号"),
    "TextId": (lambda v: TextId(v) if _text(v) else None, "一段文字的编号"),
    "Question": (lambda v: Question(v) if _text(v) else None, "单位信息中一项的编号"),
    "Questions": (lambda v: tuple(map(Question, v)) if _texts(v) else None, "单位信息中若干项的编号"),
    "Words": (_texts, "词语的列表"),
    "Cells": (_texts, "数字格编号的列表"),
    "UnitTypes": (_texts, "单位类型代码的列表"),
    "Levels": (_texts, "行政层级代码的列表"),
    "Sections": (_texts, "部分编号的列表"),
    "Texts": (_texts, "文字编号的列表"),
    "Pairs": (_pairs, "两两成对的数字格编号"),
    "NamedCells": (_mapping(_texts), "“词语 = 数字格编号的列表”"),
    "NamedWords": (_mapping(_texts), "“名称 = 词语的列表”"),
    "NamedPatterns": (_mapping(_pattern), "“名称 = 正则表达式”"),
    "Lengths": (_mapping(_whole), "“部分编号 = 字数”"),
    "Pattern": (_pattern, "正则表达式"),
    "MonthDay": (_month_day, "月-日，例如 01-31"),
    "Sayings": (_sayings, "若干组 text、cells（和 zero）"),
    "Days": (lambda v: v if _whole(v) is not None and v <= 366 else None, "天数，0至366"),
    "int": (_whole, "大于或等于0的整数"),
    "Decimal": (_number, "大于或等于0的数"),
    "str": (_text, "文字"),
    "bool": (lambda v: v if isinstance(v, bool) else None, "true 或 false"),
}


def described(declared: type) -> list[tuple[str, str, str]]:
    """Return (name, meaning of its type, default as TOML would show it, "" for none) of each declared parameter."""
    return [(f.name, _TYPES[str(f.type)][1], "" if f.default is MISSING else repr(f.default)) for f in fields(declared)]
