"""The sheets in which words are entered: the unit's particulars, the narratives, and beside them the fields and the
sentences made from figures."""

from __future__ import annotations

from .. import form as forms
from ..checks.catalogue import Catalogue
from ..form import Form, MetaField, Section, Text
from ..report import Report
from ..rule import Bound
from . import ids
from .marks import cell_mark
from .names import INCOMPLETE, UNSAID, Source, finished, paragraph_preview, statement_preview
from .sheet import Compute, Facts, Formula, Item, Sheet, heading, height_of
from .totals import total_formula

PARAGRAPHS = 12  # rows a text has; what does not fit stands in the last one, divided by line ends
PREAMBLE_ROWS = 2
WIDTHS = (2.0, 8.0, 78.0, 10.0, 66.0)
NUMBER, WORDS, COUNT, SHOWN = range(1, 5)  # columns


def meta_sheet(form: Form, catalogue: Catalogue, where: dict[str, str]) -> Sheet:
    """Return the sheet that asks about the unit and its report."""
    sheet = Sheet(forms.meta_sheet(), (2.0, 30.0, 46.0, 46.0))
    sheet.add(Item(0, 1, 1, 3, "title", forms.meta_sheet()))
    sheet.add(Item(1, 1, 1, 3, "unit line", f"报告格式：{form.name}"))
    sheet.hide(2, ids.FORM, {1: form.id, 2: form.version, 3: catalogue.version})
    for column, text in ((1, "项目"), (2, "填写"), (3, "说明")):
        sheet.add(Item(3, column, style="head", text=text))
    sheet.hide(4, ids.META, {2: ids.VALUE})
    first = [f for f in form.meta.values() if f.id in ("meta.unit_full", "meta.report_year")]
    row = 5
    for question in first + [f for f in form.meta.values() if f not in first]:
        sheet.add(Item(row, 0, style="id", text=question.id))
        sheet.add(Item(row, 1, style="stub", text=question.label + ("（必填）" if question.required else "")))
        choices = tuple(label for _, label, _ in question.choices)
        style = "input left" if question.kind == "year" else "input text"
        item = Item(row, 2, style=style, input=question.id, kind=question.kind, choices=choices, title=question.label)
        where[question.id] = sheet.reach(sheet.add(item))
        hint = _hint(form, question)
        sheet.add(Item(row, 3, style="hint", text=hint))
        sheet.heights[row] = max(22, height_of(hint, 46))
        row += 1
    sheet.hide(row, ids.END)
    sheet.heights |= {0: 30, 1: 20, 3: 22}
    sheet.freeze, sheet.repeat = (5, 2), (3, 3)
    return sheet


def _hint(form: Form, question: MetaField) -> str:
    bounds = {"meta.period_from": form.period[0], "meta.period_to": form.period[1]}
    default = "留空按{}月{}日".format(*map(int, bounds[question.id].split("-"))) if question.id in bounds else ""
    return "；".join(filter(None, (question.hint, default, "例如 2025-01-20" if question.kind == "date" else "")))


def _characters(text: str) -> int:
    """Characters without spaces and line ends, as the sheet counts them."""
    return sum(c not in " \u3000\n\t" for c in text)


def text_sheet(form: Form, section: Section, bounds: list[Bound], where: dict[str, str], work: Sheet) -> Sheet:
    """Return the sheet of a section that is written in words: its fields, its sentences, then its narratives."""
    sheet = Sheet(section.sheet, WIDTHS, print_columns=SHOWN)
    heading(sheet, section.heading, SHOWN - 1, where)
    row = 2
    if section.fields:
        row = _fields(sheet, form, section, bounds, row, where)
    if section.statements:
        row = _statements(sheet, form, section, row, where, work)
    if section is form.sections[0]:
        ask = "可留空，留空时按规定格式自动写成；自拟的，写明依据、内容、统计期限和联系方式"
        row = _paragraphs(sheet, form, Text(ids.PREAMBLE, "报告引言", ask), row, where, work, PREAMBLE_ROWS)[0]
    counts = []
    for text in section.texts:
        row, count = _paragraphs(sheet, form, text, row, where, work, PARAGRAPHS)
        counts.append((text.id, count))
    if section.limit:
        _limit(sheet, form, section, row, counts)
        sheet.heights[row] = 24
    sheet.freeze = (2, 0)
    return sheet


