"""Read a standardised workbook into a `Report`, finding every cell by its id and never by its position.

Values come from python-calamine, or from openpyxl where that is missing or asked for; which cells hold formulas and
errors comes from the package itself, since no fast reader tells. Totals are recomputed, never trusted.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Mapping
from xml.parsers.expat import ExpatError

from .. import files, form as forms
from ..errors import InputError
from ..form import Form
from ..layout import Band, Grid, grid
from ..report import (
    UNIT,
    YEAR,
    Explanation,
    Figure,
    Report,
    Structure,
    complete,
    meta_value,
    number,
    paragraphs,
    parse_date,
    parse_year,
)
from ..rule import column_name
from . import ids, package

Rows = list[list[Any]]
Place = tuple[str, str]  # sheet, address

_MARK_COLUMNS = 6  # how far to the right a moved id column is looked for
_MAX_CELLS = 5_000_000


@dataclass(frozen=True)
class Book:
    """A workbook as read: its report, and where each cell, text and meta field stands in this very file.

    `sheets` maps the sheet names of the form to those of the file; `rows` lists the places of all paragraph rows of
    a text; `formulas` are the totals whose formula is there; `parts` is the package itself.
    """

    path: Path
    form: Form
    pack: str
    report: Report
    places: Mapping[str, Place]
    sheets: Mapping[str, str]
    rows: Mapping[str, tuple[Place, ...]]
    formulas: frozenset[str]
    parts: Mapping[str, bytes] = field(repr=False)
    sheet_parts: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class _Block:
    """A block of a sheet: column id -> column, (row id, row) of its rows, all counted from 0."""

    sheet: str
    name: str
    row: int
    column: int  # the hidden column
    columns: dict[str, int]
    lines: tuple[tuple[str, int], ...]


def read_book(path: Path, engine: str = "calamine") -> Book:
    """Return a workbook of a form as a `Book`; a file that is none, or one of a newer form, is an `InputError`.

    `engine` is calamine or openpyxl; both give the same result.
    """
    path = Path(path)
    data = files.read_bytes(path)
    parts = files.unpack(data, path.name)
    sheet_of = package.sheet_parts(parts, path.name)
    if not sheet_of:
        raise _not_ours(path)
    known = package.properties(parts)
    values = _values(data, parts, sheet_of, engine, path.name)
    form = _form(path, known, values, sheet_of)
    pack = known.get(ids.PROPERTY_RULES, "")
    reader = _Reader(path, form, parts, sheet_of, values)
    return reader.book(pack)


def _not_ours(path: Path) -> InputError:
    return InputError("not-a-workbook", f"“{path.name}”不是本工具的年度报告工作簿，请用 nianbao new 生成的工作簿填写。")


def _form(path: Path, known: Mapping[str, str], values: _Values, sheets: Iterable[str]) -> Form:
    form_id, version = known.get(ids.PROPERTY_FORM, ""), known.get(ids.PROPERTY_VERSION, "")
    if not form_id:  # some programs drop document properties
        for sheet in sheets:
            line = next((r for r in values.rows(sheet) if r and r[0] == ids.FORM), None)
            if line and len(line) > 2:
                form_id, version = str(line[1]), str(line[2])
                break
        else:
            raise _not_ours(path)
    form = forms.load(form_id)
    if _version(version) > _version(form.version):
        raise InputError("newer-version", f"“{path.name}”由较新版本的程序生成（格式版本 {version}），请先升级本程序。")
    return form


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(p) for p in text.split(".") if p.isascii() and p.isdigit())


# ---------------------------------------------------------------- values by sheet


class _Values:
    """Rows of values by sheet, read when they are first asked for."""

    def __init__(self, read: Any) -> None:
        self._read = read
        self._rows: dict[str, Rows] = {}

    def rows(self, sheet: str) -> Rows:
        if sheet not in self._rows:
            self._rows[sheet] = self._read(sheet)
        return self._rows[sheet]


def _values(data: bytes, parts: Mapping[str, bytes], sheets: Mapping[str, str], engine: str, name: str) -> _Values:
    damaged = InputError("damaged", f"“{name}”已损坏或不完整，请向发送人重新索取，或用备份文件。")

    def guarded(read: Callable[[str], Rows]) -> Callable[[str], Rows]:
        def rows(sheet: str) -> Rows:
            try:
                height, width = package.extent(parts[sheets[sheet]])
                if height * width > _MAX_CELLS:
                    raise InputError(
                        "too-large", f"“{sheet}”表在很远的地方（第{height}行）还有内容，请删除表格以外的行列，另存后重试。")
                return read(sheet)
            except InputError:
                raise
            except BaseException as error:  # a reader stumbles in many ways; one of calamine's is no Exception
                if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
                    raise
                raise damaged from error

        return rows

    if engine == "calamine":
        try:
            from python_calamine import CalamineWorkbook
        except ImportError:
            return _values(data, parts, sheets, "openpyxl", name)
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except Exception as error:
            raise damaged from error
        return _Values(guarded(lambda sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)))
    import openpyxl

    def load() -> Any:
        try:
            return openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        except Exception as error:
            raise damaged from error

    other = load()
    return _Values(guarded(lambda sheet: [list(row) for row in other[sheet].iter_rows(values_only=True)]))


def _value(value: Any) -> Any:
    """A cell's value as both engines agree on it: None, text, int, Decimal; a date in ISO form."""
    if value is None or value == "":
        return None
    if type(value) is float and value.is_integer():
        return int(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute or value.second) else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, (int, float)):
        return number(value)
    return str(value)


