"""Web pages as paragraphs and tables, and the report in them."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any

from .. import carried, files
from ..errors import InputError
from ..report import Report
from .items import Item, Spot
from .whole import interpret, reconcile

DATA_ELEMENT = "nianbao"  # id of the script element in which a web page carries its data

_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 li ul ol br hr article section main header footer body html td tr tbody blockquote pre "
    "center form dl dt dd figure".split()
)
_SKIP = frozenset(
    "script style head title noscript template caption button select option nav aside del s strike rt rp"
    .split()
)
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


def read_html(path: Path) -> Report:
    """Read a report from a web page: with the data it carries where it was written by `web`, else by its tables."""
    from lxml import html

    data = files.read_bytes(path)
    try:
        root = html.document_fromstring(_decode(data))
    except Exception as error:
        raise InputError("damaged", f"“{path.name}”不是完整的网页，请重新下载后再试。") from error
    items: list[Item] = []
    _collect(root, items, [])
    script = root.xpath(f"//script[@id='{DATA_ELEMENT}' and @type='application/json']")
    if script:
        return reconcile(*carried.unpack(script[0].text or ""), items, path.name)
    return interpret(items, path.name)


def _decode(data: bytes) -> str:
    """Return the text of a page by its own declaration, UTF-8 or the Chinese national encoding."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    match = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", data[:4096], re.IGNORECASE)
    declared = match[1].decode("ascii", "replace").lower() if match else ""
    for encoding in ("utf-8", "gb18030" if declared.startswith("gb") else declared, "gb18030"):
        try:
            text = data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
        return re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
    return data.decode("utf-8", "replace")


def _collect(element: Any, items: list[Item], buffer: list[str]) -> None:
    """Append paragraphs and tables below an element in reading order."""
    if _is_unseen(element):
        return
    if element.tag == "table" and not element.xpath(".//table"):
        _flush(items, buffer)
        rows = (tr for tr in element.iter("tr") if not _is_unseen(tr))
        grid = [[_spot(td) for td in tr.xpath("./td|./th") if not _is_unseen(td)] for tr in rows]
        items.append([row for row in grid if row])
        return
    block = element.tag in _BLOCKS
    if block:
        _flush(items, buffer)
    buffer.append(element.text or "")
    for child in element:
        _collect(child, items, buffer)
        buffer.append(child.tail or "")
    if block:
        _flush(items, buffer)


def _is_unseen(element: Any) -> bool:
    """Whether a person sees nothing of an element."""
    if not isinstance(element.tag, str) or element.tag in _SKIP or "hidden" in element.attrib:
        return True
    return _HIDDEN.search(element.get("style", "")) is not None


def _seen(element: Any) -> str:
    """Return the text of a cell as it is seen: its lines apart, without raised marks, which are notes."""
    if element.tag == "br":
        return " "
    if element.tag == "sup" or _is_unseen(element):
        return ""
    inside = (element.text or "") + "".join(_seen(child) + (child.tail or "") for child in element)
    return f" {inside} " if element.tag in _BLOCKS else inside


def _flush(items: list[Item], buffer: list[str]) -> None:
    text = " ".join("".join(buffer).split())
    buffer.clear()
    if text:
        items.append(text)


def _spot(td: Any) -> Spot:
    def span(name: str) -> int:
        value = td.get(name, "1").strip()
        return min(max(int(value), 1), 1000) if value.isascii() and value.isdigit() else 1

    return Spot(" ".join(_seen(td).split()), span("colspan"), span("rowspan"))
