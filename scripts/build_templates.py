#!/usr/bin/env python3
"""Build docx_templates/*.docx from the forms: page and type of GB/T 9704-2012, tables from the layout.

    build_templates.py            write the templates
    build_templates.py --check    write nothing; name those that are not current, and exit with 1
"""

from __future__ import annotations

import io
import math
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "addin"))

from nianbao import assets, files, form as forms, layout, prose  # noqa: E402
from nianbao.form import TEXT, Form, Section, Table  # noqa: E402
from nianbao.layout import INFO, STUB, Grid, Label, Value  # noqa: E402
from nianbao.word.template import (  # noqa: E402
    HEADING_STYLES,
    LEAD_STYLE,
    PREAMBLE,
    SIGNATURE_STYLE,
    SIGN_DATE_STYLE,
    TITLE,
    block_token,
)

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@dataclass(frozen=True)
class Sheet:
    """A page and its margins in twentieths of a point; 1 mm = 56.69."""

    width: int
    height: int
    top: int
    right: int
    bottom: int
    left: int

    @property
    def room(self) -> int:
        return self.height - self.top - self.bottom


# GB/T 9704-2012. A landscape page is a portrait one turned clockwise: the head of its table lies at the binding edge.
PORTRAIT = Sheet(11906, 16838, top=2098, right=1474, bottom=1984, left=1588)
LANDSCAPE = Sheet(16838, 11906, top=1588, right=2098, bottom=1474, left=1984)
FOOTER = 1446  # 25.5 mm: the dash of the page number is then 7 mm below the text area
LINE = 560  # 28 pt: 22 lines of body text a page
TIGHT = -5  # -0.25 pt between characters: 28 characters a line
SIZE_2, SIZE_3, SIZE_4, SIZE_5, SIZE_SMALL_4 = 44, 32, 28, 21, 24  # half points of the Chinese type sizes
SONG_TITLE, FANG, HEI, KAI, SONG, LATIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体", "Times New Roman"

# (type size, exact line, usual row height) in tables; a table with narrow columns takes the smaller one. Where lower
# rows, down to one line, save a page, they are lower. Word adds the margins of the cells and the border to a height.
ROOMY, DENSE = (SIZE_SMALL_4, 340, 350), (SIZE_5, 240, 320)
PADDING, DENSE_PADDING = 25, 10  # over and under the text of a cell
BORDER = 10  # half a point between two rows
WIDER = 1.05  # room for a font that is wider than ours
NOTE = 320  # line over or under a table
ANNEX = "附件"
ANNEX_HEAD = 2 * LINE  # the free line and the title below the word 附件 (GB/T 9704 7.3.7)

BREAK_WORDS = '<w:wordWrap w:val="0"/>'  # an address on the web may break anywhere

# Parts of python-docx's own blank document that ours does without; the theme's fonts would win over ours.
UNUSED = ("theme", "customXml", "numbering", "fontTable", "webSettings", "stylesWithEffects")


def twips(mm: float) -> int:
    return round(mm * 1440 / 25.4)


# ---------------------------------------------------------------- styles


def fonts(east: str) -> str:
    return f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{east}" w:cs="{LATIN}"/>'


def size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def style(
    style_id: str, name: str, east: str, points: int, *, line: int, align: str = "both", indent: str = "",
    outline: int = -1, before: int = 0, after: int = 0, tight: bool = False, follow: str = "", keep: bool = False,
    extra: str = "",
) -> str:
    level = f'<w:outlineLvl w:val="{outline}"/>' if outline >= 0 else ""
    close = f'<w:spacing w:val="{TIGHT}"/>' if tight else ""
    following = f'<w:next w:val="{follow}"/>' if follow else ""
    together = "<w:keepNext/><w:keepLines/>" if keep else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/>{following}<w:qFormat/>'
        f'<w:pPr>{together}{extra}<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="exact"/>'
        f'{indent}<w:jc w:val="{align}"/>{level}</w:pPr><w:rPr>{fonts(east)}{close}{size(points)}</w:rPr></w:style>'
    )


