"""The add-in as a file: its parts, its ribbon, its VBA, and that it is what the sources say."""

from __future__ import annotations

import ast
import io
import json
import os
import posixpath
import re
import subprocess
import sys
import tomllib
from itertools import groupby
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from nianbao import assets, files, form as forms, verbs
from nianbao.buttons import tab
from nianbao.install.parts import applescript
from office_addin.readers import modules

ROOT = Path(__file__).resolve().parents[2]
BUILDER = ROOT / "scripts" / "build_addin.py"
SOURCES = sorted(assets.OFFICE.glob("*.bas"))
TEXTS = tomllib.loads((assets.OFFICE / "texts.toml").read_text("utf-8"))
RIBBONS = ["customUI/customUI.xml", "customUI/customUI14.xml"]

# What the customUI schemas, 2006 and 2009 alike, allow of what we use: element, parent -> attributes, children.
TIPS = {"id", "label", "keytip"}
SIZED = TIPS | {"size", "imageMso", "screentip", "supertip"}
SCHEMA = {
    ("customUI",): (set(), {"ribbon"}),
    ("ribbon", "customUI"): (set(), {"tabs"}),
    ("tabs", "ribbon"): (set(), {"tab"}),
    ("tab", "tabs"): (TIPS, {"group"}),
    ("group", "tab"): (TIPS | {"imageMso", "screentip", "supertip"}, {"button", "menu"}),
    ("button", "group"): (SIZED | {"tag", "onAction"}, set()),
    ("menu", "group"): (SIZED | {"tag", "itemSize"}, {"button"}),
    ("button", "menu"): (SIZED - {"size"} | {"tag", "onAction"}, set()),
}


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    return files.read_package(assets.ADDIN)


@pytest.fixture(scope="module", params=RIBBONS)
def ribbon(request: pytest.FixtureRequest, parts: dict[str, bytes]) -> etree._Element:
    return etree.fromstring(parts[request.param])


def local(node: etree._Element) -> str:
    return etree.QName(node).localname


def build(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BUILDER), *arguments], cwd="/", capture_output=True, encoding="utf-8", timeout=60,
        env={**os.environ, "PYTHONUTF8": "1", **environment})


# ---------------------------------------------------------------- the build


@pytest.mark.parametrize("seed", ["1", "2"])
def test_every_build_gives_the_committed_bytes(seed: str, tmp_path: Path) -> None:
    target = tmp_path / "new" / "nianbao.xlam"
    done = build("--dist", str(target.parent), PYTHONHASHSEED=seed, TZ=f"UTC+{seed}")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{target} written\n", "")
    assert target.read_bytes() == assets.ADDIN.read_bytes()


def test_the_check_finds_the_committed_file_current() -> None:
    done = build("--check")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_changed_source_makes_the_file_stale_and_a_build_current_again(tmp_path: Path) -> None:
    for name in ("addin", "scripts", "workbook"):
        (tmp_path / name).mkdir()
        for path in (ROOT / name).rglob("*"):
            if path.suffix in (".py", ".toml", ".bas", ".xlam"):
                target = tmp_path / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    texts = tmp_path / "addin" / "office" / "texts.toml"
    texts.write_text(texts.read_text("utf-8").replace("请", "敬请"), "utf-8")
    builder = str(tmp_path / "scripts" / "build_addin.py")

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run([sys.executable, builder, *arguments], capture_output=True, encoding="utf-8", timeout=60)
        return done.returncode, done.stdout

    assert run("--check") == (1, "addin/office/nianbao.xlam is stale, run scripts/build\n")
    assert run() == (0, "addin/office/nianbao.xlam written\n")
    assert run("--check") == (0, "")


def test_an_unknown_option_explains_the_command() -> None:
    done = build("--what")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--dist FOLDER" in done.stderr


# ---------------------------------------------------------------- the package


def test_every_relationship_leads_to_a_part_and_every_part_is_reached(parts: dict[str, bytes]) -> None:
    reached = {"[Content_Types].xml"}
    for name in parts:
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            targets = [node.get("Target") for node in etree.fromstring(parts[name])]
            reached |= {name, *(posixpath.join(folder, target) for target in targets)}
    assert reached == set(parts)


