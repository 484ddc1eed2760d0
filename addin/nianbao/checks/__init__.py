"""The verb `check`: a report in, findings out, worst first. Nothing here knows how a finding is shown."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any, Iterator, Mapping

from ..errors import InputError
from ..form import Form
from ..report import Report, show, totals, with_last
from ..rule import Bound, Rule, evaluate, is_number
from ..sentence import nested
from .catalogue import Catalogue, load
from .finding import Finding, answered
from .following import following
from .registry import Context, cell_place, implementation, text_place

__all__ = ["Finding", "check"]

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def check(
    report: Report, last: Report | None = None, catalogue: Catalogue | None = None, today: date | None = None
) -> list[Finding]:
    """Return every breach of the rules in force for the report's form, worst first.

    `last` is the report of the year before; without it the one the report carries is used. A `last` of another year
    is an `InputError`. A finding the clerk has explained carries the explanation.
    """
    if last is not None and report.year and last.year and last.year != report.year - 1:
        message = (
            f"上年文件是{last.year}年度的报告，{report.year}年度应与{report.year - 1}年度的报告比较，请换一个文件。"
        )
        raise InputError("last-year", message)
    report = with_last(report, last)
    catalogue = catalogue or load()
    form = report.definition
    bounds = catalogue.bounds(form.id)
    computed = totals(form, report.figures)
    found: list[Finding] = []
    rules = catalogue.for_form(form.id, report.year)
    for rule in rules:
        if rule.check:
            found += _by_expression(rule, bounds[rule.id], report)
        else:
            found += _by_function(Context(report, rule, today or date.today(), computed))
    if report.explanations:
        found = answered(found, report.explanations)
    order = {cell_id: i for i, cell_id in enumerate(form.cells)}
    found.sort(key=lambda f: (f.rank, min((order.get(c, len(order)) for c in f.cells), default=0)))
    return following(found, form, {rule.id: rule for rule in rules})


def _by_expression(rule: Rule, bounds: tuple[Bound, ...], report: Report) -> Iterator[Finding]:
    for bound in bounds:
        verdict = evaluate(bound, report.get)
        if verdict.holds is False:
            names: dict[str, Any] = {name: report.get(ref) for name, ref in bound.names.items()}
            names |= {"left": verdict.left, "right": verdict.right, "place": place(bound, report.definition)}
            names |= {"difference": verdict.difference, "more": _more(rule, verdict.difference)}
            cells = {c: report.get(c) for c in bound.cells or bound.names.values()}
            yield _finding(rule, rule.severity, cells, names, verdict.left, verdict.right)


def _more(rule: Rule, difference: Any) -> str:
    """Return which side of a rule is more, and by how much."""
    if not is_number(difference):
        return ""
    size = show(abs(difference))
    if rule.sides:
        return f"{rule.sides[difference < 0]}多{size}"
    return f"多{size}" if difference > 0 else f"少{size}"


def _by_function(context: Context) -> Iterator[Finding]:
    rule = context.rule
    found = implementation(rule)
    if found is None:
        raise LookupError(f"{rule.id} has neither an expression nor a function")
    for fault in found.function(context, rule.given):
        severity = rule.lesser if fault.lesser else rule.severity
        finding = _finding(rule, severity, fault.cells, fault.names, fault.actual, fault.expected)
        yield replace(finding, quote=fault.quote, section=fault.section) if fault.section else finding


def _finding(
    rule: Rule, severity: str, cells: Mapping[str, Any], names: Mapping[str, Any], actual: Any, expected: Any
) -> Finding:
    def fill(match: re.Match[str]) -> str:
        return show(names[match[1]])

    numbers = not isinstance(actual, str) and None not in (actual, expected)
    return Finding(
        rule=rule.id,
        severity=severity,
        cells=dict(cells),
        message=nested(_PLACEHOLDER.sub(fill, rule.message)),
        fix=rule.fix,
        basis=rule.basis,
        actual=actual,
        expected=expected,
        difference=actual - expected if numbers else None,
    )


def place(bound: Bound, form: Form) -> str:
    """Return where a rule failed, as a clerk would say it."""
    id_ = next(iter(bound.cells or bound.names.values())).removeprefix("last.")
    if id_ in form.meta:
        return text_place(form, id_)
    first = form.cells[id_]
    heading = form.section_of(first).heading
    words = {"row": "行", "column": "列", "group": ""}
    if bound.rule.each in words:
        return f"{heading}，“{bound.label}”{words[bound.rule.each]}"
    return heading if first.table else cell_place(form, first)
