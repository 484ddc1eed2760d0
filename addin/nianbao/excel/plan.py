"""What stands where in the workbook of a form, as data: labels, inputs, formulas and their true results.

The plan knows positions and no Excel library. `scripts/build_workbooks.py` draws it, `fill` writes into it and takes
the results of all formulas from `results`, so a delivered workbook never shows a value that is not so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property
from typing import Any, Callable, Iterable, Mapping

from .. import form as forms
from ..check.catalogue import Catalogue
from ..form import Cell, Form, Section, Table, Text
from ..layout import CORNER, HEAD, TITLE, Grid, Label, grid
from ..report import Figure, Report, parts_of, show, totals
from ..show import SEVERITY_NAMES
from ..rule import (
    CONFIRM,
    ERROR,
    EXPLAIN,
    FAILS,
    HOLDS,
    OPEN,
    Bound,
    Rule,
    bind,
    column_name,
    evaluate,
    excel,
    is_number,
    ranges,
    sentence,
)
from . import ids

MISSING, NO_NUMBER, NEGATIVE, FRACTION, OFF, UNEQUAL = "待填", "非数字", "负数", "小数", "差", "不符"
PARAGRAPHS = 12  # rows a text has; what does not fit stands in the last one, divided by line ends
REASON_ROWS = 40
RESULT_COLUMNS = ("序号", "级别", "规则", "位置", "说明", "建议", "依据", "核对码")
RESULT_ROW = 4  # 0-based row of the first finding

Value = str | int | Decimal
Compute = Callable[[Report], Value]


@dataclass(frozen=True)
class Formula:
    """A formula without its equals sign, the key it is known by, and what it results in."""

    key: str
    text: str
    compute: Compute


@dataclass(frozen=True)
class Item:
    """One cell or merged range, counted from 0, with a fixed text, a formula or a place for input.

    `input` names what is entered: a cell, meta or text id (`s1.active#3` is its third paragraph), `last.` and a cell
    id, or `why.2.by`. `kind` is what may be entered: a kind of number, `year`, `choice` or `text`.
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
    freeze: tuple[int, int] = (0, 0)
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


@dataclass(frozen=True, eq=False)
class Plan:
    """The workbook of a form under one rule pack."""

    form: Form
    pack: str
    sheets: tuple[Sheet, ...]

    @cached_property
    def inputs(self) -> dict[str, tuple[str, str]]:
        """Input key -> sheet and address; totals are among them, since a differing one may be typed over."""
        found = {i.input: (s.name, i.address) for s in self.sheets for i in s.items if i.input}
        totals_ = {i.formula.key: (s.name, i.address) for s in self.sheets for i in s.items if i.formula}
        return found | {k: v for k, v in totals_.items() if k in self.form.cells}

    @cached_property
    def formulas(self) -> dict[tuple[str, str], Formula]:
        """Sheet and address -> formula."""
        return {(s.name, i.address): i.formula for s in self.sheets for i in s.items if i.formula}

    def places(self) -> dict[str, tuple[str, str]]:
        """Return cell, text or meta id -> sheet and address, as a reader of the file must find it."""
        return {k.removesuffix("#1"): v for k, v in self.inputs.items() if "#" not in k or k.endswith("#1")}


def results(plan: Plan, report: Report) -> dict[tuple[str, str], Value]:
    """Return sheet and address -> what each formula of the workbook results in with this report in it."""
    return {place: formula.compute(report) for place, formula in plan.formulas.items()}


def typed_totals(form: Form, figures: Mapping[str, Figure]) -> frozenset[str]:
    """Return the totals that a workbook must hold as typed numbers, because they are not the sum of their parts."""
    return frozenset(c for c, v in totals(form, figures).items() if figures.get(c) != v)


@cache
def plan_of(form: Form, catalogue: Catalogue) -> Plan:
    """Return the plan of a form's workbook under a rule catalogue."""
    sheets: list[Sheet] = []
    where: dict[str, str] = {}  # reference -> absolute address
    meta = _meta_sheet(form, catalogue, where)
    bounds = [b for rules in catalogue.bounds(form.id).values() for b in rules]
    sheets.append(meta)
    for section in form.sections:
        if section.table:
            sheets.append(_table_sheet(form, section, form.table(section.table), bounds, where))
        else:
            sheets.append(_text_sheet(form, section, where))
    sheets.append(_previous_sheet(form, where))
    sheets.append(_reasons_sheet())
    sheets.append(_checks_sheet(form, bounds, where))
    sheets.append(_results_sheet())
    sheets.append(_rules_sheet(form, catalogue))
    sheets.insert(0, _guide_sheet(form, sheets))
    return Plan(form, catalogue.version, tuple(sheets))


# ---------------------------------------------------------------- the sheets in which figures are entered

_LEGEND = (
    f"校验：“{HOLDS}”表示填报相符；“{OFF}”及数字表示相差多少；“{MISSING}”表示还有空格，没有发生的填0；"
    f"“{NO_NUMBER}”表示数字格中有文字、单位或错误值。"
)


