#!/usr/bin/env python3
"""Build docx_templates/*.docx from the forms: page and type of GB/T 9704-2012, tables from the layout.

    build_templates.py            write the templates
    build_templates.py --check    write nothing; name those that are not current, and exit with 1
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "addin"))

from nianbao import assets, files, form as forms, layout  # noqa: E402
from nianbao.form import Form, Table  # noqa: E402
from nianbao.layout import STUB, Grid, Label, Value  # noqa: E402
from nianbao.word.template import HEADING_STYLES, LEAD_STYLE, PREAMBLE, TITLE, block_token  # noqa: E402

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'

# GB/T 9704-2012 in twentieths of a point; 1 mm = 56.69.
PAGE = (11906, 16838)
MARGIN_TOP, MARGIN_RIGHT, MARGIN_BOTTOM, MARGIN_LEFT = 2098, 1474, 1984, 1588
FOOTER = 1446  # 25.5 mm: the dash of the page number is then 7 mm below the text area
LINE = 560  # 28 pt: 22 lines of body text a page
TIGHT = -5  # -0.25 pt between characters: 28 characters a line
SIZE_2, SIZE_3, SIZE_4, SIZE_5, SIZE_SMALL_4 = 44, 32, 28, 21, 24  # half points of the Chinese type sizes
SONG_TITLE, FANG, HEI, KAI, SONG, LATIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体", "Times New Roman"

# (type size, exact line, least row height) in tables; a table too tall for that size takes the smaller one.
ROOMY, DENSE = (SIZE_SMALL_4, 340, 420), (SIZE_5, 250, 360)

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
) -> str:
    level = f'<w:outlineLvl w:val="{outline}"/>' if outline >= 0 else ""
    close = f'<w:spacing w:val="{TIGHT}"/>' if tight else ""
    following = f'<w:next w:val="{follow}"/>' if follow else ""
    together = "<w:keepNext/><w:keepLines/>" if keep else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/>{following}<w:qFormat/>'
        f'<w:pPr>{together}<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="exact"/>'
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
        style("Signature", "落款单位", FANG, SIZE_3, line=LINE, align="right", indent=right, before=LINE, keep=True),
        style("SignDate", "落款日期", FANG, SIZE_3, line=LINE, align="right", indent=right),
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
        ]
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
        f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr></w:style>'
        "</w:styles>"
    )


# ---------------------------------------------------------------- text


def paragraph(style_id: str, text: str, properties: str = "") -> str:
    return (
        f'<w:p {W}><w:pPr><w:pStyle w:val="{style_id}"/>{properties}</w:pPr>'
        f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
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


# ---------------------------------------------------------------- tables


def is_dense(table: Table) -> bool:
    """A table with narrow columns takes the small type."""
    return min(table.widths) < 20


def broken(place: Label) -> str:
    """Return a label with the line break its narrow cell needs: after the number of a group of rows."""
    group = place.role == STUB and place.node is not None and place.node.children and place.text.startswith("（")
    return place.text.replace("）", "）\n", 1) if group else place.text


def cell(place: Label | Value, table: Table, first: bool, keep: bool) -> str:
    """Return one w:tc; `first` is whether the place begins in this row, else its vertical merge goes on."""
    suffix = "Dense" if is_dense(table) else ""
    width = sum(twips(x) for x in table.widths[place.column : place.column + place.columns])
    span = f'<w:gridSpan w:val="{place.columns}"/>' if place.columns > 1 else ""
    merge = ('<w:vMerge w:val="restart"/>' if first else "<w:vMerge/>") if place.rows > 1 else ""
    stay = "<w:keepNext/>" if keep else ""
    kind, text = "Number", ""
    if isinstance(place, Label):
        narrow = place.rows > 1 or (place.node is not None and bool(place.node.children))
        kind = "Label" if place.role == STUB and not narrow else "Head"
        text = broken(place) if first else ""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(t)}</w:t>' for t in text.split("\n")) if text else ""
    hint = '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>' if "“" in text else ""  # quotation marks as Chinese ones
    run = f"<w:r>{hint}{lines}</w:r>" if lines else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="Table{kind}{suffix}"/>{stay}</w:pPr>{run}</w:p></w:tc>'
    )


def table_xml(table: Table, title: str) -> str:
    """Return the table with its merged labels, named by alternative text; every number cell is empty."""
    grid: Grid = layout.grid(table)
    height = (DENSE if is_dense(table) else ROOMY)[2]
    rows = []
    for r in range(grid.rows):
        cells = []
        c = 0
        while c < grid.columns:
            place = grid.at[r, c]
            cells.append(cell(place, table, place.row == r, keep=r < grid.rows - 1))
            c += place.columns
        header = "<w:tblHeader/>" if r < grid.head_rows else ""
        rows.append(
            f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{height}" w:hRule="atLeast"/>{header}'
            f'<w:jc w:val="center"/></w:trPr>{"".join(cells)}</w:tr>'
        )
    columns = "".join(f'<w:gridCol w:w="{twips(x)}"/>' for x in table.widths)
    return (
        f'<w:tbl {W}><w:tblPr><w:tblStyle w:val="ReportTable"/>'
        f'<w:tblW w:w="{sum(map(twips, table.widths))}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblCaption w:val="{table.id}"/>'
        f'<w:tblDescription w:val={quoteattr(title)}/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


# ---------------------------------------------------------------- the document


def body(form: Form) -> list[str]:
    """Return the paragraphs and tables of a form's template."""
    unit, day = (f"【{form.meta[m].label}】" for m in ("meta.unit_full", "meta.sign_date"))
    found = [paragraph("ReportTitle", f"【{TITLE}】"), paragraph("BodyText", f"【{PREAMBLE}】")]
    for section in form.sections:
        # The tallest table fills a page with its heading: it begins one, so no length of the text before splits it.
        tall = section.table and layout.grid(form.table(section.table)).rows > 20
        after_table = found[-1].startswith("<w:tbl")
        space = f'<w:spacing w:before="160" w:line="{LINE}" w:lineRule="exact"/>' if after_table else ""
        found.append(paragraph("Level1", section.heading, "<w:pageBreakBefore/>" if tall else space))
        if section.table:
            found.append(table_xml(form.table(section.table), section.heading))
        else:
            last = section is form.sections[-1]
            found.append(paragraph("BodyText", f"【{block_token(section)}】", "<w:keepNext/>" if last else ""))
    return [*found, paragraph("Signature", unit), paragraph("SignDate", day)]


def build(form: Form) -> bytes:
    """Return the template of a form as the bytes of a .docx."""
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    document = Document()
    root = document.element.body
    for child in list(root)[:-1]:
        root.remove(child)
    sheet = root[-1]
    for item in body(form):
        sheet.addprevious(parse_xml(item))
    for child in list(sheet):
        sheet.remove(child)
    sheet.append(parse_xml(f'<w:pgSz {W} w:w="{PAGE[0]}" w:h="{PAGE[1]}"/>'))
    sheet.append(
        parse_xml(
            f'<w:pgMar {W} w:top="{MARGIN_TOP}" w:right="{MARGIN_RIGHT}" w:bottom="{MARGIN_BOTTOM}"'
            f' w:left="{MARGIN_LEFT}" w:header="1134" w:footer="{FOOTER}" w:gutter="0"/>'
        )
    )
    section = document.sections[0]
    for footer, style_id in ((section.footer, "PageOdd"), (section.even_page_footer, "PageEven")):
        footer.is_linked_to_previous = False
        for old in list(footer._element):
            footer._element.remove(old)
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
