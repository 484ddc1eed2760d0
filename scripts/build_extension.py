"""Build the LibreOffice extension from the list of buttons, addin/libreoffice/nianbao.oxt; the same bytes every time.

    python scripts/build_extension.py                  write the extension when it is not current
    python scripts/build_extension.py --check          write nothing; exit 1 when it is not current
    python scripts/build_extension.py --dist FOLDER    put a copy into a folder
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "addin"))

import nianbao  # noqa: E402
from nianbao import assets, files, verbs  # noqa: E402
from nianbao.buttons import Button, tab  # noqa: E402

SOURCES = assets.EXTENSION.parent
IDENTIFIER = "nianbao"
OLDEST_LIBREOFFICE = "7.0"
CALC, START = "com.sun.star.sheet.SpreadsheetDocument", "com.sun.star.frame.StartModule"

_WORDS = {
    "@IDENTIFIER@": IDENTIFIER,
    "@COMPONENT@": f"{IDENTIFIER}.Handover",
    "@NO_PYTHON@": "LibreOffice 缺少 Python 支持，按钮暂时不能用，请安装软件包 python3-uno，再重新打开 LibreOffice。",
    "@FAILED@": "按钮没有运行成功，请关闭 LibreOffice 后重新打开再试，仍不成功的，请把下面的话转告技术人员。",
}
_MANIFEST = {
    "Addons.xcu": "application/vnd.sun.star.configuration-data",
    "CalcWindowState.xcu": "application/vnd.sun.star.configuration-data",
    "nianbao/": "application/vnd.sun.star.basic-library",
}
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_BASIC = '<!DOCTYPE {0} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{1}.dtd">\n'


def build() -> bytes:
    """Return the extension."""
    title, buttons = tab().label, tab().buttons
    parts = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(title),
        "description.txt": f"{title}：在 LibreOffice 中填报、校验、生成 Word 报告的菜单和工具栏。\n",
        "LICENSE.txt": (ROOT / "LICENSE").read_text("utf-8"),
        "Addons.xcu": _addons(title, buttons),
        "CalcWindowState.xcu": _window_state(title),
        "nianbao/script.xlb": _library(["handover"]),
        "nianbao/dialog.xlb": _library([]),
        "nianbao/handover.xba": _module(title),
        **_copies("python/**/*.py"),
        "python/buttons.json": json.dumps(_flat(buttons), ensure_ascii=False, indent=1) + "\n",
    }
    parts |= _copies("icons/*.svg")
    return files.pack({name: text.encode() for name, text in parts.items()})


def _copies(pattern: str) -> dict[str, str]:
    """Return the files that go into the extension as they are."""
    return {p.relative_to(SOURCES).as_posix(): p.read_text("utf-8") for p in sorted(SOURCES.glob(pattern))}


def _flat(buttons: Iterable[Button]) -> dict[str, dict[str, Any]]:
    """Return id -> what the Python in the extension needs to know of it."""
    found: dict[str, dict[str, Any]] = {}
    for button in buttons:
        entry: dict[str, Any] = {"label": button.label}
        if button.items:
            entry["items"] = [item.id for item in button.items]
            found |= _flat(button.items)
        else:
            entry |= {"verb": button.verb, "needs_workbook": button.needs_workbook}
        if button.asks_file:
            entry["file_types"] = verbs.READABLE
        found[button.id] = entry
    return found


# ---------------------------------------------------------------- menu and toolbar


def _addons(title: str, buttons: Iterable[Button]) -> str:
    menu = _entry_node("nianbao", {"Title": title, "Context": f"{CALC},{START}"}, _submenu(buttons))
    bar = _entry_node("nianbao", {}, "".join(_numbered(_tool, buttons)))
    images = _group("Images", "".join(_numbered(_icon, buttons)))
    interface = _group("AddonUI", _group("OfficeMenuBar", menu) + _group("OfficeToolBar", bar) + images)
    return _configuration("org.openoffice.Office", "Addons", interface)


def _submenu(buttons: Iterable[Button]) -> str:
    return _group("Submenu", "".join(_numbered(_item, buttons)))


def _numbered(make: Callable[[str, Button], str], buttons: Iterable[Button]) -> Iterator[str]:
    """Make a node of each entry, under names by which LibreOffice sorts them."""
    return (make(f"n{number:02}", button) for number, button in enumerate(buttons))


def _item(name: str, button: Button) -> str:
    context = CALC if button.needs_workbook else f"{CALC},{START}"
    properties = {"Title": button.label, "Target": "_self", "Context": context}
    if button.items:
        return _entry_node(name, properties, _submenu(button.items))
    return _entry_node(name, {**properties, "URL": _url(button)})


def _tool(name: str, button: Button) -> str:
    return _entry_node(name, {"Title": button.label, "Target": "_self", "URL": _url(button), "Context": CALC})


def _icon(name: str, button: Button) -> str:
    icon = f"%origin%/{_icon_part(button)}"
    images = "".join(_property(size, icon) for size in ("ImageSmallURL", "ImageBigURL"))
    return _entry_node(name, {"URL": _url(button)}, _group("UserDefinedImages", images))


def _icon_part(button: Button) -> str:
    return f"icons/{button.id}.svg"


def _url(button: Button) -> str:
    return f'macro:///nianbao.handover.Press("{button.id}")'


def _window_state(title: str) -> str:
    place: dict[str, str | int | bool] = {"Docked": True, "DockingArea": 0, "DockPos": "0,3"}
    state = {"UIName": title, **place, "Visible": True, "Style": 2}
    bar = _entry_node("private:resource/toolbar/addon_nianbao", state)
    return _configuration("org.openoffice.Office.UI", "CalcWindowState", _group("UIElements", _group("States", bar)))


def _group(name: str, content: str) -> str:
    return f"<node oor:name={quoteattr(name)}>\n{content}</node>\n"


def _entry_node(name: str, properties: Mapping[str, str | int | bool], content: str = "") -> str:
    """A node that the extension adds, where `_group` is one that LibreOffice has."""
    inside = "".join(_property(*item) for item in properties.items())
    return f'<node oor:name={quoteattr(name)} oor:op="replace">\n{inside}{content}</node>\n'


def _property(name: str, value: str | int | bool) -> str:
    kind = {str: "string", int: "int", bool: "boolean"}[type(value)]
    # Chinese under this language shows in every interface: it is the one LibreOffice falls back on.
    language = ' xml:lang="en-US"' if name in ("Title", "UIName") else ""
    text = escape(str(value).lower() if kind == "boolean" else str(value))
    return f'<prop oor:name="{name}" oor:type="xs:{kind}"><value{language}>{text}</value></prop>\n'


def _configuration(package: str, name: str, content: str) -> str:
    return (
        f'{_XML}<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" '
        f'xmlns:xs="http://www.w3.org/2001/XMLSchema" oor:package="{package}" oor:name="{name}">'
        f"\n{content}</oor:component-data>\n"
    )


# ---------------------------------------------------------------- the package around it


def _manifest() -> str:
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>\n'
        for path, kind in _MANIFEST.items()
    )
    names = 'xmlns:manifest="http://openoffice.org/2001/manifest"'
    return f"{_XML}<manifest:manifest {names}>\n{entries}</manifest:manifest>\n"


def _description(title: str) -> str:
    return f"""{_XML}<description xmlns="http://openoffice.org/extensions/description/2006"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:lo="http://libreoffice.org/extensions/description/2011">
