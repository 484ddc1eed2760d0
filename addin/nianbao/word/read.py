"""Read a report back from a .docx: its own data where it carries them, else what its tables and texts say."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

from .. import carried, files, published
from ..errors import InputError
from ..published import Item
from ..report import Report, Structure
from .ooxml import DATA_NAMESPACE, MAIN, STRICT, W, items_of, parse, w

_CUSTOM = re.compile(r"customXml/item\d+\.xml")


def read_docx(path: Path) -> Report:
    """Return the report in a Word file.

    A file written by this program gives back the identical report; where somebody changed a table or a text after
    writing, the file's content wins and `notes` says so. Any other file is read by its labels; one without a
    statutory table is an `InputError`.
    """
    package = files.read_package(path)
    if MAIN not in package:
        raise InputError("not-docx", f"“{path.name}”不是 Word 文档（.docx），请核对文件。")
    data = _carried(package)
    if data is None:
        return published.interpret(_items(package[MAIN], path.name), path.name)
    report, printed = carried.unpack(data)
    if hashlib.sha256(package[MAIN]).hexdigest() == printed.main:
        shape = printed.structure
        title, signature, headings = (shape.get(k) or () for k in ("title", "signature", "headings"))
        return replace(report, structure=Structure(path.name, title or "", signature or "", tuple(headings)))
    return published.reconcile(report, printed, _items(package[MAIN], path.name), path.name)


def _carried(package: dict[str, bytes]) -> str | None:
    """Return the JSON text of the data part; None when the file has none."""
    marker = f'"{DATA_NAMESPACE}"'.encode()
    for name, content in package.items():
        if _CUSTOM.fullmatch(name) and marker in content[:1000]:
            text = content.decode("utf-8")
            if "<!" in text:  # another program wrote it anew; read it as XML
                return str(parse(content, name).text or "")
            return unescape(text[text.index(">", text.index(marker.decode())) + 1 : text.rindex("</")])
    return None


def _items(content: bytes, name: str) -> list[Item]:
    body = parse(content.replace(STRICT.encode(), W.encode()), name).find(w("body"))
    if body is None:
        raise InputError("damaged", f"“{name}”没有正文，请在 Word 中打开并另存为 .docx 后重试。")
    return items_of(body)
