"""The verb check: order, explanations, the year before, and the traps around single rules."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from nianbao.checks import check
from nianbao.errors import InputError
from nianbao.report import Explanation, Report
from nianbao.sentence import nested

from reports import build, sample, year_before, base
from nianbao.report import from_dict

QUIET = date(2025, 8, 1)
SIX = [s.heading for s in build().definition.sections]


def raised(report: Report, today: date = QUIET) -> set[str]:
    return {f.rule for f in check(report, today=today)}


def messages(report: Report, rule: str) -> list[str]:
    return [f.message for f in check(report, today=QUIET) if f.rule == rule]


def test_the_worst_finding_comes_first() -> None:
    report = build(figures={"t3.new_received.natural": 1, "t2.licence.decisions": 5}, meta={"meta.website": ""})
    ranks = [f.rank for f in check(report, today=QUIET)]
    assert ranks == sorted(ranks) and len(set(ranks)) == 3


def test_an_explanation_answers_one_finding_and_lapses_when_the_numbers_change() -> None:
    def broken(in_force: int, *answers: Explanation) -> Report:
        figures = {"t2.norms.issued": 3, "t2.norms.in_force": in_force}
        return replace(build(figures=figures), explanations=answers)

    found = next(f for f in check(broken(1)) if f.rule == "G21-T2-MIN")
    answer = Explanation(found.fingerprint, "年内失效两件")
    explained = next(f for f in check(broken(1, answer)) if f.rule == "G21-T2-MIN")
    assert explained.explanation == "年内失效两件" and not explained.blocks and found.blocks
    assert next(f for f in check(broken(2, answer)) if f.rule == "G21-T2-MIN").explanation is None


def test_an_error_is_not_explained_away() -> None:
    report = build(figures={"t3.new_received.natural": 1})
    found = next(f for f in check(report) if f.rule == "G21-T3-BAL")
    answered = replace(report, explanations=(Explanation(found.fingerprint, "情况特殊"),))
    assert next(f for f in check(answered) if f.rule == "G21-T3-BAL").blocks


def test_the_message_names_both_sides_and_the_difference() -> None:
    report = build(
        figures={
            "t3.new_received.natural": 37,
            "t3.carried_in.natural": 2,
            "t3.granted.natural": 36,
            "t3.carried_out.natural": 2,
        }
    )
    assert messages(report, "G21-T3-BAL")[0] == (
        "三、收到和处理政府信息公开申请情况，“自然人”列：新收37＋上年结转2＝39，办理总计36＋结转下年度2＝38，收件多1件。"
    )


def test_a_file_of_the_wrong_year_is_refused_as_last_year() -> None:
    with pytest.raises(InputError, match="2023"):
        check(build(), last=replace(build(), year=2022))


def test_last_year_given_by_file_wins_over_the_one_the_report_carries() -> None:
    report = build(last={"figures": {"t3.new_received.natural": 1, "t3.carried_out.natural": 1}})
    assert "G21-T3-PREV" in raised(report)
    assert "G21-T3-PREV" not in {f.rule for f in check(report, last=from_dict(year_before(base(), {})), today=QUIET)}


@pytest.mark.parametrize("mark", ["/", "-", "—", "——", "无", "不适用", "N/A", "n/a", "／", "－"])
def test_a_mark_for_zero_is_told_from_other_text(mark: str) -> None:
    assert raised(build(figures={"t2.licence.decisions": mark})) == {"G-NUM-5"}


@pytest.mark.parametrize(
    ("text", "advice"),
    [("12件", "应只填数字12"), ("1,234", "是文本格式的数字，应改为数字1234"), ("１２", "是文本格式的数字，应改为数字12"),
     ("'12", "是文本格式的数字，应改为数字12"), ("#REF!", "是公式出错的结果"), ("若干", "不是数字"), ("12.5万", "应只填数字12.5")],
)  # fmt: skip
def test_text_in_a_number_cell_is_named_with_the_number_it_should_be(text: str, advice: str) -> None:
    report = build(figures={"t2.licence.decisions": text})
    assert raised(report) == {"G-NUM-6"} and advice in messages(report, "G-NUM-6")[0]


def test_an_amount_with_its_unit_is_taken_apart_for_the_clerk() -> None:
    report = build("gov-2019", figures={"t2x.procure.items": 47, "t2x.procure.amount": "2125.54万元"})
    assert "应只填数字2125.54，单位“万元”在右侧选择" in messages(report, "G-NUM-6")[0]


def test_a_blank_total_is_reported_only_where_its_parts_are_there() -> None:
    assert messages(build(figures={"t3.granted.total": None}), "G-NUM-4") != []
    whole_row = {f"t3.granted.{c}": None for c in ("natural", "biz", "research", "welfare", "legal", "other_org")}
    assert len(messages(build(figures=whole_row), "G-NUM-4")) == 1


@pytest.mark.parametrize(("value", "severity"), [(Decimal("1.234"), "warning"), (Decimal("1.23"), None), (-1, "error")])
def test_an_amount_in_yuan_has_two_decimals(value: Any, severity: str | None) -> None:
    found = [f.severity for f in check(build(figures={"s6.fee_notice_amount": value}), today=QUIET)]
    assert found == ([severity] if severity else [])


def test_a_typed_total_is_an_error_when_it_differs_and_a_warning_when_it_does_not() -> None:
    same = build(structure={"typed_totals": ["t3.granted.total"]})
    assert [f.severity for f in check(same, today=QUIET)] == ["warning"]
    other = build(figures={"t3.granted.total": 2}, structure={"typed_totals": ["t3.granted.total"]})
    assert {("G-NUM-7", "error"), ("G21-T3-ROW", "error")} <= {(f.rule, f.severity) for f in check(other)}
    stale = build(structure={"stale_totals": {"t3.granted.total": 7}})
    assert [(f.rule, f.severity, f.difference) for f in check(stale, today=QUIET)] == [("G-NUM-7", "error", 7)]


def test_a_figure_beside_the_form_is_an_added_row() -> None:
    assert raised(build(figures={"t3.new_row.total": 3})) == {"G-LAB-2"}


@pytest.mark.parametrize(
    "text",
    [
        "与2023年相比，公开数量增加一成。",
        "2019年4月修订的条例施行五年来，工作不断规范。",
        "按照国办发〔2020〕50号文件要求，公开医疗、供水等信息。",
        "自2022年以来，连续三年未被复议纠错。",
        "2025年1月起启用新专栏。",
        "“十四五”规划（2021—2025年）全文公开。",
    ],
)
def test_another_year_in_a_comparison_a_title_or_a_plan_is_no_mistake(text: str) -> None:
    assert "G-YR-2" not in raised(build(texts={"s1.active": [text]}))


@pytest.mark.parametrize(
    "text", ["2023年，我局主动公开信息40条。", "2020年全年发布信息100余条。", "认真落实要求。2023年度公开信息3条。"]
)
def test_a_sentence_about_another_years_work_is_noticed(text: str) -> None:
    assert [f.severity for f in check(build(texts={"s1.active": [text]}), today=QUIET) if f.rule == "G-YR-2"] == [
        "warning"
    ]


def test_a_file_name_of_another_year_is_noticed_and_its_date_is_not() -> None:
    assert "G-YR-2" in raised(build(structure={"file_name": "某局2023年年度报告.docx"}))
    assert "G-YR-2" not in raised(build(structure={"file_name": "某局-2024年年度报告-20250117.docx"}))


def test_a_repeated_and_a_misplaced_heading_are_told_apart() -> None:
    repeated = build(structure={"headings": [*SIX[:3], "三、其他情况", *SIX[3:]]})
    assert "编号三重复" in messages(repeated, "G21-S-SIX")[0]
    swapped = build(structure={"headings": [*SIX[:3], SIX[4], SIX[3], SIX[5]]})
    assert "顺序是" in messages(swapped, "G21-S-SIX")[0]


def test_a_deadline_reminds_only_around_its_day() -> None:
    report = build(meta={"meta.unit_type": "department"})
    days = {
        date(2025, 1, 19): False,
        date(2025, 1, 20): True,
        date(2025, 2, 3): True,
        date(2025, 3, 1): False,
        date(2026, 1, 25): False,
    }
    assert {day: "DL-DEPT" in raised(report, day) for day in days} == days


def test_the_published_sample_has_only_points_to_confirm() -> None:
    assert {f.severity for f in check(from_dict(sample("gov-2021-bureau")), today=QUIET)} == {"confirm"}
    assert check(from_dict(sample("gov-2019-hospital")), today=QUIET) == []


def test_an_identity_number_needs_its_check_digit() -> None:
    assert "G21-S-SECRET" in raised(build(texts={"s1.request": ["证件号11010519491231002X。"]}))
    assert "G21-S-SECRET" not in raised(build(texts={"s1.request": ["编号110105194912310021。"]}))


def test_the_masked_personal_data_are_not_repeated_in_the_finding() -> None:
    found = check(build(texts={"s1.request": ["联系13800138000。"]}), today=QUIET)
    assert "13800138000" not in repr(found)


@pytest.mark.parametrize(
    "text",
    ["（三）信息资源管理。对发布内容逐件审查。", "（三）规范性文件管理。建立文件库。", "（三）政府信息管理：动态更新。"],
)
def test_an_aspect_of_an_undivided_text_may_be_called_by_another_word(text: str) -> None:
    report = build(texts={"s1.manage": [], "s1": [text]})
    assert "G21-S-FIVE" not in raised(report)


def test_the_side_that_is_more_is_named_and_no_difference_is_negative() -> None:
    report = build(figures={"t3.granted.natural": 27})
    said = messages(report, "G21-T3-BAL")
    assert said and all("办理和结转多27件" in text and "-" not in text for text in said)
    row = build(figures={"t3.new_received.natural": 2, "t3.granted.natural": 2, "t3.granted.total": 1})
    assert any("少1件" in text for text in messages(row, "G21-T3-ROW"))


def test_what_only_follows_from_a_fault_above_says_so() -> None:
    found = [f for f in check(build(figures={"t3.new_received.natural": 1}), today=QUIET) if f.rule == "G21-T3-BAL"]
    assert len(found) == 2
    assert "请核对" in found[0].fix and found[1].fix == "改好上列后自动消除。"
    assert any("total" in cell for cell in found[1].cells)


def test_two_faults_that_do_not_follow_from_each_other_both_keep_their_advice() -> None:
    figures = {"t3.new_received.natural": 1, "t3.new_received.biz": 2, "t3.new_received.total": 9}
    found = [f for f in check(build(figures=figures), today=QUIET) if f.rule == "G21-T3-BAL"]
    assert all(f.fix != "改好上列后自动消除。" for f in found)


def test_quotation_marks_inside_quotation_marks_are_single_ones() -> None:
    assert nested("“单位信息“网站””没有填写，“甲”和“乙”。") == "“单位信息‘网站’”没有填写，“甲”和“乙”。"


def test_a_workbook_nobody_began_with_is_told_in_one_sentence() -> None:
    blank = from_dict({"form": "gov-2021", "unit": "青禾县水利局", "year": 2024})
    said = messages(blank, "G-NUM-4")
    assert len(said) == 1 and re.search(r"共\d+格未填", said[0])


def test_a_blank_total_beside_filled_parts_is_told_what_it_should_be() -> None:
    data = base()
    data["figures"] |= {"t3.granted.natural": 2, "t3.granted.total": None, "t3.new_received.natural": 2}
    [said] = messages(from_dict(data), "G-NUM-4") or [""]
    assert "应为2" in said and "应填0" not in said
