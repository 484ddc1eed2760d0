"""Workbooks as they were once handed out: every later version reads, checks, fills, annotates and mends them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import openpyxl
import pytest
import worked_example
from office_files import workbook_faults

import nianbao
from nianbao.checks import check
from nianbao.excel.annotate import annotate
from nianbao.excel.fill import fill
from nianbao.excel.new import new
from nianbao.excel.patch import mended
from nianbao.excel.read import read_book
from nianbao.report import from_json

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FOLDERS = sorted(path for path in CORPUS.glob("workbooks-*"))
FILLED = [path.with_suffix(".xlsx") for folder in FOLDERS for path in sorted(folder.glob("*.json"))]
BLANK = [path for folder in FOLDERS for path in sorted(folder.glob("*.xlsx")) if path not in FILLED]


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def faults(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        return workbook_faults.faults({name: package.read(name) for name in package.namelist()})


def annotated(path: Path, out: Path) -> Path:
    book = read_book(path)
    out.write_bytes(annotate(path, check(book.report)))
    return out


@pytest.mark.parametrize("path", FILLED, ids=name_of)
def test_a_filled_one_is_read_and_checked_as_its_report(path: Path) -> None:
    report, found = from_json(path.with_suffix(".json").read_bytes()), nianbao.read(path)
    for name in ("form", "unit", "year", "meta", "texts", "explanations"):
        assert getattr(found, name) == getattr(report, name), name
    assert {c: v for c, v in report.figures.items() if v is not None}.items() <= found.figures.items()
    assert [(f.rule, f.cells) for f in check(found)] == [(f.rule, f.cells) for f in check(report)]


@pytest.mark.parametrize("path", BLANK, ids=name_of)
def test_a_blank_one_is_filled_checked_and_annotated_and_so_loses_its_split_panes(path: Path, tmp_path: Path) -> None:
    assert {fault.partition(":")[0] for fault in faults(path)} == {"panes"}
    form_id = nianbao.read(path).form
    data = worked_example.data(form_id)
    report = fill(path, data, tmp_path / "filled.xlsx")
    assert read_book(tmp_path / "filled.xlsx").report == report
    assert {cell: report.figures[cell] for cell in data["figures"]} == data["figures"]
    assert faults(tmp_path / "filled.xlsx") == []
    assert faults(annotated(path, tmp_path / "annotated.xlsx")) == []
    assert read_book(tmp_path / "annotated.xlsx").report == read_book(path).report


@pytest.mark.parametrize("path", FILLED, ids=name_of)
def test_a_filled_one_is_mended_by_every_writer_and_else_stays_as_it_is(path: Path, tmp_path: Path) -> None:
    report = nianbao.read(path)
    fill(path, {"unit": "改名后的单位"}, tmp_path / "filled.xlsx")
    assert (nianbao.read(tmp_path / "filled.xlsx").unit, faults(tmp_path / "filled.xlsx")) == ("改名后的单位", [])
    assert faults(annotated(path, tmp_path / "annotated.xlsx")) == []
    assert read_book(tmp_path / "annotated.xlsx").report == read_book(path).report
    assert report.year is not None
    content, _ = new(report.form, report.unit, report.year + 1, report)
    (tmp_path / "new.xlsx").write_bytes(content)
    assert faults(tmp_path / "new.xlsx") == []
    last = nianbao.read(tmp_path / "new.xlsx").last
    assert last is not None and (last.unit, last.year) == (report.unit, report.year)


def test_mending_a_pane_changes_nothing_else(tmp_path: Path) -> None:
    path = FOLDERS[0] / "gov-2021-bureau.xlsx"
    target = annotated(path, tmp_path / "annotated.xlsx")
    pane = b'<pane topLeftCell="A1" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target) as new_:
        sheet = "xl/worksheets/sheet15.xml"
        assert old.read(sheet).count(pane) == 1
        assert canonicalize(new_.read(sheet)) == canonicalize(old.read(sheet).replace(pane, b"<selection/>"))
        assert new_.read("xl/worksheets/sheet14.xml") == old.read("xl/worksheets/sheet14.xml")


def test_one_that_another_program_saved_is_mended_too(tmp_path: Path) -> None:
    openpyxl.load_workbook(FOLDERS[0] / "pub.xlsx").save(tmp_path / "saved.xlsx")
    with zipfile.ZipFile(tmp_path / "saved.xlsx") as package:
        assert b'<pane topLeftCell="A1"' in package.read("xl/worksheets/sheet1.xml")
    fill(tmp_path / "saved.xlsx", {"unit": "某某公司"}, tmp_path / "filled.xlsx")
    assert [fault for fault in faults(tmp_path / "filled.xlsx") if fault.startswith("panes")] == []


@pytest.mark.parametrize("pane", (
    '<pane xSplit="0" ySplit="0" topLeftCell="A1" activePane="bottomRight" state="frozen"/>'
    '<selection pane="topRight"/><selection pane="bottomRight" activeCell="C9" sqref="C9"/>',
    '<pane ySplit="0.0" activePane="bottomLeft" state="frozen"/><selection/><selection pane="bottomLeft"/>',
    "<pane/>",
))
def test_a_pane_of_no_size_goes_with_the_selections_that_were_in_it(pane: str) -> None:
    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView>{}'\
        '</sheetView></sheetViews><sheetData/></worksheet>'
    mended_ = mended(sheet.format(pane).encode()).decode()
    assert "<pane" not in mended_ and "pane=" not in mended_ and mended_.count("<selection") <= 1


def test_a_pane_with_a_split_stays_as_it_is() -> None:
    for name in ("gov-2021.xlsx", "hei.xlsx"):
        with zipfile.ZipFile(FOLDERS[0] / name) as package:
            for part in package.namelist():
                content = package.read(part)
                assert (mended(content) is content) == (b"<pane topLeftCell" not in content), part
