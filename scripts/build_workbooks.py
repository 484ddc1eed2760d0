"""Build the blank workbooks from the forms and the rule catalogue, workbook/<form>.xlsx, and the filled ones of the
sample reports, workbook/samples/<sample>.xlsx; the same bytes every time.

    python scripts/build_workbooks.py            write the workbooks that are not current
    python scripts/build_workbooks.py --check    write nothing; exit 1 when one is not current
"""

from __future__ import annotations

import io
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Iterator

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addin"))

from nianbao import assets, files, form as forms, report as reports  # noqa: E402
from nianbao.checks import catalogue  # noqa: E402
from nianbao.columns import column_name  # noqa: E402
from nianbao.excel import ids, results as findings  # noqa: E402
from nianbao.excel.fill import workbook_bytes  # noqa: E402
from nianbao.excel.marks import CHANGED, ELSEWHERE, MISSING  # noqa: E402
from nianbao.excel.plan import Plan, plan_of, results  # noqa: E402
from nianbao.excel.sheet import Item, Sheet  # noqa: E402
from nianbao.form import Form  # noqa: E402
from nianbao.report import Report, complete  # noqa: E402
from nianbao.rule import SEVERITIES  # noqa: E402
from nianbao.rule.formula import HOLDS, OPEN  # noqa: E402

_CREATED = datetime(2026, 1, 1)  # document properties carry a date; a fixed one keeps the bytes the same

_LINE, _INK, _BAND, _HEAD, _INPUT, _TOTAL = "#8C8C8C", "#1F1F1F", "#DCE6F0", "#EDF2F7", "#FFFBE6", "#EFEFEF"
_BASE = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "font_color": _INK}
_BOX = {"border": 1, "border_color": _LINE}
_STYLES: dict[str, dict[str, Any]] = {
    "id": {"font_color": "#A6A6A6", "font_size": 9, "num_format": "@"},
    "text": {},
    "title": {"font_name": "黑体", "font_size": 16, "align": "center"},
    "section": {"font_name": "黑体", "font_size": 12},
    "unit line": {"align": "center", "font_size": 10.5},
    "legend": {"font_size": 9.5, "font_color": "#595959", "text_wrap": True, "valign": "top"},
    "ask": {"font_name": "楷体", "font_size": 11, "font_color": "#595959", "text_wrap": True},
    "ask centre": {"font_name": "楷体", "font_size": 11, "font_color": "#595959", "align": "center"},
    "foot": {"font_size": 10, "text_wrap": True, "align": "left"},
    "step": {"text_wrap": True, "font_size": 11.5},
    "band": {**_BOX, "font_name": "黑体", "bg_color": _BAND, "align": "center", "text_wrap": True},
    "corner": {**_BOX, "bg_color": _HEAD, "align": "center", "text_wrap": True, "font_size": 10},
    "head": {**_BOX, "font_name": "黑体", "bg_color": _HEAD, "align": "center", "text_wrap": True, "font_size": 10.5},
    "stub": {**_BOX, "indent": 1, "text_wrap": True, "bg_color": "#FFFFFF"},
    "stub heading": {**_BOX, "font_name": "黑体", "indent": 1, "text_wrap": True, "bg_color": "#F7F9FB"},
    "stub 1": {**_BOX, "indent": 3, "text_wrap": True},
    "stub 2": {**_BOX, "indent": 5, "text_wrap": True},
    "hint": {**_BOX, "indent": 1, "text_wrap": True, "font_size": 10, "font_color": "#595959"},
    "input": {**_BOX, "bg_color": _INPUT, "align": "center", "locked": False},
    "input left": {**_BOX, "indent": 1, "bg_color": _INPUT, "locked": False, "align": "left"},
    "input text": {**_BOX, "indent": 1, "bg_color": _INPUT, "locked": False, "num_format": "@", "text_wrap": True},
    "input paragraph": {**_BOX, "bg_color": _INPUT, "locked": False, "text_wrap": True, "valign": "top",
                        "font_name": "仿宋", "font_size": 12},
    "shown paragraph": {**_BOX, "text_wrap": True, "valign": "top", "font_name": "仿宋", "font_size": 12,
                        "font_color": "#404040", "bg_color": "#F7F7F7"},
    "shown": {**_BOX, "indent": 1, "font_size": 10.5, "bg_color": _TOTAL},
    "number": {**_BOX, "align": "center", "font_size": 10, "font_color": "#595959"},
    "count": {**_BOX, "align": "center", "font_size": 10, "font_color": "#595959", "bg_color": _TOTAL},
    "count head": {**_BOX, "align": "center", "bg_color": _TOTAL, "font_name": "黑体"},
    "limit": {**_BOX, "indent": 1, "bg_color": _HEAD, "text_wrap": True},
    "total": {**_BOX, "bg_color": _TOTAL, "align": "center"},
    "unit": {**_BOX, "align": "center", "font_size": 10},
    "bar": {**_BOX, "font_size": 10, "font_color": "#4F81A8", "align": "center"},
    "mark": {**_BOX, "align": "center", "font_size": 10.5},
    "mark left": {**_BOX, "indent": 1, "font_size": 10.5},
    "mark label": {**_BOX, "align": "right", "font_size": 10, "font_color": "#595959", "text_wrap": True},
    "cell": {**_BOX, "indent": 1, "text_wrap": True, "font_size": 10.5},
    "code": {**_BOX, "indent": 1, "num_format": "@", "font_size": 10.5},
    "listed code": {"indent": 1, "num_format": "@", "font_size": 10.5},
    "listed cell": {"indent": 1, "text_wrap": True, "font_size": 10.5},
    "listed link": {"indent": 1, "text_wrap": True, "font_size": 10.5, "font_color": "#1F4E79", "underline": 1},
    "answer": {**_BOX, "indent": 1, "text_wrap": True, "font_size": 10.5, "num_format": "@", "bg_color": _INPUT},
    "answer choice": {**_BOX, "align": "center", "font_size": 10.5, "num_format": "@", "bg_color": _INPUT},
    "listed answer": {"indent": 1, "text_wrap": True, "font_size": 10.5, "num_format": "@"},
    "listed answer choice": {"align": "center", "font_size": 10.5, "num_format": "@"},
    "value": {**_BOX, "align": "right", "font_size": 10.5},
    "link": {**_BOX, "indent": 1, "text_wrap": True, "font_size": 10.5, "font_color": "#1F4E79", "underline": 1},
}
_GROWING = (ids.RESULTS, ids.REASONS)  # their lists have no last row
_PROTECTION = {"format_columns": True, "format_rows": True, "autofilter": True}
_TABS = {"input": "#C9A227", "live": "#7F9DB9", "other": "#BFBFBF"}


