"""A form file is held to what it may say: each mistake is one sentence with its place, and never another error."""

from __future__ import annotations

import copy
import random
import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Callable

import pytest
from nianbao import assets, form as forms
from nianbao.errors import InputError
from nianbao.excel import ids
from nianbao.form import loading, schema, soundness
from nianbao.layout import grids
from nianbao.report import complete

DOCUMENTS = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in assets.FORMS.glob("*.toml")}
FORMS = sorted(set(DOCUMENTS) - {"meta"})
GOV = DOCUMENTS["gov-2021"]


def load(data: dict[str, Any], name: str = "gov-2021") -> forms.Form:
    """Load a document as if it were the file of a form."""
    return forms.parse(data, f"{name}.toml")


def said(data: dict[str, Any], name: str = "gov-2021") -> str:
    with pytest.raises(InputError) as refused:
        load(data, name)
    message = refused.value.message
    assert refused.value.code == "bad-form" and message.endswith("。") and message.count("。") == 1
    return message


def table(data: dict[str, Any], table_id: str) -> dict[str, Any]:
    return next(t for t in data["table"] if t["id"] == table_id)


Change = Callable[[dict[str, Any]], None]


def _misspelt_key(data: dict[str, Any]) -> None:
    table(data, "t3")["widht"] = table(data, "t3").pop("widths")


def _misspelt_kind(data: dict[str, Any]) -> None:
    table(data, "t3")["kind"] = "cuont"


def _misspelt_row_key(data: dict[str, Any]) -> None:
    table(data, "t2")["block"][0]["rows"][0]["lable"] = "规章"


def _duplicate_row(data: dict[str, Any]) -> None:
    rows = table(data, "t2")["block"][0]["rows"]
    rows[1]["id"] = rows[0]["id"]


def _too_few_widths(data: dict[str, Any]) -> None:
    table(data, "t3")["widths"].pop()


def _unknown_unit_type(data: dict[str, Any]) -> None:
    data["units"].append("ministry")


def _no_such_table(data: dict[str, Any]) -> None:
    next(s for s in data["section"] if s.get("table") == "t4")["table"] = "t5"


def _duplicate_section(data: dict[str, Any]) -> None:
    data["section"][1]["id"] = data["section"][0]["id"]


def _total_of_no_group(data: dict[str, Any]) -> None:
    for node in _nodes(table(data, "t3")):
        if node.get("total") == "sum(applicants)":
            node["total"] = "sum(aplicants)"


def _totals_in_a_circle(data: dict[str, Any]) -> None:
    rows = {node["id"]: node for node in _nodes(table(data, "t3")) if node.get("id")}
    rows["new_received"]["total"], rows["carried_in"]["total"] = "carried_in", "new_received"


def _unknown_name_in_a_sentence(data: dict[str, Any]) -> None:
    section = next(s for s in data["section"] if s.get("statements"))
    section["statements"][0]["text"] += "【没有这个数】"


def _zero_of_no_cell(data: dict[str, Any]) -> None:
    section = next(s for s in data["section"] if s.get("statements"))
    section["statements"][0]["zero"] = "s6.fee_recieved"


def _carried_from_nowhere(data: dict[str, Any]) -> None:
    data["carry"]["t3.carryed_in.*"] = "t3.carried_out.*"


def _until_before_since(data: dict[str, Any]) -> None:
    data["until"] = 2019


def _no_day(data: dict[str, Any]) -> None:
    data["period"] = ["01-01", "12-32"]


def _no_title(data: dict[str, Any]) -> None:
    del data["title"]


def _number_for_a_text(data: dict[str, Any]) -> None:
    data["section"][0]["heading"] = 1


def _unknown_question(data: dict[str, Any]) -> None:
    data["title"] = "{unit_fulll}{report_year}年报告"


def _other_id(data: dict[str, Any]) -> None:
    data["id"] = "gov-2022"


