"""How a sentence for a clerk is written."""

from __future__ import annotations

import re

_HALF = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）", ".": "。"}
_CHINESE = r"[\u4e00-\u9fff]"
# Between digits and in addresses a half-width mark is right; a full stop is one only behind a word.
_BESIDE = re.compile(rf"(?<={_CHINESE})[,;:?!()]|[,;:?!()](?={_CHINESE})|(?<={_CHINESE})\.(?={_CHINESE}|\s*$)")


def nested(text: str) -> str:
    """Return a sentence whose quotation marks inside quotation marks are the single ones (GB/T 15834—2011, 4.8.3.3)."""
    if text.count("“") < 2:
        return text
    out, depth = [], 0
    for character in text:
        if character == "“":
            depth += 1
            character = "“" if depth % 2 else "‘"
        elif character == "”" and depth:
            character = "”" if depth % 2 else "’"
            depth -= 1
        out.append(character)
    return "".join(out)


def half_width(text: str) -> list[str]:
    """Return the half-width punctuation marks of a Chinese text that should be full-width ones, with what is around
    each."""
    return [text[max(m.start() - 3, 0) : m.end() + 3] for m in _BESIDE.finditer(text)]


def full_width(text: str) -> str:
    """Return a Chinese text with full-width punctuation; digits, addresses and foreign words keep theirs."""
    return _BESIDE.sub(lambda match: _HALF[match[0]], text)
