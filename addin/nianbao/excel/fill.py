"""Write values into a copy of a workbook: only the cells asked for, and the results of all formulas."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Iterable, Mapping

from .. import assets, files
from ..checks import catalogue
from ..errors import CallError, InputError
from ..form import Form
from ..report import (
    UNIT,
    YEAR,
    Explanation,
    Report,
    complete,
    figure_from_json,
    from_dict,
    meta_value,
    paragraphs,
    parse_year,
)
from . import ids
from .answers import answer_rows
from .lists import List, write_list
from .names import pattern_of
from .patch import SheetXml, replaced, without_calculation_chain
from .plan import Plan, plan_of, results, typed_totals
from .read import Book, read_book
from .results import ANSWER, ROW, VERIFIED, WAS_ANSWER, WAS_VERIFIED, lit
from .sheet import Item, Sheet, height_of
from .source import address as address_of
from .texts import PARAGRAPHS, PREAMBLE_ROWS, SHOWN, WIDTHS, WORDS, paragraph

_LINE = min(WIDTHS[WORDS], WIDTHS[SHOWN]) * 0.86  # characters of running text in a line; its type is larger
_KEYS = ("form", "unit", "year", "meta", "figures", "texts", "explanations", "last")


def fill(book: Path, data: Mapping[str, Any], out: Path) -> Report:
    """Write `data` (the JSON shape of the contract) into a copy of the workbook and return the report it then holds.

    A key that is absent leaves its cell, None empties it, a number goes in exactly, a string as the text it is. A
    total that equals the sum of its parts leaves the formula in place, any other value replaces it. An id the form
    does not have, a workbook whose rows or columns were moved, or an existing `out` is refused.
    """
    files.check_target(out, book)
    opened = read_book(book)
    result, report = filled(opened, data)
    files.save(out, result)
    return report


def filled(book: Book, data: Mapping[str, Any]) -> tuple[bytes, Report]:
    """Return the bytes of the workbook with `data` in it, and its report; see `fill`."""
    plan = plan_of(book.form, catalogue.load())
    _check_shape(book, plan)
    report, typed = _merged(book, data)
    inputs = _inputs(plan, report)
    wanted = {key: inputs[key] for key in inputs if _mentioned(key, data)}
    for cell_id in data.get("figures") or {}:
        if cell_id in book.form.cells and book.form.cells[cell_id].is_total:
            wanted[cell_id] = report.figures[cell_id]
    return _patched(book, plan, wanted, typed, report, answered="explanations" in data), report


def workbook_bytes(report: Report) -> bytes:
    """Return the blank workbook of the report's form with the report in it; the same bytes for the same report."""
    form = report.definition
    path = assets.WORKBOOK / f"{form.id}.xlsx"
    if not path.is_file():
        raise CallError("no-workbook", f"“{form.name}”没有标准工作簿，请改用其他输出格式。")
    book = read_book(path)
    plan = plan_of(form, catalogue.load())
    figures = complete(form, report.figures)
    _known("figures", [k for k, v in figures.items() if v is not None], form.cells)
    _known("texts", report.texts, _text_ids(form))
    _known("meta", [k for k, v in report.meta.items() if v], _meta_ids(form))
    report = replace(report, figures=figures)
    typed = typed_totals(form, figures)
    inputs = {key: value for key, value in _inputs(plan, report).items() if value not in (None, _default(form, key))}
    wanted = {**inputs, **{c: figures[c] for c in typed}}
    earlier = report.last is not None and report.last.explanations
    return _patched(book, plan, wanted, typed, report, answered=bool(report.explanations or earlier))


# ---------------------------------------------------------------- what goes where


def _inputs(plan: Plan, report: Report) -> dict[str, Any]:
    """Return for every input of the workbook what it holds with this report; totals are not among them."""
    form = plan.form
    found: dict[str, Any] = {}
    for key in plan.inputs:
        if key in form.cells:
            if not form.cells[key].is_total:
                found[key] = report.figures.get(key)
        elif key in (UNIT, YEAR):
            found[key] = (report.unit or None) if key == UNIT else report.year
        elif key.startswith("meta."):
            value = report.meta.get(key) or None
            found[key] = form.meta[key].show(value) if value and key in form.meta else value
        elif key.startswith("last."):
            found[key] = _of_last(form, report.last, key)
        elif key in form.statements:
            found[key] = pattern_of(report, form.statements[key])
        else:
            text_id, _, number = key.partition("#")
            rows_ = PREAMBLE_ROWS if text_id == ids.PREAMBLE else PARAGRAPHS
            found[key] = paragraph(report, text_id, int(number) - 1, rows_) or None
    return found


