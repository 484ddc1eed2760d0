"""Reading reports of other hands: tables by their labels, texts by their headings."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable

import pytest

from nianbao import form as forms
from nianbao import layout, published
from nianbao import report as reports
from nianbao.checks import check
from nianbao.errors import InputError
from nianbao.layout import Label
from nianbao.published import Item, Spot, TextGrid, interpret, key
from nianbao.published.places import expand
from nianbao.report import Report
from nianbao.web import html_bytes
from sample_reports import EVERY_FORM, balanced_2021, filled, hospital_2019


def grid(report: Report, table_id: str, change: Callable[[str], str] = lambda text: text) -> TextGrid:
    """A table as another office prints it, every text changed."""
    lines = layout.grid(report.definition.table(table_id)).lines
    return [
        [Spot(change(p.text if isinstance(p, Label) else report.shown(p.id)), p.columns, p.rows) for p in line]
        for line in lines
    ]


def items(report: Report, **tables: TextGrid) -> list[Item]:
    found: list[Item] = [reports.title(report), "引言一段。"]
    for section in report.definition.sections:
        found.append(section.heading)
        if section.table:
            found.append(tables.get(section.table, grid(report, section.table)))
        else:
            found.append("正文。")
    return found


def differences(report: Report, found: Report) -> dict[str, Any]:
    """The figures of the tables that were read otherwise than they stand in the report."""
    cells = (c.id for c in report.definition.cells.values() if c.table)
    return {c: (report.figures[c], found.figures[c]) for c in cells if found.figures[c] != report.figures[c]}


def remarks(found: Report) -> tuple[object, ...]:
    shape = found.structure
    return (*shape.labels, *shape.missing, *shape.added, *shape.reordered)


def texts(place: TextGrid) -> list[str]:
    return [spot.text for row in place for spot in row]


@pytest.mark.parametrize(
    "one, other",
    [
        ("（一）予以公开", "(一) 予以公开"),
        ("1.属于国家秘密", "１．属于国家\n秘密"),
        ("4.复制费", "4复制费"),
        ("一、总体情况", "（一）总体情况"),
        ("3.危及“三安全一稳定”", "3、危及\"三安全一稳定\""),
        ("第二十条第（一）项", "第二十条第(一)项"),
        ("其中:1.检索费", "其中：1、检索费"),
        ("其中:1.检索费", "1.检索费"),
        ("自然人", "自然\u3000人"),
    ],
)
def test_labels_that_mean_the_same_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize("one, other", [("1.其他", "3.其他"), ("其他", "其它"), ("一定", "定"), ("七、总计", "总计")])
def test_labels_that_do_not_mean_the_same_have_two_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_official_tables_are_read_without_a_remark(report: Report) -> None:
    found = interpret(items(report), "报告.docx")
    assert (found.form, found.unit, found.year) == (report.form, report.unit, report.year)
    assert differences(report, found) == {}
    assert remarks(found) == ()


def altered(text: str) -> str:
    """The wording of a hospital's report, with line breaks in narrow cells."""
    words = {
        "总计": "合计",
        "本年增/减": "本年\n增减",
        "政府集中采购": "集中采购",
        "一、本年新收政府信息公开申请数量": "一、本年新收信息公开申请数量",
        "二、上年结转政府信息公开申请数量": "二、上年结转信息公开申请数量",
        "5.要求行政机关确认或重新出具已获取信息": "5.要求行政机关确认或重新出具已取信息",
        "自然人": "自然\n人",
        "商业企业": "商业\n企业",
        "（三）不予公开": "(三)\n不予\n公开",
    }
    return words.get(text, text.replace("（", "(").replace("）", ")"))


def test_known_variants_of_labels_are_accepted_and_reported() -> None:
    report = hospital_2019()
    found = interpret(items(report, **{t.id: grid(report, t.id, altered) for t in report.definition.tables}), "x.docx")
    assert found.form == "gov-2019" and differences(report, found) == {}
    assert found.structure.missing == found.structure.added == ()
    section = {s.table: s.heading for s in report.definition.sections}
    assert {x[1:] for x in found.structure.labels if x[0] == section["t3"]} == {
        ("合计", "总计"),
        ("一、本年新收信息公开申请数量", "一、本年新收政府信息公开申请数量"),
        ("二、上年结转信息公开申请数量", "二、上年结转政府信息公开申请数量"),
        ("5.要求行政机关确认或重新出具已取信息", "5.要求行政机关确认或重新出具已获取信息"),
    }
    assert {x[1:] for x in found.structure.labels if x[0] == section["t2x"]} == {
        ("本年增减", "本年增/减"), ("集中采购", "政府集中采购"),
    }  # fmt: skip
    assert {x[1:] for x in found.structure.labels if x[0] == section["t4"]} == {("合计", "总计")}


