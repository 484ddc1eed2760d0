"""Build the Excel add-in addin/office/nianbao.xlam from the buttons, the texts and the VBA beside it; the same bytes
every time.

    python scripts/build_addin.py                  write it, if it is not current
    python scripts/build_addin.py --check          write nothing; exit 1 when it is not current
    python scripts/build_addin.py --dist FOLDER    write it there, whatever the repository holds
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Mapping

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addin"))

from nianbao import assets, files  # noqa: E402
from nianbao.buttons import Button, Tab, tab  # noqa: E402
from vba_project import Module, sheet_module, vba_project, workbook_module  # noqa: E402

_OFFICE = "http://schemas.microsoft.com/office"
_OPEN = "http://schemas.openxmlformats.org"
_RELATIONS = f"{_OPEN}/officeDocument/2006/relationships"
_MAIN = f"{_OPEN}/spreadsheetml/2006/main"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Excel since 2010 takes the second ribbon and leaves the first ([MS-OI29500] 3.4.1.4). Ours needs nothing of the newer
# schema; the older is there for WPS, whose own add-ins are described in it. Part -> schema, type of the relationship.
_RIBBONS = {
    "customUI/customUI.xml": (f"{_OFFICE}/2006/01/customui", f"{_OFFICE}/2006/relationships/ui/extensibility"),
    "customUI/customUI14.xml": (f"{_OFFICE}/2009/07/customui", f"{_OFFICE}/2007/relationships/ui/extensibility"),
}
_CONTENT_TYPES = {
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "xl/workbook.xml": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
    "xl/worksheets/sheet1.xml": f"{_SHEET}.worksheet+xml",
    "xl/styles.xml": f"{_SHEET}.styles+xml",
    "xl/vbaProject.bin": "application/vnd.ms-office.vbaProject",
}
_WORKBOOK_CODE, _SHEET_CODE = "ThisWorkbook", "Texts"  # codeName of the part = name of the VBA module


def build() -> bytes:
    """Return the add-in."""
    texts = {"title": tab().label, **tomllib.loads((assets.OFFICE / "texts.toml").read_text("utf-8"))}
    return files.pack({
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships({
            "xl/workbook.xml": f"{_RELATIONS}/officeDocument",
            "docProps/core.xml": f"{_OPEN}/package/2006/relationships/metadata/core-properties",
            **{part: relation for part, (_, relation) in _RIBBONS.items()},
        }),
        "docProps/core.xml": _properties(texts),
        "xl/workbook.xml": _workbook(texts),
        "xl/_rels/workbook.xml.rels": _relationships({
            "worksheets/sheet1.xml": f"{_RELATIONS}/worksheet",
            "styles.xml": f"{_RELATIONS}/styles",
            "vbaProject.bin": f"{_OFFICE}/2006/relationships/vbaProject",
        }),
        "xl/worksheets/sheet1.xml": _sheet(texts),
        "xl/styles.xml": _styles(),
        "xl/vbaProject.bin": _vba(),
        **{part: ribbon(tab(), schema) for part, (schema, _) in _RIBBONS.items()},
    })


def _vba() -> bytes:
    sources = [Module(path.stem, path.read_text("ascii")) for path in sorted(assets.OFFICE.glob("*.bas"))]
    return vba_project("nianbao", [workbook_module(_WORKBOOK_CODE), sheet_module(_SHEET_CODE), *sources])


# ---------------------------------------------------------------- the package


def _node(parent: etree._Element, tag: str, text: str | None = None, /, **attributes: str) -> etree._Element:
    """Add an element in its parent's namespace, in which nearly all of a part stays."""
    node = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{tag}", attributes)
    node.text = text
    return node


def _root(namespace: str, tag: str, **prefixes: str) -> etree._Element:
    names: dict[str | None, str] = {None: namespace}
    names.update(prefixes.items())
    return etree.Element(f"{{{namespace}}}{tag}", nsmap=names)


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True))


def _content_types() -> bytes:
    root = _root(f"{_OPEN}/package/2006/content-types", "Types")
    _node(root, "Default", Extension="rels", ContentType="application/vnd.openxmlformats-package.relationships+xml")
    _node(root, "Default", Extension="xml", ContentType="application/xml")
    for part, kind in _CONTENT_TYPES.items():
        _node(root, "Override", PartName=f"/{part}", ContentType=kind)
    return _bytes(root)


def _relationships(targets: Mapping[str, str]) -> bytes:
    root = _root(f"{_OPEN}/package/2006/relationships", "Relationships")
    for number, (target, kind) in enumerate(targets.items(), 1):
        _node(root, "Relationship", Id=f"rId{number}", Type=kind, Target=target)
    return _bytes(root)