def _default(form: Form, key: str) -> str | None:
    """What stands in an input cell of the blank workbook."""
    return form.statements[key].text if key in form.statements else None


def _of_last(form: Form, last: Report | None, key: str) -> Any:
    if last is None:
        return None
    if key == ids.LAST_FORM:
        return last.definition.name
    if key == ids.LAST_UNIT:
        return last.unit or None
    if key == ids.LAST_YEAR:
        return last.year
    return last.comparable(key[5:], form.id)


def _mentioned(key: str, data: Mapping[str, Any]) -> bool:
    if key in (UNIT, YEAR):
        name = "unit" if key == UNIT else "year"
        return name in data or key in _meta(data)
    if key.startswith("meta."):
        return key in _meta(data)
    if key.startswith("last."):
        return "last" in data
    return key.partition("#")[0] in {**(data.get("figures") or {}), **(data.get("texts") or {})}


def _meta(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k if k.startswith("meta.") else f"meta.{k}": v for k, v in (data.get("meta") or {}).items()}


def _merged(book: Book, data: Mapping[str, Any]) -> tuple[Report, frozenset[str]]:
    """Return the book's report with the data in it, and the totals that are typed numbers then."""
    form, old = book.form, book.report
    _known("data", data, _KEYS)
    for name in ("meta", "figures", "texts"):
        if not isinstance(data.get(name) or {}, Mapping):
            raise InputError("bad-json", f"JSON 数据中“{name}”应为一组键和值。")
    if data.get("form") not in (None, form.id):
        raise InputError("other-form", f"数据的报告格式是“{data['form']}”，工作簿是“{form.id}”，请换用相同格式的工作簿。")
    figures, texts, meta = data.get("figures") or {}, data.get("texts") or {}, _meta(data)
    _known("figures", figures, form.cells)
    _known("texts", texts, _text_ids(form))
    _known("meta", meta, _meta_ids(form))
    kept = set(_typed_in(book)) - set(figures)
    stated = {c: v for c, v in old.figures.items() if c in kept or not form.cells[c].is_total}
    whole = complete(form, {**stated, **{k: figure_from_json(k, v) for k, v in figures.items()}})
    typed = kept | {c for c in typed_totals(form, whole) if c in figures}
    new_meta = {k: v for k, v in {**old.meta, **{k: _text(form, k, v) for k, v in meta.items()}}.items() if v}
    unit = data["unit"] if "unit" in data else meta.get(UNIT, old.unit)
    year = data["year"] if "year" in data else meta.get(YEAR, old.year)
    new_meta.pop(UNIT, None), new_meta.pop(YEAR, None)
    if year is not None and parse_year(year) is None:
        raise InputError("bad-year", f"数据中的年度“{year}”不能识别，应为四位数字，例如 2024。")
    new_texts = {**old.texts, **{k: paragraphs(k, v) if v is not None else [] for k, v in texts.items()}}
    report = replace(
        old,
        unit=str(unit or ""),
        year=parse_year(year),
        meta=new_meta,
        figures=whole,
        texts={k: v for k, v in new_texts.items() if v},
        explanations=_explanations(form, data) if "explanations" in data else old.explanations,
        last=_last(data["last"]) if "last" in data else old.last,
    )
    return report, frozenset(typed)


def _typed_in(book: Book) -> Iterable[str]:
    """Totals whose formula is gone from the file."""
    formulas = book.formulas
    return (c.id for c in book.form.cells.values() if c.is_total and c.id not in formulas)


def _text(form: Form, key: str, value: Any) -> str:
    return "" if value is None else meta_value(form, key, value)


def _explanations(form: Form, data: Mapping[str, Any]) -> tuple[Explanation, ...]:
    return from_dict({"form": form.id, "explanations": data["explanations"]}).explanations


def _last(data: Any) -> Report | None:
    return from_dict(data) if data else None


def _text_ids(form: Form) -> list[str]:
    return [*form.texts, *form.statements, ids.PREAMBLE]


def _meta_ids(form: Form) -> list[str]:
    return [*form.meta, *(c.unit_key for c in form.cells.values() if c.units)]