def test_a_label_that_is_nearly_right_is_accepted_and_reported() -> None:
    report = balanced_2021()
    t3 = grid(report, "t3", lambda x: x.replace("2.没有现成信息需要另行制作", "2.没有现成信息需要另外制作"))
    found = interpret(items(report, t3=t3), "x.docx")
    assert differences(report, found) == {}
    assert [x[1:] for x in found.structure.labels] == [("2.没有现成信息需要另外制作", "2.没有现成信息需要另行制作")]


def unmerged(grid: TextGrid) -> TextGrid:
    """Every vertical merge undone: the label stands in the first row, the rows below have an empty cell."""
    rows: list[TextGrid] = []
    for line in expand(grid):
        rows.append([[Spot(p.spot.text if p.here else "", p.end - p.start)] for p in line])
    return [[spot for [spot] in line] for line in rows]


def test_merges_that_were_undone_do_not_matter() -> None:
    for report in (balanced_2021(), hospital_2019()):
        found = interpret(items(report, **{t.id: unmerged(grid(report, t.id)) for t in report.definition.tables}), "x")
        assert differences(report, found) == {}
        assert found.structure.missing == found.structure.added == ()


def test_a_merged_label_cut_in_two_at_a_page_break_does_not_matter() -> None:
    report = balanced_2021()
    t3 = grid(report, "t3")
    cut = 20  # a row inside 三、本年度办理结果 and （五）不予处理
    label = next(s for row in t3 for s in row if s.text.startswith("三、"))
    start = next(i for i, row in enumerate(t3) if label in row)
    again = Spot(label.text, 1, label.rows - (cut - start))
    label.rows = cut - start
    group = next((s for row in t3[:cut] for s in row if s.text.startswith("（五）")), None)
    assert group is not None
    top = next(i for i, row in enumerate(t3) if group in row)
    rest = group.rows - (cut - top)
    group.rows = cut - top
    t3[cut] = [again, Spot(group.text, 1, rest), *t3[cut]]
    assert differences(report, interpret(items(report, t3=t3), "x")) == {}
    two = items(report)
    place = next(i for i, x in enumerate(two) if not isinstance(x, str) and "申请人情况" in texts(x))
    two[place : place + 1] = [t3[:cut], t3[cut:]]
    found = interpret(two, "x")
    assert differences(report, found) == {} and found.structure.missing == ()


def test_empty_extra_rows_and_number_cells_before_labels_do_not_matter() -> None:
    report = balanced_2021()
    t4 = [*grid(report, "t4"), [Spot("") for _ in range(15)]]
    t4.insert(3, [Spot("", 15)])
    t2 = grid(report, "t2")
    t2 = [[Spot("", 1), *row] if len(row) > 1 else [Spot(row[0].text, 5)] for row in t2]
    for number, row in enumerate(t2):
        if len(row) > 1 and row[1].text != "信息内容":
            row[0].text = str(number)
    found = interpret(items(report, t4=t4, t2=t2), "x")
    assert differences(report, found) == {}
    assert found.structure.added == ()


def test_rows_and_columns_too_many_or_too_few_are_named() -> None:
    report = balanced_2021()
    t3 = [row for row in grid(report, "t3") if "2.重复申请" not in [s.text for s in row]]
    for row in t3:
        for spot in row:
            if spot.text in ("三、本年度办理结果", "（五）不予处理"):
                spot.rows -= 1
    t3.insert(-1, [Spot("五、网上申请数量", 3), *(Spot("9") for _ in range(7))])
    found = interpret(items(report, t3=t3), "x")
    heading = "三、收到和处理政府信息公开申请情况"
    assert found.structure.missing == (f"{heading}：（五）不予处理2.重复申请",)
    assert found.structure.added == (f"{heading}：五、网上申请数量",)
    assert set(differences(report, found)) == {c for c in report.figures if c.startswith("t3.np_repeat.")}
    wide = grid(report, "t3")
    wide[0].append(Spot("小计", 1, 3))
    for row in wide[3:]:
        row.append(Spot("5"))
    found = interpret(items(report, t3=wide), "x")
    assert found.structure.added == (f"{heading}：小计",)
    assert differences(report, found) == {}


