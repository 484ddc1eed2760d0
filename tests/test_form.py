"""The forms hold exactly the rows, columns and cells of the official formats."""

from __future__ import annotations

from datetime import date

import pytest
from nianbao import form
from nianbao.errors import InputError


@pytest.mark.parametrize(
    ("form_id", "count"),
    [("gov-2021", {"t2": 10, "t3": 175, "t4": 15}), ("gov-2019", {"t2x": 22, "t3": 161, "t4": 15})],
)
def test_each_table_has_the_cells_of_the_format(form_id: str, count: dict[str, int]) -> None:
    assert {t: len(cells) for t, cells in form.load(form_id).table_cells.items()} == count


def test_the_application_table_of_2021_has_the_statutory_rows_in_order() -> None:
    rows = [row.id for row in form.load("gov-2021").table("t3").blocks[0].leaf_rows]
    assert rows == [
        "new_received", "carried_in", "granted", "partial", "denied_secret", "denied_law", "denied_safety",
        "denied_third_party", "denied_internal", "denied_process", "denied_enforcement", "denied_query",
        "unable_not_held", "unable_create", "unable_unclear", "np_petition", "np_repeat", "np_publication",
        "np_excessive", "np_confirm", "other_no_correction", "other_no_fee", "other_misc",
        "total_processed", "carried_out",
    ]  # fmt: skip


def test_the_application_table_of_2019_has_one_row_of_other_outcomes() -> None:
    new, old = (
        {row.id: row.label for row in form.load(f).table("t3").blocks[0].leaf_rows} for f in ("gov-2021", "gov-2019")
    )
    assert old.pop("other_single") == "（六）其他处理"
    assert {k: v for k, v in new.items() if not k.startswith("other_")} == old


def test_the_review_table_is_the_same_in_both_formats() -> None:
    assert form.load("gov-2021").table("t4").blocks == form.load("gov-2019").table("t4").blocks


def test_labels_keep_the_official_wording_and_marks() -> None:
    labels = {row.label for row in form.load("gov-2021").table("t3").blocks[0].leaf_rows}
    assert "（二）部分公开（区分处理的，只计这一情形，不计其他情形）" in labels
    assert "3.危及“三安全一稳定”" in labels
    assert "5.要求行政机关确认或重新出具已获取信息" in labels


def test_money_and_signed_cells_are_known_with_their_units() -> None:
    new, old = form.load("gov-2021").cells, form.load("gov-2019").cells
    assert (new["t2.fee.amount"].kind, new["t2.fee.amount"].unit) == ("money", "万元")
    assert (old["t2x.licence.change"].kind, old["t2x.licence.change"].unit) == ("signed", "项")
    assert old["t2x.procure.amount"].units == ("万元", "元")
    assert (old["t2x.licence.decisions"].unit, new["t3.granted.total"].unit) == ("件", "件")


def test_the_year_decides_the_form() -> None:
    assert [form.for_year(y).id for y in (2019, 2020, 2021, 2030)] == ["gov-2019", "gov-2019", "gov-2021", "gov-2021"]


@pytest.mark.parametrize(("form_id", "day", "year"), [
    ("gov-2021", date(2025, 1, 20), 2024),
    ("gov-2021", date(2025, 6, 30), 2024),
    ("gov-2021", date(2025, 11, 24), 2025),
    ("gov-2021", date(2021, 1, 5), 2021),  # no earlier than the form
    ("gov-2019", date(2025, 1, 20), 2020),  # the last year it is for
    ("hei", date(2025, 10, 20), 2024),  # a school year is named by its beginning
    ("hei", date(2025, 8, 20), 2024),
])
def test_the_year_that_is_due_is_the_one_that_ends_nearest(form_id: str, day: date, year: int) -> None:
    assert form.load(form_id).year_reported(day) == year


def test_only_the_carry_over_and_the_cases_may_be_compared_across_the_change_of_format() -> None:
    new = form.load("gov-2021")
    assert new.can_compare("gov-2019", "t3.carried_out.total") and new.can_compare("gov-2019", "t4.review.pending")
    assert not new.can_compare("gov-2019", "t3.new_received.total") and not new.can_compare(
        "gov-2019", "t2.norms.in_force"
    )


def test_a_choice_is_known_by_code_label_and_alias() -> None:
    kind = form.meta_fields()["meta.unit_type"]
    assert {kind.code(v) for v in ("sub-district", "街道办事处", "街道", "Sub district")} == {"sub-district"}
    assert kind.show("department") == "县级以上人民政府部门" and kind.code("别的") == "别的"


def test_an_unknown_form_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="gov-2021"):
        form.load("gov-2022")
    with pytest.raises(InputError):
        form.load("../rules/cells")


def test_labels_not_checked_against_an_official_copy_say_so() -> None:
    own = {f: [n.id for t in form.load(f).tables for n in t.nodes.values() if n.confidence] for f in form.form_ids()}
    assert not own["gov-2021"] and not own["gov-2019"]
    assert [i for i in own["hei"] if i.isdigit()] == [f"{n}" for n in range(18, 51)]
    assert "a.total" not in own["stat-2014"] and "c.replied" in own["stat-2014"]
