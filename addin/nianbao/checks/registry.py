"""Rules that no expression can say: Python functions registered under the id of their record.

A function is in a module of `families`, which are found by walking that folder. It declares its parameters and gets
them as the record, or an overlay, gives them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Callable, Iterator, Mapping

from ..form import Cell, Form, meta_sheet
from ..report import Figure, Report, fill_names, values_for
from ..rule import Rule


@dataclass(frozen=True)
class Context:
    """What a rule may see: the report, the record it works for, and the day of the check."""

    report: Report
    rule: Rule
    today: date
    totals: Mapping[str, Figure]  # every total of the form as the sum of what stands in its parts

    @property
    def form(self) -> Form:
        return self.report.definition


@dataclass(frozen=True)
class Fault:
    """One breach: the ids behind it with their values, and what the message names. `lesser` is the milder kind."""

    cells: Mapping[str, Any]
    names: Mapping[str, Any] = field(default_factory=dict)
    lesser: bool = False
    actual: Any = None
    expected: Any = None


@dataclass(frozen=True)
class Nothing:
    """The parameters of a function that has none."""


Check = Callable[[Context, Any], Iterator[Fault]]


@dataclass(frozen=True)
class Implementation:
    """A function, and the dataclass that declares its parameters; see `parameters`."""

    function: Check
    declared: type


_REGISTERED: dict[str, Implementation] = {}


def implements(*rule_ids: str, given: type = Nothing) -> Callable[[Check], Check]:
    """Register a function as the check of rules, and of the rules that are `like` them."""

    def register(function: Check) -> Check:
        for rule_id in rule_ids:
            if rule_id in _REGISTERED:
                raise ValueError(f"{rule_id} has two implementations")
            _REGISTERED[rule_id] = Implementation(function, given)
        return function

    return register


@cache
def implementations() -> Mapping[str, Implementation]:
    """Return rule id -> function, of all the families there are."""
    from importlib import import_module
    from pkgutil import iter_modules

    from . import families

    for module in iter_modules(families.__path__):
        import_module(f"{families.__name__}.{module.name}")
    return _REGISTERED


def implementation(rule: Rule) -> Implementation | None:
    """Return the function of a rule, its own or that of the rule it is like."""
    found = implementations()
    return found.get(rule.id) or found.get(rule.like)


def cell_place(form: Form, cell: Cell) -> str:
    """Return where a cell stands, as a clerk would say it."""
    heading = form.section_of(cell).heading
    if not cell.table:
        return f"{heading}，“{cell.label}”"
    if not cell.row.label:
        return f"{heading}，“{cell.label}”"
    return f"{heading}，“{cell.row.label}”行“{cell.label.removeprefix(cell.row.label).lstrip('·')}”列"


def text_place(form: Form, text_id: str) -> str:
    """Return which section or sub-section a text id stands for, or a field of the unit sheet."""
    if text_id in form.meta:
        return f"{meta_sheet()}“{form.meta[text_id].label}”"
    for section in form.sections:
        if text_id == section.id or any(text_id == s.id for s in section.statements):
            return f"“{section.heading}”"
        for text in section.texts:
            if text.id == text_id:
                return f"“{section.heading}”{text.heading}"
    return "引言" if text_id == "preamble" else f"“{text_id}”"


def section_text(report: Report, section_id: str) -> str:
    """Return everything written under a section, sub-sections and unassigned paragraphs alike, as it is printed."""
    ids = [section_id, *(t.id for t in report.definition.section(section_id).texts)]
    text = "\n".join(filter(None, (report.text(text_id) for text_id in ids)))
    return fill_names(text, values_for(report)) if "【" in text else text
