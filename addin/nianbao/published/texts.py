"""The paragraphs of one section: texts under their sub-headings, figures in sentences of the form's own, and the
lines over and under a table."""

from __future__ import annotations

import re
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Mapping, Sequence

from .. import prose
from .. import report as reports
from ..form import Form, Section, Table, Text
from ..report import Figure
from .figures import PLAIN
from .labels import key, squeezed

_FULL_WIDTH = str.maketrans(",;:()", "，；：（）")
_LINES = 4  # paragraphs over which the line under a table may run


def split(section: Section, body: list[str]) -> dict[str, list[str]]:
    """Return text id -> paragraphs: split at sub-headings that are known, the rest under the section's own id."""
    if not section.texts:
        return {section.id: body} if body else {}
    if len(section.texts) == 1:
        return {section.texts[0].id: body} if body else {}
    found: dict[str, list[str]] = {}
    current = section.id
    for paragraph in body:
        text = _text_of(paragraph, section)
        if text and text.id not in found:
            current = text.id
            found[current] = []
            if prose.repeats(paragraph, text.heading) == "whole" or prose.is_heading(paragraph.rstrip("。")):
                continue
        found.setdefault(current, []).append(paragraph)
    return {k: v for k, v in found.items() if v}


def _text_of(paragraph: str, section: Section) -> Text | None:
    """Return the text whose sub-heading a paragraph is or begins with."""
    level, rest = prose.level_of(paragraph)
    if level != 2:
        return None
    head = re.split("[。：:；]", rest, maxsplit=1)[0]
    if not head or len(head) > 40:
        return None
    words = {t.id: key(t.heading)[1] for t in section.texts}
    for text in section.texts:
        if words[text.id] in head or head in words[text.id]:
            return text
    for text in section.texts:
        if text.spoken_of(head):
            return text
    near = max(section.texts, key=lambda t: SequenceMatcher(None, words[t.id], head).ratio())
    return near if SequenceMatcher(None, words[near.id], head).ratio() >= 0.7 else None


def stated(
    form: Form, section: Section, body: Sequence[str], own: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Figure], list[str]]:
    """Return the figures that the body states in the section's own sentences, and the body without the paragraphs
    that are such a sentence. `own` holds words the clerk gave a sentence, by statement id."""
    found: dict[str, Figure] = {}
    rest = list(body)
    for statement in section.statements:
        names, pattern = _pattern("\n".join(own.get(statement.id, ())) or statement.text)
        _, zero = _pattern(statement.zero_text)
        for paragraph in body:
            plain = _even(paragraph)
            match = pattern.search(plain)
            nothing = zero.search(plain) if statement.zero_text and not match else None
            if match:
                found |= _numbers(form, names, match)
            elif nothing:
                found[statement.zero] = 0
            whole = match or nothing
            if whole and whole[0] == plain and paragraph in rest:
                rest.remove(paragraph)
    return found, rest


def _even(text: str) -> str:
    """Return a text without space, with the full-width punctuation that Chinese sentences have."""
    return squeezed(text).translate(_FULL_WIDTH)


def _numbers(form: Form, names: tuple[str, ...], match: re.Match[str]) -> dict[str, Figure]:
    shown = {form.names.get(name, ""): text for name, text in zip(names, match.groups())}
    return {c: reports.number(Decimal(text)) for c, text in shown.items() if c in form.cells and PLAIN.fullmatch(text)}


@lru_cache(maxsize=512)
def _pattern(sentence: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Return the names in a sentence, and a pattern for the sentence with any value in the place of each."""
    pieces = re.split("【([^【】]+)】", _even(sentence))
    return tuple(pieces[1::2]), re.compile(
        "".join(re.escape(p) if i % 2 == 0 else "([^，。；]*?)" for i, p in enumerate(pieces))
    )


def beside_table(table: Table, body: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return the meta data in the lines over and under a table, by short name, and the body without these lines."""
    found: dict[str, str] = {}
    rest = list(body)
    for line in filter(None, (table.head, table.foot)):
        pieces = re.split(r"\{(\w+)\}", squeezed(line))
        pattern = re.compile("".join(re.escape(p) if i % 2 == 0 else "(.*?)" for i, p in enumerate(pieces)))
        for start, count in ((s, n) for s in range(len(rest)) for n in range(1, _LINES + 1)):
            match = pattern.fullmatch(squeezed("".join(rest[start : start + count])))
            if match:
                found |= {name: text for name, text in zip(pieces[1::2], match.groups()) if text}
                del rest[start : start + count]
                break
    return found, rest
