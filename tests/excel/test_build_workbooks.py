"""The blank workbooks a clerk opens: current, protected, validated, printable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import build_workbooks
import openpyxl
import pytest

from nianbao import assets, form as forms
from nianbao.checks import catalogue
from nianbao.excel import ids
from nianbao.excel.plan import plan_of
from nianbao.report import parts_of

FORMS = forms.form_ids()
SAMPLES = sorted(path.stem for path in assets.SAMPLES.glob("*.json"))


@pytest.fixture(scope="module", params=FORMS)
def blank(request: pytest.FixtureRequest) -> tuple[str, Any]:
    return request.param, openpyxl.load_workbook(assets.WORKBOOK / f"{request.param}.xlsx")


def test_the_workbooks_in_the_tree_are_what_the_script_builds() -> None:
    built = dict(build_workbooks.targets())
    assert set(built) == {f"{form_id}.xlsx" for form_id in FORMS} | {f"samples/{name}.xlsx" for name in SAMPLES}
    for name, content in built.items():
        assert content == (assets.WORKBOOK / name).read_bytes(), f"{name}: run scripts/build"
        assert len(content) < 200_000
    assert built == dict(build_workbooks.targets())


def test_a_stale_workbook_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(build_workbooks, "targets", lambda: [("pub.xlsx", b"new")])
    monkeypatch.setattr(build_workbooks.assets, "WORKBOOK", tmp_path)
    monkeypatch.setattr("sys.argv", ["build_workbooks.py", "--check"])
    assert build_workbooks.main() == 1
    assert not list(tmp_path.iterdir())


def test_the_sheets_stand_in_working_order(blank: tuple[str, Any]) -> None:
    form_id, book = blank
    sections = [s.sheet or forms.load(form_id).table(s.table).sheet for s in forms.load(form_id).sections
                if s.sheet or s.table]
    around = ["上年数据", "名称", "情况说明", "校验", "校验结果", "规则", "计算"]
    assert book.sheetnames == ["填报说明", "单位信息", *sections, *around]
    assert [sheet.title for sheet in book if sheet.sheet_state != "visible"] == ["计算"]


def test_inputs_alone_are_unlocked_and_all_sheets_but_the_lists_that_grow_are_protected_without_password(
    blank: tuple[str, Any]
) -> None:
    form_id, book = blank
    plan = plan_of(forms.load(form_id), catalogue.load())
    for sheet in plan.sheets:
        worksheet = book[sheet.name]
        assert worksheet.protection.sheet == (sheet.name not in (ids.RESULTS, ids.REASONS))
        assert not worksheet.protection.password
        inputs = {i.address for i in sheet.items if i.input}
        unlocked = {c.coordinate for row in worksheet.iter_rows() for c in row
                    if not c.protection.locked and not isinstance(c, openpyxl.cell.cell.MergedCell)}
        assert unlocked == inputs, sheet.name


def test_number_cells_and_choices_are_validated_in_chinese(blank: tuple[str, Any]) -> None:
    form_id, book = blank
    plan = plan_of(forms.load(form_id), catalogue.load())
    for sheet in plan.sheets:
        validated = {}
        for rule in book[sheet.name].data_validations.dataValidation:
            assert rule.showErrorMessage and rule.errorTitle and rule.error.endswith("。")
            assert len(rule.error) <= 255 and len(rule.errorTitle) <= 32
            validated |= {a.coord.partition(":")[0]: rule.type for a in rule.sqref.ranges}
        for item in sheet.items:
            if item.input and item.kind in (forms.COUNT, forms.SIGNED, forms.MONEY):
                assert validated[item.address] == ("decimal" if item.kind == forms.MONEY else "whole"), item.input
            if item.choices:
                assert validated[item.address] == "list"


def test_totals_are_locked_formulas_wherever_their_parts_stand(blank: tuple[str, Any]) -> None:
    form_id, book = blank
    form = forms.load(form_id)
    plan = plan_of(form, catalogue.load())
    for cell in form.cells.values():
        if cell.is_total:
            sheet, address = plan.places()[cell.id]
            found = book[sheet][address]
            assert found.data_type == "f" and found.protection.locked
            for part in parts_of(form, cell):
                other, place = plan.places()[part]
                assert other == sheet or f"{other}!" in found.value, cell.id


def test_units_and_codes_stand_once_and_heading_rows_take_no_number() -> None:
    book = openpyxl.load_workbook(assets.WORKBOOK / "ind-2008.xlsx")
    heads = [c.value for c in book["指标表"][4]]
    assert heads[1:] == ["指标", "单位", "代码", "本期实际", "本年累计", "校验"]
    sheet = openpyxl.load_workbook(assets.WORKBOOK / "stat-2014.xlsx")["统计表"]
    first = [c for c in sheet[5]][1:5]
    assert [c.value for c in first] == ["一、主动公开情况", "——", "——", None]
    assert all(c.protection.locked for c in first)


def test_rows_carry_the_legal_definition_as_a_note(blank: tuple[str, Any]) -> None:
    form_id, book = blank
    for table in forms.load(form_id).tables:
        texts = [c.comment.text for row in book[table.sheet].iter_rows() for c in row if c.comment]
        wanted = [n.basis for n in table.nodes.values() if n.basis]
        assert all(any(basis in text for text in texts) for basis in wanted)


def test_tables_and_cells_have_names(blank: tuple[str, Any]) -> None:
    form_id, book = blank
    form = forms.load(form_id)
    wanted = {f"表_{t.id}" for t in form.tables} | {f"值_{c}" for c in form.cells}
    assert wanted <= set(book.defined_names)


def test_pages_are_a4_one_page_wide_with_repeated_heads_and_page_numbers(blank: tuple[str, Any]) -> None:
    for worksheet in blank[1]:
        assert worksheet.page_setup.paperSize == 9 and worksheet.page_setup.fitToWidth in (None, 1)
        assert worksheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P" in (worksheet.oddFooter.center.text or "") and worksheet.oddFooter.left.text
    for name in ("名称", "校验", "规则", "情况说明", *(("申请情况",) if blank[0].startswith("gov-") else ())):
        assert blank[1][name].print_title_rows, name


def test_versions_stand_in_the_document_properties(blank: tuple[str, Any]) -> None:
    form_id, book = blank
    told = {p.name: p.value for p in book.custom_doc_props.props}
    assert told == {ids.PROPERTY_FORM: form_id, ids.PROPERTY_VERSION: forms.load(form_id).version,
                    ids.PROPERTY_RULES: catalogue.load().version}


def test_no_formula_uses_what_old_programs_lack(blank: tuple[str, Any]) -> None:
    plan = plan_of(forms.load(blank[0]), catalogue.load())
    for formula in plan.formulas.values():
        assert not any(word in formula.text for word in ("XLOOKUP", "FILTER", "LET(", "TEXTJOIN", "IFS(", "_xlfn"))
        assert len(formula.text) < 8192
