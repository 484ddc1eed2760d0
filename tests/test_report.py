"""The report as a value: exact numbers, JSON without loss, sentences made from the data."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st
from nianbao.errors import InputError
from nianbao.report import (
    chinese_date,
    dumps,
    fill_pattern,
    from_json,
    number,
    parse_date,
    parse_year,
    preamble,
    show,
    statements,
    title,
    to_json,
    values_for,
)

from reports import build, sample


@pytest.mark.parametrize(
    ("read", "kept"),
    [(1, 1), (1.0, 1), (1e3, 1000), (-0.0, 0), (0.1, Decimal("0.1")), (2125.54, Decimal("2125.54")),
     (Decimal("3.00"), 3), ("1", "1"), ("无", "无"), ("", None), ("  ", None), (None, None), (True, "TRUE"),
     (float("nan"), "nan"), (Decimal("1E+999999"), "1E+999999")],
)  # fmt: skip
def test_a_number_is_kept_exactly_and_a_text_stays_the_text_it_is(read: Any, kept: Any) -> None:
    found = number(read)
    assert found == kept and type(found) is type(kept)


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (Decimal("103.380"), "103.38"), (Decimal("1E+3"), "1000"), (None, "")]
)
def test_a_number_is_shown_as_a_person_writes_it(value: Any, shown: str) -> None:
    assert show(value) == shown


@pytest.mark.parametrize("name", ["gov-2021-bureau", "gov-2019-hospital"])
def test_json_there_and_back_changes_nothing(name: str) -> None:
    report = from_json(json.dumps(sample(name)))
    assert from_json(to_json(report)) == report


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_json_keeps_every_decimal(value: Decimal) -> None:
    assert json.loads(dumps({"x": value}), parse_float=Decimal, parse_int=Decimal)["x"] == value


def test_a_total_that_is_absent_is_computed_and_one_that_is_null_stays_blank() -> None:
    data = sample("gov-2021-bureau")
    assert from_json(json.dumps(data)).figures["t3.new_received.total"] == 48
    data["figures"]["t3.new_received.total"] = None
    assert from_json(json.dumps(data)).figures["t3.new_received.total"] is None


def test_a_total_over_a_missing_part_is_unknown_and_not_zero() -> None:
    assert build(figures={"t3.granted.natural": None}).figures["t3.granted.total"] is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"form": "gov-2021", "figures": []}', '{"form": "gov-2021", "texts": {"s1.active": 5}}']
)
def test_json_that_is_no_report_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as refused:
        from_json(text)
    assert refused.value.message.endswith("。")


def test_unit_and_year_may_stand_among_the_meta_data() -> None:
    data = sample("gov-2021-bureau")
    data["meta"] |= {"meta.unit_full": data.pop("unit"), "meta.report_year": str(data.pop("year"))}
    report = from_json(json.dumps(data))
    assert (report.unit, report.year) == ("青禾县自然资源和规划局", 2024)
    assert not {"meta.unit_full", "meta.report_year"} & set(report.meta)


def test_the_title_and_the_preamble_are_made_from_the_meta_data() -> None:
    report = build(meta={"meta.phone": "", "meta.website": "www.example.cn"})
    assert title(report) == "青禾县水利局2024年政府信息公开工作年度报告"
    assert "2024年1月1日至2024年12月31日" in preamble(report) and "www.example.cn" in preamble(report)
    assert "联系" not in preamble(report)


def test_the_fee_statement_is_made_only_when_all_its_numbers_are_there() -> None:
    section = build().definition.section("s6")
    there, gone = (build(figures={"s6.fee_received": value}) for value in (Decimal("100.5"), None))
    assert statements(there, section, values_for(there))[0].endswith("实际收取信息处理费100.5元。")
    assert statements(gone, section, values_for(gone)) == []


def test_an_amount_is_printed_with_the_unit_the_clerk_chose() -> None:
    figures = {"t2x.procure.amount": Decimal("2125.54")}
    assert build("gov-2019", figures=figures).shown("t2x.procure.amount") == "2125.54万元"
    meta = {"meta.unit.t2x.procure.amount": "元"}
    assert build("gov-2019", figures=figures, meta=meta).shown("t2x.procure.amount") == "2125.54元"


def test_an_optional_piece_of_a_pattern_goes_with_its_values() -> None:
    pattern = "报告[可在{site}下载][，电话{phone}[转{extension}]]。"
    assert fill_pattern(pattern, {"phone": "12"}) == "报告，电话12。"
    assert fill_pattern(pattern, {"site": "网", "phone": "12", "extension": "3"}) == "报告可在网下载，电话12转3。"


def test_dates_and_years_are_read_as_clerks_write_them() -> None:
    for text in ("2025-01-20", "2025/1/20", "2025.1.20", "2025年1月20日"):
        assert chinese_date(text) == "2025年1月20日"
    assert parse_date("2025-13-01") is None and chinese_date("一月") == "一月"
    assert [parse_year(v) for v in (2024, "2024年", "2024年度", "24", None, "二〇二四")] == [
        2024,
        2024,
        2024,
        None,
        None,
        None,
    ]
