"""The numbers of a workbook file: tables, fields, totals, and those of the year before."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any, Mapping

from .. import form as forms
from ..form import Cell, Form, Table
from ..layout import Band, grid
from ..report import Figure, Report, complete, number, parse_year, show
from . import ids, shape
from .blocks import Block, Blocks, pairs
from .source import Place, Source, address, text_of


@dataclass(frozen=True)
class Figures:
    """What was read: figures by cell id, units the clerk chose by meta key, places of both, totals whose formula is
    there, and what of the tables is missing, added or called otherwise."""

    values: dict[str, Figure] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    formulas: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    labels: shape.Labels = field(default_factory=list)


def read_figures(source: Source, form: Form, blocks: Blocks) -> Figures:
    """Return the figures of the form's tables and fields; a cell that is nowhere is blank."""
    found = Figures(values=dict.fromkeys(form.cells))
    for table in form.tables:
        rest = list(blocks.get(ids.MARK + table.id, ()))
        for band in grid(table).bands:
            block = next((block for block in rest if _is_of(block, band)), None)
            if block is None:
                found.missing.append(f"{table.sheet}：{band.block.title or '表格'}")
                continue
            rest.remove(block)
            _table(source, form, table, band, block, found)
            found.missing.extend(shape.lost(table, band, block))
            found.labels.extend(shape.changed_labels(source, table, band, block))
            found.added.extend(shape.added(source, band, block))
    for key, sheet, row, column in pairs(blocks, ids.FIELDS):
        if key in form.cells:
            _cell(source, form.cells[key], sheet, row, column, found)
    return found


def _is_of(block: Block, band: Band) -> bool:
    columns = {c.id or ids.BLANK for c in band.block.leaf_columns}
    rows = {r.id or ids.BLANK for r in band.block.leaf_rows}
    return bool(columns & set(block.columns)) and any(row_id in rows for row_id, _ in block.lines)


def _table(source: Source, form: Form, table: Table, band: Band, block: Block, found: Figures) -> None:
    rows = shape.rows_of(band, block)
    unit = block.columns.get(ids.UNIT)
    for leaf in band.block.leaf_rows:
        row = rows.get(leaf.id or ids.BLANK)
        for leaf_column in band.block.leaf_columns:
            column = block.columns.get(leaf_column.id or ids.BLANK)
            if row is None or column is None:
                continue
            cell = form.cells[table.cell_id(leaf.id, leaf_column.id)]
            _cell(source, cell, block.sheet, row, column, found)
            if cell.units and unit is not None:
                found.places[cell.unit_key] = (block.sheet, address(row, unit))
                chosen = text_of(source.at(block.sheet, row, unit))
                if chosen:
                    found.units[cell.unit_key] = chosen


def _cell(source: Source, cell: Cell, sheet: str, row: int, column: int, found: Figures) -> None:
    at = address(row, column)
    found.places[cell.id] = (sheet, at)
    found.values[cell.id] = _figure(cell, source.at(sheet, row, column))
    if cell.is_total and at in source.formulas(sheet):
        found.formulas.add(cell.id)


def _figure(cell: Cell, value: Any) -> Figure:
    if not cell.is_number and value is not None:
        value = show(value)
    return number(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Totals:
    """All figures with the totals recomputed, the totals that were typed, and stored results that are not the sum."""

    figures: dict[str, Figure]
    typed: tuple[str, ...]
    stale: dict[str, Figure]


def with_totals(form: Form, found: Figures) -> Totals:
    """Recompute every total whose formula is there; keep the others as they are stated."""
    values = found.values
    totals = [c.id for c in form.cells.values() if c.is_total]
    kept = {c for c in totals if c not in found.formulas or isinstance(values[c], str)}
    typed = (c for c in totals if c in found.places and c not in found.formulas and values[c] is not None)
    whole = complete(form, {c: v for c, v in values.items() if c in kept or not form.cells[c].is_total})
    stale = {c: values[c] for c in totals if c not in kept and values[c] not in (None, whole[c])}
    return Totals(whole, tuple(typed), stale)


def read_last(source: Source, form: Form, blocks: Blocks) -> tuple[Report | None, dict[str, Place], list[str]]:
    """Return the report of the year before as far as the workbook has it, the places, and notes for the clerk."""
    found: dict[str, Figure] = {}
    places: dict[str, Place] = {}
    told: dict[str, Any] = {}

    def take(cell_id: str, sheet: str, row: int, column: int) -> None:
        if cell_id in form.cells:
            places[f"last.{cell_id}"] = (sheet, address(row, column))
            found[cell_id] = _figure(form.cells[cell_id], source.at(sheet, row, column))

    for key, sheet, row, column in pairs(blocks, ids.LAST):
        places[key] = (sheet, address(row, column))
        told[key] = source.at(sheet, row, column)
    for table in form.tables:
        rows, columns = _leaves(table)
        for block in blocks.get(f"{ids.LAST}.{table.id}", ()):
            for (row_id, row), (column_id, column) in itertools.product(block.lines, block.columns.items()):
                if row_id in rows and column_id in columns:
                    take(table.cell_id(rows[row_id], columns[column_id]), block.sheet, row, column)
    for key, sheet, row, column in pairs(blocks, ids.LAST_FIELDS):
        take(key, sheet, row, column)
    if all(v is None for v in (*told.values(), *found.values())):
        return None, places, []
    last_form, notes = _last_form(form, text_of(told.get(ids.LAST_FORM)), places)
    year = parse_year(told.get(ids.LAST_YEAR))
    return Report(last_form, text_of(told.get(ids.LAST_UNIT)), year, figures=found), places, notes


def _leaves(table: Table) -> tuple[dict[str, str], dict[str, str]]:
    """Return the ids of the rows and of the columns with numbers by the marks they have in a sheet."""
    rows = (leaf.id for block in table.blocks for leaf in block.leaf_rows)
    columns = (leaf.id for block in table.blocks for leaf in block.leaf_columns)
    return {row or ids.BLANK: row for row in rows}, {column or ids.BLANK: column for column in columns}


def _last_form(form: Form, told: str, places: Mapping[str, Place]) -> tuple[str, list[str]]:
    for form_id in forms.form_ids() if told else ():
        if told in (form_id, forms.load(form_id).name):
            return form_id, []
    if not told:
        return form.id, []
    sheet, at = places[ids.LAST_FORM]
    return form.id, [
        f"“{sheet}”表 {at} 格的上年报告格式“{told}”不在可选范围内，已按本年格式处理，请从下拉列表中选择。"]
