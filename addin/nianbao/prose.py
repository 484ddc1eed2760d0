"""What the report prints as running text: the paragraphs of each section, with their headings told apart.

Both writers (Word and web) print these lines; neither decides what a heading is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Iterable, Mapping

from . import report as reports
from .form import Section, Text
from .report import Report

DRAFT = "草稿"  # stands in the page header of a draft, and begins its first line

# What XML 1.0 does not allow in any form; the data a file carries keeps such characters as JSON escapes.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_NUMERALS = "一二三四五六七八九十"
_LEVELS = (
    (1, re.compile(rf"[{_NUMERALS}]+、")),
    (2, re.compile(rf"[（(][{_NUMERALS}]+[）)]")),
    (3, re.compile(r"\d{1,2}(?:[.．](?!\d)|、)")),
    (4, re.compile(r"[（(]\d{1,2}[）)]")),
)
_SECOND = _LEVELS[1][1]
_SENTENCE_END = re.compile(r"[。！？!?；;]")
_LONGEST_HEADING = 40  # characters; longer lines are text, whatever they begin with


@dataclass(frozen=True)
class Line:
    """A printed paragraph. `level` 0 is text, 2 to 4 a heading of that level; `lead` is a first sentence that stands
    in for a level-2 heading at the beginning of a text."""

    text: str
    level: int = 0
    lead: str = ""

    @property
    def plain(self) -> str:
        return self.lead + self.text


def clean(text: str) -> str:
    """Return a text without the characters XML does not allow, with plain line ends."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _FORBIDDEN.sub("", text)


def level_of(text: str) -> tuple[int, str]:
    """Return the heading level whose numeral a text begins with (0 for none) and what follows the numeral."""
    stripped = text.strip()
    for level, pattern in _LEVELS:
        match = pattern.match(stripped)
        if match:
            return level, stripped[match.end() :].strip()
    return 0, stripped


def is_heading(text: str) -> bool:
    """Whether a text with a numeral is a heading by itself: a short line that is no sentence."""
    stripped = text.strip()
    if len(stripped) > _LONGEST_HEADING or _SENTENCE_END.search(stripped) or stripped.endswith(("：", ":")):
        return False
    return level_of(stripped)[0] > 0


def line(paragraph: str) -> Line:
    """Return a paragraph of the clerk's as a heading, as a text led by a heading, or as a text."""
    text = paragraph.strip()
    level = level_of(text)[0]
    if level < 2:
        return Line(text)
    if is_heading(text):
        return Line(text, level)
    end = _SENTENCE_END.search(text)
    if level == 2 and end and end.end() <= _LONGEST_HEADING:
        return Line(text[end.end() :], 0, text[: end.end()])
    return Line(text)


def lines(paragraphs: Iterable[str]) -> list[Line]:
    """Return the lines of a text's paragraphs; blank ones print nothing."""
    return [line(p) for p in paragraphs if p.strip()]


def title(report: Report, width: int) -> list[str]:
    """Return the title as one line, or broken after the unit where it is wider than `width` Chinese characters."""
    whole = reports.title(report)
    wide = sum(0.5 if c.isascii() else 1 for c in whole) > width
    unit = report.unit
    return [unit, whole[len(unit) :]] if wide and unit and whole.startswith(unit) else [whole]


def preamble(report: Report) -> list[Line]:
    """Return the opening paragraphs; they hold no headings."""
    return [Line(p.strip()) for p in reports.preamble(report).split("\n") if p.strip()]


def section(report: Report, part: Section, values: Mapping[str, str]) -> list[Line]:
    """Return what a prose section prints: the statements of its figures, its texts under their sub-headings, or the
    sentence that says there is nothing. A text that is blank prints no sub-heading."""
    found: list[Line] = []
    own = [p for text_id in (part.id, *(t.id for t in part.texts)) for p in report.texts.get(text_id, ())]
    found += [Line(s) for s in reports.statements(report, part, values) if s not in own]
    found += lines(reports.fill_names(p, values) for p in report.texts.get(part.id, ()))
    for text in part.texts:
        body = [reports.fill_names(p, values) for p in report.texts.get(text.id, ()) if p.strip()]
        if body and text.heading:
            said = repeats(body[0], text.heading) or ("led" if _own_heading(body[0], text) else "")
            if said != "led":
                found.append(Line(text.heading, 2))
            if said == "whole":
                body = body[1:]
        found += lines(body)
    return numbered(found) or ([Line(part.nothing)] if part.nothing else [])


def numbered(lines: list[Line]) -> list[Line]:
    """Return the lines of a section with its headings of the second level numbered as they are printed: a text that is
    left out leaves no gap, and a heading of the clerk's own has no number that ours has."""
    found, count = [], 0
    for each in lines:
        heading = _SECOND.match(each.lead or (each.text if each.level == 2 else ""))
        if heading:
            count += 1
            words = f"（{chinese(count)}）"
            if each.lead:
                each = replace(each, lead=words + each.lead[heading.end() :])
            else:
                each = replace(each, text=words + each.text[heading.end() :])
        found.append(each)
    return found


def chinese(number: int) -> str:
    """Return a number from 1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _NUMERALS[tens - 1] + "十"
    return head + (_NUMERALS[ones - 1] if ones else "")


def _own_heading(paragraph: str, text: Text) -> bool:
    """Whether a paragraph begins with a heading of the clerk's for what the text is about, in other words than ours."""
    own = line(paragraph)
    return text.spoken_of(own.lead or (own.text if own.level == 2 else ""))


def repeats(paragraph: str, heading: str) -> str:
    """Return "whole" for a paragraph that is the heading over again, "led" for one that begins with it, else ""."""
    level, rest = level_of(paragraph)
    words = level_of(heading)[1]
    if rest.rstrip("。 　") == words:
        return "whole"
    return "led" if level == 2 and rest.startswith(words) else ""


@dataclass(frozen=True)
class Draft:
    """What a draft says of itself: what is open, by its kind (`错误2处、待说明1处`, "" for nothing), and the cells that
    are marked because a finding about them is open."""

    open: str = ""
    cells: frozenset[str] = frozenset()


def draft_notice(draft: Draft) -> str:
    """Return the line on a draft's first page that says what is open."""
    state = f"尚有{draft.open}未处理" if draft.open else "校验未发现错误"
    return f"{DRAFT}：{state}，仅供内部审阅，不得报送或公布。"
