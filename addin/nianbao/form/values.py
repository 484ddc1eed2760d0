"""A statutory form as values: its sections, tables, row and column trees, and cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Iterator, Mapping

COUNT, SIGNED, MONEY = "count", "signed", "money"  # kinds of number: integer >= 0, any integer, amount >= 0
TEXT, CHOICE = "text", "choice"  # kinds of cell that hold words
AGENCY = "department"  # the unit type whose form the year alone decides

_NUMBERING = re.compile(r"^(其中[:：])?([一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\(\d+\)|\d+[.．]?)?")
_EXPLANATION = re.compile(r"（[^（）]*）$")


def unnumbered(label: str) -> str:
    """Return a label without its number and without 其中 before it."""
    return _NUMBERING.sub("", label)


@dataclass(frozen=True)
class Node:
    """A row or a column of a table: a leaf holds values, a group only a label over its `children`."""

    id: str
    label: str
    children: tuple[Node, ...] = ()
    total: str | None = None  # rule expression over the node's own table, for example sum(applicants)
    unit: str | None = None
    units: tuple[str, ...] = ()  # units the clerk may choose between
    kind: str | None = None
    span: int = 1  # grid columns a leaf column is wide
    name: str | None = None  # how sentences call it, where that is not the label without its number
    heading: bool = False  # a row that only heads the rows below it
    indent: int = 0  # levels a row label is set in
    code: str = ""  # printed number of an indicator
    choices: tuple[str, ...] = ()
    confidence: str = ""  # "own" while the label is not checked against an official copy
    note: str = ""
    basis: str = ""

    def leaves(self) -> Iterator[Node]:
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def short(self) -> str:
        """The node's name in a sentence: its own, or its label without number and explanation."""
        return _EXPLANATION.sub("", unnumbered(self.label)) if self.name is None else self.name

    @property
    def depth(self) -> int:
        """Levels of labels from here down, itself included."""
        return 1 + max((child.depth for child in self.children), default=0)


@dataclass(frozen=True)
class Cell:
    """One number (or word) of a form. `id` never changes once shipped; `name` is what sentences call it: 【name】."""

    id: str
    table: str  # "" for a field outside the statutory tables
    row: Node
    column: Node
    kind: str
    unit: str
    units: tuple[str, ...]
    label: str
    name: str = ""
    choices: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.kind not in (TEXT, CHOICE)

    @property
    def is_total(self) -> bool:
        return bool(self.row.total or self.column.total)

    @property
    def is_integer(self) -> bool:
        return self.kind != MONEY

    @property
    def unit_key(self) -> str:
        """The meta key under which the chosen unit stands, where the form leaves a choice."""
        return f"meta.unit.{self.id}"


@dataclass(frozen=True, eq=False)
class Info:
    """A printed column between labels and numbers that shows an attribute of each row: its unit or code."""

    label: str
    show: str


@dataclass(frozen=True)
class Block:
    """A part of a table with one header: an optional title row, a column tree and a row tree."""

    columns: tuple[Node, ...]
    rows: tuple[Node, ...]
    title: str = ""
    corner: str = ""
    infos: tuple[Info, ...] = ()

    @cached_property
    def leaf_columns(self) -> tuple[Node, ...]:
        return tuple(leaf for node in self.columns for leaf in node.leaves())

    @cached_property
    def all_rows(self) -> tuple[Node, ...]:
        """The rows as printed, headings included."""
        return tuple(leaf for node in self.rows for leaf in node.leaves())

    @cached_property
    def leaf_rows(self) -> tuple[Node, ...]:
        """The rows that hold numbers."""
        return tuple(row for row in self.all_rows if not row.heading)


@dataclass(frozen=True, eq=False)
class Table:
    """A statutory table: blocks stacked in one grid of `stub` label columns and number columns, `widths` in mm."""

    id: str
    sheet: str
    pattern: str  # cell id with {row} and {column}
    widths: tuple[float, ...]
    stub: int
    unit: str
    kind: str
    blocks: tuple[Block, ...]
    head: str = ""  # pattern of a line printed over the table
    foot: str = ""  # pattern of a line printed under it
    landscape: bool = False

    def cell_id(self, row: str, column: str) -> str:
        return self.pattern.replace("{row}", row).replace("{column}", column)

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Group id -> ids of the leaves below it that are no totals; rows and columns share one namespace."""
        found: dict[str, tuple[str, ...]] = {}
        for block in self.blocks:
            for top in (*block.rows, *block.columns):
                for node in top.walk():
                    if node.children and node.id:
                        found[node.id] = tuple(leaf.id for leaf in node.leaves() if not leaf.total)
        return found

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Row and column ids -> node, groups included."""
        return {
            node.id: node
            for block in self.blocks
            for top in (*block.columns, *block.rows)
            for node in top.walk()
            if node.id
        }


