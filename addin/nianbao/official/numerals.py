"""Numbers as Chinese offices write them: 34, ３４, 1,234, 1.2万, 二十三, 两千零五, 廿三, 二十余, 近50, 2至3, 百分之五.

A number that is only roughly given stands for the interval of values it agrees with. cn2an reads the plain Chinese
ones too, but neither finds them in a sentence nor knows 余, 几 and 卅, and takes a tenth of a second to import.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Iterator, NamedTuple

_DIGITS = {
    c: i
    for i, row in enumerate(("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in row
}
_SCALES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_CHINESE = "零〇○一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟"

UNITS = (
    "个百分点|百分点|个工作日|工作日|万元|亿元|千元|人次|件次|元|件|宗|起|份|条|项|个|次|人|名|例|桩|单|篇|期|场|家|处|种|类|门|块"
    "|册|部|套|台|辆|户|亩|分钟|小时|分|天|日|月|季度|年|届|级|位|所|页|字|批|轮|倍|成|%|‰"
)
MONEY = {"元": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10**4), "亿元": Decimal(10**8)}
_FIGURE = rf"\d{{1,3}}(?:[,，]\d{{3}})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|[几数][十百千万]+|[{_CHINESE}]+几?"
NUMBER = re.compile(
    rf"(?=[\d几数百{_CHINESE}])(?P<percent>百分之)?(?P<figure>{_FIGURE})"
    rf"(?:(?:-|—|－|~|～|至|到)(?P<to>{_FIGURE}))?"
    rf"(?P<scale>(?:[十百千]|[万亿](?!元))*)(?P<more>余|多|来)?(?P<scale2>(?:[万亿](?!元))*)(?P<unit>{UNITS})?"
)
_BEFORE = re.compile(
    r"(?P<near>将近|接近|近)$|(?P<about>大约|约为|约|大概|左右)$|(?P<over>超过了|超过|超出|超|逾|突破|至少|不少于|不低于|多达)$"
    r"|(?P<under>不足|不到|未满|少于|低于|最多|不超过|不多于|至多)$"
)
_AFTER = re.compile(r"(?P<about>左右|上下)|(?P<over>以上|之多)|(?P<under>以下|以内)")


_NAMES_A_COUNT = frozenset("为是达有：")  # what stands before a number without a unit: 申请数为34


class Number(NamedTuple):
    """A number in a text: where it stands (with its unit), the least and greatest value it agrees with, and its unit.

    `exact` is false where the text itself says that it is rough; `value` is what stands there.
    """

    start: int
    end: int
    value: Decimal
    low: Decimal
    high: Decimal
    unit: str
    exact: bool

    def agrees(self, value: Decimal | int) -> bool:
        return self.low <= value <= self.high


def chinese(text: str) -> int | None:
    """Return the value of a Chinese numeral (二十三, 两千零五, 一百二, 三万五, 廿三, 二〇二四); None when it is none."""
    if not text or text[0] in "万亿百千佰仟":
        return None
    text = text.replace("廿", "二十").replace("卅", "三十")
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) == 1 or len(text) > 3 else None
    total = section = digit = 0
    last = 1
    for c in text:
        if c in _DIGITS:
            if digit:
                return None
            digit, last = _DIGITS[c], 10 if c in "零〇○" else last
        elif c in _SCALES:
            section += (digit or 1) * _SCALES[c]
            digit, last = 0, _SCALES[c]
        else:
            total = (total + section + digit) * _LARGE[c]
            section = digit = 0
            last = _LARGE[c]
    return total + section + digit * (last // 10 if last >= 100 else 1)  # 一百二 is 120


def numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a text (of half-width digits, without spaces) in order; one without a unit, of
    unit "", is a number only behind 为 and the like."""
    for match in NUMBER.finditer(text):
        found = _number(text, match)
        if found is not None:
            yield found


