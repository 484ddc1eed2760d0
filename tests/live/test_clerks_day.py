"""What a clerk does in a real window with real buttons: type a number, check, correct it, check, issue the report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest
import reports
from openpyxl.utils import get_column_letter

import nianbao
from live.desktop import Desktop
from nianbao import form as forms
from nianbao.checks import catalogue
from nianbao.excel import ids, results
from nianbao.excel.fill import workbook_bytes
from nianbao.excel.plan import plan_of
from nianbao.report import from_dict
from nianbao.rule import ERROR

GOOD = from_dict(reports.sample("gov-2021-bureau"))
PLACES = plan_of(GOOD.definition, catalogue.load()).places()
CELL = "t3.new_received.natural"
FIRST = results.ROW + 1


@pytest.fixture
def workbook(desktop: Desktop, public_folder: Callable[[], Path]) -> Path:
    """The sample, open on a desktop whose buttons start the Python of the tests; in a folder with a space."""
    desktop.interpret_with(sys.executable)
    path = public_folder() / "年报 2024" / "2024年报.xlsx"
    path.parent.mkdir()
    path.write_bytes(workbook_bytes(GOOD))
    desktop.open(path)
    return path


def reddened(desktop: Desktop, picture: str) -> int:
    """Keep a picture of the screen and return how many of its points have the color of an error."""
    path = desktop.picture(picture)
    color = f"#{results.COLORS[ERROR]}"
    command = ["convert", str(path), "-fill", "black", "+opaque", color, "-fill", "white", "-opaque", color,
               "-format", "%[fx:int(mean*w*h+0.5)]", "info:"]
    return int(subprocess.run(command, capture_output=True, check=True, encoding="ascii", timeout=30).stdout)


def finding(desktop: Desktop, column: str) -> str:
    """What the first finding of the list shows in a column."""
    return desktop.cell(ids.RESULTS, f"{get_column_letter(results.OWN.columns[column] + 1)}{FIRST}")


def press(desktop: Desktop, button: str) -> str:
    """Press a button, wait for the message it ends with, and confirm that."""
    desktop.press(button)
    said = desktop.wait_for(desktop.message, f"the message after {button}")
    desktop.answer("确定")
    return said


def test_a_wrong_number_is_marked_corrected_and_the_report_issued(desktop: Desktop, workbook: Path) -> None:
    sheet, address = PLACES[CELL]
    right = str(GOOD.figures[CELL])
    desktop.type_in(sheet, address, str(int(right) + 1))

    assert "错误" in press(desktop, "校验").replace("没有错误", "")
    assert finding(desktop, results.RULE) == "G21-T3-BAL"
    assert finding(desktop, results.PLACE) == f"{sheet} {address}"
    desktop.wait_for(lambda: reddened(desktop, "checked") > 1000, "the cell to be red")

    desktop.press("定位下一处")
    desktop.wait_for(lambda: desktop.ask("selected") == [sheet, address], "the jump to the wrong number")

    desktop.type_in(sheet, address, right)
    assert "没有错误" in press(desktop, "校验")
    desktop.wait_for(lambda: reddened(desktop, "corrected") == 0, "the color to go")

    desktop.press("生成报告")
    assert "报告已生成" in desktop.wait_for(desktop.message, "the message after 生成报告")
    desktop.picture("reported")
    desktop.answer("确定")
    [docx] = workbook.parent.glob("*.docx")
    written = nianbao.read(docx)
    assert (written.unit, written.figures) == (GOOD.unit, GOOD.figures)


def test_with_errors_the_clerk_is_asked_and_a_no_writes_nothing(desktop: Desktop, workbook: Path) -> None:
    sheet, address = PLACES[CELL]
    desktop.type_in(sheet, address, "999")
    desktop.press("生成报告")
    assert "先生成标明“草稿”的报告吗" in desktop.wait_for(desktop.message, "the question")
    desktop.picture("asked")
    desktop.answer("否")
    desktop.press("帮助")
    desktop.wait_for(lambda: desktop.ask("selected")[0] == ids.GUIDE, "the guide")
    assert list(workbook.parent.glob("*.docx")) == []


def test_a_number_still_being_typed_counts(desktop: Desktop, workbook: Path) -> None:
    """The press of a button ends the entry, as a click anywhere does."""
    sheet, address = PLACES[CELL]
    desktop.type_in(sheet, address, "999", end="")
    press(desktop, "校验")
    assert desktop.cell(sheet, address) == "999"
    assert finding(desktop, results.RULE) == "G21-T3-BAL"


def test_blanks_become_zero_only_after_a_yes(desktop: Desktop, workbook: Path) -> None:
    sheet, address = PLACES[CELL]
    desktop.ask("select", desktop.ask("current"), sheet, address)
    desktop.key("Delete")
    desktop.wait_for(lambda: desktop.cell(sheet, address) == "", "the cell to be empty")
    desktop.press("填补空白为0")
    assert "1个数字格空着" in desktop.wait_for(desktop.message, "the question")
    desktop.answer("是")
    desktop.wait_for(lambda: "填上0" in desktop.message(), "the last message")
    desktop.answer("确定")
    assert desktop.cell(sheet, address) == "0"


def test_the_workbook_stays_usable_and_a_second_press_is_told_to_wait(
    desktop: Desktop, workbook: Path, tmp_path: Path
) -> None:
    """The first press is held up by a Python that waits until it may go on."""
    gate = tmp_path / "go"
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "sitecustomize.py").write_text(
        "import nianbao.excel.live as live, pathlib, time\n"
        "read = live.read_open\n"
        "def later(book):\n"
        f"    while not pathlib.Path({str(gate)!r}).exists():\n"
        "        time.sleep(0.02)\n"
        "    return read(book)\n"
        "live.read_open = later\n"
    )
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{slow}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    desktop.interpret_with(python)
    sheet, address = PLACES[CELL]
    try:
        desktop.press("校验")
        desktop.type_in(sheet, address, "41")
        desktop.wait_for(lambda: desktop.cell(sheet, address) == "41", "the number typed meanwhile")
        assert "还在运行" in press(desktop, "校验")
    finally:
        gate.touch()
    assert "校验完成" in desktop.wait_for(desktop.message, "the end of the first press")
    desktop.answer("确定")


def test_a_new_workbook_opens_from_the_menu(desktop: Desktop, workbook: Path) -> None:
    form = forms.load("gov-2021")
    before = set(desktop.ask("documents"))
    desktop.menu("新建", form.name)
    said = desktop.wait_for(desktop.message, "the message after 新建")
    desktop.answer("确定")
    desktop.wait_for(lambda: len(set(desktop.ask("documents")) - before) == 1, "the new workbook to open")
    path = Path(said.partition("：")[2].splitlines()[0])
    assert nianbao.read(path).form == form.id