# ---------------------------------------------------------------- the reader


class _Reader:
    """One pass over one file: finds the blocks, takes what stands in them and notes what is out of place."""

    def __init__(
        self, path: Path, form: Form, parts: dict[str, bytes], sheets: dict[str, str], values: _Values
    ) -> None:
        self.path, self.form, self.parts, self.sheet_of, self.values = path, form, parts, sheets, values
        self.places: dict[str, Place] = {}
        self.rows: dict[str, list[Place]] = {}
        self.notes: list[str] = []
        self.missing: list[str] = []
        self.added: list[str] = []
        self.labels: list[tuple[str, str, str]] = []
        self.marks: dict[str, tuple[set[str], dict[str, str]]] = {}
        self.errors: dict[str, dict[str, str]] = {}
        self.renamed: dict[str, str] = {}
        self.blocks = self._find()

    # ---- finding

    def _find(self) -> dict[str, list[_Block]]:
        """Return block name -> blocks; sheets with other names are looked through only when something is missing."""
        expected = ids.expected_sheets(self.form)
        found: dict[str, list[_Block]] = {}
        wanted = set(expected.values())
        for sheet in self.sheet_of:
            if sheet in wanted:
                self._collect(sheet, found)
        if any(self._lacks(key, found) for key in expected):
            for sheet in self.sheet_of:
                if sheet not in wanted:
                    self._collect(sheet, found)
        for key, sheet in expected.items():
            where = self._where(key, found)
            if not where:
                self._lost(key, sheet)
            elif sheet not in where and sheet not in self.renamed:
                self.renamed[sheet] = where[0]
                self.notes.append(f"工作表“{sheet}”已改名为“{where[0]}”，已按编号读取，请把名称改回。")
        return found

    def _collect(self, sheet: str, found: dict[str, list[_Block]]) -> None:
        for block in _blocks(sheet, self.values.rows(sheet)):
            found.setdefault(block.name, []).append(block)

    def _where(self, key: str, found: Mapping[str, list[_Block]]) -> list[str]:
        if key.startswith(ids.MARK):
            return [block.sheet for block in found.get(key, ())]
        return [b.sheet for b in found.get(ids.TEXT, ()) if any(name == key for name, _ in b.lines)]

    def _lacks(self, key: str, found: Mapping[str, list[_Block]]) -> bool:
        return not self._where(key, found)

    def _lost(self, key: str, sheet: str) -> None:
        if sheet in (ids.PREVIOUS, ids.REASONS):
            if sheet not in self.missing and sheet not in self.sheet_of:
                self.missing.append(sheet)
        elif sheet in self.sheet_of:
            self.missing.append(f"{sheet}：{self._name(key)}")
        else:
            raise InputError(
                "sheet-missing",
                f"“{self.path.name}”缺少工作表“{sheet}”，请从备份恢复，或把其余内容复制到空白工作簿后再试。")

    def _name(self, key: str) -> str:
        text = self.form.texts.get(key)
        return (text.heading or text.id) if text else "全部内容"

    # ---- taking values

    def book(self, pack: str) -> Book:
        meta = self._meta()
        figures, formulas = self._figures()
        figures, typed, stale = self._totals(figures, formulas)
        texts = self._texts()
        last = self._last()
        year = meta.pop(YEAR, None)
        unit = meta.pop(UNIT, None) or ""
        report = Report(
            form=self.form.id,
            unit=unit,
            year=parse_year(year),
            meta=meta,
            figures=figures,
            texts=texts,
            explanations=self._explanations(),
            last=last,
            structure=Structure(
                file_name=self.path.name,
                labels=tuple(self.labels),
                missing=tuple(self.missing),
                added=tuple(self.added),
                typed_totals=tuple(typed),
                stale_totals=stale,
            ),
            notes=tuple(self.notes + self._year_note(year)),
        )
        return Book(self.path, self.form, pack, report, self.places,
                    {s: self.renamed.get(s, s) for s in ids.expected_sheets(self.form).values()},
                    {k: tuple(v) for k, v in self.rows.items()}, frozenset(formulas), self.parts, self.sheet_of)

    def _year_note(self, year: Any) -> list[str]:
        if year is None or parse_year(year) is not None:
            return []
        sheet, address = self.places[YEAR]
        return [f"“{sheet}”表 {address} 格的报告年度填的是“{year}”，应为四位数字，例如 2024，请改正。"]

    def _at(self, sheet: str, row: int, column: int) -> Any:
        errors = self._errors(sheet)
        if errors:
            error = errors.get(_address(row, column))
            if error is not None:
                return error
        rows = self.values.rows(sheet)
        return _value(rows[row][column]) if row < len(rows) and column < len(rows[row]) else None

    def _errors(self, sheet: str) -> dict[str, str]:
        """Error cells of a sheet. Most sheets have none, which is seen without taking them apart."""
        if sheet not in self.errors:
            content = self.parts[self.sheet_of[sheet]]
            clean = b'"e"' not in content and b"'e'" not in content
            self.errors[sheet] = {} if clean else self._marks(sheet)[1]
        return self.errors[sheet]

    def _marks(self, sheet: str) -> tuple[set[str], dict[str, str]]:
        if sheet not in self.marks:
            try:
                self.marks[sheet] = package.raw_marks(self.parts[self.sheet_of[sheet]])
            except ExpatError as error:
                raise InputError("damaged", f"“{self.path.name}”已损坏或不完整，请向发送人重新索取，或用备份文件。") from error
        return self.marks[sheet]

    def _pairs(self, name: str) -> Iterator[tuple[str, str, int, int]]:
        """Yield id, sheet, row and column of the values in a block of one value column."""
        for block in self.blocks.get(name, ()):
            column = block.columns.get(ids.VALUE)
            if column is not None:
                for row_id, row in block.lines:
                    yield row_id, block.sheet, row, column

    def _meta(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, sheet, row, column in self._pairs(ids.META):
            if key not in self.form.meta:
                continue
            self.places[key] = (sheet, _address(row, column))
            value = self._at(sheet, row, column)
            if value is None or not str(value).strip():
                continue
            text = str(value).strip()
            if self.form.meta[key].kind == "date":
                day = parse_date(text)
                text = day.isoformat() if day else text
            found[key] = meta_value(self.form, key, text)
        lost = [q.label for key, q in self.form.meta.items() if key not in self.places]
        self.missing += [f"{forms.meta_sheet()}：{label}" for label in lost]
        self.units = found
        return found

    def _figures(self) -> tuple[dict[str, Figure], set[str]]:
        figures: dict[str, Figure] = dict.fromkeys(self.form.cells)
        formulas: set[str] = set()
        for table in self.form.tables:
            rest = list(self.blocks.get(ids.MARK + table.id, ()))
            layout = grid(table)
            for band in layout.bands:
                known = {c.id for c in band.block.leaf_columns}
                rows = {r.id or ids.BLANK_ROW for r in band.block.leaf_rows}
                block = next((b for b in rest if known & set(b.columns) and rows & {r for r, _ in b.lines}), None)
                if block is None:
                    title = band.block.title or "表格"
                    self.missing.append(f"{table.sheet}：{title}")
                    continue
                rest.remove(block)
                self._band(table, layout, band, block, figures, formulas)
        for key, sheet, row, column in self._pairs(ids.FIELDS):
            if key in self.form.cells:
                self.places[key] = (sheet, _address(row, column))
                figures[key] = _figure(self._at(sheet, row, column))
        for section in self.form.sections:
            self.missing += [f"{section.sheet}：{c.label}" for c in section.fields if c.id not in self.places]
        return figures, formulas

    def _band(self, table: forms.Table, layout: Grid, band: Band, block: _Block, figures: dict[str, Figure],
              formulas: set[str]) -> None:
        sheet = block.sheet
        rows_of: dict[str, int] = {}
        official = [r.id or ids.BLANK_ROW for r in band.block.leaf_rows]
        heads = [f"{ids.HEAD}{n}" for n in range(band.body.start - band.top)]
        for row_id, row in block.lines:
            if row_id in (*official, *heads) and row_id not in rows_of:
                rows_of[row_id] = row
        with_formula = self._marks(sheet)[0]
        for leaf in band.block.leaf_rows:
            if (leaf.id or ids.BLANK_ROW) not in rows_of:
                self.missing.append(f"{table.sheet}：行“{leaf.label}”")
        for leaf_column in band.block.leaf_columns:
            if leaf_column.id not in block.columns:
                self.missing.append(f"{table.sheet}：列“{leaf_column.label}”")
        for leaf in band.block.leaf_rows:
            row = rows_of.get(leaf.id or ids.BLANK_ROW, -1)
            for leaf_column in band.block.leaf_columns:
                column = block.columns.get(leaf_column.id, -1)
                if row < 0 or column < 0:
                    continue
                cell = self.form.cells[table.cell_id(leaf.id, leaf_column.id)]
                address = _address(row, column)
                self.places[cell.id] = (sheet, address)
                figures[cell.id] = _figure(self._at(sheet, row, column))
                if address in with_formula:
                    formulas.add(cell.id)
                unit = block.columns.get(ids.UNIT)
                if cell.units and unit is not None:
                    self.places[cell.unit_key] = (sheet, _address(row, unit))
                    chosen = self._at(sheet, row, unit)
                    if chosen is not None and str(chosen).strip():
                        self.units[cell.unit_key] = str(chosen).strip()
        self._shape(table, layout, band, block, rows_of, heads)

    def _totals(
        self, figures: dict[str, Figure], formulas: set[str]
    ) -> tuple[dict[str, Figure], list[str], dict[str, Figure]]:
        """Recompute every total whose formula is there; keep the others as they are stated."""
        total_ids = [c.id for c in self.form.cells.values() if c.is_total]
        kept = {c for c in total_ids if c not in formulas or isinstance(figures[c], str)}
        typed = [c for c in total_ids if c in self.places and c not in formulas and figures[c] is not None]
        whole = complete(self.form, {c: v for c, v in figures.items() if c in kept or not self.form.cells[c].is_total})
        stale = {c: figures[c] for c in total_ids if c not in kept and figures[c] not in (None, whole[c])}
        return whole, typed, stale

    def _shape(self, table: forms.Table, layout: Grid, band: Band, block: _Block, rows_of: dict[str, int],
               heads: list[str]) -> None:
        """Note labels that were changed, and rows and columns that were added or moved."""
        sheet = block.sheet
        to_row = {band.top + n: rows_of.get(head) for n, head in enumerate(heads)}
        to_row |= {band.body.start + n: rows_of.get(leaf.id or ids.BLANK_ROW)
                   for n, leaf in enumerate(band.block.leaf_rows)}
        to_column = {n: block.columns.get(f"{ids.STUB}{n}") for n in range(table.stub)}
        to_column |= {s: block.columns.get(c.id) for s, c in zip(band.starts, band.block.leaf_columns)}
        for label in layout.labels:
            if not band.top <= label.row < band.body.stop:
                continue
            row, column = to_row.get(label.row), to_column.get(label.column)
            if row is None or column is None:
                continue
            value = self._at(sheet, row, column)
            found = "" if value is None else str(value)
            if found != label.text and _plain(found) != _plain(label.text):
                self.labels.append((f"{sheet} {_address(row, column)}", found, label.text))
        taken = set(rows_of.values())
        columns = sorted(block.columns.values())
        inside = range(columns[0], columns[-1] + 1)
        spans = {c + n for s, leaf in zip(band.starts, band.block.leaf_columns)
                 if (c := block.columns.get(leaf.id)) is not None for n in range(leaf.span)}
        free = [c for c in inside if c not in spans and c not in columns]
        last = max(taken, default=block.row)
        ends = {row for row_id, row in block.lines if row_id == ids.MARKS}
        bottom = max(min(ends) - 1 if ends else self._bottom(block), last)
        for row in range(block.row + 1, bottom + 1):
            if row not in taken and any(self._at(sheet, row, c) is not None for c in inside):
                self.added.append(f"{sheet}：第{row + 1}行")
        for column in free:
            if any(self._at(sheet, row, column) is not None for row in taken):
                self.added.append(f"{sheet}：{column_name(column + 1)}列")
        order = [rows_of[r] for r in [x.id or ids.BLANK_ROW for x in band.block.leaf_rows] if r in rows_of]
        across = [block.columns[c.id] for c in band.block.leaf_columns if c.id in block.columns]
        if order != sorted(order) or across != sorted(across):
            self.added.append(f"{sheet}：行或列的次序与格式不同")

    def _bottom(self, block: _Block) -> int:
        """The last row before the end of a block."""
        rows = self.values.rows(block.sheet)
        for row in range(block.row + 1, len(rows)):
            mark = rows[row][block.column] if block.column < len(rows[row]) else None
            if isinstance(mark, str) and mark.startswith(ids.MARK) and not mark.startswith((ids.HEAD, ids.MARKS)):
                return row - 1
        return max((row for _, row in block.lines), default=block.row)

    def _texts(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for text_id, sheet, row, column in self._pairs(ids.TEXT):
            if text_id not in self.form.texts and text_id != ids.PREAMBLE:
                continue
            address = _address(row, column)
            self.places.setdefault(text_id, (sheet, address))
            self.rows.setdefault(text_id, []).append((sheet, address))
            value = self._at(sheet, row, column)
            if value is not None:
                found.setdefault(text_id, []).extend(paragraphs(text_id, str(value).split("\n")))
        return {k: v for k, v in found.items() if v}

    def _explanations(self) -> tuple[Explanation, ...]:
        found = []
        for block in self.blocks.get(ids.WHY, ()):
            for row in range(block.row + 2, self._bottom(block) + 1):
                values = {name: self._at(block.sheet, row, column) for name, column in block.columns.items()}
                texts = {k: str(v).strip() for k, v in values.items() if v is not None and str(v).strip()}
                day = parse_date(texts.get("date", ""))
                texts |= {"date": day.isoformat()} if day else {}
                if texts:
                    found.append(Explanation(**{"fingerprint": "", "explanation": "", **texts}))
        return tuple(found)

    def _last(self) -> Report | None:
        told = {key: self._at(sheet, row, column) for key, sheet, row, column in self._pairs(ids.LAST)}
        figures: dict[str, Figure] = {}
        for table in self.form.tables:
            for block in self.blocks.get(f"{ids.LAST}.{table.id}", ()):
                for row_id, row in block.lines:
                    for column_id, column in block.columns.items():
                        cell_id = table.cell_id("" if row_id == ids.BLANK_ROW else row_id, column_id)
                        if cell_id in self.form.cells and not row_id.startswith(ids.MARK):
                            self.places[f"last.{cell_id}"] = (block.sheet, _address(row, column))
                            figures[cell_id] = _figure(self._at(block.sheet, row, column))
        for key, sheet, row, column in self._pairs(ids.LAST):
            self.places[key] = (sheet, _address(row, column))
        if all(v is None for v in told.values()) and all(v is None for v in figures.values()):
            return None
        return Report(
            form=self._last_form(told.get(ids.LAST_FORM)),
            unit=str(told.get(ids.LAST_UNIT) or "").strip(),
            year=parse_year(told.get(ids.LAST_YEAR)),
            figures=figures,
        )

    def _last_form(self, told: Any) -> str:
        if told is None:
            return self.form.id
        text = str(told).strip()
        for form_id in forms.form_ids():
            if text in (form_id, forms.load(form_id).name):
                return form_id
        sheet, address = self.places[ids.LAST_FORM]
        self.notes.append(f"“{sheet}”表 {address} 格的上年报告格式“{text}”不在可选范围内，已按本年格式处理，请从下拉列表中选择。")
        return self.form.id


_letters = cache(column_name)


def _address(row: int, column: int) -> str:
    return f"{_letters(column + 1)}{row + 1}"


def _figure(value: Any) -> Figure:
    return value if value is None or not isinstance(value, str) else number(value)


def _blocks(sheet: str, rows: Rows) -> Iterator[_Block]:
    column = next((c for c in range(_MARK_COLUMNS) if any(_is_mark(row, c) for row in rows)), None)
    if column is None:
        return
    marks = [r for r, row in enumerate(rows) if _is_mark(row, column)]
    starts = [r for r in marks if not rows[r][column].startswith((ids.HEAD, ids.MARKS))]
    for start, stop in zip(starts, [*starts[1:], len(rows)]):
        name = rows[start][column]
        if name == ids.END:
            continue
        columns = {v: c for c, v in reversed(list(enumerate(rows[start]))) if c != column and isinstance(v, str) and v}
        lines = tuple((str(rows[r][column]), r) for r in range(start + 1, stop)
                      if column < len(rows[r]) and isinstance(rows[r][column], str) and rows[r][column])
        yield _Block(sheet, name, start, column, columns, lines)


def _is_mark(row: list[Any], column: int) -> bool:
    return column < len(row) and isinstance(row[column], str) and row[column].startswith(ids.MARK)


def _plain(label: str) -> str:
    """A label without what may differ and mean the same: widths of characters, spaces, quotation marks."""
    text = unicodedata.normalize("NFKC", label)
    for old, new in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'")):
        text = text.replace(old, new)
    return "".join(text.split())
