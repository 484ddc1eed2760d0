"""The balanced example of the 2021 format that the tests of the workbook fill in, with something on every sheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from nianbao import form as forms

import reports

COLUMNS = ("natural", "biz", "research", "welfare", "legal", "other_org")
ROWS = {
    "new_received": (37, 6, 1, 0, 3, 1),
    "carried_in": (2, 1, 0, 0, 0, 0),
    "granted": (14, 3, 1, 0, 1, 0),
    "partial": (4, 1, 0, 0, 0, 0),
    "denied_third_party": (1, 0, 0, 0, 0, 0),
    "denied_internal": (1, 0, 0, 0, 0, 0),
    "denied_process": (1, 1, 0, 0, 0, 0),
    "denied_query": (2, 0, 0, 0, 1, 0),
    "unable_not_held": (6, 1, 0, 0, 1, 1),
    "unable_create": (1, 0, 0, 0, 0, 0),
    "np_petition": (2, 0, 0, 0, 0, 0),
    "np_repeat": (1, 0, 0, 0, 0, 0),
    "other_no_correction": (2, 0, 0, 0, 0, 0),
    "other_misc": (1, 0, 0, 0, 0, 0),
    "carried_out": (3, 1, 0, 0, 0, 0),
}


def zeros(form_id: str) -> dict[str, Any]:
    """Return 0 for every number of the form that is no total, and the first choice for every cell that has some."""
    cells = [c for c in forms.load(form_id).cells.values() if not c.is_total]
    return {c.id: 0 for c in cells if c.is_number} | {c.id: c.choices[0] for c in cells if c.choices}


def figures(form_id: str = "gov-2021") -> dict[str, Any]:
    """Return every figure of the form that is no total: the example where it has the row, else 0; numbers that differ
    from each other in a form that has no such row."""
    found = zeros(form_id)
    for row, values in ROWS.items():
        found |= {f"t3.{row}.{c}": v for c, v in zip(COLUMNS, values) if f"t3.{row}.{c}" in found}
    if not form_id.startswith("gov-"):
        found |= {cell_id: 7 * n % 23 for n, cell_id in enumerate(found) if found[cell_id] == 0}
    return found


def data(form_id: str = "gov-2021", **changes: Any) -> dict[str, Any]:
    """Return a whole report in JSON shape, with figures replaced by `changes` (dots written as double underscores)."""
    texts = list(forms.load(form_id).texts)
    found: dict[str, Any] = {
        "form": form_id,
        "unit": "青禾县水利局",
        "year": reports.YEARS[form_id],
        "meta": {"meta.unit_type": "department", "meta.level": "county", "meta.rulemaking": "no",
                 "meta.postcode": "010020", "meta.phone": "0000-1234567", "meta.sign_date": "2025-01-20"},
        "figures": figures(form_id),
        "texts": {texts[0]: ["第一段。", "第二段，收费 3 元。"], texts[-2]: [f"第{n}条措施。" for n in range(1, 17)],
                  texts[-1]: ["无其他需要报告的事项。"], "preamble": ["自拟导语。"]},
        "explanations": [{"fingerprint": "0123456789ab", "rule": "G21-T3-PREV", "explanation": "机构改革合并。",
                          "by": "周审核", "date": "2025-01-18"}],
    }
    money = {"gov-2021": "t2.fee.amount", "gov-2019": "t2x.procure.amount"}
    if form_id in money:
        found["figures"][money[form_id]] = Decimal("2125.54")
    if form_id == "gov-2019":
        found["meta"]["meta.unit.t2x.procure.amount"] = "万元"
    found["figures"].update({key.replace("__", "."): value for key, value in changes.items()})
    return found


BROKEN: dict[str, Any] = {
    "t3__granted__natural": 15, "t3__granted__biz": -3, "t3__partial__legal": Decimal("1.5"),
    "t3__partial__research": "无", "t3__carried_out__biz": None, "t3__total_processed__natural": 99,
    "t4__review__upheld": 2, "t4__review__total": 5, "t4__direct__other": "１２", "s6__fee_received": Decimal("103.38"),
}


def broken(form_id: str) -> dict[str, Any]:
    """Return changes that spoil the example of a form: words, signs, fractions and blanks where numbers should be."""
    if form_id.startswith("gov-"):
        return BROKEN
    cells = [c for c in forms.load(form_id).cells.values() if c.is_number]
    wrong = ("无", -3, Decimal("1.5"), None, "１２", Decimal("0.1"), 103)
    found = dict(zip((c.id for c in cells if not c.is_total), wrong)) | {c.id: 99 for c in cells[-9:] if c.is_total}
    choices = [c.id for c in forms.load(form_id).cells.values() if c.choices]
    return {k.replace(".", "__"): v for k, v in (found | dict(zip(choices, (None, "待定")))).items()}


def odd_texts(form_id: str) -> dict[str, list[str]]:
    """Return narratives with names in them, right and wrong ones, and statements in the clerk's own words."""
    form = forms.load(form_id)
    names = list(form.names)
    number = next(c.name for c in form.cells.values() if c.is_number)
    odd = ["【" + number + "】件，再说一遍【" + number + "】件。", "没有这个：【不存在的名称】，【*】，【?】，【】。", "【没有右括号",
           "【左【" + number + "】】", "　前后有空格的 ASCII text，100% & <标签> \"引号\" 。", "".join(f"【{n}】" for n in names[:12]),
           "上级：【上级（汇总）单位】。"]
    texts = {next(iter(form.texts)): odd, "preamble": [f"{form.name}：【成文日期】，【报告年度】。"]}
    for n, statement in enumerate(form.statements.values()):
        texts[statement.id] = [("改过的句子：" + statement.text, "另有【不存在】件。", "不带名称。")[n % 3]]
    return texts
