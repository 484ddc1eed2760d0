"""The buttons in a real LibreOffice: what each starts, in which document, and what is said when nothing can start."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tomllib
from pathlib import Path
from typing import Any, Callable

import pytest

from live.desktop import Desktop, running
from live.standin import Standin
from nianbao import assets, form as forms

BUTTONS = tomllib.loads(assets.BUTTONS.read_text("utf-8"))["button"]
SAMPLE = sorted(assets.SAMPLES.glob("gov-2021*.xlsx"))[0]
FORMS = [(form.name, f"new:{form.id}") for form in reversed(forms.all_forms())]


def items_of(button: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and verb of each item that opens no dialog."""
    found: list[tuple[str, str]] = []
    for item in button["items"]:
        if item.get("forms"):
            found += FORMS
        elif not item.get("asks_file"):
            found.append((item["label"], item["verb"]))
    return found


PLAIN = [(b["label"], b["verb"]) for b in BUTTONS if "verb" in b]
NESTED = [(b["label"], label, verb) for b in BUTTONS if "items" in b for label, verb in items_of(b)]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return Path(shutil.copy(SAMPLE, tmp_path / "2024年报.xlsx"))


def started(desktop: Desktop, standin: Standin, count: int = 1) -> list[str]:
    """Return the arguments of the newest start, once there were so many."""
    starts = desktop.wait_for(lambda: s if len(s := standin.starts()) >= count else None, "a process to be started")
    assert len(starts) == count
    arguments: list[str] = starts[-1]["arguments"]
    return arguments


def expected(verb: str, name: str, document: str, arguments: list[str], *more: str) -> list[str]:
    """The agreed command line; only the pipe has a name of its own."""
    [app] = [a for a in arguments if a.startswith("--app=")]
    assert re.fullmatch("--app=libreoffice:nianbao-[0-9a-f]{32}", app)
    rest = [f"--document={document}"] if document else []
    return ["-P", "-m", "nianbao.macros", verb, f"--wb={name}", "--from_xl=1", app, "--hwnd=0", *more, *rest]


# ---------------------------------------------------------------- what a button starts


def test_the_toolbar_shows_every_button_in_its_order(desktop: Desktop, workbook: Path) -> None:
    desktop.open(workbook)
    assert [tool.name for tool in desktop.tools()] == [button["label"] for button in BUTTONS]


@pytest.mark.parametrize("label, verb", PLAIN)
def test_a_button_starts_its_verb(desktop: Desktop, standin: Standin, workbook: Path, label: str, verb: str) -> None:
    document = desktop.open(workbook)
    desktop.press(label)
    found = started(desktop, standin)
    assert found == expected(verb, workbook.name, document, found)


@pytest.mark.parametrize("label, verb", PLAIN)
def test_a_menu_item_starts_its_verb(desktop: Desktop, standin: Standin, workbook: Path, label: str, verb: str) -> None:
    document = desktop.open(workbook)
    desktop.menu(label)
    found = started(desktop, standin)
    assert found == expected(verb, workbook.name, document, found)


def test_each_item_of_a_button_and_of_its_submenu_starts_its_verb(
    desktop: Desktop, standin: Standin, workbook: Path
) -> None:
    document, count = desktop.open(workbook), 0
    for button, label, verb in NESTED:
        desktop.press(button)
        desktop.choose(label)
        found = started(desktop, standin, count := count + 1)
        assert found == expected(verb, workbook.name, document, found)
        desktop.menu(button, label)
        found = started(desktop, standin, count := count + 1)
        assert found == expected(verb, workbook.name, document, found)


def test_a_button_with_items_shows_them_right_below_it(desktop: Desktop, standin: Standin, workbook: Path) -> None:
    desktop.open(workbook)
    [tool] = [t for t in desktop.tools() if t.name == "新建"]
    desktop.press("新建")
    assert desktop.wait_for(desktop.items, "the items") == ["从上年文件新建…", *(name for name, _ in FORMS)]
    desktop.picture("items")
    [first] = [e for e in desktop.elements() if e.name == "从上年文件新建…"]
    assert abs(first.area[0] - tool.area[0]) < 10
    assert abs(first.area[1] - tool.area[1] - tool.area[3]) < 10
    desktop.escape()
    assert standin.starts() == []


