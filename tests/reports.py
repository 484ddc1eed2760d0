"""A mini-language for test reports: a complete report with zero in every cell, then what is different."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any

from nianbao import assets, form
from nianbao.report import Report, from_dict

YEARS = {
    "gov-2021": 2024,
    "gov-2019": 2020,
    "stat-2014": 2016,
    "ind-2008": 2010,
    "ind-2008-power": 2010,
    "hei": 2023,
    "pub": 2024,
}
PLAIN = "本年度有关工作按要求开展，责任落实到人，招生、财务等重点内容公开及时。"

# A base report states nothing of its table, for its numbers are zero, or what a test makes of them.
WITHOUT_NUMBERS = {
    "s1.active": ["围绕土地征收、规划许可、不动产登记三类群众最常查询的事项，"
                  "全年在县政府网站公开信息412条，其中征地补偿安置公告27条、规划方案公示63条。行政规范性文件公开时配发解读材料。"],
    "s1.request": ["政府信息公开申请集中在征地批文和规划图件，由窗口统一登记、专人承办，"
                   "对能够区分处理的依法区分处理，答复前由法制机构审核，做到答复规范、说理清楚、按时送达。"],
    "s1.manage": ["公文拟稿时同步确定公开属性，发布前逐件进行保密审查。对行政规范性文件逐件核对，在规范性文件库中更新状态。"],
    "s5.problems": ["规划图件的公开格式不统一，手机端浏览不便；个别科室对补正告知的要求掌握不够准确，补正告知书的说理不够充分。"],
    "s6.other": ["本年度信息处理费情况按规定填报，无其他需要报告的事项。"],
}


def sample(name: str) -> dict[str, Any]:
    """Return the JSON of a sample report of the project."""
    return dict(json.loads((assets.SAMPLES / f"{name}.json").read_text("utf-8")))


def base(form_id: str = "gov-2021") -> dict[str, Any]:
    """Return a report without any finding: every number 0, every text written, no item of a list applicable."""
    definition = form.load(form_id)
    numbers: dict[str, Any] = {c.id: 0 for c in definition.cells.values() if c.is_number and not c.is_total}
    for cell in definition.cells.values():
        if not cell.is_number:
            numbers[cell.id] = cell.choices[1] if cell.choices else "本校没有此项"
    texts = {text_id: [PLAIN] for text_id in definition.texts}
    if form_id.startswith("gov-"):
        texts = {**sample("gov-2021-bureau")["texts"], **WITHOUT_NUMBERS}
    meta = {"meta.website": "www.qinghe.example.cn", "meta.phone": "0000-6600018"}
    if form_id == "hei":
        meta["meta.column_url"] = "xxgk.qinghe.example.cn"
        numbers |= {"hs.year_from": YEARS["hei"], "hs.year_to": YEARS["hei"] + 1}
    unit, year = "青禾县水利局", YEARS[form_id]
    return {"form": form_id, "unit": unit, "year": year, "meta": meta, "figures": numbers, "texts": texts}


def changed(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a report with changes: mappings are merged in, None takes a key out of meta and texts."""
    merged = {**data}
    for key, value in changes.items():
        merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) and key != "last" else value
    return merged


