"""A sentence as a row of tokens: numbers, years and dates, known words, marks, and what is not understood."""

from __future__ import annotations

import re
from typing import NamedTuple

from .numerals import MONEY, Number, chinese
from .sentences import Paragraph
from .words import PLAIN, Words

NUMBER, STOP, UNKNOWN = "number", "stop", "unknown"
OWN, THIS, LAST, NEXT, YEAR, PART, MANY, AS_OF = "own", "this", "last", "next", "year", "part", "many", "as of"
STOPS = "，；：、。（）！？,"
COUNTED = frozenset("件宗起份条项个次人名例桩单篇") | {"人次", "件次", ""}

_YEAR = "(?:19|20)\\d\\d|[一二][〇零○九][〇零○一二三四五六七八九]{2}"
_DATE = re.compile(
    rf"""(?=[\d截自从近过最连前这头第上下一二三四年])(?P<as_of>截至|截止到?)?(?:自|从)?
    (?:(?P<year>{_YEAR})(?:(?:-|—|～|~|至|－)+(?P<second>{_YEAR}|\d\d))?(?P<school>学年(?:度)?)|(?P<year1>{_YEAR})年?(?:-|—|～|~|至|－)(?P<year2>{_YEAR})年
    |(?P<year3>{_YEAR})年(?P<whole>1月1日起?(?:-|—|至|到|～|~)(?:(?:{_YEAR})年)?12月31日(?:止|期间)?)
    |(?P<year4>{_YEAR})年(?:度)?(?P<close>12月31日(?:止)?|12月底|底|末|年底|年末)
    |(?P<year5>{_YEAR})年(?P<since>以来|起|至今)
    |(?P<year6>{_YEAR})年(?:度)?(?P<piece>\d{{1,2}}月(?:份)?(?:\d{{1,2}}[日号])?|[上下]半年|第?[一二三四1-4]季度|前三季度|初|第?[一二三四]季度)
    |(?P<year7>{_YEAR})年(?:度)?(?:全年)?
    |(?P<months>1月1日起?(?:-|—|至|到|～|~)12月31日(?:止)?|1(?:月)?(?:-|—|至|到|～|~)12月)
    |(?P<many>(?:近|过去|最近|连续|前|这|头)(?:[两二三四五六七八九十几]|\d{{1,2}})个?年(?:以来|来|间|内)?)
    |(?P<quarter>第?[一二三四]季度|前三季度|[上下]半年)
    |(?P<close2>12月31日(?:止)?|12月底|年底|年末)
    |(?P<month>\d{{1,2}}月(?:份)?(?:\d{{1,2}}[日号])?(?:底|末)?))""",
    re.X,
)
# Phrases that change nothing: all the ways of applying; what caused a review.
_PHRASES = {
    "通": re.compile(
        "通过[^，。；：（）\\d]{2,40}?等(?:多种|多个|各种|各类|多元|线上线下|不同)?(?:渠道|途径|方式|形式)"
    ),
    "因": re.compile(
        "因(?:本机关|本行政机关|本单位|本局|我局|本级)?(?:办理|涉及|涉|开展|不服|对)?(?:依申请公开)?(?:政府|政务)?(?:信息)?公开(?:申请)?"
        "(?:工作|事项|答复|问题|事务|行为|告知|告知书|答复书)?"
        "(?:而)?(?:引起|引发|导致|产生|造成|发生)?(?:的)?"
    ),
    "涉": re.compile("涉及?(?:政府|政务)?信息公开(?:工作|事项|事务|方面|类|答复)?的?"),
    "关": re.compile("关于(?:政府|政务)?信息公开(?:工作|事项|事务|方面|答复)?的?"),
    "有": re.compile("有关(?:政府|政务)?信息公开(?:工作|事项|事务|方面|答复)?的?"),
    "针": re.compile(
        "针对(?:本机关|本部门|本单位|本公司|本局|我局|我院|学校)?(?:有关)?(?:政府|政务)?信息公开(?:工作|事项|事务|方面|答复)?的?"
    ),
}


