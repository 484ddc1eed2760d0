"""The five published reports this project comes from: every figure their texts state stands in the Word file that
the sample of the same form produces, in the right section or cell.

Each entry says where the published text has the figure, and where ours must have it: a cell of a table by id, or a
section with the words around the figure.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
from nianbao import assets, form
from nianbao.layout import grids
from nianbao.report import from_json
from nianbao.word.write import docx_bytes

COLLEGE, POWER, HOSPITAL, COMMITTEE, HOUSING = (
    "hei-college",
    "ind-2008-power-company",
    "gov-2019-hospital",
    "stat-2014-committee",
    "ind-2008-housing",
)

# (sample, where the published report states it, section of ours, words of ours with the figure)
SAID = [
    (COLLEGE, "二（一）新增主动公开信息", "h2", "主动公开信息2943条"),
    (COLLEGE, "二（一）网络、微博、微信、校报等方式", "h2", "校报等方式公开2161条"),
    (COLLEGE, "二（一）附属医院", "h2", "附属医院3所"),
    (COLLEGE, "三 未接到申请件", "h3", "未收到信息公开申请"),
    (COLLEGE, "三 未遭到举报", "h5", "没有因信息公开工作受到举报"),
    (COLLEGE, "五 没有复议", "h5", "没有因信息公开工作被申请行政复议"),
    (COLLEGE, "五 没有诉讼", "h5", "没有因信息公开工作被提起行政诉讼"),
    (POWER, "一 兼职工作人员、受理点、查阅点", "s1", "配备1名兼职人员，设1个申请受理点和1个公共查阅点"),
    (POWER, "一（三）六大块内容", "s1", "六类内容"),
    (POWER, "二 累计公开政府信息", "s2", "主动公开政府信息42条"),
    (POWER, "三 未收到申请", "s3", "未收到政府信息公开申请"),
    (POWER, "四 未发生复议案", "s4", "未发生有关政府信息公开事务的行政复议"),
    (POWER, "四 未发生诉讼案", "s4", "未发生有关政府信息公开事务的行政诉讼"),
    (POWER, "五（一）兼职人员", "s5", "兼职1人"),
    (POWER, "五（二）实际支出", "s5", "实际支出为0.1万元"),
    (POWER, "五（三）没有诉讼费用", "s5", "没有与诉讼有关的费用支出"),
    (POWER, "五（四）没有收费", "s5", "没有向申请人收取费用"),
    (HOSPITAL, "一（一）3 平台发布信息", "s1", "发布信息100余条"),
    (HOSPITAL, "一（二）申请件数", "s1", "申请0件"),
    (COMMITTEE, "一（一）试点领域和任务", "s1", "9大领域完成国家4项和省10项重点任务"),
    (
        COMMITTEE,
        "一（一）机制、模式、清单、平台、制度",
        "s1",
        "1套保障机制、2种体验模式、3张清单目录、4大功能平台和5项工作制度",
    ),
    (COMMITTEE, "一（三）河长制信息", "s1", "70余条"),
    (COMMITTEE, "一（四）覆盖企业", "s1", "2500多家企业"),
    (COMMITTEE, "二 门户网站", "s2", "政府网站39516条"),
    (COMMITTEE, "二 微博", "s2", "政务微博230条"),
    (COMMITTEE, "二 微信", "s2", "政务微信1154条"),
    (COMMITTEE, "三 收到申请", "s3", "收到政府信息公开申请101件"),
    (COMMITTEE, "三 当面", "s3", "当面申请5件，占5.0%"),
    (COMMITTEE, "三 网络", "s3", "网络申请57件，占56.4%"),
    (COMMITTEE, "三 信函", "s3", "信函申请39件，占38.6%"),
    (COMMITTEE, "四 没有收费", "s4", "没有向申请人收取费用"),
    (COMMITTEE, "五 复议", "s5", "行政复议2件"),
    (COMMITTEE, "五 复议维持", "s5", "行政复议2件，其中维持具体行政行为1件"),
    (COMMITTEE, "五 复议其他情形", "s5", "其他情形1件"),
    (COMMITTEE, "五 诉讼", "s5", "行政诉讼23件"),
    (COMMITTEE, "五 诉讼维持或驳回", "s5", "驳回原告诉讼请求7件"),
    (COMMITTEE, "五 撤诉", "s5", "撤诉1件"),
    (COMMITTEE, "五 诉讼其他情形", "s5", "其他情形16件"),
    (HOUSING, "二 主动公开", "s2", "主动公开政府信息186条"),
    (HOUSING, "二 全文电子化率", "s2", "全文电子化率100%"),
    (HOUSING, "二 行业信息网", "s2", "在行业信息网站公开137条"),
    (HOUSING, "二 政府信息网站", "s2", "在市、区政府信息网站公开6条"),
    (HOUSING, "二 本单位网站", "s2", "在本单位网站公开43条"),
    (HOUSING, "二 党务公开栏", "s2", "公开栏4块"),
    (HOUSING, "三 受理申请", "s3", "受理政府信息公开申请0件"),
    (HOUSING, "三 当面、传真、电子邮件", "s3", "当面申请0件，传真申请0件，电子邮件申请0件"),
    (HOUSING, "三 网上、信函、其他形式", "s3", "网上申请0件，信函申请0件，其他形式申请0件"),
    (HOUSING, "四 咨询", "s4", "接受咨询127次"),
    (HOUSING, "四 查阅室、电话", "s4", "公共查阅室接待23次，咨询电话接听82次"),
    (HOUSING, "四 当面、网上", "s4", "当面咨询7次，网上咨询15次"),
    (HOUSING, "四 专栏访问量", "s4", "访问量为1386次"),
    (HOUSING, "五 没有复议", "s5", "没有发生有关政府信息公开的行政复议"),
    (HOUSING, "五 没有诉讼", "s5", "没有发生有关政府信息公开的行政诉讼"),
    (HOUSING, "六 支出", "s6", "支出约5万元"),
    (HOUSING, "六 不收费", "s6", "没有收取费用"),
]

# (sample, where the published report has it, cell id -> what its cell prints)
PRINTED: list[tuple[str, str, dict[str, str]]] = [
    (POWER, "附表一", {"p1.active": "42", "p1.active_full": "42", "p1.norms_new": "0"}),
    (POWER, "附表二", {"p2.review": "0", "p2.litig": "0"}),
    (POWER, "附表三 收费", dict.fromkeys(["p3.fees", "p3.fee_search", "p3.fee_post", "p3.fee_copy_paper"], "0")),
    (POWER, "附表三 收费（续）", dict.fromkeys(["p3.fee_copy_disk", "p3.fee_copy_cd"], "0")),
    (POWER, "附表三 人员", {"p3.staff": "1", "p3.staff_full": "0", "p3.staff_part": "1"}),
    (POWER, "附表三 经费", {"p3.budget": "0", "p3.spent": "0.1", "p3.litig_cost": "0"}),
    (HOSPITAL, "二 第（九）项", {"t2x.procure.items": "47", "t2x.procure.amount": "2125.54万元"}),
    (HOSPITAL, "二 其余各项", {c.id: "0" for c in form.load("gov-2019").table_cells["t2x"] if c.row.id != "procure"}),
    (HOSPITAL, "三 全部为0", {c.id: "0" for c in form.load("gov-2019").table_cells["t3"]}),
    (HOSPITAL, "四 全部为0", {c.id: "0" for c in form.load("gov-2019").table_cells["t4"]}),
    (COMMITTEE, "二", {"a.ch_website": "39516", "a.ch_weibo": "230", "a.ch_wechat": "1154"}),
    (COMMITTEE, "三", {"c.received": "101", "c.rcv_person": "5", "c.rcv_net": "57", "c.rcv_letter": "39"}),
    (COMMITTEE, "五 复议", {"d.total": "2", "d.upheld": "1", "d.other": "1"}),
    (COMMITTEE, "五 诉讼", {"e.total": "23", "e.upheld": "7", "e.other": "16"}),
    (HOUSING, "二", {"k.active": "186", "k.active_full": "186"}),
    (HOUSING, "三", {"k.req_total": "0", "k.req_person": "0", "k.req_net": "0", "k.req_letter": "0"}),
    (HOUSING, "四", {"k.consult_tel": "82", "k.consult_net": "15", "k.visits": "1386"}),
    (HOUSING, "五", {"k.review": "0", "k.litig": "0"}),
]


@cache
def written(sample: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return section id -> its text, and cell id -> what is printed, of the sample's Word file; read by python-docx,
    tables by the place the layout gives each cell."""
    import io

    report = from_json((assets.SAMPLES / f"{sample}.json").read_bytes())
    document = docx.Document(io.BytesIO(docx_bytes(report)))
    headings = {s.heading.partition("：")[2] or s.heading: s.id for s in report.definition.sections}
    sections: dict[str, str] = {}
    current = ""
    for paragraph in document.paragraphs:
        current = headings.get(paragraph.text.strip(), current)
        sections[current] = sections.get(current, "") + paragraph.text + "\n"
    printed: dict[str, str] = {}
    for (_, grid), table in zip(grids(report.definition).items(), in_order(document, report), strict=True):
        rows = [list(row.cells) for row in table.rows]
        printed |= {value.id: rows[value.row][value.column].text.strip() for value in grid.values}
    return sections, printed


