"""The installer for Windows: what it is built from, what it lays down and what it takes back, by Wine."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Iterator, Mapping

import pytest
from packaging.requirements import Requirement

import build_installer
import nianbao
from install import windows as windows_of
from install.windows import Windows
from nianbao import assets, form as forms

pytestmark = pytest.mark.xdist_group("wine")

ADDIN = {"nianbao/_office/nianbao.xlam": b"the add-in", "nianbao/_libreoffice/nianbao.oxt": b"the extension"}
SITE = "python/Lib/site-packages"
UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\nianbao"


def wheel(
    folder: Path, name: str, files: Mapping[str, bytes], *requires: str, version: str = "1.0", tag: str = "py3-none-any"
) -> Path:
    """Make a wheel with these files."""
    path = folder / f"{name}-{version}-{tag}.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    with zipfile.ZipFile(path, "w") as archive:
        for inside, content in {**files, f"{name}-{version}.dist-info/METADATA": "\n".join(lines).encode()}.items():
            archive.writestr(inside, content)
    return path


def embeddable(folder: Path, exit_code: int = 0) -> Path:
    """Make an embeddable Python that notes how it was called."""
    program = windows_of.python(folder / "python.exe", exit_code).read_bytes()
    path = folder / "python-3.11.9-embed-amd64.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("python.exe", "pythonw.exe"):
            archive.writestr(name, program)
        archive.writestr("python311._pth", "python311.zip\n.\n\n# Uncomment to run site.main()\n#import site\n")
    return path


# ---------------------------------------------------------------- what it is built from


def test_what_only_windows_needs_is_missed_and_what_no_button_needs_is_not(tmp_path: Path) -> None:
    own = wheel(tmp_path, "nianbao", ADDIN, "a>=1", "pandas>=2", "b; sys_platform=='linux'", "c; extra == 'mail'")
    a = wheel(tmp_path, "a", {}, "d; platform_system == 'Windows'", "e; python_version < '3.11'", "f>=2")
    f = wheel(tmp_path, "f", {})
    with pytest.raises(ValueError, match=r"^no wheel for d; platform_system == \"Windows\", f>=2$"):
        build_installer.build(embeddable(tmp_path), [own, a, f], tmp_path / "out.exe")
    assert not (tmp_path / "out.exe").exists()


def test_a_wheel_for_another_system_is_refused(tmp_path: Path) -> None:
    strange = wheel(tmp_path, "a", {}, tag="cp311-cp311-manylinux_2_17_x86_64")
    with pytest.raises(ValueError, match="a-1.0-cp311.* is not for Python 3.11 on Windows"):
        build_installer.build(embeddable(tmp_path), [strange], tmp_path / "out.exe")


def test_two_libraries_with_the_same_file_are_refused(tmp_path: Path) -> None:
    wheels = [wheel(tmp_path, "nianbao", ADDIN, "a"), wheel(tmp_path, "a", ADDIN)]
    with pytest.raises(ValueError, match="another library's"):
        build_installer.build(embeddable(tmp_path), wheels, tmp_path / "out.exe")


def test_a_wheel_without_the_buttons_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not hold .*nianbao.oxt, .*nianbao.xlam"):
        build_installer.build(embeddable(tmp_path), [wheel(tmp_path, "nianbao", {})], tmp_path / "out.exe")


def test_a_python_with_another_digest_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    python = embeddable(tmp_path)
    monkeypatch.setattr("sys.argv", ["installer", "--python", str(python), "--sha256", "0" * 64])
    assert build_installer.main() == 1
    said = capsys.readouterr()
    assert hashlib.sha256(python.read_bytes()).hexdigest() in said.out
    assert "is not the Python with the digest 000" in said.err


def test_a_zip_that_is_no_embeddable_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not an embeddable Python"):
        build_installer.build(wheel(tmp_path, "a", {}), [], tmp_path / "out.exe")


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    python, own = embeddable(tmp_path), wheel(tmp_path, "nianbao", ADDIN)
    for name in ("one.exe", "two.exe"):
        build_installer.build(python, [own], tmp_path / name)
    assert (tmp_path / "one.exe").read_bytes() == (tmp_path / "two.exe").read_bytes()


def test_the_command_builds_from_the_project_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    libraries = tmp_path / "wheels"
    libraries.mkdir()
    for requirement in map(Requirement, metadata.requires("nianbao") or []):
        if requirement.marker is None:
            least = next(s.version for s in requirement.specifier if s.operator == ">=")
            wheel(libraries, requirement.name.replace("-", "_"), {}, version=least)
    python, out = embeddable(tmp_path), tmp_path / "nianbao-setup.exe"
    monkeypatch.setattr("sys.argv", [
        "installer", "--python", str(python), "--sha256", hashlib.sha256(python.read_bytes()).hexdigest(),
        "--wheels", str(libraries), "-o", str(out),
    ])  # fmt: skip
    assert build_installer.main() == 0, capsys.readouterr().err
    said = capsys.readouterr().out.splitlines()
    assert said[-1].split() == [hashlib.sha256(out.read_bytes()).hexdigest(), f"{out.stat().st_size:,}", out.name]
    built_in = {line.split()[2].split("-")[0] for line in said[1:-1]}
    assert built_in >= {"nianbao", "lxml", "xlwings"}
    assert "pandas" not in built_in


# ---------------------------------------------------------------- what it does


@pytest.fixture(scope="module")
def machine() -> Iterator[Windows]:
    with windows_of.windows() as found:
        yield found


@pytest.fixture
def windows(machine: Windows) -> Iterator[Windows]:
    """A Windows where nothing of nianbao is before the test, nor after it."""
    yield machine
    for key in (r"HKCU\Software\nianbao", rf"HKCU\{UNINSTALL}"):
        machine.run(Path("reg"), "delete", key, "/f")
    for folder in (machine.local / "nianbao", machine.startup.parent, machine.menu / "信息公开年报", machine.disk / "程序"):
        shutil.rmtree(folder, ignore_errors=True)
    machine.calls()


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    own = wheel(folder, "nianbao", {**ADDIN, "nianbao/only_in_old.py": b"old", "nianbao/$odd name.txt": b"odd"}, "a")
    a = wheel(folder, "a", {
        "a/one.py": b"one", "a-1.0.data/purelib/a/two.py": b"two", "a-1.0.data/scripts/a": b"left out",
        "xlwings/pro/licence.py": b"left out", "xlwings/addin/xlwings.xlam": b"left out",
    })  # fmt: skip
    build_installer.build(embeddable(folder), [own, a, wheel(folder, "unneeded", {}, "absent")], folder / "out.exe")
    return folder / "out.exe"


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    own = wheel(folder, "nianbao", {**ADDIN, "nianbao/_office/nianbao.xlam": b"the new add-in"})
    build_installer.build(embeddable(folder), [own], folder / "out.exe")
    return folder / "out.exe"


def inside(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_lays_down_what_was_built_in_and_nothing_else(windows: Windows, old: Path) -> None:
    before = windows.files()
    assert windows.run(old, "/S") == 0
    laid = inside(windows.local / "nianbao")
    python = laid.pop("python/python.exe")
    assert laid.pop("python/pythonw.exe") == python
    del laid["uninstall.exe"]
    books = {f"空白工作簿/{f.name}.xlsx": (assets.WORKBOOK / f"{f.id}.xlsx").read_bytes() for f in forms.all_forms()}
    assert laid.pop("使用说明.txt").decode("utf-8-sig").startswith("# 填报人员使用说明\r\n")
    assert {name: laid.pop(name) for name in books} == books
    assert laid.pop("python/python311._pth") == b"python311.zip\r\n.\r\nimport site\r\n"
    assert {name: content for name, content in laid.items() if "dist-info" not in name} == {
        **{f"{SITE}/{name}": content for name, content in ADDIN.items()},
        f"{SITE}/nianbao/only_in_old.py": b"old", f"{SITE}/nianbao/$odd name.txt": b"odd",
        f"{SITE}/a/one.py": b"one", f"{SITE}/a/two.py": b"two",
    }  # fmt: skip
    elsewhere = {name for name in set(windows.files()) - set(before) if not name.startswith("AppData/Local/nianbao/")}
    menu = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/信息公开年报"
    assert elsewhere == {
        "AppData/Roaming/Microsoft/Excel/XLSTART/nianbao.xlam",
        f"{menu}/使用说明.lnk", f"{menu}/新建工作簿.lnk", f"{menu}/卸载.lnk",
    }  # fmt: skip
    assert (windows.startup / "nianbao.xlam").read_bytes() == ADDIN["nianbao/_office/nianbao.xlam"]


def test_it_tells_the_add_in_where_python_is_and_windows_how_to_uninstall(windows: Windows, old: Path) -> None:
    windows.run(old, "/S")
    registry, home = windows.registry(), rf"C:\\users\\{windows.home.name}\\AppData\\Local\\nianbao"
    assert registry[r"Software\nianbao"] == [rf'"Python"="{home}\\python\\pythonw.exe"']
    assert rf'"UninstallString"="\"{home}\\uninstall.exe\""' in registry[UNINSTALL]
    assert f'"DisplayVersion"="{nianbao.__version__}"' in registry[UNINSTALL]


def test_it_calls_python_for_the_rest_and_so_does_the_uninstaller(windows: Windows, old: Path) -> None:
    windows.run(old, "/S")
    assert windows.calls() == ["-P -m nianbao install"]
    windows.uninstall(windows.local / "nianbao")
    assert windows.calls() == ["-P -m nianbao uninstall"]


def test_the_uninstaller_leaves_neither_files_nor_folders_nor_registry_keys(windows: Windows, old: Path) -> None:
    before = windows.files(), windows.registry()
    windows.run(old, "/S")
    assert before[0].items() < windows.files().items()
    compiled = windows.local / "nianbao" / SITE / "a" / "__pycache__"
    compiled.mkdir()
    (compiled / "one.cpython-311.pyc").write_bytes(b"compiled by Python when it ran")
    windows.uninstall(windows.local / "nianbao")
    assert (windows.files(), windows.registry()) == before


def test_the_uninstaller_leaves_the_clerks_files_alone(windows: Windows, old: Path) -> None:
    before, home = windows.files(), windows.local / "nianbao"
    windows.run(old, "/S")
    own = [home / "nianbao-20260101.log", home / "空白工作簿" / "我的.xlsx", home / SITE / "a" / "我的.txt"]
    own += [windows.startup / "别的.xlam"]
    for path in own:
        path.write_bytes(b"mine")
    windows.uninstall(home)
    mine = {path.relative_to(windows.home).as_posix(): b"mine" for path in own}
    assert windows.files() == {**before, **mine}


def test_an_older_version_is_replaced_as_a_whole(windows: Windows, old: Path, new: Path) -> None:
    windows.run(old, "/S")
    assert windows.run(new, "/S") == 0
    assert windows.calls() == [f"-P -m nianbao {verb}" for verb in ("install", "uninstall", "install")]
    assert (windows.startup / "nianbao.xlam").read_bytes() == b"the new add-in"
    found = inside(windows.local / "nianbao")
    assert f"{SITE}/nianbao/only_in_old.py" not in found
    assert f"{SITE}/nianbao/_office/nianbao.xlam" in found


def test_while_excel_is_open_nothing_is_changed(windows: Windows, old: Path, new: Path, tmp_path: Path) -> None:
    windows.run(old, "/S")
    before = windows.files(), windows.registry()
    with windows.excel(windows_of.excel(tmp_path / "excel.exe")):
        assert windows.run(new, "/S") == 2
        home = rf"C:\users\{windows.home.name}\AppData\Local\nianbao"
        assert windows.run(windows.local / "nianbao" / "uninstall.exe", "/S", f"_?={home}") == 2
    assert (windows.files(), windows.registry()) == before


def test_an_add_in_of_that_name_that_it_did_not_lay_down_stays(windows: Windows, old: Path) -> None:
    windows.startup.mkdir(parents=True)
    (windows.startup / "nianbao.xlam").write_bytes(b"theirs")
    before = windows.files()
    assert windows.run(old, "/S") == 2
    assert windows.files() == before


def test_it_says_when_its_python_does_not_do_its_part(windows: Windows, tmp_path: Path) -> None:
    build_installer.build(embeddable(tmp_path, exit_code=1), [wheel(tmp_path, "nianbao", ADDIN)], tmp_path / "out.exe")
    assert windows.run(tmp_path / "out.exe", "/S") == 3
    assert (windows.startup / "nianbao.xlam").exists()


def test_a_folder_with_chinese_characters_will_do(windows: Windows, old: Path) -> None:
    assert windows.run(old, "/S", r"/D=C:\程序\nianbao") == 0
    assert windows.registry()[r"Software\nianbao"] == [r'"Python"="C:\\程序\\nianbao\\python\\pythonw.exe"']
    assert windows.calls() == ["-P -m nianbao install"]
    windows.uninstall(windows.disk / "程序" / "nianbao")
    assert list((windows.disk / "程序").iterdir()) == []


def test_for_all_users_it_lies_where_policies_let_programs_run_and_in_both_views_of_the_registry(
    windows: Windows, old: Path
) -> None:
    office = windows.disk / "Program Files" / "Microsoft Office" / "root" / "Office16"
    office.mkdir(parents=True)
    excel = r"HKLM\Software\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
    before = windows.files(), windows.registry()
    assert windows.run(old, "/S", "/AllUsers") == 2  # there is no Excel
    path = r"C:\Program Files\Microsoft Office\root\Office16" + "\\"
    assert windows.run(Path("reg"), "add", excel, "/v", "Path", "/d", path, "/f") == 0
    try:
        assert windows.run(old, "/S", "/AllUsers") == 0
        home = windows.disk / "Program Files" / "nianbao"
        assert (office / "XLSTART" / "nianbao.xlam").read_bytes() == ADDIN["nianbao/_office/nianbao.xlam"]
        assert (home / "python" / "pythonw.exe").is_file()
        for view in ("/reg:64", "/reg:32"):
            assert windows.run(Path("reg"), "query", r"HKLM\Software\nianbao", "/v", "Python", view) == 0
        assert (windows.files(), windows.registry(), windows.calls()) == (*before, [])
        windows.uninstall(home)
        assert not home.exists() and list(office.iterdir()) == []
        for view in ("/reg:64", "/reg:32"):
            assert windows.run(Path("reg"), "query", r"HKLM\Software\nianbao", "/v", "Python", view) != 0
    finally:
        windows.run(Path("reg"), "delete", excel, "/f")
        shutil.rmtree(office.parents[1])