@dataclass(frozen=True, eq=False)
class Text:
    """A narrative the clerk writes: a list of paragraphs. `aspect` is what it is about, `words` other words for it."""

    id: str
    heading: str
    ask: str = ""
    aspect: str = ""
    words: tuple[str, ...] = ()

    def spoken_of(self, text: str) -> bool:
        """Whether a text mentions the aspect, in its own or in another word."""
        return bool(self.aspect) and any(word in text for word in (self.aspect, *self.words))


@dataclass(frozen=True, eq=False)
class Statement:
    """A sentence made from figures, with 【names】 in it. Where cell `zero` is 0, `zero_text` stands instead.

    The clerk may change its words: the report then has a text under the statement's id.
    """

    id: str
    text: str
    zero: str = ""
    zero_text: str = ""


@dataclass(frozen=True, eq=False)
class Share:
    """A percentage sentences may name: `part` of `whole`, to `digits` decimals. Shares of one `group` add up to 100."""

    name: str
    part: str
    whole: str
    group: str = ""
    digits: int = 1


@dataclass(frozen=True, eq=False)
class Section:
    """A part of the report: a table, or narrative texts, or fields that end up in statements.

    An `annex` is printed after the signature, on a new page.
    """

    id: str
    heading: str
    variants: tuple[str, ...] = ()
    table: str | None = None
    sheet: str = ""
    texts: tuple[Text, ...] = ()
    fields: tuple[Cell, ...] = ()
    statements: tuple[Statement, ...] = ()
    statement_required: bool = False  # the statements must be made, in their own words or the clerk's
    annex: bool = False
    nothing: str = ""
    limit: int | None = None  # characters, as the notice asks


@dataclass(frozen=True, eq=False)
class MetaField:
    """One question about the unit or the report; choices are (code, label, aliases). `ends` maps how the name of a
    unit ends to the choice that is likely for it."""

    id: str
    label: str
    kind: str = "text"
    required: bool = False
    hint: str = ""
    choices: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    ends: Mapping[str, str] = field(default_factory=dict)

    def likely(self, unit: str) -> str:
        """Return the choice the name of a unit points to, by its longest known ending; "" for none."""
        known = [end for end in self.ends if unit.endswith(end)]
        return self.ends[max(known, key=len)] if known else ""

    def code(self, value: str) -> str:
        """Return the code for a code, label or alias; an unknown value comes back as it is."""
        plain = _plain(value)
        for code, label, aliases in self.choices:
            if plain in map(_plain, (code, label, *aliases)):
                return code
        return value

    def show(self, value: str) -> str:
        """Return the label for a code; anything else comes back as it is."""
        return next((label for code, label, _ in self.choices if code == value), value)


def _plain(value: str) -> str:
    return value.lower().replace(" ", "").replace("-", "").replace("_", "")


