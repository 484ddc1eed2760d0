"""A blank workbook for a unit and a year, with what last year's report lets us carry over."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from .. import form as forms
from ..form import Form
from ..report import Figure, Report, complete, number, values_for
from ..rule import is_number
from .fill import workbook_bytes


def new(form_id: str, unit: str, year: int, last: Report | None = None) -> tuple[bytes, list[str]]:
    """Return the bytes of a new workbook, and sentences for the clerk on what was carried over and what was not.

    Filled in is what the form's `preset` names. From `last` come the unit's own particulars, the figures that the
    form's `carry` names (cells that are totals are computed by the workbook), and on the sheet of last year all
    figures that may be compared.
    """
    form = forms.load(form_id)
    report = Report(form=form.id, unit=unit, year=year)
    preset = _preset(report)
    if last is None:
        return workbook_bytes(replace(report, figures=complete(form, preset))), []
    figures, remarks = _carried(form, last)
    meta = {k: v for k, v in last.meta.items() if k in form.meta and _lasting(form, k)}
    if meta:
        remarks.append(f"单位信息沿用上年工作簿的{len(meta)}项：{'、'.join(form.meta[k].label for k in meta)}，有变化的请更正。")
    remarks += _compared(form, last)
    if last.unit and last.unit != unit:
        remarks.append(f"上年文件的单位是“{last.unit}”，与“{unit}”不同，请核对是否选错了文件；更名或合并的，请在“情况说明”中写明。")
    if last.year is not None and last.year != year - 1:
        remarks.append(f"上年文件的报告年度是{last.year}年，不是{year - 1}年，请核对是否选错了文件。")
    report = replace(report, meta=meta, figures=complete(form, preset | figures), last=replace(last, last=None))
    return workbook_bytes(report), remarks


def _preset(report: Report) -> dict[str, Figure]:
    """Return the figures that follow from the year alone."""
    values = values_for(report)
    return {cell_id: number(Decimal(values[name])) for cell_id, name in report.definition.preset.items()}


def _lasting(form: Form, key: str) -> bool:
    """Whether a particular of the unit holds for more than one year."""
    return form.meta[key].kind in ("text", "choice") and key != "meta.merged_units"


def _carried(form: Form, last: Report) -> tuple[dict[str, Any], list[str]]:
    """Return the figures to prefill, and what to say about them."""
    figures: dict[str, Any] = {}
    remarks: list[str] = []
    for target, source in form.carry.items():
        stem, old_stem = target.removesuffix("*"), source.removesuffix("*")
        cells = [c for c in form.cells.values() if c.id == target or (target.endswith("*") and c.id.startswith(stem))]
        pairs = {c: old_stem + c.id.removeprefix(stem) for c in cells}
        known = {c: last.figures.get(old) for c, old in pairs.items()}
        good = [c for c, value in known.items() if is_number(value)]
        if not cells:
            continue
        name, old_name = cells[0].row.label, _row_label(last, next(iter(pairs.values())))
        figures |= {c.id: known[c] for c in good if not c.is_total}
        if len(good) == len(cells):
            remarks.append(f"“{name}”{len(cells)}列已按上年报告的“{old_name}”填好。")
        elif good:
            lost = "、".join(c.column.label for c in cells if c not in good)
            remarks.append(f"“{name}”已按上年报告的“{old_name}”填好，其中{lost}上年没有可用的数字，请补填。")
        else:
            remarks.append(f"上年报告没有可用的“{old_name}”，“{name}”没有带入，请自行填写。")
        total = next((c for c in good if c.is_total), None)
        parts = [v for c, v in known.items() if not c.is_total and is_number(v)]
        if total and sum(parts) != known[total]:
            remarks.append(f"上年报告的“{old_name}”总计是{known[total]}，不等于各列之和，本年总计由公式计算，请核对上年报告。")
    return figures, remarks


def _row_label(report: Report, cell_id: str) -> str:
    cell = report.definition.cells.get(cell_id)
    return cell.row.label if cell else cell_id


def _compared(form: Form, last: Report) -> list[str]:
    """Say which figures of last year stand on the sheet for comparison, and which do not."""
    remarks = []
    for section in form.sections:
        cells = [c for c in form.cells.values() if c.is_number and form.section_of(c) is section]
        cells = cells if section.table or any(form.can_compare(last.form, c.id) for c in cells) else []
        if not cells:
            continue
        usable = [c for c in cells if form.can_compare(last.form, c.id)]
        given = [c for c in usable if last.figures.get(c.id) is not None]
        if not usable:
            remarks.append(f"“{section.heading}”与上年报告的格式不同，按规定不作比较，没有带入“上年数据”。")
        elif not given:
            remarks.append(f"上年报告没有“{section.heading}”的数字，没有带入“上年数据”。")
        elif len(usable) < len(cells):
            names = "、".join(c.label for c in usable)
            remarks.append(f"“{section.heading}”只有{names}可与上年比较，已带入“上年数据”。")
        else:
            remarks.append(f"“{section.heading}”的上年数字已带入“上年数据”。")
    return remarks
