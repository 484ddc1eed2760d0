"""Change cells of an .xlsx package in place: parts that hold no changed cell stay byte for byte as they are."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Mapping

from ..errors import InputError
from ..report import number, show
from ..rule import is_number
from .source import position

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "[Content_Types].xml"
_MAX_TEXT = 32767  # characters a cell holds
_PANE = re.compile(rb"<(?:\w+:)?pane\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""(\w+)\s*=\s*["']([^"']*)["']""")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def tag(name: str) -> str:
    return f"{{{MAIN}}}{name}"


def unusual() -> InputError:
    """Return the refusal of a workbook that holds together in a way that cannot be written into."""
    sentence = "工作簿的内部结构不常见，不能写入，原文件没有改动，请在 Excel 或 WPS 中另存为 .xlsx 后重试。"
    return InputError("unusual", sentence)


def parse(content: bytes) -> Element:
    """Parse a part; entities and network are off. One that is no XML is an `InputError`."""
    from lxml import etree

    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise unusual() from error


def dump(root: Element) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


class SheetXml:
    """One sheet's XML with its cells by address."""

    def __init__(self, content: bytes) -> None:
        self.root = parse(content)
        data = self.root.find(tag("sheetData"))
        if data is None:
            raise unusual()
        self.data = data
        self.rows: dict[int, Element] = {int(r.get("r")): r for r in data.iterchildren(tag("row")) if r.get("r")}
        self.cells: dict[str, Element] = {c.get("r"): c for r in self.rows.values() for c in r.iterchildren(tag("c"))}
        self.lost_formula = False

    def row(self, number_: int) -> Element:
        """Return a row, made where it is missing."""
        if number_ not in self.rows:
            row = self.data.makeelement(tag("row"), {"r": str(number_)})
            before = [r for n, r in self.rows.items() if n < number_]
            self.data.insert(self.data.index(before[-1]) + 1 if before else 0, row)
            self.rows[number_] = row
            self.rows = dict(sorted(self.rows.items()))
        return self.rows[number_]

    def cell(self, address: str) -> Element:
        """Return a cell, made where it is missing."""
        if address not in self.cells:
            row_number, column = position(address)
            row = self.row(row_number)
            cell = row.makeelement(tag("c"), {"r": address})
            index = 0
            for index, other in enumerate(row, 1):
                if position(other.get("r"))[1] > column:
                    index -= 1
                    break
            row.insert(index, cell)
            self.cells[address] = cell
        return self.cells[address]

    def formula(self, address: str) -> str | None:
        """Return the formula of a cell, "" for one that shares another's, None where there is none."""
        cell = self.cells.get(address)
        found = None if cell is None else cell.find(tag("f"))
        return None if found is None else found.text or ""

    def put(self, address: str, value: Any) -> None:
        """Let a cell hold a number exactly, a text, or nothing; its look stays."""
        cell = self.cell(address)
        self.lost_formula |= cell.find(tag("f")) is not None
        for child in list(cell):
            cell.remove(child)
        cell.attrib.pop("t", None)
        if is_number(value):
            cell.append(_element(cell, "v", number_text(value)))
        elif value not in (None, ""):
            cell.set("t", "inlineStr")
            inline = _element(cell, "is")
            text = _element(inline, "t", checked_text(str(value)))
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            inline.append(text)
            cell.append(inline)

    def result(self, address: str, value: Any) -> None:
        """Store what a formula cell results in; None leaves it to be computed."""
        cell = self.cells[address]
        for child in list(cell.iterchildren(tag("v"), tag("is"))):
            cell.remove(child)
        cell.attrib.pop("t", None)
        if value is None:
            return
        if is_number(value):
            cell.append(_element(cell, "v", show(value)))
        else:
            cell.set("t", "str")
            cell.append(_element(cell, "v", checked_text(str(value))))

    def dump(self) -> bytes:
        return dump(self.root)


def _element(parent: Element, name: str, text: str | None = None) -> Element:
    element = parent.makeelement(tag(name))
    element.text = text
    return element


def number_text(value: int | Decimal) -> str:
    """Return a number's digits; one that a spreadsheet cannot hold exactly is an `InputError`."""
    text = show(value)
    if number(float(text)) != value:
        raise InputError("too-precise", f"数字 {text} 的位数超过表格能准确保存的15位，请核对后重填。")
    return text


def checked_text(text: str) -> str:
    """Return a text that a cell can hold; any other is an `InputError`."""
    if len(text) > _MAX_TEXT:
        raise InputError("too-long", f"以“{text[:12]}”开头的文字超过一格能容纳的{_MAX_TEXT}字，请分段或精简。")
    if _CONTROL.search(text):
        raise InputError("bad-text", f"以“{_CONTROL.sub('', text)[:12]}”开头的文字含有不能保存的控制字符，请删除后重试。")
    return text


def without_calculation_chain(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Return the parts without the list of formula cells, which a program must rebuild once a formula is gone."""
    if not any(name.endswith("/calcChain.xml") for name in parts):
        return parts
    kept = {name: content for name, content in parts.items() if not name.endswith("/calcChain.xml")}
    for name in (CONTENT_TYPES, "xl/_rels/workbook.xml.rels"):
        root = parse(kept[name])
        for child in list(root):
            if str(child.get("PartName") or child.get("Target") or "").endswith("calcChain.xml"):
                root.remove(child)
        kept[name] = dump(root)
    return kept


def replaced(parts: Mapping[str, bytes], changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the parts in their order with some replaced and new ones at the end, each as Excel opens it."""
    return {name: mended(content) for name, content in {**parts, **changed}.items()}


def mended(content: bytes) -> bytes:
    """Return a part without panes that are split nowhere, as some workbooks of ours were handed out.

    Excel and WPS offer to repair such a workbook: [MS-OI29500] 2.1.640 has no pane with both splits zero. Any other
    part comes back as it is.
    """
    head = content[: max(content.find(b"sheetData"), 0)]
    if not any(_unsplit(dict(_ATTRIBUTE.findall(found))) for found in _PANE.findall(head)):
        return content
    root = parse(content)
    for view in root.iter(tag("sheetView")):
        pane = view.find(tag("pane"))
        if pane is None or not _unsplit({str(k).encode(): str(v).encode() for k, v in pane.attrib.items()}):
            continue
        active = pane.get("activePane", "topLeft")
        view.remove(pane)
        for selection in view.findall(tag("selection")):
            if selection.attrib.pop("pane", "topLeft") != active:
                view.remove(selection)
    return dump(root)


def _unsplit(pane: Mapping[bytes, bytes]) -> bool:
    return not any(pane.get(split, b"").strip(b"0.") for split in (b"xSplit", b"ySplit"))
