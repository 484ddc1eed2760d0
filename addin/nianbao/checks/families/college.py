"""Rules on the report of a university or college and its list of 50 items (教办函〔2014〕23号)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

from ...form import Cell
from ...report import chinese_date, show
from ...rule import is_number
from ..parameters import CellId, Cells, MonthDay, Question, SectionId, Texts, Words
from ..registry import Context, Fault, Nothing, cell_place, implements, section_text

_OPEN, _NOT_APPLICABLE = 0, 1  # places of these words among the choices of the status column


@dataclass(frozen=True)
class Disclosed:
    """The total, the part of it published through the media, and the channels."""

    total: CellId
    public: CellId
    channels: Cells


@dataclass(frozen=True)
class KeyFields:
    """The section, the words it must have, and the texts it is written in."""

    section: SectionId
    words: Words
    texts: Texts


@dataclass(frozen=True)
class Told:
    """The section that must not be blank."""

    section: SectionId


@dataclass(frozen=True)
class Linked:
    """The question for the address, and the day of the year after the report year until which the report is there."""

    asked: Question
    day: MonthDay


def _items(context: Context) -> Iterator[tuple[Cell, Cell, Cell]]:
    """Yield status, link and remark of every item of the list."""
    table = context.form.table(context.rule.table)
    block = table.blocks[0]
    for row in block.leaf_rows:
        status, link, remark = (context.form.cells[table.cell_id(row.id, c.id)] for c in block.leaf_columns)
        yield status, link, remark


@implements("HEI-50")
def items_are_complete(context: Context, given: Nothing) -> Iterator[Fault]:
    report = context.report
    gaps: dict[str, list[Cell]] = {"没有填写公开情况": [], "写明公开但没有链接": [], "写明不涉及但没有理由": []}
    blank, unlinked, unexplained = gaps.values()
    for status, link, remark in _items(context):
        value = report.get(status.id)
        if value not in status.choices:
            blank.append(status)
        elif value == status.choices[_OPEN] and not report.get(link.id):
            unlinked.append(link)
        elif value == status.choices[_NOT_APPLICABLE] and not report.get(remark.id):
            unexplained.append(remark)
    for advice, cells in gaps.items():
        if cells:
            names = "、".join(cell.row.id.lstrip("0") for cell in cells)
            place = context.form.section_of(cells[0]).heading
            yield Fault({c.id: report.get(c.id) for c in cells}, {"place": place, "advice": f"第{names}项{advice}"})


@implements("HEI-CLS")
def the_list_is_whole(context: Context, given: Nothing) -> Iterator[Fault]:
    report, table = context.report, context.form.table(context.rule.table)
    rows = {row.id: row.label for row in table.blocks[0].leaf_rows}
    start, end = table.pattern.split("{row}")[0], "."
    added = {c: c.removeprefix(start).split(end)[0] for c in report.figures if c.startswith(start)}
    added = {c: item for c, item in added.items() if item not in rows}
    if added:
        items = "、".join(dict.fromkeys(added.values()))
        yield Fault({c: report.figures[c] for c in added}, {"advice": f"多出第{items}项"})
    for name in report.structure.missing:
        if any(label in name for label in rows.values()):
            yield Fault({name: None}, {"advice": f"缺少“{name}”"})


@implements("HEI-20")
def items_are_kept_up(context: Context, given: Nothing) -> Iterator[Fault]:
    statuses = [status for status, _, _ in _items(context)]
    public = {s.id: context.report.get(s.id) for s in statuses if context.report.get(s.id) == s.choices[_OPEN]}
    if public:
        yield Fault(public, {"place": context.form.section_of(statuses[0]).heading, "count": len(public)})


@implements("HEI-CH", given=Disclosed)
def channels_fit_the_total(context: Context, given: Disclosed) -> Iterator[Fault]:
    total, public, *channels = (context.form.cells[c] for c in (given.total, given.public, *given.channels)
                                if c in context.form.cells)
    whole, part = context.report.get(total.id), context.report.get(public.id)
    if is_number(whole) and is_number(part) and part > whole:
        names = {"place": cell_place(context.form, public), "found": show(part), "advice": f"多于总数{show(whole)}条"}
        yield Fault({public.id: part, total.id: whole}, names, False, part, whole)
    values = {c.id: context.report.get(c.id) for c in channels}
    known = [v for v in values.values() if is_number(v)]
    if is_number(whole) and len(known) == len(values) and 0 < sum(known) < whole:
        advice = f"多于各渠道之和{show(sum(known))}条"
        names = {"place": cell_place(context.form, total), "found": show(whole), "advice": advice}
        yield Fault({total.id: whole, **values}, names, True, whole, sum(known))


@implements("HEI-KEY", given=KeyFields)
def key_fields_are_told(context: Context, given: KeyFields) -> Iterator[Fault]:
    section = context.form.section(given.section)
    text = section_text(context.report, section.id)
    missing = [word for word in given.words if word not in text]
    if missing:
        names = {"place": f"“{section.heading}”", "missing": "、".join(missing)}
        yield Fault({key: context.report.text(key) for key in given.texts}, names)


@implements("HEI-EVAL", given=Told)
def evaluation_is_told(context: Context, given: Told) -> Iterator[Fault]:
    section = context.form.section(given.section)
    if not section_text(context.report, section.id).strip():
        yield Fault({section.texts[0].id: ""}, {"place": f"“{section.heading}”"})


@implements("HEI-SITE", given=Linked)
def report_is_linked(context: Context, given: Linked) -> Iterator[Fault]:
    year = context.report.year
    if year is not None and not context.report.meta.get(given.asked):
        yield Fault({given.asked: ""}, {"deadline": chinese_date(given.day.of(year + 1).isoformat())})