@dataclass(frozen=True, eq=False)
class Form:
    """A statutory form. Figures, texts and meta of a report are keyed by the ids found here."""

    id: str
    version: str
    name: str
    use: str
    basis: str
    since: int
    until: int | None
    title: str
    title_words: str
    preamble: str
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    comparable: dict[str, tuple[str, ...]] = field(default_factory=dict)
    carry: dict[str, str] = field(default_factory=dict)
    preset: dict[str, str] = field(default_factory=dict)  # cell a new workbook has filled in -> name in a pattern
    variants: dict[str, str] = field(default_factory=dict)
    units: tuple[str, ...] = ()  # types of unit it is meant for
    period: tuple[str, str] = ("01-01", "12-31")  # first and last day; a last day before the first is in the next year
    preamble_heading: str = ""
    shares: tuple[Share, ...] = ()
    confidence: str = ""  # "own" while labels are not checked against an official copy
    meta: Mapping[str, MetaField] = field(default_factory=dict)  # the questions about the unit and its report

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Every number of the form by id, in printing order: tables first, then fields."""
        found = [cell for table in self.tables for cell in _table_cells(table)]
        found += [cell for section in self.sections for cell in section.fields]
        return {cell.id: cell for cell in found}

    @cached_property
    def table_cells(self) -> dict[str, tuple[Cell, ...]]:
        return {t.id: tuple(c for c in self.cells.values() if c.table == t.id) for t in self.tables}

    @cached_property
    def texts(self) -> dict[str, Text]:
        return {text.id: text for section in self.sections for text in section.texts}

    @cached_property
    def statements(self) -> dict[str, Statement]:
        return {statement.id: statement for section in self.sections for statement in section.statements}

    @cached_property
    def names(self) -> dict[str, str]:
        """What a sentence may name -> the cell, `meta.` or `share.` reference behind it."""
        found = {f.label: f.id for f in self.meta.values()}
        found |= {cell.name: cell.id for cell in self.cells.values()}
        return found | {share.name: f"share.{share.name}" for share in self.shares}

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {table.id: table for table in self.tables}

    def table(self, table_id: str) -> Table:
        return self._tables[table_id]

    def section(self, section_id: str) -> Section:
        return next(s for s in self.sections if s.id == section_id)

    def summand(self, cell: Cell, name: str) -> str:
        """Return the id of the cell that a name in the total of `cell` stands for: the row (of a total row) or column
        (of a total column) of the cell's own table, else the cell with this id, which there need not be."""
        if cell.table:
            table = self.table(cell.table)
            own = table.cell_id(cell.row.id, name) if cell.column.total else table.cell_id(name, cell.column.id)
            if own in self.cells:
                return own
        return name

    def section_of(self, cell: Cell) -> Section:
        """The section a cell is printed in."""
        return next(s for s in self.sections if (cell.table and s.table == cell.table) or cell in s.fields)

    def fits(self, year: int) -> bool:
        """Whether the form is the one for this report year."""
        return self.since <= year <= (self.until or 9999)

    def year_reported(self, day: date) -> int:
        """Return the report year that is due around a day: of those it is for, the one that ends nearest."""
        first, last = self.period
        month, of_month = map(int, last.split("-"))
        years = range(day.year - 2, day.year + 2)
        nearest = min(years, key=lambda year: abs(date(year + (last < first), month, of_month) - day))
        return max(self.since, min(nearest, self.until or nearest))

    def can_compare(self, earlier_form: str, cell_id: str) -> bool:
        """Whether a cell may be compared with the same cell of a report made in an earlier form."""
        patterns = self.comparable.get(earlier_form, ())
        return any(cell_id == p or (p.endswith("*") and cell_id.startswith(p[:-1])) for p in patterns)


def _table_cells(table: Table) -> Iterator[Cell]:
    for block in table.blocks:
        columns = [(column, _labels(block, column), "".join(_names(block, column))) for column in block.leaf_columns]
        for row in block.leaf_rows:
            short = row.short
            for column, labels, name in columns:
                yield Cell(
                    id=table.cell_id(row.id, column.id),
                    table=table.id,
                    row=row,
                    column=column,
                    kind=row.kind or column.kind or table.kind,
                    unit=(column.units or row.units or (row.unit or column.unit or table.unit,))[0],
                    units=column.units or row.units,
                    label="·".join(filter(None, (row.label, *labels))),
                    name=short + name,
                    choices=column.choices or row.choices,
                )


def _path(block: Block, leaf: Node) -> tuple[Node, ...]:
    """Nodes that tell a leaf column apart: the leaf itself, led by its parent where leaves share a label."""
    if sum(x.label == leaf.label for x in block.leaf_columns) == 1:
        return (leaf,)
    return next(n for top in block.columns for n in top.walk() if leaf in n.children), leaf


def _labels(block: Block, column: Node) -> list[str]:
    """The column's part of a cell's label; a table with one column of numbers has none."""
    return [node.label for node in _path(block, column)] if len(block.leaf_columns) > 1 or block.title else []


def _names(block: Block, column: Node) -> list[str]:
    return [node.short for node in _path(block, column)]
