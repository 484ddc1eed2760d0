"""The marks in the hidden column of a workbook by which a reader finds every cell, and the names of its properties.

A block begins with a row whose hidden cell is `@` and the block's name and whose other cells carry column ids; the
rows that follow carry their row id in the hidden column; `@end` closes the block.
"""

from __future__ import annotations

from .. import form as forms
from ..form import Form, Table
from ..layout import Band

MARK = "@"
FORM = "@form"  # form id, form version and rule-pack version, should the document properties get lost
META, LAST, TEXT, FIELDS, STATEMENTS, WHY = "@meta", "@last", "@text", "@fields", "@statements", "@why"
LAST_FIELDS = "@last.fields"
END = "@end"
MARKS = "@:mark"  # the colon keeps these two apart from any block name
HEAD = "@:h"  # and the number of a head row inside its block
STUB = "#"  # column id of a label column (and of one with units or codes), with its number
VALUE, UNIT = "value", "unit"
BLANK = "."  # stands for an empty row or column id

PREAMBLE = "preamble"  # text id of an opening paragraph the clerk words
LAST_FORM, LAST_YEAR, LAST_UNIT = "last.form", "last.meta.report_year", "last.meta.unit_full"

PROPERTY_FORM, PROPERTY_VERSION, PROPERTY_RULES = "nianbao.form", "nianbao.form_version", "nianbao.rules"

_SHEETS = forms.sheet_names()
GUIDE, NAMES, PREVIOUS, REASONS = (_SHEETS[key] for key in ("guide", "names", "previous", "reasons"))
CHECKS, RESULTS, RULES, WORK = (_SHEETS[key] for key in ("checks", "results", "rules", "work"))


def expected_sheets(form: Form) -> dict[str, str]:
    """Return block name, or id of a text, statement or field -> the sheet on which the form's workbook has it."""
    found = {META: forms.meta_sheet(), LAST: PREVIOUS, WHY: REASONS}
    found |= {MARK + table.id: table.sheet for table in form.tables}
    for section in form.sections:
        owned = [*(f.id for f in section.fields), *(s.id for s in section.statements), *(t.id for t in section.texts)]
        found |= dict.fromkeys(owned, section.sheet)
    return found


def grid_columns(table: Table, band: Band, left: int) -> dict[int, str]:
    """Return column -> id for a band of a table whose grid begins in column `left`."""
    columns = {left + n: f"{STUB}{n}" for n in range(table.stub + len(band.block.infos))}
    return columns | {left + start: leaf.id or BLANK for start, leaf in zip(band.starts, band.block.leaf_columns)}
