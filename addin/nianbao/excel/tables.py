"""The sheet of a statutory table, with its live marks."""

from __future__ import annotations

from dataclasses import replace
from typing import Mapping

from .. import form as forms
from ..columns import column_name
from ..form import Block, Cell, Form, Node, Section, Table
from ..layout import CORNER, HEAD, INFO, TITLE, Band, Grid, Label, grid
from ..rule import Bound
from . import ids
from .marks import CHOICE_LEGEND, LEGEND, cell_mark, choice_mark, live, mark, row_good
from .names import pattern_formula
from .sheet import Formula, Item, Sheet, heading, height_of
from .totals import total_formula

_INPUTS = {forms.TEXT: "input text", forms.CHOICE: "input"}
_ROLES = {TITLE: "band", CORNER: "corner", HEAD: "head", INFO: "unit"}
_WORDS = 22.0  # characters a column of words has at least
_WIDE = 12  # grid columns from which a table is printed across


def table_sheet(form: Form, section: Section, table: Table, bounds: list[Bound], where: dict[str, str]) -> Sheet:
    """Return the sheet of a statutory table; every input and total is entered in `where`."""
    layout = grid(table)
    beside = [name for name, wanted in ((ids.UNIT, _asks_unit(form, table)), (ids.MARKS, _is_marked(form, table)))
              if wanted]
    columns = {name: layout.columns + 1 + n for n, name in enumerate(beside)}
    widths = {ids.UNIT: 8.5, ids.MARKS: 15.5}
    sheet = Sheet(table.sheet, (2.0, *table_widths(table), *(widths[name] for name in beside)),
                  landscape=table.landscape or layout.columns > _WIDE)
    heading(sheet, section.heading, layout.columns + len(beside), where)
    if table.head:
        sheet.items[-1] = replace(sheet.items[-1], formula=pattern_formula(form, f"{table.id}.head", table.head, where))
    row = 2
    cells: dict[str, Item] = {}
    for band in layout.bands:
        row = _block(sheet, form, table, layout, band, row, columns, bounds, where, cells)
        row = _column_marks(sheet, form, bounds, table, band, row, where, last=band is layout.bands[-1])
        sheet.hide(row, ids.END)
        row += 1
    for cell_id, item in cells.items():
        cell = form.cells[cell_id]
        formula = total_formula(sheet, form, cell, where) if cell.is_total else None
        sheet.add(replace(item, input="", style="total", formula=formula) if formula else item)
    if table.foot:
        foot = pattern_formula(form, f"{table.id}.foot", table.foot, where)
        sheet.add(Item(row, 1, 1, layout.columns + len(beside), "foot", formula=foot))
        sheet.heights[row] = 34
        row += 1
    if ids.MARKS in columns:
        legend = LEGEND if any(form.cells[c].is_number for c in cells) else CHOICE_LEGEND
        sheet.add(Item(row, 1, 1, layout.columns + len(beside), "legend", legend))
        sheet.heights[row] = max(32, height_of(legend, sum(sheet.widths[1:]) + 4, 13))
    sheet.freeze = (3 + layout.head_rows if layout.head_rows else 2, 1 + table.stub)
    if layout.head_rows:
        sheet.repeat = (3, 3 + layout.head_rows - 1)
    last = list(cells.values())[-1].row
    sheet.names[f"表_{table.id}"] = f"{sheet.name}!$B$4:${column_name(layout.columns + 1)}${last + 1}"
    sheet.names |= {f"值_{cell_id}": sheet.reach(item) for cell_id, item in cells.items()}
    return sheet


def _asks_unit(form: Form, table: Table) -> bool:
    """Whether units stand beside the table: where the clerk chooses one, or the table does not print them."""
    cells = form.table_cells[table.id]
    printed = all(any(info.show == "unit" for info in block.infos) for block in table.blocks)
    return any(c.units for c in cells) or (not printed and any(c.unit for c in cells))


def _is_marked(form: Form, table: Table) -> bool:
    return any(c.kind != forms.TEXT for c in form.table_cells[table.id])


def table_widths(table: Table) -> tuple[float, ...]:
    """Widths in characters: as on paper, but wide enough for six digits, for the column heads and for words."""
    words = {start for band in grid(table).bands for start, column in zip(band.starts, band.block.leaf_columns)
             if (column.kind or table.kind) == forms.TEXT}
    least = [0.0 if n < table.stub else _WORDS if n in words else 9.0 for n in range(len(table.widths))]
    return tuple(max(width / (1.75 if n < table.stub else 2.0), least[n]) for n, width in enumerate(table.widths))


def draw_labels(sheet: Sheet, layout: Grid, band: Band, shift: int, left: int, notes: bool) -> None:
    """Draw the labels of a band and the ids of its rows, and set heights so that no label is cut."""
    heights = {r: 18.0 if r == band.top else 20.0 for r in range(band.top, band.body.stop)}
    for label in layout.labels:
        if not band.top <= label.row < band.body.stop:
            continue
        column = left + label.column
        sheet.add(Item(label.row + shift, column, label.rows, label.columns, _style(label), label.text,
                       note=_note(label) if notes else ""))
        indent = 2 * label.node.indent if label.node else 0
        need = height_of(label.text, sum(sheet.widths[column : column + label.columns]) - indent) / label.rows
        for r in range(label.row, label.row + label.rows):
            heights[r] = max(heights[r], need)
    sheet.heights |= {r + shift: h for r, h in heights.items()}
    for number in range(band.top, band.body.start):
        sheet.add(Item(number + shift, 0, style="id", text=f"{ids.HEAD}{number - band.top}"))
    for row, leaf in zip(band.body, band.block.all_rows):
        sheet.add(Item(row + shift, 0, style="id", text=leaf.id or ids.BLANK))


