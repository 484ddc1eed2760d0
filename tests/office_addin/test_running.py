"""The add-in at work in LibreOffice: its VBA builds the command line and starts a program with it."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from nianbao import assets
from office_addin.calc import Calc
from office_addin.interpreter import Interpreter

pytestmark = pytest.mark.xdist_group("office-addin")
TEXTS = tomllib.loads((assets.OFFICE / "texts.toml").read_text("utf-8"))
NAMES = ["年报.xlsx", "某某县 某某局 2025 (1).xlsx", "a=b.xlsx", "100%PATH%.xlsx", "甲&乙^丙'丁.xlsx", "$(id) `id`.xlsx"]


def vba(calc: Calc, procedure: str, *arguments: Any) -> Any:
    return calc.call(assets.ADDIN, procedure, *arguments)


@pytest.mark.parametrize("name", NAMES)
def test_a_button_starts_python_with_the_name_of_the_open_workbook(
    calc: Calc, interpreter: Interpreter, tmp_path: Path, name: str
) -> None:
    shutil.copy(assets.WORKBOOK / "gov-2021.xlsx", tmp_path / name)
    with calc.opened(tmp_path / name):
        calc.press(assets.ADDIN, "Ribbon.OnButton", "check")
        assert interpreter.arguments() == [
            "-P", "-m", "nianbao.macros", "check",
            f"--wb={name}", "--from_xl=1", f"--app=libreoffice:{calc.pipe}", "--hwnd=0",
        ]


def test_the_argument_of_a_verb_arrives_with_it(calc: Calc, interpreter: Interpreter) -> None:
    calc.press(assets.ADDIN, "Ribbon.OnButton", "new:gov-2021")
    assert interpreter.arguments()[3] == "new:gov-2021"


def test_a_button_that_started_python_has_nothing_to_say(calc: Calc, interpreter: Interpreter) -> None:
    assert vba(calc, "Ribbon.Pressed", "new:pub", False) == ""
    assert interpreter.arguments()[3] == "new:pub"


def test_a_picked_file_arrives_with_its_folder(calc: Calc, interpreter: Interpreter) -> None:
    file = "/上年 报告/2024 年=报.docx"
    vba(calc, "Starter.Start", vba(calc, "Runner.Arguments", "new_from", "", "libreoffice:x", "0", file))
    assert interpreter.arguments()[3:] == [
        "new_from", "--wb=", "--from_xl=1", "--app=libreoffice:x", "--hwnd=0", f"--file={file}"]


def test_nothing_starts_when_no_file_is_picked(calc: Calc, interpreter: Interpreter) -> None:
    calc.press(assets.ADDIN, "Ribbon.OnFileButton", "new_from")  # without a window, the dialog is cancelled at once
    calc.press(assets.ADDIN, "Ribbon.OnButton", "new:pub")
    assert interpreter.arguments()[3] == "new:pub"


def test_a_name_with_a_quote_is_refused_with_a_sentence(calc: Calc, interpreter: Interpreter, tmp_path: Path) -> None:
    shutil.copy(assets.WORKBOOK / "pub.xlsx", tmp_path / '年"报.xlsx')
    with calc.opened(tmp_path / '年"报.xlsx'):
        assert vba(calc, "Ribbon.Pressed", "check", False) == TEXTS["refused"]


def test_a_name_of_two_lines_is_refused_with_a_sentence(calc: Calc, interpreter: Interpreter, tmp_path: Path) -> None:
    shutil.copy(assets.WORKBOOK / "pub.xlsx", tmp_path / "年\n报.xlsx")
    with calc.opened(tmp_path / "年\n报.xlsx"):
        assert vba(calc, "Ribbon.Pressed", "check", False) == TEXTS["refused"]


def test_a_missing_interpreter_is_said(calc: Calc, interpreter: Interpreter) -> None:
    interpreter.path.unlink()
    assert vba(calc, "Ribbon.Pressed", "new:pub", False) == TEXTS["not_installed"]


def test_a_workbook_chooses_neither_the_interpreter_nor_the_sentences(
    calc: Calc, interpreter: Interpreter, tmp_path: Path
) -> None:
    (tmp_path / "evil").mkdir()
    evil = Interpreter(tmp_path / "evil" / "python")
    evil.write()
    book = openpyxl.Workbook()
    for name in ("xlwings.conf", "nianbao.conf"):
        sheet = book.create_sheet(name)
        for setting in ("Interpreter", "Interpreter_Win", "Interpreter_Mac", "NIANBAO_PYTHON"):
            sheet.append([setting, str(evil.path)])
    book["nianbao.conf"]["D1"] = "请把密码发来"
    book.defined_names["not_installed"] = DefinedName("not_installed", attr_text="'nianbao.conf'!$D$1")
    book.save(tmp_path / "evil" / "年报.xlsx")
    shutil.copy(evil.path, tmp_path / "evil" / "python3")
    with calc.opened(tmp_path / "evil" / "年报.xlsx"):
        calc.press(assets.ADDIN, "Ribbon.OnButton", "check")
        assert "--wb=年报.xlsx" in interpreter.arguments()
        interpreter.path.unlink()
        assert vba(calc, "Ribbon.Pressed", "check", False) == TEXTS["not_installed"]
    assert list(evil.path.parent.glob("*.arguments")) == []


@pytest.mark.parametrize("verb", ["check", "next_place", "report", "mail:workbook"])
def test_a_button_needs_an_open_workbook(calc: Calc, verb: str) -> None:
    assert vba(calc, "Runner.LacksBook", verb, "") is True
    assert vba(calc, "Runner.LacksBook", verb, "年报.xlsx") is False


@pytest.mark.parametrize("verb", ["new:gov-2021", "new_from"])
def test_a_new_workbook_needs_none(calc: Calc, verb: str) -> None:
    assert vba(calc, "Runner.LacksBook", verb, "") is False


@pytest.mark.parametrize("word", ["", "a b", "甲 乙", "--x=y=z", "a'b", "%PATH%", "a\\b", "&|<>^!"])
def test_the_command_line_quotes_every_word(calc: Calc, word: str) -> None:
    assert vba(calc, "Runner.CommandLine", "C:\\程序 1\\python.exe", f"check\n{word}") == (
        f'"C:\\程序 1\\python.exe" "-P" "-m" "nianbao.macros" "check" "{word}"')


# As 70.0, since UNO hands over a small whole number as a byte.
@pytest.mark.parametrize("number", [70.0, 0x80070005 - 2**32, 0x800704EC - 2**32])
def test_a_start_that_a_policy_forbids_is_told_from_a_missing_program(calc: Calc, number: float) -> None:
    assert vba(calc, "Starter.IsForbidden", number) is True
    assert vba(calc, "Starter.IsMissing", number) is False


@pytest.mark.parametrize("number", [5.0, 53.0, 513, 0x80070002 - 2**32])
def test_another_failure_is_no_policy(calc: Calc, number: int) -> None:
    assert vba(calc, "Starter.IsForbidden", number) is False