def build(form: Form) -> bytes:
    """Return the blank workbook of a form."""
    plan = plan_of(form, catalogue.load())
    blank = Report(form.id, "", None, figures=complete(form, {}))
    values = results(plan, blank)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": form.name, "created": _CREATED})
    book.set_custom_property(ids.PROPERTY_FORM, form.id, "text")
    book.set_custom_property(ids.PROPERTY_VERSION, form.version, "text")
    book.set_custom_property(ids.PROPERTY_RULES, plan.pack, "text")
    book.set_size(1920, 1200)
    formats = {name: book.add_format({**_BASE, **style}) for name, style in _STYLES.items()}
    marks = (book.add_format({"font_color": "#1E6B35", "bg_color": "#E3F1E5"}),
             book.add_format({"font_color": "#A61B1B", "bg_color": "#FBE3E0"}),
             book.add_format({"font_color": "#7A5B00", "bg_color": "#FDF3D0"}))
    for sheet in plan.sheets:
        _draw(book.add_worksheet(sheet.name), sheet, formats, values)
    for sheet, worksheet in zip(plan.sheets, book.worksheets()):
        _color(worksheet, sheet, marks)
        _light(book, worksheet, sheet)
        for name, place in sheet.names.items():
            book.define_name(name, f"={place}")
    book.get_worksheet_by_name(forms.meta_sheet()).activate()
    book.close()
    parts = files.unpack(buffer.getvalue(), f"{form.id}.xlsx")
    return files.pack({name: _grow(name, content, plan) for name, content in parts.items()})


