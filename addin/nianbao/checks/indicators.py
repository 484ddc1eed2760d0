"""Rules on indicator tables: parts that exceed their whole, units mistaken, words that contradict the table."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any, Iterator

from ..form import TEXT, Cell
from ..report import number, show
from ..rule import is_number
from .registry import Context, Fault, cell_place, implements, text_place

_MUCH = 10000  # 万元: an amount from here on was probably typed in 元


def _cells(context: Context) -> list[Cell]:
    """The cells a record names, those of them the form has."""
    return [context.form.cells[c] for c in context.rule.cells if c in context.form.cells]


def _pairs(context: Context) -> Iterator[tuple[Cell, Any, Cell, Any]]:
    """Yield (cell, number, cell, number) for cells named two by two, where both are numbers."""
    cells = _cells(context)
    for first, second in zip(cells[::2], cells[1::2]):
        a, b = context.report.get(first.id), context.report.get(second.id)
        if is_number(a) and is_number(b):
            yield first, a, second, b


def _exceeds(context: Context, cell: Cell, value: Any, whole: Cell, most: Any, **names: Any) -> Fault:
    cells = {cell.id: value, whole.id: most}
    shown = {"place": cell_place(context.form, cell), "found": show(value), "most": show(most)}
    lesser = bool(names.pop("lesser", False))
    return Fault(cells, {**shown, **names}, lesser, actual=value, expected=most)


@implements("S14-PRESS")
@implements("I08-FULL")
def parts_stay_below(context: Context) -> Iterator[Fault]:
    """The record names part and whole two by two."""
    for part, value, whole, most in _pairs(context):
        if value > most:
            yield _exceeds(context, part, value, whole, most)


@implements("S14-ORPHAN")
def no_part_without_whole(context: Context) -> Iterator[Fault]:
    """The record names whole and part two by two."""
    for whole, most, part, value in _pairs(context):
        if most == 0 and value > 0:
            yield _exceeds(context, part, value, whole, most, parent=whole.name)


@implements("S14-NORM")
def documents_disclosed(context: Context) -> Iterator[Fault]:
    """The record names the documents disclosed, everything disclosed (a hard limit), and the documents issued."""
    cells = _cells(context)
    value, everything, issued = (context.report.get(cell.id) for cell in cells)
    if is_number(value) and is_number(everything) and value > everything:
        advice = f"多于主动公开总数{show(everything)}"
        yield _exceeds(context, cells[0], value, cells[1], everything, advice=advice)
    elif is_number(value) and is_number(issued) and value > issued:
        advice = f"多于制发总数{show(issued)}，公开了以前年度文件的可不改"
        yield _exceeds(context, cells[0], value, cells[2], issued, advice=advice, lesser=True)


@implements("S14-CHAN")
def channels_stay_below(context: Context) -> Iterator[Fault]:
    """The record names the channels and, last, the total that counts the same information once."""
    *channels, whole = _cells(context)
    most = context.report.get(whole.id)
    for channel in channels:
        value = context.report.get(channel.id)
        if is_number(value) and is_number(most) and value > most:
            yield _exceeds(context, channel, value, whole, most)


@implements("S14-WAN")
@implements("I08-UNIT")
def units_are_kept(context: Context) -> Iterator[Fault]:
    """Amounts in 万元 are not large, amounts in 元 are not fractions of one."""
    for cell in _cells(context):
        value = context.report.get(cell.id)
        if not is_number(value) or value <= 0:
            continue
        large = cell.unit.startswith("万")
        if value >= _MUCH if large else value < 1:
            advice = "数额偏大，像是以元填写" if large else "不足1元，像是以万元填写"
            names = {"place": cell_place(context.form, cell), "found": show(value), "unit": cell.unit, "advice": advice}
            yield Fault({cell.id: value}, names)


@implements("I08-CUM")
def cumulative_numbers_grow(context: Context) -> Iterator[Fault]:
    """The table has two columns, this period and the running total; the total is no less, and continues last year's."""
    table = context.form.table(context.rule.table)
    now, running = table.blocks[0].leaf_columns
    for row in table.blocks[0].leaf_rows:
        cell = context.form.cells[table.cell_id(row.id, running.id)]
        value, current = context.report.get(cell.id), context.report.get(table.cell_id(row.id, now.id))
        last = context.report.get(f"last.{cell.id}")
        if not (is_number(value) and is_number(current)):
            continue
        cells = {cell.id: value, table.cell_id(row.id, now.id): current}
        names = {"place": f"{context.form.section_of(cell).heading}，“{row.label}”", "found": show(value)}
        if value < current:
            yield Fault(cells, {**names, "advice": f"少于本期实际{show(current)}"}, False, value, current)
        elif is_number(last) and value not in (current, last + current):
            advice = f"上年累计{show(last)}加本期{show(current)}应为{show(last + current)}"
            yield Fault(cells, {**names, "advice": advice}, True, value, last + current)


@implements("PUB-CONSULT")
def consultations_add_up(context: Context) -> Iterator[Fault]:
    """The record names the total and its ways, for each form in turn."""
    cells = _cells(context)
    values = [context.report.get(cell.id) for cell in cells]
    numbers = [v for v in values if is_number(v)]
    if len(numbers) < len(cells) or numbers[0] == sum(numbers[1:]):
        return
    total, parts = numbers[0], sum(numbers[1:])
    names = {"place": cell_place(context.form, cells[0]), "found": show(total), "sum": show(parts)}
    found = {cell.id: value for cell, value in zip(cells, values)}
    yield Fault(found, {**names, "difference": show(total - parts)}, False, total, parts)


@implements("I08-TXT")
def words_agree_with_the_annex(context: Context) -> Iterator[Fault]:
    for text_id, found, cell, value in _said(context):
        stated = context.report.get(cell.id)
        if is_number(stated) and stated != value:
            names = {"place": text_place(context.form, text_id), "found": found, "label": cell.name}
            cells = {cell.id: stated, text_id: found}
            yield Fault(cells, {**names, "number": show(stated), "unit": cell.unit}, False, value, stated)


@implements("I08-CUMTXT")
def cumulative_words(context: Context) -> Iterator[Fault]:
    for text_id, found, cell, _ in _said(context):
        cells = {text_id: found, cell.id: context.report.get(cell.id)}
        yield Fault(cells, {"place": text_place(context.form, text_id), "found": found})


def _said(context: Context) -> Iterator[tuple[str, str, Cell, Any]]:
    """Yield (text id, words, cell, number said) for what the narrative says of a cell; a pattern with `zero` says 0."""
    for text_id, paragraphs in context.report.texts.items():
        for paragraph in paragraphs:
            plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", paragraph))
            for pattern in context.rule.patterns:
                cell = next((context.form.cells[c] for c in pattern["cells"] if c in context.form.cells), None)
                for match in re.finditer(pattern["text"], plain):
                    if cell is not None and cell.kind != TEXT:
                        said = match[1] if match.groups() else "0"
                        yield text_id, match[0], cell, number(Decimal(said))
