"""One sheet of a workbook as data: what stands in which cell, and how it is laid out."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Callable, Mapping

from ..columns import column_name
from ..report import Report, values_for

Value = str | int | Decimal


@dataclass(frozen=True)
class Lit:
    """The hidden lists of a workbook: the cells that are colored (`sheet!address`), and those of them that findings
    are about which no formula can see."""

    cells: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """What the formulas of a workbook are computed from: a report and what its sentences may name, and the cells that
    the last check colored."""

    report: Report
    lit: Lit = Lit()

    @cached_property
    def values(self) -> dict[str, str]:
        return values_for(self.report)


Compute = Callable[[Facts], Value]


@dataclass(frozen=True)
class Formula:
    """A formula without its equals sign, the key it is known by, and what it results in."""

    key: str
    text: str
    compute: Compute


@dataclass(frozen=True)
class Item:
    """One cell or merged range, counted from 0, with a fixed text, a formula or a place for input.

    `input` names what is entered: a cell, meta or text id (`s1.active#3` is its third paragraph), or `last.` and a cell
    id. `kind` is what may be entered: a kind of number, `year`, `choice` or `text`.
    """

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    style: str = "text"
    text: str = ""
    input: str = ""
    formula: Formula | None = None
    kind: str = ""
    choices: tuple[str, ...] = ()
    title: str = ""
    note: str = ""
    link: str = ""

    @property
    def address(self) -> str:
        return f"{column_name(self.column + 1)}{self.row + 1}"

    @property
    def extent(self) -> str:
        """The address of the whole range."""
        return f"{self.address}:{column_name(self.column + self.columns)}{self.row + self.rows}"


@dataclass
class Sheet:
    """One sheet: its items, widths in characters by column, heights in points by row, and what to print how."""

    name: str
    widths: tuple[float, ...]
    items: list[Item] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    growing: list[int] = field(default_factory=list)  # rows that grow with their text
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: tuple[int, ...] = ()
    column_styles: dict[int, str] = field(default_factory=dict)  # of cells that hold nothing yet
    hidden: bool = False
    protected: bool = True
    print_columns: int = 0  # columns that are printed; all of them when 0
    freeze: tuple[int, int] | None = None  # rows above and columns left that stay in sight
    repeat: tuple[int, int] | None = None
    landscape: bool = False
    one_page: bool = False
    filter: str = ""
    names: dict[str, str] = field(default_factory=dict)  # defined name -> absolute extent
    last_row: int = 0

    def add(self, item: Item) -> Item:
        self.items.append(item)
        self.last_row = max(self.last_row, item.row + item.rows - 1)
        return item

    def hide(self, row: int, mark: str, columns: Mapping[int, str] = {}) -> None:
        """Write a hidden id row."""
        self.add(Item(row, 0, style="id", text=mark))
        for column, column_id in columns.items():
            self.add(Item(row, column, style="id", text=column_id))
        self.hidden_rows.append(row)

    def reach(self, item: Item) -> str:
        """Return the absolute address of an item's first cell, with the sheet."""
        return f"{self.name}!${column_name(item.column + 1)}${item.row + 1}"


def heading(sheet: Sheet, text: str, columns: int, where: Mapping[str, str]) -> None:
    """A sheet's title, and below it the unit and the year as the first sheet has them."""
    sheet.add(Item(0, 1, 1, columns, "title", text))
    unit, year = where["meta.unit_full"], where["meta.report_year"]

    def compute(facts: Facts) -> str:
        report = facts.report
        return f"填报单位：{report.unit or '（未填）'}　　报告年度：{report.year or '（未填）'}"

    text = f'"填报单位："&IF({unit}="","（未填）",{unit})&"　　报告年度："&IF({year}="","（未填）",{year})'
    sheet.add(Item(1, 1, 1, columns, "unit line", formula=Formula(f"heading.{sheet.name}", text, compute)))
    sheet.heights |= {0: 30, 1: 20}


def near(sheet: Sheet, address: str) -> str:
    """Return an absolute address as a formula on the sheet names it: without the sheet's own name."""
    return address.removeprefix(f"{sheet.name}!")


def literal(text: str) -> str:
    """Return a text as a formula writes it; a longer one in pieces, since one may have 255 characters only."""
    pieces = [text[n : n + 200].replace('"', '""') for n in range(0, len(text), 200)] or [""]
    return "&".join(f'"{piece}"' for piece in pieces)


def height_of(text: str, width: float, line: float = 15.5) -> float:
    """Points that a wrapped text needs in a column of so many characters; a Chinese one counts for two."""
    per_line = max(2, int((width - 2.6) // 2) * 2)
    lines = 0
    for part in text.split("\n"):
        taken = sum(2 if ord(c) > 0x2E7F or c in "“”（）" else 1 for c in part)
        lines += max(1, -(-taken // per_line))
    return lines * line + 4


def rounded(value: int | Decimal) -> int | Decimal:
    """As ROUND(…, 9) does."""
    if isinstance(value, int):
        return value
    rounded = value.quantize(Decimal(1).scaleb(-9), ROUND_HALF_UP)
    return int(rounded) if rounded == rounded.to_integral_value() else rounded.normalize()
