"""What the totals of a form add up: numbers that are there, each once, and never a total that adds up this one."""

from __future__ import annotations

from keyword import iskeyword
from typing import Iterable

from .schema import near, refuse, shown
from .values import MONEY, Cell, Form


def check(form: Form, file: str) -> None:
    """Refuse a total that cannot be worked out, or that adds up what does not belong together."""
    summands: dict[tuple[str, str | None, str | None], Iterable[str]] = {}
    parts: dict[str, list[str]] = {}
    for cell in form.cells.values():
        if cell.is_total:
            key = cell.table, cell.column.total, cell.row.total
            if key not in summands:  # a total column is one expression for all its rows
                summands[key] = _summands(form, cell, file)
            parts[cell.id] = _parts(form, cell, summands[key], file)
    circle = _circle(parts)
    if circle:
        refuse(file, _place(form.cells[circle[0]]), f"total 互相相加：{'、'.join(f'“{cell_id}”' for cell_id in circle)}")


def _circle(parts: dict[str, list[str]]) -> list[str]:
    """Return totals of which each adds up the next and the last the first; empty where there are none."""
    left = dict(parts)
    while left:
        ready = [cell_id for cell_id, added in left.items() if not any(part in left for part in added)]
        if not ready:
            break
        for cell_id in ready:
            del left[cell_id]
    way: list[str] = []
    at = next(iter(left), "")
    while at and at not in way:
        way.append(at)
        at = next(part for part in left[at] if part in left)
    return way[way.index(at):] if at else []


def _parts(form: Form, cell: Cell, names: Iterable[str], file: str) -> list[str]:
    """Return the ids of the cells a total adds up."""
    if not cell.is_number:
        refuse(file, _place(cell), f"total 只用在数字，这里的 kind 是 {cell.kind}")
    found: list[str] = []
    for name in names:
        part = form.cells.get(form.summand(cell, name))
        if part is None:
            refuse(file, _place(cell), f"total 中没有“{name}”这一{'列' if cell.column.total else '行'}或格，"
                                       f"{near(name, _known(form, cell))}")
        if not part.is_number:
            refuse(file, _place(cell), f"total 中的“{name}”不是数字，它的 kind 是 {part.kind}")
        if part.id in found:
            refuse(file, _place(cell), f"total 中的“{name}”加了两次，每个只能加一次")
        if (MONEY in (part.kind, cell.kind)
                and (part.kind, part.units or part.unit) != (cell.kind, cell.units or cell.unit)):
            refuse(file, _place(cell), f"total 的 kind、单位是 {cell.kind}、{cell.unit or '（没有）'}，其中“{name}”是 "
                                       f"{part.kind}、{part.unit or '（没有）'}，金额只与同一单位的金额相加")
        found.append(part.id)
    return found


def _summands(form: Form, cell: Cell, file: str) -> Iterable[str]:
    """Return the names that a total adds up, those of a group one by one."""
    source = (cell.column.total or cell.row.total or "").strip()
    group = source[4:-1].strip() if source.startswith("sum(") and source.endswith(")") else ""
    names = [group] if group else [name.strip() for name in source.split("+")]
    for name in names:
        if not all(word.isidentifier() and not iskeyword(word) for word in name.split(".")):
            refuse(file, _place(cell), f"total 应为 sum(组) 或 a + b，编号的每一节以字母开头，不是 and、class 等词，现在是{shown(source)}")
    if not group:
        return names
    groups = form.table(cell.table).groups if cell.table else {}
    if group not in groups:
        refuse(file, _place(cell), f"total 的“{group}”不是组，{near(group, groups)}")
    if not groups[group]:
        refuse(file, _place(cell), f"total 的组“{group}”里没有可以相加的")
    return groups[group]


def _known(form: Form, cell: Cell) -> list[str]:
    """Return what a total may add up: the rows or columns of its table, then all cells."""
    blocks = form.table(cell.table).blocks if cell.table else ()
    own = [node.id for b in blocks for node in (b.leaf_columns if cell.column.total else b.leaf_rows) if node.id]
    return [*own, *(c.id for c in form.cells.values() if c.is_number)]


def _place(cell: Cell) -> tuple[str, ...]:
    if not cell.table:
        return (f"数字“{cell.id}”",)
    node, called = (cell.column, "列") if cell.column.total else (cell.row, "行")
    return f"表“{cell.table}”", f"{called}“{node.id or node.label}”"