def test_rows_in_another_order_are_named_and_read_all_the_same() -> None:
    report = balanced_2021()
    t3 = grid(report, "t3")
    t3[3], t3[4] = t3[4], t3[3]
    found = interpret(items(report, t3=t3), "x")
    assert differences(report, found) == {}
    sentence = "三、收到和处理政府信息公开申请情况：行的顺序有变动（从“二、上年结转政府信息公开申请数量”起）"
    assert remarks(found) == (sentence,)
    assert any(f.rule == "G-LAB-2" and f.message.startswith(sentence) for f in check(found))


def test_columns_in_another_order_are_named_and_read_all_the_same() -> None:
    report = balanced_2021()
    t3 = grid(report, "t3")
    labels = [spot for row in t3 for spot in row if spot.text in ("商业企业", "科研机构")]
    labels[0].text, labels[1].text = labels[1].text, labels[0].text
    for row in t3[3:]:
        row[-6], row[-5] = row[-5], row[-6]
    found = interpret(items(report, t3=t3), "x")
    assert differences(report, found) == {}
    assert remarks(found) == ("三、收到和处理政府信息公开申请情况：列的顺序有变动（从“科研机构”起）",)


def test_rows_of_an_indicator_table_are_known_without_dots_units_and_codes() -> None:
    report = filled("ind-2008")
    plain = grid(report, "k", lambda x: x.replace("其中:", "").replace("1.当面", "1当面").replace("(5)", "（5）、"))
    for row in plain:
        del row[1:3]
    found = interpret(items(report, k=plain), "x")
    assert differences(report, found) == {} and remarks(found) == ()
    power = filled("ind-2008-power")
    found = interpret(items(power, p3=grid(power, "p3", lambda x: x.replace("4.复制费", "4复制费"))), "x")
    assert differences(power, found) == {} and remarks(found) == ()


def test_a_single_column_of_numbers_is_known_whatever_stands_over_it() -> None:
    report = filled("stat-2014")
    found = interpret(items(report, stat=grid(report, "stat", lambda x: "数量" if x == "统计数" else x)), "x")
    assert differences(report, found) == {}
    assert [label[1:] for label in found.structure.labels] == [("数量", "统计数")]
    found = interpret(items(report, stat=grid(report, "stat")[1:]), "x")
    assert differences(report, found) == {}


def test_of_rows_with_the_same_label_the_one_that_is_missing_is_named() -> None:
    report = filled("stat-2014")
    stat = grid(report, "stat")
    del stat[next(n for n, row in enumerate(stat) if row[0].text == "（二）被依法纠错数")]
    found = interpret(items(report, stat=stat), "x")
    assert set(differences(report, found)) == {"d.corrected"}
    assert remarks(found) == ("附表：政府信息公开情况统计表：（二）被依法纠错数",)


def test_rows_of_words_too_many_are_named() -> None:
    report = filled("hei")
    lines = [*grid(report, "hi"), [Spot("其他"), Spot("51.校园安全"), Spot("公开"), Spot(""), Spot("")]]
    found = interpret(items(report, hi=lines), "x")
    assert differences(report, found) == {}
    assert found.structure.added == ("附件：高等学校信息公开事项清单公开情况表：51.校园安全",)


def test_a_report_in_prose_is_known_by_its_headings_and_read_by_its_sentences() -> None:
    report = filled("stat-2014")
    story = [x for x in items(report)[:-2] if isinstance(x, str)]
    place = story.index("三、依申请公开政府信息情况")
    story[place + 1] = "全年收到政府信息公开申请101件。其中,当面申请5件,占5.0%;网络申请57件,占56.4%;信函申请39件,占38.6%。"
    story[story.index("五、申请行政复议和提起行政诉讼情况") + 1] = "全年没有因政府信息公开被申请行政复议。"
    found = interpret(story, "x")
    stated = {k: v for k, v in found.figures.items() if v is not None}
    assert stated == {"c.received": 101, "c.rcv_person": 5, "c.rcv_net": 57, "c.rcv_letter": 39, "d.total": 0}
    assert found.form == "stat-2014" and found.structure.missing == ("附表：政府信息公开情况统计表",)
    assert "s3.more" not in found.texts


