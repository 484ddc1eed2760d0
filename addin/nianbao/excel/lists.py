"""Write a list that grows into a sheet of a package: rows below a head, in place of those of before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Sequence

from ..columns import column_name
from .patch import SheetXml, tag
from .sheet import height_of
from .source import Place, position

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_HIGHEST = 409.0  # points of a row
# What stands in a worksheet behind the place where hyperlinks go.
AFTER_LINKS = ("printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
               "ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls "
               "webPublishItems tableParts extLst").split()


@dataclass(frozen=True)
class List:
    """Lines of values from row `first` and column `left` on, both counted from 0; `widths` in characters by column
    offset, for the heights of the rows; `links` are line and column offset -> the place to jump to."""

    first: int
    left: int
    lines: Sequence[Sequence[Any]]
    widths: Mapping[int, float] = field(default_factory=dict)
    links: Mapping[tuple[int, int], Place] = field(default_factory=dict)


def write_list(xml: SheetXml, new: List) -> None:
    """Write the lines; each cell looks like the one that stood first in its column."""
    first = new.first + 1
    width = max(map(len, new.lines), default=0)
    letters = [column_name(new.left + n + 1) for n in range(width)]
    looks = {letter: xml.cell(f"{letter}{first}").get("s") for letter in letters}
    for number in [n for n in xml.rows if n >= first]:
        xml.data.remove(xml.rows.pop(number))
    xml.cells = {a: c for a, c in xml.cells.items() if position(a)[0] < first}
    for number, line in enumerate(new.lines, first):
        listed = not new.widths or any(line[n] is not None for n in new.widths if n < len(line))
        for letter, value in zip(letters, line):
            if value is None and not listed:
                continue  # below the last line only hidden columns go on
            xml.put(f"{letter}{number}", value)
            style = looks[letter]
            if style is not None:
                xml.cell(f"{letter}{number}").set("s", style)
        if new.widths and listed:
            needed = (height_of(str(line[n]), w) for n, w in new.widths.items() if n < len(line) and line[n])
            xml.rows[number].set("ht", f"{min(max([20.0, *needed]), _HIGHEST):g}")
            xml.rows[number].set("customHeight", "1")
    _link(xml, new)
    dimension = xml.root.find(tag("dimension"))
    if dimension is not None and letters:
        dimension.set("ref", f"A1:{letters[-1]}{first + max(len(new.lines), 1) - 1}")


def _link(xml: SheetXml, new: List) -> None:
    links = xml.root.find(tag("hyperlinks"))
    if links is None:
        links = xml.root.makeelement(tag("hyperlinks"))
        insert(xml.root, links, AFTER_LINKS)
    for link in list(links):
        if position(str(link.get("ref")).partition(":")[0])[0] > new.first:
            links.remove(link)
    for (line, column), (sheet, at) in new.links.items():
        quoted = sheet.replace("'", "''")
        links.append(links.makeelement(tag("hyperlink"), {
            "ref": f"{column_name(new.left + column + 1)}{new.first + line + 1}", "location": f"'{quoted}'!{at}",
            "display": f"{sheet} {at}"}))
    if not len(links):
        xml.root.remove(links)


def insert(root: Element, child: Element, before: Iterable[str]) -> None:
    """Insert a child before the first of the elements that must follow it."""
    names = {tag(name) for name in before}
    index = next((n for n, element in enumerate(root) if element.tag in names), len(root))
    root.insert(index, child)
