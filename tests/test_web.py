"""The web page: real tables, one file, its own data."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from nianbao import layout, published
from nianbao.errors import CallError
from nianbao.layout import Label
from nianbao.prose import Draft
from nianbao.report import Report
from nianbao.web import html_bytes, link
from sample_reports import EVERY_FORM, balanced_2021, headings, stated


def written(folder: Path, report: Report) -> Path:
    path = folder / "报告.html"
    path.write_bytes(html_bytes(report))
    return path


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_tables_have_the_spans_of_the_layout(report: Report) -> None:
    root = html.document_fromstring(html_bytes(report).decode())
    for table_id, grid in layout.grids(report.definition).items():
        rows = root.xpath(f"//table[@id='{table_id}']//tr")
        found = [[(c.get("colspan", "1"), c.get("rowspan", "1"), c.text_content()) for c in row] for row in rows]
        assert found == [
            [(str(p.columns), str(p.rows), p.text if isinstance(p, Label) else report.shown(p.id)) for p in line]
            for line in grid.lines
        ]
        assert len(root.xpath(f"//table[@id='{table_id}']/thead/tr")) == grid.head_rows
    assert all(th.get("scope") for th in root.xpath("//th"))


def test_the_page_stands_alone_and_says_what_it_is() -> None:
    text = html_bytes(balanced_2021()).decode()
    root = html.document_fromstring(text)
    assert root.get("lang") == "zh-CN"
    assert root.findtext(".//title") == root.findtext(".//h1") == "清河县农业农村局2024年政府信息公开工作年度报告"
    assert root.xpath("//time/@datetime") == ["2025-01-24"]
    assert not root.xpath("//img | //link | //script[not(@type='application/json')] | //*[@src]")
    assert "@media print" in text and "viewport" in text
    draft = html_bytes(balanced_2021(), draft=Draft("错误2处", frozenset({"t3.granted.natural"}))).decode()
    assert "草稿" not in text and "草稿：尚有错误2处未处理" in draft
    assert re.findall(r'<td class="wrong" data-cell="([^"]+)"', draft) == ["t3.granted.natural"]


@pytest.mark.parametrize("report", EVERY_FORM, ids=lambda r: r.form)
def test_a_written_page_is_read_back_identical(report: Report, tmp_path: Path) -> None:
    assert html_bytes(report) == html_bytes(report)
    found = published.read_html(written(tmp_path, report))
    assert found == report and found.notes == ()
    assert found.structure.headings == headings(report.definition)
    assert found.structure.signature == report.unit


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    nasty = ["</script><script>alert(1)</script><!-- & \x00\x0b \ud800 😀", "两行\n文字"]
    report = replace(balanced_2021(), unit="甲<b>局", texts={"s1.active": nasty, "s6.other": nasty})
    root = html.document_fromstring(html_bytes(report).decode())
    assert len(root.xpath("//script")) == 1 and not root.xpath("//b")
    assert published.read_html(written(tmp_path, report)) == report


def test_a_page_without_its_data_is_read_by_its_tables(tmp_path: Path) -> None:
    for report in EVERY_FORM:
        path = written(tmp_path, report)
        path.write_text(re.sub(r"<script.*?</script>", "", path.read_text("utf-8")), "utf-8")
        found = published.read_html(path)
        printed = stated(report.definition)
        assert {c: found.figures[c] for c in printed} == {c: report.figures[c] for c in printed}
        shape = found.structure
        assert (found.form, found.unit) == (report.form, report.unit)
        assert shape.labels == shape.missing == shape.added == shape.reordered == ()


def test_a_figure_changed_in_the_page_wins_and_is_noted(tmp_path: Path) -> None:
    path = written(tmp_path, balanced_2021())
    path.write_text(path.read_text("utf-8").replace('data-cell="t2.licence.decisions">1286', '>1287'), "utf-8")
    found = published.read_html(path)
    assert found.figures["t2.licence.decisions"] == 1287
    assert "行政许可" in found.notes[0] and len(found.notes) == 1


MEASURE = """<script>
const box = document.querySelector("#t3").parentElement.getBoundingClientRect();
const number = document.querySelector("[data-cell='t3.new_received.total']");
const shown = [...document.querySelectorAll("[data-cell^='t3.new_received.']")]
  .filter(cell => cell.getBoundingClientRect().right <= box.right + 1).length;
document.querySelector("#t3").parentElement.scrollLeft = 10000;
const label = document.querySelector("#t3 tbody th").getBoundingClientRect();
document.title = [document.documentElement.scrollWidth, shown, Math.round(label.left - box.left),
  number.getBoundingClientRect().right <= box.right + 1].join(" ");
</script>"""


@pytest.mark.parametrize(("width", "numbers"), [(390, 4), (768, 7), (1400, 7)])
def test_numbers_of_table_three_are_seen_beside_their_labels_on_every_screen(
    width: int, numbers: int, tmp_path: Path
) -> None:
    page = tmp_path / "报告.html"
    page.write_text(html_bytes(balanced_2021()).decode().replace("</body>", MEASURE + "</body>"), "utf-8")
    frame = tmp_path / "frame.html"  # a window of a browser is never as narrow as a telephone
    frame.write_text(f'<iframe src="{page.name}" width="{width}" height="800" style="border:0"></iframe><script>'
                     'onload = () => document.title = frames[0].document.title</script>', "utf-8")
    call = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
            f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width + 100},900", "--dump-dom", frame.as_uri()]
    done = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, encoding="utf-8")
    title = html.document_fromstring(done.stdout).findtext(".//title") or ""
    page_width, seen, left, last_seen = title.split()
    assert int(page_width) <= width and int(seen) >= numbers
    assert int(left) <= 1 and last_seen == "true"  # slid to the end, the labels stay and the totals are in sight


def test_links_stand_at_the_end_and_lead_to_the_web_or_to_a_file_beside_the_page() -> None:
    links = [link("Word版=2025年报告.docx"), link("PDF版 = https://www.qinghe.example.cn/a.pdf?id=1&n=2")]
    root = html.document_fromstring(html_bytes(balanced_2021(), links=links).decode())
    found = {a.text_content(): a.get("href") for a in root.xpath("//nav//a")}
    assert found == {"Word版": "2025年报告.docx", "PDF版": "https://www.qinghe.example.cn/a.pdf?id=1&n=2"}


@pytest.mark.parametrize("given", ["Word版", "=a.docx", "Word版=", "Word版=javascript:alert(1)", "x=file:///etc/passwd"])
def test_what_is_no_link_is_refused(given: str) -> None:
    with pytest.raises(CallError, match="--link"):
        link(given)
