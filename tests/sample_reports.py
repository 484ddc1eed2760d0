"""Reports that the tests of the Word, web and PDF writers print: two lifelike ones, and one a form with another
number in every cell."""

from __future__ import annotations

import re

from nianbao import form as forms
from nianbao import report as reports
from nianbao.form import CHOICE, MONEY, Form
from nianbao.report import Report

import worked_example

TEXTS = {
    "s1.active": [
        "2024年，县农业农村局围绕粮食生产、耕地保护和农产品质量安全主动公开信息，全年通过门户网站公开信息312条，其中政策文件18条、解读材料12条。",
        "1.突出重点领域",
        "及时公开高标准农田项目、农机购置补贴名单和惠农资金发放结果，补贴名单按村张贴并在网站同步公开，方便群众核对。",
    ],
    "s1.request": ["全年新收政府信息公开申请48件，上年结转3件，办结47件，结转下年度4件，均在法定期限内答复。"],
    "s1.manage": ["（三）政府信息管理。严格执行公开前审查，公开属性在起草环节同步确定；对现行有效的行政规范性文件集中清理并重新公布目录。"],
    "s1.platform": ["调整门户网站政府信息公开专栏，补齐目录，县档案馆和政务服务大厅的查阅点全年开放。"],
    "s1.supervise": ["明确专人负责，组织培训2次，覆盖全部股室；把公开工作列入年度考核。"],
    "s5.problems": ["一是政策解读形式偏少，图解和视频不多；二是个别股室报送信息不够及时。"],
    "s5.improved": ["针对上年目录更新慢的问题，改为每月核对一次，超期未更新的由办公室督促。"],
    "s5.plan": ["下一步将增加案例式解读，并把报送时限写入股室职责清单。"],
}


def balanced_2021() -> Report:
    """The balanced example of the domain notes, in the current form, with the earlier year attached."""
    figures: dict[str, object] = dict(worked_example.figures())
    figures |= {"t2.norms.issued": 3, "t2.norms.repealed": 1, "t2.norms.in_force": 22}
    figures |= {"t2.licence.decisions": 1286, "t2.penalty.decisions": 17, "t2.fee.amount": "103.38"}
    figures |= {"t4.review.upheld": 1, "t4.direct.pending": 1}
    figures |= {"s6.fee_notice_count": 1, "s6.fee_notice_amount": 40, "s6.fee_received": 40}
    report = reports.from_dict(
        {
            "form": "gov-2021",
            "unit": "清河县农业农村局",
            "year": 2024,
            "meta": {
                "website": "http://www.example.gov.cn/",
                "address": "清河县人民路8号",
                "postcode": "000000",
                "phone": "0000-0000000",
                "sign_date": "2025-01-20",
                "publish_date": "2025-01-24",
                "unit_type": "department",
            },
            "figures": figures | {"t2.fee.amount": reports.number(reports.Decimal("103.38"))},
            "texts": TEXTS,
            "explanations": [{"fingerprint": "0123456789ab", "explanation": "已核对。", "rule": "G21-T3-PREV"}],
            "last": {"form": "gov-2021", "unit": "清河县农业农村局", "year": 2023, "figures": {"t3.carried_out.natural": 2}},
        }
    )
    return report


def hospital_2019() -> Report:
    """Figures like those of a hospital that reports in the trial form, the purchase amount with its unit."""
    cells = forms.load("gov-2019").cells
    figures: dict[str, object] = {c: 0 for c in worked_example.zeros("gov-2019") if cells[c].table}
    figures |= {"t2x.procure.items": 47, "t2x.procure.amount": reports.Decimal("2125.54"), "t2x.licence.change": -2}
    return reports.from_dict(
        {
            "form": "gov-2019",
            "unit": "清河市第二人民医院",
            "year": 2020,
            "meta": {"meta.unit.t2x.procure.amount": "万元", "sign_date": "2021-01-22", "phone": "0000-0000000"},
            "figures": figures,
            "texts": {
                "s1.active": ["（一）主动公开", "全年在公示栏和网站公开医疗服务价格、采购结果和便民措施。"],
                "s1.request": ["全年未收到政府信息公开申请。"],
                "s1.manage": ["信息发布实行三级审核。"],
                "s1.supervise": ["明确专人负责信息公开工作。"],
                "s5.problems": ["公开的深度还不够。"],
                "s5.plan": ["1.拓宽公开渠道。用好公众号和院内电子屏。", "2.加强培训。"],
            },
        }
    )


def filled(form_id: str) -> Report:
    """A report with something in every place, no two numbers alike; it need not add up."""
    form = forms.load(form_id)
    figures: dict[str, object] = {}
    for number, cell in enumerate(form.cells.values(), 1):
        if cell.kind == CHOICE:
            figures[cell.id] = cell.choices[number % len(cell.choices)]
        elif not cell.is_number:
            address = f"https://www.example.edu.cn/column/of/information/disclosure/item{number}.html"
            figures[cell.id] = address if cell.column.id == "url" else f"说明{number}"
        elif cell.table or not cell.is_total:
            figures[cell.id] = reports.Decimal(f"{number}.5") if cell.kind == MONEY else number
    return reports.from_dict(
        {
            "form": form_id,
            "unit": "清河县某某单位",
            "year": form.until or max(form.since, 2023),
            "meta": {
                "phone": "0000-0000000", "filler": "甲", "reviewer": "乙", "approver": "丙",
                "sign_date": "2024-01-20", "publish_date": "2024-01-22",
            },
            "figures": figures,
            "texts": {text_id: [f"这里是“{text.ask}”的文字。"] for text_id, text in form.texts.items()},
        }
    )  # fmt: skip


def headings(form: Form) -> tuple[str, ...]:
    """The headings of a report in printed order: annexes come last."""
    return tuple(" ".join(s.heading.split()) for s in sorted(form.sections, key=lambda s: s.annex))


def word_headings(form: Form) -> tuple[str, ...]:
    """The same in Word, where the word 附件 has a line of its own over an annex."""
    return tuple(re.sub("^附[件表]：", "", heading) for heading in headings(form))


def stated(form: Form) -> set[str]:
    """The cells a report prints: those of the tables, those that a sentence names, and totals of these."""
    said = "".join(statement.text for statement in form.statements.values())
    return {c.id for c in form.cells.values() if c.table or c.is_total or f"【{c.name}】" in said}


EVERY_FORM = (balanced_2021(), hospital_2019(), *map(filled, forms.form_ids()))
