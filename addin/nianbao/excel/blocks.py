"""The blocks of a workbook file, found by the marks in its hidden columns; see `ids`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Mapping

from ..errors import InputError
from ..form import Form
from . import ids
from .source import Rows, Source

_MARK_COLUMNS = 6  # how far to the right a moved id column is looked for


@dataclass(frozen=True)
class Block:
    """A block of a sheet: column id -> column, (row id, row) of its rows, all counted from 0."""

    sheet: str
    name: str
    row: int
    bottom: int  # the last row before the next block begins or this one ends
    columns: Mapping[str, int]
    lines: tuple[tuple[str, int], ...]


Blocks = Mapping[str, list[Block]]  # block name -> blocks


@dataclass(frozen=True)
class Found:
    """The blocks of a file. `renamed`: the form's name of a sheet -> the file's, where they differ; `missing`: what
    the form has and the file has not; `notes`: sentences for the clerk."""

    blocks: Blocks
    renamed: Mapping[str, str]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


def find(source: Source, form: Form) -> Found:
    """Return all blocks; sheets with other names are looked through only when something is missing.

    A sheet that the report needs and that is nowhere is an `InputError`.
    """
    expected = ids.expected_sheets(form)
    wanted = set(expected.values())
    blocks: dict[str, list[Block]] = {}
    sheets = [sheet for sheet in source.sheets if sheet in wanted]
    _collect(source, sheets, blocks)
    if any(not where for where in _places(expected, blocks).values()):
        _collect(source, [sheet for sheet in source.sheets if sheet not in wanted], blocks)
    renamed: dict[str, str] = {}
    missing: dict[str, None] = {}
    for key, where in _places(expected, blocks).items():
        sheet = expected[key]
        if where and sheet not in where:
            renamed.setdefault(sheet, where[0])
        elif not where and (lost := _lost(source, form, key, sheet)):
            missing[lost] = None
    notes = (f"工作表“{sheet}”已改名为“{now}”，已按编号读取，请把名称改回。" for sheet, now in renamed.items())
    return Found(blocks, renamed, tuple(missing), tuple(notes))


def pairs(blocks: Blocks, name: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield id, sheet, row and column of the values in the blocks of one value column."""
    for block in blocks.get(name, ()):
        column = block.columns.get(ids.VALUE)
        if column is not None:
            for row_id, row in block.lines:
                yield row_id, block.sheet, row, column


def _places(expected: Mapping[str, str], blocks: Blocks) -> dict[str, list[str]]:
    """Return for each expected block name or id the sheets it is on."""
    sheets: dict[str, list[str]] = {name: [b.sheet for b in found] for name, found in blocks.items()}
    for name in (ids.TEXT, ids.FIELDS, ids.STATEMENTS):
        for block in blocks.get(name, ()):
            for row_id, _ in block.lines:
                sheets.setdefault(row_id, []).append(block.sheet)
    return {key: sheets.get(key, []) for key in expected}


def _lost(source: Source, form: Form, key: str, sheet: str) -> str:
    """Name what is nowhere in the file; "" where that is already told by the loss of its sheet."""
    if sheet in source.sheets:
        return "" if sheet in (ids.PREVIOUS, ids.REASONS) else f"{sheet}：{_name(form, key)}"
    if sheet in (ids.PREVIOUS, ids.REASONS):
        return sheet
    raise InputError(
        "sheet-missing",
        f"“{source.name}”缺少工作表“{sheet}”，请从备份恢复，或把其余内容复制到空白工作簿后再试。")


def _name(form: Form, key: str) -> str:
    if key in form.texts:
        return form.texts[key].heading or key
    if key in form.statements:
        return f"句子“{form.statements[key].text[:12]}……”"
    return form.cells[key].label if key in form.cells else "全部内容"


def _collect(source: Source, sheets: list[str], found: dict[str, list[Block]]) -> None:
    for sheet in sheets:
        for block in _blocks(sheet, source.rows(sheet)):
            found.setdefault(block.name, []).append(block)


def _blocks(sheet: str, rows: Rows) -> Iterator[Block]:
    column = next((c for c in range(_MARK_COLUMNS) if any(_is_mark(row, c) for row in rows)), None)
    if column is None:
        return
    marks = [r for r, row in enumerate(rows) if _is_mark(row, column)]
    starts = [r for r in marks if not rows[r][column].startswith((ids.HEAD, ids.MARKS))]
    for start, stop in zip(starts, [*starts[1:], None]):
        name = rows[start][column]
        if name == ids.END:
            continue
        columns = {v: c for c, v in reversed(list(enumerate(rows[start]))) if c != column and isinstance(v, str) and v}
        end = len(rows) if stop is None else stop
        lines = tuple((str(rows[r][column]), r) for r in range(start + 1, end)
                      if column < len(rows[r]) and isinstance(rows[r][column], str) and rows[r][column])
        bottom = max((row for _, row in lines), default=start) if stop is None else stop - 1
        yield Block(sheet, name, start, bottom, columns, lines)


def _is_mark(row: list[object], column: int) -> bool:
    value = row[column] if column < len(row) else None
    return isinstance(value, str) and value.startswith(ids.MARK)
