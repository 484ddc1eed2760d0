"""Reading a .docx back: our own, edited by hand, and without its data."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Callable

import pytest

from nianbao import files
from nianbao import report as reports
from nianbao.errors import InputError
from nianbao.report import Report
from nianbao.word.read import read_docx
from nianbao.word.write import docx_bytes
from office import Office
from sample_reports import EVERY_FORM, balanced_2021, filled, word_headings, hospital_2019, stated


def written(folder: Path, report: Report, draft: int | None = None) -> Path:
    path = folder / "报告.docx"
    path.write_bytes(docx_bytes(report, draft=draft))
    return path


def edited(path: Path, change: Callable[[str], str]) -> Path:
    """The file after somebody worked on its text."""
    parts = files.read_package(path)
    text = parts["word/document.xml"].decode("utf-8")
    new = change(text)
    assert new != text
    path.write_bytes(files.pack(parts | {"word/document.xml": new.encode("utf-8")}))
    return path


def stripped(path: Path) -> Path:
    """The file after a program threw its data away."""
    parts = files.read_package(path)
    path.write_bytes(files.pack({k: v for k, v in parts.items() if not k.startswith("customXml")}))
    return path


def remarks(report: Report) -> tuple[object, ...]:
    shape = report.structure
    return (*shape.labels, *shape.missing, *shape.added, *shape.reordered)


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_a_written_report_is_read_back_identical(report: Report, tmp_path: Path) -> None:
    found = read_docx(written(tmp_path, report))
    assert found == report and found.last == report.last and found.notes == ()
    assert found.structure.headings == word_headings(report.definition)
    assert found.structure.title == reports.title(report)
    assert found.structure.signature == report.unit
    assert found.structure.file_name == "报告.docx"


def test_hostile_text_is_read_back_identical(tmp_path: Path) -> None:
    nasty = ["<&>\"' ]]> --> \x00\x0b\r\n\ufffe 😀 【标题】 \u2028x", "第二段\n换行"]
    report = replace(balanced_2021(), unit="甲<&>局", texts={"s1.active": nasty, "s6.other": nasty, "preamble": nasty})
    path = written(tmp_path, report)
    assert read_docx(path) == report
    assert read_docx(edited(path, lambda x: x.replace("<w:body>", "<w:body> "))) == report


def test_the_last_year_comes_back_with_its_texts(tmp_path: Path) -> None:
    last = replace(balanced_2021(), year=2023, last=None)
    report = replace(balanced_2021(), last=last)
    assert read_docx(written(tmp_path, report)).last == last


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_reading_by_content_sees_the_same_shape_as_the_data_tells(report: Report, tmp_path: Path) -> None:
    path = written(tmp_path, report)
    quick = read_docx(path)
    slow = read_docx(edited(path, lambda x: x.replace("<w:body>", "<w:body> ")))
    assert slow == quick and slow.structure == quick.structure and slow.notes == ()


def test_a_figure_changed_by_hand_wins_and_is_noted(tmp_path: Path) -> None:
    def change(text: str) -> str:
        head, row, tail = re.split(r"((?:（一）予以公开).*?</w:tr>)", text, maxsplit=1)
        return head + row.replace(">14<", ">15<").replace(">19<", ">2 0<") + tail

    found = read_docx(edited(written(tmp_path, balanced_2021()), change))
    assert found.figures["t3.granted.natural"] == 15
    assert found.figures["t3.granted.total"] == "2 0"
    assert {k for k, v in found.figures.items() if v != balanced_2021().figures[k]} == {
        "t3.granted.natural", "t3.granted.total",
    }  # fmt: skip
    [note] = found.notes
    for word in ("三、收到和处理政府信息公开申请情况", "2 处", "（一）予以公开·自然人原为14，现为15"):
        assert word in note


def test_prose_changed_by_hand_wins_and_is_noted(tmp_path: Path) -> None:
    path = edited(written(tmp_path, balanced_2021()), lambda x: x.replace("组织培训2次", "组织培训3次"))
    found = read_docx(path)
    assert found.texts["s1.supervise"] == ["明确专人负责，组织培训3次，覆盖全部股室；把公开工作列入年度考核。"]
    assert {k: v for k, v in found.texts.items() if not k.startswith("s1.supervise")} == {
        k: v for k, v in balanced_2021().texts.items() if k != "s1.supervise"
    }
    assert len(found.notes) == 1 and "一、总体情况" in found.notes[0]
    assert found.figures == balanced_2021().figures


def test_an_opening_and_a_fee_changed_by_hand_are_noted(tmp_path: Path) -> None:
    path = written(tmp_path, balanced_2021())
    found = read_docx(edited(path, lambda x: x.replace("收取信息处理费40元", "收取信息处理费30元").replace("根据《", "依据《")))
    assert found.figures["s6.fee_received"] == 30
    assert found.texts["preamble"][0].startswith("依据《")
    assert len(found.notes) == 2


def test_a_table_taken_out_is_noted(tmp_path: Path) -> None:
    path = written(tmp_path, balanced_2021())
    found = read_docx(edited(path, lambda x: re.sub(r"<w:tbl>(?:(?!</w:tbl>).)*未经复议.*?</w:tbl>", "", x)))
    assert found.figures == balanced_2021().figures
    assert "四、政府信息公开行政复议、行政诉讼情况" in found.notes[0]
    assert found.structure.missing == ("四、政府信息公开行政复议、行政诉讼情况",)


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_without_its_data_the_tables_and_texts_are_read(report: Report, tmp_path: Path) -> None:
    found = read_docx(stripped(written(tmp_path, report, draft=2)))
    assert (found.form, found.unit, found.year) == (report.form, report.unit, report.year)
    printed = stated(report.definition)
    assert {c: found.figures[c] for c in printed} == {c: report.figures[c] for c in printed}
    assert found.meta["meta.sign_date"] == report.meta["meta.sign_date"]
    assert remarks(found) == ()
    assert {k: found.texts[k][-1] for k in report.texts} == {k: v[-1] for k, v in report.texts.items()}


def test_the_purchase_amount_comes_back_with_its_unit(tmp_path: Path) -> None:
    found = read_docx(stripped(written(tmp_path, hospital_2019())))
    assert found.figures["t2x.procure.amount"] == Decimal("2125.54")
    assert found.meta["meta.unit.t2x.procure.amount"] == "万元"


def test_a_blank_total_stays_blank_and_texts_stay_as_found(tmp_path: Path) -> None:
    odd = {"t3.granted.total": None, "t3.partial.natural": "１２", "t3.np_repeat.biz": "/", "t2.fee.amount": "1,234.5"}
    report = replace(balanced_2021(), figures={**balanced_2021().figures, **odd})
    found = read_docx(stripped(written(tmp_path, report)))
    assert {k: found.figures[k] for k in odd} == odd


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_a_file_saved_again_by_libreoffice_is_still_identical(report: Report, tmp_path: Path, office: Office) -> None:
    (tmp_path / "again").mkdir()
    again = office.convert(written(tmp_path, report), ".docx", tmp_path / "again")
    found = read_docx(again)
    assert found == report and found.notes == ()
    assert remarks(read_docx(stripped(again))) == ()


def test_the_lines_at_a_table_tell_who_filled_it_in(tmp_path: Path) -> None:
    found = read_docx(stripped(written(tmp_path, filled("stat-2014"))))
    people = {k: found.meta[k] for k in ("meta.approver", "meta.reviewer", "meta.filler", "meta.phone")}
    assert list(people.values()) == ["丙", "乙", "甲", "0000-0000000"]
    assert "annex" not in found.texts


def test_words_of_a_cell_changed_by_hand_win_and_are_noted(tmp_path: Path) -> None:
    path = edited(written(tmp_path, filled("hei")), lambda x: x.replace("/item2.html", "/item2.htm"))
    found = read_docx(path)
    assert str(found.figures["hi.01.url"]).endswith("/item2.htm")
    assert len(found.notes) == 1 and "附件：高等学校信息公开事项清单公开情况表" in found.notes[0]


def test_a_sentence_changed_by_hand_changes_its_own_fields_and_no_table(tmp_path: Path) -> None:
    report = filled("ind-2008")
    wells = report.definition.names["在本单位网站公开"], report.definition.names["主动公开信息数"]
    path = edited(
        written(tmp_path, report),
        lambda x: x.replace(f"在本单位网站公开{report.figures[wells[0]]}条", "在本单位网站公开99条").replace("信息1条", "信息8条"),
    )
    found = read_docx(path)
    assert {k: v for k, v in found.figures.items() if v != report.figures[k]} == {wells[0]: 99}
    assert len(found.notes) == 1


def test_a_document_without_tables_is_no_report(tmp_path: Path) -> None:
    path = edited(written(tmp_path, balanced_2021()), lambda x: re.sub(r"<w:tbl>.*?</w:tbl>", "", x))
    with pytest.raises(InputError) as caught:
        read_docx(stripped(path))
    assert caught.value.code == "not-a-report"


def test_damaged_files_are_refused_with_a_reason(tmp_path: Path) -> None:
    path = edited(written(tmp_path, balanced_2021()), lambda x: x[: len(x) // 2])
    for broken in (path, stripped(path)):
        with pytest.raises(InputError) as caught:
            read_docx(broken)
        assert caught.value.code == "damaged"
    parts = files.read_package(written(tmp_path, balanced_2021()))
    data = parts["customXml/item1.xml"].decode("utf-8").replace('"report"', '"rapport"', 1)
    path.write_bytes(files.pack(parts | {"customXml/item1.xml": data.encode("utf-8")}))
    with pytest.raises(InputError) as caught:
        read_docx(path)
    assert caught.value.code == "bad-carried"
