"""Rules on indicator tables: parts that exceed their whole, units mistaken, words that contradict the table."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Iterable, Iterator

from ...form import TEXT, Cell
from ...report import number, show
from ...rule import is_number
from ..parameters import CellId, Cells, Pairs, Sayings
from ..registry import Context, Fault, Nothing, cell_place, implements, text_place


_PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class PartsOfWholes:
    """Part and whole, two by two."""

    pairs: Pairs


@dataclass(frozen=True)
class WholesAndParts:
    """Whole and part, two by two."""

    pairs: Pairs


@dataclass(frozen=True)
class Documents:
    """The documents disclosed, everything disclosed (a hard limit), and the documents issued."""

    disclosed: CellId
    everything: CellId
    issued: CellId


@dataclass(frozen=True)
class Channels:
    """The channels, and the total that counts the same information once."""

    channels: Cells
    total: CellId


@dataclass(frozen=True)
class Amounts:
    """Amounts, how large one in 万元 is that was probably typed in 元, and how small one in 元 the other way round."""

    amounts: Cells
    large: Decimal
    small: Decimal


@dataclass(frozen=True)
class Consultations:
    """The total, and the ways it adds up from, for each form in turn."""

    totals: Cells
    ways: Cells


@dataclass(frozen=True)
class Statements:
    """How a text states numbers of the tables."""

    sayings: Sayings


def _cells(context: Context, ids: Iterable[str]) -> list[Cell]:
    """The cells a record names, those of them the form has."""
    return [context.form.cells[c] for c in ids if c in context.form.cells]


def _pairs(context: Context, pairs: Pairs) -> Iterator[tuple[Cell, Any, Cell, Any]]:
    """Yield (cell, number, cell, number) for cells named two by two, where both are numbers."""
    for names in pairs:
        cells = _cells(context, names)
        values = [context.report.get(cell.id) for cell in cells]
        if len(cells) == 2 and all(map(is_number, values)):
            yield cells[0], values[0], cells[1], values[1]


def _exceeds(context: Context, cell: Cell, value: Any, whole: Cell, most: Any, **names: Any) -> Fault:
    cells = {cell.id: value, whole.id: most}
    shown = {"place": cell_place(context.form, cell), "found": show(value), "most": show(most)}
    lesser = bool(names.pop("lesser", False))
    return Fault(cells, {**shown, **names}, lesser, actual=value, expected=most)


@implements("S14-PRESS", "I08-FULL", given=PartsOfWholes)
def parts_stay_below(context: Context, given: PartsOfWholes) -> Iterator[Fault]:
    for part, value, whole, most in _pairs(context, given.pairs):
        if value > most:
            yield _exceeds(context, part, value, whole, most)


@implements("S14-ORPHAN", given=WholesAndParts)
def no_part_without_whole(context: Context, given: WholesAndParts) -> Iterator[Fault]:
    for whole, most, part, value in _pairs(context, given.pairs):
        if most == 0 and value > 0:
            yield _exceeds(context, part, value, whole, most, parent=whole.name)


@implements("S14-NORM", given=Documents)
def documents_disclosed(context: Context, given: Documents) -> Iterator[Fault]:
    cells = [context.form.cells[c] for c in (given.disclosed, given.everything, given.issued)]
    value, everything, issued = (context.report.get(cell.id) for cell in cells)
    if is_number(value) and is_number(everything) and value > everything:
        advice = f"多于主动公开总数{show(everything)}"
        yield _exceeds(context, cells[0], value, cells[1], everything, advice=advice)
    elif is_number(value) and is_number(issued) and value > issued:
        advice = f"多于制发总数{show(issued)}，公开了以前年度文件的可不改"
        yield _exceeds(context, cells[0], value, cells[2], issued, advice=advice, lesser=True)


@implements("S14-CHAN", given=Channels)
def channels_stay_below(context: Context, given: Channels) -> Iterator[Fault]:
    whole = context.form.cells[given.total]
    most = context.report.get(whole.id)
    for channel in _cells(context, given.channels):
        value = context.report.get(channel.id)
        if is_number(value) and is_number(most) and value > most:
            yield _exceeds(context, channel, value, whole, most)


@implements("S14-WAN", "I08-UNIT", given=Amounts)
def units_are_kept(context: Context, given: Amounts) -> Iterator[Fault]:
    """Amounts in 万元 are not large, amounts in 元 are not fractions of one."""
    for cell in _cells(context, given.amounts):
        value = context.report.get(cell.id)
        if not is_number(value) or value <= 0:
            continue
        large = cell.unit.startswith("万")
        if value >= given.large if large else value < given.small:
            advice = "数额偏大，像是以元填写" if large else f"不足{show(given.small)}元，像是以万元填写"
            names = {"place": cell_place(context.form, cell), "found": show(value), "unit": cell.unit, "advice": advice}
            yield Fault({cell.id: value}, names)


@implements("I08-CUM")
def cumulative_numbers_grow(context: Context, given: Nothing) -> Iterator[Fault]:
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
        place = f"{context.form.section_of(cell).heading}，“{row.label}”"
        names = {"place": place, "found": show(value), "running": running.label}
        if value < current:
            yield Fault(cells, {**names, "advice": f"少于{now.label}{show(current)}"}, False, value, current)
        elif is_number(last) and value not in (current, last + current):
            advice = f"上年{show(last)}加{now.label}{show(current)}应为{show(last + current)}"
            yield Fault(cells, {**names, "advice": advice}, True, value, last + current)


@implements("PUB-CONSULT", given=Consultations)
def consultations_add_up(context: Context, given: Consultations) -> Iterator[Fault]:
    cells = _cells(context, (*given.totals, *given.ways))
    values = [context.report.get(cell.id) for cell in cells]
    numbers = [v for v in values if is_number(v)]
    if len(numbers) < len(cells) or numbers[0] == sum(numbers[1:]):
        return
    total, parts = numbers[0], sum(numbers[1:])
    names = {"place": cell_place(context.form, cells[0]), "found": show(total), "sum": show(parts)}
    found = {cell.id: value for cell, value in zip(cells, values)}
    more = f"{'多' if total > parts else '少'}{show(abs(total - parts))}"
    yield Fault(found, {**names, "more": more}, False, total, parts)


@implements("I08-CUMTXT", given=Statements)
def cumulative_words(context: Context, given: Statements) -> Iterator[Fault]:
    for text_id, found, cell, _ in _said(context, given.sayings):
        cells = {text_id: found, cell.id: context.report.get(cell.id)}
        yield Fault(cells, {"place": text_place(context.form, text_id), "found": found})


def _said(context: Context, sayings: Sayings) -> Iterator[tuple[str, str, Cell, Any]]:
    """Yield (text id, words, cell, number said) for what the narrative says of a cell."""
    for text_id, paragraphs in context.report.texts.items():
        for paragraph in paragraphs:
            plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", paragraph))
            for saying in sayings:
                cell = next(iter(_cells(context, saying.cells)), None)
                for match in saying.text.regex.finditer(plain):
                    said = "0" if saying.zero else match[1]
                    if cell is not None and cell.kind != TEXT and _PLAIN.fullmatch(said or ""):
                        yield text_id, match[0], cell, number(Decimal(said))
