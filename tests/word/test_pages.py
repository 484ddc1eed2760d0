"""Pages as Word makes them: reckoned from the template without any layout engine, and counted in LibreOffice."""

from __future__ import annotations

import math
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Twips

import nianbao
from nianbao import assets, form as forms
from nianbao.report import from_json
from nianbao.word.write import docx_bytes
from office import Office

WIDER = 1.05  # a font of another machine may be this much wider
BORDER = 10  # twentieths of a point between two rows
# Pages of a table with its heading, as the reports of the samples are issued.
BUDGET = {
    "gov-2021": {"t2": 1, "t3": 1, "t4": 1}, "gov-2019": {"t2x": 1, "t3": 1, "t4": 1}, "stat-2014": {"stat": 2},
    "ind-2008": {"k": 1}, "ind-2008-power": {"p1": 1, "p2": 1, "p3": 1}, "hei": {"hi": 4}, "pub": {},
}


@dataclass(frozen=True)
class Printed:
    """A table of a template as Word sees it: heights of its rows and of what stands around it, and the page."""

    rows: list[float]
    around: float
    room: float

    @property
    def pages(self) -> int:
        return math.ceil((sum(self.rows) + self.around) / self.room)


def value(element: Any, name: str, default: float = 0) -> float:
    return default if element is None else float(element.get(qn(f"w:{name}"), default))


def printed(form_id: str) -> dict[str, Printed]:
    document = Document(str(assets.TEMPLATES / f"{form_id}.docx"))
    body = list(document.element.body)
    found = {}
    for table in document.tables:
        before = body[: body.index(table._tbl)]
        after = body[body.index(table._tbl) + 1 :]
        heading = [e for e in _back_to_heading(before)] + [e for e in after[:1] if _style(document, e) == "表格说明"]
        around = sum(_height(document, e) for e in heading)
        section = next(s for s in _sections(document, table._tbl))
        room = (section.page_height - section.top_margin - section.bottom_margin) / Twips(1)
        name = table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        margins = table._tbl.tblPr.find(qn("w:tblCellMar"))
        found[name] = Printed([_row(document, row, margins) for row in table._tbl.tr_lst], around, room)
    return found


def _sections(document: Any, table: Any) -> Iterator[Any]:
    """The section a table stands in: that of the next section end behind it."""
    body = list(document.element.body)
    ends = [body.index(s._sectPr.getparent().getparent()) if s._sectPr.getparent().tag == qn("w:pPr") else len(body)
            for s in document.sections]
    yield from (s for s, end in zip(document.sections, ends) if end > body.index(table))


def _style(document: Any, element: Any) -> str:
    if element.tag != qn("w:p") or element.pPr is None or element.pPr.pStyle is None:
        return ""
    return next((s.name for s in document.styles if s.style_id == element.pPr.pStyle.get(qn("w:val"))), "")


def _back_to_heading(before: list[Any]) -> list[Any]:
    """The paragraphs directly over a table that stay with it, up to its heading."""
    found = []
    for element in reversed(before):
        if element.tag != qn("w:p"):
            break
        found.append(element)
        if element.pPr is not None and element.pPr.pStyle.get(qn("w:val")) in ("Level1", "AnnexHeading", "AnnexMark"):
            break
    return found


def _spacing(document: Any, element: Any, name: str) -> float:
    own = element.pPr.find(qn("w:spacing")) if element.pPr is not None else None
    if own is not None and own.get(qn(f"w:{name}")):
        return float(own.get(qn(f"w:{name}")))
    style = next(s for s in document.styles if s.style_id == element.pPr.pStyle.get(qn("w:val")))
    return value(style.element.pPr.find(qn("w:spacing")), name)


def _height(document: Any, element: Any) -> float:
    lines = 1 + len(element.findall(f".//{qn('w:br')}"))
    spaces = _spacing(document, element, "before") + _spacing(document, element, "after")
    return spaces + lines * _spacing(document, element, "line")


def _row(document: Any, row: Any, margins: Any) -> float:
    """At least the stated height or the lines of the fullest cell, then the margins of the cells and the border."""
    least = value(row.trPr.find(qn("w:trHeight")), "val")
    text = max((_cell(document, cell) for cell in row.tc_lst if cell.tcPr.find(qn("w:vMerge")) is None), default=0)
    if margins is None:
        margins = document.styles["年报表格"].element.find(f".//{qn('w:tblCellMar')}")
    padding = sum(value(margins.find(qn(f"w:{side}")), "w") for side in ("top", "bottom"))
    return max(least, text) + padding + BORDER


