"""What differs between a table in a file and the table of the form: labels, rows and columns."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Iterable, Iterator

from ..columns import column_name
from ..form import Table
from ..layout import Band, grid
from . import ids
from .blocks import Block
from .source import Source, address

Labels = list[tuple[str, str, str]]


def rows_of(band: Band, block: Block) -> dict[str, int]:
    """Return row id -> row in the file, head rows included."""
    official = {leaf.id or ids.BLANK for leaf in band.block.all_rows}
    official |= {f"{ids.HEAD}{n}" for n in range(band.body.start - band.top)}
    return {row_id: row for row_id, row in reversed(block.lines) if row_id in official}


def lost(table: Table, band: Band, block: Block) -> list[str]:
    """Name the rows and columns that are gone."""
    rows = rows_of(band, block)
    found = [f"行“{leaf.label}”" for leaf in band.block.all_rows if (leaf.id or ids.BLANK) not in rows]
    found += [f"列“{c.label}”" for c in band.block.leaf_columns if (c.id or ids.BLANK) not in block.columns]
    return [f"{table.sheet}：{name}" for name in found]


def changed_labels(source: Source, table: Table, band: Band, block: Block) -> Labels:
    """Return (place, label found, official label) for labels that say something else."""
    rows, found = rows_of(band, block), []
    to_row = {band.top + n: rows.get(f"{ids.HEAD}{n}") for n in range(band.body.start - band.top)}
    to_row |= {row: rows.get(leaf.id or ids.BLANK) for row, leaf in zip(band.body, band.block.all_rows)}
    to_column = {column: block.columns.get(name) for column, name in ids.grid_columns(table, band, 0).items()}
    for label in grid(table).labels:
        if not band.top <= label.row < band.body.stop:
            continue
        row, column = to_row.get(label.row), to_column.get(label.column)
        if row is None or column is None:
            continue
        value = source.at(block.sheet, row, column)
        text = "" if value is None else str(value)
        if text != label.text and _plain(text) != _plain(label.text):
            found.append((f"{block.sheet} {address(row, column)}", text, label.text))
    return found


def added(source: Source, band: Band, block: Block) -> Iterator[str]:
    """Name rows and columns with content that the form does not have, and a table whose order is another."""
    rows, sheet = rows_of(band, block), block.sheet
    columns = {c.id: block.columns[c.id or ids.BLANK] for c in band.block.leaf_columns
               if (c.id or ids.BLANK) in block.columns}
    inside = range(min(block.columns.values()), max(block.columns.values()) + 1)
    taken = set(rows.values())
    for row in range(block.row + 1, _bottom(block, taken) + 1):
        if row not in taken and _filled(source, sheet, [row], inside):
            yield f"{sheet}：第{row + 1}行"
    spans = {columns[c.id] + n for c in band.block.leaf_columns if c.id in columns for n in range(c.span)}
    for column in inside:
        if column not in spans and column not in block.columns.values() and _filled(source, sheet, taken, [column]):
            yield f"{sheet}：{column_name(column + 1)}列"
    order = [rows[r] for r in [leaf.id or ids.BLANK for leaf in band.block.all_rows] if r in rows]
    across = [columns[c.id] for c in band.block.leaf_columns if c.id in columns]
    if order != sorted(order) or across != sorted(across):
        yield f"{sheet}：行或列的次序与格式不同"


def _bottom(block: Block, taken: set[int]) -> int:
    marks = [row for row_id, row in block.lines if row_id == ids.MARKS]
    return max([min(marks) - 1 if marks else block.bottom, *taken])


def _filled(source: Source, sheet: str, rows: Iterable[int], columns: Iterable[int]) -> bool:
    return any(source.at(sheet, *place) is not None for place in itertools.product(rows, columns))


def _plain(label: str) -> str:
    """A label without what may differ and mean the same: widths of characters, spaces, quotation marks."""
    text = unicodedata.normalize("NFKC", label)
    for old, new in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'")):
        text = text.replace(old, new)
    return "".join(text.split())