def _number(text: str, match: re.Match[str]) -> Number | None:
    start = match.start()
    figure, unit = match["figure"], match["unit"] or ""
    if not unit and not match["percent"] and text[start - 1 : start] not in _NAMES_A_COUNT:
        return None
    scale = 1
    for c in (match["scale"] or "") + (match["scale2"] or ""):
        scale *= _SCALES.get(c) or _LARGE[c]
    plain = figure[0].isascii()
    if start and plain and (text[start - 1] == "." or text[start - 1].isascii() and text[start - 1].isalpha()):
        return None
    if not plain and (figure[-1] in "万亿" and len(figure) == 1):
        return None
    end = match.end()
    if not match["unit"]:
        end = match.end("figure") if not match["to"] else match.end("to")
        end = max(end, match.end("scale"), match.end("more"), match.end("scale2"))
    bounds = _bounds(figure)
    if bounds is None:
        return None
    low, high, step, rough = bounds
    value, low, high, step = low * scale, low * scale, high * scale, step * scale
    if scale > 1 and "." in figure or scale >= 10**4:
        low, high = low - step / 2, high + step  # 1.2万 stands for what rounds to it, or is cut to it
        rough = True
    if match["to"]:
        other = _bounds(match["to"])
        if other is None or other[0] * scale < value:
            return None
        high, rough = other[1] * scale, True
    if match["more"]:
        low, high, rough = value, value + _place(value) - 1, True
    if match["percent"]:
        unit = "%"
    return _rough(text, start, end, Number(start, end, value, low, high, unit, not rough))


def _rough(text: str, start: int, end: int, number: Number) -> Number:
    """Widen a number by the words beside it: 近, 约, 超过, 不足 before it, 左右, 以上 behind it."""
    before, after = _BEFORE.search(text[max(0, start - 3) : start]), _AFTER.match(text, end)
    if not before and not after:
        return number
    value, place = number.value, _place(number.value)
    if after:
        number = number._replace(end=after.end())
    kind = (before or after).lastgroup  # type: ignore[union-attr]
    slack = max(value / 10, place / 2)
    if kind == "near":
        return number._replace(low=value - max(place, value / 10), high=value, exact=False)
    if kind == "about":
        return number._replace(low=number.low - slack, high=number.high + slack, exact=False)
    if kind == "over":
        return number._replace(low=value, high=value + max(place, value / 2), exact=False)
    return number._replace(low=value / 2, high=value, exact=False)


def _place(value: Decimal) -> Decimal:
    """Return what the last digit of a number that is not 0 counts: 10 for 20, 100 for 2500."""
    place = Decimal(1)
    while value and value % (place * 10) == 0:
        place *= 10
    return place


def _bounds(figure: str) -> tuple[Decimal, Decimal, Decimal, bool] | None:
    """Return the least and greatest value of a numeral, what its last digit counts, and whether it is rough."""
    if figure[0].isascii():
        plain = Decimal(figure.replace(",", "").replace("，", ""))
        return plain, plain, Decimal(1).scaleb(int(plain.as_tuple().exponent)), False
    if figure[0] in "几数":
        base = Decimal(chinese("一" + figure[1:]) or 0)
        return (base * 2, base * 10 - 1, base, True) if base else None
    if figure[-1] == "几":
        value = chinese(figure[:-1])
        return (Decimal(value), Decimal(value + 9), Decimal(1), True) if value and value % 10 == 0 else None
    if len(figure) == 2 and all(c in _DIGITS for c in figure) and _DIGITS[figure[1]] == _DIGITS[figure[0]] + 1:
        first, second = _DIGITS[figure[0]], _DIGITS[figure[1]]  # 三五, 两三: a range in two words
        return Decimal(first), Decimal(second), Decimal(1), True
    if len(figure) > 2 and figure[0] in _DIGITS and figure[1] in _DIGITS and all(c in _SCALES for c in figure[2:]):
        low, high = chinese(figure[0] + figure[2:]), chinese(figure[1:])  # 三四十: a range in one word
        if low and high and high * _DIGITS[figure[0]] == low * _DIGITS[figure[1]]:
            return Decimal(low), Decimal(high), Decimal(1), True
    value = chinese(figure)
    return None if value is None else (Decimal(value), Decimal(value), Decimal(1), False)
