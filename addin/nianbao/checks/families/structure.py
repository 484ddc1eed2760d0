"""Rules on the shape of a report: labels, rows and columns, title, headings, year and unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Iterator

from ...form import Form, for_year
from ...official.reading import other_years
from ...prose import is_heading
from ...report import UNIT, YEAR, title, with_digits
from ..parameters import Sections
from ..registry import Context, Fault, Nothing, implements, text_place

NUMERALS = "一二三四五六七八九十"
_HEADING = re.compile(rf"^([{NUMERALS}]{{1,3}})、(.+)$")
_YEAR_IN_NAME = re.compile(r"(20\d\d)年")


def plain(text: str) -> str:
    """Return a text for comparison: half-width, without spaces and line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("“", '"').replace("”", '"')


@dataclass(frozen=True)
class YearSections:
    """The sections that tell of the year's work; all but those on problems where none is named."""

    sections: Sections = ()


@implements("G-LAB-1")
def labels_are_official(context: Context, given: Nothing) -> Iterator[Fault]:
    for place, found, official in context.report.structure.labels:
        yield Fault({place: found}, {"place": f"{place}，“{official}”", "found": found, "official": official})


@implements("G-LAB-2")
def nothing_missing_nothing_added(context: Context, given: Nothing) -> Iterator[Fault]:
    report = context.report
    for name in report.structure.missing:
        yield Fault({name: None}, {"place": f"缺少{name}"})
    for name in report.structure.added:
        yield Fault({name: None}, {"place": f"多出{name}"})
    for sentence in report.structure.reordered:
        yield Fault({sentence: None}, {"place": sentence})
    for cell_id, value in report.figures.items():
        if cell_id not in context.form.cells:
            yield Fault({cell_id: value}, {"place": f"多出项目“{cell_id}”"})


@implements("G-YR-1")
def form_fits_the_year(context: Context, given: Nothing) -> Iterator[Fault]:
    report = context.report
    if report.year is None or context.form.fits(report.year):
        return
    right = for_year(report.year)
    names = {"year": report.year, "form": context.form.name, "right": right.name}
    yield Fault({YEAR: report.year}, names, actual=context.form.id, expected=right.id)


@dataclass(frozen=True)
class Wanted:
    """The sections that must be there; all of the form where none are named."""

    sections: Sections = ()


@dataclass(frozen=True)
class Further:
    """How many headings beside those of the form are let pass."""

    most: int


@implements("G-YR-2", given=YearSections)
def years_agree(context: Context, given: YearSections) -> Iterator[Fault]:
    report, year = context.report, context.report.year
    if year is None:
        return

    def fault(key: str, place: str, found: str, lesser: bool) -> Fault:
        names = {"place": place, "found": found, "year": year}
        return Fault({key: found}, names, lesser, actual=int(found), expected=year)

    for found in _YEAR_IN_NAME.findall(plain(report.structure.title or "")):
        if int(found) != year:
            yield fault(YEAR, "报告标题", found, lesser=False)
    preamble = plain(report.text("preamble"))
    for found in re.findall(r"(20\d\d)年1月1日", preamble):
        if int(found) != year:
            yield fault("preamble", "引言中的统计期限", found, lesser=False)
    for found in _YEAR_IN_NAME.findall(report.structure.file_name):
        if int(found) != year:
            yield fault(YEAR, "文件名", found, lesser=True)
    for text_id, told, quote in other_years(report, given.sections):
        found = fault(text_id, text_place(context.form, text_id), str(told), lesser=True)
        yield replace(found, cells={}, quote=quote, section=text_id)


@implements("G-UNIT-1")
def unit_is_the_same_everywhere(context: Context, given: Nothing) -> Iterator[Fault]:
    report = context.report
    unit = plain(report.unit)
    if not unit:
        return
    for place, found in (("报告标题", report.structure.title), ("落款", report.structure.signature)):
        if found and unit not in plain(found):
            yield Fault({UNIT: report.unit}, {"place": place, "found": found, "unit": report.unit})


@implements("G21-S-TITLE")
def title_is_complete(context: Context, given: Nothing) -> Iterator[Fault]:
    report, form = context.report, context.form
    found = report.structure.title
    text = plain(title(report) if found is None else found)
    missing = []
    if not report.unit:
        missing.append("单位全称")
    if report.year is None or str(report.year) not in with_digits(text):
        missing.append("年度")
    if plain(form.title_words) not in text:
        missing.append(f"“{form.title_words}”")
    if missing:
        cells = {UNIT: report.unit, YEAR: report.year}
        yield Fault(cells, {"found": found or title(report), "missing": "、".join(missing)})


def numbered(headings: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (numeral, words) of the level-1 headings among lines such as 一、总体情况."""
    return [(m[1], m[2]) for h in headings if (m := _HEADING.match(plain(h)))]


@implements("HEI-SEC", "G21-S-SIX", given=Wanted)
def sections_are_in_order(context: Context, given: Wanted) -> Iterator[Fault]:
    """The sections must be there, numbered and in order."""
    headings = context.report.structure.headings
    if headings is None:
        return
    wanted = [s for s in context.form.sections if not given.sections or s.id in given.sections]
    expected = [plain(s.heading).split("、")[0] for s in wanted]
    found = [number for number, _ in numbered(headings)]
    advice = []
    absent = [n for n in expected if n not in found]
    paragraphs = tuple(p for lines in context.report.texts.values() for p in lines if is_heading(p))
    counted = [*found, *(number for number, _ in numbered(paragraphs))]
    repeated = sorted({n for n in found if counted.count(n) > 1}, key=found.index)
    if absent:
        advice.append(f"缺少第{'、'.join(absent)}部分")
    if repeated:
        advice.append(f"编号{'、'.join(repeated)}重复")
    order = [NUMERALS.index(n) for n in found if len(n) == 1]
    if not absent and not repeated and order != sorted(order):
        advice.append(f"顺序是{'、'.join(found)}")
    swapped = [words for number, words in numbered(headings) if _is_another(context.form, number, words)]
    if not advice and swapped:
        advice.append(f"中“{swapped[0]}”的位置不对")
    if advice:
        yield Fault({f"heading.{n}": n for n in found}, {"advice": "，".join(advice)})


def _is_another(form: Form, number: str, words: str) -> bool:
    """Whether a heading carries the words of a section with another numeral."""
    owners = [n for n, own in _titles(form) if words == own]
    return bool(owners) and number not in owners


def _titles(form: Form) -> list[tuple[str, str]]:
    return numbered(tuple(t for s in form.sections for t in (s.heading, *s.variants)))


@implements("G21-S-TTL")
def headings_are_official(context: Context, given: Nothing) -> Iterator[Fault]:
    official = {plain(s.heading).split("、")[0]: s for s in context.form.sections}
    for number, words in numbered(context.report.structure.headings or ()):
        section = official.get(number)
        if section and plain(section.heading) != f"{number}、{words}" and not _is_another(context.form, number, words):
            found = f"{number}、{words}"
            yield Fault({f"heading.{section.id}": found}, {"found": found, "official": section.heading})


@implements("G21-S-NOPAD", given=Further)
def no_further_sections(context: Context, given: Further) -> Iterator[Fault]:
    official = {plain(s.heading).split("、")[0] for s in context.form.sections}
    further = [f"{n}、{w}" for n, w in numbered(context.report.structure.headings or ()) if n not in official]
    if len(further) > given.most:
        yield Fault({f"heading.{h}": h for h in further}, {"count": len(further), "found": "；".join(further)})
