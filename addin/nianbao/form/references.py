"""What one part of a form file says about another: cells, names in sentences, tables, questions, other forms."""

from __future__ import annotations

from typing import Callable, Iterable, NamedTuple

from .schema import names_in, near, refuse
from .values import Cell, Form, unnumbered

_MADE = ("next_year",)  # what patterns may name beside the questions
_FROM_YEAR = ("report_year", "next_year")


class Around(NamedTuple):
    """What stands around a form: the sheets every workbook has, the ids of all forms, and what gives the ids of the
    cells of one of them."""

    sheets: tuple[str, ...]
    forms: tuple[str, ...]
    cells_of: Callable[[str], Iterable[str]]


def check(form: Form, file: str, around: Around) -> None:
    """Refuse a form that speaks of something that is not there."""
    _tables(form, file)
    _names(form, file)
    _sentences(form, file)
    _shares(form, file)
    _earlier(form, file, around)
    _presets(form, file)
    _variants(form, file)
    _patterns(form, file)


def _tables(form: Form, file: str) -> None:
    tables = [table.id for table in form.tables]
    printed: dict[str, str] = {}
    for section in form.sections:
        if not section.table:
            continue
        here = (f"部分“{section.id}”",)
        if section.table not in tables:
            refuse(file, here, f"没有编号为“{section.table}”的表，可以写的有 {'、'.join(tables) or '（没有表）'}")
        if printed.setdefault(section.table, section.id) != section.id:
            refuse(file, here, f"表“{section.table}”已在部分“{printed[section.table]}”里，只能印一次")
    for table in tables:
        if table not in printed:
            refuse(file, (f"表“{table}”",), "没有一个部分印它，请在一个部分写 table")


def _names(form: Form, file: str) -> None:
    """A name in a sentence means one thing."""
    found = {question.label: "一个单位信息" for question in form.meta.values()}
    for cell in form.cells.values():
        _name(cell.name, found, place(cell), file)
        found[cell.name] = f"数字格“{cell.id}”"
    for share in form.shares:
        _name(share.name, found, (f"百分比“{share.name}”",), file)
        found[share.name] = "另一个百分比"


def _name(name: str, found: dict[str, str], where: tuple[str, ...], file: str) -> None:
    if name in found:
        refuse(file, where, f"句子里的名称【{name}】与{found[name]}的相同，请用 name 另取一个")
    if "【" in name or "】" in name:
        refuse(file, where, f"句子里的名称“{name}”不能有“【”或“】”，请用 name 另取一个")


def _sentences(form: Form, file: str) -> None:
    for section in form.sections:
        for statement in section.statements:
            here = (f"部分“{section.id}”", f"句子“{statement.id}”")
            if statement.zero_text and not statement.zero:
                refuse(file, here, "zero_text 要与 zero 一起写，缺少 zero")
            if statement.zero:
                _cell(form, statement.zero, "zero", here, file)
            for name in names_in(statement.text + statement.zero_text) or ():
                if name not in form.names:
                    refuse(file, here, f"没有名为【{name}】的数字、百分比或单位信息，{near(name, form.names)}")


def _cell(form: Form, cell_id: str, key: str, where: tuple[str, ...], file: str) -> None:
    """Refuse what is no cell with a number."""
    cell = form.cells.get(cell_id)
    if cell is None or not cell.is_number:
        numbers = [c.id for c in form.cells.values() if c.is_number]
        refuse(file, where, f"{key} 的“{cell_id}”不是本格式的数字格，{near(cell_id, numbers)}")