def test_every_part_has_one_content_type(parts: dict[str, bytes]) -> None:
    types = etree.fromstring(parts["[Content_Types].xml"])
    defaults = [node.get("Extension") for node in types if local(node) == "Default"]
    named = [node.get("PartName").removeprefix("/") for node in types if local(node) == "Override"]
    assert sorted(named) == sorted(set(named) & set(parts))
    assert [name for name in parts if name not in named and name.rpartition(".")[2] not in defaults] == []


def test_the_code_names_of_the_parts_are_modules(parts: dict[str, bytes]) -> None:
    names = [re.search(rb'codeName="(\w+)"', parts[name]) for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml")]
    documents = [name for name, code in modules("nianbao.xlam", assets.ADDIN.read_bytes()).items() if "VB_Base" in code]
    assert [match and match[1].decode() for match in names] == documents


def test_openpyxl_finds_each_text_by_its_name_and_keeps_the_vba(parts: dict[str, bytes]) -> None:
    # It opens workbooks with macros and no add-ins, which differ in this one word.
    types = parts["[Content_Types].xml"].replace(b"excel.addin.macroEnabled", b"excel.sheet.macroEnabled")
    data = files.pack({**parts, "[Content_Types].xml": types})
    book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=True)
    found = {}
    for name, defined in book.defined_names.items():
        [(sheet, cell)] = defined.destinations
        found[name] = book[sheet][cell.replace("$", "")].value
    assert found == {**TEXTS, "title": tab().label}
    assert book.properties.title == "信息公开年报"
    with book.vba_archive as kept:  # openpyxl leaves it open
        assert kept.read("xl/vbaProject.bin") == parts["xl/vbaProject.bin"]


# ---------------------------------------------------------------- the VBA


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_module_comes_back_as_it_stands_in_its_file(source: Path) -> None:
    found = modules("nianbao.xlam", assets.ADDIN.read_bytes())
    assert found[source.stem] == source.read_text("ascii").replace("\n", "\r\n")
    assert f'Attribute VB_Name = "{source.stem}"' in found[source.stem].splitlines()[0]


@pytest.mark.parametrize("constants", ["VBA7=True,WIN64=True,Mac=False", "VBA7=True,WIN64=False,Mac=False"])
def test_a_static_checker_finds_no_fault_for_windows(constants: str, tmp_path: Path) -> None:
    assert faults(assets.OFFICE, constants, tmp_path) == []


def test_for_the_mac_it_misses_only_the_function_it_does_not_know(tmp_path: Path) -> None:
    [fault] = faults(assets.OFFICE, "VBA7=True,Mac=True", tmp_path)
    assert "'AppleScriptTask'" in fault


def test_the_static_checker_would_see_a_fault(tmp_path: Path) -> None:
    for source in SOURCES:
        (tmp_path / source.name).write_text(source.read_text("ascii").replace("Replace(", "Replaced("), "ascii")
    assert "Replaced" in " ".join(faults(tmp_path, "VBA7=True,WIN64=True", tmp_path))


def test_the_mac_calls_the_script_that_an_installation_lays_down() -> None:
    source = (assets.OFFICE / "Starter.bas").read_text("ascii")
    [(script, handler)] = re.findall(r'AppleScriptTask "(.+)", "(\w+)", args', source)
    assert script == "nianbao.applescript"
    assert applescript(Path("/python")).startswith(f"on {handler}(")


def faults(folder: Path, constants: str, tmp_path: Path) -> list[str]:
    report = tmp_path / "report.json"
    subprocess.run(
        [str(Path(sys.executable).with_name("vbalidator")), str(folder), "--host", "excel", "--define", constants,
         "--output", str(report)], capture_output=True, timeout=60, check=False)
    found = json.loads(report.read_text("utf-8"))
    return [issue["message"] for issue in found["issues"]]


def test_every_text_the_vba_asks_for_is_there() -> None:
    asked = {key for source in SOURCES for key in re.findall(r'\bText\("(\w+)"\)', source.read_text("ascii"))}
    assert asked == {*TEXTS, "title"} - {"description"}


