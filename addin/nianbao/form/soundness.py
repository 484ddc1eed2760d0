"""What no single key of a form file shows: ids that stand twice, names of things that are not there, widths that do not
fit, totals that add up each other."""

from __future__ import annotations

import re
from datetime import date
from typing import Iterable, Iterator, Sequence

from .schema import refuse
from .values import CHOICE, Block, Cell, Form, Node, Table

_SUM = re.compile(r"sum\(\s*([\w.]+)\s*\)")
_ADDED = re.compile(r"[\w.]+(?:\s*\+\s*[\w.]+)*")
_NAME = re.compile("【([^【】]{1,80})】")
_BRACES = re.compile(r"\{([^{}]*)\}")
_MADE = ("unit_full", "report_year", "next_year", "period_from", "period_to")  # patterns may name these, too


def check_form(form: Form, file: str, form_ids: Iterable[str]) -> None:
    """Refuse a form whose parts do not fit together; an `InputError` with the place."""
    if form.id != file.removesuffix(".toml"):
        refuse(file, (), f"id 是“{form.id}”，应与文件名相同")
    _years(form, file)
    _ids(form, file)
    for table in form.tables:
        _table(form, table, file)
    _sections(form, file)
    _references(form, file, list(form_ids))
    _totals(form, file)


def _years(form: Form, file: str) -> None:
    if form.until is not None and form.until < form.since:
        refuse(file, (), f"until 是 {form.until}，不能早于 since {form.since}")
    if len(form.period) != 2 or not all(map(_is_day, form.period)):
        refuse(file, (), f"period 应为两个日期，例如 [\"01-01\", \"12-31\"]，现在是 {list(form.period)}")
    unit_types = [code for code, _, _ in form.meta["meta.unit_type"].choices]
    for unit_type in form.units:
        if unit_type not in unit_types:
            refuse(file, (), f"units 中没有“{unit_type}”这种单位类型，可以写的有 {'、'.join(unit_types)}")


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d\d-\d\d", text)) and bool(date.fromisoformat(f"2001-{text}"))
    except ValueError:
        return False


def _ids(form: Form, file: str) -> None:
    """Sections, texts, statements, fields, tables, shares and sheets: each once."""
    texts = [t.id for s in form.sections for t in s.texts]
    statements = [s.id for section in form.sections for s in section.statements]
    fields = [cell.id for section in form.sections for cell in section.fields]
    for called, ids in (
        ("部分", [s.id for s in form.sections]), ("文字、句子或数字", [*texts, *statements, *fields]),
        ("表", [t.id for t in form.tables]), ("百分比", [s.name for s in form.shares]),
        ("工作表", [t.sheet for t in form.tables] + [s.sheet for s in form.sections if s.sheet]),
    ):
        for id_ in _repeated(ids):
            refuse(file, (), f"{called}“{id_}”出现了两次，每个只能有一次")


def _repeated(ids: Sequence[str]) -> Iterator[str]:
    return (id_ for n, id_ in enumerate(ids) if id_ in ids[:n])


def _table(form: Form, table: Table, file: str) -> None:
    where = (f"表“{table.id}”",)
    named = set(_BRACES.findall(table.pattern))
    if not named or named - {"row", "column"}:
        refuse(file, where, f"cell 应由 {{row}} 和 {{column}} 合成，现在是“{table.pattern}”")
    for number, block in enumerate(table.blocks, 1):
        here = where if len(table.blocks) == 1 else (*where, f"第{number}块")
        _block(table, block, here, file)
    seen: dict[str, str] = {}
    for block in table.blocks:
        for row in block.leaf_rows:
            for column in block.leaf_columns:
                cell_id = table.cell_id(row.id, column.id)
                if cell_id in seen:
                    refuse(file, (*where, f"行“{row.label}”"), f"数字格编号“{cell_id}”与“{seen[cell_id]}”的重复")
                seen[cell_id] = row.label


def _block(table: Table, block: Block, where: tuple[str, ...], file: str) -> None:
    wanted = table.stub + len(block.infos) + sum(column.span for column in block.leaf_columns)
    if len(table.widths) != wanted:
        parts = f"标签{table.stub}列、单位或代码{len(block.infos)}列、数字{wanted - table.stub - len(block.infos)}列"
        refuse(file, where, f"widths 有{len(table.widths)}个，应有{wanted}个（{parts}）")
    depth = max((node.depth for node in block.rows), default=0)
    if table.stub and depth > table.stub:
        refuse(file, where, f"行有{depth}级，stub 只有{table.stub}列")
    for called, nodes in (("行", block.all_rows), ("列", block.leaf_columns)):
        for id_ in _repeated([node.id for node in nodes if node.id]):
            refuse(file, where, f"{called}“{id_}”出现了两次，每个编号只能有一次")
    for called, top in (("行", block.rows), ("列", block.columns)):
        for node in (n for t in top for n in t.walk()):
            _node(table, called, node, where, file)


def _node(table: Table, called: str, node: Node, where: tuple[str, ...], file: str) -> None:
    here = (*where, f"{called}“{node.id or node.label}”")
    if node.span < 1:
        refuse(file, here, f"span 应为大于或等于1的整数，现在是 {node.span}")
    if (node.kind or "") == CHOICE and not node.choices:
        refuse(file, here, "kind 为 choice 的要写明 choices")
    if node.children and (node.total or node.kind or node.units):
        refuse(file, here, "有下一级的只是标题，不能再有 total、kind 或 units")
    if called == "行" and not node.children and not node.heading and not node.id and "{row}" in table.pattern:
        refuse(file, here, "缺少 id")