def year_before(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the report of the year before: all zero, without texts, then the changes."""
    earlier = base(changes.get("form", data["form"]))
    plain = {**earlier, "year": data["year"] - 1, "unit": data["unit"], "texts": {}}
    return changed(plain, **{k: v for k, v in changes.items() if k != "form"})


def build(form_id: str = "gov-2021", last: dict[str, Any] | None = None, **changes: Any) -> Report:
    """Return a base report with changes; `last` are the changes of the year before."""
    data = changed(base(changes.pop("form", form_id)), **changes)
    if last is not None:
        data["last"] = year_before(data, last)
    return from_dict(data)


def balanced(form_id: str, draw: Any) -> dict[str, int]:
    """Return numbers for every cell that hold every identity of the form, totals included; made without the rules.

    `draw(low, high)` gives a random integer.
    """
    definition = form.load(form_id)
    applications = definition.table("t3")
    outcomes, applicants = applications.groups["processed"], applications.groups["applicants"]
    figures: dict[str, int] = {}
    for who in applicants:
        results = {row: draw(0, 9) for row in outcomes}
        pending = draw(0, 5)
        intake = sum(results.values()) + pending
        carried = draw(0, min(intake, 4))
        column = {"new_received": intake - carried, "carried_in": carried, **results}
        column |= {"total_processed": sum(results.values()), "carried_out": pending}
        figures |= {f"t3.{row}.{who}": value for row, value in column.items()}
    for row in applications.blocks[0].leaf_rows:
        figures[f"t3.{row.id}.total"] = sum(figures[f"t3.{row.id}.{who}"] for who in applicants)
    for group in ("review", "direct", "after"):
        values = {name: draw(0, 6) for name in ("upheld", "corrected", "other", "pending")}
        figures |= {f"t4.{group}.{name}": value for name, value in values.items()}
        figures[f"t4.{group}.total"] = sum(values.values())
    for cell in definition.table_cells[definition.tables[0].id]:
        figures[cell.id] = draw(0, 50)
    for row in ("regs", "norms"):
        for total, part in (("t2.{}.in_force", "t2.{}.issued"), ("t2x.{}.disclosed_all", "t2x.{}.disclosed")):
            if total.format(row) in figures:
                figures[total.format(row)] += figures[part.format(row)]
    figures |= {cell.id: 0 for section in definition.sections for cell in section.fields}
    return figures


FORMS = tuple(YEARS)


def random_report(form_id: str, chance: random.Random, text: bool = True) -> Report:
    """Return a random report: balanced, or with one or two cells broken (blank, text, another number), with or
    without last year. With `text` false nothing but numbers breaks it."""
    figures = some_figures(form_id, chance)
    last = some_figures(form_id, chance) if chance.random() < 0.6 else None
    for _ in range(chance.choice([0, 1, 1, 2])):
        wrong = [-1, 0, 1, 7, 1000, Decimal("0.5")] + ([None, "无", "12件"] if text else [])
        figures[chance.choice([c for c, v in figures.items() if not isinstance(v, str)])] = chance.choice(wrong)
    meta = {key: chance.choice(["", "yes", "no"]) for key in ("meta.rulemaking", "meta.enforcement")}
    meta |= {"meta.unit_type": chance.choice(["", "government", "department", "institution"])}
    meta |= {"meta.level": chance.choice(["", "city", "county", "province"])}
    data = changed(base(form_id), figures=figures, meta={k: v for k, v in meta.items() if v})
    if last is not None:
        earlier = "gov-2019" if form_id == "gov-2021" and chance.random() < 0.2 else form_id
        figures_of = last if earlier == form_id else some_figures(earlier, chance)
        data["last"] = year_before(data, {"form": earlier, "figures": figures_of})
    return from_dict(data)


def some_figures(form_id: str, chance: random.Random) -> dict[str, Any]:
    """Return random figures that hold every identity of the form; totals are left to be computed."""
    if form_id.startswith("gov-"):
        return dict(balanced(form_id, chance.randint))
    definition = form.load(form_id)
    figures: dict[str, Any] = {}
    for cell in definition.cells.values():
        if cell.is_number and not cell.is_total:
            figures[cell.id] = chance.randint(0, 40)
    for whole, parts in WHOLES.items():
        if whole in figures:
            figures[whole] = sum(figures.get(part, figures.get(SAME.get(part, ""))) for part in parts)
    for part, whole in BELOW.items():
        if part in figures:
            figures[part] = min(figures[part], figures[whole])
    for cell_id in figures:
        if f"{cell_id}.cum" in figures:
            figures[f"{cell_id}.cum"] = figures[cell_id]
    if "hs.year_to" in figures:
        figures["hs.year_to"] = figures["hs.year_from"] + 1
    return figures


# Sums of the other forms that the clerk types, written down here again on purpose: an oracle beside the rules.
WHOLES = {
    "c.received": ("c.rcv_person", "c.rcv_fax", "c.rcv_net", "c.rcv_letter"),
    "p3.fees": ("p3.fee_search", "p3.fee_post", "p3.fee_copy_paper", "p3.fee_copy_disk", "p3.fee_copy_cd"),
    "hs.req_received": ("hs.req_granted", "hs.req_partial", "hs.req_refused", "hs.req_other", "hs.req_pending"),
    "q.consult": ("q.consult_reading", "q.consult_tel", "q.consult_onsite", "q.consult_net"),
}
SAME = {"q.consult_tel": "k.consult_tel", "q.consult_net": "k.consult_net"}  # fields that repeat a cell of the table
BELOW = {
    "a.norm_disclosed": "a.total",
    "b.press_leader": "b.press",
    "b.interview_leader": "b.interview",
    "k.active_full": "k.active",
    "k.appeal_first": "k.appeal",
    "p1.active_full": "p1.active",
    "hs.active_public": "hs.active_total",
}
