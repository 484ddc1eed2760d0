"""What Word repairs, refuses or shows otherwise in a document although the Open XML SDK finds nothing wrong."""

from __future__ import annotations

import re
from collections import Counter
from typing import Iterator, Mapping

from lxml import etree

import office_files.opc as opc
from office_files.opc import Faults, Package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LARGEST = 31680  # twentieths of a point: 22 inches


def _w(element: etree._Element, path: str, name: str = "val") -> str | None:
    found = element.find("/".join(_W + step for step in path.split("/")))
    return None if found is None else found.get(_W + name)


def _stories(package: Package) -> Iterator[tuple[str, etree._Element]]:
    """Yield the parts that hold running text."""
    yield package.main, package.root(package.main)
    for relation in package.relations(package.main):
        if relation.kind in ("header", "footer", "footnotes", "endnotes"):
            yield relation.target, package.root(relation.target)


def _tables(package: Package) -> Iterator[tuple[str, etree._Element]]:
    for part, root in _stories(package):
        for number, table in enumerate(root.iter(f"{_W}tbl"), 1):
            yield f"{part} table {number}", table


def cells_end_with_a_paragraph(package: Package) -> Faults:
    """Word cannot open a document with another kind of cell: dotnet/Open-XML-SDK#592."""
    for place, table in _tables(package):
        for cell in table.iter(f"{_W}tc"):
            if len(cell) == 0 or cell[-1].tag != f"{_W}p":
                yield f"{place}: a cell without a paragraph at its end"


def tables_stand_apart(package: Package) -> Faults:
    """Word joins two tables with nothing between them."""
    for place, table in _tables(package):
        follower = table.getnext()
        if follower is not None and follower.tag == table.tag:
            yield f"{place}: a table right behind it"


def rows_fill_the_grid(package: Package) -> Faults:
    """As many columns in each row as in the grid, at most 63, and merged cells that begin somewhere."""
    for place, table in _tables(package):
        grid = len(table.findall(f"{_W}tblGrid/{_W}gridCol"))
        if not 1 <= grid <= 63:
            yield f"{place}: {grid} columns"
        above: set[tuple[int, int]] = set()
        for row in table.findall(f"{_W}tr"):
            at = int(_w(row, "trPr/gridBefore") or 0)
            merged: set[tuple[int, int]] = set()
            for cell in row.findall(f"{_W}tc"):
                span = int(_w(cell, "tcPr/gridSpan") or 1)
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                if merge is not None:
                    merged.add((at, span))
                    if merge.get(f"{_W}val", "continue") == "continue" and (at, span) not in above:
                        yield f"{place}: a cell goes on that began nowhere"
                at += span
            if at + int(_w(row, "trPr/gridAfter") or 0) != grid:
                yield f"{place}: a row of {at} columns in a grid of {grid}"
            if row.find(f"{_W}tc") is None:
                yield f"{place}: a row without cells"
            above = merged


def header_rows_come_first(package: Package) -> Faults:
    """Word repeats header rows only from the first on, and none when all rows are header rows."""
    for place, table in _tables(package):
        marks = [row.find(f"{_W}trPr/{_W}tblHeader") is not None for row in table.findall(f"{_W}tr")]
        if marks != sorted(marks, reverse=True) or (marks and all(marks)):
            yield f"{place}: header rows are not the first rows"


def sizes_within_limits(package: Package) -> Faults:
    for part, root in _stories(package):
        for element in root.iter(f"{_W}trHeight", f"{_W}tcW", f"{_W}gridCol", f"{_W}spacing", f"{_W}sz", f"{_W}tblW"):
            name = etree.QName(element).localname
            values = {etree.QName(k).localname: v for k, v in element.attrib.items()}
            said = (values.get(k, "") for k in ("val", "w", "line"))
            number = next((int(value) for value in said if re.fullmatch(r"-?\d+", value)), 0)
            if number > (3276 if name == "sz" else _LARGEST) or (name in ("sz", "trHeight") and number < 0):
                yield f"{part}: {name} {number}"
        for section in root.iter(f"{_W}sectPr"):
            size, margin = section.find(f"{_W}pgSz"), section.find(f"{_W}pgMar")
            if size is None or margin is None:
                yield f"{part}: a section without a page"
                continue
            width = int(size.get(f"{_W}w")) - sum(int(margin.get(f"{_W}{side}")) for side in ("left", "right"))
            height = int(size.get(f"{_W}h")) - sum(abs(int(margin.get(f"{_W}{side}"))) for side in ("top", "bottom"))
            if min(width, height) < 720:
                yield f"{part}: a page without room for text"


