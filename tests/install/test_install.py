"""The buttons of a pip installation: where they go, that they come back, and LibreOffice's half for real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import pytest

from nianbao import assets
from nianbao.errors import CallError, InputError
from nianbao.install import extension, laid
from nianbao.install.parts import applescript, excel_parts, interpreter_beside
from nianbao.install.places import places_of

PACKAGE = Path(assets.__file__).parent
NOBODY = 65534  # `unopkg` refuses root
SYSTEM_PYTHON = "/usr/bin/python3"  # one that this user may run


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder; an empty folder counts as one that ends in a slash."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            found[name] = path.read_bytes()
        elif not any(path.iterdir()):
            found[f"{name}/"] = b""
    return found


@pytest.fixture
def addin(tmp_path: Path) -> Path:
    path = tmp_path / "source" / "nianbao.xlam"
    path.parent.mkdir()
    path.write_bytes(b"version 1")
    return path


# ---------------------------------------------------------------- where things go


def test_windows_names_the_folders_of_the_user_even_when_they_were_moved(tmp_path: Path) -> None:
    moved = places_of("win32", tmp_path, {"APPDATA": "/r", "LOCALAPPDATA": "/l"})
    usual = places_of("win32", tmp_path, {})
    assert (moved.own, moved.startup) == (Path("/l/nianbao"), Path("/r/Microsoft/Excel/XLSTART"))
    assert usual.own == tmp_path / "AppData/Local/nianbao"
    assert usual.startup == tmp_path / "AppData/Roaming/Microsoft/Excel/XLSTART"


def test_linux_has_no_folder_of_excel_and_follows_the_users_settings() -> None:
    assert places_of("linux", Path("/h"), {}).interpreter == Path("/h/.config/nianbao/interpreter.txt")
    assert places_of("linux", Path("/h"), {"XDG_CONFIG_HOME": "/c"}).own == Path("/c/nianbao")
    assert places_of("linux", Path("/h"), {}).startup is None


def test_windows_gets_the_add_in_and_gives_it_back(tmp_path: Path, addin: Path) -> None:
    places = places_of("win32", tmp_path / "home", {})
    laid.lay(places.record, excel_parts(places, Path("python.exe"), addin))
    assert contents(tmp_path / "home")["AppData/Roaming/Microsoft/Excel/XLSTART/nianbao.xlam"] == b"version 1"
    assert places.startup is not None
    assert laid.take_back(places.record) == ([places.startup / "nianbao.xlam"], [])
    assert not (tmp_path / "home").exists()


def test_macos_gets_the_add_in_and_a_script_in_the_folders_excel_allows(tmp_path: Path, addin: Path) -> None:
    places = places_of("darwin", tmp_path / "home", {})
    laid.lay(places.record, excel_parts(places, Path("/opt/python3"), addin))
    found = contents(tmp_path / "home" / "Library")
    startup = "Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel/nianbao.xlam"
    assert found[startup] == b"version 1"
    assert b'"/opt/python3"' in found["Application Scripts/com.microsoft.Excel/nianbao.applescript"]
    assert len(laid.take_back(places.record)[0]) == 2
    assert not (tmp_path / "home").exists()


def test_the_script_holds_the_interpreter_as_a_literal_that_cannot_end_early() -> None:
    assert r'quoted form of "/a \"b\\c/python3" & " -P -m nianbao.macros"' in applescript(Path('/a "b\\c/python3'))


def test_the_add_in_calls_the_script_by_the_name_of_its_handler() -> None:
    starter = (assets.OFFICE / "Starter.bas").read_text("ascii")
    [(file, handler)] = re.findall(r'AppleScriptTask "(.+?)", "(.+?)"', starter)
    assert file == "nianbao.applescript"
    assert f"on {handler}(" in applescript(Path("/python3"))


def test_the_python_without_a_window_is_taken_where_there_is_one(tmp_path: Path) -> None:
    assert interpreter_beside(tmp_path / "python.exe") == tmp_path / "python.exe"
    (tmp_path / "pythonw.exe").touch()
    assert interpreter_beside(tmp_path / "python.exe") == tmp_path / "pythonw.exe"


# ---------------------------------------------------------------- laid down and taken back


def test_laying_down_again_changes_nothing_and_a_new_version_replaces_the_old(tmp_path: Path) -> None:
    record, file = tmp_path / "own" / "installed.json", tmp_path / "there" / "a"
    laid.lay(record, {file: b"1"})
    before = contents(tmp_path)
    laid.lay(record, {file: b"1"})
    assert contents(tmp_path) == before
    laid.lay(record, {file: b"2"})
    assert file.read_bytes() == b"2"
    assert laid.take_back(record) == ([file], [])
    assert contents(tmp_path) == {}


def test_a_file_of_somebody_else_stays_and_nothing_else_is_laid_down(tmp_path: Path) -> None:
    record, ours, theirs = tmp_path / "installed.json", tmp_path / "a", tmp_path / "b"
    theirs.write_bytes(b"theirs")
    with pytest.raises(CallError, match="b”已存在.*请移走后重新安装"):
        laid.lay(record, {ours: b"1", theirs: b"1"})
    assert contents(tmp_path) == {"b": b"theirs"}


def test_a_file_that_was_changed_is_neither_replaced_nor_removed(tmp_path: Path) -> None:
    record, file = tmp_path / "installed.json", tmp_path / "a"
    laid.lay(record, {file: b"1"})
    file.write_bytes(b"changed")
    with pytest.raises(CallError):
        laid.lay(record, {file: b"2"})
    assert laid.take_back(record) == ([], [file])
    assert contents(tmp_path) == {"a": b"changed"}


def test_an_equal_file_is_taken_for_ours(tmp_path: Path) -> None:
    record, file = tmp_path / "installed.json", tmp_path / "a"
    file.write_bytes(b"1")
    laid.lay(record, {file: b"1"})
    assert laid.take_back(record) == ([file], [])


def test_folders_stay_that_were_there_or_hold_something_of_the_clerks(tmp_path: Path) -> None:
    record = tmp_path / "own" / "installed.json"
    (tmp_path / "excel").mkdir()
    laid.lay(record, {tmp_path / "excel" / "start" / "a": b"1", tmp_path / "made" / "b": b"1"})
    (tmp_path / "own" / "nianbao-20260101.log").write_bytes(b"log")
    laid.take_back(record)
    assert contents(tmp_path) == {"excel/": b"", "own/nianbao-20260101.log": b"log"}


def test_a_damaged_record_is_said_and_nothing_is_touched(tmp_path: Path) -> None:
    record = tmp_path / "installed.json"
    record.write_bytes(b'{"files": ')
    with pytest.raises(InputError, match="安装记录.*已损坏"):
        laid.take_back(record)
    assert contents(tmp_path) == {"installed.json": b'{"files": '}


# ---------------------------------------------------------------- as an ordinary user


@dataclass(frozen=True)
class User:
    """Somebody who is not root, with a home folder of his own."""

    home: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        ordinary: Any = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        return subprocess.run(
            command, cwd=self.home, env=self.environment, capture_output=True, encoding="utf-8", timeout=120, **ordinary
        )

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run code with a copy of the package, since the checkout may lie where this user cannot look."""
        return self.run(SYSTEM_PYTHON, "-B", "-c", code)

    def says(self, verb: str) -> list[str]:
        """Return what `install` or `uninstall` says."""
        done = self.python(f"from nianbao.install import {verb}\nprint(*{verb}(), sep='\\n')")
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(self.home.parent / "addin"),
        }  # fmt: skip


