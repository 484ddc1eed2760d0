"""The report as one self-contained web page: real tables with row and column spans, no script that runs."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Sequence
from urllib.parse import urlsplit

from . import carried, layout, prose, published
from . import report as reports
from .errors import CallError
from .form import TEXT, Form, Section, Table
from .layout import CORNER, HEAD, INFO, STUB, TITLE, Grid, Label, Value
from .report import Report

_CSS = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f3f4f6; color: #111; line-height: 1.9;
  font: 17px/1.9 "Noto Serif CJK SC", "Source Han Serif SC", FangSong, "仿宋", STFangsong, SimSun, serif; }
main { max-width: 60rem; margin: 2rem auto; padding: 3rem 4rem; background: #fff; border-top: 4px solid #b3261e; }
h1 { font: 600 1.7rem/1.5 "Noto Serif CJK SC", STZhongsong, SimSun, serif; text-align: center; margin: 0 0 .6rem;
  text-wrap: balance; }
h2 { font: 600 1.15rem/1.6 "Noto Sans CJK SC", SimHei, "Microsoft YaHei", sans-serif; margin: 2rem 0 .6rem; }
h3, h4, h5 { font-size: 1rem; margin: .9rem 0 .2rem; text-indent: 2em; font-weight: 600; }
h3, .lead { font-family: KaiTi, "楷体", STKaiti, "Noto Serif CJK SC", serif; }
h4, h5 { font-weight: 400; }
p { margin: 0 0 .3rem; text-indent: 2em; text-align: justify; overflow-wrap: anywhere; }
.date { text-align: center; color: #555; font-size: .95rem; margin: 0 0 1.5rem; }
.draft { text-align: center; color: #b3261e; border: 1px solid #b3261e; padding: .3rem 1rem; margin: 0 0 1.5rem; }
.signature { text-align: right; text-indent: 0; margin-right: 2em; }
.signature.first { margin-top: 2.5rem; }
.wide { overflow-x: auto; margin: .4rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; line-height: 1.45; }
caption { caption-side: top; text-align: left; color: #555; font-size: .85rem; padding: .2rem 0; }
th, td { border: 1px solid #555; padding: .28rem .45rem; font-weight: 400; text-align: center; vertical-align: middle; }
th.label { text-align: left; }
th.title, th.head { background: #f6f3ee; }
th.group { font-weight: 600; }
td { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.wrong { background: #f4b6b0; }
td.text { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.in1 { padding-left: 1.6em; }
.in2 { padding-left: 2.9em; }
.note { text-indent: 0; font-size: .9rem; white-space: pre-wrap; margin: .2rem 0; }
.swipe { display: none; color: #555; font-size: .85rem; }
.files { margin: 2rem 0 0; padding: .8rem 0 0; border-top: 1px solid #ccc; font-size: .95rem; }
.files a { margin-right: 1.5em; overflow-wrap: anywhere; }
@media screen and (max-width: 46rem) {
  main { margin: 0; padding: 1.2rem 1rem; border-top-width: 3px; }
  h1 { font-size: 1.3rem; }
  table { font-size: .8rem; }
  .swipe { display: block; }
  .many { table-layout: fixed; width: var(--width); min-width: 100%; border: solid #555; border-width: 1px 0 0 1px;
    border-collapse: separate; border-spacing: 0; }
  .many col { width: var(--width); }
  .many th, .many td { border-width: 0 1px 1px 0; padding: .28rem .15rem; overflow-wrap: anywhere; }
  .many .keep { position: sticky; left: var(--left); z-index: 1; background: #fff; }
  .many .keep.head { background: #f6f3ee; }
  .many .in1 { padding-left: .8em; }
  .many .in2 { padding-left: 1.4em; }
}
@media print {
  .files { display: none; }
  @page { size: A4; margin: 37mm 26mm 35mm 28mm; }
  body { background: #fff; font-size: 16pt; }
  main { max-width: none; margin: 0; padding: 0; border: 0; }
  table { font-size: 10.5pt; }
  tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .wide { overflow: visible; }
  .annex { break-before: page; }
}
"""


@dataclass(frozen=True)
class Link:
    """A file that a page offers beside itself, and the words to choose it by."""

    text: str
    address: str


