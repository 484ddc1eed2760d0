"""The words agree with the numbers: texts against the tables, against themselves, and against the year of the report.

The reading itself is in `official`; here it becomes findings. One reading of a report serves all its rules.
"""

from __future__ import annotations

import re
from typing import Any, Iterator

from ...form import Form
from ...official import periods
from ...official.compare import Judged
from ...official.reading import ELSEWHERE, LONGEST, PREAMBLE, reading
from ...official.sentences import Paragraph
from ...report import preamble, show
from ..registry import Context, Fault, Nothing, cell_place, implements, text_place

# ---------------------------------------------------------------- texts against tables


@implements(
    *(f"G21-X-{name}" for name in "NEW IN DONE OUT APPL GRANT REV LIT NORM POW FEE".split()),
    "I08-TXT",
)
def text_agrees_with_table(context: Context, given: Nothing) -> Iterator[Fault]:
    """Numbers of the figures whose rule the id ends with; of all figures where a form has one rule for them."""
    kind = context.rule.id.rsplit("-", 1)[-1]
    for text_id, found in reading(context.report).judged:
        if found.agrees is False and (kind == "TXT" or found.mention.number and kind == found.rule):
            yield _against_table(context, text_id, found)


@implements("G21-X-ZERO")
def nothing_is_nothing(context: Context, given: Nothing) -> Iterator[Fault]:
    for text_id, found in reading(context.report).judged:
        if found.agrees is False and not found.mention.number:
            yield _against_table(context, text_id, found)


def _against_table(context: Context, text_id: str, found: Judged) -> Fault:
    mention, form = found.mention, context.form
    number = mention.number
    if found.reckoned == ELSEWHERE:
        unit, cell = number.unit if number else "", f"{ELSEWHERE}写的"
    else:
        unit = "%" if number and number.unit == "%" else context.report.unit_of(form.cells[found.cells[0][0]])
        cell = f"按表中的数（{found.reckoned}）计算" if found.reckoned else _cells_place(form, found)
    right = f"{show(found.expected)}{unit}"
    said = mention.text if number else f"0{unit}"
    advice = f"把正文改为{right}" + ("" if found.reckoned else f"，或核对后把表中改为{said}")
    names = {
        "place": text_place(form, text_id),
        "quote": _shortened(mention.quote),
        "found": mention.text,
        "cell": cell,
        "right": right,
        "advice": advice,
    }
    exact = number is not None and number.exact and not found.reckoned and _official_name(form, found)
    actual: Any = 0 if number is None else int(number.value) if number.value == int(number.value) else number.value
    return Fault(
        dict(found.cells),
        names,
        bool(context.rule.lesser) and not exact,
        actual=actual,
        expected=found.expected,
        quote=mention.quote,
        section=text_id,
    )


def _official_name(form: Form, found: Judged) -> bool:
    """Whether the words before the number are the table's own name of the row."""
    mention = found.mention
    before = re.split("[，；：。（）]", mention.paragraph.plain[mention.sentence.start : mention.start])[-1]
    label = re.sub(
        "^[（(]?[一二三四五六七八九十\\d]+[）)、.]|[（(].*|数量?$", "", form.cells[found.cells[0][0]].row.label
    )
    return len(label) >= 4 and label in before and len(found.cells) == 1


def _cells_place(form: Form, found: Judged) -> str:
    cells = [form.cells[cell_id] for cell_id, _ in found.cells]
    if len(cells) == 1:
        return cell_place(form, cells[0])
    listed = "＋".join(f"{cell.name}{show(value)}" for cell, (_, value) in zip(cells, found.cells) if value)
    return f"{form.section_of(cells[0]).heading}，{len(cells)}格合计" + (f"（{listed}）" if listed else "")


def _shortened(text: str, most: int = 70) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# ---------------------------------------------------------------- texts against themselves


def _sum(context: Context, kinds: tuple[str, ...]) -> Iterator[Fault]:
    for text_id, found in reading(context.report).unequal:
        if found.kind in kinds:
            names = {
                "place": text_place(context.form, text_id),
                "quote": _shortened(found.quote),
                "found": found.found,
                "right": found.right,
            }
            yield Fault({}, names, actual=found.found, expected=found.right, quote=found.quote, section=text_id)


@implements("G-X-SUM")
def parts_make_the_whole(context: Context, given: Nothing) -> Iterator[Fault]:
    return _sum(context, ("sum",))


@implements("G-X-PCT")
def shares_fit(context: Context, given: Nothing) -> Iterator[Fault]:
    return _sum(context, ("share", "hundred", "change"))


# ---------------------------------------------------------------- years, periods, dates


@implements("G-S-LETTER")
def no_covering_letter(context: Context, given: Nothing) -> Iterator[Fault]:
    text = context.report.text(PREAMBLE)
    words = periods.covering_words(Paragraph(text)) if text else ""
    if words:
        yield Fault({}, {"found": words}, quote=_shortened(preamble(context.report)), section=PREAMBLE)


@implements("G21-X-LAW")
def the_law_in_force(context: Context, given: Nothing) -> Iterator[Fault]:
    report = context.report
    for text_id, paragraph in ((PREAMBLE, Paragraph(report.text(PREAMBLE))), *reading(report).paragraphs):
        for words, quote in periods.repealed_law(paragraph):
            names = {"place": text_place(context.form, text_id), "found": words}
            yield Fault({}, names, quote=quote, section=text_id)


@implements("G-X-LONG")
def texts_can_be_read(context: Context, given: Nothing) -> Iterator[Fault]:
    length = reading(context.report).length
    if length > LONGEST:
        yield Fault({}, {"count": length, "most": LONGEST}, actual=length, expected=LONGEST)