def styles() -> str:
    first = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
    right = '<w:ind w:rightChars="200" w:right="640"/>'
    body: dict[str, Any] = {"line": LINE, "indent": first, "tight": True}
    following: dict[str, Any] = {"keep": True, "follow": "BodyText"}
    head = body | following
    found = [
        style("ReportTitle", "年报标题", SONG_TITLE, SIZE_2, line=700, align="center", after=LINE, **following),
        style("BodyText", "年报正文", FANG, SIZE_3, **body),
        style("Level1", "一级标题", HEI, SIZE_3, **head, outline=0),
        style("Level2", HEADING_STYLES[2], KAI, SIZE_3, **head, outline=1),
        style("Level3", HEADING_STYLES[3], FANG, SIZE_3, **head, outline=2),
        style("Level4", HEADING_STYLES[4], FANG, SIZE_3, **head, outline=3),
        style("AnnexHeading", "附表标题", HEI, SIZE_3, **following, line=LINE, align="left", outline=0),
        style("AnnexMark", "附件", HEI, SIZE_3, line=LINE, align="left", keep=True),
        style("AnnexTitle", "附件标题", SONG_TITLE, SIZE_2, **following, line=LINE, align="center", before=LINE,
              outline=0),
        style("AnnexList", "附件说明", FANG, SIZE_3, line=LINE, align="left", before=LINE,
              indent='<w:ind w:leftChars="500" w:left="1600" w:hangingChars="300" w:hanging="960"/>'),
        style("AnnexMore", "附件说明（续）", FANG, SIZE_3, line=LINE, align="left",
              indent='<w:ind w:leftChars="500" w:left="1600"/>'),
        style("Last", "末段", FANG, 2, line=20, align="left"),
        style("Signature", SIGNATURE_STYLE, FANG, SIZE_3, line=LINE, align="right", indent=right, before=LINE,
              keep=True),
        style("SignDate", SIGN_DATE_STYLE, FANG, SIZE_3, line=LINE, align="right", indent=right),
        style("PageOdd", "页码（单页）", SONG, SIZE_4, line=280, align="right", indent='<w:ind w:right="280"/>'),
        style("PageEven", "页码（双页）", SONG, SIZE_4, line=280, align="left", indent='<w:ind w:left="280"/>'),
    ]
    for suffix, name, (points, line, _), margin in (("", "", ROOMY, 100), ("Dense", "（密）", DENSE, 40)):
        inset = f'<w:ind w:left="{margin}"/>'
        lines: dict[str, Any] = {"east": FANG, "points": points, "line": line}
        found += [
            style(f"TableHead{suffix}", f"表格标题{name}", **lines, align="center"),
            style(f"TableLabel{suffix}", f"表格文字{name}", **lines, align="left", indent=inset, tight=bool(suffix)),
            style(f"TableNumber{suffix}", f"表格数字{name}", **lines, align="center"),
            style(f"TableGroup{suffix}", f"表格小标题{name}", **lines | {"east": HEI}, align="left", indent=inset),
            style(f"TableText{suffix}", f"表格内容{name}", **lines, align="left", indent=inset, extra=BREAK_WORDS),
        ]
    third = (PORTRAIT.width - PORTRAIT.left - PORTRAIT.right) // 3
    stops = f'<w:tabs><w:tab w:val="left" w:pos="{third}"/><w:tab w:val="left" w:pos="{2 * third}"/></w:tabs>'
    found.append(style("TableNote", "表格说明", FANG, SIZE_5, line=NOTE, align="left", extra=stops))
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr>{fonts(FANG)}{size(SIZE_3)}'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/>'
        "</w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        '<w:pPr><w:widowControl w:val="0"/><w:snapToGrid w:val="0"/></w:pPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:semiHidden/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
        '<w:left w:w="28" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="28" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr></w:style>"
        f"{''.join(found)}"
        f'<w:style w:type="character" w:customStyle="1" w:styleId="Level2Text"><w:name w:val="{LEAD_STYLE}"/>'
        f"<w:qFormat/><w:rPr>{fonts(KAI)}</w:rPr></w:style>"
        '<w:style w:type="table" w:customStyle="1" w:styleId="ReportTable"><w:name w:val="年报表格"/>'
        f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblCellMar><w:top w:w="{PADDING}" w:type="dxa"/><w:left w:w="28" w:type="dxa"/>'
        f'<w:bottom w:w="{PADDING}" w:type="dxa"/><w:right w:w="28" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        "</w:styles>"
    )


