"""Rules on what the narrative says and how long it is."""

from __future__ import annotations

import re
from collections import Counter
from typing import Iterator

from ..form import Section
from ..report import Report, preamble, statements, unknown_names, values_for
from .registry import Context, Fault, implements, section_text, text_place

_SHORT = {0: 150, 4: 80}  # least characters of the section at this place, below which it says nothing
_SAME = 0.8
_SUPERVISION = {"工作考核": ("考核",), "社会评议": ("评议",), "责任追究": ("责任追究", "追责", "追究", "问责")}
_PROBLEM = re.compile("问题|不足|薄弱|差距|欠缺|短板|有待|不够")
_IMPROVEMENT = re.compile("改进|整改|措施|下一步|今后|加强|提升|完善|优化")
_FEE = re.compile("信息处理费|处理费|收费|收取|费用")
_PREAMBLE = {
    "依据": re.compile("条例"),
    "统计期限": re.compile(r"统计期限|\d月\d+日.*\d月\d+日"),
    "下载地址": re.compile("下载|网站|网址|https?:|www", re.I),
    "联系方式": re.compile("联系|电话|邮箱"),
}


def count(text: str) -> int:
    """Return the characters of a text as a clerk counts them: without spaces and line ends."""
    return len(re.sub(r"\s", "", text))


def count_words(text: str) -> int:
    """Return the characters of a text without spaces and punctuation."""
    return len(re.sub(r"[\W_]", "", text))


def _section(context: Context) -> Section:
    return context.form.section(context.rule.section)


@implements("G21-S-FIVE")
def five_aspects(context: Context) -> Iterator[Fault]:
    report, section = context.report, _section(context)
    unassigned = report.text(section.id)
    absent = [t for t in section.texts if not report.text(t.id).strip() and not t.spoken_of(unassigned)]
    if absent:
        names = {"place": f"“{section.heading}”", "missing": "、".join(t.aspect for t in absent)}
        yield Fault({t.id: "" for t in absent}, names)


@implements("G21-S-504")
def supervision_of_governments(context: Context) -> Iterator[Fault]:
    report, section = context.report, _section(context)
    if report.meta.get("meta.unit_type") not in ("government", "township"):
        return
    text = section_text(report, section.id)
    missing = [name for name, words in _SUPERVISION.items() if not any(w in text for w in words)]
    if text and missing:
        last = section.texts[-1].id
        yield Fault({last: report.text(last)}, {"place": f"“{section.heading}”", "missing": "、".join(missing)})


@implements("G21-S-1000")
def not_too_long(context: Context) -> Iterator[Fault]:
    section = _section(context)
    text = section_text(context.report, section.id)
    if section.limit and count(text) > section.limit:
        names = {"place": f"“{section.heading}”", "count": count(text), "plain": count_words(text)}
        yield Fault({section.id: count(text)}, {**names, "limit": section.limit}, False, count(text), section.limit)


@implements("G21-S-MIN")
def not_too_short(context: Context) -> Iterator[Fault]:
    for place, least in _SHORT.items():
        section = context.form.sections[place]
        length = count(section_text(context.report, section.id))
        if 0 < length < least:
            names = {"place": f"“{section.heading}”", "count": length}
            yield Fault({section.id: length}, names, actual=length, expected=least)


@implements("G21-S-PROB")
def problems_and_improvement(context: Context) -> Iterator[Fault]:
    report, section = context.report, _section(context)
    everything = section_text(report, section.id)
    missing: dict[str, str] = {}
    for aspect, words in (("问题", _PROBLEM), ("改进", _IMPROVEMENT)):
        own = [t.id for t in section.texts if t.aspect == aspect]
        if not any(report.text(t) for t in own) and not words.search(everything):
            missing[own[0]] = "存在的主要问题" if aspect == "问题" else "改进情况"
    earlier = report.last is not None and any(report.last.text(t.id) for t in section.texts)
    improved = section.texts[1]
    if not missing and earlier and not report.text(section.id) and not report.text(improved.id):
        missing[improved.id] = "上一年度问题的改进情况"
    if missing:
        names = {"place": f"“{section.heading}”", "missing": "、".join(missing.values())}
        yield Fault({text_id: "" for text_id in missing}, names)


