"""A table of a form as one grid of label cells and value cells.

The workbook, the Word template, the web page, the documentation and the reader of foreign tables are all made
from this grid; it knows none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from .form import Block, Form, Node, Table

TITLE, CORNER, HEAD, STUB, INFO = "title", "corner", "head", "stub", "info"
NO_NUMBER = "——"  # stands where a heading row has no unit and no number


@dataclass(frozen=True, eq=False)
class Label:
    """A printed label. `role` tells a block title, the corner over the stub, a column head, a row label or
    what is printed beside a row label (unit, code)."""

    row: int
    column: int
    rows: int
    columns: int
    text: str
    role: str
    node: Node | None = None


@dataclass(frozen=True, eq=False)
class Value:
    """A place for the number of cell `id`."""

    row: int
    column: int
    rows: int
    columns: int
    id: str


@dataclass(frozen=True, eq=False)
class Band:
    """The grid rows of one block: its head from `top`, its rows in `body`, one per row of `all_rows`."""

    block: Block
    top: int
    body: range
    starts: tuple[int, ...]  # grid column of each leaf column


@dataclass(frozen=True, eq=False)
class Grid:
    """`rows` × `columns` places, every one covered by exactly one label or value."""

    table: Table
    rows: int
    columns: int
    bands: tuple[Band, ...]
    labels: tuple[Label, ...]
    values: tuple[Value, ...]

    @property
    def places(self) -> tuple[Label | Value, ...]:
        return (*self.labels, *self.values)

    @property
    def head_rows(self) -> int:
        """Rows to repeat on the next page: the head of a table with one block, none of a stack of blocks."""
        return self.bands[0].body.start if len(self.bands) == 1 else 0

    @cached_property
    def lines(self) -> tuple[tuple[Label | Value, ...], ...]:
        """Per grid row the labels and values that begin in it, left to right."""
        found: list[list[Label | Value]] = [[] for _ in range(self.rows)]
        for place in self.places:
            found[place.row].append(place)
        return tuple(tuple(sorted(line, key=lambda p: p.column)) for line in found)

    @cached_property
    def at(self) -> dict[tuple[int, int], Label | Value]:
        """(row, column) -> the label or value that covers it."""
        return {
            (r, c): p
            for p in self.places
            for r in range(p.row, p.row + p.rows)
            for c in range(p.column, p.column + p.columns)
        }


@cache
def grid(table: Table) -> Grid:
    """Return the grid of a table."""
    columns = len(table.widths)
    bands: list[Band] = []
    labels: list[Label] = []
    values: list[Value] = []
    top = 0
    for block in table.blocks:
        head = top
        if block.title:
            labels.append(Label(head, 0, 1, columns, block.title, TITLE))
            head += 1
        depth = max(node.depth for node in block.columns)
        body = head + depth
        if table.stub:
            labels.append(Label(head, 0, depth, table.stub, block.corner, CORNER))
        starts: list[int] = []
        for number, info in enumerate(block.infos):
            labels.append(Label(head, table.stub + number, depth, 1, info.label, HEAD))
        column = table.stub + len(block.infos)
        for node in block.columns:
            column = _head(node, head, body, column, labels, starts)
        row = body
        for node in block.rows:
            row = _stub(node, row, 0, table.stub, labels)
        for line, leaf in enumerate(block.all_rows, body):
            for number, info in enumerate(block.infos):
                text = NO_NUMBER if leaf.heading else getattr(leaf, info.show) or getattr(table, info.show, "")
                labels.append(Label(line, table.stub + number, 1, 1, text, INFO, leaf))
            for start, leaf_column in zip(starts, block.leaf_columns):
                if leaf.heading:
                    labels.append(Label(line, start, 1, leaf_column.span, NO_NUMBER, INFO, leaf))
                else:
                    cell_id = table.cell_id(leaf.id, leaf_column.id)
                    values.append(Value(line, start, 1, leaf_column.span, cell_id))
        bands.append(Band(block, top, range(body, row), tuple(starts)))
        top = row
    return Grid(table, top, columns, tuple(bands), tuple(labels), tuple(values))


def _head(node: Node, row: int, body: int, column: int, labels: list[Label], starts: list[int]) -> int:
    """Lay a column node and what is below it; return the next free grid column."""
    if not node.children:
        labels.append(Label(row, column, body - row, node.span, node.label, HEAD, node))
        starts.append(column)
        return column + node.span
    end = column
    for child in node.children:
        end = _head(child, row + 1, body, end, labels, starts)
    labels.append(Label(row, column, 1, end - column, node.label, HEAD, node))
    return end


def _stub(node: Node, row: int, column: int, stub: int, labels: list[Label]) -> int:
    """Lay a row node and what is below it; return the next free grid row."""
    if not node.children:
        if stub:
            labels.append(Label(row, column, 1, stub - column, node.label, STUB, node))
        return row + 1
    end = row
    for child in node.children:
        end = _stub(child, end, column + 1, stub, labels)
    labels.append(Label(row, column, end - row, 1, node.label, STUB, node))
    return end


def grids(form: Form) -> dict[str, Grid]:
    """Return the grids of a form's tables by table id."""
    return {table.id: grid(table) for table in form.tables}