def test_a_report_whose_tables_stand_in_the_text_is_not_known_without_them() -> None:
    for form_id in ("gov-2021", "gov-2019", "ind-2008-power"):
        with pytest.raises(InputError):
            interpret([x for x in items(filled(form_id)) if isinstance(x, str)], "x")


def test_figures_are_numbers_only_where_they_are_plain_numbers() -> None:
    form = forms.load("gov-2019")
    count, change, amount = (form.cells[c] for c in ("t3.granted.natural", "t2x.fee.change", "t2x.procure.amount"))
    for text, expected in {"48": 48, " 0 ": 0, "3.50": Decimal("3.5"), "-1": -1, "1.0": 1}.items():
        assert published.figure(count, text)[0] == expected
    for text in ("1,234", "１２", "/", "无", "12件", "—", "2125.54万元", "+3"):
        assert published.figure(count, text) == (text, "")
    assert published.figure(count, "  ") == (None, "")
    assert published.figure(change, "+3") == (3, "") and published.figure(change, "－2") == (-2, "")
    assert published.figure(amount, "2125.54 万元") == (Decimal("2125.54"), "万元")
    assert published.figure(amount, "300元") == (300, "元")
    assert published.figure(amount, "300", "采购总金额（元）") == (300, "元")
    assert published.figure(amount, "约300万元") == ("约300万元", "")


def test_the_form_is_known_by_its_labels_not_by_the_year() -> None:
    wrong = items(hospital_2019())
    wrong[0] = "某局2023年政府信息公开工作年度报告"
    found = interpret(wrong, "x")
    assert (found.form, found.year) == ("gov-2019", 2023)
    with pytest.raises(InputError) as caught:
        interpret(["标题", [[Spot("姓名"), Spot("电话")]]], "名单.docx")
    assert caught.value.code == "not-a-report" and "名单.docx" in caught.value.message


@pytest.mark.parametrize(
    "lines, unit, year",
    [
        (["某县某局2024年政府信息公开工作年度报告"], "某县某局", 2024),
        (["2023年度某县某局政府信息公开工作年度报告"], "某县某局", 2023),
        (["某县某局", "2022年度政府信息公开工作年度报告"], "某县某局", 2022),
        (["某医院2020年政务信息公开工作年度报告"], "某医院", 2020),
        (["某县某局政府信息公开工作年度报告（2021年）"], "某县某局", 2021),
        (["首页", "某县某局2024年政府信息公开工作年度报告"], "某县某局", 2024),
        (["某学院2023—2024学年政府信息公开工作年度报告"], "某学院", 2023),
    ],
)
def test_unit_and_year_come_from_the_title(lines: list[str], unit: str, year: int) -> None:
    rest = items(balanced_2021())[1:]
    found = interpret([*lines, *rest], "x")
    assert (found.unit, found.year) == (unit, year)


def test_texts_go_to_the_headings_they_stand_under() -> None:
    report = hospital_2019()
    story: list[Item] = [
        "某医院2020年政府信息公开工作年度报告", "（2021年1月）", "根据规定公布。",
        "一、总体情况", "本院重视。", "（一）主动公开情况。", "1.健全机制", "建立了机制。", "(二)依申请公开", "没有申请。",
        "（三）政务信息管理。三级审核。", "（四）监督保障。专人负责。",
        "二、主动公开政务信息情况", grid(report, "t2x"),
        "三、收到和处理政务信息公开申请情况", grid(report, "t3"),
        "四、政务信息公开行政复议、行政诉讼情况", grid(report, "t4"),
        "五、政府信息公开工作存在的主要问题及改进情况", "(一)存在的主要问题", "不够。", "(二)改进措施", "加强。",
        "六、其他需要报告的事项", "无。", "某医院", "2021年1月22日",
    ]  # fmt: skip
    found = interpret(story, "x")
    assert found.texts == {
        "preamble": ["（2021年1月）", "根据规定公布。"],
        "s1": ["本院重视。"],
        "s1.active": ["1.健全机制", "建立了机制。"],
        "s1.request": ["没有申请。"],
        "s1.manage": ["（三）政务信息管理。三级审核。"],
        "s1.supervise": ["（四）监督保障。专人负责。"],
        "s5.problems": ["不够。"],
        "s5.plan": ["加强。"],
        "s6.other": ["无。"],
    }
    assert found.structure.signature == "某医院" and found.meta["meta.sign_date"] == "2021-01-22"
    headings = [x for x in story if isinstance(x, str) and x[1:2] == "、"]
    assert found.structure.headings == tuple(headings) and len(headings) == 6