def link(given: str) -> Link:
    """Return a link written as TEXT=URL. The address is one of the web, or a file's beside the page."""
    text, _, address = (part.strip() for part in given.partition("="))
    if not text or not address:
        raise CallError("bad-link", f"--link 应写成“文字=网址”，例如 Word版=2025年报告.docx，现在写的是“{given}”。")
    if urlsplit(address).scheme not in ("", "http", "https"):
        raise CallError("bad-link", f"--link 的网址应以 http:// 或 https:// 开头，或是与网页放在一起的文件，现在是“{address}”。")
    return Link(text, address)


def html_bytes(report: Report, draft: prose.Draft | None = None, links: Sequence[Link] = ()) -> bytes:
    """Return the report as an HTML file that carries its own data; `draft` is what a draft says of itself, `links`
    are offered at its end."""
    form = report.definition
    values = reports.values_for(report)
    wrong = draft.cells if draft else frozenset()
    title = reports.title(report)
    paragraphs = [title]
    out = [f"<h1>{_escape(title)}</h1>"]
    published_on = values.get("publish_date", "")
    if published_on:
        day = reports.parse_date(report.meta.get("meta.publish_date", ""))
        stamp = f' datetime="{day.isoformat()}"' if day else ""
        label = form.meta["meta.publish_date"].label
        out.append(f'<aside class="date">{label}：<time{stamp}>{_escape(published_on)}</time></aside>')
    if draft is not None:
        out.append(f'<aside class="draft">{prose.draft_notice(draft)}</aside>')
    if form.preamble_heading:
        out.append(f"<h2>{_escape(form.preamble_heading)}</h2>")
        paragraphs.append(form.preamble_heading)
    opening = prose.preamble(report)
    out += [f"<p>{_escape(line.plain)}</p>" for line in opening]
    paragraphs += [line.plain for line in opening]
    for section in (s for s in form.sections if not s.annex):
        _section(report, section, values, out, paragraphs, wrong)
    signature = [text for text in (report.unit, values.get("sign_date", "")) if text]
    out += [
        f'<p class="signature{" first" if number == 0 else ""}">{_escape(text)}</p>'
        for number, text in enumerate(signature)
    ]
    paragraphs += signature
    for section in (s for s in form.sections if s.annex):
        _section(report, section, values, out, paragraphs, wrong)
    if links:
        offered = "".join(f'<a href="{escape(other.address)}">{_escape(other.text)}</a>' for other in links)
        out.append(f'<nav class="files" aria-label="本报告的其他版本">本报告的其他版本：{offered}</nav>')
    printed = published.printed("\n".join(paragraphs), values, form)
    data = carried.pack(report, printed).replace("<", "\\u003c")
    page = (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_escape(title)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(out)
        + f'\n</main>\n<script type="application/json" id="{published.DATA_ELEMENT}">{data}</script>\n'
        "</body>\n</html>\n"
    )
    return page.encode("utf-8")


def _escape(text: str) -> str:
    return escape(prose.clean(text)).replace("\n", "<br>")


def _section(
    report: Report,
    section: Section,
    values: dict[str, str],
    out: list[str],
    paragraphs: list[str],
    wrong: frozenset[str],
) -> None:
    """Append a section's markup to `out` and the text of its paragraphs to `paragraphs`; cells that are `wrong` are
    marked."""
    form = report.definition
    annex = ' class="annex"' if section.annex else ""
    out.append(f'<section id="{section.id}"{annex}>\n<h2>{_escape(section.heading)}</h2>')
    paragraphs.append(section.heading)
    if section.table:
        table = form.table(section.table)
        head, foot = (reports.fill_pattern(line, values) for line in (table.head, table.foot))
        out += [
            *([f'<p class="note">{_escape(head)}</p>'] if head else []),
            _table(form, table, section, values, wrong),
            *([f'<p class="note">{_escape(foot)}</p>'] if foot else []),
        ]
        paragraphs += filter(None, (head, foot))
    else:
        lines = prose.section(report, section, values)
        out += map(_line, lines)
        paragraphs += [line.plain for line in lines]
    out.append("</section>")


def _line(line: prose.Line) -> str:
    if line.level:
        return f"<h{line.level + 1}>{_escape(line.text)}</h{line.level + 1}>"
    lead = f'<span class="lead">{_escape(line.lead)}</span>' if line.lead else ""
    return f"<p>{lead}{_escape(line.text)}</p>"


