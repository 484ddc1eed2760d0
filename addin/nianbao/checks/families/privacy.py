"""Personal data that has no place in a published report (条例第十五条): identity numbers, mobiles, applicants' names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

from ..parameters import Words
from ..registry import Context, Fault, implements, text_place

# Patterns are compiled when a line may hold such a thing: a long row of digits, the word 申请人.
_DIGITS = re.compile(r"\d(?:[ -]?\d){10}")
_IDENTITY = (
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_MOBILE = r"(?<![\d.\-])1[3-9]\d(?:[ -]?\d{4}){2}(?![\d.])"


@dataclass(frozen=True)
class Personal:
    """The words before an applicant's name, and the surnames, one a character, that tell a name from other words."""

    before: Words
    surnames: str


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_identity(number: str) -> bool:
    """Check digit of GB 11643: tells an identity number from any other row of 18 digits."""
    check = "10X98765432"[sum(int(d) * w for d, w in zip(number, _WEIGHTS)) % 11]
    return number[-1].upper() == check


@implements("G21-S-SECRET", given=Personal)
def no_personal_data(context: Context, given: Personal) -> Iterator[Fault]:
    for text_id, lines in context.report.texts.items():
        if text_id == "preamble":  # carries the unit's own telephone
            continue
        for line in lines:
            for kind, found in _personal(line, given):
                masked = found[:3] + "*" * (len(found) - 3)
                yield Fault(
                    {text_id: masked}, {"place": text_place(context.form, text_id), "kind": kind, "found": masked}
                )


def _personal(line: str, given: Personal) -> Iterator[tuple[str, str]]:
    if _DIGITS.search(line):
        for match in re.finditer(_IDENTITY, line):
            if _is_identity(match[0]):
                yield "身份证号码", match[0]
        for match in re.finditer(_MOBILE, line):
            yield "手机号码", match[0]
    for before in given.before:
        if before in line:
            name = rf"{re.escape(before)}[：:]?([{re.escape(given.surnames)}][\u4e00-\u9fff]{{1,2}})(?=先生|女士|同志|（|\()"
            for match in re.finditer(name, line):
                if "某" not in match[1]:
                    yield f"{before}姓名", match[1]