def _style(label: Label) -> str:
    if label.role in _ROLES:
        return _ROLES[label.role]
    node = label.node
    if node and node.heading:
        return "stub heading"
    return f"stub {node.indent}" if node and node.indent else "stub"


def _note(label: Label) -> str:
    node = label.node
    if node is None or label.role == INFO or not (node.note or node.basis):
        return ""
    return "\n".join(filter(None, (node.note, node.basis and f"依据：{node.basis}")))


def _block(sheet: Sheet, form: Form, table: Table, layout: Grid, band: Band, row: int, columns: Mapping[str, int],
           bounds: list[Bound], where: dict[str, str], cells: dict[str, Item]) -> int:
    """Draw a block with all that stands beside it, and note its cells; return the next free row."""
    named = ids.grid_columns(table, band, 1)
    unit_column, mark_column = columns.get(ids.UNIT), columns.get(ids.MARKS)
    sheet.hide(row, ids.MARK + table.id, named | ({unit_column: ids.UNIT} if unit_column else {}))
    shift = row + 1 - band.top
    draw_labels(sheet, layout, band, shift, 1, notes=True)
    for column, text in ((unit_column, "单位"), (mark_column, "校验")):
        if column:
            sheet.add(Item(row + 1, column, band.body.start - band.top, 1, "head", text))
    for at, leaf in zip(band.body, band.block.all_rows):
        line = [] if leaf.heading else [form.cells[table.cell_id(leaf.id, c.id)] for c in band.block.leaf_columns]
        for start, leaf_column, cell in zip(band.starts, band.block.leaf_columns, line):
            item = Item(at + shift, 1 + start, 1, leaf_column.span, _INPUTS.get(cell.kind, "input"), input=cell.id,
                        kind=cell.kind, choices=cell.choices, title=cell.label)
            cells[cell.id] = item
            where[cell.id] = sheet.reach(item)
            if cell.kind == forms.TEXT and at + shift not in sheet.growing:
                sheet.growing.append(at + shift)
        if unit_column:
            _unit(sheet, at + shift, unit_column, line, where)
        if mark_column:
            formula = _row_mark(sheet, form, band.block, leaf, line, bounds, where)
            style = "mark" if formula else "unit"
            sheet.add(Item(at + shift, mark_column, style=style, formula=formula))
    return band.body.stop + shift


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


def _row_mark(sheet: Sheet, form: Form, block: Block, row: Node, cells: list[Cell], bounds: list[Bound],
              where: Mapping[str, str]) -> Formula | None:
    numbers = [c for c in cells if c.is_number]
    choice = next((c for c in cells if c.kind == forms.CHOICE), None)
    if choice and not numbers:
        return choice_mark(sheet, choice, bounds, where)
    if not numbers:
        return None
    if len(block.leaf_columns) == 1:
        return cell_mark(sheet, form, numbers[0], bounds, where)
    known = [c.id for c in numbers]
    shown = [b for b in bounds if b.rule.table == numbers[0].table and b.rule.each == "row" and live(b, known)]
    good = row_good(sheet, numbers, shown, bounds, where)
    return mark(sheet, form, f"mark.{numbers[0].table}.row.{row.id}", numbers, shown, where, good)


def _column_marks(sheet: Sheet, form: Form, bounds: list[Bound], table: Table, band: Band, row: int,
                  where: dict[str, str], last: bool) -> int:
    """One row of marks a column rule, and one for the rules on groups of columns; return the next free row."""
    if not last:
        return row  # rules bind columns by id over all blocks: their marks stand below the last one
    columns, starts = band.block.leaf_columns, band.starts
    places = [c.id for c in columns]
    lines: dict[str, list[tuple[int, int, Bound]]] = {}
    for bound in bounds:
        if bound.rule.table != table.id or not live(bound, form.cells):
            continue
        if bound.rule.each == "column":
            index = places.index(bound.place)
            lines.setdefault(bound.rule.id, []).append((starts[index], columns[index].span, bound))
        elif bound.rule.each == "group":
            leaves = [c.id for c in table.nodes[bound.place].leaves()]
            lines.setdefault("group", []).append((starts[places.index(leaves[0])], len(leaves), bound))
    for marks in lines.values():
        title = marks[0][2].rule.title
        wide = table.stub + len(band.block.infos)
        sheet.add(Item(row, 0, style="id", text=ids.MARKS))
        if wide:
            sheet.add(Item(row, 1, 1, wide, "mark label", title))
        for start, span, bound in marks:
            cells = [form.cells[c] for c in bound.cells]
            formula = mark(sheet, form, f"mark.{bound.key}", cells, [bound], where)
            where[f"mark.{bound.key}"] = sheet.reach(sheet.add(Item(row, 1 + start, 1, span, "mark", formula=formula)))
        sheet.heights[row] = max(20, height_of(title, sum(sheet.widths[1 : 1 + wide])) if wide else 0)
        row += 1
    return row