def _close(sheet: Sheet, row: int) -> int:
    """End a block with a little room below it; return the next free row."""
    sheet.hide(row, ids.END)
    sheet.heights[row + 1] = 9
    return row + 2


def _band(sheet: Sheet, row: int, heading_: str, ask: str, column: str) -> None:
    """The two head rows of a block: what it is and what to write."""
    sheet.add(Item(row, NUMBER, 1, 2, "band", heading_))
    sheet.add(Item(row, SHOWN, style="band", text="写入报告的文字"))
    sheet.add(Item(row + 1, NUMBER, 1, 2, "ask", ask))
    sheet.add(Item(row + 1, COUNT, style="ask centre", text=column))
    sheet.add(Item(row + 1, SHOWN, style="ask", text="名称已换成数字，随填随变"))
    sheet.heights |= {row: 24, row + 1: max(20, height_of(ask, WIDTHS[NUMBER] + WIDTHS[WORDS] - 4))}


def _paragraphs(sheet: Sheet, form: Form, text: Text, row: int, where: dict[str, str], work: Sheet,
                number: int) -> tuple[int, Item]:
    """Rows for the paragraphs of a text below its heading; return the next free row and the count of characters."""
    head = row
    _band(sheet, head, text.heading or sheet.items[0].text, f"写什么：{text.ask}" if text.ask else "", "字数")
    sheet.hide(head + 2, ids.TEXT, {WORDS: ids.VALUE})
    first = head + 3
    counts = []
    for n in range(number):
        at = first + n
        key = f"{text.id}#{n + 1}"
        sheet.add(Item(at, 0, style="id", text=text.id))
        sheet.add(Item(at, NUMBER, style="number", text=f"第{n + 1}段"))
        item = sheet.add(Item(at, WORDS, style="input paragraph", input=key, kind="paragraph", title=text.heading))
        if n == 0:
            where[text.id] = sheet.reach(item)
        source = _paragraph_of(text.id, n, number)
        formula = paragraph_preview(form, work, key, sheet.reach(item), source)
        shown = sheet.add(Item(at, SHOWN, style="shown paragraph", formula=formula))
        count = Formula(f"count.{key}", _length(shown.address), _counted(form, [source]))
        counts.append(sheet.add(Item(at, COUNT, style="count", formula=count)))
        sheet.growing.append(at)
    sources = [_paragraph_of(text.id, n, number) for n in range(number)]
    area = f"{counts[0].address}:{counts[-1].address}"
    formula = Formula(f"count.{text.id}", f"SUM({area})", _counted(form, sources))
    whole = sheet.add(Item(head, COUNT, style="count head", formula=formula))
    return _close(sheet, first + number), whole


def _length(address: str) -> str:
    plain = address
    for mark in ('" "', '"\u3000"', "CHAR(10)", "CHAR(9)"):
        plain = f'SUBSTITUTE({plain},{mark},"")'
    return f"LEN({plain})"


def _paragraph_of(text_id: str, n: int, number: int) -> Source:
    return lambda facts: paragraph(facts.report, text_id, n, number)


def _counted(form: Form, sources: list[Source]) -> Compute:
    return lambda facts: sum(_characters(finished(form, source, facts)) for source in sources)


def paragraph(report: Report, text_id: str, n: int, number: int) -> str:
    """Return what stands in row `n` of the `number` rows of a text: the last one takes all that is left."""
    texts = report.texts.get(text_id, ())
    return "\n".join(texts[n:]) if n == number - 1 else "".join(texts[n : n + 1])


