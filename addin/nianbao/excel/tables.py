"""The sheets of the statutory tables, with their live marks, and the sheet with the same tables of the year before."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterable, Mapping

from .. import form as forms
from ..form import Cell, Form, Section, Table
from ..layout import CORNER, HEAD, TITLE, Grid, Label, grid
from ..report import Report, parts_of, show
from ..rule import ERROR, FAILS, HOLDS, Bound, column_name, evaluate, excel, is_number, ranges
from . import ids
from .sheet import Formula, Item, Sheet, Value, heading, height_of, rounded

MISSING, NO_NUMBER, NEGATIVE, FRACTION, OFF, UNEQUAL = "待填", "非数字", "负数", "小数", "差", "不符"
_LEGEND = (
    f"校验：“{HOLDS}”表示填报相符；“{OFF}”及数字表示相差多少；“{MISSING}”表示还有空格，没有发生的填0；"
    f"“{NO_NUMBER}”表示数字格中有文字、单位或错误值。"
)


def table_sheet(form: Form, section: Section, table: Table, bounds: list[Bound], where: dict[str, str]) -> Sheet:
    """Return the sheet of a statutory table; every input and total is entered in `where`."""
    layout = grid(table)
    unit_column, mark_column = layout.columns + 1, layout.columns + 2
    sheet = Sheet(table.sheet, (2.0, *_table_widths(table), 8.5, 9.0), landscape=layout.columns > 12)
    heading(sheet, section.heading, layout.columns + 2, where)
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


def _table_widths(table: Table) -> tuple[float, ...]:
    """Widths in characters: as on paper, but wide enough for six digits and for the column heads."""
    return tuple((max(width / 2.0, 9.0) if n >= table.stub else width / 1.75) for n, width in enumerate(table.widths))


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
    parts = parts_of(form, cell)
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
                return UNEQUAL if verdict.difference is None else OFF + show(rounded(verdict.difference))
        return HOLDS

    return Formula(key, text, compute)


def _difference(form: Form, bound: Bound, where: Mapping[str, str], otherwise: str) -> str:
    formulas = excel(bound, lambda ref: _here(where[ref]), form)
    shown = f'"{OFF}"&ROUND({formulas.left}-({formulas.right}),9)' if formulas.left else f'"{UNEQUAL}"'
    return f'IF({formulas.state}="{FAILS}",{shown},{otherwise})'


def previous_sheet(form: Form, where: dict[str, str]) -> Sheet:
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
        item = Item(row, 1 + wide.stub, 1, columns - wide.stub, style, input=key, kind=kind, choices=choices,
                    title=label)
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
                    known = sheet.heights.get(r + shift, 20)
                    sheet.heights[r + shift] = max(known, height_of(label.text, width) / label.rows)
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