def _cell(document: Any, cell: Any) -> float:
    paragraph = cell.p_lst[0]
    style = next(s for s in document.styles if s.style_id == paragraph.pPr.pStyle.get(qn("w:val")))
    em = style.font.size.pt * 20 * WIDER
    indent = paragraph.pPr.find(qn("w:ind"))
    indent = style.element.pPr.find(qn("w:ind")) if indent is None else indent
    room = value(cell.tcPr.find(qn("w:tcW")), "w") - value(indent, "left") - 56  # the margins of a cell
    lines = "".join("\n" if e.tag == qn("w:br") else e.text or "" for e in paragraph.iter(qn("w:t"), qn("w:br")))
    needed = (sum(em / 2 if c.isascii() else em for c in line) / room for line in lines.split("\n"))
    least = 2 if style.name.startswith("表格内容") else 1  # an address takes two lines
    return max(least, sum(max(1, math.ceil(n)) for n in needed)) * _spacing(document, paragraph, "line")


@pytest.mark.parametrize("form_id", forms.form_ids())
def test_every_table_takes_its_pages_by_words_reckoning_with_a_wider_font(form_id: str) -> None:
    assert {name: table.pages for name, table in printed(form_id).items()} == BUDGET[form_id]


@pytest.mark.parametrize("form_id", ["gov-2021", "gov-2019"])
def test_table_three_stands_on_one_page_that_begins_with_its_heading(form_id: str) -> None:
    table = printed(form_id)["t3"]
    assert sum(table.rows) + table.around <= table.room
    document = Document(str(assets.TEMPLATES / f"{form_id}.docx"))
    heading = next(p for p in document.paragraphs if p.text.startswith("三、"))
    assert heading.paragraph_format.page_break_before


# ---------------------------------------------------------------- in LibreOffice

PAGES = {
    "gov-2021-bureau": 5, "gov-2021-county": 5, "gov-2019-hospital": 4, "stat-2014-committee": 5, "ind-2008-housing": 4,
    "ind-2008-power-company": 4, "hei-college": 6, "pub-water": 2,
}


@pytest.fixture(scope="module")
def pictures(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """A picture of every page of every sample's report."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for path in sorted(assets.SAMPLES.glob("*.json")):
        document = folder / f"{path.stem}.docx"
        document.write_bytes(docx_bytes(from_json(path.read_bytes())))
        pdf = office.convert(document, ".pdf", folder)
        subprocess.run(["pdftoppm", "-r", "30", "-gray", str(pdf), str(folder / path.stem)], check=True)
        found[path.stem] = sorted(folder.glob(f"{path.stem}-*.pgm"))
    return found


def blank(picture: Path) -> float:
    """The share of the text area of a page that is blank below the last thing on it."""
    header, size, _, rest = picture.read_bytes().split(b"\n", 3)
    assert header == b"P5"
    width, height = map(int, size.split())
    upright = height > width
    top, bottom = (37, 297 - 35) if upright else (28, 210 - 26)
    first, last = (round(mm / (297 if upright else 210) * height) for mm in (top, bottom))
    left, right = (round(0.13 * width), round(0.95 * width)) if not upright else (0, width)
    used = [y for y in range(first, last) if min(rest[y * width + left : y * width + right]) < 128]
    return (last - max(used, default=first)) / (last - first)


def test_a_report_takes_the_pages_it_should(pictures: dict[str, list[Path]]) -> None:
    assert {name: len(found) for name, found in pictures.items()} == PAGES


def test_no_page_ends_early_but_before_a_page_that_must_begin(pictures: dict[str, list[Path]]) -> None:
    for name, pages in pictures.items():
        document = Document(str(assets.TEMPLATES / f"{nianbao.read(assets.SAMPLES / f'{name}.json').form}.docx"))
        allowed = sum(bool(p.paragraph_format.page_break_before) for p in document.paragraphs) + len(document.sections)
        early = [n for n, page in enumerate(pages[:-1], 1) if blank(page) > 1 / 3]
        assert len(early) <= allowed - (len(document.sections) == 1), (name, early)