def _table(
    form: Form, table: Table, section: Section, values: dict[str, str], wrong: frozenset[str]
) -> str:
    """Return a table with the merged labels of the layout; its caption says the unit of the figures, unless a column
    of its own does. A wide one knows how narrow its columns may be on a telephone, and what stays in sight there."""
    grid: Grid = layout.grid(table)
    narrow = _narrow(grid, form, values) if grid.columns > _WIDE or table.landscape else ()
    rows = [f"<tr>{''.join(_cell(place, form, values, wrong, narrow) for place in line)}</tr>" for line in grid.lines]
    head = grid.head_rows
    body = "\n".join(rows[head:])
    top = f"<thead>\n{chr(10).join(rows[:head])}\n</thead>\n" if head else ""
    shown = any(info.show == "unit" for block in table.blocks for info in block.infos)
    caption = "" if shown or not table.unit else f"<caption>单位：{table.unit}（另有注明的除外）</caption>\n"
    name = _escape(section.heading)
    many = swipe = columns = ""
    if narrow:
        many = f' class="many" style="--width:{sum(narrow):.1f}em"'
        swipe = '<aside class="swipe">表格较宽，可以左右滑动查看。</aside>\n'
        each = "".join(f'<col style="--width:{width:.1f}em">' for width in narrow)
        columns = f"<colgroup>{each}</colgroup>\n"
    return (
        f'{swipe}<div class="wide" role="region" aria-label="{name}" tabindex="0">\n'
        f'<table id="{table.id}"{many}>\n{caption}{columns}{top}<tbody>\n{body}\n</tbody>\n</table>\n</div>'
    )


_WIDE = 6  # columns that fit on a telephone
_STUB, _WORDS, _INFO, _FIGURE = 11.5, 12.0, 3.6, 3.3  # em on a telephone: all row labels, a text, a unit, a number


def _narrow(grid: Grid, form: Form, values: dict[str, str]) -> tuple[float, ...]:
    """Return how wide the columns of a table are on a telephone, in em."""
    stub = grid.table.widths[: grid.table.stub]
    shares = [max(width / sum(stub) * _STUB, 3.5 if column else 0) for column, width in enumerate(stub)]
    widths = [*shares, *[_INFO] * (grid.columns - len(stub))]
    for place in grid.values:
        needed = _WORDS if form.cells[place.id].kind == TEXT else max(_FIGURE, len(values[place.id]) * 0.6 + 0.4)
        for column in range(place.column, place.column + place.columns):
            widths[column] = max(widths[column], needed / place.columns)
    return tuple(widths)


_SCOPES = {TITLE: ("title", "colgroup"), HEAD: ("head", "col"), STUB: ("label", "row")}


def _cell(
    place: Label | Value, form: Form, values: dict[str, str], wrong: frozenset[str], narrow: tuple[float, ...]
) -> str:
    both = (("rowspan", place.rows), ("colspan", place.columns))
    spans = "".join(f' {name}="{n}"' for name, n in both if n > 1)
    if isinstance(place, Value):
        if form.cells[place.id].kind == TEXT:
            return f'<td{spans} class="text" data-cell="{place.id}">{_linked(values[place.id])}</td>'
        mark = ' class="wrong"' if place.id in wrong else ""
        return f'<td{spans}{mark} data-cell="{place.id}">{_escape(values[place.id])}</td>'
    if place.role == INFO:
        return f"<td{spans}>{_escape(place.text)}</td>"
    kind, scope = _SCOPES.get(place.role, ("head", "col"))
    node = place.node
    if node is not None and node.children:
        kind, scope = "head", "rowgroup" if place.role == STUB else "colgroup"
    elif node is not None and place.role == STUB:
        kind += (" group" if node.heading else "") + (f" in{node.indent}" if node.indent else "")
    left = ""
    if narrow and place.role in (STUB, CORNER):
        kind, left = f"{kind} keep", f' style="--left:{sum(narrow[: place.column]):.1f}em"'
    return f'<th class="{kind}" scope="{scope}"{spans}{left}>{_escape(place.text)}</th>'


def _linked(text: str) -> str:
    """Return the words of a cell; an address on the web can be followed."""
    address = text.strip()
    if not address.startswith(("http://", "https://")) or len(address.split()) != 1:
        return _escape(text)
    return f'<a href="{_escape(address)}">{_escape(text)}</a>'