@pytest.fixture
def user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """A folder that an ordinary user reaches: pytest closes its own to everybody else."""
    folder = Path("/tmp") / f"nianbao-user-{os.getpid()}-{tmp_path_factory.mktemp('user').name}"
    (folder / "addin").mkdir(parents=True)
    shutil.copytree(PACKAGE, folder / "addin" / "nianbao", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "addin" / "libreoffice").mkdir()
    shutil.copy(assets.EXTENSION, folder / "addin" / "libreoffice")
    (folder / "home").mkdir()
    if os.geteuid() == 0:
        os.chown(folder / "home", NOBODY, NOBODY)
    try:
        yield User(folder / "home")
    finally:
        shutil.rmtree(folder)


def test_a_file_in_use_is_a_sentence(user: User) -> None:
    closed = user.home / "closed"
    closed.mkdir()
    done = user.python(
        "from pathlib import Path\nfrom nianbao import errors\nfrom nianbao.install import laid\n"
        f"try: laid.lay(Path('installed.json'), {{Path({str(closed)!r}) / 'nianbao.xlam': b'1'}})\n"
        "except errors.LockedError as error: print(error)"
    )
    assert (done.stdout, done.stderr) == ("“nianbao.xlam”正在使用或不允许改动，请关闭 Excel 和 LibreOffice 后重试。\n", "")


def test_libreoffice_gets_its_buttons_twice_and_gives_them_back(user: User) -> None:
    identifier = extension.identifier_of(assets.EXTENSION)
    done = ["LibreOffice 的按钮已装好，重新打开 LibreOffice 后可用。"]
    interpreter = user.home / ".config" / "nianbao" / "interpreter.txt"
    assert user.says("install") == done
    assert interpreter.read_text("utf-8") == f"{SYSTEM_PYTHON}\n"
    assert user.says("install") == done
    assert f"Identifier: {identifier}" in user.run("unopkg", "list", identifier).stdout
    assert user.says("uninstall") == [f"已删除“{interpreter}”。", "LibreOffice 的按钮已卸载。"]
    assert user.run("unopkg", "list", identifier).returncode != 0
    assert [path.name for path in (user.home / ".config").iterdir()] == ["libreoffice"]
    assert user.says("uninstall") == ["没有找到 nianbao install 装过的按钮，没有改动任何文件。"]


def test_an_extension_that_libreoffice_refuses_is_a_sentence(user: User) -> None:
    (user.home.parent / "addin" / "libreoffice" / "nianbao.oxt").write_bytes(b"no package")
    done = user.python(
        "from nianbao import errors\nfrom nianbao.install import install\n"
        "try: install()\nexcept errors.NianbaoError as error: print(error)"
    )
    assert done.stdout.startswith("LibreOffice 的按钮没有装上，其余已装好")
    assert done.stderr == ""
