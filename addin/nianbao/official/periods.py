"""Years, periods and dates in running text, and words that belong to a covering letter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Iterator

from .numerals import chinese
from .sentences import Paragraph, Sentence

_DAY = r"((?:19|20)\d\d)[年./](\d{1,2})[月./](\d{1,2})[日号]?"
_PERIOD = re.compile(
    rf"(?:{_DAY}|(?P<broken>(?:19|20)\d\d\d?月\d{{1,2}}[日号]))起?"
    rf"(?:至|到|-|—|－|~|～)+(?:((?:19|20)\d\d)[年./])?(\d{{1,2}})[月./](\d{{1,2}})[日号]?(?:止)?"
)
_CLOSE = re.compile(rf"(?:统计|数据)[^，。]{{0,6}}截(?:至|止)(?:时间|日期|到)?(?:为|是|至|到|于)?{_DAY}")
_OF_FIGURES = re.compile(
    r"统计期限|统计时限|统计期间|统计时间|统计周期|统计区间|统计范围|时间范围|数据期限|数据(?:的)?时间|所列数据|统计数据|数据统计|起止时间|本报告(?:中)?(?:的)?数据|所涉数据|报告期"
)
_YEAR = r"(20\d\d|二[〇零○]二[〇零○一二三四五六七八九])年"
# A clause that tells of the work of its year begins like this; a plan, a comparison, an award do not.
_WORK = re.compile(
    "(?:我|本)(?:局|委|办|厅|院|校|镇|乡|县|区|市|街道|单位|机关|行政机关|部门|公司|中心)|共|全年|未|没有|无|收到|受理|办结|答复|主动公开|公开政府信息|公开信息|制作"
    "|制发|印发|新收|发布|收取|发出|依申请公开|政府信息公开|制定|通过|累计|在[^，。]{2,20}领导下|坚持|认真|严格|按照|深入|围绕|扎实"
)
_OPENING = re.compile(
    r"(?:[（(]?[一二三四五六七八九十\d][）)、.])?(?:[^，。；]{0,8}[。：])?(?:在)?" + _YEAR + r"(?:度)?(?:全年)?[，,]?"
)
_WHICH = re.compile(
    "[^，。；]{0,6}(?:收到|受理|公开|制定|发布|办理|新收|制作|印发)的"
)  # 2023年收到的申请: said of them only
_OTHERWISE = re.compile(
    "考核|评估|测评|获得|荣获|获评|表彰|预算|决算|年报|年度报告|工作要点|审计|计划|规划|将|拟|打算|要点|存在|问题|整改|反馈|修订|施行|实施|出台的|印发的|制定的|上年|同比"
    "|相比|增长|下降|增加|减少|结转|遗留|以来|至今|起|对比|较|比|统计局|政策"
)
_LETTER = re.compile(
    r"现(?:予)?(?:报送|上报|呈报|报上|随函)|请(?:予)?(?:审阅|审示|查收|审核|审查|审定|批示)|妥否|特此(?:函|报告|函告|函复|汇报|上报)|此函|函复|随函|"
    r"现将[^。]{0,40}(?:报送|呈报|上报)(?:给|如下|你|贵|，请)?|贵(?:局|办|委|厅|府|单位)|你(?:局|办|委|厅|府|单位)"
)
_OLD_LAW = re.compile(r"(?:国务院)?令?[（(〔]?第?(?:492|四百九十二|四九二)号(?:令)?")


@dataclass(frozen=True)
class Period:
    """Days between which figures are said to lie; None for a day that is no date, as in 2018月1日."""

    quote: str
    words: str
    first: date | None
    last: date | None


def periods(paragraph: Paragraph) -> Iterator[Period]:
    """Yield the periods that a paragraph gives for the figures of the report."""
    text = paragraph.plain
    for match in _PERIOD.finditer(text):
        sentence = _sentence(paragraph, match.start())
        if not _OF_FIGURES.search(text, sentence.start, sentence.end):
            continue
        year, month, day, _, to_year, to_month, to_day = match.groups()
        first = _day(year, month, day)
        last = _day(to_year or year or (match["broken"] or "")[:4], to_month, to_day)
        yield Period(
            paragraph.quote(sentence.start, sentence.end), paragraph.quote(match.start(), match.end()), first, last
        )
    for match in _CLOSE.finditer(text):
        last, sentence = _day(*match.groups()), _sentence(paragraph, match.start())
        first = last and last.replace(month=1, day=1)
        yield Period(
            paragraph.quote(sentence.start, sentence.end), paragraph.quote(match.start(), match.end()), first, last
        )


def _day(year: str | None, month: str | None, day: str | None) -> date | None:
    try:
        return date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        return None


def _sentence(paragraph: Paragraph, at: int) -> Sentence:
    return next(s for s in paragraph.sentences if s.start <= at < s.end)


def years_of_work(paragraph: Paragraph, year: int) -> Iterator[tuple[int, str]]:
    """Yield the years other than that of the report of whose work a sentence tells, with the sentence."""
    text = paragraph.plain
    for sentence in paragraph.sentences:
        piece = text[sentence.start : sentence.end]
        match = _OPENING.match(piece)
        if not match:
            continue
        told = int(match[1]) if match[1].isascii() else chinese(match[1]) or year
        if told == year or not year - 6 < told <= year + 1:
            continue
        behind = piece[match.end() :]
        if (
            re.match(r"[\d月底末初前后上下第\-—－~～至到、和与]", behind)
            or not _WORK.match(behind)
            or _WHICH.match(behind)
        ):
            continue
        if (
            str(year) in text
            or _OTHERWISE.search(re.split("[，；]", behind)[0])
            or re.search("同比|相比|比上年|较上年|本年|今年", piece)
        ):
            continue
        yield told, paragraph.quote(sentence.start, sentence.end)


def covering_words(paragraph: Paragraph) -> str:
    """Return the words of a covering letter that stand in an opening paragraph; "" when there are none."""
    match = _LETTER.search(paragraph.plain)
    return paragraph.quote(match.start(), match.end()) if match else ""


def repealed_law(paragraph: Paragraph) -> Iterator[tuple[str, str]]:
    """Yield where the decree of 2007 (国务院令第492号) is cited as the law in force: the words and the sentence."""
    for match in _OLD_LAW.finditer(paragraph.plain):
        sentence = _sentence(paragraph, match.start())
        if not re.search("修订前|原|旧|废止|修改|修订", paragraph.plain[sentence.start : sentence.end]):
            yield paragraph.quote(match.start(), match.end()), paragraph.quote(sentence.start, sentence.end)
