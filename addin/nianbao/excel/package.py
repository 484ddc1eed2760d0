"""An .xlsx package as far as every reader and writer of it needs: its sheets, its properties, its cells' raw marks.

Only the standard library's XML tokenizer is used, so that reading a workbook needs no heavy import.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, Mapping
from xml.parsers.expat import ExpatError, ParserCreate

from ..columns import column_number
from ..errors import InputError

WORKBOOK = "xl/workbook.xml"
CUSTOM = "docProps/custom.xml"
_NEAR = 5000  # rows


def local(name: str) -> str:
    """A tag or attribute name without its prefix."""
    return name.rpartition(":")[2]


def relations(parts: Mapping[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """Return relation id -> last word of its type and the part it points to."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes["Target"]
            path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[attributes["Id"]] = (attributes["Type"].rpartition("/")[2], path)

    content = parts.get(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
    if content:
        _parse(content, start)
    return found


def sheet_parts(parts: Mapping[str, bytes], name: str) -> dict[str, str]:
    """Return sheet name -> part of a package, in tab order; a package that is no workbook is an `InputError`."""
    main = next((p for kind, p in relations(parts, "").values() if kind == "officeDocument"), WORKBOOK)
    if main not in parts or not main.startswith("xl/"):
        raise InputError("not-a-workbook", f"“{name}”不是 Excel 工作簿，请核对文件。")
    targets = relations(parts, main)
    found: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "sheet":
            relation = next((v for k, v in attributes.items() if local(k) == "id" and k != "id"), "")
            part = targets.get(relation, ("", ""))[1]
            if part in parts:
                found[attributes["name"]] = part

    try:
        _parse(parts[main], start)
    except ExpatError as error:
        raise InputError("damaged", f"“{name}”已损坏或不完整，请向发送人重新索取，或用备份文件。") from error
    return found


def properties(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the custom document properties."""
    found: dict[str, str] = {}
    name = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal name
        name = attributes.get("name", name)

    def text(data: str) -> None:
        if name:
            found[name] = found.get(name, "") + data.strip()

    try:
        if CUSTOM in parts:
            _parse(parts[CUSTOM], start, text)
    except ExpatError:
        return {}
    return found


def raw_marks(content: bytes) -> tuple[set[str], dict[str, str]]:
    """Return of a sheet the addresses of its formula cells, and of its error cells with what they show."""
    formulas: set[str] = set()
    errors: dict[str, str] = {}
    address, in_error = "", False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal address, in_error
        if ":" in tag:
            tag = local(tag)
        if tag == "c":
            address = attributes.get("r", "")
            if attributes.get("t") == "e":
                errors[address], in_error = "", True
                parser.EndElementHandler = end
        elif tag == "f":
            formulas.add(address)
        elif in_error and tag == "v":
            parser.CharacterDataHandler = text

    def text(data: str) -> None:
        errors[address] += data

    def end(tag: str) -> None:
        nonlocal in_error
        if local(tag) == "c":
            in_error = False
            parser.CharacterDataHandler = parser.EndElementHandler = None

    parser = ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(content, True)
    return formulas, errors


def extent(content: bytes) -> tuple[int, int]:
    """Return the last row and column of a sheet that hold content, counted from 1; cheap where nothing is far out."""
    last = content[content.rfind(b"<row ") :][:200]
    number = re.search(rb'\br="(\d+)"', last)
    if number and int(number[1]) <= _NEAR and not re.search(rb' r="[A-Z]{3}\d', content):
        return int(number[1]), 26 * 27
    rows, columns, address = 0, 0, ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal rows, columns, address
        name = local(tag)
        if name == "c":
            address = attributes.get("r", "")
        elif name in ("v", "is") and address:
            match = re.match(r"([A-Z]+)(\d+)$", address)
            if match:
                rows, columns = max(rows, int(match[2])), max(columns, column_number(match[1]))

    _parse(content, start)
    return rows, columns


def _parse(content: bytes, start: Any, text: Any = None) -> None:
    parser = ParserCreate()
    parser.StartElementHandler = start
    if text:
        parser.CharacterDataHandler = text
    parser.Parse(content, True)