@implements("G21-S-SAME")
def not_last_years_words(context: Context) -> Iterator[Fault]:
    report, last = context.report, context.report.last
    if last is None:
        return
    for place in _SHORT:
        section = context.form.sections[place]
        share = similarity(section_text(report, section.id), _same_section(last, place))
        if share > _SAME:
            names = {"place": f"“{section.heading}”", "percent": round(share * 100)}
            yield Fault({section.id: round(share, 3)}, names)


def _same_section(report: Report, place: int) -> str:
    return section_text(report, report.definition.sections[place].id)


def similarity(a: str, b: str) -> float:
    """Return how much of two texts is the same, 0 to 1, by their pairs of neighbouring characters (Dice)."""
    pairs = [Counter(zip(t, t[1:])) for t in (re.sub(r"\s", "", a), re.sub(r"\s", "", b))]
    total = sum(pairs[0].values()) + sum(pairs[1].values())
    return 2 * sum((pairs[0] & pairs[1]).values()) / total if total else 0.0


@implements("G21-S-S6")
def other_matters(context: Context) -> Iterator[Fault]:
    report, section = context.report, _section(context)
    text, stated = section_text(report, section.id), statements(report, section, values_for(report))
    advice = ""
    if not text.strip() and not stated:
        advice = "没有填写内容"
    elif text.strip(" 。.\n") in ("无", "没有", "暂无") and not stated:
        advice = f"只写了“{text.strip()}”"
    elif section.statement_required and not stated and not _FEE.search(text):
        advice = "没有报告信息处理费的收取情况"
    if advice:
        cells = {t.id: report.text(t.id) for t in section.texts}
        yield Fault(cells, {"place": f"“{section.heading}”", "advice": advice})


@implements("G21-S-PRE")
def preamble_is_complete(context: Context) -> Iterator[Fault]:
    text = re.sub(r"\s", "", preamble(context.report))
    missing = [name for name, words in _PREAMBLE.items() if not words.search(text)]
    if missing:
        yield Fault({"preamble": context.report.text("preamble")}, {"missing": "、".join(missing)})


@implements("G21-S-PLACE")
def no_placeholders(context: Context) -> Iterator[Fault]:
    report, form = context.report, context.form
    texts = {"meta.unit_full": [report.unit]}
    texts |= {k: [v] for k, v in report.meta.items() if k in form.meta}
    texts |= {k: list(v) for k, v in report.texts.items()}
    for text_id, lines in texts.items():
        for line in lines:
            match = _MARKS.search(line) and re.search(_PLACEHOLDER, line)
            if match:
                yield Fault({text_id: match[0]}, {"place": text_place(form, text_id), "found": match[0]})


# A lone × multiplies, a lone * or _ occurs in addresses, [2020] is how a document number is typed. The pattern is
# costly to compile, and few lines have one of its marks.
_MARKS = re.compile("[*＊×xX_＿{[〔]")
_PLACEHOLDER = (
    r"20\d?[*＊×xX]{1,2}(?=年|$)|[*＊]{2,}|(?<![A-Za-z])X{2,}(?![A-Za-z])|(?<![A-Za-z])x{2,}(?=[年月日县市区局]|$)|×{2,}"
    r"|_{3,}|＿{2,}|\{[^{}]*[\u4e00-\u9fffA-Za-z…][^{}]*\}|\[[^\[\]]*[\u4e00-\u9fff…][^\[\]]*\]|〔[×xX*]+〕"
)


@implements("G-NAME-1")
def names_are_known(context: Context) -> Iterator[Fault]:
    """Only where the clerk writes: a published report may use 【】 for other things."""
    report, form = context.report, context.form
    if report.structure.title is not None:
        return
    for text_id, lines in report.texts.items():
        for name in unknown_names(form, "\n".join(lines)):
            from difflib import get_close_matches

            near = get_close_matches(name, form.names, 1)
            names = {
                "place": text_place(form, text_id),
                "found": name,
                "hint": f"（例如【{near[0]}】）" if near else "",
            }
            yield Fault({text_id: f"【{name}】"}, names)