def bookmarks_pair(package: Package) -> Faults:
    """Names of Word's form, each once; each start with an end behind it."""
    names: Counter[str] = Counter()
    for part, root in _stories(package):
        open_: dict[str, str] = {}
        for element in root.iter(f"{_W}bookmarkStart", f"{_W}bookmarkEnd"):
            number = element.get(f"{_W}id")
            if element.tag == f"{_W}bookmarkStart":
                name = element.get(f"{_W}name")
                if number in open_ or not re.fullmatch(r"[^\W\d]\w{0,39}|_\w{0,39}", name):
                    yield f"{part}: bookmark {number} “{name}”"
                open_[number] = name
                names[name.lower()] += 1
            elif open_.pop(number, None) is None:
                yield f"{part}: bookmark {number} ends before it starts"
        yield from (f"{part}: bookmark “{name}” does not end" for name in open_.values())
    yield from (f"bookmark “{name}” {times} times" for name, times in names.items() if times > 1)


def fields_pair(package: Package) -> Faults:
    for part, root in _stories(package):
        depth = 0
        for mark in root.iter(f"{_W}fldChar"):
            depth += {"begin": 1, "end": -1}.get(mark.get(f"{_W}fldCharType"), 0)
            if depth < 0:
                break
        if depth:
            yield f"{part}: a field without its end or its beginning"


def styles_exist(package: Package) -> Faults:
    """Every style that text names, of its kind; none that is based on itself."""
    part = package.target(package.main, "styles")
    styles = {} if part is None else {
        (s.get(f"{_W}type"), s.get(f"{_W}styleId")): _w(s, "basedOn") for s in package.root(part).iter(f"{_W}style")}
    kinds = {"pStyle": "paragraph", "rStyle": "character", "tblStyle": "table"}
    for story, root in _stories(package):
        named = {(kinds[etree.QName(e).localname], e.get(f"{_W}val")) for e in root.iter(*(_W + k for k in kinds))}
        yield from (f"{story}: {kind} style {name} is missing" for kind, name in sorted(named - set(styles)))
    for (kind, name), base in styles.items():
        seen = {name}
        while base is not None:
            if base in seen or (kind, base) not in styles:
                yield f"{part}: style {name} is based on {base}"
                break
            seen.add(base)
            base = styles[kind, base]


def spaces_are_kept(package: Package) -> Faults:
    """Word drops spaces at the ends of a text that does not ask to keep them, and shows no line break inside one."""
    for part, root in _stories(package):
        for text in root.iter(f"{_W}t"):
            words = text.text or ""
            if (words != words.strip(" ") and text.get(_SPACE) != "preserve") or re.search(r"[\n\t\r]", words):
                yield f"{part}: {words[:20]!r} loses white space"


def drawings_numbered(package: Package) -> Faults:
    """Drawings have one number each in the whole document."""
    numbers = Counter(
        e.get("id") for _, root in _stories(package) for e in root.iter()
        if isinstance(e.tag, str) and e.tag.endswith("}docPr"))
    yield from (f"drawing {number} {times} times" for number, times in numbers.items() if times > 1)


def data_is_identified(package: Package) -> Faults:
    """A part of custom XML has properties with a GUID of its own."""
    seen = set()
    for relation in package.relations(package.main):
        if relation.kind != "customXml":
            continue
        properties = package.target(relation.target, "customXmlProps")
        known = "" if properties is None else "".join(
            v for k, v in package.root(properties).attrib.items() if k.endswith("}itemID"))
        if not re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", known) or known in seen:
            yield f"{relation.target}: id {known!r}"
        seen.add(known)


CHECKS: tuple[opc.Check, ...] = (
    *opc.CHECKS, cells_end_with_a_paragraph, tables_stand_apart, rows_fill_the_grid, header_rows_come_first,
    sizes_within_limits, bookmarks_pair, fields_pair, styles_exist, spaces_are_kept, drawings_numbered,
    data_is_identified)


def faults(parts: Mapping[str, bytes]) -> list[str]:
    """Return everything that is wrong with a document, empty when Word opens and shows it as it is meant."""
    return opc.faults(parts, CHECKS)