<identifier value="{IDENTIFIER}"/>
<version value="{nianbao.__version__}"/>
<display-name><name lang="zh-CN">{title}</name></display-name>
<publisher><name lang="zh-CN" xlink:href="">{title}</name></publisher>
<extension-description><src lang="zh-CN" xlink:href="description.txt"/></extension-description>
<dependencies><lo:LibreOffice-minimal-version value="{OLDEST_LIBREOFFICE}" lo:name="LibreOffice {OLDEST_LIBREOFFICE}"/>
</dependencies>
</description>
"""


def _library(modules: list[str]) -> str:
    elements = "".join(f'<library:element library:name="{name}"/>' for name in modules)
    return (
        f"{_XML}{_BASIC.format('library:library', 'library')}"
        '<library:library xmlns:library="http://openoffice.org/2000/library" library:name="nianbao" '
        f'library:readonly="false" library:passwordprotected="false">{elements}</library:library>\n'
    )


def _module(title: str) -> str:
    source = (SOURCES / "handover.bas").read_text("utf-8")
    for mark, words in {**_WORDS, "@TITLE@": title}.items():
        source = source.replace(mark, words)
    return (
        f"{_XML}{_BASIC.format('script:module', 'module')}"
        '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="handover" '
        f'script:language="StarBasic">{escape(source)}</script:module>\n'
    )


def main() -> int:
    data, target = build(), assets.EXTENSION
    if sys.argv[1:2] == ["--dist"]:
        folder = Path(sys.argv[2])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / target.name).write_bytes(data)
        print(f"{folder.name}/{target.name} written")
        return 0
    check = "--check" in sys.argv[1:]
    if target.is_file() and target.read_bytes() == data:
        return 0
    if not check:
        target.write_bytes(data)
    print(f"{target.relative_to(ROOT)} {'is stale, run scripts/build' if check else 'written'}")
    return 1 if check else 0


if __name__ == "__main__":
    sys.exit(main())
