"""Filling a workbook: only what is asked for, exactly, with true results of all formulas."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import worked_example

from nianbao import assets, files
from nianbao.checks import catalogue
from nianbao.errors import CallError, InputError
from nianbao.excel.fill import fill, workbook_bytes
from nianbao.excel.plan import plan_of, results
from nianbao.excel.read import read_book
from nianbao.report import from_dict

BLANK = assets.WORKBOOK / "gov-2021.xlsx"


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "in.xlsx"
    path.write_bytes(workbook_bytes(from_dict(worked_example.data())))
    return path


def test_a_whole_report_goes_into_a_blank_workbook_and_comes_back(tmp_path: Path) -> None:
    before = BLANK.read_bytes()
    out = tmp_path / "out.xlsx"
    given = fill(BLANK, worked_example.data(), out)
    assert read_book(out).report == given == from_dict(worked_example.data())
    assert BLANK.read_bytes() == before
    fill(BLANK, worked_example.data(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == out.read_bytes()


def test_absent_keys_stay_null_empties_and_text_is_kept(filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    fill(filled, {"figures": {"t3.granted.biz": None, "t3.partial.biz": "/", "t2.fee.amount": Decimal("0.1")},
                  "meta": {"meta.phone": None, "fax": "123"}, "texts": {"s1.active": None, "s5.plan": ["只有一段。"]},
                  "explanations": []}, out)
    old, new = read_book(filled).report, read_book(out).report
    assert new.figures["t3.granted.biz"] is None and new.figures["t3.partial.biz"] == "/"
    assert new.figures["t2.fee.amount"] == Decimal("0.1")
    assert new.figures["t3.granted.natural"] == 14 and new.unit == old.unit and new.year == old.year
    assert "meta.phone" not in new.meta and new.meta["meta.fax"] == "123" and new.meta["meta.postcode"] == "010020"
    assert new.texts == {**{k: v for k, v in old.texts.items() if k != "s1.active"}, "s5.plan": ["只有一段。"]}
    assert new.explanations == ()


def test_a_total_equal_to_its_sum_keeps_the_formula_and_another_replaces_it(filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    fill(filled, {"figures": {"t3.granted.total": 19, "t3.partial.total": 6, "t4.review.total": None}}, out)
    book = read_book(out)
    sheet = openpyxl.load_workbook(out)[book.places["t3.granted.total"][0]]
    assert sheet[book.places["t3.granted.total"][1]].data_type == "f"
    assert sheet[book.places["t3.partial.total"][1]].value == 6
    assert book.report.structure.typed_totals == ("t3.partial.total",)
    assert book.report.figures["t4.review.total"] is None
    back = tmp_path / "back.xlsx"
    fill(out, {"figures": {"t3.partial.natural": 5}}, back)
    assert read_book(back).report.figures["t3.partial.total"] == 6
    assert read_book(back).report.figures["t3.total_processed.natural"] == 37


def test_every_formula_has_its_true_result_afterwards(filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    fill(filled, {"figures": {"t3.granted.natural": 15}}, out)
    report = read_book(out).report
    shown = openpyxl.load_workbook(out, data_only=True)
    for (sheet, address), value in results(plan_of(report.definition, catalogue.load()), report).items():
        found = shown[sheet][address].value
        assert (found or "") == value if isinstance(value, str) else found == pytest.approx(float(value)), address
    states = [row[7].value for row in shown["校验"].iter_rows(min_row=5)]
    assert states.count("✗") == 2  # the column itself, and the totals


def test_unknown_ids_name_the_one_that_was_meant(tmp_path: Path) -> None:
    for data, near in (({"figures": {"t3.granted.naturl": 1}}, "t3.granted.natural"),
                       ({"texts": {"s1.activ": ["x"]}}, "s1.active"), ({"meta": {"meta.phon": "1"}}, "meta.phone"),
                       ({"figurs": {}}, "figures")):
        with pytest.raises(InputError, match=near):
            fill(BLANK, data, tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


def test_what_a_cell_cannot_hold_is_refused(tmp_path: Path) -> None:
    for data in ({"figures": {"t3.granted.natural": 12345678901234567}}, {"texts": {"s1.active": ["长" * 40000]}},
                 {"texts": {"s1.active": ["a\x01b"]}}, {"year": "明年"}, {"form": "gov-2019"},
                 {"explanations": [{"explanation": "x" * 40000}]}, {"figures": [1]}):
        with pytest.raises(InputError) as caught:
            fill(BLANK, data, tmp_path / "out.xlsx")
        assert caught.value.message.endswith("。")
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_never_overwritten(filled: Path, tmp_path: Path) -> None:
    before = filled.read_bytes()
    for target in (filled, BLANK):
        with pytest.raises(CallError):
            fill(filled, {"year": 2025}, target)
    assert filled.read_bytes() == before


def test_a_workbook_with_moved_rows_is_refused_with_the_place(filled: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(filled)
    book["申请情况"].insert_rows(12)
    moved = tmp_path / "moved.xlsx"
    book.save(moved)
    with pytest.raises(InputError, match="申请情况") as caught:
        fill(moved, {"year": 2025}, tmp_path / "out.xlsx")
    assert caught.value.code == "moved"


def test_parts_without_a_changed_cell_stay_byte_for_byte(filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    fill(filled, {"figures": {"t3.granted.natural": 15}}, out)
    old, new = zipfile.ZipFile(filled), zipfile.ZipFile(out)
    assert old.namelist() == new.namelist()
    for name in ("xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/vmlDrawing1.vml", "docProps/core.xml"):
        if name in old.namelist():
            assert old.read(name) == new.read(name)


def test_the_list_of_formula_cells_goes_when_a_formula_goes(filled: Path, tmp_path: Path) -> None:
    parts = files.read_package(filled)
    kind = ('Override PartName="/xl/calcChain.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"')
    relation = ('Relationship Id="rId99" Target="calcChain.xml" '
                'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"')
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", f"<{kind}/></Types>".encode())
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b"</Relationships>", f"<{relation}/></Relationships>".encode())
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/calcChain.xml"] = b'<calcChain xmlns="' + space + b'"><c r="K9" i="5"/></calcChain>'
    book = tmp_path / "excel.xlsx"
    book.write_bytes(files.pack(parts))
    fill(book, {"figures": {"t3.granted.total": 20}}, tmp_path / "out.xlsx")
    names = zipfile.ZipFile(tmp_path / "out.xlsx")
    assert "xl/calcChain.xml" not in names.namelist()
    assert b"calcChain" not in names.read("[Content_Types].xml") + names.read(rels)


def test_a_file_saved_by_openpyxl_can_be_filled_and_gets_its_results_back(filled: Path, tmp_path: Path) -> None:
    saved = tmp_path / "openpyxl.xlsx"
    openpyxl.load_workbook(filled).save(saved)
    fill(saved, {"figures": {"t3.granted.natural": 15}}, tmp_path / "out.xlsx")
    shown: Any = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)
    sheet, address = read_book(saved).places["t3.granted.total"]
    assert shown[sheet][address].value == 20


def test_a_workbook_of_another_rule_pack_shows_no_result_that_is_not_known(filled: Path, tmp_path: Path) -> None:
    parts = files.read_package(filled)
    custom = parts["docProps/custom.xml"].replace(catalogue.load().version.encode(), b"1999.1")
    assert custom != parts["docProps/custom.xml"]
    checks = package_part(filled, "校验")
    other = parts[checks].replace(b"<f>IF(COUNT(", b"<f>IF(1+COUNT(", 1)
    assert other != parts[checks]
    book = tmp_path / "old.xlsx"
    book.write_bytes(files.pack({**parts, "docProps/custom.xml": custom, checks: other}))
    fill(book, {"year": 2025}, tmp_path / "out.xlsx")
    sheet = files.read_package(tmp_path / "out.xlsx")[checks]
    start = sheet.index(b"<f>IF(1+COUNT(")
    assert sheet[start:].split(b"</f>", 1)[1].startswith(b"</c>")
    assert sheet.count(b"<v>") > 100


def package_part(path: Path, sheet: str) -> str:
    return read_book(path).sheet_parts[sheet]