def test_the_dialog_offers_just_the_files_that_can_be_read() -> None:
    _, _, pattern = TEXTS["file_filter"].partition(",")
    assert pattern.split(";") == [f"*{suffix}" for suffix in verbs.READABLE]


# ---------------------------------------------------------------- the ribbon


def test_the_ribbon_keeps_to_the_schema(ribbon: etree._Element) -> None:
    for node in ribbon.iter():
        parent = node.getparent()
        attributes, children = SCHEMA[(local(node),) if parent is None else (local(node), local(parent))]
        assert set(node.keys()) <= attributes
        assert {local(child) for child in node} <= children
        assert all(0 < len(value) <= 1024 for value in node.values())
        if attributes:
            assert re.fullmatch(r"[A-Za-z_][\w.]*", node.get("id"), re.ASCII)
            assert re.fullmatch(r"[A-Z0-9]{1,3}", node.get("keytip", "A"))
        assert node.get("size", "large") == "large" and node.get("itemSize", "normal") == "normal"
    ids = [node.get("id") for node in ribbon.iter() if node.get("id")]
    assert len(ids) == len(set(ids))


def test_both_ribbons_differ_only_in_their_schema(parts: dict[str, bytes]) -> None:
    first, second = (etree.fromstring(parts[name]) for name in RIBBONS)
    assert (first.nsmap, second.nsmap) == (
        {None: "http://schemas.microsoft.com/office/2006/01/customui"},
        {None: "http://schemas.microsoft.com/office/2009/07/customui"})
    assert [(local(n), n.attrib) for n in first.iter()] == [(local(n), n.attrib) for n in second.iter()]


def test_no_key_tip_begins_another_of_its_level(ribbon: etree._Element) -> None:
    menus = list(ribbon.iter("{*}menu"))
    levels = [[n for n in ribbon.iter("{*}button", "{*}menu") if local(n.getparent()) == "group"], *menus]
    for level in levels:
        tips = [node.get("keytip") for node in level]
        assert None not in tips
        assert [(a, b) for a in tips for b in tips if a is not b and b.startswith(a)] == []
    assert len(menus) == 2


def test_tab_groups_and_buttons_stand_in_the_order_of_the_list(ribbon: etree._Element) -> None:
    [top] = ribbon.iter("{*}tab")
    assert top.get("label") == tab().label
    listed = [
        (group, [button.label for button in buttons])
        for group, buttons in groupby(tab().buttons, key=lambda button: button.group)]
    assert [(group.get("label"), [node.get("label") for node in group]) for group in top] == listed


def test_there_is_an_item_for_each_form_newest_first(ribbon: etree._Element) -> None:
    items = [n for n in ribbon.iter("{*}button") if n.get("tag").startswith("new:")]
    newest = list(reversed(forms.all_forms()))
    assert [(n.get("tag"), n.get("label")) for n in items] == [(f"new:{form.id}", form.name) for form in newest]


def test_every_action_is_a_public_procedure_for_a_ribbon_control(ribbon: etree._Element) -> None:
    declared = {
        f"{source.stem}.{name}" for source in SOURCES
        for name in re.findall(r"^Public Sub (\w+)\(control As IRibbonControl\)", source.read_text("ascii"), re.M)}
    used = {node.get("onAction") for node in ribbon.iter("{*}button")}
    assert used == declared


def test_a_file_is_asked_for_exactly_where_the_list_says_so(ribbon: etree._Element) -> None:
    asking = {item.verb for button in tab().buttons for item in (button, *button.items) if item.asks_file}
    assert {n.get("tag") for n in ribbon.iter("{*}button") if n.get("onAction") == "Ribbon.OnFileButton"} == asking


def test_every_tag_is_a_function_of_the_macros(ribbon: etree._Element) -> None:
    tree = ast.parse((ROOT / "addin" / "nianbao" / "macros.py").read_text("utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    verbs = {node.get("tag").partition(":")[0] for node in ribbon.iter("{*}button")}
    assert verbs - functions == set()
