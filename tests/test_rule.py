"""The rule language: one tree, four readings that must say the same."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from nianbao import form
from nianbao.checks import check
from nianbao.checks.catalogue import load
from nianbao.columns import column_name, column_number
from nianbao.report import complete, parts_of
from nianbao.rule import BLOCKING, ERROR, Bound, Rule, RuleError, bind, evaluate, is_number
from nianbao.rule.chinese import sentence
from nianbao.rule.formula import excel
from nianbao.rule.frame import evaluate_frame

from reports import FORMS, WHOLES, balanced, build, random_report, some_figures


def rule(check_: str, **more: Any) -> Rule:
    texts = dict.fromkeys(("message", "fix", "basis"), "")
    return Rule(
        **{"id": "X", "forms": FORMS, "severity": ERROR, "title": "题", "since": 2019, "check": check_, **texts, **more}
    )


def one(check_: str, **more: Any) -> Bound:
    return bind(rule(check_, **more), form.load("gov-2021"))[0]


def verdict(check_: str, figures: dict[str, Any], **more: Any) -> bool | None:
    return evaluate(one(check_, **more), build(figures=figures).get).holds


def test_a_rule_holds_for_every_column_of_its_table() -> None:
    bounds = bind(rule("new_received >= 0", table="t3", each="column"), form.load("gov-2021"))
    assert [b.place for b in bounds] == ["natural", "biz", "research", "welfare", "legal", "other_org", "total"]
    assert bounds[0].names == {"new_received": "t3.new_received.natural"}


def test_a_group_is_summed_without_its_totals() -> None:
    bound = bind(rule("total_processed == sum(processed)", table="t3", each="column"), form.load("gov-2021"))[0]
    assert len(bound.groups["processed"]) == 21 and "t3.total_processed.natural" not in bound.groups["processed"]
    bound = bind(rule("total_processed == sum(processed)", table="t3", each="column"), form.load("gov-2019"))[0]
    assert len(bound.groups["processed"]) == 19


def test_a_rule_is_not_judged_while_a_number_is_missing_or_is_text() -> None:
    assert verdict("t2.licence.decisions > 0", {"t2.licence.decisions": 1}) is True
    assert verdict("t2.licence.decisions > 0", {"t2.licence.decisions": None}) is None
    assert verdict("t2.licence.decisions > 0", {"t2.licence.decisions": "12件"}) is None


def test_default_and_given_look_at_a_number_that_may_be_missing() -> None:
    figures = {"s6.fee_notice_count": None}
    assert verdict("default(s6.fee_notice_count, 0) == 0", figures) is True
    assert verdict("given(s6.fee_notice_count)", figures) is False


def test_when_keeps_a_rule_from_being_judged() -> None:
    assert verdict("t2.fee.amount > 5", {"t2.fee.amount": 1}, when="t2.fee.amount > 3") is None
    assert verdict("t2.fee.amount > 5", {"t2.fee.amount": 4}, when="t2.fee.amount > 3") is False


def test_division_is_exact_and_division_by_zero_is_no_verdict() -> None:
    assert verdict(
        "s6.fee_received / 10000 == t2.fee.amount", {"s6.fee_received": 1, "t2.fee.amount": Decimal("0.0001")}
    )
    assert verdict("1 / t2.fee.amount > 0", {"t2.fee.amount": 0}) is None
    assert verdict("t2.fee.amount == 0 or 1 / t2.fee.amount > 0", {"t2.fee.amount": 0}) is None
    assert verdict("t2.fee.amount > 0", {"t2.fee.amount": 0}, when="1 / t2.fee.amount > 0") is None


@pytest.mark.parametrize(("check", "when"), [
    ("t2.fee.amount > s6.fee_received / s6.fee_notice_count", ""),
    ("not t2.fee.amount / s6.fee_notice_count > 1", ""),
    ("s6.fee_notice_count == 0 or t2.fee.amount / s6.fee_notice_count > 1", ""),
    ("t2.fee.amount > 1", "1 / s6.fee_notice_count > 0"),
    ("t2.fee.amount > 1", "1 / 0 > 0"),
])
def test_one_report_and_many_agree_where_a_divisor_is_zero(check: str, when: str) -> None:
    rows = [dict(zip(("t2.fee.amount", "s6.fee_received", "s6.fee_notice_count"), values))
            for values in ((4, 2, 0), (4, 2, 1), (1, 6, 3))]
    bound = one(check, when=when)
    found = evaluate_frame(bound, pd.DataFrame(rows))
    assert [None if pd.isna(v) else bool(v) for v in found] == [evaluate(bound, row.get).holds for row in rows]


def test_money_is_added_exactly() -> None:
    figures = {
        "t2.fee.amount": Decimal("0.3"),
        "s6.fee_received": Decimal("0.1"),
        "s6.fee_notice_amount": Decimal("0.2"),
    }
    assert verdict("s6.fee_received + s6.fee_notice_amount == t2.fee.amount", figures) is True


def test_an_unknown_name_is_a_defect_of_the_catalogue() -> None:
    with pytest.raises(RuleError, match="t3.nothing.total"):
        one("t3.nothing.total > 0")


def test_the_sentence_uses_the_labels_of_the_form() -> None:
    balance = load().rules["G21-T3-BAL"]
    assert sentence(balance, form.load("gov-2021")) == (
        "每一列：“一、本年新收政府信息公开申请数量”＋“二、上年结转政府信息公开申请数量”＝“（七）总计”＋“四、结转下年度继续办理”"
    )


def test_the_formula_joins_neighbours_to_ranges() -> None:
    places = {
        cell: f"表!$D${row}" for row, cell in enumerate(form.load("gov-2021").table("t3").groups["processed"], 10)
    }
    bound = bind(rule("sum(processed) >= 0", table="t3", each="column", only=("natural",)), form.load("gov-2021"))[0]
    address = {f"t3.{row}.natural": place for row, place in places.items()}
    assert excel(bound, address.__getitem__, form.load("gov-2021")).state == (
        'IF(COUNT(表!$D$10:$D$30)<21,"—",IF(ROUND(SUM(表!$D$10:$D$30)-(0),9)>=0,"✓","✗"))'
    )


@given(st.integers(1, 20000))
def test_column_letters_and_numbers_are_inverse(number: int) -> None:
    assert column_number(column_name(number)) == number


@pytest.mark.parametrize("form_id", FORMS)
def test_a_frame_of_many_reports_gets_the_same_verdicts_as_each_report_alone(form_id: str) -> None:
    reports = [random_report(form_id, random.Random(seed)) for seed in range(120)]
    bounds = [b for group in load().bounds(form_id).values() for b in group]
    refs = {ref for b in bounds for ref in (*b.names.values(), *(c for ids in b.groups.values() for c in ids))}
    frame = pd.DataFrame({ref: [_cell(r.get(ref), ref) for r in reports] for ref in sorted(refs)})
    for bound in bounds:
        alone = [evaluate(bound, r.get).holds for r in reports]
        together = [None if pd.isna(v) else bool(v) for v in evaluate_frame(bound, frame)]
        assert together == alone, bound.key


def _cell(value: Any, ref: str) -> Any:
    if ref.startswith("meta."):
        return value
    return float(value) if is_number(value) else float("nan")


def _tied(form_id: str) -> list[str]:
    """The cells that an identity of the form ties to others, found without the rules."""
    definition = form.load(form_id)
    if form_id.startswith("gov-"):
        return [c for c in definition.cells if c.startswith(("t3.", "t4."))]
    sums = {**WHOLES, **{c.id: parts_of(definition, c) for c in definition.cells.values() if c.is_total and c.table}}
    return [c for whole, parts in sums.items() for c in (whole, *parts) if c in definition.cells]


@pytest.mark.parametrize("form_id", FORMS)
@given(seed=st.integers(0, 10**6))
def test_a_balanced_report_has_no_error_and_a_broken_one_names_the_broken_cell(form_id: str, seed: int) -> None:
    chance = random.Random(seed)
    report = build(form_id, figures=some_figures(form_id, chance))
    assert not [f.message for f in check(report) if f.severity == ERROR]
    tied = _tied(form_id)
    if not tied:  # the form leaves its numbers independent of each other
        assert form_id == "pub"
        return
    broken = chance.choice(tied)
    figures = dict(report.figures)
    figures[broken] += chance.choice([-3, -1, 1, 2, 50])  # type: ignore[operator]
    found = [f for f in check(replace(report, figures=figures)) if f.severity in BLOCKING]
    assert any(broken in f.cells for f in found)


@given(seed=st.integers(0, 10**6))
def test_totals_that_are_not_stated_are_the_sums_of_their_parts(seed: int) -> None:
    figures = balanced("gov-2021", random.Random(seed).randint)
    definition = form.load("gov-2021")
    stated = {c: v for c, v in figures.items() if not definition.cells[c].is_total}
    assert complete(definition, stated) == figures