# ---------------------------------------------------------------- text


def paragraph(style_id: str, text: str, properties: str = "") -> str:
    marks = {"\t": "<w:tab/>", "\n": "<w:br/>"}
    pieces = (marks.get(t) or f'<w:t xml:space="preserve">{escape(t)}</w:t>' for t in re.split(r"([\t\n])", text))
    return (
        f'<w:p {W}><w:pPr><w:pStyle w:val="{style_id}"/>{properties}</w:pPr>'
        f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>{"".join(pieces)}</w:r></w:p>'
    )


def page_number(style_id: str) -> str:
    def field(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    dash = '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
    code = '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    shown = "<w:r><w:t>1</w:t></w:r>"
    return (
        f'<w:p {W}><w:pPr><w:pStyle w:val="{style_id}"/></w:pPr>{dash.format("— ")}{field("begin")}{code}'
        f'{field("separate")}{shown}{field("end")}{dash.format(" —")}</w:p>'
    )


def side_number(style_id: str) -> str:
    """Return the page number of a landscape page: where it stands on the portrait ones once the sheet is turned back,
    in a cell without borders beside the text area."""
    width, gap = twips(8), twips(7)
    height = LANDSCAPE.height - LANDSCAPE.top - LANDSCAPE.bottom
    return (
        f'<w:tbl {W}><w:tblPr><w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="page"'
        f' w:horzAnchor="page" w:tblpX="{LANDSCAPE.left - gap - width // 2}" w:tblpY="{LANDSCAPE.top}"/>'
        f'<w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid><w:tr><w:trPr>'
        f'<w:trHeight w:val="{height}" w:hRule="exact"/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
        f'<w:textDirection w:val="tbRl"/><w:vAlign w:val="center"/></w:tcPr>{page_number(style_id)}'
        "</w:tc></w:tr></w:tbl>"
    )


# ---------------------------------------------------------------- tables


def is_dense(table: Table) -> bool:
    """A table with narrow columns takes the small type."""
    return min(table.widths) < 20


def broken(place: Label) -> str:
    """Return a label with the line break its narrow cell needs: after the number of a group of rows, or before what
    stands in brackets."""
    if place.role != STUB or place.node is None or not place.node.children:
        return place.text
    return place.text.replace("）", "）\n", 1) if place.text.startswith("（") else place.text.replace("（", "\n（", 1)


def kind_of(place: Label | Value, form: Form, table: Table) -> str:
    """Return the middle of the name of a place's style."""
    if isinstance(place, Value):
        return "Text" if form.cells[place.id].kind == TEXT else "Number"
    if place.role == INFO:
        return "Number"
    if place.role != STUB or place.rows > 1 or (place.node is not None and place.node.children):
        return "Head"
    grouped = any(row.heading for block in table.blocks for row in block.all_rows)
    return "Group" if grouped and prose.level_of(place.text)[0] == 1 else "Label"


def inset(place: Label | Value, table: Table) -> int:
    """Return how far a row label is set in, where that is not its style's."""
    level = place.node.indent if isinstance(place, Label) and place.node and place.role == STUB else 0
    margin, points = (40, SIZE_5) if is_dense(table) else (100, SIZE_SMALL_4)
    return margin + level * points * 10 if level else 0


def cell(place: Label | Value, form: Form, table: Table, first: bool, keep: bool) -> str:
    """Return one w:tc; `first` is whether the place begins in this row, else its vertical merge goes on."""
    suffix = "Dense" if is_dense(table) else ""
    width = sum(twips(x) for x in table.widths[place.column : place.column + place.columns])
    span = f'<w:gridSpan w:val="{place.columns}"/>' if place.columns > 1 else ""
    merge = ('<w:vMerge w:val="restart"/>' if first else "<w:vMerge/>") if place.rows > 1 else ""
    stay = "<w:keepNext/>" if keep else ""
    left = inset(place, table)
    indent = f'<w:ind w:left="{left}"/>' if left else ""
    text = broken(place) if isinstance(place, Label) and first else ""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(t)}</w:t>' for t in text.split("\n")) if text else ""
    hint = '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>' if "“" in text else ""  # quotation marks as Chinese ones
    run = f"<w:r>{hint}{lines}</w:r>" if lines else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="Table{kind_of(place, form, table)}{suffix}"/>{stay}{indent}</w:pPr>{run}</w:p>'
        "</w:tc>"
    )


