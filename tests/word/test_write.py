"""The written .docx. After a change that is meant, renew the golden parts:

    python tests/word/test_write.py --update-golden
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.dom import minidom

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.table import Table

from nianbao import files, form as forms, layout
from nianbao.layout import Label
from nianbao.report import Report
from nianbao.word.write import docx_bytes
from sample_reports import EVERY_FORM, balanced_2021, filled, hospital_2019

GOLDEN = Path(__file__).with_name("golden")
SAMPLES = {"gov-2021": balanced_2021, "gov-2019": hospital_2019}
# What may differ from the golden parts: digests, which follow from the parts they are of.
VOLATILE = (re.compile(r"[0-9a-f]{64}"),)


def parts(report: Report, draft: int | None = None) -> dict[str, bytes]:
    return files.unpack(docx_bytes(report, draft=draft), "report.docx")


def lines(content: bytes) -> str:
    text = content.decode("utf-8")
    for pattern in VOLATILE:
        text = pattern.sub("…", text)
    return re.sub(r"(?=<w:(?:p|tr|tbl|style|sectPr)[ >])", "\n", text) + "\n"


def golden_name(form_id: str, part: str) -> Path:
    return GOLDEN / form_id / (part.replace("[", "").replace("]", "").replace("/", "__").removesuffix(".xml") + ".xml")


@pytest.mark.parametrize("form_id", SAMPLES)
def test_every_part_is_as_its_golden_copy(form_id: str) -> None:
    found = {golden_name(form_id, name): lines(data) for name, data in parts(SAMPLES[form_id]()).items()}
    assert sorted(found) == sorted((GOLDEN / form_id).iterdir())
    for path, text in found.items():
        assert text == path.read_text("utf-8"), path.name


@pytest.mark.parametrize("form_id", SAMPLES)
def test_the_same_report_gives_the_same_bytes(form_id: str) -> None:
    assert docx_bytes(SAMPLES[form_id]()) == docx_bytes(SAMPLES[form_id]())
    assert docx_bytes(SAMPLES[form_id](), draft=2) == docx_bytes(SAMPLES[form_id](), draft=2)


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_tables_have_the_merges_of_the_layout_and_the_figures_in_their_places(report: Report) -> None:
    document = Document(io.BytesIO(docx_bytes(report)))
    assert len(document.tables) == len(report.definition.tables)
    for table, grid in zip(document.tables, layout.grids(report.definition).values()):
        for r, row in enumerate(table._tbl.tr_lst):
            column = 0
            for cell in row.tc_lst:
                place = grid.at[r, column]
                assert (cell.grid_span, place.column) == (place.columns, column)
                merge = None if place.rows == 1 else "restart" if place.row == r else "continue"
                assert cell.vMerge == merge
                if merge != "continue":
                    expected = place.text if isinstance(place, Label) else report.shown(place.id)
                    assert "".join(t.text or "" for t in cell.iter(qn("w:t"))) == expected
                column += place.columns
            assert column == grid.columns


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_head_rows_repeat_and_no_row_breaks(report: Report) -> None:
    document = Document(io.BytesIO(docx_bytes(report)))
    for table, grid in zip(document.tables, layout.grids(report.definition).values()):
        rows = table._tbl.tr_lst
        repeated = [n for n, r in enumerate(rows) if r.find(f".//{qn('w:tblHeader')}") is not None]
        assert repeated == list(range(grid.head_rows))
        assert all(r.find(f".//{qn('w:cantSplit')}") is not None for r in rows)


def keeps(table: Table) -> list[bool]:
    """Whether each row stays on the page of the next one."""
    return [all(p.find(f".//{qn('w:keepNext')}") is not None for p in r.iter(qn("w:p"))) for r in table._tbl.tr_lst]


def test_only_the_heads_of_a_table_stay_with_what_follows_unless_it_is_small() -> None:
    """A chain of rows that is longer than the page would push the heading away from its table."""
    for form_id in forms.form_ids():
        report = filled(form_id)
        tables = Document(io.BytesIO(docx_bytes(report))).tables
        for table, grid in zip(tables, layout.grids(report.definition).values()):
            kept = [n for n, keep in enumerate(keeps(table)[:-1]) if keep]
            heads = {n for band in grid.bands for n in range(band.top, band.body.start)}
            inside = {p.row for p in grid.labels if p.node and p.node.heading}
            most = heads | inside | {grid.rows - 2}
            assert heads <= set(kept), form_id
            assert set(kept) <= most or grid.rows <= 8, form_id


def signed(unit: str, day: str) -> list[tuple[str, float]]:
    """The lines below the text, and how many characters each stands from the right."""
    report = replace(balanced_2021(), unit=unit, meta={**balanced_2021().meta, "meta.sign_date": day})
    document = Document(io.BytesIO(docx_bytes(report)))
    found = [p for p in document.paragraphs if p.style.name in ("落款单位", "落款日期")]
    return [(p.text, int(p._p.pPr.ind.get(qn("w:rightChars"))) / 100) for p in found]


def test_the_date_begins_two_characters_behind_the_unit() -> None:
    [(unit, free), (day, right)] = signed("青禾县自然资源和规划局", "2025-01-20")
    assert (unit, free, day) == ("青禾县自然资源和规划局", 2, "2025年1月20日")
    begins = right + (4 * 0.5 + 1 + 0.5 + 1 + 2 * 0.5 + 1) + 5 / 4  # a quarter between digits and characters
    assert begins == free + len(unit) - 2


def test_a_date_longer_than_the_unit_stands_two_characters_from_the_right_and_the_unit_moves_left() -> None:
    [(unit, free), (_, right)] = signed("县林业局", "2025-01-20")
    assert right == 2
    assert free + len(unit) == right + 6.5 + 5 / 4 + 2


def test_a_long_address_does_not_pull_the_line_before_it_apart() -> None:
    report = balanced_2021()
    long = "http://www.qinghe.example.gov.cn/zwgk/zfxxgk/fdzdgknr/index.html"
    document = Document(io.BytesIO(docx_bytes(replace(report, meta={**report.meta, "meta.website": long}))))
    opening = next(p for p in document.paragraphs if long in p.text)
    plain = next(p for p in document.paragraphs if p.style.name == "年报正文" and long not in p.text)
    assert opening._p.pPr.jc.val == WD_ALIGN_PARAGRAPH.LEFT and plain._p.pPr.jc is None


def test_annexes_are_listed_below_the_text_and_begin_with_the_word_over_their_title() -> None:
    for form_id in ("stat-2014", "hei"):
        document = Document(io.BytesIO(docx_bytes(filled(form_id))))
        found = [(p.style.name, p.text) for p in document.paragraphs]
        title = next(text for style, text in found if style == "附件标题")
        listed, mark = found.index(("附件说明", f"附件：{title}")), found.index(("附件", "附件"))
        signature = next(n for n, (style, _) in enumerate(found) if style == "落款单位")
        assert listed < signature < mark and found[mark + 1] == ("附件标题", title)
        assert document.paragraphs[mark].paragraph_format.page_break_before or form_id == "hei"


def test_page_and_type_are_those_of_the_standard() -> None:
    document = Document(io.BytesIO(docx_bytes(balanced_2021())))
    section = document.sections[0]
    assert [round(x.mm) for x in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(x.mm) for x in margins] == [37, 35, 28, 26]
    assert 25 <= section.footer_distance.mm <= 26
    assert section._sectPr.find(qn("w:docGrid")) is None
    assert document.settings.odd_and_even_pages_header_footer
    expected = {
        "年报标题": ("方正小标宋简体", 22), "年报正文": ("仿宋_GB2312", 16), "一级标题": ("黑体", 16), "二级标题": ("楷体_GB2312", 16),
        "三级标题": ("仿宋_GB2312", 16), "四级标题": ("仿宋_GB2312", 16), "页码（单页）": ("宋体", 14), "页码（双页）": ("宋体", 14),
    }  # fmt: skip
    for name, (font, points) in expected.items():
        style = document.styles[name]
        fonts = style.element.rPr.find(qn("w:rFonts"))
        assert (fonts.get(qn("w:eastAsia")), fonts.get(qn("w:ascii"))) == (font, "Times New Roman")
        assert style.font.size.pt == points
    body = document.styles["年报正文"]
    assert body.paragraph_format.line_spacing.pt == 28
    assert body.element.rPr.find(qn("w:spacing")).get(qn("w:val")) == "-5"
    indent = body.element.pPr.find(qn("w:ind"))
    assert indent.get(qn("w:firstLineChars")) == "200"
    levels = [document.styles[n].element.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) for n in list(expected)[2:6]]
    assert levels == ["0", "1", "2", "3"]
    assert b"Theme=" not in b"".join(parts(balanced_2021()).values())


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages() -> None:
    section = Document(io.BytesIO(docx_bytes(balanced_2021()))).sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        assert paragraph.text == "— 1 —"
        properties = paragraph.style.element.pPr
        assert properties.find(qn("w:jc")).get(qn("w:val")) == side
        assert properties.find(qn("w:ind")).get(qn(f"w:{side}")) == "280"


def styled(report: Report) -> list[tuple[str, str]]:
    document = Document(io.BytesIO(docx_bytes(report)))
    return [(p.style.name, p.text) for p in document.paragraphs]


def test_paragraphs_take_the_style_their_beginning_asks_for() -> None:
    texts = {
        "s1.active": ["（一）组织领导", "1.建立制度", "（1）专人负责", "1. 第一件事做完了。", "（1）第二件事也做完了。", "文中说（一）不算。"],
        "s1.manage": ["（三）政府信息管理。每季度清理一次。"],
    }
    found = styled(replace(balanced_2021(), texts=texts))
    assert [style for style, text in found if text in texts["s1.active"]] == [
        "二级标题", "三级标题", "四级标题", "年报正文", "年报正文", "年报正文",
    ]  # fmt: skip
    document = Document(io.BytesIO(docx_bytes(replace(balanced_2021(), texts=texts))))
    led = next(p for p in document.paragraphs if p.text == texts["s1.manage"][0])
    assert [(r.text, r.style.name) for r in led.runs] == [
        ("（三）政府信息管理。", "二级标题文字"), ("每季度清理一次。", "Default Paragraph Font"),
    ]  # fmt: skip
    assert led.style.name == "年报正文"


def test_a_sub_heading_is_printed_once_and_only_over_text() -> None:
    texts = {
        "s1.active": ["（一）主动公开", "公开了。"],
        "s1.request": ["（二）依申请公开情况。收到0件。"],
        "s1.manage": ["管理"],
        "s1.platform": ["  "],
    }
    found = [text for _, text in styled(replace(balanced_2021(), texts=texts))]
    section = found[found.index("一、总体情况") + 1 : found.index("二、主动公开政府信息情况")]
    assert section == ["（一）主动公开", "公开了。", "（二）依申请公开情况。收到0件。", "（三）政府信息管理", "管理"]


def test_section_six_states_the_fee_or_says_there_is_nothing() -> None:
    report = balanced_2021()
    assert "本年度发出信息处理费收费通知1件，通知收费金额40元，实际收取信息处理费40元。" in [t for _, t in styled(report)]
    blank = replace(report, figures={**report.figures, "s6.fee_received": None})
    assert "无其他需要报告的事项。" in [t for _, t in styled(blank)]


def test_text_that_no_sub_heading_claims_is_printed_too() -> None:
    found = [text for _, text in styled(replace(balanced_2021(), texts={"s1": ["没有小标题的文字。"]}))]
    assert found[found.index("一、总体情况") + 1] == "没有小标题的文字。"


def test_figures_are_printed_as_found() -> None:
    figures = {**balanced_2021().figures, "t2.fee.amount": "1,234万元", "t3.granted.biz": None, "t3.granted.natural": "/"}
    tables = Document(io.BytesIO(docx_bytes(replace(balanced_2021(), figures=figures)))).tables
    texts = [[t.text or "" for t in row.iter(qn("w:t"))] for table in tables for row in table._tbl.tr_lst]
    assert ["行政事业性收费", "1,234万元"] in texts
    assert ["（一）予以公开", "/", "", "1", "0", "1", "0", "19"] in [row[-8:] for row in texts]
    purchase = Document(io.BytesIO(docx_bytes(hospital_2019()))).tables[0]._tbl.tr_lst[-1]
    assert [t.text for t in purchase.iter(qn("w:t"))] == ["政府集中采购", "47", "2125.54万元"]


HOSTILE = "<w:p>&amp; \"引号\" 'x' ]]> \x00\x0b\x1b\ufffe\ud800 表情😀 a\tb\r\nc"


def test_hostile_text_stays_text() -> None:
    report = replace(
        balanced_2021(),
        unit="甲<&>乙\x01局",
        texts={"s1.active": [HOSTILE], "s6.other": [f"第{n}段。" for n in range(200)]},
        figures={**balanced_2021().figures, "t3.granted.natural": "<&\x02>"},
    )
    for name, data in parts(report, draft=1).items():
        if name.endswith((".xml", ".rels")):
            minidom.parseString(data)
    found = [text for _, text in styled(report)]
    assert "<w:p>&amp; \"引号\" 'x' ]]>  表情😀 a\tb\nc" in found
    assert [f"第{n}段。" for n in range(200)] == [t for t in found if re.fullmatch(r"第\d+段。", t)]
    assert found[-2] == "甲<&>乙局"


def test_a_draft_says_so_on_every_page_and_counts_the_errors() -> None:
    document = Document(io.BytesIO(docx_bytes(balanced_2021(), draft=3)))
    section = document.sections[0]
    assert section.header.paragraphs[0].text == section.even_page_header.paragraphs[0].text == "草稿"
    assert document.paragraphs[0].text.startswith("草稿：尚有 3 处错误")
    final = Document(io.BytesIO(docx_bytes(balanced_2021())))
    assert "草稿" not in "".join(p.text for p in final.paragraphs)
    assert not any(name.startswith("word/header") for name in parts(balanced_2021()))


def test_the_package_is_one_that_office_programs_expect() -> None:
    data = docx_bytes(balanced_2021())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "[Content_Types].xml"
        names = archive.namelist()
        types = archive.read("[Content_Types].xml").decode()
        assert all(f'PartName="/{n}"' in types for n in names if n.startswith(("customXml/itemProps", "docProps")))
    core = Document(io.BytesIO(data)).core_properties
    assert core.title == "清河县农业农村局2024年政府信息公开工作年度报告"
    assert str(core.created.date()) == str(core.modified.date()) == "2025-01-20"


def test_a_long_title_breaks_after_the_unit() -> None:
    assert styled(balanced_2021())[0][1] == "清河县农业农村局\n2024年政府信息公开工作年度报告"
    assert styled(replace(balanced_2021(), unit="某局"))[0][1] == "某局2024年政府信息公开工作年度报告"


def test_an_annex_stands_after_the_signature_on_a_page_of_its_own() -> None:
    for form_id in ("stat-2014", "ind-2008", "hei"):
        report = filled(form_id)
        found = styled(report)
        annex = next(s.heading.partition("：")[2] for s in report.definition.sections if s.annex)
        place = found.index(("附件标题", annex))
        assert [style for style, _ in found[place - 3 : place]] == ["落款单位", "落款日期", "附件"]
        paragraph = Document(io.BytesIO(docx_bytes(report))).paragraphs[place - 1]
        assert paragraph.paragraph_format.page_break_before or form_id == "hei"


def test_a_landscape_annex_has_a_section_of_its_own_with_the_page_number_at_its_side() -> None:
    portrait, landscape = Document(io.BytesIO(docx_bytes(filled("hei")))).sections
    assert [round(s.page_width.mm) for s in (portrait, landscape)] == [210, 297]
    assert landscape.orientation == WD_ORIENT.LANDSCAPE
    text = landscape.page_width - landscape.left_margin - landscape.right_margin
    assert sum(filled("hei").definition.tables[0].widths) <= text / 36000 + 0.1
    for footer in (landscape.footer, landscape.even_page_footer):
        [number] = footer.tables
        assert number.cell(0, 0).text == "— 1 —"
        assert number._tbl.find(f".//{qn('w:textDirection')}").get(qn("w:val")) == "tbRl"
    assert portrait.footer.paragraphs[0].text == "— 1 —" and not portrait.footer.tables


def test_labels_stand_left_set_in_by_their_level_and_words_break_anywhere() -> None:
    stat = Document(io.BytesIO(docx_bytes(filled("stat-2014")))).tables[0]
    cells = {c.text: c.paragraphs[0] for row in stat.rows[:6] for c in row.cells}
    assert cells["一、主动公开情况"].style.name == "表格小标题（密）" and cells["——"].style.name == "表格数字（密）"
    inner = cells["其中：主动公开规范性文件数"]
    assert (inner.style.name, inner.paragraph_format.left_indent.twips) == ("表格文字（密）", 40 + 2 * 210)
    link = Document(io.BytesIO(docx_bytes(filled("hei")))).tables[0].rows[1].cells[3].paragraphs[0]
    assert link.text.startswith("https://") and link.style.name == "表格内容（密）"
    assert link.style.element.pPr.find(qn("w:wordWrap")).get(qn("w:val")) == "0"


def test_a_section_that_is_only_a_heading_leaves_no_empty_line() -> None:
    found = [text for _, text in styled(filled("ind-2008-power"))]
    place = found.index("七、指标统计附表")
    assert found[place + 1].startswith("附表一")
    assert found[1] == "引言"


def test_lines_at_a_table_show_its_year_and_people() -> None:
    found = [text for style, text in styled(filled("stat-2014")) if style == "表格说明"]
    assert found == [
        "（2018年度）\t填报单位（盖章）：清河县某某单位",
        "单位负责人：丙\t审核人：乙\t填报人：甲\n联系电话：0000-0000000\t填报日期：2024年1月20日",
    ]


def _update(arguments: list[str]) -> None:
    if arguments != ["--update-golden"]:
        sys.exit(__doc__)
    for form_id, sample in SAMPLES.items():
        folder = GOLDEN / form_id
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, data in parts(sample()).items():
            golden_name(form_id, name).write_text(lines(data), "utf-8")


if __name__ == "__main__":
    _update(sys.argv[1:])