class Token(NamedTuple):
    """`kind` is one of the senses of a word, or number, stop, unknown, year; `year` belongs to the latter."""

    start: int
    end: int
    kind: str
    tags: frozenset[str] = frozenset()
    number: Number | None = None
    year: int = 0


def read(paragraph: Paragraph, start: int, end: int, words: Words) -> list[Token]:
    """Return the tokens of a piece of the plain text; of the words that begin alike the first in `words` counts."""
    text = paragraph.plain
    found: list[Token] = []
    at = start
    for token in _figures(paragraph, start, end):
        _words(text, at, token.start, words, found)
        found.append(token)
        at = token.end
    _words(text, at, end, words, found)
    return found


def _figures(paragraph: Paragraph, start: int, end: int) -> list[Token]:
    """Return numbers, years and dates in order, none within another."""
    text = paragraph.plain
    found: list[Token] = []
    if any(mark in text[start:end] for mark in "年月季"):
        found = [_date(match) for match in _DATE.finditer(text, start, end)]
    taken = [(token.start, token.end) for token in found]
    for number in paragraph.numbers_between(start, end):
        if not any(a < number.end and number.start < b for a, b in taken) and _counts(text, number, end):
            found.append(Token(number.start, number.end, NUMBER, number=number))
    return sorted(found) if taken else found


def _counts(text: str, number: Number, end: int) -> bool:
    """Whether a number counts something here: no ordinal, no part of a word, and with a unit or after 为."""
    before = text[number.start - 1 : number.start]
    if before and (before in "第〔第" or before.isascii() and (before.isalpha() or before in "-./#@_")):
        return False
    behind = text[number.end : number.end + 1]
    if behind == "的" and text[number.end - 2 : number.end] in ("以下", "以上", "以内"):
        return False  # 10件以下的不收费: a condition
    if not number.unit:
        return before in ("为", "：", "是", "达", "有") and (behind in STOPS or number.end >= end)
    first = text[number.start]
    if not first.isascii() and number.unit in ("年", "日", "月", "天", "季度"):
        return False  # 下一年度, 一天: words
    if first in "一零" and number.end - number.start == 2:  # 一件事, 一件一档, 零件
        if first == "零" and before not in ("为", "请", "议", "讼", "共"):
            return False
        return behind not in ("事", "一", "不")
    return not (number.unit in ("分", "成", "级", "位") or behind == "线" and number.unit == "条")


def _date(match: re.Match[str]) -> Token:
    a, b = match.span()
    groups = match.groupdict()
    named = next((groups[k] for k in ("year", "year1", "year3", "year4", "year5", "year6", "year7") if groups[k]), "")
    year = (chinese(named) if not named[:1].isascii() else int(named)) or 0 if named else 0
    if groups["school"] or groups["whole"] or groups["year7"]:
        return Token(a, b, YEAR, year=year)
    if groups["year2"] or groups["since"] or groups["many"]:
        return Token(a, b, MANY)
    if groups["close"]:
        return Token(a, b, AS_OF, year=year)
    if groups["close2"]:
        return Token(a, b, AS_OF)
    if groups["months"]:
        return Token(a, b, THIS)
    return Token(a, b, PART, year=year)


def _words(text: str, start: int, end: int, words: Words, found: list[Token]) -> None:
    """Append the words and marks of a piece without numbers; what stands between known words is one unknown token."""
    at, unknown = start, -1
    while at < end:
        first = text[at]
        token = None
        if first in STOPS:
            token = Token(at, at + 1, STOP)
        elif first in _PHRASES:
            match = _PHRASES[first].match(text, at, end)
            token = Token(at, match.end(), PLAIN) if match else None
        if token is None:
            for word, sense in words.get(first, ()):
                if text.startswith(word, at, end):
                    token = Token(at, at + len(word), sense.kind, sense.tags)
                    break
        if token is None:
            unknown = at if unknown < 0 else unknown
            at += 1
            continue
        if unknown >= 0:
            found.append(Token(unknown, at, UNKNOWN))
            unknown = -1
        found.append(token)
        at = token.end
    if unknown >= 0:
        found.append(Token(unknown, end, UNKNOWN))


def is_money(number: Number) -> bool:
    return number.unit in MONEY