def row_at_least(table: Table) -> tuple[int, int, int]:
    """Return the type size, the line and the usual height of the rows of a table."""
    return DENSE if is_dense(table) else ROOMY


def padding(table: Table) -> int:
    """Return the space over and under the text of the cells of a table."""
    return DENSE_PADDING if is_dense(table) else PADDING


def lines_of(place: Label | Value, form: Form, table: Table) -> int:
    """Estimate the lines a place needs; an address in a text cell takes two."""
    if isinstance(place, Value):
        return 2 if form.cells[place.id].kind == TEXT else 1
    em = row_at_least(table)[0] * 10 * WIDER
    room = sum(twips(x) for x in table.widths[place.column : place.column + place.columns]) - 100 - inset(place, table)
    return sum(max(1, math.ceil(sum(em / 2 if c.isascii() else em for c in line) / room))
               for line in broken(place).split("\n"))


def tall(form: Form, table: Table, least: int) -> int:
    """Return the height of a table whose rows are at least this high, as Word reckons: text or least height, then the
    margins of the cell and the border."""
    line = row_at_least(table)[1]
    rows = ([lines_of(p, form, table) for p in row if p.rows == 1] for row in layout.grid(table).lines)
    return sum(max(least, line * max(row, default=1)) + 2 * padding(table) + BORDER for row in rows)


def pages(form: Form, table: Table, least: int) -> int:
    """Return the pages a table takes that begins one under its heading."""
    return math.ceil(filled(form, table, least) / (LANDSCAPE if table.landscape else PORTRAIT).room)


def filled(form: Form, table: Table, least: int) -> int:
    """Return the height of a table with its heading and the lines over and under it."""
    section = next(s for s in form.sections if s.table == table.id)
    head = LINE + ANNEX_HEAD if section.annex else LINE
    lines = sum(math.ceil(len(text.split("　　")) / 3) for text in (table.head, table.foot) if text)
    return head + NOTE * lines + tall(form, table, least)


def row_height(form: Form, table: Table) -> int:
    """Return the usual row height, or the largest lower one that saves a page."""
    _, lowest, usual = row_at_least(table)
    fewest = pages(form, table, lowest)
    return next(h for h in range(usual, lowest - 1, -10) if h <= lowest or pages(form, table, h) == fewest)


def stays(grid: Grid, row: int, small: bool, followed: bool) -> bool:
    """Whether a row stays on the page of the next one: all rows of a small table; of any other the heads, headings
    inside, and the last row but one. The last row only when what follows belongs to the table."""
    if row == grid.rows - 1:
        return followed
    place = grid.at[row, 0]
    heading = isinstance(place, Label) and place.node is not None and place.node.heading
    head = any(band.top <= row < band.body.start for band in grid.bands)
    return small or head or heading or row + 2 == grid.rows


