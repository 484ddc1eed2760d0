"""Cells through xlwings: what is written, what is read, how it looks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Callable

import numpy
import pandas
import pytest
import xlwings as xw

Open = Callable[..., xw.Book]


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("written", "read", "formula", "number_format"),
    [
        (12, 12.0, "12", "General"),
        (0.1, 0.1, "0.1", "General"),
        (Decimal("2.5"), 2.5, "2.5", "General"),
        (numpy.int64(3), 3.0, "3", "General"),
        (True, True, "1", "General"),
        (None, None, "", "General"),
        ("", None, "", "General"),
        (float("nan"), None, "", "General"),
        (pandas.NaT, None, "", "General"),
        ("无", "无", "无", "General"),
        ("12", 12.0, "12", "General"),
        (" -1.5e3 ", -1500.0, "-1500", "General"),
        ("'12", "12", "12", "General"),
        ("'=A1", "=A1", "=A1", "General"),
        ("''x", "'x", "'x", "General"),
        ("=", "=", "=", "General"),
        ("12%", 0.12, "0.12", "0%"),
        ("true", True, "1", "General"),
        ("2025-01-31", dt.datetime(2025, 1, 31), "45688", "YYYY/M/D"),
        ("2025/1/31 12:00", dt.datetime(2025, 1, 31, 12), "45688.5", "YYYY/M/D H:MM"),
        ("2025-02-30", "2025-02-30", "2025-02-30", "General"),
        (dt.date(2025, 1, 31), dt.datetime(2025, 1, 31), "45688", "YYYY/M/D"),
        (numpy.datetime64("2025-01-31"), dt.datetime(2025, 1, 31), "45688", "YYYY/M/D"),
        (dt.datetime(2025, 1, 31, 8, 30, 15), dt.datetime(2025, 1, 31, 8, 30, 15), None, "YYYY/M/D H:MM"),
        ("3月5日", "3月5日", "3月5日", "General"),
        ("一\n二", "一\n二", "一\n二", "General"),
        ("1" * 400, "1" * 400, "1" * 400, "General"),
    ],
)
def test_a_value_becomes_in_a_cell_what_excel_makes_of_it(
    written: Any, read: Any, formula: str | None, number_format: str, sheet: xw.Sheet
) -> None:
    cell = sheet.range("B2")
    cell.value = written
    assert (cell.value, type(cell.value)) == (read, type(read))
    assert formula in (cell.formula, None)
    assert cell.number_format == number_format


def test_a_cell_of_the_format_text_keeps_texts_and_takes_numbers(sheet: xw.Sheet) -> None:
    sheet.range("A1:A4").number_format = "@"
    sheet.range("A1:B4").value = [["12", "12"], ["=1+1", "=1+1"], ["2025-01-31", "x"], [5, 6]]
    assert sheet.range("A1:B4").value == [["12", 12], ["=1+1", 2], ["2025-01-31", "x"], [5, 6]]
    assert sheet.range("A1:A4").number_format == "@"


def test_a_date_keeps_the_format_that_a_cell_has(sheet: xw.Sheet) -> None:
    sheet.range("A1").number_format = 'yyyy"年"m"月"d"日"'
    sheet.range("A1").value = dt.datetime(2025, 1, 31)
    assert sheet.range("A1").number_format == 'YYYY"年"M"月"D"日"'
    assert sheet.range("A1").value == dt.datetime(2025, 1, 31)
    assert sheet.range("A1").options(dates=dt.date).value == dt.date(2025, 1, 31)


def test_errors_are_nothing_or_the_text_that_excel_shows(sheet: xw.Sheet) -> None:
    formulas = ["=1/0", "=NA()", "=nosuch(1)", '="x"+1', "=10^400", '=INDIRECT("x!y")']
    texts = ["#DIV/0!", "#N/A", "#NAME?", "#VALUE!", "#NUM!", "#REF!"]
    sheet.range("A1").value = [[formula] for formula in formulas]
    cells = sheet.range("A1:A6")
    assert cells.value == [None] * 6
    assert cells.options(err_to_str=True).value == texts
    sheet.range("B1").value = "#N/A 是文字"
    assert sheet.range("B1").value == "#N/A 是文字"


def test_truth_values_and_dates_of_formulas_are_what_they_show(sheet: xw.Sheet) -> None:
    sheet.range("A1").value = [["=1=1", "=1=2", "=DATE(2025,1,31)", "=1+0", '="TRUE"']]
    sheet.range("C1").number_format = "yyyy-mm-dd"
    assert sheet.range("A1:E1").value == [True, False, dt.datetime(2025, 1, 31), 1, "TRUE"]
    assert [type(value) for value in sheet.range("A1:E1").value] == [bool, bool, dt.datetime, float, str]


def test_reading_a_table_takes_one_call_for_its_values(sheet: xw.Sheet) -> None:
    data = [[row * 15 + column for column in range(15)] for row in range(200)]
    table = sheet.range("B3").resize(200, 15)
    table.value = data
    assert table.value == data
    calls = []

    class Counting:
        def __getattr__(self, name: str) -> Any:
            calls.append(name)
            return getattr(cells, name)

    cells = table.impl.api
    table.impl.api = Counting()
    assert table.value == data
    assert calls == ["getDataArray", "findAll"]


@pytest.mark.parametrize("value", [7, "字", [1, 2, 3], [[1, 2], [3, 4]], [[1], [2]]])
def test_shapes_come_back_as_they_were_written(value: Any, sheet: xw.Sheet) -> None:
    sheet.range("C3").value = value
    rows = value if isinstance(value, list) and isinstance(value[0], list) else [value]
    size = (len(rows), len(rows[0]) if isinstance(rows[0], list) else 1)
    flat = [row[0] for row in value] if size[1] == 1 and size[0] > 1 else value
    assert sheet.range("C3").resize(*size).value == flat


def test_one_value_fills_all_cells(sheet: xw.Sheet) -> None:
    sheet.range("A1:B2").value = 0
    assert sheet.range("A1:B2").value == [[0, 0], [0, 0]]
    sheet.range("A1:B2").value = None
    assert sheet.range("A1:B2").value == [[None, None], [None, None]]


def test_a_frame_goes_in_and_comes_out(sheet: xw.Sheet) -> None:
    frame = pandas.DataFrame({"甲": [1.0, 2.0], "乙": [3.0, 4.0]})
    sheet.range("A1").value = frame
    assert sheet.range("A1:C3").options(pandas.DataFrame).value.reset_index(drop=True).equals(frame)


def test_contents_and_formats_are_cleared_apart(sheet: xw.Sheet) -> None:
    cell = sheet.range("A1")
    cell.value, cell.color = 1, "#ff0000"
    cell.clear_contents()
    assert (cell.value, cell.color) == (None, (255, 0, 0))
    cell.value = 1
    cell.clear_formats()
    assert (cell.value, cell.color) == (1, None)
    cell.color = "#ff0000"
    cell.add_note("注")
    cell.clear()
    assert (cell.value, cell.color, cell.note) == (None, None, None)


# ---------------------------------------------------------------- places


def test_a_range_is_named_in_all_ways_of_xlwings(sheet: xw.Sheet) -> None:
    sheet.book.names.add("区域", "=Sheet1!$B$2:$C$3")
    cell = sheet.range("C3")
    ways = [
        sheet.range("B2:C3"), sheet.range("B2", "C3"), sheet.range((2, 2), (3, 3)), sheet.range("区域"),
        sheet["B2:C3"], sheet[1:3, 1:3], sheet.range(sheet.range("B2"), cell), sheet.range("C3", "B2"),
        xw.Range("B2:C3"), sheet.cells[1:3, 1:3],
    ]  # fmt: skip
    assert {way.address for way in ways} == {"$B$2:$C$3"}
    assert (ways[0](1, 2).address, ways[0](3).address, ways[0][1, 1].address) == ("$C$2", "$B$3", "$C$3")
    assert ways[0].offset(1, 1).address == "$C$3:$D$4"
    assert ways[0].last_cell.address == "$C$3"
    with pytest.raises(IndexError):
        sheet.range((0, 1))
    with pytest.raises(ValueError, match="neither"):
        sheet.range("没有的名称")


def test_an_address_can_name_sheet_and_book(opened: Open) -> None:
    cell = opened("gov-2021.xlsx", "年报 1.xlsx").sheets["申请情况"].range("B2")
    assert cell.get_address(False, False) == "B2"
    assert cell.get_address(external=True) == "'[年报 1.xlsx]申请情况'!$B$2"
    assert cell.get_address(include_sheetname=True) == "'申请情况'!$B$2"


def test_edges_and_regions_are_found_as_with_ctrl_and_arrows(sheet: xw.Sheet) -> None:
    sheet.range("B2").value = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    sheet.range("B7").value = "远"
    steps = {
        ("B2", "down"): "B4", ("B4", "down"): "B7", ("B7", "down"): "B1048576", ("B7", "up"): "B4",
        ("B2", "right"): "D2", ("D2", "right"): "XFD2", ("D4", "left"): "B4", ("B1", "down"): "B2", ("B4", "up"): "B2",
        ("B2", "up"): "B1", ("A9", "left"): "A9", ("F9", "up"): "F1",
    }  # fmt: skip
    assert {(at, way): sheet.range(at).end(way).get_address(False, False) for at, way in steps} == steps
    assert sheet.range("B2").expand().address == "$B$2:$D$4"
    assert sheet.range("C3").current_region.address == "$B$2:$D$4"
    assert sheet.used_range.address == "$B$2:$D$7"


def test_selecting_cells_selects_them(sheet: xw.Sheet) -> None:
    other = sheet.book.sheets.add("另", after=sheet)
    sheet.range("B2:C3").select()
    assert sheet.book.sheets.active == sheet
    assert sheet.book.selection == sheet.range("B2:C3")
    other.range("A5").select()
    assert sheet.book.selection == other.range("A5")


# ---------------------------------------------------------------- looks


@pytest.mark.parametrize("colour", ["#ffc7ce", (255, 199, 206), 255 | 199 << 8 | 206 << 16])
def test_a_colour_is_given_in_each_way_of_xlwings(colour: Any, sheet: xw.Sheet) -> None:
    cells = sheet.range("A1:B2")
    assert cells.color is None
    cells.color = colour
    assert (cells.color, sheet.range("B2").color, sheet.range("C3").color) == ((255, 199, 206),) * 2 + (None,)
    cells.color = None
    assert cells.color is None


def test_colours_of_many_cells_are_set_at_once(sheet: xw.Sheet) -> None:
    sheet.range("B1").color = "#0000ff"
    sheet.range("A1:B2").set_colors([["#ff0000", ...], [None, (0, 255, 0)]])
    assert [sheet.range(a).color for a in ("A1", "B1", "A2", "B2")] == [(255, 0, 0), (0, 0, 255), None, (0, 255, 0)]


def test_a_font_changes_for_chinese_characters_too(sheet: xw.Sheet) -> None:
    cell = sheet.range("A1")
    cell.value = "汉字"
    font = cell.font
    font.bold, font.italic, font.size, font.name, font.color = True, True, 16, "仿宋", "#ff0000"
    assert (font.bold, font.italic, font.size, font.name, font.color) == (True, True, 16, "仿宋", (255, 0, 0))
    assert (cell.api.CharWeightAsian, cell.api.CharFontNameAsian, cell.api.CharHeightAsian) == (150, "仿宋", 16)
    assert sheet.range("A1:B1").font.bold is None
    font.bold = False
    assert font.bold is False


def test_merged_cells_are_known(sheet: xw.Sheet) -> None:
    sheet.range("B2").value = "并"
    sheet.range("B2:C3").merge()
    assert [sheet.range(a).merge_cells for a in ("B2", "C3", "B2:C3", "A1", "A1:C3")] == [True, True, True, False, None]
    assert sheet.range("C3").merge_area.address == "$B$2:$C$3"
    assert sheet.range("B2:C3").value == [["并", None], [None, None]]
    sheet.range("B2:C3").unmerge()
    assert sheet.range("B2").merge_cells is False
    sheet.range("B5:C6").merge(across=True)
    assert sheet.range("B6").merge_area.address == "$B$6:$C$6"


def test_widths_and_heights_are_excels_units(sheet: xw.Sheet) -> None:
    sheet.range("A1:B1").column_width = 20
    sheet.range("A1").row_height = 30
    assert sheet.range("B1").column_width == pytest.approx(20, abs=0.05)
    assert sheet.range("A1").row_height == pytest.approx(30, abs=0.05)
    assert sheet.range("B1:C1").column_width is None
    sheet.range("A1").value = "一段很长很长很长很长很长很长很长的文字"
    sheet.autofit("columns")
    assert sheet.range("A1").column_width > 25


def test_notes_are_added_read_changed_and_deleted(sheet: xw.Sheet) -> None:
    cell = sheet.range("B2")
    assert cell.note is None
    cell.add_note("横向合计不符\n请核对")
    assert cell.note.text == "横向合计不符\n请核对"
    cell.note.text = "改"
    assert [(note.location.address, note.text) for note in sheet.notes] == [("$B$2", "改")]
    cell.note.delete()
    assert (cell.note, len(sheet.notes)) == (None, 0)


def test_a_link_leads_where_it_says(sheet: xw.Sheet) -> None:
    sheet.range("A1").add_hyperlink("https://www.gov.cn/", "中国政府网")
    assert (sheet.range("A1").value, sheet.range("A1").hyperlink) == ("中国政府网", "https://www.gov.cn/")
    with pytest.raises(ValueError, match="hyperlink"):
        sheet.range("A2").hyperlink


def test_what_is_not_built_says_so(sheet: xw.Sheet) -> None:
    with pytest.raises(NotImplementedError):
        sheet.range("A1").borders.clear()
