"""Names in sentences: what the workbook shows while the clerk types is what the report prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import worked_example
from office import Office

from nianbao import assets, form as forms, report as reports
from nianbao.checks import catalogue
from nianbao.excel.fill import fill
from nianbao.excel.names import INCOMPLETE, UNSAID, finished, unknown
from nianbao.excel.source import position
from nianbao.excel.plan import plan_of
from nianbao.excel.read import read_book
from nianbao.excel.sheet import Facts
from nianbao.report import Report, from_dict


def _edited(form_id: str, target: Path, values: dict[str, Any]) -> Path:
    """A blank workbook with values typed into the places of ids."""
    book = openpyxl.load_workbook(assets.WORKBOOK / f"{form_id}.xlsx")
    places = plan_of(forms.load(form_id), catalogue.load()).inputs
    for key, value in values.items():
        sheet, address = places[key]
        book[sheet][address].value = value
    book.save(target)
    return target


def _shown(office: Office, path: Path, report: Report, keys: list[str]) -> list[Any]:
    """What LibreOffice shows in the previews of these ids, and in a value of the list of names."""
    [values] = office.recalculate([path])
    at = {f.key: place for place, f in plan_of(report.definition, catalogue.load()).formulas.items()}
    found = []
    for key in keys:
        sheet, address = at[key]
        row, column = position(address)
        found.append(values[sheet][row - 1][column - 1])
    return found


def test_what_the_clerk_types_is_shown_at_once_and_printed_so(office: Office, tmp_path: Path) -> None:
    typed = {
        "meta.unit_full": "青禾供水公司", "meta.report_year": 2024, "meta.sign_date": "2025/1/9",
        "pub.consult_tel": 3, "pub.consult_onsite": 4, "pub.consult_net": 0, "pub.req_received": 0,
        "pub.req_closed": 0, "pub.spent": 5.10, "pub.active_total": 12,
        "s5.spent": "全年支出【信息公开支出】万元，见【附件】。", "s3.received": "收到【收到信息公开申请】件。",
        "s1.main#1": "【单位全称】【报告年度】年电话咨询【电话咨询】次，共【接受咨询】次；【行政诉讼】【成文日期】【数据统计期限：至】。",
        "s1.main#2": "没有【这个名称】，也没有【*】。",
    }
    path = _edited("pub", tmp_path / "typed.xlsx", typed)
    report = read_book(path).report
    keys = ["s3.consult", "s3.received", "s2.active", "s5.spent", "s1.main#1", "s1.main#2", "s1.main#3"]
    shown = _shown(office, path, report, [f"preview.{key}" for key in keys])
    assert shown == [
        "本年度接受咨询7次，其中电话咨询3次，现场咨询4次，网上咨询0次。",
        "收到0件。",
        INCOMPLETE,
        f"全年支出5.1万元，见{unknown('附件')}。",
        "青禾供水公司2024年电话咨询3次，共7次；2025年1月9日2024年12月31日。",
        f"没有{unknown('这个名称')}，也没有{unknown('*')}。",
        "",
    ]
    values = reports.values_for(report)
    assert reports.statements(report, report.definition.section("s3"), values) == shown[:2]
    assert reports.fill_names(report.texts["s1.main"][0], values) == shown[4]


def test_the_zero_wording_stands_while_the_words_are_the_forms_own(office: Office, tmp_path: Path) -> None:
    figures = {"hs.hospitals": 0, "hs.active_total": 0, "hs.active_public": 0, "hs.complaints": 0}
    path = _edited("hei", tmp_path / "typed.xlsx", {**figures, "h5.complaints": None})
    report = read_book(path).report
    shown = _shown(office, path, report, [f"preview.{key}" for key in ("h2.active", "h2.hospitals", "h5.complaints")])
    assert shown == ["本学年学校没有主动公开信息。", UNSAID, "本学年没有因信息公开工作受到举报。"]


PARTS = ((1, 1, 1, 0), (5, 0, 57, 39), (1, 0, 0, 7), (3, 3, 3, 3), (23, 77, 950, 950), (2, 2, 2, 8))


@pytest.mark.parametrize("parts", PARTS)
def test_percentages_are_rounded_alike_and_add_up_to_a_hundred(
    parts: tuple[int, ...], office: Office, tmp_path: Path
) -> None:
    form = forms.load("stat-2014")
    cells = [share.part for share in form.shares]
    typed = {"c.received": sum(parts), **dict(zip(cells, parts))}
    path = _edited("stat-2014", tmp_path / "typed.xlsx", typed)
    report = read_book(path).report
    values = reports.values_for(report)
    shown = _shown(office, path, report, [f"name.{share.name}" for share in form.shares])
    assert shown == [values[share.name] for share in form.shares]
    assert round(sum(float(s.rstrip("%")) for s in shown), 6) == 100


def test_filling_changes_and_restores_the_words_of_a_sentence(tmp_path: Path) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    fill(assets.WORKBOOK / "pub.xlsx", {"texts": {"s2.active": ["公开【主动公开信息总数】条。"]}}, first)
    assert read_book(first).report.texts == {"s2.active": ["公开【主动公开信息总数】条。"]}
    fill(first, {"texts": {"s2.active": None}, "figures": {"pub.active_total": 3}}, second)
    assert read_book(second).report.texts == {}
    sheet, address = read_book(second).places["s2.active"]
    assert openpyxl.load_workbook(second)[sheet][address].value == forms.load("pub").statements["s2.active"].text


def test_a_preview_takes_a_dozen_different_names_and_any_number_of_the_same() -> None:
    form = forms.load("pub")
    facts = Facts(from_dict(worked_example.data("pub")))
    names = [n for n in form.names if facts.values[n]][:13]

    def shown(text: str) -> str:
        return finished(form, lambda _: text, facts)

    assert shown("".join(f"【{n}】" for n in names)) == "".join(facts.values[n] for n in names[:-1]) + f"【{names[-1]}】"
    assert shown(f"【{names[0]}】" * 40) == facts.values[names[0]] * 40
    assert shown("【没有右括号") == "【没有右括号" and shown("没有左括号】") == "没有左括号】"


def test_no_name_is_longer_than_what_the_report_looks_for() -> None:
    for form_id in forms.form_ids():
        names = forms.load(form_id).names
        assert all(reports.fill_names(f"【{name}】", {name: "x"}) == "x" for name in names)
