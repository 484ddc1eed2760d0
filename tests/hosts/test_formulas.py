"""Formulas in Excel's grammar."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Callable

import openpyxl
import pytest
import xlwings as xw

from nianbao import assets
from nianbao.hosts.libreoffice.formulas import Translator, to_excel

WORKBOOKS = sorted([*assets.WORKBOOK.glob("*.xlsx"), *assets.SAMPLES.glob("*.xlsx")])


@pytest.mark.parametrize(
    ("own", "excel"),
    [
        ("=SUM(A1;B1:C3)", "=SUM(A1,B1:C3)"),
        ("=$单位信息.$B$3", "=单位信息!$B$3"),
        ("=Sheet2.A1+$'a ; b.c'.B2", "=Sheet2!A1+'a ; b.c'!B2"),
        ("=$'it''s'.A1", "='it''s'!A1"),
        ('=IF(A1="a;b.C1~""";"x";1.5)', '=IF(A1="a;b.C1~""","x",1.5)'),
        ("=NORM.DIST(1;0;1;TRUE())", "=NORM.DIST(1,0,1,TRUE())"),
        ('=SUM({1;2|3;4};"a;b")', '=SUM({1,2;3,4},"a;b")'),
        ('=MATCH("a";{"x;|";"a"};0)', '=MATCH("a",{"x;|","a"},0)'),
        ("=SUM(A1:B2~C3)", "=SUM(A1:B2,C3)"),
        ("=A1:B2!B1:C3", "=A1:B2 B1:C3"),
        ("=$Sheet1.#REF!+#REF!+#DIV/0!", "=Sheet1!#REF!+#REF!+#DIV/0!"),
        ("=SUM($数据.A:A;$数据.1:3)", "=SUM(数据!A:A,数据!1:3)"),
    ],
)
def test_a_formula_is_rewritten(own: str, excel: str) -> None:
    assert to_excel(own) == excel


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_every_formula_of_the_project_reads_as_it_stands_in_the_file(
    path: Path, opened: Callable[..., xw.Book]
) -> None:
    book = opened(path.name)
    compared = 0
    for sheet in openpyxl.load_workbook(path):
        cells = {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
        area = book.sheets[sheet.title].used_range
        read = area.formula
        for key, value in cells.items():
            where = sheet[key]
            text = read[where.row - area.row][where.column - area.column]
            assert _bare(text) == _bare(value), key
            compared += 1
    assert compared > 50


def _bare(formula: str) -> str:
    """Without what differs between a file and what Excel or LibreOffice show: prefixes, spaces, `TRUE` for `TRUE()`."""
    return re.sub(r"_xlfn\.| |(?<=TRUE)\(\)|(?<=FALSE)\(\)", "", formula)


def test_written_formulas_come_back_and_count(sheet: xw.Sheet) -> None:
    other = sheet.book.sheets.add("另 表", after=sheet)
    other.range("A1").value = 5
    sheet.range("A1:A3").value = [["='另 表'!A1*2"], ["=SUM(A1,1)"], ['=IF(A2>10,"大,;","小")']]
    assert sheet.range("A1:A3").formula == (("='另 表'!A1*2",), ("=SUM(A1,1)",), ('=IF(A2>10,"大,;","小")',))
    assert sheet.range("A1:A3").value == [10, 11, "大,;"]


def test_one_formula_written_to_many_cells_moves_with_them(sheet: xw.Sheet) -> None:
    sheet.range("A1:A3").value = [[1], [2], [3]]
    sheet.range("B1:C3").formula = "=A1+$A$1"
    assert sheet.range("B1:C3").formula == (
        ("=A1+$A$1", "=B1+$A$1"), ("=A2+$A$1", "=B2+$A$1"), ("=A3+$A$1", "=B3+$A$1"),
    )  # fmt: skip
    assert sheet.range("C3").value == 5


def test_the_rewriting_agrees_with_the_parser_of_libreoffice(book: xw.Book) -> None:
    translator = Translator(book.api)
    for excel in ("SUM(A1,{1,2;3,4})", "VLOOKUP(A1,$B$1:$C$9,2,FALSE())", "TEXTJOIN(\",\",TRUE(),A1:A3)", "-A1%^2"):
        own = translator.printed(translator.tokens(excel, 0, 0, 0), 0, 0, 0)
        assert to_excel(own) == excel
