"""The sheets in which words are entered: the unit's particulars, the narratives and the fields beside them."""

from __future__ import annotations

from .. import form as forms
from ..checks.catalogue import Catalogue
from ..form import Form, Section, Text
from ..report import Report
from . import ids
from .sheet import Compute, Formula, Item, Sheet, heading, height_of

PARAGRAPHS = 12  # rows a text has; what does not fit stands in the last one, divided by line ends


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
        hint = "；".join(filter(None, (question.hint, "例如 2025-01-20" if question.kind == "date" else "")))
        sheet.add(Item(row, 3, style="hint", text=hint))
        sheet.heights[row] = max(22, height_of(hint, 46))
        row += 1
    sheet.hide(row, ids.END)
    sheet.heights |= {0: 30, 1: 20, 3: 22}
    sheet.freeze, sheet.repeat = (5, 2), (3, 3)
    return sheet


def _characters(text: str) -> int:
    """Characters without spaces and line ends, as the sheet counts them."""
    return sum(c not in " \u3000\n\t" for c in text)


def text_sheet(form: Form, section: Section, where: dict[str, str]) -> Sheet:
    """Return the sheet of a section that is written in words, with its fields first."""
    sheet = Sheet(section.sheet, (2.0, 8.0, 88.0, 10.0))
    heading(sheet, section.heading, 3, where)
    row = 2
    if section.fields:
        row = _fields(sheet, section, row, where)
    if section is form.sections[0]:
        ask = "可留空，留空时按规定格式自动写成；自拟的，写明依据、内容、统计期限和联系方式"
        row = _paragraphs(sheet, Text(ids.PREAMBLE, "报告导语", ask), row, where, 2)[0]
    counts = []
    for text in section.texts:
        row, count = _paragraphs(sheet, text, row, where, PARAGRAPHS)
        counts.append((text.id, count))
    if section.limit:
        _limit(sheet, section, row, counts)
    sheet.heights[row] = 24
    sheet.freeze = (2, 0)
    return sheet


def _paragraphs(sheet: Sheet, text: Text, row: int, where: dict[str, str], number: int) -> tuple[int, Item]:
    """Rows for the paragraphs of a text below its heading; return the next free row and the count of characters."""
    head = row
    sheet.add(Item(head, 1, 1, 2, "band", text.heading or sheet.items[0].text))
    sheet.add(Item(head + 1, 1, 1, 2, "ask", f"写什么：{text.ask}" if text.ask else "", note=""))
    sheet.hide(head + 2, ids.TEXT, {2: ids.VALUE})
    first = head + 3
    counts = []
    for n in range(number):
        at = first + n
        sheet.add(Item(at, 0, style="id", text=text.id))
        sheet.add(Item(at, 1, style="number", text=f"第{n + 1}段"))
        key = f"{text.id}#{n + 1}"
        item = sheet.add(Item(at, 2, style="input paragraph", input=key, kind="paragraph", title=text.heading))
        if n == 0:
            where[text.id] = sheet.reach(item)
        formula = Formula(f"count.{key}", _length(item.address), _paragraph_count(text.id, n, number))
        counts.append(sheet.add(Item(at, 3, style="count", formula=formula)))
        sheet.growing.append(at)
    area = f"{counts[0].address}:{counts[-1].address}"

    def compute(report: Report) -> int:
        return _characters(report.text(text.id))

    whole = sheet.add(Item(head, 3, style="count head",
                           formula=Formula(f"count.{text.id}", f'SUM({area})', compute)))
    sheet.add(Item(head + 1, 3, style="ask", text="字数"))
    sheet.hide(first + number, ids.END)
    sheet.heights |= {head: 24, head + 1: height_of(text.ask, 92)}
    return first + number + 1, whole


def _length(address: str) -> str:
    plain = address
    for mark in ('" "', '"\u3000"', "CHAR(10)", "CHAR(9)"):
        plain = f'SUBSTITUTE({plain},{mark},"")'
    return f"LEN({plain})"


def _paragraph_count(text_id: str, n: int, number: int) -> Compute:
    return lambda report: _characters(paragraph(report, text_id, n, number))


def paragraph(report: Report, text_id: str, n: int, number: int) -> str:
    """Return what stands in row `n` of the `number` rows of a text: the last one takes all that is left."""
    texts = report.texts.get(text_id, ())
    return "\n".join(texts[n:]) if n == number - 1 else "".join(texts[n : n + 1])


def _limit(sheet: Sheet, section: Section, row: int, counts: list[tuple[str, Item]]) -> None:
    limit = section.limit or 0
    whole = "+".join(item.address for _, item in counts)

    def count(report: Report) -> int:
        return sum(_characters(report.text(text_id)) for text_id, _ in counts)

    def state(report: Report) -> str:
        over = count(report) - limit
        return f"本部分一般不超过{limit}字，" + (f"已超出{over}字，请精简" if over > 0 else f"还可以写{-over}字")

    item = sheet.add(Item(row, 3, style="count head", formula=Formula(f"count.{section.id}", whole, count)))
    a = item.address
    text = f'"本部分一般不超过{limit}字，"&IF({a}>{limit},"已超出"&({a}-{limit})&"字，请精简","还可以写"&({limit}-{a})&"字")'
    sheet.add(Item(row, 1, 1, 2, "limit", formula=Formula(f"limit.{section.id}", text, state)))


def _fields(sheet: Sheet, section: Section, row: int, where: dict[str, str]) -> int:
    sheet.hide(row, ids.FIELDS, {3: ids.VALUE})
    for column, text in ((1, "项目"), (3, "填写")):
        sheet.add(Item(row + 1, column, 1, 2 if column == 1 else 1, "head", text))
    sheet.heights[row + 1] = 22
    row += 2
    for cell in section.fields:
        note = "\n".join(filter(None, (cell.row.note, cell.row.basis and f"依据：{cell.row.basis}")))
        sheet.add(Item(row, 0, style="id", text=cell.id))
        sheet.add(Item(row, 1, 1, 2, "stub", f"{cell.label}（{cell.unit}）", note=note))
        item = sheet.add(Item(row, 3, style="input", input=cell.id, kind=cell.kind, title=cell.label))
        where[cell.id] = sheet.reach(item)
        sheet.names[f"值_{cell.id}"] = sheet.reach(item)
        sheet.heights[row] = 22
        row += 1
    sheet.hide(row, ids.END)
    return row + 1
