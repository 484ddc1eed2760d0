"""The words agree with the numbers: texts against the tables, against themselves, and against the year of the report.

The reading itself is in `official`; here it becomes findings. One reading of a report serves all its rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Iterator

from ..form import Form
from ..official import periods, sums
from ..official.compare import Judged, judge
from ..official.mentions import mentions, setting
from ..official.numerals import Number
from ..official.sentences import Paragraph
from ..report import Report, chinese_date, fill_names, parse_date, period, preamble, show, values_for
from .registry import Context, Fault, cell_place, implements, text_place

PREAMBLE = "preamble"
_LONGEST = 10**6  # characters; a longer text is no report, and is not read


@dataclass(frozen=True, eq=False)
class Reading:
    """The texts of a report as the reader understands them; everything is worked out when first asked for."""

    report: Report

    @cached_property
    def form(self) -> Form:
        return self.report.definition

    @cached_property
    def paragraphs(self) -> list[tuple[str, Paragraph]]:
        """(text id, paragraph) of every text but the opening one, with the names in it filled in."""
        report, found = self.report, []
        texts = {k: v for k, v in report.texts.items() if k != PREAMBLE and k not in self.form.statements}
        if sum(len(p) for lines in texts.values() for p in lines) > _LONGEST:
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
        settings = {}
        for text_id, paragraph in self.paragraphs:
            topic = _topic(form, text_id)
            if topic not in settings:
                settings[topic] = setting(report.unit, report.year, topic)
            found += [(text_id, j) for j in judge(mentions(paragraph, settings[topic]), form, report.get)]
        return found

    @cached_property
    def disagreements(self) -> list[tuple[str, sums.Sum]]:
        """(text id, sum or share) that does not add up. A number that contradicts the table is reported there."""
        wrong = {
            (id(j.mention.paragraph), j.mention.start) for _, j in self.judged if j.agrees is False and j.mention.number
        }

        def known(paragraph: Paragraph, number: Number) -> bool:
            return (id(paragraph), number.start) in wrong

        return [
            (text_id, found)
            for text_id, paragraph in self.paragraphs
            for found in sums.disagreements(paragraph, lambda n, p=paragraph: known(p, n))  # type: ignore[misc]
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


def explain(report: Report) -> list[tuple[str, Judged]]:
    """Return every number of the texts with what it was taken for, and why it was compared or left alone."""
    return reading(report).judged


# ---------------------------------------------------------------- texts against tables


@implements("G21-X-NEW")
@implements("G21-X-IN")
@implements("G21-X-DONE")
@implements("G21-X-OUT")
@implements("G21-X-APPL")
@implements("G21-X-GRANT")
@implements("G21-X-REV")
@implements("G21-X-LIT")
@implements("G21-X-NORM")
@implements("G21-X-POW")
@implements("G21-X-FEE")
@implements("I08-TXT")
def text_agrees_with_table(context: Context) -> Iterator[Fault]:
    """Numbers of the figures whose rule the id ends with; of all figures where a form has one rule for them."""
    kind = context.rule.id.rsplit("-", 1)[-1]
    for text_id, found in reading(context.report).judged:
        if found.agrees is False and found.mention.number and kind in (found.rule, "TXT"):
            yield _against_table(context, text_id, found)


@implements("G21-X-ZERO")
@implements("I08-ZERO")
def nothing_is_nothing(context: Context) -> Iterator[Fault]:
    for text_id, found in reading(context.report).judged:
        if found.agrees is False and not found.mention.number:
            yield _against_table(context, text_id, found)


def _against_table(context: Context, text_id: str, found: Judged) -> Fault:
    mention, form = found.mention, context.form
    cell = form.cells[found.cells[0][0]]
    unit = context.report.unit_of(cell)
    right = f"{show(found.expected)}{unit}"
    number = mention.number
    names = {
        "place": text_place(form, text_id),
        "quote": _shortened(mention.quote),
        "found": mention.text,
        "cell": _cells_place(form, found),
        "right": right,
        "said": mention.text if number else f"0{unit}",
    }
    exact = number is not None and number.exact and _official_name(form, found)
    said: Any = None if number is None else int(number.value) if number.value == int(number.value) else number.value
    if number is None:
        said = 0
    return Fault(
        dict(found.cells), names, not exact, actual=said, expected=found.expected, quote=mention.quote, section=text_id
    )


def _official_name(form: Form, found: Judged) -> bool:
    """Whether the words before the number are the table's own name of the row."""
    mention = found.mention
    before = re.split("[，；：。（）]", mention.paragraph.plain[mention.sentence.start : mention.start])[-1]
    label = re.sub("^[（(]?[一二三四五六七八九十\\d]+[）)、.]|[（(].*|数量?$", "", form.cells[found.cells[0][0]].row.label)
    return len(label) >= 4 and label in before and len(found.cells) == 1


