"""The balanced example of the 2021 format that the tests of the workbook fill in, with something on every sheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from nianbao import form as forms

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


def figures(form_id: str = "gov-2021") -> dict[str, Any]:
    """Return every figure of the form that is no total: the example where it has the row, else 0."""
    form = forms.load(form_id)
    found: dict[str, Any] = {c.id: 0 for c in form.cells.values() if not c.is_total}
    for row, values in ROWS.items():
        found |= {f"t3.{row}.{c}": v for c, v in zip(COLUMNS, values) if f"t3.{row}.{c}" in found}
    return found


def data(form_id: str = "gov-2021", **changes: Any) -> dict[str, Any]:
    """Return a whole report in JSON shape, with figures replaced by `changes` (dots written as double underscores)."""
    found: dict[str, Any] = {
        "form": form_id,
        "unit": "青禾县水利局",
        "year": 2024 if form_id == "gov-2021" else 2020,
        "meta": {"meta.unit_type": "department", "meta.level": "county", "meta.rulemaking": "no",
                 "meta.postcode": "010020", "meta.phone": "0000-1234567", "meta.sign_date": "2025-01-20"},
        "figures": figures(form_id),
        "texts": {"s1.active": ["第一段。", "第二段，收费 3 元。"], "s5.plan": [f"第{n}条措施。" for n in range(1, 17)],
                  "s6.other": ["无其他需要报告的事项。"], "preamble": ["自拟导语。"]},
        "explanations": [{"fingerprint": "0123456789ab", "rule": "G21-T3-PREV", "explanation": "机构改革合并。",
                          "by": "周审核", "date": "2025-01-18"}],
    }
    money = "t2.fee.amount" if form_id == "gov-2021" else "t2x.procure.amount"
    found["figures"][money] = Decimal("2125.54")
    if form_id == "gov-2019":
        found["meta"]["meta.unit.t2x.procure.amount"] = "万元"
    found["figures"].update({key.replace("__", "."): value for key, value in changes.items()})
    return found


BROKEN: dict[str, Any] = {
    "t3__granted__natural": 15, "t3__granted__biz": -3, "t3__partial__legal": Decimal("1.5"),
    "t3__partial__research": "无", "t3__carried_out__biz": None, "t3__total_processed__natural": 99,
    "t4__review__upheld": 2, "t4__review__total": 5, "t4__direct__other": "１２", "s6__fee_received": Decimal("103.38"),
}
