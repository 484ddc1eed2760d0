"""The report on paper: LibreOffice lays it out; pages and places are asserted on the PDF."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from nianbao import pdf, soffice
from nianbao.errors import InputError
from nianbao.report import Report
from nianbao.word.write import docx_bytes
from office import Office
from sample_reports import EVERY_FORM, balanced_2021, filled, hospital_2019, word_headings

SECTIONS = [s.heading for s in balanced_2021().definition.sections]


def pages(path: Path) -> list[str]:
    """The text of each page without any space, in reading order."""
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()
    return [re.sub(r"[\s\u2002]", "", page) for page in text.split("\f")[:-1]]


def printed(report: Report, folder: Path, office: Office) -> list[str]:
    source = folder / "report.docx"
    source.write_bytes(docx_bytes(report))
    return pages(office.convert(source, ".pdf", folder))


def page_of(pages: list[str], text: str) -> int:
    """Return the last page with a text: an annex is named below the text, too."""
    return max(n for n, page in enumerate(pages) if text in page)


def test_libreoffice_makes_the_pdf(tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    data = pdf.pdf_bytes(docx_bytes(balanced_2021()))
    assert data.startswith(b"%PDF")
    target.write_bytes(data)
    assert len(pages(target)) == 4


def test_without_an_office_program_the_clerk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(soffice, "_USUAL_PLACES", ())
    with pytest.raises(InputError) as caught:
        pdf.pdf_bytes(b"")
    assert caught.value.code == "no-office" and "LibreOffice" in caught.value.message


def test_a_conversion_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(pdf, "TIMEOUT", 0.2)
    monkeypatch.setattr(soffice, "find", lambda: str(slow))
    with pytest.raises(InputError) as caught:
        pdf.pdf_bytes(b"x")
    assert caught.value.code == "no-pdf"


@pytest.mark.parametrize("report", [balanced_2021(), hospital_2019()], ids=lambda r: r.form)
def test_sections_stand_in_order_and_the_tall_table_on_one_page(report: Report, tmp_path: Path, office: Office) -> None:
    found = printed(report, tmp_path, office)
    places = [page_of(found, heading) for heading in SECTIONS]
    assert places == sorted(places)
    tall = found[places[2]]
    assert tall.startswith(SECTIONS[2]) and "四、结转下年度继续办理" in tall
    assert [f"—{n}—" in page for n, page in enumerate(found, 1)] == [True] * len(found)


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_every_heading_stands_in_order_with_something_under_it(
    report: Report, tmp_path: Path, office: Office
) -> None:
    found = printed(report, tmp_path, office)
    titles = ["".join(h.split()) for h in word_headings(report.definition)]
    places = [page_of(found, heading) for heading in titles]
    assert places == sorted(places)
    assert not any(re.search(re.escape(h) + r"(—\d+—)?$", page) for h in titles for page in found)
    assert all(re.search(rf"[—︱]{n}[—︱]", page) for n, page in enumerate(found, 1))


def test_indicator_tables_take_as_few_pages_as_they_can(tmp_path: Path, office: Office) -> None:
    def pages_of_annex(form_id: str) -> list[str]:
        found = printed(filled(form_id), tmp_path, office)
        first = page_of(found, word_headings(filled(form_id).definition)[-1])
        return found[first:]

    assert [len(pages_of_annex(form_id)) for form_id in ("ind-2008", "stat-2014")] == [1, 2]
    assert all("公开情况链接备注" in page for page in pages_of_annex("hei"))
    power = printed(filled("ind-2008-power"), tmp_path, office)
    assert "七、指标统计附表附表一" in power[-1] and "附表三" in power[-1] and "2024年1月20日" in power[-1]


@pytest.mark.parametrize("paragraphs", range(0, 24, 3))
def test_no_length_of_the_text_splits_the_tall_or_a_small_table_or_orphans_a_heading(
    paragraphs: int, tmp_path: Path, office: Office
) -> None:
    texts = {"s1.active": ["这是一段大约三行长的文字，用来把后面的表格一行一行往下推，" * 3] * paragraphs + ["完。"]}
    texts |= {"s5.problems": ["问题。"] * paragraphs, "s6.other": ["事项。"]}
    found = printed(replace(balanced_2021(), texts=texts), tmp_path, office)
    short, tall = page_of(found, SECTIONS[1]), page_of(found, SECTIONS[2])
    assert re.search("第二十条第（一）项.*规章", found[short])  # with its first row
    for head, row in (("第二十条第（五）项", "行政许可"), ("第二十条第（八）项", "行政事业性收费")):
        assert page_of(found, head) == page_of(found, row)
    assert found[tall].startswith(SECTIONS[2]) and page_of(found, "四、结转下年度继续办理") == tall
    assert page_of(found, SECTIONS[3]) == page_of(found, "复议后起诉")
    for heading in (SECTIONS[0], *SECTIONS[4:]):
        page = found[page_of(found, heading)]
        assert not re.search(re.escape(heading) + r"—\d+—$", page)
    assert "事项。" in found[page_of(found, "2025年1月20日")]


def test_a_page_holds_twenty_two_lines_of_twenty_eight_characters(tmp_path: Path, office: Office) -> None:
    report = replace(balanced_2021(), texts={"s1.active": ["字" * (28 * 60)]})
    source = tmp_path / "report.docx"
    source.write_bytes(docx_bytes(report))
    path = office.convert(source, ".pdf", tmp_path)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()
    full = [line.strip() for line in text.split("\f")[1].splitlines() if "字" in line]
    assert [len(line) for line in full] == [28] * 22


def test_the_dash_of_the_page_number_is_seven_millimetres_below_the_text(tmp_path: Path, office: Office) -> None:
    source = tmp_path / "report.docx"
    source.write_bytes(docx_bytes(balanced_2021()))
    path = office.convert(source, ".pdf", tmp_path)
    text = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True).stdout.decode()
    page_list = text.split("<page ")[1:]
    for number, page in enumerate(page_list, 1):
        boxes = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">—</word>', page)
        left = float(boxes[0][0])
        top, right, bottom = map(float, boxes[-1][1:])
        millimetre = 72 / 25.4
        middle = (top + bottom) / 2 / millimetre
        assert 297 - 35 + 5.5 <= middle <= 297 - 35 + 8.5
        if number % 2:
            assert abs(right - (210 - 26) * millimetre + 14) < 2
        else:
            assert abs(left - 28 * millimetre - 14) < 2
