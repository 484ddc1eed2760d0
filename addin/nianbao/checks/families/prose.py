"""Rules on what the narrative says and how long it is."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Iterator

from ...form import Section
from ...report import UNIT, preamble, statements, unknown_names, values_for
from ...sentence import half_width
from ..parameters import (
    UNIT_TYPE,
    Lengths,
    NamedPatterns,
    NamedWords,
    Pattern,
    SectionId,
    Sections,
    TextId,
    UnitTypes,
    Words,
)
from ..registry import Context, Fault, Nothing, implements, section_text, text_place


@dataclass(frozen=True)
class InSection:
    """The section that is read."""

    section: SectionId


@dataclass(frozen=True)
class Supervision:
    """The section, the types of unit that must write there, and of what, by the words that tell of it."""

    section: SectionId
    unit_types: UnitTypes
    words: NamedWords


@dataclass(frozen=True)
class Short:
    """Section -> the least characters, below which it says nothing."""

    least: Lengths


@dataclass(frozen=True)
class Problems:
    """The section; how words sound that tell of a problem, and what is said alone where there is none; the words that
    tell of improvement; and the texts these are written in."""

    section: SectionId
    problem: Pattern
    nothing: Words
    improvement: Words
    problem_text: TextId
    improvement_text: TextId
    earlier_text: TextId


@dataclass(frozen=True)
class Same:
    """The sections compared with last year's, and the percentage from which on they are the same."""

    sections: Sections
    percent: Decimal


@dataclass(frozen=True)
class Other:
    """The section, the words that tell of fees, and what is said alone where there is nothing to say."""

    section: SectionId
    fee: Words
    nothing: Words


@dataclass(frozen=True)
class Opening:
    """What the opening paragraph must have, and how it is known."""

    parts: NamedPatterns


def count(text: str) -> int:
    """Return the characters of a text as a clerk counts them: without spaces and line ends."""
    return len(re.sub(r"\s", "", text))


def count_words(text: str) -> int:
    """Return the characters of a text without spaces and punctuation."""
    return len(re.sub(r"[\W_]", "", text))


def _section(context: Context, given: InSection | Supervision | Problems | Other) -> Section:
    return context.form.section(given.section)


@implements("G21-S-FIVE", given=InSection)
def five_aspects(context: Context, given: InSection) -> Iterator[Fault]:
    report, section = context.report, _section(context, given)
    unassigned = report.text(section.id)
    absent = [t for t in section.texts if not report.text(t.id).strip() and not t.spoken_of(unassigned)]
    if absent:
        names = {"place": f"“{section.heading}”", "missing": "、".join(t.aspect for t in absent)}
        yield Fault({t.id: "" for t in absent}, names)


@implements("G21-S-504", given=Supervision)
def supervision_of_governments(context: Context, given: Supervision) -> Iterator[Fault]:
    report, section = context.report, _section(context, given)
    if report.meta.get(UNIT_TYPE) not in given.unit_types:
        return
    text = section_text(report, section.id)
    missing = [name for name, words in given.words.items() if not any(w in text for w in words)]
    if text and missing:
        last = section.texts[-1].id
        yield Fault({last: report.text(last)}, {"place": f"“{section.heading}”", "missing": "、".join(missing)})


@implements("G21-S-1000", given=InSection)
def not_too_long(context: Context, given: InSection) -> Iterator[Fault]:
    section = _section(context, given)
    text = section_text(context.report, section.id)
    if section.limit and count(text) > section.limit:
        names = {"place": f"“{section.heading}”", "count": count(text), "plain": count_words(text)}
        yield Fault({section.id: count(text)}, {**names, "limit": section.limit}, False, count(text), section.limit)


@implements("G21-S-MIN", given=Short)
def not_too_short(context: Context, given: Short) -> Iterator[Fault]:
    for section in context.form.sections:
        least = given.least.get(section.id, 0)
        length = count(section_text(context.report, section.id))
        if 0 < length < least:
            names = {"place": f"“{section.heading}”", "count": length}
            yield Fault({section.id: length}, names, actual=length, expected=least)


@implements("G21-S-PROB", given=Problems)
def problems_and_improvement(context: Context, given: Problems) -> Iterator[Fault]:
    report, section = context.report, _section(context, given)
    everything = section_text(report, section.id)
    missing: dict[str, str] = {}

    def own(text_id: str) -> list[str]:
        aspect = context.form.texts[text_id].aspect
        return [t.id for t in section.texts if t.aspect == aspect] or [text_id]

    told = "\n".join(report.text(t) for t in own(given.problem_text)) + report.text(section.id)
    plain = re.sub(r"[\W_]", "", told) or re.sub(r"[\W_]", "", everything)
    if plain in ("", *given.nothing) or not given.problem.search(plain):
        missing[given.problem_text] = "存在的主要问题"
    improving = own(given.improvement_text)
    if not any(report.text(t) for t in improving) and not any(word in everything for word in given.improvement):
        missing[improving[0]] = "改进情况"
    earlier = report.last is not None and any(report.last.text(t.id) for t in section.texts)
    improved = given.earlier_text
    if not missing and earlier and not report.text(section.id) and not report.text(improved):
        missing[improved] = "上一年度问题的改进情况"
    if missing:
        names = {"place": f"“{section.heading}”", "missing": "、".join(missing.values())}
        yield Fault({text_id: report.text(text_id) for text_id in missing}, names)