def _cells_place(form: Form, found: Judged) -> str:
    cells = [form.cells[cell_id] for cell_id, _ in found.cells]
    if len(cells) == 1:
        return cell_place(form, cells[0])
    listed = "＋".join(f"{cell.name}{show(value)}" for cell, (_, value) in zip(cells, found.cells) if value)
    return f"{form.section_of(cells[0]).heading}，{len(cells)}格合计" + (f"（{listed}）" if listed else "")


def _shortened(text: str, most: int = 70) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# ---------------------------------------------------------------- texts against themselves


def _sum(context: Context, kinds: tuple[str, ...]) -> Iterator[Fault]:
    for text_id, found in reading(context.report).disagreements:
        if found.kind in kinds:
            names = {
                "place": text_place(context.form, text_id),
                "quote": _shortened(found.quote),
                "found": found.found,
                "right": found.right,
            }
            yield Fault({}, names, actual=found.found, expected=found.right, quote=found.quote, section=text_id)


@implements("G-X-SUM")
def parts_make_the_whole(context: Context) -> Iterator[Fault]:
    return _sum(context, ("sum",))


@implements("G-X-PCT")
def shares_fit(context: Context) -> Iterator[Fault]:
    return _sum(context, ("share", "hundred", "change"))


# ---------------------------------------------------------------- years, periods, dates


def stated_periods(report: Report) -> Iterator[tuple[str, periods.Period]]:
    """Yield (text id, period) that a text gives for the figures and that is not the form's.

    A whole year, only another one, is left to the rule on years.
    """
    first, last = (parse_date(d) for d in period(report))
    if report.year is None or first is None or last is None:
        return
    for text_id, paragraph in ((PREAMBLE, Paragraph(report.text(PREAMBLE))), *reading(report).paragraphs):
        for found in periods.periods(paragraph):
            whole = found.first and found.last and found.first.year != first.year
            same = whole and (found.first.replace(year=first.year), found.last.replace(year=last.year)) == (first, last)  # type: ignore[union-attr]
            if (found.first, found.last) != (first, last) and not same:
                yield text_id, found


def other_years(report: Report) -> Iterator[tuple[str, int, str]]:
    """Yield (text id, year, sentence) where a text tells of the work of another year as if it were the report's."""
    form, year = report.definition, report.year
    if year is None:
        return
    told = {t.id for s in form.sections for t in s.texts if t.aspect in ("问题", "改进")}
    told |= {s.id for s in form.sections if any(t.id in told for t in s.texts)} | {form.sections[0].id}
    told |= {t.id for t in form.sections[0].texts}  # the first section is read by the rule on years itself
    for text_id, paragraph in reading(report).paragraphs:
        if text_id not in told:
            for found, quote in periods.years_of_work(paragraph, year):
                yield text_id, found, quote


@implements("DL-SIGN")
def dates_follow_the_period(context: Context) -> Iterator[Fault]:
    """Nobody can sign for a year before it is over, nor publish before signing."""
    report = context.report
    last = parse_date(period(report)[1])
    dates = [(key, parse_date(report.meta.get(key, ""))) for key in ("meta.sign_date", "meta.publish_date")]
    for key, given in dates:
        if given and last and given <= last:
            names = {"place": context.form.meta[key].label, "found": _day(given), "limit": f"报告期最后一天{_day(last)}"}
            yield Fault({key: given.isoformat()}, names)
            return
    (_, signed), (key, published) = dates
    if signed and published and published < signed:
        names = {"place": context.form.meta[key].label, "found": _day(published), "limit": f"落款日期{_day(signed)}"}
        yield Fault({key: published.isoformat(), dates[0][0]: signed.isoformat()}, names)


def _day(day: date) -> str:
    return chinese_date(day.isoformat())


@implements("G-S-LETTER")
def no_covering_letter(context: Context) -> Iterator[Fault]:
    text = context.report.text(PREAMBLE)
    words = periods.covering_words(Paragraph(text)) if text else ""
    if words:
        yield Fault({}, {"found": words}, quote=_shortened(preamble(context.report)), section=PREAMBLE)


@implements("G21-X-LAW")
def the_law_in_force(context: Context) -> Iterator[Fault]:
    report = context.report
    for text_id, paragraph in ((PREAMBLE, Paragraph(report.text(PREAMBLE))), *reading(report).paragraphs):
        for words, quote in periods.repealed_law(paragraph):
            names = {"place": text_place(context.form, text_id), "found": words}
            yield Fault({}, names, quote=quote, section=text_id)