def test_an_item_that_asks_for_a_file_passes_it(desktop: Desktop, standin: Standin, workbook: Path) -> None:
    last_year = Path(shutil.copy(SAMPLE, workbook.with_name("a b=c.xlsx")))
    document = desktop.open(workbook)
    desktop.press("新建")
    desktop.choose("从上年文件新建…")
    desktop.wait_for(desktop.box, "the dialog")
    desktop.picture("file")
    desktop.type_name(last_year)
    found = started(desktop, standin)
    assert found == expected("new_from", workbook.name, document, found, f"--file={last_year}")


def test_no_file_chosen_starts_nothing(desktop: Desktop, standin: Standin, workbook: Path) -> None:
    desktop.open(workbook)
    desktop.menu("新建", "从上年文件新建…")
    desktop.answer("取消")
    desktop.press("校验")
    assert started(desktop, standin)[3] == "check"


# ---------------------------------------------------------------- in which document


def test_the_document_in_whose_window_the_button_is_pressed_is_passed(
    desktop: Desktop, standin: Standin, workbook: Path
) -> None:
    other = Path(shutil.copy(SAMPLE, workbook.with_name("other.xlsx")))
    first, second = desktop.open(workbook), desktop.open(other)
    desktop.press("校验")
    found = started(desktop, standin)
    assert found == expected("check", other.name, second, found)
    desktop.front(first)
    desktop.press("校验")
    again = started(desktop, standin, 2)
    assert again == expected("check", workbook.name, first, found)


@pytest.mark.parametrize("name", ["某县某局 2024年度=“终稿”.xlsx", "a'b\"c%20&d #1?.xlsx", "--wb=x.xlsx", "$(touch x);.xlsx"])
def test_the_name_of_a_document_arrives_as_it_is(desktop: Desktop, standin: Standin, workbook: Path, name: str) -> None:
    document = desktop.open(workbook.rename(workbook.with_name(name)))
    desktop.press("校验")
    found = started(desktop, standin)
    assert found == expected("check", name, document, found)


def test_a_spreadsheet_that_was_never_saved_goes_by_its_title(desktop: Desktop, standin: Standin) -> None:
    document = desktop.new()
    desktop.press("校验")
    found = started(desktop, standin)
    title = found[4].removeprefix("--wb=")
    assert found == expected("check", title, document, found)
    # Up to 7.4 a hyphen stands before the name of the program, later a dash.
    assert any(re.match(f"{re.escape(title)} [-—] ", e.name) for e in desktop.elements() if e.role == "ROOT_PANE")


def test_a_workbook_is_made_where_none_is_open(desktop: Desktop, standin: Standin, workbook: Path) -> None:
    desktop.open(workbook)
    desktop.close_window()
    label, verb = FORMS[0]
    desktop.menu("新建", label)
    found = started(desktop, standin)
    assert found == expected(verb, "", "", found)


# ---------------------------------------------------------------- how it is started


def test_the_process_has_a_session_of_its_own_and_no_setting_of_the_python_inside(
    desktop: Desktop, standin: Standin, workbook: Path
) -> None:
    desktop.open(workbook)
    desktop.press("校验")
    started(desktop, standin)
    [start] = standin.starts()
    environment = start["environment"]
    assert Path(environment["NIANBAO_UNO"]).name == "uno.py"
    assert Path(environment["NIANBAO_UNO"]).is_file()
    assert {"PYTHONPATH", "PYTHONHOME"} & set(environment) == set()
    assert start["session"] not in (os.getsid(0), os.getsid(desktop.process))


def test_the_window_can_be_typed_into_while_the_process_runs(
    desktop: Desktop, standin: Standin, workbook: Path
) -> None:
    desktop.open(workbook)
    standin.wait()
    desktop.press("校验")
    started(desktop, standin)
    desktop.type_in("情况说明", "D5", "4321")
    desktop.wait_for(lambda: desktop.cell("情况说明", "D5") == "4321", "the number in its cell")
    standin.go_on()


