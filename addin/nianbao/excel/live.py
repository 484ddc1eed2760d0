"""A workbook that is open in a spreadsheet program: read in bulk, its result sheet written, blanks filled.

It is reached through xlwings, with what that offers for every program alike; nothing here imports it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Iterable, Iterator, Sequence

from ..checks.finding import Finding, summary
from ..columns import column_name
from ..errors import InputError
from ..report import Explanation, Report
from . import ids, results
from .answers import answer_rows
from .plan import live_rules
from .read import Reading, read_source
from .source import Place, Rows, Source, address, position, text_of

if TYPE_CHECKING:
    import xlwings as xw

# What a reader looks at; a stray format or value far below or beside a form is not waited for.
_ROWS, _COLUMNS = 5000, 300


@dataclass(frozen=True)
class Extent:
    """A rectangle of a sheet, and how many cells it has."""

    sheet: str
    address: str
    cells: int


@dataclass(frozen=True)
class Stop:
    """A place with findings, as the result sheet lists it, and what is said about it there."""

    sheet: str
    address: str
    texts: tuple[str, ...]


def read_open(book: xw.Book) -> Reading:
    """Return what an open workbook holds, unsaved changes included; see `read_source` for what is refused."""

    def area(sheet: str) -> xw.Range:
        page = book.sheets[sheet]
        last = page.used_range.last_cell
        return page.range((1, 1), (min(last.row, _ROWS), min(last.column, _COLUMNS)))

    @cache
    def rows(sheet: str) -> Rows:
        return list(area(sheet).options(ndim=2, err_to_str=True).value)

    @cache
    def formulas(sheet: str) -> set[str]:
        found = area(sheet).formula
        lines = found if isinstance(found, (tuple, list)) else ((found,),)
        return {address(r, c) for r, line in enumerate(lines) for c, text in enumerate(line)
                if isinstance(text, str) and text.startswith("=")}

    sheets = tuple(sheet.name for sheet in book.sheets)
    # Errors are read as the text they show, so none is left to be told apart.
    return read_source(Source(book.name, sheets, {}, rows, formulas, lambda sheet: {}))


def list_findings(
    book: xw.Book, reading: Reading, findings: Sequence[Finding], answers: Sequence[Explanation], when: datetime
) -> None:
    """Write the findings to the result sheet in place of those of an earlier check, which also colors their cells, and
    the clerk's answers to 情况说明.

    `when` they were found. A workbook without the result sheet is an `InputError`.
    """
    sheet = _results(book)
    layout = reading.results or results.OWN
    last = reading.report.last
    listed = results.rows(findings, reading.places, answers, last.explanations if last else ())
    ours = {actual: name for name, actual in reading.sheets.items()}
    named = {ref: (ours.get(name, name), at) for ref, (name, at) in reading.places.items()}
    hidden = results.lists(findings, named, live_rules(reading.form))
    table = results.table(listed, {key: cells for key, cells in hidden.items() if key in layout.columns}, layout)
    for line, row in zip(table, listed):
        if row.at:
            line[layout.columns[results.PLACE] - layout.first] = _link(*row.at)
    first, left, right = results.ROW + 1, layout.first + 1, layout.last + 1
    bottom = max(sheet.used_range.last_cell.row, first)
    sheet.range((first, left), (bottom, right)).clear_contents()
    sheet.range((first, left)).value = table
    sheet.range((results.SUMMARY_ROW + 1, left)).value = f"{when:%Y年%m月%d日 %H:%M}校验：{summary(findings)}"
    sheet.range((first, left), (first + len(table) - 1, right)).rows.autofit()
    _list_answers(book, reading, findings, answers, when)
    book.app.screen_updating = True  # draws the other sheets anew, whose colors depend on this one


def _list_answers(
    book: xw.Book, reading: Reading, findings: Sequence[Finding], answers: Sequence[Explanation], when: datetime
) -> None:
    """Write 情况说明 where it says anything else; in workbooks made before it grew, answers are typed there alone."""
    region = reading.answers
    if region is None or region.room is not None:
        return
    sheet, last = book.sheets[region.sheet], reading.report.last
    earlier = last.explanations if last else ()
    lines = answer_rows(answers, earlier, {f.fingerprint for f in findings}, f"{when:%Y-%m-%d}")
    left, right = min(region.columns.values()) + 1, max(region.columns.values()) + 1
    table = [[line.get(name) for name in region.columns] for line in lines]
    first, bottom = region.row + 1, max(sheet.used_range.last_cell.row, region.row + 1)
    area = sheet.range((first, left), (bottom, right))
    if [[text_of(value) for value in line] for line in area.options(ndim=2).value if any(line)] == [
        [text or "" for text in line] for line in table
    ]:
        return
    area.clear_contents()
    if table:
        sheet.range((first, left)).value = table
        sheet.range((first, left), (first + len(table) - 1, right)).rows.autofit()


def _results(book: xw.Book) -> xw.Sheet:
    found = next((sheet for sheet in book.sheets if sheet.name == ids.RESULTS), None)
    if found is None:
        sentence = f"“{book.name}”缺少工作表“{ids.RESULTS}”，不能列出校验结果，请从备份恢复，或改用未删改的工作簿。"
        raise InputError("sheet-missing", sentence)
    return found


def _link(sheet: str, at: str) -> str:
    target, shown = f"#'{sheet.replace(chr(39), chr(39) * 2)}'!{at}", f"{sheet} {at}"
    return "=HYPERLINK({},{})".format(*('"' + text.replace('"', '""') + '"' for text in (target, shown)))


def stops(book: xw.Book) -> list[Stop]:
    """Return the places that the result sheet lists, each once and in its order; a finding about the whole report
    leads to its own line there. Empty where there was no check, or none found anything."""
    sheet = _results(book)
    head = sheet.range((results.ROW, 1), (results.ROW, sheet.used_range.last_cell.column)).options(ndim=1).value
    layout = results.layout_of(head) or results.OWN
    first = results.ROW + 1
    bottom = max(sheet.used_range.last_cell.row, first)
    lines = sheet.range((first, 1), (bottom, layout.last + 1)).options(ndim=2).value
    known = {page.name for page in book.sheets}
    at_place, at_message, at_fix = (layout.columns[key] for key in (results.PLACE, results.MESSAGE, results.FIX))
    found: dict[Place, list[str]] = {}
    for number, line in enumerate(lines, first):
        if line[layout.columns[results.NUMBER]] is None:
            continue
        name, _, at = str(line[at_place]).rpartition(" ")
        where = (name, at) if name in known else (sheet.name, f"{column_name(at_place + 1)}{number}")
        found.setdefault(where, []).append(f"{line[at_message]}{line[at_fix] or ''}")
    return [Stop(*where, tuple(texts)) for where, texts in found.items()]


def blanks(reading: Reading) -> list[Extent]:
    """Return the number cells that are still to be filled in, as few rectangles as rows allow; totals are none."""
    report: Report = reading.report
    cells = [c.id for c in reading.form.cells.values() if c.is_number and not c.is_total]
    places = [reading.places[c] for c in cells if c in reading.places and report.figures.get(c) is None]
    order = {name: number for number, name in enumerate(reading.sheets.values())}
    in_order = sorted(places, key=lambda place: order.get(place[0], len(order)))
    return [Extent(sheet, *rectangle) for sheet, found in groupby(in_order, key=_sheet)
            for rectangle in _rectangles(position(at) for _, at in found)]


def _sheet(place: Place) -> str:
    return place[0]


def _rectangles(cells: Iterable[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """Yield address and size of rectangles that cover just these cells: runs in a row, joined where they lie alike."""
    spans: dict[tuple[int, int], list[int]] = {}
    for row, line in groupby(sorted(set(cells)), key=lambda cell: cell[0]):
        for _, run in groupby(enumerate(column for _, column in line), key=lambda pair: pair[1] - pair[0]):
            columns = [column for _, column in run]
            spans.setdefault((columns[0], columns[-1]), []).append(row)
    for (left, right), rows in spans.items():
        for _, run in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
            lines = [row for _, row in run]
            size = len(lines) * (right - left + 1)
            yield f"{column_name(left)}{lines[0]}:{column_name(right)}{lines[-1]}", size


def fill_zeros(book: xw.Book, extents: Iterable[Extent]) -> None:
    """Write 0 into every cell of these rectangles."""
    for extent in extents:
        book.sheets[extent.sheet].range(extent.address).value = 0