def _limit(sheet: Sheet, form: Form, section: Section, row: int, counts: list[tuple[str, Item]]) -> None:
    limit = section.limit or 0
    whole = "+".join(item.address for _, item in counts)
    sources = [_paragraph_of(text_id, n, PARAGRAPHS) for text_id, _ in counts for n in range(PARAGRAPHS)]
    count = _counted(form, sources)

    def state(facts: Facts) -> str:
        over = int(count(facts)) - limit
        return f"本部分一般不超过{limit}字，" + (f"已超出{over}字，请精简" if over > 0 else f"还可以写{-over}字")

    item = sheet.add(Item(row, COUNT, style="count head", formula=Formula(f"count.{section.id}", whole, count)))
    a = item.address
    text = f'"本部分一般不超过{limit}字，"&IF({a}>{limit},"已超出"&({a}-{limit})&"字，请精简","还可以写"&({limit}-{a})&"字")'
    sheet.add(Item(row, NUMBER, 1, 2, "limit", formula=Formula(f"limit.{section.id}", text, state)))


def _fields(sheet: Sheet, form: Form, section: Section, bounds: list[Bound], row: int, where: dict[str, str]) -> int:
    """Rows for the numbers of a section that stand in no statutory table; return the next free row."""
    sheet.hide(row, ids.FIELDS, {COUNT: ids.VALUE})
    for column, text, columns in ((NUMBER, "项目", 2), (COUNT, "填写", 1), (SHOWN, "校验", 1)):
        sheet.add(Item(row + 1, column, 1, columns, "head", text))
    sheet.heights[row + 1] = 22
    for number, cell in enumerate(section.fields, row + 2):
        note = "\n".join(filter(None, (cell.row.note, cell.row.basis and f"依据：{cell.row.basis}")))
        sheet.add(Item(number, 0, style="id", text=cell.id))
        unit = f"（{cell.unit}）" if cell.unit else ""
        sheet.add(Item(number, NUMBER, 1, 2, "stub", f"{cell.label}{unit}", note=note))
        if cell.is_total:
            item = Item(number, COUNT, style="total", formula=total_formula(sheet, form, cell, where))
        else:
            item = Item(number, COUNT, style="input", input=cell.id, kind=cell.kind, title=cell.label)
        where[cell.id] = sheet.names[f"值_{cell.id}"] = sheet.reach(sheet.add(item))
        sheet.add(Item(number, SHOWN, style="mark left", formula=cell_mark(sheet, form, cell, bounds, where)))
        sheet.heights[number] = 22
    return _close(sheet, row + 2 + len(section.fields))


def _statements(sheet: Sheet, form: Form, section: Section, row: int, where: dict[str, str], work: Sheet) -> int:
    """Rows for the sentences a section states its figures in; return the next free row."""
    ask = "按数字自动成文；可以改动文字，【名称】要保留；清空后恢复原来的句子"
    _band(sheet, row, "用数字写成的句子", ask, "字数")
    sheet.hide(row + 2, ids.STATEMENTS, {WORDS: ids.VALUE})
    counts: list[Item] = []
    for number, statement in enumerate(section.statements, 1):
        at = row + 2 + number
        sheet.add(Item(at, 0, style="id", text=statement.id))
        sheet.add(Item(at, NUMBER, style="number", text=f"第{number}句"))
        item = Item(at, WORDS, style="input paragraph", text=statement.text, input=statement.id, kind="paragraph")
        where[statement.id] = sheet.reach(sheet.add(item))
        formula = statement_preview(form, work, statement, sheet.reach(item), where)
        shown = sheet.add(Item(at, SHOWN, style="shown paragraph", formula=formula))
        length = f'IF(OR({shown.address}="{INCOMPLETE}",{shown.address}="{UNSAID}"),0,{_length(shown.address)})'
        count = Formula(f"count.{statement.id}", length, _said(formula.compute))
        counts.append(sheet.add(Item(at, COUNT, style="count", formula=count)))
        sheet.growing.append(at)
        sheet.heights[at] = max(24.0, height_of(statement.text, WIDTHS[WORDS] * 0.86, 17.0))
    computes = [item.formula.compute for item in counts if item.formula]
    whole = Formula(f"count.{section.id}.statements", f"SUM({counts[0].address}:{counts[-1].address})",
                    lambda facts: sum(int(compute(facts)) for compute in computes))
    sheet.add(Item(row, COUNT, style="count head", formula=whole))
    return _close(sheet, row + 3 + len(section.statements))


def _said(compute: Compute) -> Compute:
    """Characters of a sentence; none while it is not written."""
    return lambda facts: 0 if (text := str(compute(facts))) in (INCOMPLETE, UNSAID) else _characters(text)
