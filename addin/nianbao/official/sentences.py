"""A paragraph as it is compared: one kind of digit, no spaces, and the way back to the words as they stand."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from .numerals import Number, numbers

# Digits, letters and marks that have a full-width twin; Chinese punctuation keeps its own shape.
_SAME = {full: full - 0xFEE0 for full in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_SAME |= {
    ord("％"): "%",
    ord("．"): ".",
    ord("﹪"): "%",
    ord(";"): "；",
    ord(":"): "：",
    ord("("): "（",
    ord(")"): "）",
}
_SAME |= {ord("["): "（", ord("]"): "）", ord("〇"): "〇", ord("–"): "-", ord("−"): "-", ord("?"): "？", ord("!"): "！"}
_SPACE = re.compile(r"\s+")
_END = re.compile("[。！？\n]")


@dataclass(frozen=True)
class Sentence:
    """A piece of a paragraph that ends with 。！？: `start` and `end` in the plain text."""

    start: int
    end: int


@dataclass(frozen=True)
class Paragraph:
    """`words` as they stand in the report; `plain` without spaces and with half-width digits."""

    words: str

    @cached_property
    def plain(self) -> str:
        text = self.words.translate(_SAME)
        return _SPACE.sub("", text) if _SPACE.search(text) else text

    @cached_property
    def numbers(self) -> list[Number]:
        return list(numbers(self.plain))

    def numbers_between(self, start: int, end: int) -> list[Number]:
        """Return the numbers that lie between two places of the plain text."""
        first = bisect_left(self._starts, start)
        return self.numbers[first : bisect_left(self._starts, end, first)]

    @cached_property
    def _starts(self) -> list[int]:
        return [number.start for number in self.numbers]

    @cached_property
    def _places(self) -> list[int]:
        return [i for i, c in enumerate(self.words) if not c.isspace()]

    @cached_property
    def sentences(self) -> list[Sentence]:
        found, start = [], 0
        for match in _END.finditer(self.plain):
            found.append(Sentence(start, match.end()))
            start = match.end()
        if start < len(self.plain):
            found.append(Sentence(start, len(self.plain)))
        return found

    def quote(self, start: int, end: int) -> str:
        """Return the words of the report at a place of the plain text."""
        if end <= start:
            return ""
        return self.words[self._places[start] : self._places[end - 1] + 1].strip()
