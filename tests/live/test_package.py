"""What is in the extension: the same bytes every time, nothing missing, nothing foreign."""

from __future__ import annotations

import ast
import json
import re
import sys
import xml.etree.ElementTree as ET

import build_extension
import nianbao
from nianbao import assets, files

PARTS = files.read_package(assets.EXTENSION)
OOR = "{http://openoffice.org/2001/registry}"


def test_the_extension_is_current_and_the_same_at_every_build() -> None:
    assert build_extension.build() == build_extension.build() == assets.EXTENSION.read_bytes()


def test_every_entry_of_the_manifest_is_there() -> None:
    manifest = ET.fromstring(PARTS["META-INF/manifest.xml"])
    paths = [value for entry in manifest for key, value in entry.attrib.items() if key.endswith("full-path")]
    assert len(paths) == 3
    assert [path for path in paths if not any(part.startswith(path) for part in PARTS)] == []


def test_every_url_names_a_button_and_every_button_has_one() -> None:
    named = set(re.findall(r'Press\("(.+?)"\)', PARTS["Addons.xcu"].decode()))
    assert named == set(json.loads(PARTS["python/buttons.json"]))


def test_every_icon_is_there() -> None:
    named = set(re.findall(r"%origin%/([\w./]+)", PARTS["Addons.xcu"].decode()))
    assert named == {part for part in PARTS if part.startswith("icons/")}
    assert named


def test_only_making_a_workbook_is_offered_where_none_is_open() -> None:
    bars = ET.fromstring(PARTS["Addons.xcu"]).iter("node")
    [menu] = [node for bar in bars if bar.get(f"{OOR}name") == "OfficeMenuBar" for node in bar]
    items = next(node for node in menu if node.get(f"{OOR}name") == "Submenu")
    values = [{prop.get(f"{OOR}name"): prop.findtext("value") or "" for prop in item.findall("prop")} for item in items]
    offered = [item.findtext("prop/value") for item, value in zip(items, values) if "StartModule" in value["Context"]]
    assert offered == ["新建"]


def test_the_python_inside_needs_nothing_but_libreoffice() -> None:
    known = {*sys.stdlib_module_names, "uno", "unohelper", "com", "nianbao_pipe"}
    used: set[str] = set()
    for name in ("python/handover.py", "python/pythonpath/nianbao_pipe.py"):
        for node in ast.walk(ast.parse(PARTS[name])):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                used.add((node.module or "").split(".")[0])
    assert "uno" in used
    assert used - known == set()


def test_the_description_carries_the_version_of_the_package() -> None:
    description = ET.fromstring(PARTS["description.xml"])
    found = {element.tag.split("}")[1]: element.get("value") for element in description.iter()}
    assert (found["identifier"], found["version"]) == ("nianbao", nianbao.__version__)