def _table_sheet(form: Form, section: Section, table: Table, bounds: list[Bound], where: dict[str, str]) -> Sheet:
    layout = grid(table)
    unit_column, mark_column = layout.columns + 1, layout.columns + 2
    sheet = Sheet(table.sheet, (2.0, *_table_widths(table), 8.5, 9.0), landscape=layout.columns > 12)
    _heading(sheet, section.heading, layout.columns + 2, where)
    row = 2
    values: dict[str, Item] = {}
    totals_left: list[tuple[Item, Cell]] = []
    head_top = row + 1
    for band in layout.bands:
        columns = {1 + n: f"{ids.STUB}{n}" for n in range(table.stub)}
        columns |= {1 + s: leaf.id for s, leaf in zip(band.starts, band.block.leaf_columns)}
        sheet.hide(row, ids.MARK + table.id, columns | {unit_column: ids.UNIT})
        shift = row + 1 - band.top
        _labels(sheet, layout, range(band.top, band.body.stop), shift)
        top, body = band.top + shift, band.body.start + shift
        for number in range(top, body):
            sheet.add(Item(number, 0, style="id", text=f"{ids.HEAD}{number - top}"))
        for column, text in ((unit_column, "单位"), (mark_column, "校验")):
            sheet.add(Item(top, column, body - top, 1, "head", text))
        for number, leaf in enumerate(band.block.leaf_rows):
            sheet.add(Item(body + number, 0, style="id", text=leaf.id or ids.BLANK_ROW))
            line = []
            for start, leaf_column in zip(band.starts, band.block.leaf_columns):
                cell = form.cells[table.cell_id(leaf.id, leaf_column.id)]
                item = Item(body + number, 1 + start, 1, leaf_column.span, "input", input=cell.id, kind=cell.kind,
                            title=cell.label)
                where[cell.id] = sheet.reach(item)
                line.append(cell)
                values[cell.id] = item
                if cell.is_total:
                    totals_left.append((item, cell))
                else:
                    sheet.add(item)
            _unit(sheet, body + number, unit_column, line, where)
            _row_mark(sheet, form, bounds, line, body + number, mark_column, where)
        row = _column_marks(sheet, form, bounds, table, layout, band.block.leaf_columns, band.starts,
                            band.body.stop + shift, where, last=band is layout.bands[-1])
        sheet.hide(row, ids.END)
        row += 1
    for item, cell in totals_left:
        formula = _total(form, cell, where)
        sheet.add(replace(item, input="", style="total", formula=formula))
    sheet.add(Item(row, 1, 1, layout.columns + 2, "legend", _LEGEND))
    sheet.heights[row] = 32
    sheet.freeze = (head_top + layout.head_rows if layout.head_rows else 2, 1 + table.stub)
    if layout.head_rows:
        sheet.repeat = (head_top, head_top + layout.head_rows - 1)
    first, last = next(iter(values.values())), list(values.values())[-1]
    sheet.names[f"表_{table.id}"] = _extent(sheet, head_top, 1, last.row, layout.columns)
    for cell_id, item in values.items():
        sheet.names[f"值_{cell_id}"] = sheet.reach(item)
    assert first.row < row
    return sheet


def _extent(sheet: Sheet, top: int, left: int, bottom: int, right: int) -> str:
    return f"{sheet.name}!${column_name(left + 1)}${top + 1}:${column_name(right + 1)}${bottom + 1}"


def _heading(sheet: Sheet, text: str, columns: int, where: Mapping[str, str]) -> None:
    """A sheet's title, and below it the unit and the year as the first sheet has them."""
    sheet.add(Item(0, 1, 1, columns, "title", text))
    unit, year = where["meta.unit_full"], where["meta.report_year"]

    def compute(report: Report) -> str:
        return f"填报单位：{report.unit or '（未填）'}　　报告年度：{report.year or '（未填）'}"

    text = f'"填报单位："&IF({unit}="","（未填）",{unit})&"　　报告年度："&IF({year}="","（未填）",{year})'
    sheet.add(Item(1, 1, 1, columns, "unit line", formula=Formula(f"heading.{sheet.name}", text, compute)))
    sheet.heights |= {0: 30, 1: 20}


def _table_widths(table: Table) -> tuple[float, ...]:
    """Widths in characters: as on paper, but wide enough for six digits and for the column heads."""
    return tuple(max(width / 2.0, 9.0 if n >= table.stub else 4.0) for n, width in enumerate(table.widths))


def _labels(sheet: Sheet, layout: Grid, rows: range, shift: int) -> None:
    """Draw the labels of a block and set heights so that none is cut."""
    heights = {r: 18.0 if r < rows.start + 1 else 20.0 for r in rows}
    for label in layout.labels:
        if label.row not in rows:
            continue
        style = {TITLE: "band", CORNER: "corner", HEAD: "head"}.get(label.role, "stub")
        sheet.add(Item(label.row + shift, 1 + label.column, label.rows, label.columns, style, label.text,
                       note=_note(label)))
        width = sum(sheet.widths[1 + label.column : 1 + label.column + label.columns])
        need = height_of(label.text, width) / label.rows
        for r in range(label.row, label.row + label.rows):
            heights[r] = max(heights[r], need)
    sheet.heights |= {r + shift: h for r, h in heights.items()}