def _properties(texts: Mapping[str, str]) -> bytes:
    """What Excel's list of add-ins shows."""
    elements = "http://purl.org/dc/elements/1.1/"
    root = _root(f"{_OPEN}/package/2006/metadata/core-properties", "coreProperties", dc=elements)
    for name in ("title", "description"):
        etree.SubElement(root, f"{{{elements}}}{name}").text = texts[name]
    return _bytes(root)


def _workbook(texts: Mapping[str, str]) -> bytes:
    root = _root(_MAIN, "workbook", r=_RELATIONS)
    _node(root, "workbookPr", codeName=_WORKBOOK_CODE)
    _node(_node(root, "bookViews"), "workbookView", visibility="hidden")
    sheet = _node(_node(root, "sheets"), "sheet", name=_SHEET_CODE, sheetId="1")
    sheet.set(f"{{{_RELATIONS}}}id", "rId1")
    names = _node(root, "definedNames")
    for row, name in enumerate(texts, 1):
        _node(names, "definedName", f"{_SHEET_CODE}!$A${row}", name=name)
    return _bytes(root)


def _sheet(texts: Mapping[str, str]) -> bytes:
    root = _root(_MAIN, "worksheet")
    _node(root, "sheetPr", codeName=_SHEET_CODE)
    data = _node(root, "sheetData")
    for number, text in enumerate(texts.values(), 1):
        cell = _node(_node(data, "row", r=str(number)), "c", r=f"A{number}", t="inlineStr")
        _node(_node(cell, "is"), "t", text)
    return _bytes(root)


def _styles() -> bytes:
    """The least a workbook has to say about its look; nobody sees this one."""
    root = _root(_MAIN, "styleSheet")
    font = _node(_node(root, "fonts", count="1"), "font")
    _node(font, "sz", val="11")
    _node(font, "name", val="Calibri")
    fills = _node(root, "fills", count="2")  # the first two are Excel's own and have to be these
    for pattern in ("none", "gray125"):
        _node(_node(fills, "fill"), "patternFill", patternType=pattern)
    _node(_node(root, "borders", count="1"), "border")
    _node(_node(root, "cellStyleXfs", count="1"), "xf")
    _node(_node(root, "cellXfs", count="1"), "xf", xfId="0")
    _node(_node(root, "cellStyles", count="1"), "cellStyle", name="Normal", xfId="0", builtinId="0")
    return _bytes(root)


# ---------------------------------------------------------------- the ribbon


def ribbon(about: Tab, schema: str) -> bytes:
    """Return the ribbon in one of the two schemas: a tab, its groups in order of appearance, large buttons."""
    root = _root(schema, "customUI")
    tabs = _node(_node(root, "ribbon"), "tabs")
    top = _node(tabs, "tab", id=about.id, label=about.label, keytip=about.keytip)
    groups: dict[str, etree._Element] = {}
    for button in about.buttons:
        if button.group not in groups:
            groups[button.group] = _node(top, "group", id=f"{about.id}_group{len(groups) + 1}", label=button.group)
        looks = {
            **_named(about, button), "size": "large", "imageMso": button.image, "screentip": button.tip,
            "keytip": button.keytip,
        }
        if button.items:
            menu = _node(groups[button.group], "menu", **looks, itemSize="normal")
            for number, item in enumerate(button.items):
                # One without a letter of its own has its place in the menu as its key.
                _node(menu, "button", **_named(about, item), keytip=item.keytip or str(number), **_action(item))
        else:
            _node(groups[button.group], "button", **looks, **_action(button))
    return _bytes(root)


def _named(about: Tab, button: Button) -> dict[str, str]:
    return {"id": f"{about.id}_{button.id}", "label": button.label, "supertip": button.help}


def _action(button: Button) -> dict[str, str]:
    """The VBA procedure that a click calls, and in the tag what it passes on."""
    return {"onAction": "Ribbon.OnFileButton" if button.asks_file else "Ribbon.OnButton", "tag": button.verb}


# ---------------------------------------------------------------- the command


def main() -> int:
    data = build()
    match sys.argv[1:]:
        case ["--dist", folder]:
            target = Path(folder) / assets.ADDIN.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            print(f"{target} written")
            return 0
        case [] | ["--check"] as options:
            pass
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    if assets.ADDIN.is_file() and assets.ADDIN.read_bytes() == data:
        return 0
    if not options:
        assets.ADDIN.write_bytes(data)
    print(f"addin/office/{assets.ADDIN.name} {'is stale, run scripts/build' if options else 'written'}")
    return 1 if options else 0


if __name__ == "__main__":
    sys.exit(main())
