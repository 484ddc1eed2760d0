"""Rules on figures that no expression says: what stands in a cell, and comparisons cell by cell."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Iterator

from ...form import COUNT, MONEY, SIGNED, Cell, Form
from ...report import parts_of, show
from ...rule import is_number
from ..parameters import LEVEL, CellId, Levels, NamedCells, Question, Words
from ..registry import Context, Fault, Nothing, cell_place, implements

_NUMBER = re.compile(r"[-+−]?\d[\d,，\s]*(?:\.\d+)?")


@dataclass(frozen=True)
class Decimals:
    """Decimals an amount may have: in 元, and in 万元 as converted from 元."""

    yuan: int
    wan: int


@dataclass(frozen=True)
class Marks:
    """What is written in place of a number; compared in half width and small letters."""

    marks: Words


@dataclass(frozen=True)
class Fee:
    """The amount, how many times last year's it may be or the other way round; from how much a whole number, or one
    with one or two decimals, looks like 元 at these levels of unit; and the level of a unit that does not say."""

    amount: CellId
    times: Decimal
    large: Decimal
    large_with_decimals: Decimal
    levels: Levels
    assumed: str


@dataclass(frozen=True)
class Powers:
    """The question that asks for powers of enforcement, and the cells that a unit with a word in its name has."""

    asked: Question
    expected: NamedCells


@dataclass(frozen=True)
class Steady:
    """How many times last year's number a number may be, or the other way round."""

    times: Decimal


@dataclass(frozen=True)
class Procurement:
    """The number of projects and their amount; in 元, how much one may cost and how little."""

    items: CellId
    amount: CellId
    most: Decimal
    least: Decimal


def _numbers(form: Form) -> Iterator[Cell]:
    return (cell for cell in form.cells.values() if cell.is_number)


def _entered(context: Context) -> Iterator[tuple[Cell, Any]]:
    """Yield the cells the clerk is answerable for: all but totals that are the sum of their parts."""
    report = context.report
    for cell in _numbers(context.form):
        value = report.figures.get(cell.id)
        if not (cell.is_total and (value is None or value == context.totals.get(cell.id))):
            yield cell, value


@implements("G-NUM-1")
def counts_are_whole(context: Context, given: Nothing) -> Iterator[Fault]:
    for cell, value in _entered(context):
        if cell.kind == COUNT and is_number(value) and (value < 0 or value != int(value)):
            yield _fault(context, cell, value)


@implements("G-NUM-2", given=Decimals)
def amounts_are_plain(context: Context, given: Decimals) -> Iterator[Fault]:
    for cell, value in _entered(context):
        if cell.kind != MONEY or not is_number(value):
            continue
        unit = context.report.unit_of(cell)
        allowed = given.wan if unit.startswith("万") else given.yuan
        decimals = _decimals(value)
        if value < 0:
            yield _fault(context, cell, value, advice="金额不能为负数")
        elif decimals > allowed:
            yield _fault(context, cell, value, lesser=True, advice=f"以{unit}为单位的金额一般不超过{allowed}位小数")


def _decimals(value: int | Decimal) -> int:
    return max(0, -Decimal(value).normalize().as_tuple().exponent)  # type: ignore[operator]


@implements("G-NUM-3")
def changes_are_whole(context: Context, given: Nothing) -> Iterator[Fault]:
    for cell, value in _entered(context):
        if cell.kind == SIGNED and is_number(value) and value != int(value):
            yield _fault(context, cell, value)


