"""Numbers as offices write them, with what they agree with."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies
from nianbao.official.numerals import chinese, numbers

_DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(("text", "agrees", "not_with"), [
    ("34件", [34], [33, 35]),
    ("1,234件", [1234], [234]),
    ("二十三件", [23], [20]),
    ("两千零五件", [2005], [2050]),
    ("一百二件", [120], [102]),
    ("三万五件", [35000], [30005]),
    ("廿三件", [23], [20]),
    ("叁拾肆件", [34], [43]),
    ("1.2万条", [11600, 12000, 12049], [11000, 13500]),
    ("二十余件", [20, 23, 29], [19, 30]),
    ("100多条", [101, 180], [99, 200]),
    ("近50件", [48, 45], [51, 60]),
    ("约50件", [46, 54], [40, 60]),
    ("超过30件", [30, 37], [29, 80]),
    ("不足10件", [9, 7], [11]),
    ("30件以上", [30, 40], [29]),
    ("35件左右", [34, 36], [30, 41]),
    ("三四十件", [30, 35, 40], [29, 41]),
    ("三十几件", [31, 39], [41]),
    ("数十件", [20, 90], [10, 100]),
    ("2至3件", [2, 3], [1, 4]),
])
def test_a_number_agrees_with_what_its_words_allow(text: str, agrees: list[int], not_with: list[int]) -> None:
    (found,) = numbers(text)
    assert [v for v in agrees if not found.agrees(v)] == []
    assert [v for v in not_with if found.agrees(v)] == []


@pytest.mark.parametrize("text", ["万一", "A34件", "千方百计"])
def test_words_and_codes_are_no_numbers(text: str) -> None:
    assert not [n for n in numbers(text) if n.unit]


def spelled(value: int) -> str:
    """Return a number below ten thousand in Chinese, written down here again as the oracle."""
    out, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit:
            out += ("零" if gap and out else "") + _DIGITS[digit] + name
        gap = not digit
    return out or "零"


@given(strategies.integers(0, 9999))
def test_a_spelled_number_is_read_back(value: int) -> None:
    assert chinese(spelled(value)) == value
    assert chinese(spelled(value).removeprefix("一") if 10 <= value < 20 else spelled(value)) == value


@given(strategies.integers(0, 10**7))
def test_digits_of_every_kind_are_one_number(value: int) -> None:
    for text in (f"{value}件", f"{value:,}件"):
        (found,) = numbers(text)
        assert (found.value, found.unit, found.exact) == (Decimal(value), "件", True)