def _known(part: str, keys: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a key that nothing in the form answers to, naming the one that was probably meant."""
    names = list(known)
    for key in keys:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1, 0.5)
            hint = f"是否应为“{near[0]}”" if near else "请对照报告格式核对"
            raise InputError("unknown-id", f"数据“{part}”中的“{key}”在报告格式中没有，{hint}。")


# ---------------------------------------------------------------- into the file


def _check_shape(book: Book, plan: Plan) -> None:
    """Refuse a file whose cells do not stand where its formulas look for them."""
    for key, (sheet, address) in plan.places().items():
        actual = book.sheets.get(sheet, sheet)
        found = book.places.get(key)
        if found is None:
            raise InputError("moved", f"“{actual}”表 {address} 格一行或一列已被删除，不能写入，请用 nianbao new 重新生成工作簿。")
        if found != (actual, address):
            raise InputError(
                "moved", f"“{found[0]}”表 {found[1]} 格的内容原在 {address} 格，行或列被移动过，不能写入，请恢复原来的行列后重试。")


def _patched(
    book: Book, plan: Plan, wanted: Mapping[str, Any], typed: Iterable[str], report: Report, answered: bool
) -> bytes:
    """Return the package with the inputs `wanted`, the results of all formulas, and the answers if they are `answered`
    anew."""
    keep = set(typed)
    sheets: dict[str, SheetXml] = {}

    def sheet_of(name: str) -> SheetXml:
        actual = book.sheets.get(name, name)
        if actual not in sheets:
            sheets[actual] = SheetXml(book.parts[book.sheet_parts[actual]])
        return sheets[actual]

    plans = {s.name: s for s in plan.sheets}
    items = {i.input: i for s in plan.sheets for i in s.items if i.input}
    for key, value in wanted.items():
        name, address = plan.inputs[key]
        xml = sheet_of(name)
        is_total = key in book.form.cells and book.form.cells[key].is_total
        if is_total and key not in keep and xml.formula(address) is not None:
            continue
        xml.put(address, value)
        item = items.get(key)
        if item and item.row in plans[name].growing and value:
            _stretch(xml, item, plans[name], str(value))
    if answered:
        _answer(book, report, sheet_of)
    values = results(plan, report, lit(book.lists))
    same_pack = book.pack == plan.pack
    for (name, address), value in values.items():
        if book.sheets.get(name, name) not in book.sheet_parts:
            continue
        xml = sheet_of(name)
        formula = xml.formula(address)
        if formula is not None:
            known = same_pack or formula == plan.formulas[name, address].text
            xml.result(address, value if known else None)
    changed = {book.sheet_parts[name]: xml.dump() for name, xml in sheets.items()}
    parts = replaced(book.parts, {part: content for part, content in changed.items()})
    if any(xml.lost_formula for xml in sheets.values()):
        parts = without_calculation_chain(parts)
    return files.pack(parts)


def _answer(book: Book, report: Report, sheet_of: Callable[[str], SheetXml]) -> None:
    """List the report's answers on 情况说明, and let the findings listed on 校验结果 carry the same."""
    region, layout = book.answers, book.results
    if region is not None:
        earlier = report.last.explanations if report.last else ()
        listed = answer_rows(report.explanations, earlier if region.room is None else (), None)
        if region.room is not None and len(listed) > region.room:
            sentence = f"情况说明有{len(listed)}条，“{region.sheet}”表只能容纳{region.room}条，请合并后重试。"
            raise InputError("too-many", sentence)
        height = max(len(listed), region.room or 1)
        xml = sheet_of(region.sheet)
        if region.room is None:
            lines = [[line.get(name) for name in region.columns] for line in listed] or [[None] * len(region.columns)]
            left = min(region.columns.values())
            write_list(xml, List(region.row, left, lines, {2: 48.0, 1: 48.0}))
        else:
            for row in range(height):
                line = listed[row] if row < len(listed) else {}
                for name, column in region.columns.items():
                    xml.put(address_of(region.row + row, column), line.get(name))
    if layout is not None and layout.answers:
        given = {answer.fingerprint: answer for answer in report.explanations}
        xml = sheet_of(ids.RESULTS)
        for row, fingerprint in enumerate(book.listed, ROW):
            answer = given.get(fingerprint) if fingerprint else None
            for keys, text in (((ANSWER, WAS_ANSWER), answer.explanation if answer else ""),
                               ((VERIFIED, WAS_VERIFIED), answer.verified if answer else "")):
                for key in keys:
                    if fingerprint:
                        xml.put(address_of(row, layout.columns[key]), text or None)


def _stretch(xml: SheetXml, item: Item, sheet: Sheet, text: str) -> None:
    """Give a row of running text the height it needs, unless somebody fixed one."""
    element = xml.row(item.row + 1)
    if element.get("customHeight") in ("1", "true"):
        return
    running = item.kind == "paragraph"
    needed = height_of(text, *((_LINE, 17.0) if running else (sheet.widths[item.column],)))
    element.set("ht", f"{min(max(24.0, float(element.get('ht') or 0), needed), 409.0):g}")
