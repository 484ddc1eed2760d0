"""The vocabulary of the reader (workbook/words): words with what they say, and the figures by what is said of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Mapping, NamedTuple

from .. import assets
from ..form import Form

PLAIN, WORD, NEGATION, AND = "plain", "word", "negation", "and"
NEGATIONS = (
    "未",
    "没有",
    "没",
    "无",
    "未有",
    "从未",
    "未曾",
    "不存在",
    "不",
    "零",
    "暂无",
    "尚无",
    "并未",
    "均未",
    "均无",
    "并无",
    "未予",
    "尚未",
    "未能",
)
CONJUNCTIONS = ("和", "及", "与", "以及", "或", "或者", "并")
# What is counted; the other tags say what was done with it, by whom, or how it ended.
TOPICS = frozenset(
    "application review litigation norms regs licence penalty coercion charge fee fees fee_notice spent budget consult"
    " complaint appeal published staff_part staff_full visits foreign".split()
)


class Sense(NamedTuple):
    """What a word is: its kind (plain, word, own, this, last, next, part, many, others, area, change, rate, negation,
    and) and, for a `word`, its tags."""

    kind: str
    tags: frozenset[str] = frozenset()


Words = Mapping[str, tuple[tuple[str, Sense], ...]]  # first character -> words and what they are, the longest first


def with_own(own: Mapping[str, Sense]) -> Words:
    """Return the lexicon with further words, such as the names of a unit."""
    found = dict(lexicon())
    for first in {word[0] for word in own}:
        known = {**dict(found.get(first, ())), **{word: sense for word, sense in own.items() if word[0] == first}}
        found[first] = tuple(sorted(known.items(), key=lambda item: -len(item[0])))
    return found


@dataclass(frozen=True)
class Meant:
    """A figure of a form that a number of the text may state. `sums` are the sums of cells it may be: the first, or
    (`choice` "yes", or "total" beside a word such as 共计) one of the later ones; `most`: it may be less than that;
    `never`: cells that a principle denies (不收取费用) together with the figure."""

    says: frozenset[str]
    may: frozenset[str]
    rule: str
    sums: tuple[tuple[str, ...], ...]
    choice: str
    most: bool = False
    never: tuple[str, ...] = ()


@cache
def lexicon() -> Words:
    """Return the words that every text may have."""
    data = _toml("official")
    kinds: dict[str, str] = {}
    tags: dict[str, set[str]] = {}
    for group, kind in (("plain", ""), ("time", ""), ("scope", ""), ("apart", "")):
        for name, words in data[group].items():
            kinds |= {word: kind or {"words": PLAIN}.get(name, name) for word in words}
    kinds |= {word: NEGATION for word in NEGATIONS} | {word: AND for word in CONJUNCTIONS}
    for tag, words in data["tag"].items():
        for word in words:
            tags.setdefault(word, set()).add(tag)
    found: dict[str, list[tuple[str, Sense]]] = {}
    for word, kind in kinds.items():
        if word not in tags:
            found.setdefault(word[0], []).append((word, Sense(kind)))
    for word, of_word in tags.items():
        found.setdefault(word[0], []).append((word, Sense(WORD, frozenset(of_word))))
    return {first: tuple(sorted(words, key=lambda w: -len(w[0]))) for first, words in found.items()}


@cache
def figures(form: Form) -> tuple[Meant, ...]:
    """Return the figures of a form that the text may state, in the order of the file."""
    data = _toml("figures")
    found = []
    for record in data["figure"]:
        cells = next((record[key] for key in data["forms"].get(form.id, ()) if key in record), None)
        if cells is None:
            continue
        sums = cells if isinstance(cells[0], list) else [cells]
        choice = {True: "yes", "total": "total"}.get(record.get("or", ""), "")
        found.append(
            Meant(
                frozenset(record["says"]),
                frozenset(record.get("may", ())),
                record.get("rule", ""),
                tuple(tuple(c for part in one for c in _cells(form, part)) for one in sums),
                choice,
                record.get("most", False),
                tuple(c for c in record.get("never", ()) if c in form.cells),
            )
        )
    return tuple(found)


class Rate(NamedTuple):
    """A share that a table gives: the cells of the part, and of each whole it may be a share of."""

    words: frozenset[str]
    says: str
    rule: str
    part: tuple[str, ...]
    wholes: tuple[tuple[str, ...], ...]


@cache
def rate(form: Form) -> Rate | None:
    """Return the share of a form that texts name (办结率), if it has one."""
    data = _toml("figures")
    cells = next((data["rate"][key] for key in data["forms"].get(form.id, ()) if key in data["rate"]), None)
    if cells is None:
        return None
    part, *wholes = (tuple(one) for one in cells)
    return Rate(frozenset(data["rate"]["words"]), data["rate"]["says"], data["rate"]["rule"], part, tuple(wholes))


def _cells(form: Form, pattern: str) -> list[str]:
    if "*" in pattern:
        return [cell_id for cell_id in form.cells if fnmatchcase(cell_id, pattern)]
    assert pattern in form.cells, f"{form.id} has no cell {pattern}"
    return [pattern]


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((assets.WORDS / f"{name}.toml").read_text("utf-8"))
