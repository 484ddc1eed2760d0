"""The words agree with the numbers, on the labelled corpus, and whatever is changed without changing the meaning."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Any

import pytest
from nianbao.checks import check
from nianbao.official.compare import Judged
from nianbao.official.reading import reading
from nianbao.report import Report

from prose_corpus import (A_QUIET_DAY, Case, about_words, missed_and_false, narrative, narratives, scene, sentences,
                          stories)
from official.test_numerals import spelled

NARRATIVES = narratives()


@pytest.mark.parametrize("case", [*sentences(), *stories()], ids=lambda case: case.name)
def test_the_corpus_is_read_as_labelled(case: Case) -> None:
    missed, false = missed_and_false(case)
    assert (missed, [f.message for f in false]) == ([], [])


def test_half_of_the_corpus_is_there_to_raise_nothing() -> None:
    cases = [*sentences(), *stories()]
    silent = [case for case in cases if not case.wanted]
    assert len(cases) >= 350 and 0.4 < len(silent) / len(cases) < 0.7


def test_every_family_keeps_its_budget(capsys: pytest.CaptureFixture[str]) -> None:
    import bench_prose

    assert bench_prose.report() == []
    assert "precision" in capsys.readouterr().out


# ---------------------------------------------------------------- a finding


def test_a_finding_quotes_the_sentence_and_names_the_cell_and_what_makes_both_agree() -> None:
    report = scene("bureau", {"s1.request": ["程序规范。全年收到政府信息公开申请44件，均已登记。"]})
    (found,) = about_words(report)
    assert (found.rule, found.severity, dict(found.cells)) == ("G21-X-NEW", "warning", {"t3.new_received.total": 34})
    assert (found.quote, found.section) == ("全年收到政府信息公开申请44件，均已登记。", "s1.request")
    assert (found.actual, found.expected, found.difference) == (44, 34, 10)
    for words in ("44件", "34件", "“一、本年新收政府信息公开申请数量”行“总计”列", "两者即一致"):
        assert words in found.message


def test_the_tables_own_name_with_a_whole_number_asks_for_an_explanation() -> None:
    report = scene("bureau", {"s1.request": ["本年新收政府信息公开申请数量44件，结转下年度继续办理约9件。"]})
    assert [(f.rule, f.severity) for f in about_words(report)] == [("G21-X-NEW", "explain"), ("G21-X-OUT", "warning")]


def test_a_contradiction_within_the_text_names_no_cell() -> None:
    report = scene("bureau", {"s1.active": ["公开信息40条，其中公告30条、动态20条。"]})
    (found,) = about_words(report)
    assert (found.rule, dict(found.cells), found.section) == ("G-X-SUM", {}, "s1.active")
    assert {"40", "30＋20＝50"} <= {found.actual, found.expected}


def test_an_explanation_lapses_when_the_sentence_is_changed() -> None:
    first, second = (about_words(scene("bureau", {"s1.request": [text]}))[0].fingerprint
                     for text in ("收到申请44件。", "共收到申请45件。"))
    assert first != second


def test_a_name_in_the_text_is_the_tables_number() -> None:
    assert about_words(scene("bureau", {"s1.request": ["收到申请【新收申请总数】件，办结【办理结果总数】件。"]})) == []


def test_every_number_can_be_asked_why_it_was_left_alone() -> None:
    told = reading(scene("bureau", {"s1.request": ["全县收到申请502件，收到征地类申请9件，培训3期，我局收到申请34件。"]})).judged
    reasons = {j.mention.text: j.why for _, j in told}
    assert [words for words in ("502件", "9件", "34件") if words not in reasons] == []
    assert ("全县" in reasons["502件"], "征地" in reasons["9件"]) == (True, True)
    assert [j.agrees for _, j in told if j.mention.text == "34件"] == [True]


@pytest.mark.parametrize(("other", "cells"), [
    ({"s6.fee_received": 0}, {"s6.fee_notice_amount": 800}),
    ({}, {"s6.fee_received": 800}),
])
def test_a_principle_of_no_fee_is_held_to_notices_as_well(other: dict[str, int], cells: dict[str, int]) -> None:
    (found,) = about_words(scene("bureau", {"s6.other": ["依申请提供政府信息不收取任何费用。"]}, other))
    assert (found.rule, dict(found.cells)) == ("G21-X-ZERO", cells)


def test_where_the_table_is_blank_two_sentences_are_held_to_each_other() -> None:
    fees = {"s6.fee_received": None, "s6.fee_notice_amount": None, "s6.fee_notice_count": None}
    texts = {"s1.request": ["依申请提供政府信息不收取任何费用。"], "s6.other": ["发出收费通知1件，通知收费金额800元。"]}
    (found,) = about_words(scene("bureau", texts, fees))
    assert (found.rule, dict(found.cells), found.section) == ("G21-X-ZERO", {}, "s1.request")
    assert about_words(scene("bureau", {**texts, "s1.request": ["程序规范。"]}, fees)) == []


# ---------------------------------------------------------------- metamorphic


def tied(report: Report) -> list[tuple[str, Judged]]:
    """Numbers of a text that agree with the table, exactly given."""
    return [(text_id, j) for text_id, j in reading(report).judged
            if j.agrees and j.mention.number and j.mention.number.exact and j.mention.number.unit not in ("%", "万元")]


@pytest.mark.parametrize("record", NARRATIVES, ids=lambda record: record["name"])
def test_changing_one_tied_number_gives_one_finding_that_names_it(record: dict[str, Any]) -> None:
    report = narrative(record)
    numbers = tied(report)
    assert numbers
    for text_id, judged in numbers:
        words, instead = judged.mention.text, f"{int(judged.mention.number.value) + 1007}{judged.mention.number.unit}"
        line = judged.mention.paragraph.words
        at = judged.mention.paragraph._places[judged.mention.start]
        changed = line[:at] + instead + line[at + len(words):]
        texts = [changed if p == line else p for p in report.texts[text_id]]
        found = about_words(narrative(record, **{text_id: texts}))
        assert len(found) == 1 and instead in found[0].message, (line, words, [f.message for f in found])


@pytest.mark.parametrize("record", NARRATIVES, ids=lambda record: record["name"])
def test_changing_the_cell_instead_gives_a_finding_that_names_the_cell(record: dict[str, Any]) -> None:
    report = narrative(record)
    once = [j for _, j in tied(report) if len(j.cells) == 1]
    cells = [j.cells[0][0] for j in once if not report.definition.cells[j.cells[0][0]].is_total]
    for cell_id in cells:
        figures = {cell_id: record["figures"].get(cell_id, 0) + 1007}
        found = about_words(narrative(record, figures))
        assert any(cell_id in f.cells for f in found), cell_id


def rewritten(text: str, way: str) -> str:
    """Return a text with its counts in another kind of digits."""
    def other(match: re.Match[str]) -> str:
        value = int(match[0])
        if way == "full":
            return match[0].translate({ord(d): chr(ord(d) + 0xFEE0) for d in "0123456789"})
        return spelled(value) if value < 10000 else match[0]

    return re.sub(r"(?<![\d.,〔-])\d+(?=[件宗])", other, text)


@pytest.mark.parametrize("way", ["full", "chinese"])
@pytest.mark.parametrize("case", list(stories()), ids=lambda case: case.name)
def test_numbers_mean_the_same_in_any_digits(case: Case, way: str) -> None:
    texts = {k: [rewritten(p, way) for p in v] for k, v in case.report.texts.items()}
    found, before = about_words(replace(case.report, texts=texts)), about_words(case.report)
    assert [(f.rule, dict(f.cells)) for f in found] == [(f.rule, dict(f.cells)) for f in before]


@pytest.mark.parametrize("case", list(stories()), ids=lambda case: case.name)
def test_sentences_on_other_matters_change_nothing(case: Case) -> None:
    other = ("举办培训班3期，培训210人次。", "办理人大代表建议12件、政协提案9件，办结率100%。", "发布微信信息1154篇。")
    texts = {k: [p + other[n % 3] for n, p in enumerate(v)] for k, v in case.report.texts.items()}
    found, before = about_words(replace(case.report, texts=texts)), about_words(case.report)
    assert [f.rule for f in found] == [f.rule for f in before]


@pytest.mark.parametrize("case", list(stories()), ids=lambda case: case.name)
def test_the_order_of_sections_changes_nothing(case: Case) -> None:
    items = list(case.report.texts.items())
    random.Random(7).shuffle(items)
    found, before = about_words(replace(case.report, texts=dict(items))), about_words(case.report)
    assert sorted(f.fingerprint for f in found) == sorted(f.fingerprint for f in before)


# ---------------------------------------------------------------- periods, letters, length


def opened(preamble: str) -> list[str]:
    """Return the rules on periods, years and letters that an opening paragraph breaks."""
    report = scene("bureau", {"preamble": [preamble]})
    wanted = ("DL-PERIOD", "G-S-LETTER", "G-YR-2")
    return [f.rule for f in check(report, today=A_QUIET_DAY) if f.rule in wanted]


@pytest.mark.parametrize("text", [
    "数据统计期限为2024年1月1日至2024年12月31日。",
    "所列数据的统计期限自2024年1月1日起至12月31日止。",
    "本报告所列数据统计期限为２０２４年１月１日—１２月３１日。",
    "2024年3月1日至5月31日开展集中整治。",
    "现将2024年度政府信息公开工作情况报告如下。",
    "我局于2024年11月30日前完成数据汇总。",
])
def test_a_right_period_and_other_dates_raise_nothing(text: str) -> None:
    assert opened(text) == []


@pytest.mark.parametrize(("text", "rule"), [
    ("数据统计期限为2024年1月1日至2024年11月30日。", "DL-PERIOD"),
    ("所列数据的统计期限自2024年2月1日起至12月31日止。", "DL-PERIOD"),
    ("统计期限自2024月1日1日起至2024年12月31日止，数据统计期限为2023年12月1日至2024年12月31日。", "DL-PERIOD"),
    ("数据统计期限为2023年1月1日至2023年12月31日。", "G-YR-2"),
    ("现报送我局2024年度报告，请审阅。", "G-S-LETTER"),
])
def test_a_wrong_period_and_a_covering_letter_are_found(text: str, rule: str) -> None:
    assert opened(text) == [rule]


def test_a_text_of_a_million_characters_is_refused_in_a_sentence() -> None:
    report = scene("bureau", {"s1.active": ["收到申请44件。" * 120000]})
    assert [f.rule for f in about_words(report)] == ["G-X-LONG"]
