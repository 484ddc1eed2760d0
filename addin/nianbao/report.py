"""One unit's year as a value: form, figures by cell id, texts by section id, meta, explanations.

A `Report` does not know where it came from. What a reader noticed about the file's shape is in `structure`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Mapping

from . import form as forms
from .errors import InputError
from .form import Cell, Form
from .rule import is_number, numbers, parse, value_of

Figure = int | Decimal | str | None  # str: found as it is, no number; None: blank

_DIGITS = 30  # a number of more digits is no figure of a report

UNIT, YEAR = "meta.unit_full", "meta.report_year"


@dataclass(frozen=True)
class Structure:
    """What the reader saw of the file's shape. Empty where a report has none, as in JSON; None: not looked at.

    `labels` are (place, label found, official label); `missing` and `added` name rows, columns, sheets or tables,
    `reordered` are sentences on tables whose rows or columns stand in another order than the form's;
    `typed_totals` are totals whose formula is gone, `stale_totals` results saved in the file that are not the sum.
    """

    file_name: str = ""
    title: str | None = None
    signature: str | None = None
    headings: tuple[str, ...] | None = None
    labels: tuple[tuple[str, str, str], ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    reordered: tuple[str, ...] = ()
    typed_totals: tuple[str, ...] = ()
    stale_totals: Mapping[str, Figure] = field(default_factory=dict)


VERIFIED = "已核实"  # what an answer says that is a tick alone


@dataclass(frozen=True)
class Explanation:
    """A clerk's answer to one finding; it lapses when the numbers behind the finding change.

    `place` and `about` say where the finding was and what it said, for a person. `verified` is not empty where the
    clerk ticked the finding as verified.
    """

    fingerprint: str
    explanation: str
    rule: str = ""
    by: str = ""
    date: str = ""
    place: str = ""
    about: str = ""
    verified: str = ""

    @property
    def given(self) -> bool:
        """Whether anything was answered."""
        return bool(self.explanation or self.verified)


@dataclass(frozen=True)
class Report:
    """`figures`: cell id -> int, Decimal, str as found when it is no number, None when blank; every cell of the
    form has a key. `texts`: text id -> paragraphs. `meta`: id -> text (a choice by its code, a date in ISO form),
    without the unit's name and the year, which are fields of their own. `last`: the report of the year before.
    `notes`: sentences for the clerk about how the file was read.
    """

    form: str
    unit: str
    year: int | None
    meta: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    texts: Mapping[str, list[str]] = field(default_factory=dict)
    explanations: tuple[Explanation, ...] = ()
    last: Report | None = None
    structure: Structure = field(default_factory=Structure, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def definition(self) -> Form:
        return forms.load(self.form)

    def get(self, ref: str) -> Any:
        """Return the value of a cell, `meta.` or `last.` reference; None when it is not known."""
        if ref.startswith("last."):
            return None if self.last is None else self.last.comparable(ref[5:], self.form)
        if ref == UNIT:
            return self.unit
        if ref == YEAR:
            return self.year
        if ref.startswith("meta."):
            return self.meta.get(ref, "")
        return self.figures.get(ref)

    def comparable(self, cell_id: str, later_form: str) -> Figure:
        """Return a figure where the later form may be compared with it, else None."""
        if not forms.load(later_form).can_compare(self.form, cell_id):
            return None
        return self.figures.get(cell_id)

    def text(self, text_id: str) -> str:
        """Return the paragraphs of a text joined with line ends."""
        return "\n".join(self.texts.get(text_id, ()))

    def unit_of(self, cell: Cell) -> str:
        """Return the unit a figure is stated in: the form's, or the one the clerk chose."""
        return (self.meta.get(cell.unit_key, "") or cell.unit) if cell.units else cell.unit

    def shown(self, cell_id: str) -> str:
        """Return a figure as it is printed: a number with the chosen unit where the form prints it in the cell."""
        value = self.figures.get(cell_id)
        if value is None:
            return ""
        cell = self.definition.cells.get(cell_id)
        if is_number(value) and cell and cell.units:
            return show(value) + self.unit_of(cell)
        return show(value)