def table_xml(form: Form, table: Table, title: str, followed: bool) -> str:
    """Return the table with its merged labels, named by alternative text; every number cell is empty."""
    grid: Grid = layout.grid(table)
    height = row_height(form, table)
    room = (LANDSCAPE if table.landscape else PORTRAIT).room
    small = filled(form, table, height) <= room / 3
    rows = []
    for r in range(grid.rows):
        cells = []
        c = 0
        while c < grid.columns:
            place = grid.at[r, c]
            cells.append(cell(place, form, table, place.row == r, stays(grid, r, small, followed)))
            c += place.columns
        header = "<w:tblHeader/>" if r < grid.head_rows else ""
        rows.append(
            f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{height}" w:hRule="atLeast"/>{header}'
            f'<w:jc w:val="center"/></w:trPr>{"".join(cells)}</w:tr>'
        )
    edge = f'w:w="{padding(table)}" w:type="dxa"/>'
    margins = f"<w:tblCellMar><w:top {edge}<w:bottom {edge}</w:tblCellMar>" if is_dense(table) else ""
    columns = "".join(f'<w:gridCol w:w="{twips(x)}"/>' for x in table.widths)
    return (
        f'<w:tbl {W}><w:tblPr><w:tblStyle w:val="ReportTable"/>'
        f'<w:tblW w:w="{sum(map(twips, table.widths))}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/>{margins}<w:tblCaption w:val="{table.id}"/>'
        f'<w:tblDescription w:val={quoteattr(title)}/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def note(form: Form, pattern: str, keep: bool) -> str:
    """Return the line over or under a table, with tokens where its values go, three pieces a line."""
    assert "[" not in pattern, f"{form.id}: a line at a table cannot leave out pieces"
    text = re.sub(r"\{(\w+)\}", lambda m: f"【{form.meta['meta.' + m[1]].label}】", pattern)
    pieces = text.split("　　")
    lines = ["\t".join(pieces[i : i + 3]) for i in range(0, len(pieces), 3)]
    return paragraph("TableNote", "\n".join(lines), "<w:keepNext/>" if keep else "")


# ---------------------------------------------------------------- the document


def fills_a_page(form: Form, table: Table) -> bool:
    """Whether a table fits a page and takes more than two thirds of it."""
    room = (LANDSCAPE if table.landscape else PORTRAIT).room
    return room * 2 / 3 < filled(form, table, row_height(form, table)) <= room


def annex_title(section: Section) -> str:
    """Return the title of an annex as it is printed: without the word that stands over it (GB/T 9704 7.3.4, 7.3.7)."""
    return re.sub(r"^附[件表][：:]\s*", "", section.heading)


def annex_list(form: Form) -> list[str]:
    """Return the paragraphs that name the annexes below the text."""
    titles = [annex_title(section) for section in form.sections if section.annex]
    if len(titles) < 2:
        return [paragraph("AnnexList", f"{ANNEX}：{title}", "<w:keepNext/>") for title in titles]
    named = [f"{n}. {title}" for n, title in enumerate(titles, 1)]
    return [paragraph("AnnexList", f"{ANNEX}：{named[0]}", "<w:keepNext/>"),
            *(paragraph("AnnexMore", text, "<w:keepNext/>") for text in named[1:])]


def section_xml(form: Form, section: Section, after_table: bool, last: bool) -> list[str]:
    """Return a section's heading and what stands under it; `last` is whether the signature follows."""
    table = form.table(section.table) if section.table else None
    holds_nothing = not (table or section.texts or section.statements)
    # A table that fills most of a page with its heading begins one, so no length of the text before splits it. So do
    # an annex and the tables that follow a heading of their own; a landscape one does by its sheet.
    new_page = section.annex or holds_nothing or (table and fills_a_page(form, table))
    before = f'<w:spacing w:before="160" w:line="{LINE}" w:lineRule="exact"/>' if after_table else ""
    if new_page:
        before = "" if table and table.landscape else "<w:pageBreakBefore/>"
    if section.annex:
        found = [paragraph("AnnexMark", ANNEX, before), paragraph("AnnexTitle", annex_title(section))]
    else:
        style_id = "Level1" if prose.level_of(section.heading)[0] == 1 else "AnnexHeading"
        found = [paragraph(style_id, section.heading, before)]
    if not table:
        return [*found, paragraph("BodyText", f"【{block_token(section)}】", "<w:keepNext/>" if last else "")]
    if table.head:
        found.append(note(form, table.head, keep=True))
    found.append(table_xml(form, table, section.heading, followed=last or bool(table.foot)))
    if table.foot:
        found.append(note(form, table.foot, keep=last))
    return found


def body(form: Form) -> list[tuple[Sheet, list[str]]]:
    """Return the paragraphs and tables of a form's template, a list a run of pages of one kind."""
    unit, day = (f"【{form.meta[m].label}】" for m in ("meta.unit_full", "meta.sign_date"))
    found = [paragraph("ReportTitle", f"【{TITLE}】")]
    if form.preamble_heading:
        found.append(paragraph("Level1", form.preamble_heading))
    found.append(paragraph("BodyText", f"【{PREAMBLE}】"))
    runs = [(PORTRAIT, found)]
    inside = [s for s in form.sections if not s.annex]
    for section in (*inside, *(s for s in form.sections if s.annex)):
        sheet = LANDSCAPE if section.table and form.table(section.table).landscape else PORTRAIT
        if sheet is not runs[-1][0]:
            runs.append((sheet, []))
        found = runs[-1][1]
        after_table = bool(found) and found[-1].startswith("<w:tbl")
        found += section_xml(form, section, after_table, last=section is inside[-1])
        if section is inside[-1]:
            found += [*annex_list(form), paragraph("Signature", unit), paragraph("SignDate", day)]
    return runs


def sheet_xml(page: Sheet) -> str:
    turned = ' w:orient="landscape"' if page is LANDSCAPE else ""
    return (
        f'<w:sectPr {W}><w:pgSz w:w="{page.width}" w:h="{page.height}"{turned}/><w:pgMar w:top="{page.top}"'
        f' w:right="{page.right}" w:bottom="{page.bottom}" w:left="{page.left}" w:header="1134" w:footer="{FOOTER}"'
        ' w:gutter="0"/></w:sectPr>'
    )


def build(form: Form) -> bytes:
    """Return the template of a form as the bytes of a .docx."""
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    document = Document()
    root = document.element.body
    for child in list(root):
        root.remove(child)
    runs = body(form)
    for number, (page, items) in enumerate(runs):
        for item in items:
            root.append(parse_xml(item))
        sheet = parse_xml(sheet_xml(page))
        if number == len(runs) - 1:
            if root[-1].tag == qn("w:tbl"):  # Word would put a paragraph of its own size there
                root.append(parse_xml(paragraph("Last", "")))
            root.append(sheet)
        elif root[-1].tag == qn("w:p"):
            root[-1].get_or_add_pPr().append(sheet)
        else:
            last = parse_xml(paragraph("Last", ""))
            last.get_or_add_pPr().append(sheet)
            root.append(last)
    for section, (page, _) in zip(document.sections, runs):
        for footer, style_id in ((section.footer, "PageOdd"), (section.even_page_footer, "PageEven")):
            footer.is_linked_to_previous = False
            for old in list(footer._element):
                footer._element.remove(old)
            if page is LANDSCAPE:
                footer._element.append(parse_xml(side_number(style_id)))
                footer._element.append(parse_xml(paragraph(style_id, "")))
            else:
                footer._element.append(parse_xml(page_number(style_id)))
    own = document.styles.element
    for child in list(own):
        own.remove(child)
    for child in list(parse_xml(styles())):
        own.append(child)
    settings = document.settings.element
    for child in list(settings):
        settings.remove(child)
    for child in parse_xml(
        f'<w:settings {W}><w:zoom w:percent="100"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    ):
        settings.append(child)
    assert not [e for e in own.iter(qn("w:rFonts")) if any("Theme" in name for name in e.attrib)]
    for part_id, relation in list(document.part.rels.items()):
        if relation.reltype.rsplit("/", 1)[-1] in UNUSED:
            del document.part.rels[part_id]
    for part_id, relation in list(document.part.package.rels.items()):
        if relation.reltype.endswith(("thumbnail", "extended-properties", "core-properties")):
            del document.part.package.rels[part_id]
    buffer = io.BytesIO()
    document.save(buffer)
    return files.pack(files.unpack(buffer.getvalue(), form.id))


def main(arguments: list[str]) -> int:
    stale = []
    for form_id in forms.form_ids():
        form = forms.load(form_id)
        target = assets.TEMPLATES / f"{form_id}.docx"
        data = build(form)
        if target.is_file() and target.read_bytes() == data:
            continue
        stale.append(target.name)
        if "--check" not in arguments:
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
    for name in stale:
        print(f"docx_templates/{name}: {'not current' if '--check' in arguments else 'written'}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
