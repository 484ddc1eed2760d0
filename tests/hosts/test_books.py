"""Workbooks, sheets, names and the application through xlwings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import openpyxl
import pytest
import xlwings as xw
from python_calamine import CalamineWorkbook

from nianbao import assets
from nianbao.errors import InputError, LockedError

Open = Callable[..., xw.Book]
WORKBOOKS = sorted([*assets.WORKBOOK.glob("*.xlsx"), *assets.SAMPLES.glob("*.xlsx")])


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_every_workbook_of_the_project_reads_as_other_readers_read_it(path: Path, opened: Open) -> None:
    book = opened(path.name)
    saved = CalamineWorkbook.from_path(path)
    assert [sheet.name for sheet in book.sheets] == saved.sheet_names
    for sheet in book.sheets:
        rows = saved.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        expected = {(i, j): value for i, row in enumerate(rows, 1) for j, value in enumerate(row, 1) if value != ""}
        area = sheet.used_range
        data = area.options(ndim=2).value
        found = {
            (area.row + i, area.column + j): value
            for i, row in enumerate(data)
            for j, value in enumerate(row)
            if value is not None
        }
        assert found == expected, sheet.name


@pytest.mark.parametrize("path", WORKBOOKS[:2], ids=lambda path: path.stem)
def test_names_of_the_project_are_there_and_lead_to_their_cells(path: Path, opened: Open) -> None:
    book = opened(path.name)
    defined = openpyxl.load_workbook(path).defined_names
    own = [name for name in book.names if "!" not in name.name]
    assert {name.name for name in own} == set(defined)
    assert book.names["申请情况!Print_Area"].refers_to_range.sheet == book.sheets["申请情况"]
    for name in own[:10]:
        assert name.refers_to == "=" + defined[name.name].attr_text
        cells = name.refers_to_range
        assert f"={cells.sheet.name}!{cells.address}" == name.refers_to


def test_names_are_added_found_changed_and_deleted(book: xw.Book) -> None:
    first, second = book.sheets[0], book.sheets.add("另 表")
    book.names.add("合计", "=Sheet1!$A$1:$B$2")
    second.names.add("本表", "='另 表'!$C$3")
    second.range("D4").name = "单元"
    assert ("合计" in book.names, "没有" in book.names, "'另 表'!本表" in book.names) == (True, False, True)
    assert book.names["合计"].refers_to_range == first.range("A1:B2")
    assert sorted(name.name for name in book.names) == sorted(["合计", "单元", "'另 表'!本表"])
    assert [name.name for name in second.names] == ["'另 表'!本表"]
    assert second.range("本表").address == "$C$3"
    assert second.range("D4").name.name == "单元"
    book.names["合计"].refers_to = "=Sheet1!$C$1"
    assert book.names["合计"].refers_to_range.address == "$C$1"
    book.names["合计"].delete()
    assert "合计" not in book.names
    with pytest.raises(KeyError):
        book.names["合计"]


def test_sheets_are_added_named_hidden_and_deleted(book: xw.Book) -> None:
    first = book.sheets[0]
    last = book.sheets.add("尾", after=first)
    head = book.sheets.add(before=first)
    assert [sheet.name for sheet in book.sheets] == [head.name, "Sheet1", "尾"]
    assert book.sheets.active == head
    head.name = "头"
    assert (book.sheets["头"].index, book.sheets["SHEET1"] == first, "没有" in book.sheets) == (1, True, False)
    last.visible = False
    assert (last.visible, head.visible) == (False, True)
    last.delete()
    assert book.sheet_names == ["头", "Sheet1"]
    with pytest.raises(KeyError):
        book.sheets["尾"]


def test_a_workbook_is_saved_under_a_name_and_again(book: xw.Book, tmp_path: Path) -> None:
    target = tmp_path / "新 年报.xlsx"
    book.sheets[0].range("A1").value = "存"
    book.save(target)
    assert (book.name, book.fullname) == ("新 年报.xlsx", str(target))
    book.sheets[0].range("A2").value = 2
    book.save()
    assert CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python() == [["存"], [2]]


def test_books_are_found_by_name_path_and_number(calc: xw.App, opened: Open) -> None:
    one, two = opened("gov-2021.xlsx"), opened("gov-2019.xlsx")
    assert [book.name for book in calc.books] == ["gov-2021.xlsx", "gov-2019.xlsx"]
    assert xw.books["GOV-2021.xlsx"] == calc.books[one.fullname] == calc.books[0] == one
    assert xw.Book(two.fullname) == xw.Book("gov-2019.xlsx") == xw.books.active == two
    one.activate()
    two.close()
    assert len(calc.books) == 1
    with pytest.raises(KeyError):
        calc.books["gov-2019.xlsx"]


def test_what_is_no_workbook_is_told(calc: xw.App, tmp_path: Path) -> None:
    (tmp_path / "文字.docx").write_bytes(b"PK\x05\x06" + bytes(18))
    with pytest.raises(InputError, match="文字.docx.*换一个文件"):
        calc.books.open(tmp_path / "文字.docx")


# ---------------------------------------------------------------- the application


@pytest.mark.parametrize(("buttons", "answer"), [("ok", "ok"), ("ok_cancel", "cancel"), ("yes_no", "no")])
def test_without_windows_a_question_waits_for_nobody_and_changes_nothing(
    buttons: str, answer: str, calc: xw.App
) -> None:
    assert calc.alert("要继续吗？", "信息公开年报", buttons) == answer


def test_the_status_bar_shows_a_text_and_is_given_back(calc: xw.App, book: xw.Book) -> None:
    assert calc.status_bar is False
    with calc.properties(status_bar="正在校验…", screen_updating=False, display_alerts=False):
        assert (calc.status_bar, calc.screen_updating) == ("正在校验…", False)
    assert (calc.status_bar, calc.screen_updating) == (False, True)


def test_formulas_are_calculated_again_on_demand(calc: xw.App, sheet: xw.Sheet) -> None:
    sheet.book.api.enableAutomaticCalculation(False)
    sheet.range("A1").value = [[1, "=A1+1"]]
    calc.calculate()
    sheet.range("A1").value = 5
    calc.calculate()
    assert sheet.range("B1").value == 6


def test_the_application_calls_itself_an_excel_that_xlwings_knows(calc: xw.App) -> None:
    assert calc.version >= 15
    assert calc.engine.name == "libreoffice"


# ---------------------------------------------------------------- protection


def refused(change: Callable[[], Any]) -> bool:
    try:
        change()
    except LockedError:
        return True
    return False


def test_a_protected_sheet_refuses_what_excel_refuses(opened: Open) -> None:
    sheet = opened("gov-2021-county.xlsx").sheets["申请情况"]
    free, locked = sheet.range("F8"), sheet.range("A1")
    before = locked.value
    assert refused(lambda: setattr(locked, "value", 1))
    assert refused(lambda: setattr(locked, "formula", "=1"))
    assert refused(lambda: setattr(sheet.range("A1:F8"), "value", 1))
    assert refused(locked.clear_contents)
    assert refused(lambda: setattr(free, "color", "#ff0000"))
    assert refused(lambda: setattr(free.font, "bold", True))
    assert refused(lambda: setattr(free, "number_format", "0.00"))
    assert refused(lambda: free.add_note("注"))
    assert refused(lambda: sheet.range("F8:G8").merge())
    assert (locked.value, free.color, free.note) == (before, (255, 251, 230), None)
    free.value = 41
    assert free.value == 41
    sheet.api.unprotect("")
    locked.value = 1
    free.add_note("注")
    assert (locked.value, free.note.text) == (1, "注")


def test_a_protected_structure_refuses_changes_to_sheets(book: xw.Book) -> None:
    book.api.protect("")
    sheet = book.sheets[0]
    assert refused(lambda: book.sheets.add("新"))
    assert refused(lambda: setattr(sheet, "name", "改"))
    assert refused(lambda: setattr(sheet, "visible", False))
    assert refused(sheet.delete)
    assert book.sheet_names == ["Sheet1"]
    sheet.range("A1").value = 1
    assert sheet.range("A1").value == 1