def _nodes(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        return [data, *(node for value in data.values() for node in _nodes(value))]
    return [node for item in data for node in _nodes(item)] if isinstance(data, list) else []


MISTAKES: list[tuple[Change, tuple[str, ...]]] = [
    (_misspelt_key, ("表“t3”", "widht", "widths")),
    (_misspelt_kind, ("表“t3”", "kind", "cuont", "count、signed、money")),
    (_misspelt_row_key, ("表“t2”", "行“regs”", "lable", "label")),
    (_duplicate_row, ("表“t2”", "行“regs”", "两次")),
    (_too_few_widths, ("表“t3”", "widths", "应有")),
    (_unknown_unit_type, ("units", "ministry", "department")),
    (_no_such_table, ("部分“s4”", "t5", "t2、t3、t4")),
    (_duplicate_section, ("部分“一、总体情况”", "“s1”", "两次")),
    (_total_of_no_group, ("表“t3”", "total", "aplicants", "applicants")),
    (_totals_in_a_circle, ("表“t3”", "total", "互相相加")),
    (_unknown_name_in_a_sentence, ("部分“s6”", "【没有这个数】")),
    (_zero_of_no_cell, ("部分“s6”", "zero", "s6.fee_recieved")),
    (_carried_from_nowhere, ("carry", "t3.carryed_in.*")),
    (_until_before_since, ("until", "2019", "2021")),
    (_no_day, ("period", "12-32")),
    (_no_title, ("title",)),
    (_number_for_a_text, ("部分“s1”", "heading", "文字", "1")),
    (_unknown_question, ("title", "unit_fulll", "unit_full")),
    (_other_id, ("gov-2022",)),
]


@pytest.mark.parametrize(("spoil", "named"), MISTAKES, ids=[spoil.__name__ for spoil, _ in MISTAKES])
def test_a_mistake_is_one_sentence_with_file_place_key_and_what_is_allowed(
    spoil: Change, named: tuple[str, ...]
) -> None:
    data = copy.deepcopy(GOV)
    spoil(data)
    message = said(data)
    assert [word for word in ("gov-2021.toml", *named) if word not in message] == [], message


def node(data: dict[str, Any], table_id: str, id_: str) -> dict[str, Any]:
    return next(n for n in _nodes(table(data, table_id)) if n.get("id") == id_)


def section(data: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(s for s in data["section"] if s["id"] == id_)


def _nested(data: dict[str, Any], below: str) -> dict[str, Any]:
    """A node in a node in a node …, deeper than Python follows."""
    found: dict[str, Any] = {"id": "deepest", "label": "x"}
    for _ in range(2000):
        found = {"label": "x", below: [found]}
    return found


# What is wrong, the form, how it comes about, and what the sentence must say beside the file.
FURTHER: list[tuple[str, str, Change, tuple[str, ...]]] = [
    # ids
    ("a group and a row of one id", "gov-2021", lambda d: node(d, "t3", "denied").update(id="granted"),
     ("表“t3”", "行“granted”", "两次")),
    ("two groups of one id", "gov-2021", lambda d: node(d, "t3", "unable").update(id="denied"),
     ("表“t3”", "行“denied”", "两次")),
    ("a row of one id in two blocks", "gov-2021", lambda d: node(d, "t2", "licence").update(id="regs"),
     ("表“t2”", "行“regs”", "两次")),
    ("two columns of one id", "gov-2021", lambda d: node(d, "t3", "biz").update(id="natural"),
     ("表“t3”", "列“natural”", "两次")),
    ("a row and a column of one id", "gov-2021", lambda d: node(d, "t3", "granted").update(id="natural"),
     ("表“t3”", "“natural”", "行", "列")),
    ("a field with the id of a cell", "gov-2021",
     lambda d: section(d, "s6")["fields"][0].update(id="t4.review.upheld"),
     ("t4.review.upheld", "发出信息处理费收费通知", "表“t4·结果维持”")),
    ("a cell in two tables", "ind-2008-power", lambda d: node(d, "p2", "p2.review").update(id="p1.active"),
     ("p1.active", "行政复议数", "主动公开政府信息数")),
    ("a text with the id of a cell", "gov-2021", lambda d: section(d, "s1")["texts"][0].update(id="t4.review.upheld"),
     ("t4.review.upheld", "（一）主动公开")),
    ("an id that differs by capitals alone", "pub", lambda d: section(d, "s4")["fields"][0].update(id="pub.Appeals"),
     ("pub.appeals", "两次")),
    ("an id with a space", "gov-2021", lambda d: node(d, "t3", "granted").update(id="granted all"),
     ("表“t3”", "“id”", "granted all", "英文字母")),
    ("an id that no range of Excel may have", "gov-2021", lambda d: node(d, "t3", "granted").update(id="granted-all"),
     ("表“t3”", "“id”", "granted-all")),
    ("an id of the workbook's own", "gov-2021", lambda d: section(d, "s1")["texts"][0].update(id="preamble"),
     ("（一）主动公开", "preamble", "meta.")),
    ("a table id of the workbook's own", "pub",
     lambda d: d.update(table=[{**copy.deepcopy(table(GOV, "t4")), "id": "meta", "cell": "x.{column}"}],
                        section=[*d["section"], {"id": "s8", "heading": "八、表", "table": "meta"}]),
     ("表“meta”", "statements")),
    ("a row without id", "gov-2021", lambda d: node(d, "t3", "granted").pop("id"), ("表“t3”", "（一）予以公开", "缺少 id")),
    ("an id of cells without a place for the row", "gov-2021", lambda d: table(d, "t3").update(cell="t3.{column}"),
     ("t3.natural", "两次")),
    ("an id of cells with a brace too many", "gov-2021", lambda d: table(d, "t3").update(cell="t3.{row}.{column}}"),
     ("表“t3”", "cell", "{row}", "t3.{row}.{column}}")),
    ("an id of cells without any place", "gov-2021", lambda d: table(d, "t3").update(cell="t3"),
     ("表“t3”", "cell", "{row}", "“t3”")),
    # sheets and headings
    ("a sheet every workbook has", "gov-2021", lambda d: section(d, "s1").update(sheet="填报说明"),
     ("填报说明", "校验结果", "单位信息")),
    ("a sheet of two sections", "gov-2021", lambda d: section(d, "s1").update(sheet="申请情况"), ("申请情况", "两次")),
    ("a name no sheet may have", "gov-2021", lambda d: section(d, "s1").update(sheet="总体/情况"),
     ("部分“s1”", "“sheet”", "总体/情况", "31")),
    ("a heading of two sections", "gov-2021",
     lambda d: section(d, "s2").update(variants=["三、收到和处理政府信息公开申请情况"]), ("三、收到和处理政府信息公开申请情况", "两个部分")),
    ("a subheading twice", "gov-2021", lambda d: section(d, "s5")["texts"][2].update(heading="（一）存在的主要问题"),
     ("部分“s5”", "（一）存在的主要问题", "两次")),
    # rows and columns
    ("a stub too narrow for its rows", "gov-2021", lambda d: table(d, "t3").update(stub=2, widths=[30, 49] + [11] * 7),
     ("表“t3”", "stub", "2", "3")),
    ("a width of nothing", "gov-2021", lambda d: table(d, "t3")["widths"].__setitem__(1, 0),
     ("表“t3”", "widths", "第2项", "大于0")),
    ("a row label that is not printed", "gov-2021", lambda d: table(d, "t4")["block"][0]["rows"][0].update(label="总数"),
     ("表“t4”", "stub", "label")),
    ("a column without label", "gov-2021", lambda d: node(d, "t3", "natural").update(label=""),
     ("表“t3”", "列“natural”", "label")),
    ("a block without numbers", "gov-2021",
     lambda d: table(d, "t2")["block"][1].update(rows=[{"id": "x", "label": "x", "heading": True}]),
     ("表“t2”", "第2块", "标题")),
    ("a number for a heading", "stat-2014", lambda d: node(d, "stat", "a").update(total="a.total"),
     ("表“stat”", "行“a”", "heading", "total")),
    ("a unit for a group", "gov-2021", lambda d: node(d, "t3", "denied").update(unit="份"),
     ("表“t3”", "行“denied”", "unit")),
    ("a unit and units", "gov-2021", lambda d: node(d, "t3", "granted").update(unit="件", units=["件", "份"]),
     ("表“t3”", "行“granted”", "unit", "units")),
    ("an amount of no unit", "gov-2021", lambda d: section(d, "s6")["fields"][1].update(unit=""),
     ("s6.fee_notice_amount", "money", "unit", "万元")),
    ("units of a text", "hei", lambda d: node(d, "hi", "url").update(units=["个"]), ("表“hi”", "units", "text")),
    ("a choice of nothing", "hei",
     lambda d: node(d, "hi", "status").pop("choices"), ("列“status”", "choice", "choices")),
    ("choices nobody is asked", "hei", lambda d: node(d, "hi", "url").update(choices=["有", "无"]),
     ("列“url”", "choices", "choice")),
    ("a choice twice", "hei", lambda d: node(d, "hi", "status")["choices"].append("公开"), ("列“status”", "第4项", "公开")),
    ("a code that is not printed", "gov-2021", lambda d: node(d, "t3", "granted").update(code="01"),
     ("行“granted”", "code", "infos")),
    ("a span of nothing", "gov-2021", lambda d: node(d, "t3", "natural").update(span=0), ("列“natural”", "span", "1 至")),
    ("an indent beyond the page", "gov-2021", lambda d: node(d, "t3", "granted").update(indent=200),
     ("行“granted”", "indent", "0 至 9", "200")),
    ("rows without end", "gov-2021", lambda d: table(d, "t3")["block"][0]["rows"].append(_nested(d, "rows")),
     ("表“t3”", "最多9级")),
    ("columns without end", "gov-2021", lambda d: table(d, "t3")["block"][0]["columns"].append(_nested(d, "columns")),
     ("表“t3”", "最多9级")),
    ("a character nobody sees", "gov-2021", lambda d: node(d, "t3", "granted").update(label="予以\u200b公开"),
     ("行“granted”", "label", "予以□公开")),
    # sections
    ("a table in two sections", "gov-2021", lambda d: section(d, "s3").update(table="t2"), ("部分“s3”", "表“t2”", "s2")),
    ("a table in no section", "gov-2021", lambda d: d["section"].remove(section(d, "s4")), ("表“t4”", "table")),
    ("a table and texts in one section", "gov-2021",
     lambda d: section(d, "s2").update(texts=[{"id": "s2.x", "heading": ""}], sheet="x表"),
     ("部分“s2”", "table", "sheet")),
    ("a sheet for nothing", "gov-2021", lambda d: section(d, "s1").update(texts=[]), ("部分“s1”", "sheet", "texts")),
    ("texts on no sheet", "gov-2021", lambda d: section(d, "s1").pop("sheet"), ("部分“s1”", "sheet", "texts")),
    ("a limit of no text", "gov-2021", lambda d: section(d, "s6").update(texts=[]), ("部分“s6”", "texts", "nothing")),
    ("a sentence that must be, and is not", "gov-2021", lambda d: section(d, "s1").update(statement_required=True),
     ("部分“s1”", "statement_required")),
    ("words of no aspect", "gov-2021", lambda d: section(d, "s1")["texts"][1].pop("aspect"),
     ("部分“s1”", "s1.request", "words", "aspect")),
    ("a choice outside of a table", "gov-2021", lambda d: section(d, "s6")["fields"][0].update(kind="choice"),
     ("部分“s6”", "s6.fee_notice_count", "kind", "choice", "count、signed、money、text")),
    # names, sentences, patterns
    ("one name for two numbers", "pub", lambda d: section(d, "s3")["fields"][4].update(label="网上咨询"),
     ("pub.req_received", "【网上咨询】", "pub.consult_net", "name")),
    ("the name of a question for a number", "pub", lambda d: section(d, "s3")["fields"][5].update(name="联系电话"),
     ("pub.req_closed", "【联系电话】", "单位信息")),
    ("the name of a number for a share", "stat-2014",
     lambda d: d["share"].append({"name": "收到申请数", "part": "c.rcv_net", "whole": "c.received"}),
     ("百分比“收到申请数”", "c.received")),
    ("a bracket that is not closed", "gov-2021", lambda d: section(d, "s6")["statements"][0].update(text="共【通知件"),
     ("s6.fee", "text", "共【通知件", "成对")),
    ("a sentence of no words", "gov-2021",
     lambda d: section(d, "s6")["statements"][0].update(text=""), ("s6.fee", "text")),
    ("other words for no zero", "pub", lambda d: section(d, "s2")["statements"][0].pop("zero"),
     ("s2.active", "zero_text", "zero")),
    ("a brace that is not closed", "gov-2021", lambda d: d.update(title="{unit_full年政府信息公开工作年度报告"),
     ("title", "{unit_full年", "成对")),
    ("a bracket that ends the opening", "gov-2021", lambda d: d.update(preamble="现公布]{unit_full}年报"),
     ("preamble", "现公布]", "成对")),
    ("an unknown question over a table", "stat-2014", lambda d: table(d, "stat").update(head="{uint_full}"),
     ("表“stat”", "head", "uint_full", "unit_full")),
    ("a piece to leave out under a table", "stat-2014", lambda d: table(d, "stat").update(foot="[{phone}]"),
     ("表“stat”", "foot", "[ ]")),
    ("words that the title does not have", "gov-2021", lambda d: d.update(title_words="工作总结"),
     ("title_words", "工作总结", "政府信息公开工作年度报告")),
    # other cells and forms
    ("a share of the whole", "stat-2014", lambda d: d["share"][0].update(part="c.received"),
     ("百分比“当面申请占比”", "part", "c.received")),
    ("a share of no cell", "stat-2014", lambda d: d["share"][0].update(part="c.rcv_persn"),
     ("百分比“当面申请占比”", "part", "c.rcv_persn", "c.rcv_person")),
    ("shares of several wholes in a group", "stat-2014", lambda d: d["share"][1].update(whole="c.closed"),
     ("百分比“传真申请占比”", "channels", "c.received", "c.closed")),
    ("more decimals than anybody prints", "stat-2014", lambda d: d["share"][0].update(digits=30),
     ("百分比“当面申请占比”", "digits", "0 至 4", "30")),
    ("a comparison with no form", "gov-2021", lambda d: d["comparable"].update({"gov-2018": ["t3.*"]}),
     ("comparable", "gov-2018", "gov-2019")),
    ("a comparison of no cell", "gov-2021", lambda d: d["comparable"].update({"gov-2019": ["t5.*"]}),
     ("comparable", "t5.*")),
    ("a figure carried over from nowhere", "gov-2021",
     lambda d: d["carry"].update({"t3.carried_in.*": "t3.carried_outt.*"}), ("carry", "t3.carried_outt.*")),
    ("many figures carried over from one", "gov-2021",
     lambda d: d["carry"].update({"t3.carried_in.*": "t3.carried_out.total"}), ("carry", "t3.carried_out.total", "*")),
    ("a cell filled in with an unknown value", "hei", lambda d: d["preset"].update({"hs.year_to": "next_yaer"}),
     ("preset", "hs.year_to", "next_yaer", "next_year")),
    ("an unknown cell filled in", "hei", lambda d: d["preset"].update({"hs.year": "next_year"}), ("preset", "hs.year")),
    ("another name for no label", "gov-2021", lambda d: d["variants"].update({"合计": "总记"}),
     ("variants", "合计", "总记", "总计")),
    ("another name that is the same", "gov-2021", lambda d: d["variants"].update({"总计": "总计"}), ("variants", "总计")),
    # totals
    ("a total of one part twice", "pub",
     lambda d: section(d, "s3")["fields"][0].update(total="pub.consult_tel + pub.consult_tel"),
     ("pub.consult", "total", "pub.consult_tel", "两次")),
    ("a total of itself", "pub", lambda d: section(d, "s3")["fields"][0].update(total="pub.consult + pub.consult_tel"),
     ("pub.consult", "total", "互相相加")),
    ("totals in a circle of three", "ind-2008", lambda d: [
        node(d, "k", a).update(total=b) for a, b in (("k.review", "k.litig"), ("k.litig", "k.appeal"),
                                                     ("k.appeal", "k.review"))],
     ("表“k”", "total", "k.review", "k.litig", "k.appeal")),
    ("a total of an unknown row", "ind-2008",
     lambda d: node(d, "k", "k.req_total").update(total="k.req_person + k.req_fx"),
     ("表“k”", "行“k.req_total”", "total", "k.req_fx", "k.req_fax")),
    ("a total that is no sum", "ind-2008",
     lambda d: node(d, "k", "k.req_total").update(total="k.req_person - k.req_fax"),
     ("表“k”", "行“k.req_total”", "total", "k.req_person - k.req_fax", "a + b")),
    ("a total of words", "hei",
     lambda d: node(d, "hi", "url").update(total="status"), ("表“hi”", "列“url”", "total", "text")),
    ("a total of cents and of cases", "ind-2008-power",
     lambda d: node(d, "p3", "p3.staff").update(total="p3.staff_full + p3.fees"),
     ("表“p3”", "行“p3.staff”", "total", "p3.fees", "money", "元")),
    ("a total of amounts in two units", "ind-2008-power", lambda d: node(d, "p3", "p3.budget").update(total="p3.fees"),
     ("表“p3”", "行“p3.budget”", "万元", "p3.fees")),
    ("a group for a number outside of tables", "pub",
     lambda d: section(d, "s3")["fields"][0].update(total="sum(consult)"),
     ("pub.consult", "total", "consult", "不是组")),
    # the file
    ("a year nobody reports", "gov-2021", lambda d: d.update(since=20211), ("since", "20211", "1990")),
    ("a unit type twice", "gov-2021", lambda d: d["units"].append("department"), ("units", "第6项", "department")),
    ("a table of the wrong type", "gov-2021", lambda d: d.update(table={"id": "t2"}), ("table", "表的列表", "一组键和值")),
    ("no section", "gov-2021", lambda d: d.update(section=[]), ("section", "至少一项")),
]  # fmt: skip


@pytest.mark.parametrize(("form_id", "spoil", "named"), [f[1:] for f in FURTHER], ids=[f[0] for f in FURTHER])
def test_it_is_refused(form_id: str, spoil: Change, named: tuple[str, ...]) -> None:
    data = copy.deepcopy(DOCUMENTS[form_id])
    spoil(data)
    message = said(data, form_id)
    assert [word for word in (f"{form_id}.toml", *named) if word not in message] == [], message


def test_a_long_chain_of_totals_is_no_circle() -> None:
    data = copy.deepcopy(DOCUMENTS["pub"])
    chain = [{"id": f"pub.x{n}", "label": f"第{n}环", "unit": "件", "kind": "count"} for n in range(1500)]
    for before, after in zip(chain, chain[1:]):
        after["total"] = before["id"]
    section(data, "s4")["fields"] += chain
    assert load(data, "pub").cells["pub.x1499"].is_total


def test_what_is_carried_over_may_stand_in_an_earlier_form_alone() -> None:
    data = copy.deepcopy(GOV)
    data["carry"] = {"t3.carried_in.total": "t2x.licence.decisions"}
    assert load(data).carry == data["carry"]


@pytest.mark.parametrize("form_id", FORMS)
def test_what_may_be_compared_is_there_in_the_earlier_form_too(form_id: str) -> None:
    form = forms.load(form_id)
    for earlier, patterns in form.comparable.items():
        known = forms.load(earlier).cells
        for pattern in patterns:
            assert any(c == pattern or (pattern.endswith("*") and c.startswith(pattern[:-1])) for c in known), pattern


@pytest.mark.parametrize("form_id", FORMS)
def test_every_form_is_sound(form_id: str) -> None:
    assert load(copy.deepcopy(DOCUMENTS[form_id]), form_id).id == form_id


def _spoilt(data: Any, chance: random.Random) -> Any:
    """A document with one thing in it gone, renamed, doubled or of another kind."""
    data = copy.deepcopy(data)
    node = chance.choice([n for n in _nodes(data) if n])
    key = chance.choice(list(node))
    what = chance.randrange(6)
    if what == 0:
        del node[key]
    elif what == 1:
        node[f"{key}x"] = node.pop(key)
    elif what == 2:
        node[key] = chance.choice([None, 3, -1, "", "x", [], {}, [1], True, 2.5, [[]], [{}], "sum(", "{", "【】"])
    elif what == 3 and isinstance(node[key], list) and node[key]:
        node[key].append(copy.deepcopy(node[key][0]))
    elif what == 4 and isinstance(node[key], list) and node[key]:
        node[key].pop(chance.randrange(len(node[key])))
    else:
        node[key] = f"{node[key]}x" if isinstance(node[key], str) else [node[key]]
    return data


@pytest.mark.parametrize("form_id", FORMS)
def test_whatever_is_changed_in_a_form_it_loads_or_is_refused_in_one_sentence(form_id: str) -> None:
    chance = random.Random(form_id)
    refused = 0
    for _ in range(300):
        data = _spoilt(DOCUMENTS[form_id], chance)
        try:
            form = load(data, form_id)
            assert sum(len(grid.values) for grid in grids(form).values()) == sum(map(len, form.table_cells.values()))
            ones = complete(form, {c.id: 1 for c in form.cells.values() if c.is_number and not c.is_total})
            assert all(ones[c.id] is not None for c in form.cells.values() if c.is_number)
            assert len(form.cells) == sum(len(cells) for cells in form.table_cells.values()) + sum(
                len(section.fields) for section in form.sections)
        except InputError as error:
            refused += 1
            assert error.code == "bad-form" and error.message.startswith("格式文件“") and error.message.endswith("。")
    assert refused > 100


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A folder of forms of its own, the questions among them, as somebody might edit it in an installation."""
    caches = (loading._meta, loading._toml, loading.meta_fields, loading.meta_sheet, loading.sheet_names, loading.load)
    (tmp_path / "meta.toml").write_bytes((assets.FORMS / "meta.toml").read_bytes())
    (tmp_path / "pub.toml").write_bytes((assets.FORMS / "pub.toml").read_bytes())
    monkeypatch.setattr(assets, "FORMS", tmp_path)
    for cached in caches:
        cached.cache_clear()
    yield tmp_path
    for cached in caches:
        cached.cache_clear()


def test_a_form_edited_by_hand_is_held_to_everything(folder: Path) -> None:
    text = (folder / "pub.toml").read_text("utf-8")
    (folder / "pub.toml").write_text(text.replace('unit = "次", kind', 'unti = "次", kind', 1), "utf-8")
    with pytest.raises(InputError, match="pub.toml.*pub.consult.*unti.*unit"):
        forms.load("pub")


def test_a_form_saved_by_notepad_is_read(folder: Path) -> None:
    (folder / "pub.toml").write_bytes(b"\xef\xbb\xbf" + (folder / "pub.toml").read_bytes().replace(b"\n", b"\r\n"))
    assert len(forms.load("pub").cells) == 19


@pytest.mark.parametrize(("content", "named"), [
    ("名称 = 1".encode("gbk"), "UTF-8"),
    (b'id = "pub\n', "第1行"),
    (b"widths = [1, 2", "末尾"),
    (b'id = "pub"\nid = "pub"\n', "写了两次"),
    (b"since = " + b"9" * 5000, "TOML"),
    (b"x = " + b"[" * 3000 + b"]" * 3000, "TOML"),
])
def test_what_is_no_toml_is_said_in_chinese(content: bytes, named: str, folder: Path) -> None:
    (folder / "pub.toml").write_bytes(content)
    with pytest.raises(InputError) as refused:
        forms.load("pub")
    assert refused.value.code == "bad-form" and re.search(f"pub.toml.*{named}", refused.value.message)
    assert not re.search("[a-z]{4,}", refused.value.message.replace("pub.toml", ""))


def test_a_form_cut_off_anywhere_loads_or_is_refused_in_one_sentence(folder: Path) -> None:
    whole = (folder / "pub.toml").read_bytes()
    chance = random.Random(8)
    for end in [chance.randrange(len(whole)) for _ in range(100)]:
        (folder / "pub.toml").write_bytes(whole[:end])
        loading._toml.cache_clear()
        try:
            forms.load("pub")
        except InputError as error:
            assert error.code == "bad-form"
        loading.load.cache_clear()


def test_a_file_that_cannot_be_read_is_said(folder: Path) -> None:
    (folder / "pub.toml").unlink()
    (folder / "pub.toml").mkdir()
    with pytest.raises(InputError, match="pub.toml.*读不出来"):
        forms.load("pub")


@pytest.mark.parametrize("content", ["[[field]]\nid = 3\n", "sheet = 3\n", "[[", 'nix = "x"\n'])
def test_the_questions_are_held_to_their_schema_too(content: str, folder: Path) -> None:
    (folder / "meta.toml").write_text(content, "utf-8")
    with pytest.raises(InputError, match="meta.toml"):
        forms.meta_fields()


@pytest.mark.parametrize(("old", "new", "named"), [
    ('id = "meta.unit_type"', 'id = "meta.unit_typ"', "缺少.*meta.unit_type"),
    ('id = "meta.fax"', 'id = "meta.phone"', "“meta.phone”.*两次"),
    ('label = "传真"', 'label = "联系电话"', "“联系电话”.*两次"),
    ('id = "meta.fax"', 'id = "fax"', "“fax”.*meta.phone"),
    ('id = "meta.report_year"\nlabel = "报告年度"\nkind = "year"', 'id = "meta.report_year"\nlabel = "报告年度"\nkind = "text"',
     "meta.report_year.*year.*text"),
    ('code = "township"', 'code = "department"', "meta.unit_type.*department.*两个选项"),
    ('code = "department"', 'code = "departments"', "meta.unit_type.*department"),
    ('names_end = ["街道办事处"]', 'names_end = ["局"]', "meta.unit_type.*names_end.*局"),
    ('kind = "choice"\nchoices = [{code = "yes", label = "是"}, {code = "no", label = "否"}]', 'kind = "choice"',
     "meta.enforcement.*choices"),
    ('work = "计算"\n', "", "其他工作表.*缺少“work”"),
    ('work = "计算"', 'wrok = "计算"', "其他工作表.*wrok.*work"),
    ('work = "计算"', 'work = "校验"', "“校验”.*两次"),
])
def test_a_mistake_in_the_questions_is_one_sentence_with_its_place(
    old: str, new: str, named: str, folder: Path
) -> None:
    text = (folder / "meta.toml").read_text("utf-8")
    assert old in text
    (folder / "meta.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as refused:
        forms.meta_fields()
    assert refused.value.code == "bad-form" and re.search(f"meta.toml.*{named}", refused.value.message), refused.value


def test_what_the_workbook_keeps_to_itself_no_form_may_use() -> None:
    blocks = {ids.FORM, ids.META, ids.LAST, ids.LAST_FIELDS, ids.TEXT, ids.FIELDS, ids.STATEMENTS, ids.WHY, ids.END}
    assert {f"@{name}" for name in soundness.TABLES_OF_WORKBOOK} == blocks and soundness.PREAMBLE == ids.PREAMBLE
    sources = "".join(p.read_text("utf-8") for p in Path(ids.__file__).parent.glob("*.py"))
    keys = set(re.findall(r'Formula\(\s*f?"(\w+)\.', sources))
    assert keys and keys <= set(soundness.KEYS_OF_WORKBOOK)


MADE = {"row": forms.Node, "column": forms.Node, "share": forms.Share, "section": forms.Section, "table": forms.Table,
        "form": forms.Form, "question": forms.MetaField}  # fmt: skip


@pytest.mark.parametrize("kind", MADE)
def test_what_holds_where_a_key_is_absent_is_documented_as_it_is(kind: str) -> None:
    values = {f.name: f.default for f in fields(MADE[kind]) if f.default is not MISSING}
    for key in schema.OBJECTS[kind]:
        try:
            told = tomllib.loads(f"x = {key.default}")["x"]
        except tomllib.TOMLDecodeError:
            continue  # in words
        assert values[key.name] == (tuple(told) if isinstance(told, list) else told), key.name


def test_every_key_of_the_schema_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs" / "form-language.md").read_text("utf-8")
    tables = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    assert [re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) for table in tables] == [
        [key.name for key in keys] for keys in schema.OBJECTS.values()
    ]
