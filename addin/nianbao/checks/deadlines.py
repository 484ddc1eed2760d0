"""Legal dates: when a report had to be submitted and published, and which days it covers (条例第四十九条).

A date given by the clerk is compared with the deadline. Today's date only reminds, from `REMIND` days before a
deadline to `FORGET` days after it: later, a missing date says nothing about when the report was published.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Iterator

from ..report import chinese_date, parse_date, period, show
from ..rule import is_number
from .registry import Context, Fault, implements

REMIND, FORGET = timedelta(days=11), timedelta(days=28)
_DATES = ("meta.publish_date", "meta.sign_date")


def _judge(context: Context, deadline: date) -> Iterator[Fault]:
    report = context.report
    names = {"year": report.year, "deadline": chinese_date(deadline.isoformat())}
    for key in _DATES:
        given = parse_date(report.meta.get(key, ""))
        if given and given > deadline:
            place = f"{context.form.meta[key].label}"
            yield Fault(
                {key: given.isoformat()}, {**names, "place": place, "found": f"是{chinese_date(given.isoformat())}"}
            )
            return
    if parse_date(report.meta.get(_DATES[0], "")):
        return
    today = context.today
    if deadline - REMIND <= today <= deadline + FORGET:
        late = "已过期限" if today > deadline else f"距期限还有{(deadline - today).days}天"
        yield Fault({_DATES[0]: ""}, {**names, "place": "尚未填写公布日期，", "found": late})


def _next_year(context: Context, month: int, day: int) -> Iterator[date]:
    if context.report.year is not None:
        yield date(context.report.year + 1, month, day)


@implements("DL-DEPT")
def departments_by_31_january(context: Context) -> Iterator[Fault]:
    if context.report.meta.get("meta.unit_type") in ("department", "authorised"):
        for deadline in _next_year(context, 1, 31):
            yield from _judge(context, deadline)


@implements("DL-GOV")
def governments_by_31_march(context: Context) -> Iterator[Fault]:
    if context.report.meta.get("meta.unit_type") == "government":
        for deadline in _next_year(context, 3, 31):
            yield from _judge(context, deadline)


@implements("DL-LOCAL")
def local_deadline(context: Context) -> Iterator[Fault]:
    deadline = parse_date(context.report.meta.get("meta.local_deadline", ""))
    if deadline:
        yield from _judge(context, deadline)


@implements("DL-HEI")
def colleges_by_31_october(context: Context) -> Iterator[Fault]:
    for deadline in _next_year(context, 10, 31):
        yield from _judge(context, deadline)


@implements("DL-PERIOD")
def the_whole_year(context: Context) -> Iterator[Fault]:
    """The stated period must be the one of the form: the calendar year, or the academic year of a college."""
    report = context.report
    if report.year is None:
        return
    kept = ("meta.period_from", "meta.period_to")
    expected = period(replace(report, meta={k: v for k, v in report.meta.items() if k not in kept}))
    stated = period(report)
    if tuple(map(parse_date, stated)) != tuple(map(parse_date, expected)):
        found, right = ("至".join(map(chinese_date, pair)) for pair in (stated, expected))
        yield Fault(dict(zip(kept, stated)), {"found": found, "expected": right})


@implements("HEI-PERIOD")
def the_whole_academic_year(context: Context) -> Iterator[Fault]:
    yield from the_whole_year(context)
    first, last = (context.report.get(cell_id) for cell_id in context.rule.cells)
    if is_number(first) and is_number(last) and last != first + 1:
        names = {"found": f"{show(first)}至{show(last)}", "expected": f"{show(first)}至{show(first + 1)}"}
        yield Fault(dict(zip(context.rule.cells, (first, last))), names, False, last, first + 1)