@implements("G-NUM-4")
def no_cell_is_blank(context: Context, given: Nothing) -> Iterator[Fault]:
    """A row at a time; a workbook in which nothing was filled in yet is one finding. Where all parts of a total are
    there, what is missing is the total, and what it should be is said."""
    report, computed = context.report, context.totals
    numbers = [cell for cell in context.form.cells.values() if cell.table and cell.is_number]
    entered = [cell for cell in numbers if not cell.is_total]
    blank = [cell for cell in entered if report.figures.get(cell.id) is None]
    if blank and len(blank) == len(entered):
        tables = "、".join(dict.fromkeys(f"“{context.form.table(cell.table).sheet}”" for cell in blank))
        advice = f"共{len(blank)}格未填，没有的应填0"
        yield Fault({cell.id: None for cell in blank}, {"place": f"{tables}表", "advice": advice})
        return
    rows: dict[tuple[str, str], list[Cell]] = {}
    for cell in blank:
        rows.setdefault((cell.table, cell.row.id), []).append(cell)
    for cells in rows.values():
        columns = "、".join(_column(cell) for cell in cells)
        advice = f"有{len(cells)}格未填（{columns}），没有的应填0"
        yield Fault({c.id: None for c in cells}, {"place": _row_place(context.form, cells[0]), "advice": advice})
    for cell in numbers:
        right = computed.get(cell.id) if cell.is_total and report.figures.get(cell.id) is None else None
        if right is not None:
            names = {"place": cell_place(context.form, cell), "advice": f"未填，按各分项计算应为{show(right)}"}
            yield Fault({cell.id: None}, names, expected=right)


def _row_place(form: Form, cell: Cell) -> str:
    heading = form.section_of(cell).heading
    return f"{heading}，“{cell.row.label}”行" if cell.row.label else heading


def _column(cell: Cell) -> str:
    return cell.label.removeprefix(cell.row.label).lstrip("·") or cell.label


@implements("G-NUM-5", given=Marks)
def no_mark_for_zero(context: Context, given: Marks) -> Iterator[Fault]:
    for cell, value in _entered(context):
        if isinstance(value, str) and _is_placeholder(value, given.marks):
            yield _fault(context, cell, value.strip())


@implements("G-NUM-6", given=Marks)
def no_text_in_numbers(context: Context, given: Marks) -> Iterator[Fault]:
    for cell, value in _entered(context):
        if isinstance(value, str) and not _is_placeholder(value, given.marks):
            yield _fault(context, cell, value.strip(), advice=_advice(cell, value))


def _is_placeholder(text: str, marks: Words) -> bool:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return plain in {unicodedata.normalize("NFKC", mark).lower() for mark in marks}