def test_the_pipe_leads_to_this_libreoffice_and_is_the_same_at_every_press(
    desktop: Desktop, standin: Standin, workbook: Path
) -> None:
    document = desktop.open(workbook)
    desktop.press("校验")
    desktop.press("生成报告")
    started(desktop, standin, 2)
    first, second = ([a for a in s["arguments"] if a.startswith("--app=")] for s in standin.starts())
    assert first == second
    assert desktop.ask("connect", first[0].split(":")[1]) is True
    assert desktop.ask("documents") == [document]


# ---------------------------------------------------------------- what is said


def test_a_missing_installation_is_told(desktop: Desktop, workbook: Path) -> None:
    desktop.forget_interpreter()
    desktop.open(workbook)
    desktop.press("校验")
    desktop.wait_for(desktop.message, "a message")
    desktop.picture("not-installed")
    assert desktop.message() == "找不到年报程序，请先运行一次“nianbao install”，再按“校验”。"
    desktop.answer("确定")


def test_a_python_that_is_gone_is_told(desktop: Desktop, workbook: Path, tmp_path: Path) -> None:
    desktop.interpret_with(tmp_path / "gone")
    desktop.open(workbook)
    desktop.menu("生成报告")
    words = desktop.wait_for(desktop.message, "a message")
    assert words == f"年报程序不在原来的位置“{tmp_path / 'gone'}”，请重新运行一次“nianbao install”，再按“生成报告”。"
    desktop.answer("确定")


def test_a_file_that_is_no_program_is_told(desktop: Desktop, workbook: Path) -> None:
    desktop.interpret_with(workbook)
    desktop.open(workbook)
    desktop.press("校验")
    assert desktop.wait_for(desktop.message, "a message").startswith("“校验”没有运行成功（")
    desktop.answer("确定")


def test_a_process_that_fails_is_told_with_its_last_words(desktop: Desktop, standin: Standin, workbook: Path) -> None:
    standin.fail_with("Traceback\nModuleNotFoundError: No module named 'nianbao'\n")
    desktop.open(workbook)
    desktop.press("校验")
    words = desktop.wait_for(desktop.message, "a message")
    desktop.picture("failed")
    assert words.startswith("“校验”没有运行成功（ModuleNotFoundError: No module named 'nianbao'），请重新运行")
    desktop.answer("确定")


def test_a_libreoffice_without_python_says_what_to_install(public_folder: Callable[[], Path], workbook: Path) -> None:
    """The registry of services is given without the one file that Debian's package python3-uno adds."""
    services = Path(shutil.which("soffice") or "").resolve().parents[1] / "program" / "services"
    kept = " ".join(path.as_uri() for path in services.glob("*.rdb") if path.name != "pyuno.rdb")
    assert (services / "pyuno.rdb").is_file()
    with running(public_folder(), f"-env:URE_MORE_SERVICES={kept}") as desktop:
        desktop.open(workbook)
        desktop.press("校验")
        words = desktop.wait_for(desktop.message, "a message")
        desktop.picture("no-python")
        assert words.startswith("LibreOffice 缺少 Python 支持，按钮暂时不能用，请安装软件包 python3-uno")
        desktop.answer("确定")


def test_the_pipe_is_the_users_alone_and_goes_when_libreoffice_ends(
    public_folder: Callable[[], Path], workbook: Path, tmp_path: Path
) -> None:
    with running(public_folder(), umask=0) as desktop:
        standin = Standin.make(tmp_path / "python")
        desktop.interpret_with(standin.program)
        desktop.open(workbook)
        desktop.press("校验")
        name = started(desktop, standin)[6].split(":")[1]
        [pipe] = Path("/tmp").glob(f"OSL_PIPE_*{name}")
        assert stat.S_IMODE(pipe.stat().st_mode) & 0o077 == 0
        assert desktop.end() == 0
        assert not pipe.exists()
