"""The sheet with the figures of the year before, in the grids of this year's form."""

from __future__ import annotations

from .. import form as forms
from ..form import Cell, Form, Table
from ..layout import Band, grid
from . import ids
from .sheet import Item, Sheet, height_of
from .tables import draw_labels, table_widths

_PLAIN = (60.0, 20.0)  # widths where the form has no table
_ROOM = 46.0  # characters for the name of a unit or of a form


def previous_sheet(form: Form, where: dict[str, str]) -> Sheet:
    """Return the sheet of last year's figures, as far as they may be compared."""
    wanted = {c for c in form.cells if any(form.can_compare(earlier, c) for earlier in form.comparable)}
    tables = [form.table(s.table) for s in form.sections if s.table]
    shown = [t for t in tables if any(c.id in wanted for c in form.table_cells[t.id])]
    wide = max(shown, key=lambda t: len(t.widths) if t.stub else 0, default=None)
    labels = _label_columns(wide) if wide else 1
    widths = table_widths(wide) if wide else _PLAIN
    columns = max([len(t.widths) for t in shown], default=len(_PLAIN))
    widths = (*widths, *(9.0,) * (columns - len(widths)))
    wider = max(1.0, _ROOM / sum(widths[labels:]))
    widths = (*widths[:labels], *(width * wider for width in widths[labels:]))
    sheet = Sheet(ids.PREVIOUS, (2.0, *widths), one_page=columns > 12)
    sheet.add(Item(0, 1, 1, columns, "title", "上一年度报告的数据"))
    hint = "由上年工作簿自动带入，或照上一年度已公布的报告填写，用于核对上年结转和增减；没有上年报告的留空。"
    sheet.add(Item(1, 1, 1, columns, "ask", hint))
    sheet.heights |= {0: 30, 1: max(22, height_of(hint, sum(sheet.widths[1:])))}
    row = _questions(sheet, form, labels, columns, where)
    for section in form.sections:
        fields = [cell for cell in section.fields if cell.id in wanted]
        table = form.table(section.table) if section.table else None
        if table not in shown and not fields:
            continue
        sheet.add(Item(row, 1, 1, columns, "section", section.heading))
        sheet.heights[row] = 24
        row += 1
        if table:
            left = 1 + labels - _label_columns(table) if table.stub else 1
            for band in grid(table).bands:
                row = _block(sheet, form, table, band, row, left, wanted, where)
        if fields:
            row = _fields(sheet, fields, row, labels, where)
    sheet.freeze = (2, 0)
    return sheet


def _label_columns(table: Table) -> int:
    return table.stub + len(table.blocks[0].infos)


def _questions(sheet: Sheet, form: Form, labels: int, columns: int, where: dict[str, str]) -> int:
    """Whose report it was; return the next free row."""
    earlier = tuple(forms.load(form_id).name for form_id in form.comparable)
    sheet.hide(2, ids.LAST, {1 + labels: ids.VALUE})
    asked = ((ids.LAST_UNIT, "上年单位全称", "text", ()), (ids.LAST_YEAR, "上年报告年度", "year", ()),
             (ids.LAST_FORM, "上年报告格式", "choice", earlier))
    room = sum(sheet.widths[1 + labels :])
    for row, (key, label, kind, choices) in enumerate(asked, 3):
        sheet.add(Item(row, 0, style="id", text=key))
        sheet.add(Item(row, 1, 1, labels, "stub", label))
        style = "input left" if kind == "year" else "input text"
        item = Item(row, 1 + labels, 1, columns - labels, style, input=key, kind=kind, choices=choices, title=label)
        where[key] = sheet.reach(sheet.add(item))
        sheet.heights[row] = max([22.0, *(height_of(choice, room) for choice in choices)])
    sheet.hide(6, ids.END)
    return 7


def _block(sheet: Sheet, form: Form, table: Table, band: Band, row: int, left: int, wanted: set[str],
           where: dict[str, str]) -> int:
    sheet.hide(row, f"{ids.LAST}.{table.id}", ids.grid_columns(table, band, left))
    shift = row + 1 - band.top
    draw_labels(sheet, grid(table), band, shift, left, notes=False)
    for at, leaf in zip(band.body, band.block.all_rows):
        for start, leaf_column in zip(band.starts, band.block.leaf_columns):
            if leaf.heading:
                continue
            cell = form.cells[table.cell_id(leaf.id, leaf_column.id)]
            if cell.id in wanted:
                _input(sheet, Item(at + shift, left + start, 1, leaf_column.span), cell, where)
            else:
                sheet.add(Item(at + shift, left + start, 1, leaf_column.span, "unit"))
    row = band.body.stop + shift
    sheet.hide(row, ids.END)
    return row + 1


def _fields(sheet: Sheet, fields: list[Cell], row: int, labels: int, where: dict[str, str]) -> int:
    sheet.hide(row, ids.LAST_FIELDS, {1 + labels: ids.VALUE})
    for at, cell in enumerate(fields, row + 1):
        sheet.add(Item(at, 0, style="id", text=cell.id))
        sheet.add(Item(at, 1, 1, labels, "stub", f"{cell.label}（{cell.unit}）"))
        _input(sheet, Item(at, 1 + labels), cell, where)
        sheet.heights[at] = 20
    row += 1 + len(fields)
    sheet.hide(row, ids.END)
    return row + 1


def _input(sheet: Sheet, place: Item, cell: Cell, where: dict[str, str]) -> None:
    key, style = f"last.{cell.id}", "input" if cell.is_number else "input text"
    item = Item(place.row, place.column, place.rows, place.columns, style, input=key, kind=cell.kind,
                title=f"上年{cell.label}")
    where[key] = sheet.reach(sheet.add(item))