def test_text_without_sub_headings_stays_with_its_section_and_nothing_is_lost() -> None:
    story = items(balanced_2021())
    story += ["七、附件", "附件一份。"]
    found = interpret(story, "x")
    assert found.texts["s1"] == ["正文。"] and found.texts["s5"] == ["正文。"]
    assert found.texts["s6.other"] == ["正文。", "七、附件", "附件一份。"]
    assert found.structure.headings is not None and found.structure.headings[-1] == "七、附件"


def page(body: str, encoding: str = "utf-8") -> bytes:
    return f'<html><head><meta charset="{encoding}"><title>x</title></head><body>{body}</body></html>'.encode(encoding)


def html_table(grid: TextGrid) -> str:
    rows = ("".join(f'<td colspan="{s.columns}" rowspan={s.rows}><p>{s.text}</p></td>' for s in row) for row in grid)
    return "<table><tbody>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</tbody></table>"


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_a_published_page_is_read(encoding: str, tmp_path: Path) -> None:
    report = balanced_2021()
    body = "<div>首页 &gt; 公开</div><script>var a='一、x'</script><table><tr><td>" + "".join(
        f"<p><span>{x}</span></p>" if isinstance(x, str) else html_table(x) for x in items(report)
    ) + "<div>清河县农业农村局<br>2025年1月20日</div></td></tr></table>"
    path = tmp_path / "报告.html"
    path.write_bytes(page(body, encoding))
    found = published.read_html(path)
    assert differences(report, found) == {}
    assert (found.unit, found.year, found.structure.file_name) == (report.unit, 2024, "报告.html")
    assert found.structure.signature == report.unit


def test_a_page_without_a_report_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    for content in (b"", page("<p>x</p>")):
        path.write_bytes(content)
        with pytest.raises(InputError):
            published.read_html(path)


def test_what_a_web_page_puts_after_the_date_is_no_signature(tmp_path: Path) -> None:
    page = html_bytes(filled("gov-2021")).decode()
    page = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    page = page.replace("</body>", "<p>附件下载</p><p>版权所有 青禾县人民政府办公室</p><p>网站地图</p></body>")
    (tmp_path / "a.html").write_text(page, "utf-8")
    report = published.read_html(tmp_path / "a.html")
    assert report.structure.signature == filled("gov-2021").unit
    assert "版权所有" not in str(report.texts)


def test_a_second_table_of_the_kind_does_not_overwrite_the_first() -> None:
    report = balanced_2021()
    later = grid(report, "t3", lambda text: "77" if text.isdigit() else text)
    found = interpret([*items(report), "上一年度的表", later], "x")
    assert differences(report, found) == {} and len(found.notes) == 1 and "不止一份" in found.notes[0]
    assert interpret(items(report), "x").notes == ()


@pytest.mark.parametrize(
    "unseen",
    ["<sup>1</sup>", "<del>9</del>", "<s>9</s>", '<span style="display: none">9</span>', "<span hidden>9</span>",
     "<script>9</script>", "<style>9</style>", "<ruby><rt>9</rt></ruby>"],
)  # fmt: skip
def test_what_is_not_seen_in_a_cell_of_a_page_is_no_digit(unseen: str, tmp_path: Path) -> None:
    report = balanced_2021()
    shown = "".join(f"<p>{x}</p>" if isinstance(x, str) else html_table(x) for x in items(report))
    (tmp_path / "a.html").write_bytes(page(shown.replace("</p></td>", f"{unseen}</p></td>")))
    assert differences(report, published.read_html(tmp_path / "a.html")) == {}


def test_a_hidden_copy_of_a_table_is_not_read(tmp_path: Path) -> None:
    report = balanced_2021()
    shown = "".join(f"<p>{x}</p>" if isinstance(x, str) else html_table(x) for x in items(report))
    old = html_table(grid(report, "t3", lambda text: "77" if text.isdigit() else text))
    (tmp_path / "a.html").write_bytes(f'<body><div style="display:none">{old}</div>{shown}</body>'.encode("utf-16"))
    assert differences(report, published.read_html(tmp_path / "a.html")) == {}
