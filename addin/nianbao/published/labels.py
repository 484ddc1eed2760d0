"""Labels as other hands write them: one key for all ways of writing a label, and the rows and columns it stands for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property, lru_cache
from typing import Iterable, Iterator, Mapping, Sequence

from .. import form as forms
from .. import layout
from ..form import Block, Form, Node, Table

_DROP = re.compile(r"[\s\u200b-\u200f\u3000\ufeff]+")
_QUOTES = str.maketrans({c: '"' for c in "“”„‟＂「」『』«»'‘’"})
_PREFIX = re.compile(r"其中[:、]?(?=.)")
_NUMERAL = re.compile(r"\(?([一二三四五六七八九十]{1,3}|\d{1,2})(?:\)|、|[.．])*(?=\D)")
_BRACKET = re.compile(r"\([^()]*\)$")
_CHINESE = {c: i for i, c in enumerate("一二三四五六七八九十", 1)}
_NUMBERLIKE = re.compile(r"[\d０-９,，.．+＋\-－−—–/／\s%％件项元万亿]*|无|不适用|[Nn]/?[Aa]")


def squeezed(text: str) -> str:
    """Return a text without any space or line end."""
    return _DROP.sub("", text)


@lru_cache(maxsize=4096)
def key(text: str) -> tuple[str, str]:
    """Return (item number, words) of a label, equal for the ways of writing it that mean the same: width of
    characters, space and line ends, quotation marks, 其中 before it, and the form of the number (一、 1. （一） or none
    of the dots).
    """
    plain = _DROP.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTES)
    plain = _PREFIX.sub("", plain, count=1) if plain.startswith("其中") else plain
    match = _NUMERAL.match(plain)
    if not match or (match[0] == match[1] and not match[1].isdigit()):
        return "", plain
    number = match[1] if match[1].isdigit() else str(_chinese_number(match[1]))
    return number, plain[match.end() :]


def _chinese_number(text: str) -> int:
    if text == "十":
        return 10
    head, _, tail = text.rpartition("十")
    tens = (_CHINESE.get(head, 1) * 10) if "十" in text else 0
    return tens + (_CHINESE.get(tail, 0) if tail else 0)


@lru_cache(maxsize=4096)
def is_value(text: str) -> bool:
    """Whether a text stands where a number should: a number, a dash, a word for none, or nothing."""
    return _NUMBERLIKE.fullmatch(text.strip()) is not None


@dataclass(eq=False, repr=False)
class Leaf:
    """A row or column of numbers: its node, its block, the labels over or before it, its place in the form's order."""

    node: Node
    block: Block
    above: tuple[str, ...]
    place: int


class Labels:
    """Looks up leaves of one direction by label, known variants included."""

    def __init__(self, leaves: Iterable[Leaf], variants: Mapping[str, str]) -> None:
        self.leaves = tuple(leaves)
        self.exact: dict[tuple[str, str], list[Leaf]] = {}
        self.words: dict[str, list[Leaf]] = {}
        for leaf in self.leaves:
            if leaf.node.label:
                self.exact.setdefault(key(leaf.node.label), []).append(leaf)
                self.words.setdefault(key(leaf.node.label)[1], []).append(leaf)
        for found, official in variants.items():
            if key(official) in self.exact:
                self.exact.setdefault(key(found), self.exact[key(official)])
            if key(official)[1] in self.words:
                self.words.setdefault(key(found)[1], self.words[key(official)[1]])

    def find(self, text: str) -> list[Leaf]:
        """Return the leaves with this label, or with these words under another number."""
        number, words = key(text)
        if not words:
            return []
        return self.exact.get((number, words)) or self.words.get(words) or self.words.get(_BRACKET.sub("", words)) or []

    def near(self, text: str, used: set[int]) -> list[Leaf]:
        """Return the leaf not used yet whose label is almost this text."""
        words = key(text)[1]
        if len(words) < 4:
            return []
        best = max(
            ((SequenceMatcher(None, words, known).ratio(), i) for i, known in enumerate(self.words)), default=(0.0, 0)
        )
        leaves = list(self.words.values())[best[1]] if best[0] >= 0.8 else []
        return [leaf for leaf in leaves if id(leaf) not in used]


@dataclass(eq=False)
class Index:
    """What the labels of one table look like once normalised."""

    table: Table
    heading: str
    rows: Labels
    columns: Labels
    heads: frozenset[tuple[str, str]]  # column labels and corners
    groups: frozenset[tuple[str, str]]  # row labels without numbers of their own
    titles: Mapping[tuple[str, str], Block]
    everything: Mapping[tuple[str, str], tuple[str, str]]  # any label, variants included -> official label

    @cached_property
    def official(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.everything.values())

    @cached_property
    def texts(self) -> Mapping[tuple[str, str], str]:
        """Official label -> as it is printed."""
        return {key(label.text): label.text for label in reversed(_printed(self.table))}

    def columns_of(self, block: Block) -> list[Leaf]:
        """Return the columns of a block in the form's order."""
        return [leaf for leaf in self.columns.leaves if leaf.block is block]


def _printed(table: Table) -> list[layout.Label]:
    """Return the labels by which a table is known; units and codes beside a row are none."""
    return [label for label in layout.grid(table).labels if label.text and label.role != layout.INFO]


def _paths(nodes: Sequence[Node], block: Block, above: tuple[str, ...] = ()) -> Iterator[tuple[Node, tuple[str, ...]]]:
    for node in nodes:
        if node.children:
            yield from _paths(node.children, block, (*above, node.label))
        elif not node.heading:
            yield node, above


def _leaves(table: Table, rows: bool) -> list[Leaf]:
    found = [(path, b) for b in table.blocks for path in _paths(b.rows if rows else b.columns, b)]
    return [Leaf(node, block, above, place) for place, ((node, above), block) in enumerate(found)]


@cache
def indexes(form_id: str) -> tuple[Index, ...]:
    """Return the normalised labels of every table of a form."""
    form = forms.load(form_id)
    return tuple(_index(form, table) for table in form.tables)


def index_of(form: Form, table_id: str) -> Index:
    """Return the normalised labels of a table."""
    return next(i for i in indexes(form.id) if i.table.id == table_id)


def _index(form: Form, table: Table) -> Index:
    section = next(s for s in form.sections if s.table == table.id)
    labels = _printed(table)
    known = {key(label.text): key(label.text) for label in labels}
    everything = dict(known)
    for found, official in form.variants.items():
        if key(official) in known:
            everything.setdefault(key(found), key(official))
    over = {key(label.text) for label in labels if label.role != layout.STUB}
    beside = [label for label in labels if label.role == layout.STUB and label.node]
    return Index(
        table,
        section.heading,
        Labels(_leaves(table, rows=True), form.variants),
        Labels(_leaves(table, rows=False), form.variants),
        frozenset(k for k, v in everything.items() if v in over),
        frozenset(key(x.text) for x in beside if x.node and (x.node.children or x.node.heading)),
        {key(b.title): b for b in table.blocks if b.title},
        everything,
    )