def _sections(form: Form, file: str) -> None:
    tables = {table.id for table in form.tables}
    printed = [section.table for section in form.sections if section.table]
    for section in form.sections:
        here = (f"部分“{section.id}”",)
        if section.table and section.table not in tables:
            refuse(file, here, f"没有编号为“{section.table}”的表，可以写的有 {'、'.join(sorted(tables)) or '（没有表）'}")
        if (section.texts or section.fields or section.statements) and not section.sheet:
            refuse(file, here, "有文字、数字或句子的要写明 sheet")
        for field in section.fields:
            if field.kind == CHOICE:
                refuse(file, (*here, f"数字“{field.id}”"), "kind 不能是 choice，选项只能在表中")
    for table in _repeated(printed):
        refuse(file, (), f"表“{table}”在两个部分里，只能印一次")
    for table in tables - set(printed):
        refuse(file, (f"表“{table}”",), "没有一个部分印它，请在一个部分写 table")


def _references(form: Form, file: str, form_ids: list[str]) -> None:
    cells = form.cells
    for section in form.sections:
        for statement in section.statements:
            here = (f"部分“{section.id}”", f"句子“{statement.id}”")
            if statement.zero and statement.zero not in cells:
                refuse(file, here, f"zero 的“{statement.zero}”不是本格式的数字格")
            for name in _NAME.findall(statement.text + statement.zero_text):
                if name not in form.names:
                    refuse(file, here, f"没有名为【{name}】的数字、百分比或单位信息{_near(name, form.names)}")
    for share in form.shares:
        for key, ref in (("part", share.part), ("whole", share.whole)):
            if ref not in cells or not cells[ref].is_number:
                refuse(file, (f"百分比“{share.name}”",), f"{key} 的“{ref}”不是本格式的数字格{_near(ref, cells)}")
    for earlier, patterns in form.comparable.items():
        if earlier not in form_ids and len(form_ids) > 1:
            refuse(file, ("comparable",), f"没有编号为“{earlier}”的格式，可以写的有 {'、'.join(form_ids)}")
        for pattern in patterns:
            _pattern(form, "comparable", pattern, file)
    for target in form.carry:
        _pattern(form, "carry", target, file)
    for cell_id in form.preset:
        _pattern(form, "preset", cell_id, file)
    known = {*_MADE, *(key.removeprefix("meta.") for key in form.meta)}
    for key, text in (("title", form.title), ("preamble", form.preamble)):
        for name in _BRACES.findall(text):
            if name not in known:
                refuse(file, (), f"{key} 中的 {{{name}}} 不是单位信息{_near(name, known)}")
    for table in form.tables:
        for key, text in (("head", table.head), ("foot", table.foot)):
            for name in _BRACES.findall(text):
                if name not in known and name not in cells:
                    refuse(file, (f"表“{table.id}”",), f"{key} 中的 {{{name}}} 不是单位信息或数字格{_near(name, known)}")


def _pattern(form: Form, key: str, pattern: str, file: str) -> None:
    stem = pattern.removesuffix("*")
    if not any(cell_id == pattern or (pattern.endswith("*") and cell_id.startswith(stem)) for cell_id in form.cells):
        refuse(file, (key,), f"“{pattern}”不是本格式的任何一个数字格{_near(pattern, form.cells)}")


def _near(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1, 0.5)
    return f"，是否应为“{near[0]}”" if near else ""


# ---------------------------------------------------------------- totals


def _totals(form: Form, file: str) -> None:
    """Totals name what there is, and none adds up itself by way of another."""
    parts: dict[str, list[str]] = {}
    for cell in form.cells.values():
        if cell.is_total:
            parts[cell.id] = _parts(form, cell, file)
    state: dict[str, int] = {}

    def visit(cell_id: str) -> None:
        state[cell_id] = 1
        for part in parts[cell_id]:
            if part in parts and state.get(part) != 2:
                if state.get(part) == 1:
                    refuse(file, _place(form.cells[cell_id]), f"total 互相相加：“{cell_id}”和“{part}”")
                visit(part)
        state[cell_id] = 2

    for cell_id in parts:
        if cell_id not in state:
            visit(cell_id)


def _parts(form: Form, cell: Cell, file: str) -> list[str]:
    """Return the ids of the cells a total adds up, as `report.total_of` does."""
    by_column = bool(cell.column.total)
    source = (cell.column.total or cell.row.total or "").strip()
    table = form.table(cell.table) if cell.table else None
    group = _SUM.fullmatch(source)
    if group:
        groups = table.groups if table else {}
        if group[1] not in groups:
            known = f"，可以写的组有 {'、'.join(groups)}" if groups else "，这里没有组"
            refuse(file, _place(cell), f"total 的“{group[1]}”不是组{known}")
        names: Sequence[str] = groups[group[1]]
        if not names:
            refuse(file, _place(cell), f"total 的组“{group[1]}”里没有可以相加的")
    elif _ADDED.fullmatch(source):
        names = [name.strip() for name in source.split("+")]
    else:
        refuse(file, _place(cell), f"total 应为 sum(组) 或 a + b，现在是“{source}”")
    found = []
    for name in names:
        own = name
        if table:
            own = table.cell_id(cell.row.id, name) if by_column else table.cell_id(name, cell.column.id)
        ref = own if own in form.cells else name
        if ref not in form.cells:
            refuse(file, _place(cell), f"total 中没有“{name}”这一{'列' if by_column else '行'}或格")
        if not form.cells[ref].is_number:
            refuse(file, _place(cell), f"total 中的“{name}”不是数字")
        found.append(ref)
    return found


def _place(cell: Cell) -> tuple[str, ...]:
    if not cell.table:
        return (f"数字“{cell.id}”",)
    node, called = (cell.column, "列") if cell.column.total else (cell.row, "行")
    return f"表“{cell.table}”", f"{called}“{node.id or node.label}”"
