"""Finding the LibreOffice and the workbook in which a button was pressed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest
import xlwings as xw

from nianbao import assets
from nianbao.errors import InputError
from nianbao.hosts.libreoffice import TellingWhenGone, attach, start
from nianbao.hosts.libreoffice.bridge import connect, properties

Open = Callable[..., xw.Book]


def python(code: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own that is not in the project's folder."""
    return subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=assets.FORMS, capture_output=True, encoding="utf-8", timeout=60,
        env={**os.environ, "PYTHONUTF8": "1", **settings},
    )


@pytest.mark.parametrize("name", ["年报.xlsx", "2024 年 报告.xlsx", "R&D 100%.xlsx"])
def test_the_calling_workbook_is_found_by_its_name(name: str, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    book = opened("gov-2021.xlsx", name)
    opened("gov-2019.xlsx")
    monkeypatch.setattr(sys, "argv", ["macros", "check", f"--wb={name}", "--from_xl=1", "--app=libreoffice:x"])
    assert xw.Book.caller().fullname == book.fullname


def test_a_calling_workbook_that_was_never_saved_is_found(book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["macros", f"--wb={book.name}", "--from_xl=1"])
    assert xw.Book.caller() == book
    assert book.fullname == book.name


def test_two_workbooks_of_one_name_are_told_apart_by_their_ids(calc: xw.App, pipe: str, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(assets.WORKBOOK / "gov-2021.xlsx", tmp_path / folder / "a=b 年报.xlsx")
        calc.impl.books.open(str(tmp_path / folder / "a=b 年报.xlsx"))
    for book in list(calc.books):
        found = attach(pipe, book.impl.document)
        assert found is not None
        assert found.fullname == book.fullname
    assert len({book.impl.document for book in calc.books}) == 2


def test_no_bridge_is_left_when_python_takes_itself_down(pipe: str) -> None:
    """Their threads crashed it now and then, after the work was done and told."""
    done = python(f"""
import atexit
def left():
    factory = service(uno().getComponentContext(), "com.sun.star.bridge.BridgeFactory")
    print(len(factory.getExistingBridges()))
atexit.register(left)  # what is registered first is done last
from nianbao.hosts.libreoffice import attach
from nianbao.hosts.libreoffice.bridge import service, uno
attach({pipe!r})
left()
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n0\n", "")


def test_a_hidden_workbook_is_found_too(calc: xw.App, pipe: str) -> None:
    hidden = calc.api.loadComponentFromURL("private:factory/scalc", "_blank", 0, properties(Hidden=True))
    found = attach(pipe, hidden.RuntimeUID)
    assert found is not None
    assert found.sheets[0].name == "Sheet1"


def test_a_workbook_that_was_closed_meanwhile_is_told(calc: xw.App, pipe: str) -> None:
    book = calc.books.add()
    document = book.impl.document
    book.close()
    with pytest.raises(InputError, match="已经关闭"):
        attach(pipe, document)


def test_attaching_twice_gives_one_application(calc: xw.App, pipe: str) -> None:
    assert attach(pipe) is None
    assert xw.apps.keys() == [calc.pid]
    assert xw.apps[calc.pid] == calc


def test_a_pipe_on_which_nobody_listens_is_told_soon() -> None:
    with pytest.raises(InputError, match="没有应答"):
        connect("nianbao-nobody", seconds=0.2)


def test_a_second_libreoffice_is_another_application_until_it_ends(calc: xw.App, pipe: str, tmp_path: Path) -> None:
    shutil.copy(assets.WORKBOOK / "gov-2021.xlsx", tmp_path)
    with start(visible=False) as second:
        assert xw.apps.active == second
        assert len(xw.apps) == 2
        assert (second.visible, len(second.books)) == (False, 0)
        book = xw.Book(tmp_path / "gov-2021.xlsx")
        assert book.app == second
        assert [b.name for b in second.books] == ["gov-2021.xlsx"]
        attach(pipe)
        assert xw.apps.active == calc
        profile = second.impl._process.profile
    assert xw.apps.keys() == [calc.pid]
    assert not profile.exists()


def test_a_libreoffice_that_ends_in_the_middle_of_the_work_is_told(calc: xw.App, pipe: str) -> None:
    lost = start(visible=False)
    book = lost.books.add()
    with pytest.raises(InputError, match="已经关闭"), TellingWhenGone(), lost.properties(display_alerts=False):
        lost.impl._process.kill()
        book.sheets[0].range("A1").value = 1
    assert xw.apps.keys() == [calc.pid]
    attach(pipe)


def test_a_window_is_not_promised_where_there_is_no_screen(calc: xw.App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(InputError, match="没有图形界面"):
        xw.App()


def test_everything_works_without_pandas_and_numpy(pipe: str, calc: xw.App, opened: Open) -> None:
    book = opened("gov-2021-county.xlsx")
    code = f"""
import builtins, sys
sys.modules["pandas"] = sys.modules["numpy"] = None
statement, searched = builtins.__import__, list(sys.path)
from nianbao.hosts.libreoffice import attach
book = attach({pipe!r}, {book.impl.document!r})
print(book.sheets[1].name, len(book.sheets["申请情况"].used_range.value))
assert builtins.__import__ is statement and sys.path == searched
"""
    done = python(code)
    assert (done.stdout, done.stderr) == ("单位信息 35\n", "")


# ---------------------------------------------------------------- uno


LOAD = """
from nianbao.errors import InputError
from nianbao.hosts.libreoffice.bridge import uno
try:
    print(uno().getComponentContext() is not None)
except InputError as error:
    print(error.code, error)
"""


def test_uno_is_loaded_from_the_file_that_libreoffice_names(tmp_path: Path) -> None:
    """As it lies in other distributions: without Debian's lines at its top, which name the program's folder."""
    text = Path("/usr/lib/python3/dist-packages/uno.py").read_text("utf-8")
    plain = re.sub(r"\A(?:import sys, os|sys\.path\.append.*|os\.putenv.*|\n)*", "", text)
    assert len(plain) < len(text)
    (tmp_path / "uno.py").write_text(plain, "utf-8")
    done = python(LOAD + "print(uno().__file__)", NIANBAO_UNO=str(tmp_path / "uno.py"))
    assert (done.stdout, done.stderr) == (f"True\n{tmp_path / 'uno.py'}\n", "")


def test_an_empty_package_named_uno_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "uno").mkdir()
    done = python("import uno\n" + LOAD, PYTHONPATH=str(tmp_path))
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_uno_for_another_python_is_told_before_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "uno.py").write_text("raise SystemExit('loaded')")
    (tmp_path / "pyuno.so").write_bytes(b"\0libpython3.8.so.1.0\0")
    done = python(LOAD, NIANBAO_UNO=str(tmp_path / "uno.py"))
    assert done.stdout.startswith("uno-version LibreOffice 需要 Python 3.8，现在是 3.")


def test_a_missing_uno_is_told(tmp_path: Path) -> None:
    done = python(LOAD, NIANBAO_UNO=str(tmp_path / "uno.py"))
    assert done.stdout.startswith("no-uno 没有找到 LibreOffice 与 Python 之间的桥")


def test_a_broken_uno_is_told(tmp_path: Path) -> None:
    (tmp_path / "uno.py").write_text("import pyuno_of_nowhere")
    done = python(LOAD, NIANBAO_UNO=str(tmp_path / "uno.py"))
    assert done.stdout.startswith("uno-broken LibreOffice 的 uno 无法装入")
