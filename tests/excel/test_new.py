"""A new workbook takes from last year what may be taken, and says what it did."""

from __future__ import annotations

from pathlib import Path

import worked_example

from nianbao import form as forms
from nianbao.excel.new import new
from nianbao.excel.read import read_book
from nianbao.report import Report, from_dict

CARRIED = (3, 1, 0, 0, 0, 0, 4)


def _made(folder: Path, last: Report | None, year: int = 2025) -> tuple[Report, str]:
    content, remarks = new("gov-2021", "青禾县水利局", year, last)
    path = folder / "new.xlsx"
    path.write_bytes(content)
    assert all(r.endswith("。") for r in remarks)
    return read_book(path).report, "\n".join(remarks)


def _carried(report: Report) -> tuple[object, ...]:
    return tuple(report.figures[f"t3.carried_in.{c}"] for c in (*worked_example.COLUMNS, "total"))


def test_without_last_year_only_unit_and_year_are_filled(tmp_path: Path) -> None:
    report, remarks = _made(tmp_path, None)
    assert (report.unit, report.year, report.last, remarks) == ("青禾县水利局", 2025, None, "")
    assert all(v is None for v in report.figures.values()) and not report.meta


def test_last_years_workbook_of_the_same_form_gives_carry_over_and_comparison(tmp_path: Path) -> None:
    report, remarks = _made(tmp_path, from_dict(worked_example.data()))
    assert _carried(report) == CARRIED
    assert report.last and report.last.year == 2024 and report.last.figures["t3.granted.natural"] == 14
    assert report.meta["meta.postcode"] == "010020" and "meta.sign_date" not in report.meta
    assert not report.structure.typed_totals and "7列" in remarks and report.figures["t3.granted.natural"] is None


def test_from_the_2019_form_the_law_lets_carry_over_and_table_four_through(tmp_path: Path) -> None:
    report, remarks = _made(tmp_path, from_dict(worked_example.data("gov-2019")), 2021)
    assert _carried(report) == CARRIED
    assert report.last and report.last.form == "gov-2019"
    known = {k for k, v in report.last.figures.items() if v is not None}
    assert known == {k for k in known if k.startswith("t4.")} | {"t3.carried_out.total"} and len(known) == 16
    assert "格式不同" in remarks and "二、主动公开政府信息情况" in remarks


def test_another_unit_another_year_and_missing_figures_are_told(tmp_path: Path) -> None:
    data = worked_example.data(t3__carried_out__biz="无")
    report, remarks = _made(tmp_path, from_dict({**data, "unit": "别的局"}), 2027)
    assert "别的局" in remarks and "2024年" in remarks and "商业企业" in remarks
    assert report.figures["t3.carried_in.biz"] is None and report.figures["t3.carried_in.natural"] == 3


def test_every_form_begins_with_its_unit_and_year_and_a_college_with_its_academic_year(tmp_path: Path) -> None:
    for form_id in forms.form_ids():
        content, remarks = new(form_id, "青禾县水利局", 2012)
        (tmp_path / "new.xlsx").write_bytes(content)
        report = read_book(tmp_path / "new.xlsx").report
        filled = {k: v for k, v in report.figures.items() if v is not None}
        assert (report.unit, report.year, remarks) == ("青禾县水利局", 2012, [])
        assert filled == ({"hs.year_from": 2012, "hs.year_to": 2013} if form_id == "hei" else {})


def test_last_years_figures_come_along_in_every_form(tmp_path: Path) -> None:
    for form_id in forms.form_ids():
        last = from_dict(worked_example.data(form_id))
        content, remarks = new(form_id, last.unit, (last.year or 0) + 1, last)
        (tmp_path / "new.xlsx").write_bytes(content)
        found = read_book(tmp_path / "new.xlsx").report.last
        wanted = {c for c in last.figures if last.definition.can_compare(form_id, c)}
        assert found and {c: found.figures[c] for c in wanted} == {c: last.figures[c] for c in wanted}
        assert any("已带入“上年数据”" in remark for remark in remarks)
