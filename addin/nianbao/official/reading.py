"""What the texts of a report say in numbers: read once, for every rule and for the clerk who asks why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, Iterator

from ..form import Form
from ..report import Report, fill_names, parse_date, period, values_for
from . import periods
from .compare import BLANK, Judged, judge
from .mentions import mentions, setting
from .numerals import MONEY, Number
from .sentences import Paragraph
from .sums import Sum, disagreements

PREAMBLE = "preamble"
ELSEWHERE = "正文另一处"  # stands for the table where two sentences contradict each other
LONGEST = 10**5  # characters; longer texts are no report, and are not read


@dataclass(frozen=True, eq=False)
class Reading:
    """The texts of a report as the reader understands them; everything is worked out when first asked for."""

    report: Report

    @cached_property
    def form(self) -> Form:
        return self.report.definition

    @cached_property
    def length(self) -> int:
        """The characters of all texts."""
        return sum(len(line) for lines in self.report.texts.values() for line in lines)

    @cached_property
    def paragraphs(self) -> list[tuple[str, Paragraph]]:
        """(text id, paragraph) of every text but the opening one, with the names in it filled in."""
        report, found = self.report, []
        texts = {k: v for k, v in report.texts.items() if k != PREAMBLE and k not in self.form.statements}
        if self.length > LONGEST:
            return []
        values = values_for(report) if any("【" in p for lines in texts.values() for p in lines) else {}
        for text_id, lines in texts.items():
            for line in lines:
                found.append((text_id, Paragraph(fill_names(line, values) if values else line)))
        return found

    @cached_property
    def judged(self) -> list[tuple[str, Judged]]:
        """(text id, mention with its verdict) in the order of the text."""
        report, form = self.report, self.form
        found: list[tuple[str, Judged]] = []
        about = setting(report.unit, report.year)
        for text_id, paragraph in self.paragraphs:
            of_section = replace(about, topic=_topic(form, text_id))
            found += [(text_id, j) for j in judge(mentions(paragraph, of_section), form, report.get)]
        return self._against_each_other(found)

    def _against_each_other(self, found: list[tuple[str, Judged]]) -> list[tuple[str, Judged]]:
        """Hold the mentions of cells that are blank to what another sentence says of the same cell: 不收取任何费用 here,
        收费800元 there."""
        stated: dict[str, Any] = {}
        for _, j in found:
            number = j.mention.number
            if j.why == BLANK and len(j.cells) == 1 and number and number.exact:
                unit = MONEY.get(self.form.cells[j.cells[0][0]].unit, Decimal(1))
                stated.setdefault(j.cells[0][0], number.value * MONEY.get(number.unit, Decimal(1)) / unit)
        if not stated:
            return found

        def known(cell_id: str) -> Any:
            value = self.report.get(cell_id)
            return stated.get(cell_id) if value is None else value

        again = []
        for text_id, j in found:
            if j.why == BLANK or j.mention.flags & {"不"}:
                (second,) = judge([j.mention], self.form, known)
                blank = any(self.report.get(c) is None for c, _ in second.cells)
                j = replace(second, cells=(), reckoned=ELSEWHERE) if second.agrees is False and blank else j
            again.append((text_id, j))
        return again

    @cached_property
    def unequal(self) -> list[tuple[str, Sum]]:
        """(text id, sum or share) that does not add up. A number that contradicts the table is reported there."""
        wrong = {
            (id(j.mention.paragraph), j.mention.start) for _, j in self.judged if j.agrees is False and j.mention.number
        }

        def known(paragraph: Paragraph, number: Number) -> bool:
            return (id(paragraph), number.start) in wrong

        return [
            (text_id, found)
            for text_id, paragraph in self.paragraphs
            for found in disagreements(paragraph, lambda n, p=paragraph: known(p, n))  # type: ignore[misc]
        ]


class _Same:
    """A report by identity: what it holds cannot be hashed, and need not be compared."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __hash__(self) -> int:
        return id(self.report)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.report is self.report


@lru_cache(maxsize=2)
def _reading(same: _Same) -> Reading:
    return Reading(same.report)


def reading(report: Report) -> Reading:
    """Return the reading of a report, made once for all rules."""
    return _reading(_Same(report))


@lru_cache(maxsize=256)
def _topic(form: Form, text_id: str) -> frozenset[str]:
    """Return what a section is about when its sentences do not say it: applications, where its heading does."""
    for section in form.sections:
        for text in section.texts:
            if text.id == text_id:
                return frozenset({"application"} if "申请" in text.heading + section.heading else ())
        if section.id == text_id:
            return frozenset({"application"} if "申请" in section.heading and "复议" not in section.heading else ())
    return frozenset()


def stated_periods(report: Report) -> Iterator[tuple[str, periods.Period]]:
    """Yield (text id, period) that a text gives for the figures and that is not the form's.

    A whole year, only another one, is left to the rule on years.
    """
    first, last = (parse_date(d) for d in period(report))
    if report.year is None or first is None or last is None:
        return
    for text_id, paragraph in ((PREAMBLE, Paragraph(report.text(PREAMBLE))), *reading(report).paragraphs):
        for found in periods.periods(paragraph):
            if (found.first, found.last) != (first, last) and not _another_year(found, first, last):
                yield text_id, found


def _another_year(found: periods.Period, first: date, last: date) -> bool:
    """Whether a period is the form's, only of another year."""
    if found.first is None or found.last is None:
        return False
    shift = found.first.year - first.year
    days = [(d.year, d.month, d.day) for d in (found.first, found.last)]
    return bool(shift) and days == [(d.year + shift, d.month, d.day) for d in (first, last)]


def other_years(report: Report, sections: tuple[str, ...] = ()) -> Iterator[tuple[str, int, str]]:
    """Yield (text id, year, sentence) where a text tells of the work of another year as if it were the report's.

    Sections on the problems of years past and on what is planned may tell of other years. `sections`: only these.
    """
    form, year = report.definition, report.year
    if year is None:
        return
    told = {t.id for s in form.sections for t in s.texts if t.aspect in ("问题", "改进")}
    told |= {s.id for s in form.sections if any(t.id in told for t in s.texts)}
    if sections:
        read = {i for s in form.sections if s.id in sections for i in (s.id, *(t.id for t in s.texts))}
        told |= {text_id for text_id in report.texts if text_id not in read}
    for text_id, paragraph in reading(report).paragraphs:
        if text_id not in told:
            for found, quote in periods.years_of_work(paragraph, year):
                yield text_id, found, quote
