"""Legal dates: when a report had to be submitted and published, and which days it covers (条例第四十九条).

A date given by the clerk is compared with the deadline. Today's date only reminds, for some days before and after a
deadline: later, a missing date says nothing about when the report was published.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Iterator

from ...official.reading import stated_periods
from ...report import chinese_date, parse_date, period, show
from ...rule import is_number
from ..parameters import UNIT_TYPE, CellId, Days, MonthDay, Question, Questions, UnitTypes
from ..registry import Context, Fault, implements


@dataclass(frozen=True)
class Deadline:
    """The day of the year after the report year, the types of unit it binds (all where none is named), the dates that
    are held to it, the first of them the one asked for, and the days before and after it that reminders are for."""

    day: MonthDay
    dates: Questions
    remind: Days
    forget: Days
    unit_types: UnitTypes = ()


@dataclass(frozen=True)
class OwnDeadline:
    """The question that asks for a deadline; the rest as for `Deadline`."""

    asked: Question
    dates: Questions
    remind: Days
    forget: Days


@dataclass(frozen=True)
class Period:
    """The questions for the first and the last day of the reporting period."""

    days: Questions


@dataclass(frozen=True)
class Order:
    """The questions for the end of the period, for the day of signing and for that of publishing."""

    end: Question
    signed: Question
    published: Question


@dataclass(frozen=True)
class AcademicYear:
    """The questions for the period, and the cells with the year it begins in and the one it ends in."""

    days: Questions
    first_year: CellId
    last_year: CellId


def _judge(context: Context, given: Deadline | OwnDeadline, deadline: date) -> Iterator[Fault]:
    report = context.report
    names = {"year": report.year, "deadline": chinese_date(deadline.isoformat())}
    for key in given.dates:
        stated = parse_date(report.meta.get(key, ""))
        if stated and stated > deadline:
            place = f"{context.form.meta[key].label}"
            yield Fault(
                {key: stated.isoformat()}, {**names, "place": place, "found": f"是{chinese_date(stated.isoformat())}"}
            )
            return
    if parse_date(report.meta.get(given.dates[0], "")):
        return
    today = context.today
    if deadline - timedelta(days=given.remind) <= today <= deadline + timedelta(days=given.forget):
        late = "已过期限" if today > deadline else f"距期限还有{(deadline - today).days}天"
        label = context.form.meta[given.dates[0]].label
        yield Fault({given.dates[0]: ""}, {**names, "place": f"尚未填写{label}，", "found": late})


@implements("DL-DEPT", "DL-GOV", "DL-HEI", given=Deadline)
def published_in_time(context: Context, given: Deadline) -> Iterator[Fault]:
    year = context.report.year
    if year is None or (given.unit_types and context.report.meta.get(UNIT_TYPE) not in given.unit_types):
        return
    yield from _judge(context, given, given.day.of(year + 1))


@implements("DL-LOCAL", given=OwnDeadline)
def local_deadline(context: Context, given: OwnDeadline) -> Iterator[Fault]:
    deadline = parse_date(context.report.meta.get(given.asked, ""))
    if deadline:
        yield from _judge(context, given, deadline)


@implements("DL-ORDER", given=Order)
def dates_follow_each_other(context: Context, given: Order) -> Iterator[Fault]:
    """The period ends, then the report is signed, then it is published."""
    report = context.report
    end = parse_date(period(report)[1])
    signed, published = (parse_date(report.meta.get(key, "")) for key in (given.signed, given.published))
    signed_label, published_label = (context.form.meta[key].label for key in (given.signed, given.published))
    for key, label, day in ((given.signed, signed_label, signed), (given.published, published_label, published)):
        if day and end and day <= end:
            advice = f"统计期限到{chinese_date(end.isoformat())}才结束"
            yield _out_of_order(key, label, day, advice)
            return
    if signed and published and published < signed:
        yield _out_of_order(given.published, published_label, published,
                            f"早于{signed_label}{chinese_date(signed.isoformat())}")


def _out_of_order(key: str, label: str, day: date, advice: str) -> Fault:
    names = {"place": label, "found": chinese_date(day.isoformat()), "advice": advice}
    return Fault({key: day.isoformat()}, names)


@implements("DL-PERIOD", given=Period)
def the_whole_year(context: Context, given: Period | AcademicYear) -> Iterator[Fault]:
    """The stated period must be the one of the form: the calendar year, or the academic year of a college."""
    report = context.report
    if report.year is None:
        return
    expected = period(replace(report, meta={k: v for k, v in report.meta.items() if k not in given.days}))
    stated = period(report)
    if tuple(map(parse_date, stated)) != tuple(map(parse_date, expected)):
        found, right = ("至".join(map(chinese_date, pair)) for pair in (stated, expected))
        yield Fault(dict(zip(given.days, stated)), {"found": found, "expected": right})
    for text_id, said in stated_periods(report):
        right = "至".join(map(chinese_date, expected))
        yield Fault({}, {"found": said.words, "expected": right}, quote=said.quote, section=text_id)


@implements("HEI-PERIOD", given=AcademicYear)
def the_whole_academic_year(context: Context, given: AcademicYear) -> Iterator[Fault]:
    yield from the_whole_year(context, given)
    cells = (given.first_year, given.last_year)
    first, last = (context.report.get(cell_id) for cell_id in cells)
    if is_number(first) and is_number(last) and last != first + 1:
        names = {"found": f"{show(first)}至{show(last)}", "expected": f"{show(first)}至{show(first + 1)}"}
        yield Fault(dict(zip(cells, (first, last))), names, False, last, first + 1)