def _advice(cell: Cell, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("'", "").strip()
    if plain.startswith("#"):
        return "是公式出错的结果，请恢复公式或重新填写数字"
    match = _NUMBER.search(plain)
    if not match:
        return "不是数字"
    digits = re.sub(r"[,，\s]", "", match[0]).replace("−", "-")
    rest = plain.replace(match[0], "").strip()
    if not rest:
        return f"是文本格式的数字，应改为数字{digits}"
    unit = f"，单位“{rest}”在右侧选择" if rest in cell.units else ""
    return f"应只填数字{digits}{unit}"


@implements("G-NUM-7")
def totals_are_computed(context: Context, given: Nothing) -> Iterator[Fault]:
    report, structure = context.report, context.report.structure
    for cell_id in structure.typed_totals:
        value, right = report.figures.get(cell_id), context.totals.get(cell_id)
        if right is None or value is None:
            continue
        same = value == right
        found = f"的公式已被改成{show(value)}"
        yield _total(context, cell_id, found, value, right, lesser=same)
    for cell_id, value in structure.stale_totals.items():
        right = context.totals.get(cell_id)
        if right is not None and value != right:
            yield _total(context, cell_id, f"文件中保存的结果是{show(value)}", value, right, lesser=False)


def _total(context: Context, cell_id: str, found: str, value: Any, right: Any, *, lesser: bool) -> Fault:
    cell = context.form.cells[cell_id]
    parts = parts_of(context.form, cell)
    cells = {cell_id: value, **{part: context.report.figures.get(part) for part in parts}}
    names = {"place": cell_place(context.form, cell), "found": found, "computed": show(right)}
    return Fault(cells, names, lesser, actual=value, expected=right)


@implements("G21-T2-FEE-U", given=Fee)
def fee_is_in_wan(context: Context, given: Fee) -> Iterator[Fault]:
    cell, report = context.form.cells[given.amount], context.report
    value, last = report.get(cell.id), report.get(f"last.{cell.id}")
    if not is_number(value) or value <= 0:
        return
    if is_number(last) and last > 0 and (value >= given.times * last or value * given.times <= last):
        yield _fault(context, cell, value, advice=f"上一年度为{show(last)}{cell.unit}")
    elif (report.meta.get(LEVEL) or given.assumed) in given.levels:
        # 元 has two decimals at most; what was converted from 元 to 万元 usually has more.
        few = _decimals(value) in (1, 2)
        if value >= given.large and _decimals(value) == 0 or value >= given.large_with_decimals and few:
            yield _fault(context, cell, value, advice="对县级及以下单位偏大，像是以元填写")


@implements("G21-T2-NAME", given=Powers)
def powers_by_name(context: Context, given: Powers) -> Iterator[Fault]:
    report = context.report
    if report.meta.get(given.asked):
        return  # the clerk has said which powers there are
    word = max((word for word in given.expected if word in report.unit), key=len, default="")
    values = {cell_id: report.get(cell_id) for cell_id in given.expected.get(word, ())}
    if values and all(is_number(value) and value == 0 for value in values.values()):
        cells = [context.form.cells[cell_id] for cell_id in values]
        names = {"place": context.form.section_of(cells[0]).heading, "found": word,
                 "names": "、".join(cell.row.label for cell in cells)}
        yield Fault(values, names)


@implements("G21-T2-YOY", given=Steady)
def disclosure_is_steady(context: Context, given: Steady) -> Iterator[Fault]:
    for cell in context.form.table_cells[context.rule.table]:
        value, last = context.report.get(cell.id), context.report.get(f"last.{cell.id}")
        if not (is_number(value) and is_number(last)) or value < 0 or last < 0:
            continue
        if (value > 0) != (last > 0) or value > given.times * last or last > given.times * value:
            yield _fault(context, cell, value, earlier=show(last))


@implements("G19-T2-PROC", given=Procurement)
def procurement_fits(context: Context, given: Procurement) -> Iterator[Fault]:
    report = context.report
    items_cell, cell = (context.form.cells[c] for c in (given.items, given.amount))
    items, amount = report.get(items_cell.id), report.get(cell.id)
    if not (is_number(items) and is_number(amount)):
        return
    unit = report.unit_of(cell)
    each = amount * (10000 if unit.startswith("万") else 1) / items if items > 0 else 0
    advice = ""
    if (items == 0) != (amount == 0):
        advice = f"项目有{show(items)}个，金额是{show(amount)}{unit}，两者应同为0或同不为0"
    elif items > 0 and each > given.most:
        advice = f"{show(items)}个项目共{show(amount)}{unit}，平均每个超过{_wan(given.most)}，请确认金额单位是{unit}"
    elif items > 0 and each < given.least:
        advice = f"{show(items)}个项目共{show(amount)}{unit}，平均每个不足{_wan(given.least)}，请确认金额单位是{unit}"
    if advice:
        place = f"{context.form.section_of(cell).heading}，“{cell.row.label}”行"
        yield Fault({cell.id: amount, items_cell.id: items}, {"place": place, "advice": advice})


def _wan(yuan: Decimal) -> str:
    """Return an amount of 元 as people say it."""
    for unit, worth in (("亿元", 10**8), ("万元", 10**4)):
        if yuan >= worth and yuan % worth == 0:
            return f"{show(yuan / worth)}{unit}"
    return f"{show(yuan)}元"


def _fault(context: Context, cell: Cell, value: Any, lesser: bool = False, **names: Any) -> Fault:
    return Fault({cell.id: value}, {"place": cell_place(context.form, cell), "found": show(value), **names}, lesser)