def show(value: Any) -> str:
    """Return a number as a person writes it, without exponent or superfluous zeros; anything else as text."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else str(value)


def number(value: Any) -> Figure:
    """Return a number read from a file as int or exact Decimal; a text, a truth value or None as it is."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int) or value is None:
        return value
    if isinstance(value, (float, Decimal)):
        exact = value if isinstance(value, Decimal) else Decimal(repr(value))
        if not exact.is_finite() or abs(exact.adjusted()) > _DIGITS:
            return str(value)
        return int(exact) if exact == exact.to_integral_value() else exact
    text = str(value)
    return text if text.strip() else None


def totals(form: Form, figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return every total of the form as the sum of what stands in its parts; None while a part is no number."""
    return {cell_id: _total(form, cell_id, figures) for cell_id in _total_cells(form)}


@cache
def _total_cells(form: Form) -> list[str]:
    """Ids of the total cells, each after the totals it adds up."""
    found: list[str] = []
    for table in form.tables:
        for block in table.blocks:
            cells = ((r, c) for r in block.leaf_rows for c in block.leaf_columns)
            found += [table.cell_id(r.id, c.id) for r, c in cells if r.total or c.total]
    found += [cell.id for section in form.sections for cell in section.fields if cell.is_total]
    return _in_order(form, found)


def _in_order(form: Form, cell_ids: list[str]) -> list[str]:
    """Return total cells so that each comes after the totals among its parts."""
    left, done = dict.fromkeys(cell_ids), []
    while left:
        ready = [c for c in left if not any(p in left for parts in _sum_of(form, c)[1].values() for p in parts)]
        assert ready, f"{form.id}: totals add up each other: {', '.join(left)}"
        done += ready
        for cell_id in ready:
            del left[cell_id]
    return done


def _total(form: Form, cell_id: str, figures: Mapping[str, Figure]) -> Figure:
    source, parts = _sum_of(form, cell_id)
    values = {name: tuple(figures.get(ref) for ref in refs) for name, refs in parts.items()}
    known = all(is_number(v) for group in values.values() for v in group)
    return number(value_of(source, values)) if known else None


@cache
def _sum_of(form: Form, cell_id: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    return total_of(form, form.cells[cell_id])


def total_of(form: Form, cell: Cell) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return the expression of a total cell, and for each name or group in it the cells it stands for.

    A name is a cell of the form, or a row (of a total row) or column (of a total column) of the cell's own table.
    """
    source = cell.column.total or cell.row.total or ""
    expression = parse(source)
    parts: dict[str, tuple[str, ...]] = {name: (form.summand(cell, name),) for name in expression.names}
    for group in expression.groups:
        parts[group] = tuple(form.summand(cell, member) for member in form.table(cell.table).groups[group])
    return source, parts


def parts_of(form: Form, cell: Cell) -> tuple[str, ...]:
    """Return the ids of the cells a total adds up."""
    return tuple(ref for refs in total_of(form, cell)[1].values() for ref in refs)


def complete(form: Form, stated: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return figures with a key for every cell of the form: a total that is not stated is computed, any other
    cell that is not stated is blank. Figures beside the form keep their keys."""
    figures: dict[str, Figure] = {cell_id: stated.get(cell_id) for cell_id in form.cells}
    for cell_id in _total_cells(form):
        if cell_id not in stated:
            figures[cell_id] = _total(form, cell_id, figures)
    figures.update({c: v for c, v in stated.items() if c not in figures})
    return figures


# ---------------------------------------------------------------- JSON


def from_json(text: str | bytes) -> Report:
    """Return the report in a JSON document of the contract's shape; anything else is an `InputError`.

    Numbers stay exact. A total that is absent is computed; `null` is a blank cell.
    """
    try:
        data = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise InputError("bad-json", "文件不是有效的 JSON 数据，请检查后重试。") from error
    if not isinstance(data, dict) or "form" not in data:
        raise InputError("bad-json", 'JSON 数据缺少报告格式编号“form”，请补上，例如 "form": "gov-2021"。')
    return from_dict(data)


def from_dict(data: Mapping[str, Any]) -> Report:
    """Return the report in loaded JSON; see `from_json`."""
    form = forms.load(str(data["form"]))
    figures, meta, texts = (_mapping(data, key) for key in ("figures", "meta", "texts"))
    known = {k if k.startswith("meta.") else f"meta.{k}": v for k, v in meta.items()}
    unit = data.get("unit", known.pop(UNIT, "")) or ""
    year = data.get("year", known.pop(YEAR, None))
    known.pop(UNIT, None), known.pop(YEAR, None)
    earlier = data.get("last")
    return Report(
        form=form.id,
        unit=str(unit),
        year=parse_year(year),
        meta={k: meta_value(form, k, v) for k, v in known.items() if v not in (None, "")},
        figures=complete(form, {k: figure_from_json(k, v) for k, v in figures.items()}),
        texts={k: paragraphs(k, v) for k, v in texts.items() if v},
        explanations=tuple(_explanation(e) for e in data.get("explanations") or ()),
        last=from_dict(earlier) if isinstance(earlier, dict) and "form" in earlier else None,
        structure=_structure(data.get("structure")),
    )


def figure_from_json(cell_id: str, value: Any) -> Figure:
    """Return a JSON value as a figure: a string stays the text it is, an empty one is blank."""
    if isinstance(value, (list, dict)):
        raise InputError("bad-json", f"JSON 数据中“{cell_id}”应为数字、文字或 null。")
    return number(value)


def paragraphs(text_id: str, value: Any) -> list[str]:
    """Return a JSON text as its paragraphs; one string is split at line ends."""
    if isinstance(value, str):
        return [line for line in value.splitlines() if line.strip()]
    if isinstance(value, list) and all(isinstance(p, str) for p in value):
        return [p for p in value if p.strip()]
    raise InputError("bad-json", f"JSON 数据中“{text_id}”应为文字段落的列表。")


def meta_value(form: Form, key: str, value: Any) -> str:
    """Return a meta value as it is kept: a choice by its code, everything else as text."""
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()
    known = form.meta.get(key)
    return known.code(text) if known and known.choices else text


def parse_year(value: Any) -> int | None:
    """Return a report year given as a number or text such as 2024年; None when it is no year."""
    text = str(value).strip().removesuffix("度").removesuffix("年") if value is not None else ""
    return int(text) if text.isascii() and text.isdigit() and 1990 <= int(text) <= 2100 else None


def _mapping(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError("bad-json", f"JSON 数据中“{key}”应为一组键和值。")
    return value


def _explanation(data: Any) -> Explanation:
    if not isinstance(data, dict):
        raise InputError("bad-json", "JSON 数据中“explanations”应为情况说明的列表。")
    names = Explanation.__dataclass_fields__
    return Explanation(**{"fingerprint": "", "explanation": "", **{k: str(v) for k, v in data.items() if k in names}})


def _structure(data: Any) -> Structure:
    if not isinstance(data, dict):
        return Structure()
    names = Structure.__dataclass_fields__
    values = {k: v for k, v in data.items() if k in names}
    for key in ("headings", "missing", "added", "reordered", "typed_totals"):
        if values.get(key) is not None:
            values[key] = tuple(values[key])
    if "labels" in values:
        values["labels"] = tuple(tuple(item) for item in values["labels"])
    if "stale_totals" in values:
        values["stale_totals"] = {k: number(v) for k, v in values["stale_totals"].items()}
    return Structure(**values)


def to_dict(report: Report) -> dict[str, Any]:
    """Return the report in the contract's JSON shape; `last` only where there is one, keys in form order."""
    data: dict[str, Any] = {
        "form": report.form,
        "unit": report.unit,
        "year": report.year,
        "meta": dict(report.meta),
        "figures": dict(report.figures),
        "texts": {k: list(v) for k, v in report.texts.items()},
        "explanations": [{k: v for k, v in vars(e).items() if v} for e in report.explanations],
    }
    if report.last is not None:
        data["last"] = {k: v for k, v in to_dict(report.last).items() if k in ("form", "unit", "year", "figures")}
    return data


def dumps(value: Any, indent: int | None = None) -> str:
    """Return JSON text with Chinese as it is and decimals exactly as written."""
    marks: dict[str, str] = {}

    def plain(item: Any) -> Any:
        if isinstance(item, Decimal):
            mark = f"\x00{len(marks)}\x00"
            marks[json.dumps(mark)] = show(item)
            return mark
        if isinstance(item, Mapping):
            return {str(k): plain(v) for k, v in item.items()}
        if isinstance(item, (list, tuple)):
            return [plain(v) for v in item]
        return item

    text = json.dumps(plain(value), ensure_ascii=False, indent=indent)
    for mark, digits in marks.items():
        text = text.replace(mark, digits, 1)
    return text


def to_json(report: Report, indent: int | None = 1) -> str:
    """Return the report as JSON text of the contract's shape."""
    return dumps(to_dict(report), indent)


def with_last(report: Report, last: Report | None) -> Report:
    """Return the report with the year before attached; one already known stays when none is given."""
    return report if last is None else replace(report, last=replace(last, last=None))


def chinese_date(text: str) -> str:
    """Return an ISO date as 2025年1月20日; anything else as it is."""
    day = parse_date(text)
    return f"{day.year}年{day.month}月{day.day}日" if day else text


_CHINESE_YEAR = re.compile("[一二][〇○零一二三四五六七八九]{3}(?=[年—–~～至-])")
_YEAR_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def with_digits(text: str) -> str:
    """Return a text with its years in Arabic digits: 二〇二四年 as 2024年."""
    return _CHINESE_YEAR.sub(lambda match: match[0].translate(_YEAR_DIGITS), text)


def parse_date(text: str) -> date | None:
    """Return the date in 2025-01-20, 2025/1/20, 2025.1.20 or 2025年1月20日; None when it is none."""
    digits = [p for p in "".join(c if c.isascii() and c.isdigit() else " " for c in text).split()]
    try:
        return date(*map(int, digits[:3])) if len(digits) >= 3 else None
    except ValueError:
        return None


def period(report: Report) -> tuple[str, str]:
    """Return first and last day of the reporting period in ISO form: as stated, else the form's for the year."""
    first, last = report.definition.period
    start = end = ""
    if report.year:
        start, end = f"{report.year}-{first}", f"{report.year + (last < first)}-{last}"
    return report.meta.get("meta.period_from") or start, report.meta.get("meta.period_to") or end


def fill_pattern(pattern: str, values: Mapping[str, str]) -> str:
    """Fill {name} in a sentence; a piece in [ ] is left out while one of its own values is unknown."""

    def render(start: int) -> tuple[str, bool, int]:
        out, full, i = "", True, start
        while i < len(pattern) and pattern[i] != "]":
            if pattern[i] == "[":
                text, ok, i = render(i + 1)
                out += text if ok else ""
            elif pattern[i] == "{":
                end = pattern.index("}", i)
                value = values.get(pattern[i + 1 : end], "")
                full &= bool(value)
                out, i = out + value, end
            else:
                out += pattern[i]
            i += 1
        return out, full, i

    return render(0)[0]


def about(report: Report) -> dict[str, str]:
    """Return what is known of the unit and the report by short name (unit_full, phone, period_from …), as printed."""
    form = report.definition
    start, end = period(report)
    values = {k.removeprefix("meta."): form.meta[k].show(v) if k in form.meta else v for k, v in report.meta.items()}
    values |= {k: chinese_date(values[k]) for k in ("sign_date", "publish_date") if k in values}
    values |= {"unit_full": report.unit, "report_year": str(report.year or "")}
    values |= {"next_year": str(report.year + 1) if report.year else ""}
    return values | {"period_from": chinese_date(start), "period_to": chinese_date(end)}


def values_for(report: Report) -> dict[str, str]:
    """Return what patterns and sentences may name, as printed: `about`, cells by id, and every 【name】 of the form."""
    form = report.definition
    values = about(report) | {cell_id: report.shown(cell_id) for cell_id in form.cells}
    shares = _shares(report)
    for name, ref in form.names.items():
        values[name] = shares[name] if ref.startswith("share.") else values.get(ref.removeprefix("meta."), "")
    return values


def title(report: Report) -> str:
    """Return the title of the report: unit, year and the statutory words."""
    return fill_pattern(report.definition.title, about(report))


def preamble(report: Report) -> str:
    """Return the opening paragraph: the clerk's own if there is one, else made from the meta data."""
    return report.text("preamble") or fill_pattern(report.definition.preamble, about(report))


_NAME = re.compile("【([^【】]{1,80})】")


def fill_names(text: str, values: Mapping[str, str]) -> str:
    """Return a text with every known 【name】 replaced by its value; an unknown one stays as it is."""
    return _NAME.sub(lambda match: values.get(match[1], match[0]), text) if "【" in text else text


def unknown_names(form: Form, text: str) -> list[str]:
    """Return the 【names】 of a text that the form does not know, each once."""
    return [name for name in dict.fromkeys(_NAME.findall(text)) if name not in form.names]


@dataclass(frozen=True)
class Percentage:
    """A share as it is printed, and how it came about: exact, rounded by itself, and the `units` of the last digit
    by which the whole group of shares is then short of 100 (negative: over it)."""

    exact: Decimal
    rounded: Decimal
    units: int
    printed: Decimal


def percentages(form: Form, share: forms.Share, figures: Mapping[str, Figure]) -> dict[str, Percentage]:
    """Return share name -> percentage for a share and those of its group; empty while one of their figures is no
    number or the whole is 0.

    Shares of one group that cover the whole are rounded so that the printed values add up to 100: those cut most by
    rounding down get the last units.
    """
    members = [s for s in form.shares if s is share or (share.group and s.group == share.group)]
    parts = [figures.get(s.part) for s in members]
    whole = figures.get(share.whole)
    known = numbers(parts)
    if len(known) < len(parts) or not is_number(whole) or whole == 0:
        return {}
    step = Decimal(1).scaleb(-share.digits)
    exact = [Decimal(100) * part / whole for part in known]
    rounded = [e.quantize(step, ROUND_HALF_UP) for e in exact]
    units = int((100 - sum(rounded, Decimal())) / step) if sum(known) == whole else 0
    order = sorted(range(len(exact)), key=lambda i: exact[i] - rounded[i], reverse=units > 0)
    printed = list(rounded)
    for i in order[: abs(units)]:
        printed[i] += step.copy_sign(units)
    return {s.name: Percentage(e, r, units, p) for s, e, r, p in zip(members, exact, rounded, printed)}


def _shares(report: Report) -> dict[str, str]:
    """Return share name -> percentage as printed."""
    found: dict[str, str] = {}
    for share in report.definition.shares:
        if share.name not in found:
            group = percentages(report.definition, share, report.figures)
            found |= {name: f"{value.printed}%" for name, value in group.items()} or {share.name: ""}
    return found


def wording(report: Report, item: forms.Statement) -> str:
    """Return the words of a statement before its names are filled: the clerk's, the zero wording, or the form's."""
    if item.zero and report.figures.get(item.zero) == 0 and item.id not in report.texts:
        return item.zero_text
    return report.text(item.id) or item.text


def statements(report: Report, section: forms.Section, values: Mapping[str, str]) -> list[str]:
    """Return the sentences a section states its figures in: each in the clerk's words or the form's, the zero
    wording where it applies, and none while one of its figures is no number. `values`: those of `values_for`."""
    found = []
    for item in section.statements:
        pattern = wording(report, item)
        if pattern and all(values.get(name, name) for name in _NAME.findall(pattern)):
            found.append(fill_names(pattern, values))
    return found