def _draw(worksheet: Worksheet, sheet: Sheet, formats: dict[str, Format], values: dict[tuple[str, str], Any]) -> None:
    marked = any(item.style == "id" for item in sheet.items)
    for column, width in enumerate(sheet.widths):
        hidden = (column == 0 and marked) or column in sheet.hidden_columns
        style = formats.get(sheet.column_styles.get(column, ""))
        worksheet.set_column(column, column, width, style, {"hidden": hidden})
    for row in range(sheet.last_row + 1):
        if row in sheet.hidden_rows:
            worksheet.set_row(row, None, None, {"hidden": True})
        elif row in sheet.growing:
            worksheet.set_row(row, sheet.heights.get(row, 24))
        elif row in sheet.heights:
            worksheet.set_row(row, sheet.heights[row])
    for item in sheet.items:
        _write(worksheet, item, formats[item.style], values.get((sheet.name, item.address)))
    if sheet.freeze:
        worksheet.freeze_panes(*sheet.freeze)
    worksheet.hide_gridlines(2)
    if sheet.protected:
        worksheet.protect("", _PROTECTION)
    worksheet.set_paper(9)
    worksheet.set_margins(left=0.55, right=0.55, top=0.7, bottom=0.75)
    worksheet.center_horizontally()
    worksheet.fit_to_pages(1, 1 if sheet.one_page else 0)
    if sheet.name not in _GROWING:
        worksheet.print_area(0, 1, sheet.last_row, (sheet.print_columns or len(sheet.widths)) - 1)
    if sheet.landscape:
        worksheet.set_landscape()
    if sheet.repeat:
        worksheet.repeat_rows(*sheet.repeat)
    if sheet.filter:
        worksheet.autofilter(sheet.filter)
    worksheet.set_footer("&L&9&A&C&9第 &P 页　共 &N 页")
    if sheet.hidden:
        worksheet.hide()
        worksheet.print_area(sheet.last_row + 1, 0, sheet.last_row + 1, 0)  # LibreOffice prints hidden sheets too
    inputs = any(item.input for item in sheet.items)
    worksheet.set_tab_color(_TABS["input" if inputs else "live" if sheet.filter else "other"])


