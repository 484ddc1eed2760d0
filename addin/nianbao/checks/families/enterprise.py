"""Rules on public enterprises and institutions, which are no administrative organs (条例第五十五条)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

from ...report import show
from ...rule import is_number
from ..parameters import UNIT_TYPE, Cells, Question, UnitTypes, Words
from ..registry import Context, Fault, cell_place, implements, text_place


@dataclass(frozen=True)
class Ordered:
    """The types of unit, and the question for who ordered the form."""

    unit_types: UnitTypes
    asked: Question


@dataclass(frozen=True)
class Barred:
    """The types of unit, and the cells in which they have no number."""

    unit_types: UnitTypes
    cells: Cells


@dataclass(frozen=True)
class Said:
    """Words that are an organ's alone."""

    words: Words


def _applies(context: Context, unit_types: UnitTypes) -> bool:
    return context.report.meta.get(UNIT_TYPE) in unit_types


@implements("PUB-FMT", given=Ordered)
def the_form_was_ordered(context: Context, given: Ordered) -> Iterator[Fault]:
    key = given.asked
    if _applies(context, given.unit_types) and not context.report.meta.get(key):
        yield Fault({key: ""}, {"place": f"{text_place(context.form, key)}没有填写", "form": context.form.name})


@implements("PUB-REQ0", given=Barred)
def applications_are_unusual(context: Context, given: Barred) -> Iterator[Fault]:
    for cell_id in given.cells:
        value = context.report.figures.get(cell_id)
        if _applies(context, given.unit_types) and cell_id in context.form.cells and is_number(value) and value > 0:
            place = context.form.section_of(context.form.cells[cell_id]).heading
            yield Fault({cell_id: value}, {"place": place, "count": show(value)})


@implements("PUB-POW", given=Barred)
def no_powers(context: Context, given: Barred) -> Iterator[Fault]:
    for cell_id in given.cells:
        value = context.report.figures.get(cell_id)
        if _applies(context, given.unit_types) and cell_id in context.form.cells and is_number(value) and value > 0:
            cell = context.form.cells[cell_id]
            yield Fault({cell_id: value}, {"place": cell_place(context.form, cell), "found": show(value)})


@implements("PUB-GOVWORD", given=Said)
def no_government_words(context: Context, given: Said) -> Iterator[Fault]:
    for text_id, lines in context.report.texts.items():
        text = "\n".join(lines)
        found = min((word for word in given.words if word in text), key=text.index, default="")
        if found:
            yield Fault({text_id: found}, {"place": text_place(context.form, text_id), "found": found})