def _note(label: Label) -> str:
    node = label.node
    if node is None or not (node.note or node.basis):
        return ""
    return "\n".join(filter(None, (node.note, node.basis and f"依据：{node.basis}")))


def height_of(text: str, width: float, line: float = 15.0) -> float:
    """Points that a wrapped text needs in a column of so many characters; a Chinese one counts for two."""
    per_line = max(2, int((width - 2.2) // 2) * 2)
    lines = 0
    for part in text.split("\n"):
        taken = sum(2 if ord(c) > 0x2E7F or c in "“”（）" else 1 for c in part)
        lines += max(1, -(-taken // per_line))
    return lines * line + 4


def _unit(sheet: Sheet, row: int, column: int, cells: list[Cell], where: dict[str, str]) -> None:
    """The unit of a row: fixed, or a choice where the form leaves one."""
    free = next((c for c in cells if c.units), None)
    if free:
        title = f"{free.label}的单位"
        item = Item(row, column, style="input", input=free.unit_key, kind="choice", choices=free.units, title=title)
        where[free.unit_key] = sheet.reach(sheet.add(item))
    else:
        units = "/".join(dict.fromkeys(c.unit for c in cells))
        sheet.add(Item(row, column, style="unit", text=units))


def _total(form: Form, cell: Cell, where: Mapping[str, str]) -> Formula:
    """A sum that stays blank while a part is missing or no number."""
    parts = parts_of(form, cell)[1]
    area = ranges([_here(where[p]) for p in parts])

    def compute(report: Report) -> Value:
        value = report.figures[cell.id]
        return "" if value is None else value

    return Formula(cell.id, f'IF(COUNT({area})<{len(parts)},"",SUM({area}))', compute)


def _here(address: str) -> str:
    """An address without its sheet."""
    return address.rpartition("!")[2]


def _live(bound: Bound, cells: Iterable[str]) -> bool:
    """Whether a rule is shown beside its cells: a hard one that looks at nothing else."""
    rule = bound.rule
    named = {*bound.names.values(), *(r for group in bound.groups.values() for r in group)}
    return rule.severity == ERROR and not rule.entails and named <= set(cells)


def _row_mark(sheet: Sheet, form: Form, bounds: list[Bound], cells: list[Cell], row: int, column: int,
              where: Mapping[str, str]) -> None:
    known = [c.id for c in cells]
    shown = [b for b in bounds if b.rule.table == cells[0].table and b.rule.each == "row" and _live(b, known)]
    key = f"mark.{cells[0].table}.row.{cells[0].row.id}"
    sheet.add(Item(row, column, style="mark", formula=_mark(form, key, cells, shown, where)))


def _column_marks(sheet: Sheet, form: Form, bounds: list[Bound], table: Table, layout: Grid,
                  columns: tuple[forms.Node, ...], starts: tuple[int, ...], row: int, where: Mapping[str, str],
                  last: bool) -> int:
    """One row of marks a column rule, and one for the rules on groups of columns; return the next free row."""
    if not last:
        return row  # rules bind columns by id over all blocks: their marks stand below the last one
    lines: dict[str, list[tuple[int, int, Bound]]] = {}
    for bound in bounds:
        if bound.rule.table != table.id or not _live(bound, form.cells):
            continue
        if bound.rule.each == "column":
            index = [c.id for c in columns].index(bound.place)
            lines.setdefault(bound.rule.id, []).append((starts[index], columns[index].span, bound))
        elif bound.rule.each == "group":
            leaves = [c.id for c in table.nodes[bound.place].leaves()]
            index = [c.id for c in columns].index(leaves[0])
            lines.setdefault("group", []).append((starts[index], len(leaves), bound))
    for rule_id, marks in lines.items():
        sheet.add(Item(row, 0, style="id", text=ids.MARKS))
        if table.stub:
            sheet.add(Item(row, 1, 1, table.stub, "mark label", marks[0][2].rule.title))
        for start, span, bound in marks:
            cells = [form.cells[c] for c in bound.cells]
            formula = _mark(form, f"mark.{bound.key}", cells, [bound], where)
            sheet.add(Item(row, 1 + start, 1, span, "mark", formula=formula))
        sheet.heights[row] = 20
        row += 1
    return row


def _mark(form: Form, key: str, cells: list[Cell], bounds: list[Bound], where: Mapping[str, str]) -> Formula:
    """What the clerk sees at once: a number that is missing or none, or the difference where a sum is wrong."""
    area = ranges([_here(where[c.id]) for c in cells])
    pieces = area.split(",")
    whole = [_here(where[c.id]) for c in cells if c.is_integer]
    positive = [_here(where[c.id]) for c in cells if c.kind != forms.SIGNED]
    text = f'"{HOLDS}"'
    for bound in reversed(bounds):
        text = _difference(form, bound, where, text)
    if whole:
        uneven = "+".join(f"SUMPRODUCT(--({p}<>INT({p})))" for p in ranges(whole).split(","))
        text = f'IF({uneven}>0,"{FRACTION}",{text})'
    if positive:
        below = "+".join(f'COUNTIF({p},"<0")' for p in ranges(positive).split(","))
        text = f'IF({below}>0,"{NEGATIVE}",{text})'
    # Not COUNTIF(…,"?*"): LibreOffice counts a formula that results in "" among the texts.
    strange = "+".join(f"IFERROR(SUMPRODUCT(LEN({p})*ISTEXT({p})),1)" for p in pieces)
    text = f'IF(COUNT({area})<{len(cells)},IF({strange}>0,"{NO_NUMBER}","{MISSING}"),{text})'

    def compute(report: Report) -> str:
        values = [(c, report.get(c.id)) for c in cells]
        if not all(is_number(v) for _, v in values):
            return NO_NUMBER if any(isinstance(v, str) for _, v in values) else MISSING
        if any(v < 0 for c, v in values if c.kind != forms.SIGNED):
            return NEGATIVE
        if any(v != int(v) for c, v in values if c.is_integer):
            return FRACTION
        for bound in bounds:
            verdict = evaluate(bound, report.get)
            if verdict.holds is False:
                return UNEQUAL if verdict.difference is None else OFF + show(_round(verdict.difference))
        return HOLDS

    return Formula(key, text, compute)


def _difference(form: Form, bound: Bound, where: Mapping[str, str], otherwise: str) -> str:
    formulas = excel(bound, lambda ref: _here(where[ref]), form)
    shown = f'"{OFF}"&ROUND({formulas.left}-({formulas.right}),9)' if formulas.left else f'"{UNEQUAL}"'
    return f'IF({formulas.state}="{FAILS}",{shown},{otherwise})'


def _round(value: int | Decimal) -> int | Decimal:
    """As ROUND(…, 9) does."""
    if isinstance(value, int):
        return value
    rounded = value.quantize(Decimal(1).scaleb(-9), ROUND_HALF_UP)
    return int(rounded) if rounded == rounded.to_integral_value() else rounded.normalize()


# ---------------------------------------------------------------- the unit, the texts, the year before


def _meta_sheet(form: Form, catalogue: Catalogue, where: dict[str, str]) -> Sheet:
    sheet = Sheet(forms.meta_sheet(), (2.0, 30.0, 46.0, 46.0))
    sheet.add(Item(0, 1, 1, 3, "title", forms.meta_sheet()))
    sheet.add(Item(1, 1, 1, 3, "unit line", f"报告格式：{form.name}"))
    sheet.hide(2, ids.FORM, {1: form.id, 2: form.version, 3: catalogue.version})
    for column, text in ((1, "项目"), (2, "填写"), (3, "说明")):
        sheet.add(Item(3, column, style="head", text=text))
    sheet.hide(4, ids.META, {2: ids.VALUE})
    first = [f for f in form.meta.values() if f.id in ("meta.unit_full", "meta.report_year")]
    row = 5
    for question in first + [f for f in form.meta.values() if f not in first]:
        sheet.add(Item(row, 0, style="id", text=question.id))
        sheet.add(Item(row, 1, style="stub", text=question.label + ("（必填）" if question.required else "")))
        choices = tuple(label for _, label, _ in question.choices)
        style = "input left" if question.kind == "year" else "input text"
        item = Item(row, 2, style=style, input=question.id, kind=question.kind, choices=choices, title=question.label)
        where[question.id] = sheet.reach(sheet.add(item))
        hint = question.hint + ("" if question.kind != "date" else "（例如 2025-01-20）")
        sheet.add(Item(row, 3, style="hint", text=hint.removeprefix("（").removesuffix("）") if not question.hint else hint))
        sheet.heights[row] = max(22, height_of(hint, 46))
        row += 1
    sheet.hide(row, ids.END)
    sheet.heights |= {0: 30, 1: 20, 3: 22}
    sheet.freeze, sheet.repeat = (5, 2), (3, 3)
    return sheet


def _characters(text: str) -> int:
    """Characters without spaces and line ends, as the sheet counts them."""
    return sum(c not in " \u3000\n\t" for c in text)


def _text_sheet(form: Form, section: Section, where: dict[str, str]) -> Sheet:
    sheet = Sheet(section.sheet, (2.0, 8.0, 88.0, 10.0))
    _heading(sheet, section.heading, 3, where)
    row = 2
    if section.fields:
        row = _fields(sheet, section, row, where)
    if section is form.sections[0]:
        ask = "可留空，留空时按规定格式自动写成；自拟的，写明依据、内容、统计期限和联系方式"
        row = _paragraphs(sheet, Text(ids.PREAMBLE, "报告导语", ask), row, where, 2)[0]
    counts = []
    for text in section.texts:
        row, count = _paragraphs(sheet, text, row, where, PARAGRAPHS)
        counts.append((text.id, count))
    if section.limit:
        _limit(sheet, section, row, counts)
    sheet.heights[row] = 24
    sheet.freeze = (2, 0)
    return sheet


def _paragraphs(sheet: Sheet, text: Text, row: int, where: dict[str, str], number: int) -> tuple[int, Item]:
    """Rows for the paragraphs of a text below its heading; return the next free row and the count of characters."""
    head = row
    sheet.add(Item(head, 1, 1, 2, "band", text.heading or sheet.items[0].text))
    sheet.add(Item(head + 1, 1, 1, 2, "ask", f"写什么：{text.ask}" if text.ask else "", note=""))
    sheet.hide(head + 2, ids.TEXT, {2: ids.VALUE})
    first = head + 3
    counts = []
    for n in range(number):
        at = first + n
        sheet.add(Item(at, 0, style="id", text=text.id))
        sheet.add(Item(at, 1, style="number", text=f"第{n + 1}段"))
        key = f"{text.id}#{n + 1}"
        item = sheet.add(Item(at, 2, style="input paragraph", input=key, kind="paragraph", title=text.heading))
        if n == 0:
            where[text.id] = sheet.reach(item)
        formula = Formula(f"count.{key}", _length(item.address), _paragraph_count(text.id, n, number))
        counts.append(sheet.add(Item(at, 3, style="count", formula=formula)))
        sheet.growing.append(at)
    area = f"{counts[0].address}:{counts[-1].address}"

    def compute(report: Report) -> int:
        return _characters(report.text(text.id))

    whole = sheet.add(Item(head, 3, style="count head",
                           formula=Formula(f"count.{text.id}", f'SUM({area})', compute)))
    sheet.add(Item(head + 1, 3, style="ask", text="字数"))
    sheet.hide(first + number, ids.END)
    sheet.heights |= {head: 24, head + 1: height_of(text.ask, 92)}
    return first + number + 1, whole


def _length(address: str) -> str:
    plain = address
    for mark in ('" "', '"\u3000"', "CHAR(10)", "CHAR(9)"):
        plain = f'SUBSTITUTE({plain},{mark},"")'
    return f"LEN({plain})"


def _paragraph_count(text_id: str, n: int, number: int) -> Compute:
    return lambda report: _characters(paragraph(report, text_id, n, number))


def paragraph(report: Report, text_id: str, n: int, number: int) -> str:
    """Return what stands in row `n` of the `number` rows of a text: the last one takes all that is left."""
    texts = report.texts.get(text_id, ())
    return "\n".join(texts[n:]) if n == number - 1 else "".join(texts[n : n + 1])


def _limit(sheet: Sheet, section: Section, row: int, counts: list[tuple[str, Item]]) -> None:
    limit = section.limit or 0
    whole = "+".join(item.address for _, item in counts)

    def count(report: Report) -> int:
        return sum(_characters(report.text(text_id)) for text_id, _ in counts)

    def state(report: Report) -> str:
        over = count(report) - limit
        return f"本部分一般不超过{limit}字，" + (f"已超出{over}字，请精简" if over > 0 else f"还可以写{-over}字")

    item = sheet.add(Item(row, 3, style="count head", formula=Formula(f"count.{section.id}", whole, count)))
    a = item.address
    text = f'"本部分一般不超过{limit}字，"&IF({a}>{limit},"已超出"&({a}-{limit})&"字，请精简","还可以写"&({limit}-{a})&"字")'
    sheet.add(Item(row, 1, 1, 2, "limit", formula=Formula(f"limit.{section.id}", text, state)))


def _fields(sheet: Sheet, section: Section, row: int, where: dict[str, str]) -> int:
    sheet.hide(row, ids.FIELDS, {3: ids.VALUE})
    for column, text in ((1, "项目"), (3, "填写")):
        sheet.add(Item(row + 1, column, 1, 2 if column == 1 else 1, "head", text))
    sheet.heights[row + 1] = 22
    row += 2
    for cell in section.fields:
        note = "\n".join(filter(None, (cell.row.note, cell.row.basis and f"依据：{cell.row.basis}")))
        sheet.add(Item(row, 0, style="id", text=cell.id))
        sheet.add(Item(row, 1, 1, 2, "stub", f"{cell.label}（{cell.unit}）", note=note))
        item = sheet.add(Item(row, 3, style="input", input=cell.id, kind=cell.kind, title=cell.label))
        where[cell.id] = sheet.reach(item)
        sheet.names[f"值_{cell.id}"] = sheet.reach(item)
        sheet.heights[row] = 22
        row += 1
    sheet.hide(row, ids.END)
    return row + 1


def _previous_sheet(form: Form, where: dict[str, str]) -> Sheet:
    """Last year's figures in the grids of this form, as far as they may be compared."""
    earlier = tuple(forms.load(form_id).name for form_id in form.comparable)
    wide = max(form.tables, key=lambda t: len(t.widths) if t.stub else 0)
    columns = max(len(t.widths) for t in form.tables)
    widths = _table_widths(wide) + (9.0,) * (columns - len(wide.widths))
    sheet = Sheet(ids.PREVIOUS, (2.0, *widths), one_page=True)
    sheet.add(Item(0, 1, 1, columns, "title", "上一年度报告的数据"))
    hint = "由上年工作簿自动带入，或照上一年度已公布的报告填写，用于核对上年结转和增减；没有上年报告的留空。"
    sheet.add(Item(1, 1, 1, columns, "ask", hint))
    sheet.heights |= {0: 30, 1: 22}
    sheet.hide(2, ids.LAST, {1 + wide.stub: ids.VALUE})
    questions = ((ids.LAST_UNIT, "上年单位全称", "text", ()), (ids.LAST_YEAR, "上年报告年度", "year", ()),
                 (ids.LAST_FORM, "上年报告格式", "choice", earlier))
    for row, (key, label, kind, choices) in enumerate(questions, 3):
        sheet.add(Item(row, 0, style="id", text=key))
        sheet.add(Item(row, 1, 1, wide.stub, "stub", label))
        style = "input left" if kind == "year" else "input text"
        item = Item(row, 1 + wide.stub, 1, columns - wide.stub, style, input=key, kind=kind, choices=choices, title=label)
        where[key] = sheet.reach(sheet.add(item))
        sheet.heights[row] = 22
    sheet.hide(6, ids.END)
    row = 7
    for section in form.sections:
        if not section.table:
            continue
        table = form.table(section.table)
        layout = grid(table)
        left = 1 + wide.stub - table.stub if table.stub else 1
        cells = {c.id for c in form.table_cells[table.id] if any(form.can_compare(f, c.id) for f in form.comparable)}
        if not cells:
            continue
        sheet.add(Item(row, 1, 1, columns, "section", section.heading))
        sheet.heights[row] = 24
        row = _previous_table(sheet, form, table, layout, row + 1, left, cells, where)
    sheet.freeze = (2, 0)
    return sheet


def _previous_table(sheet: Sheet, form: Form, table: Table, layout: Grid, row: int, left: int, cells: set[str],
                    where: dict[str, str]) -> int:
    for band in layout.bands:
        columns = {left + n: f"{ids.STUB}{n}" for n in range(table.stub)}
        columns |= {left + s: leaf.id for s, leaf in zip(band.starts, band.block.leaf_columns)}
        sheet.hide(row, f"{ids.LAST}.{table.id}", columns)
        shift = row + 1 - band.top
        for label in layout.labels:
            if band.top <= label.row < band.body.stop:
                style = {TITLE: "band", CORNER: "corner", HEAD: "head"}.get(label.role, "stub")
                sheet.add(Item(label.row + shift, left + label.column, label.rows, label.columns, style, label.text))
                width = sum(sheet.widths[left + label.column : left + label.column + label.columns])
                for r in range(label.row, label.row + label.rows):
                    sheet.heights[r + shift] = max(sheet.heights.get(r + shift, 20), height_of(label.text, width) / label.rows)
        for number in range(band.top, band.body.start):
            sheet.add(Item(number + shift, 0, style="id", text=f"{ids.HEAD}{number - band.top}"))
        for number, leaf in enumerate(band.block.leaf_rows):
            at = band.body.start + shift + number
            sheet.add(Item(at, 0, style="id", text=leaf.id or ids.BLANK_ROW))
            for start, leaf_column in zip(band.starts, band.block.leaf_columns):
                cell = form.cells[table.cell_id(leaf.id, leaf_column.id)]
                if cell.id not in cells:
                    sheet.add(Item(at, left + start, 1, leaf_column.span, "unit"))
                    continue
                item = Item(at, left + start, 1, leaf_column.span, "input", input=f"last.{cell.id}", kind=cell.kind,
                            title=f"上年{cell.label}")
                where[item.input] = sheet.reach(sheet.add(item))
        row = band.body.stop + shift
        sheet.hide(row, ids.END)
        row += 1
    return row


# ---------------------------------------------------------------- what the clerk answers, and what is checked

REASON_COLUMNS = {"rule": "规则编号", "fingerprint": "核对码", "explanation": "情况说明", "by": "说明人", "date": "日期"}


def _reasons_sheet() -> Sheet:
    sheet = Sheet(ids.REASONS, (2.0, 16.0, 16.0, 66.0, 12.0, 14.0), landscape=True)
    sheet.add(Item(0, 1, 1, 5, "title", "情况说明"))
    text = f"校验结果中“{SEVERITY_NAMES[EXPLAIN]}”和“{SEVERITY_NAMES[CONFIRM]}”的，数字确实无误时在此写明原因。规则编号和核对码照“校验结果”表抄写；数字改动后核对码随之改变，须重新说明。"
    sheet.add(Item(1, 1, 1, 5, "ask", text))
    sheet.hide(2, ids.WHY, {1 + n: column for n, column in enumerate(REASON_COLUMNS)})
    for column, text in enumerate(REASON_COLUMNS.values(), 1):
        sheet.add(Item(3, column, style="head", text=text))
    for n in range(REASON_ROWS):
        for column, name in enumerate(REASON_COLUMNS, 1):
            style = "input paragraph" if name == "explanation" else "input text"
            sheet.add(Item(4 + n, column, style=style, input=f"why.{n + 1}.{name}", kind="text",
                           title=REASON_COLUMNS[name]))
        sheet.growing.append(4 + n)
    sheet.hide(4 + REASON_ROWS, ids.END)
    sheet.heights |= {0: 30, 1: 34, 3: 22}
    sheet.freeze, sheet.repeat = (4, 0), (3, 3)
    return sheet


def _checks_sheet(form: Form, bounds: list[Bound], where: Mapping[str, str]) -> Sheet:
    """One row a rule and place, live."""
    sheet = Sheet(ids.CHECKS, (2.0, 18.0, 52.0, 62.0, 12.0, 12.0, 10.0, 8.0), landscape=True)
    _heading(sheet, "校验", 7, where)
    head, first, last = 3, 4, 3 + len(bounds)
    state = f"$H${first + 1}:$H${last + 1}"
    verdicts = {b.key: b for b in bounds}

    def summary(report: Report) -> str:
        found = [_state(b, report) for b in verdicts.values()]
        return _summary(len(found), *(found.count(s) for s in (HOLDS, FAILS, OPEN)))

    counts = [f'"&COUNTIF({state},"{s}")&"' for s in (HOLDS, FAILS, OPEN)]
    text = '"' + _summary(len(bounds), *counts) + '"'
    sheet.add(Item(2, 1, 1, 7, "limit", formula=Formula("checks.summary", text, summary)))
    for column, name in enumerate(("规则编号", "内容", "位置", "左边", "右边", "相差", "结果"), 1):
        sheet.add(Item(head, column, style="head", text=name))
    meanings: dict[str, str] = {}
    for row, bound in enumerate(bounds, first):
        rule = bound.rule
        meaning = meanings.setdefault(rule.id, sentence(rule, form))
        sheet.add(Item(row, 0, style="id", text=bound.key))
        sheet.add(Item(row, 1, style="cell", text=rule.id))
        sheet.add(Item(row, 2, style="cell", text=meaning))
        target, label = _place(form, bound, where)
        name, _, address = target.partition("!")
        sheet.add(Item(row, 3, style="link", text=label, link=f"'{name}'!{address.replace('$', '')}"))
        formulas = excel(bound, where.__getitem__, form)
        state_text = _guarded(form, bound, formulas.state, where)
        at = f"$H${row + 1}"
        for column, side, which in ((4, formulas.left, "left"), (5, formulas.right, "right")):
            if side:
                text = f'IF({at}="{OPEN}","",ROUND({side},9))'
                sheet.add(Item(row, column, style="value", formula=Formula(f"{bound.key}#{which}", text, _side(bound, which))))
            else:
                sheet.add(Item(row, column, style="value"))
        if formulas.left:
            text = f'IF({at}="{OPEN}","",ROUND($E${row + 1}-$F${row + 1},9))'
            sheet.add(Item(row, 6, style="value", formula=Formula(f"{bound.key}#difference", text, _side(bound, "difference"))))
        else:
            sheet.add(Item(row, 6, style="value"))
        sheet.add(Item(row, 7, style="mark", formula=Formula(f"{bound.key}#state", state_text, _state_of(bound))))
        sheet.heights[row] = max(20, height_of(meaning, 52, 14), height_of(label, 62, 14))
    sheet.filter = f"B{head + 1}:H{last + 1}"
    sheet.heights |= {2: 24, head: 22}
    sheet.freeze, sheet.repeat = (first, 0), (head, head)
    return sheet


def _summary(number: int, *counts: Any) -> str:
    holds, fails, open_ = counts
    return f"共{number}项：{HOLDS} 相符 {holds} 项，{FAILS} 不符 {fails} 项，{OPEN} 数据未齐或不适用 {open_} 项"


def _state(bound: Bound, report: Report) -> str:
    return {True: HOLDS, False: FAILS, None: OPEN}[evaluate(bound, report.get).holds]


def _state_of(bound: Bound) -> Compute:
    return lambda report: _state(bound, report)


def _side(bound: Bound, which: str) -> Compute:
    def compute(report: Report) -> Value:
        verdict = evaluate(bound, report.get)
        value = getattr(verdict, which)
        return "" if verdict.holds is None or value is None else _round(value)

    return compute


def _place(form: Form, bound: Bound, where: Mapping[str, str]) -> tuple[str, str]:
    """Where a rule looks first: the address to jump to, and the place in Chinese."""
    refs = [*bound.cells, *bound.names.values()]
    first = next(r for r in refs if r in where)
    sheet = where[first].partition("!")[0]
    return where[first], f"{sheet}：{bound.label}"


def _guarded(form: Form, bound: Bound, state: str, where: Mapping[str, str]) -> str:
    """Make a rule on the year before blind to figures that last year's form does not let us compare."""
    for earlier in form.comparable:
        other = f'{where[ids.LAST_FORM]}<>"{forms.load(earlier).name}"'
        last = [r for r in (*bound.names.values(), *(x for g in bound.groups.values() for x in g)) if r.startswith("last.")]
        barred = [r for r in dict.fromkeys(last) if not form.can_compare(earlier, r[5:])]
        for ref in barred:
            state = state.replace(f"ISNUMBER({where[ref]})", f"AND(ISNUMBER({where[ref]}),{other})")
        if any(r in bound.needed for r in barred):
            state = f'IF({other},{state},"{OPEN}")'
    return state


def _results_sheet() -> Sheet:
    sheet = Sheet(ids.RESULTS, (2.0, 6.0, 14.0, 17.0, 30.0, 58.0, 40.0, 30.0, 15.0), landscape=True)
    sheet.add(Item(0, 1, 1, 8, "title", "校验结果"))
    sheet.add(Item(1, 1, 1, 8, "ask", "本表由程序写入，最近一次校验发现的问题逐条列在下面，点“位置”可以跳到所在的格。"))
    for column, text in enumerate(RESULT_COLUMNS, 1):
        sheet.add(Item(RESULT_ROW - 1, column, style="head", text=text))
        sheet.add(Item(RESULT_ROW, column, style="link" if text == "位置" else "cell"))
    sheet.heights |= {0: 30, 1: 20, RESULT_ROW - 1: 22, RESULT_ROW: 20}
    sheet.freeze, sheet.repeat = (RESULT_ROW, 0), (RESULT_ROW - 1, RESULT_ROW - 1)
    return sheet


def _rules_sheet(form: Form, catalogue: Catalogue) -> Sheet:
    sheet = Sheet(ids.RULES, (2.0, 18.0, 13.0, 60.0, 48.0, 36.0), landscape=True)
    sheet.add(Item(0, 1, 1, 5, "title", "规则"))
    sheet.add(Item(1, 1, 1, 5, "unit line", f"规则版本：{catalogue.version}"))
    for column, text in enumerate(("规则编号", "级别", "内容", "怎么处理", "依据"), 1):
        sheet.add(Item(2, column, style="head", text=text))
    for row, rule in enumerate(catalogue.for_form(form.id), 3):
        texts = (rule.id, SEVERITY_NAMES[rule.severity], _meaning(rule, form), rule.fix, rule.basis)
        for column, text in enumerate(texts, 1):
            sheet.add(Item(row, column, style="cell", text=text))
        sheet.heights[row] = max(20, *(height_of(t, w, 14) for t, w in zip(texts, sheet.widths[1:])))
    sheet.heights |= {0: 30, 1: 20, 2: 22}
    sheet.freeze, sheet.repeat = (3, 0), (2, 2)
    return sheet


def _meaning(rule: Rule, form: Form) -> str:
    return f"{rule.title}。{sentence(rule, form)}" if bind(rule, form) else rule.title


def _guide_sheet(form: Form, sheets: list[Sheet]) -> Sheet:
    sheet = Sheet(ids.GUIDE, (2.0, 20.0, 92.0))
    sheet.add(Item(0, 1, 1, 2, "title", form.name))
    sheet.add(Item(1, 1, 1, 2, "unit line", f"依据：{form.basis}"))
    purposes = {
        ids.PREVIOUS: "上一年度报告的数据，用于核对；可由上年工作簿自动带入",
        ids.REASONS: "数字无误而与规则不符时，在此写明原因",
        ids.CHECKS: "由公式自动算出的逐项核对，随填随变",
        ids.RESULTS: "程序校验后写入的问题清单",
        ids.RULES: "全部校验规则、处理办法和依据",
        forms.meta_sheet(): "先填本表：单位全称和报告年度用于标题、落款和各表表头",
    }
    headings = {(s.sheet or (form.table(s.table).sheet if s.table else "")): s.heading for s in form.sections}
    steps = (
        f"适用范围：{form.use}。",
        "浅黄色的格是填写的地方；灰色的格由公式自动计算，其他格已锁定，没有设密码。",
        "数字格只填数字，不带单位、逗号和空格；没有发生的填0，不要留空，也不要填“/”“无”。",
        "申请、复议、诉讼的件数统计到本年12月31日。每一行右侧和表格下方随时显示校验结果。",
        "文字部分一段写一行，表内自动计数；段落多于所给行数的，在最后一行内用 Alt+Enter 换行续写。",
        "不要增删行、列和工作表，也不要移动单元格，否则公式和读数会出错。",
    )
    row = 3
    sheet.add(Item(2, 1, 1, 2, "section", "填写要求"))
    for number, text in enumerate(steps, 1):
        sheet.add(Item(row, 1, 1, 2, "step", f"{number}. {text}"))
        sheet.heights[row] = max(21, height_of(text, 108, 16))
        row += 1
    sheet.add(Item(row, 1, 1, 2, "section", "工作表"))
    sheet.heights[row] = 26
    row += 1
    for other in sheets:
        sheet.add(Item(row, 1, style="link", text=other.name, link=f"'{other.name}'!B1"))
        sheet.add(Item(row, 2, style="cell", text=purposes.get(other.name) or headings[other.name]))
        sheet.heights[row] = 21
        row += 1
    sheet.heights |= {0: 34, 1: 20, 2: 26}
    return sheet