def _write(worksheet: Worksheet, item: Item, style: Format, value: Any) -> None:
    row, column = item.row, item.column
    if item.rows * item.columns > 1:
        worksheet.merge_range(row, column, row + item.rows - 1, column + item.columns - 1, "", style)
    if item.formula:
        worksheet.write_formula(row, column, f"={item.formula.text}", style, value)
    elif item.link and item.text:
        worksheet.write_url(row, column, f"internal:{item.link}", style, item.text)
    elif item.text:
        worksheet.write_string(row, column, item.text, style)
    else:
        worksheet.write_blank(row, column, None, style)
    if item.note:
        lines = sum(1 + len(line) // 20 for line in item.note.split("\n"))
        worksheet.write_comment(row, column, item.note, {
            "author": "", "font_name": "宋体", "font_size": 10, "color": "#FFFFE8", "width": 290,
            "height": 22 + 17 * lines})
    if item.input:
        _validate(worksheet, item)


def _validate(worksheet: Worksheet, item: Item) -> None:
    name = item.title if len(item.title) <= 120 else item.title[:118] + "……"
    if item.kind == forms.COUNT:
        rule = {"validate": "integer", "criteria": ">=", "value": 0}
        message = f"“{name}”应填0或正整数，不带单位、逗号和空格；没有发生的填0。"
    elif item.kind == forms.SIGNED:
        rule = {"validate": "integer", "criteria": "between", "minimum": -999999999, "maximum": 999999999}
        message = f"“{name}”应填整数，减少的填负数；没有增减的填0。"
    elif item.kind == forms.MONEY:
        rule = {"validate": "decimal", "criteria": ">=", "value": 0}
        message = f"“{name}”应填0或正数，可以有小数，不带单位和逗号；没有发生的填0。"
    elif item.kind == "year":
        rule = {"validate": "integer", "criteria": "between", "minimum": 2008, "maximum": 2100}
        message = f"“{name}”应填四位数字的年份，例如 2024。"
    elif item.choices:
        rule = {"validate": "list", "source": list(item.choices)}
        message = f"“{name}”请从下拉列表中选择。"
    else:
        return
    worksheet.data_validation(item.extent, {
        **rule, "ignore_blank": True, "error_title": "填写不符合要求", "error_message": message, "error_type": "stop"})


def _color(worksheet: Worksheet, sheet: Sheet, formats: tuple[Format, Format, Format]) -> None:
    """Green, red or amber for the marks of a sheet, and red for a section that is too long."""
    good, bad, open_ = formats
    marks = [item.extent for item in sheet.items if item.style.startswith("mark") and item.formula]
    if marks:
        first, spread = marks[0].partition(":")[0], {"multi_range": " ".join(marks), "stop_if_true": True}
        confirm = ELSEWHERE.format(ids.RESULTS)
        for word, style in ((HOLDS, good), (MISSING, open_), (CHANGED, open_), (confirm, open_), (OPEN, None)):
            worksheet.conditional_format(first, {
                "type": "cell", "criteria": "==", "value": f'"{word}"', "format": style, **spread})
        worksheet.conditional_format(first, {"type": "cell", "criteria": "!=", "value": '""', "format": bad, **spread})
    for item in sheet.items:
        if item.style == "limit" and item.formula and item.formula.key.startswith("limit."):
            worksheet.conditional_format(item.address, {
                "type": "formula", "criteria": f'=ISNUMBER(FIND("超出",{item.address}))', "format": bad})


def _light(book: xlsxwriter.Workbook, worksheet: Worksheet, sheet: Sheet) -> None:
    """Let a cell take the color of the worst finding about it, and draw the lines of the list of findings."""
    if sheet.name in _GROWING:
        _grid(book, worksheet, sheet)
    if any(item.input for item in sheet.items):
        for severity in SEVERITIES:
            worksheet.conditional_format(0, 1, sheet.last_row, len(sheet.widths) - 1, {
                "type": "formula", "criteria": f"={findings.condition(sheet.name, severity)}",
                "format": book.add_format({"bg_color": f"#{findings.COLORS[severity]}"}), "stop_if_true": True})


def _grid(book: xlsxwriter.Workbook, worksheet: Worksheet, sheet: Sheet) -> None:
    """Draw the lines of a list that grows, color its columns for answers, and offer the choice that one of them has."""
    first = sheet.freeze[0] if sheet.freeze else 0
    last, end = first + findings.ROOM - 1, sheet.print_columns - 1
    filled = f"=COUNTA($B{first + 1}:${column_name(end + 1)}{first + 1})>0"
    for column in range(1, end + 1):
        style = sheet.column_styles[column].removeprefix("listed ")
        look = book.add_format({**_BOX, **({"bg_color": _INPUT} if style.startswith("answer") else {})})
        worksheet.conditional_format(first, column, last, column, {
            "type": "formula", "criteria": filled, "format": look})
        if style == "answer choice":
            worksheet.data_validation(first, column, last, column, {
                "validate": "list", "source": [findings.YES], "ignore_blank": True,
                "error_title": "填写不符合要求", "error_message": "请从下拉列表中选择，或留空。", "error_type": "stop"})


def _grow(name: str, content: bytes, plan: Plan) -> bytes:
    """Let rows of running text grow: XlsxWriter fixes the height of every row that is given one."""
    match = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
    if not match:
        return content
    rows = {str(row + 1).encode() for row in plan.sheets[int(match[1]) - 1].growing}
    return re.sub(
        rb'(<row r="(\d+)"[^>]*?) customHeight="1"', lambda m: m[1] if m[2] in rows else m[0], content)


def targets() -> Iterator[tuple[str, bytes]]:
    """Yield path below the folder of workbooks, and content; blank ones first, since samples are written into them."""
    for form_id in forms.form_ids():
        yield f"{form_id}.xlsx", build(forms.load(form_id))
    for source in sorted(assets.SAMPLES.glob("*.json")):
        yield f"{assets.SAMPLES.name}/{source.stem}.xlsx", workbook_bytes(reports.from_json(source.read_bytes()))


def main() -> int:
    check, stale = "--check" in sys.argv[1:], False
    for name, data in targets():
        target = assets.WORKBOOK / name
        if target.is_file() and target.read_bytes() == data:
            continue
        stale = True
        if not check:
            target.write_bytes(data)
        print(f"workbook/{name} {'is stale, run scripts/build' if check else 'written'}")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main())