@implements("G21-S-SAME", given=Same)
def not_last_years_words(context: Context, given: Same) -> Iterator[Fault]:
    report, last = context.report, context.report.last
    if last is None:
        return
    for section_id in given.sections:
        if any(all(section_id != s.id for s in form.sections) for form in (context.form, last.definition)):
            continue
        section = context.form.section(section_id)
        share = similarity(section_text(report, section_id), section_text(last, section_id))
        if share * 100 > given.percent:
            names = {"place": f"“{section.heading}”", "percent": round(share * 100)}
            yield Fault({section.id: round(share, 3)}, names)


def similarity(a: str, b: str) -> float:
    """Return how much of two texts is the same, 0 to 1, by their pairs of neighbouring characters (Dice)."""
    pairs = [Counter(zip(t, t[1:])) for t in (re.sub(r"\s", "", a), re.sub(r"\s", "", b))]
    total = sum(pairs[0].values()) + sum(pairs[1].values())
    return 2 * sum((pairs[0] & pairs[1]).values()) / total if total else 0.0


@implements("G21-S-S6", given=Other)
def other_matters(context: Context, given: Other) -> Iterator[Fault]:
    report, section = context.report, _section(context, given)
    text, stated = section_text(report, section.id), statements(report, section, values_for(report))
    advice = ""
    if not text.strip() and not stated:
        advice = "没有填写内容"
    elif text.strip(" 。.\n") in given.nothing and not stated:
        advice = f"只写了“{text.strip()}”"
    elif section.statement_required and not stated and not any(word in text for word in given.fee):
        advice = "没有报告信息处理费的收取情况"
    if advice:
        cells = {t.id: report.text(t.id) for t in section.texts}
        yield Fault(cells, {"place": f"“{section.heading}”", "advice": advice})


@implements("G21-S-PRE", given=Opening)
def preamble_is_complete(context: Context, given: Opening) -> Iterator[Fault]:
    text = re.sub(r"\s", "", preamble(context.report))
    missing = [name for name, pattern in given.parts.items() if not pattern.search(text)]
    if missing:
        yield Fault({"preamble": context.report.text("preamble")}, {"missing": "、".join(missing)})


@implements("G21-S-PLACE")
def no_placeholders(context: Context, given: Nothing) -> Iterator[Fault]:
    report, form = context.report, context.form
    texts = {UNIT: [report.unit]}
    texts |= {k: [v] for k, v in report.meta.items() if k in form.meta}
    texts |= {k: list(v) for k, v in report.texts.items()}
    for text_id, lines in texts.items():
        for line in lines:
            match = _MARKS.search(line) and re.search(_PLACEHOLDER, line)
            if match:
                yield Fault({text_id: match[0]}, {"place": text_place(form, text_id), "found": match[0]})


# A lone × multiplies, a lone * or _ occurs in addresses, [2020] is how a document number is typed. The pattern is
# costly to compile, and few lines have one of its marks.
_MARKS = re.compile("[*＊×xX_＿{[〔]")
_PLACEHOLDER = (
    r"20\d?[*＊×xX]{1,2}(?=年|$)|[*＊]{2,}|(?<![A-Za-z])X{2,}(?![A-Za-z])|(?<![A-Za-z])x{2,}(?=[年月日县市区局]|$)|×{2,}"
    r"|_{3,}|＿{2,}|\{[^{}]*[\u4e00-\u9fffA-Za-z…][^{}]*\}|\[[^\[\]]*[\u4e00-\u9fff…][^\[\]]*\]|〔[×xX*]+〕"
)


@implements("G-PUNCT-1")
def punctuation_is_full_width(context: Context, given: Nothing) -> Iterator[Fault]:
    """Once a text, however many marks there are."""
    for text_id, lines in context.report.texts.items():
        found = half_width("\n".join(lines))
        if found:
            names = {"place": text_place(context.form, text_id), "count": len(found), "found": found[0].strip()}
            yield Fault({text_id: len(found)}, names)


@implements("G-NAME-1")
def names_are_known(context: Context, given: Nothing) -> Iterator[Fault]:
    """Only where the clerk writes: a published report may use 【】 for other things."""
    report, form = context.report, context.form
    if report.structure.title is not None:
        return
    for text_id, lines in report.texts.items():
        for name in unknown_names(form, "\n".join(lines)):
            from difflib import get_close_matches

            near = get_close_matches(name, form.names, 1)
            names = {
                "place": text_place(form, text_id),
                "found": name,
                "hint": f"（例如【{near[0]}】）" if near else "",
            }
            yield Fault({text_id: f"【{name}】"}, names)
