"""The process that a button starts: which workbook it finds, what it loads, how it ends."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable, Iterator

import openpyxl
import pytest
import worked_example
import xlwings as xw

from nianbao.busy import working_on
from nianbao.excel import ids, results
from nianbao.excel.fill import workbook_bytes
from nianbao.hosts import libreoffice
from nianbao.report import from_dict

BROKEN = workbook_bytes(from_dict(worked_example.data(**worked_example.BROKEN)))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where locks and logs go."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "nianbao"


@pytest.fixture
def opened(calc: xw.App, tmp_path: Path) -> Iterator[Callable[[str], xw.Book]]:
    books: list[xw.Book] = []

    def open_it(name: str) -> xw.Book:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(BROKEN)
        books.append(calc.books.open(str(path)))
        return books[-1]

    yield open_it
    for book in books:
        book.close()


def press(calc: xw.App, verb: str, *arguments: str, pipe: str = "") -> subprocess.CompletedProcess[str]:
    """Start the process of a button, as the add-in does."""
    app = f"--app=libreoffice:{pipe or calc.impl.pipe}"
    command = [sys.executable, "-P", "-m", "nianbao.macros", verb, "--from_xl=1", app, "--hwnd=0", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)


def listed(book: xw.Book) -> bool:
    """Whether a check has written to the result sheet."""
    return book.sheets[ids.RESULTS].range((results.SUMMARY_ROW + 1, results.LEFT + 1)).value != results.NOT_YET


@pytest.mark.parametrize("name", ["年报.xlsx", "2024 年 报告.xlsx", "a=b=c.xlsx", "R&D 100%PATH%.xlsx", "Ａ“引号”'.xlsx"])
def test_the_workbook_is_found_by_its_name(name: str, opened: Callable[[str], xw.Book], calc: xw.App) -> None:
    book = opened(name)
    done = press(calc, "check", f"--wb={book.name}")
    assert (done.returncode, done.stderr) == (0, "")
    assert listed(book)


def test_of_two_workbooks_with_one_name_the_one_that_was_pressed_in_is_found(
    opened: Callable[[str], xw.Book], calc: xw.App, tmp_path: Path
) -> None:
    first, other = opened("甲/年报.xlsx"), tmp_path / "年报.xlsx"
    other.write_bytes(BROKEN)
    libreoffice.show(other)  # Excel, and so xlwings, opens no two of one name
    second = next(book for book in calc.books if book.fullname == str(other))
    press(calc, "check", "--wb=年报.xlsx", f"--document={first.impl.document}")
    assert (listed(first), listed(second)) == (True, False)
    second.close()


def test_a_click_loads_no_heavy_library(opened: Callable[[str], xw.Book], calc: xw.App) -> None:
    book = opened("年报.xlsx")
    code = (
        "import sys; from nianbao.macros import main;"
        f"main(['check', '--wb={book.name}', '--from_xl=1', '--app=libreoffice:{calc.impl.pipe}']);"
        "print(*sorted({name.split('.')[0] for name, module in sys.modules.items() if module}))"
    )
    arguments = [f"--wb={book.name}", "--from_xl=1"]  # xlwings reads them from the process
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", timeout=60)
    loaded = set(done.stdout.split())
    assert {"nianbao", "xlwings"} <= loaded
    assert loaded & {"pandas", "numpy", "matplotlib", "PIL", "openpyxl", "docx", "lxml"} == set()


def test_a_second_click_does_nothing_while_the_first_is_at_work(
    opened: Callable[[str], xw.Book], calc: xw.App
) -> None:
    book = opened("年报.xlsx")
    with working_on(f"libreoffice:{calc.impl.pipe}\n年报.xlsx\n"):
        assert press(calc, "check", "--wb=年报.xlsx").returncode == 0
        assert not listed(book)
    press(calc, "check", "--wb=年报.xlsx")
    assert listed(book)


def test_a_workbook_cannot_choose_which_program_is_started(
    calc: xw.App, tmp_path: Path, opened: Callable[[str], xw.Book]
) -> None:
    """`xlwings.conf` is a sheet from which the stock add-in takes the interpreter, and a module beside the workbook
    is what it would import."""
    path = tmp_path / "来路不明.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(BROKEN))
    sheet = book.create_sheet("xlwings.conf")
    witness = tmp_path / "witness"
    for line in (("Interpreter_Win", "cmd.exe"), ("Interpreter_Mac", "/bin/false"), ("PYTHONPATH", str(tmp_path))):
        sheet.append(line)
    book.save(path)
    for name in ("nianbao.py", "xlwings.py", "sitecustomize.py"):
        (tmp_path / name).write_text(f"open({str(witness)!r}, 'w')\n")
    live = calc.books.open(str(path))
    command = [sys.executable, "-P", "-m", "nianbao.macros", "check", f"--wb={live.name}", "--from_xl=1",
               f"--app=libreoffice:{calc.impl.pipe}", "--hwnd=0"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stderr, witness.exists()) == (0, "", False)
    assert listed(live)
    live.close()


def test_a_workbook_that_was_closed_meanwhile_is_told_and_no_trace_shown(calc: xw.App, state: Path) -> None:
    done = press(calc, "check", "--wb=没有.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(state.glob("*.log")) == []


def test_where_nobody_can_be_told_the_process_says_so_by_its_exit_code(calc: xw.App, state: Path) -> None:
    done = press(calc, "check", "--wb=年报.xlsx", pipe="nianbao-nobody-listens")
    assert (done.returncode, done.stderr) == (1, "LibreOffice 没有应答，请关闭 LibreOffice 后重新打开再试。\n")
    assert list(state.glob("*.log"))


def test_a_defect_ends_in_a_log_file_and_not_on_the_screen(
    opened: Callable[[str], xw.Book], calc: xw.App, state: Path, tmp_path: Path
) -> None:
    opened("年报.xlsx")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text("import nianbao.excel.live as live\nlive.read_open = lambda book: 1 / 0\n")
    env = {**os.environ, "PYTHONPATH": str(broken)}
    command = [sys.executable, "-m", "nianbao.macros", "check", "--wb=年报.xlsx", "--from_xl=1",
               f"--app=libreoffice:{calc.impl.pipe}"]
    done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    [log] = state.glob("*.log")
    assert "ZeroDivisionError" in log.read_text("utf-8")


def test_an_unknown_button_is_a_wrong_call(calc: xw.App) -> None:
    done = press(calc, "format_disk", "--wb=年报.xlsx")
    assert done.returncode == 2