def _shares(form: Form, file: str) -> None:
    groups: dict[str, tuple[str, int]] = {}
    for share in form.shares:
        here = (f"百分比“{share.name}”",)
        _cell(form, share.part, "part", here, file)
        _cell(form, share.whole, "whole", here, file)
        if share.part == share.whole:
            refuse(file, here, f"part 和 whole 都是“{share.whole}”，总是100%")
        whole, digits = groups.setdefault(share.group, (share.whole, share.digits)) if share.group else ("", 0)
        if share.group and (whole, digits) != (share.whole, share.digits):
            refuse(file, here, f"组“{share.group}”的 whole 应同为“{whole}”、digits 应同为{digits}，"
                               f"现在是“{share.whole}”和{share.digits}")


def _earlier(form: Form, file: str, around: Around) -> None:
    """What may be compared and carried over is there; another form is read only where this one has no such cell."""
    for earlier, patterns in form.comparable.items():
        if earlier not in (form.id, *around.forms):
            refuse(file, ("“comparable”",), f"没有编号为“{earlier}”的格式，可以写的有 {'、'.join(around.forms)}")
        for pattern in patterns:
            _pattern(pattern, form.cells, "“comparable”", file)
    for target, source in form.carry.items():
        if target.endswith("*") != source.endswith("*"):
            refuse(file, ("“carry”",), f"“{target}”和“{source}”应都用 * 结尾，或都不用")
        _pattern(target, form.cells, "“carry”", file)
        if not _matches(source, form.cells):
            others = [earlier for earlier in form.comparable if earlier != form.id]
            cells = [cell for earlier in others for cell in around.cells_of(earlier)]
            _pattern(source, [*form.cells, *cells], "“carry”", file)


def _matches(pattern: str, cells: Iterable[str]) -> bool:
    stem = pattern.removesuffix("*")
    return any(cell == pattern or (pattern != stem and cell.startswith(stem)) for cell in cells)


def _pattern(pattern: str, cells: Iterable[str], key: str, file: str) -> None:
    if not _matches(pattern, cells):
        refuse(file, (key,), f"“{pattern}”不是任何一个数字格，{near(pattern, cells)}")


def _presets(form: Form, file: str) -> None:
    for cell_id, name in form.preset.items():
        _cell(form, cell_id, "preset", (), file)
        if name not in _FROM_YEAR:
            refuse(file, ("“preset”",), f"“{cell_id}”应为 {'、'.join(_FROM_YEAR)} 之一，现在是“{name}”")


def _variants(form: Form, file: str) -> None:
    """A variant stands for a label of a table, or for its words without the number before them."""
    if not form.variants:
        return
    nodes = [n for t in form.tables for b in t.blocks for top in (*b.rows, *b.columns) for n in top.walk()]
    labels = [node.label for node in nodes]
    labels += [text for t in form.tables for b in t.blocks for text in (b.title, b.corner)]
    known = dict.fromkeys([*labels, *map(unnumbered, labels)])
    for found, official in form.variants.items():
        if official not in known:
            refuse(file, ("“variants”",), f"“{found}”所指的“{official}”不是表中的名称，{near(official, known)}")
        if found == official:
            refuse(file, ("“variants”",), f"“{found}”就是规定的名称，不必写")


def _patterns(form: Form, file: str) -> None:
    questions = [key.removeprefix("meta.") for key in form.meta]
    for key, text in (("title", form.title), ("preamble", form.preamble)):
        _braces(text, [*questions, *_MADE], key, (), file)
    for table in form.tables:
        for key, text in (("head", table.head), ("foot", table.foot)):
            _braces(text, questions, key, (f"表“{table.id}”",), file)


def _braces(text: str, known: list[str], key: str, where: tuple[str, ...], file: str) -> None:
    for name in names_in(text, "{", "}") or ():
        if name not in known:
            refuse(file, where, f"{key} 中的 {{{name}}} 不是单位信息，{near(name, known)}")


def place(cell: Cell) -> tuple[str, ...]:
    """Return how the place of a cell is called."""
    if not cell.table:
        return (f"数字“{cell.id}”",)
    return f"表“{cell.table}”", f"行“{cell.row.id or cell.row.label}”", f"列“{cell.column.id or cell.column.label}”"