def in_order(document: Any, report: Any) -> list[Any]:
    """The tables of the document in the order of the form's tables, which sections may print in another one."""
    wanted = [s.table for s in report.definition.sections if s.table]
    found = dict(zip(wanted, document.tables, strict=True))
    return [found[table.id] for table in report.definition.tables]


@pytest.mark.parametrize(("sample", "place", "section", "words"), SAID)
def test_a_figure_said_in_the_published_report_is_said_in_ours(
    sample: str, place: str, section: str, words: str
) -> None:
    assert words in written(sample)[0][section], place


@pytest.mark.parametrize(("sample", "place", "cells"), PRINTED)
def test_a_figure_in_a_published_table_is_in_the_same_cell_of_ours(
    sample: str, place: str, cells: dict[str, str]
) -> None:
    printed = written(sample)[1]
    assert {c: printed[c] for c in cells} == cells, place


@pytest.mark.parametrize("sample", [COLLEGE, POWER, HOSPITAL, COMMITTEE, HOUSING])
def test_every_section_of_the_form_is_there(sample: str) -> None:
    report = from_json((assets.SAMPLES / f"{sample}.json").read_bytes())
    assert [s.id for s in report.definition.sections if s.id not in written(sample)[0]] == []


def test_the_samples_stand_beside_their_workbooks() -> None:
    assert {p.stem for p in Path(assets.SAMPLES).glob("*.json")} == {
        p.stem for p in Path(assets.SAMPLES).glob("*.xlsx")
    }
