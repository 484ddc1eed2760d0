"""Rules on public enterprises and institutions, which are no administrative organs (条例第五十五条)."""

from __future__ import annotations

import re
from typing import Iterator

from ..report import show
from ..rule import is_number
from .registry import Context, Fault, cell_place, implements, text_place

_TYPES = ("institution", "utility")
_GOVERNMENT = re.compile("本机关|我机关|我局|本局|本级政府|本级人民政府|作为行政机关")


def _applies(context: Context) -> bool:
    return context.report.meta.get("meta.unit_type") in _TYPES


@implements("PUB-FMT")
def the_form_was_ordered(context: Context) -> Iterator[Fault]:
    key = "meta.parent_unit"
    if _applies(context) and not context.report.meta.get(key):
        yield Fault(
            {key: ""}, {"place": f"单位信息“{context.form.meta[key].label}”没有填写", "form": context.form.name}
        )


@implements("PUB-REQ0")
def applications_are_unusual(context: Context) -> Iterator[Fault]:
    for cell_id in context.rule.cells:
        value = context.report.figures.get(cell_id)
        if _applies(context) and cell_id in context.form.cells and is_number(value) and value > 0:
            place = context.form.section_of(context.form.cells[cell_id]).heading
            yield Fault({cell_id: value}, {"place": place, "count": show(value)})


@implements("PUB-POW")
def no_powers(context: Context) -> Iterator[Fault]:
    for cell_id in context.rule.cells:
        value = context.report.figures.get(cell_id)
        if _applies(context) and cell_id in context.form.cells and is_number(value) and value > 0:
            cell = context.form.cells[cell_id]
            yield Fault({cell_id: value}, {"place": cell_place(context.form, cell), "found": show(value)})


@implements("PUB-GOVWORD")
def no_government_words(context: Context) -> Iterator[Fault]:
    for text_id, lines in context.report.texts.items():
        match = _GOVERNMENT.search("\n".join(lines))
        if match:
            yield Fault({text_id: match[0]}, {"place": text_place(context.form, text_id), "found": match[0]})
