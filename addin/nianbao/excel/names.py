"""The names that sentences may use: the sheet that lists them with their values, and the live preview of a sentence.

A preview needs neither macro nor any function newer than Excel 2007: on a hidden sheet one cell after the other
replaces one more 【name】 by its value.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Callable, Mapping

from ..columns import column_name
from ..form import Cell, Form, Share, Statement
from ..report import UNIT, YEAR, Report, fill_pattern, percentages, wording
from . import ids
from .sheet import Facts, Formula, Item, Sheet, Value, height_of, literal, rounded

STEPS = 12  # different names that a preview replaces in one paragraph
INCOMPLETE, UNSAID = "（数字未填齐，暂不写入报告）", "（本句不写入报告）"
_BEGIN, _LITERAL, _BLANK = "·", "\ue000", "\ue001"  # marks inside the hidden cells only
_FIRST = 4  # row of the first name
_NAME, _VALUE, _PLACE, _TEXT, _EXACT, _ROUNDED, _REST, _UNITS = range(1, 9)  # columns of the sheet of names
_SOURCE, _START = 1, 2  # columns of the hidden sheet: the pattern of a statement, and the first of the steps

Source = Callable[[Facts], str]


def unknown(name: str) -> str:
    """What the preview shows for a name that there is not."""
    return f"〔无此名称：{name}〕"


# ---------------------------------------------------------------- the preview


def work_sheet() -> Sheet:
    """Return the hidden sheet on which previews are worked out, one row each; `preview` adds the rows."""
    sheet = Sheet(ids.WORK, (30.0, *(20.0,) * (STEPS + 2)), hidden=True)
    sheet.add(Item(0, 0, text="预览的中间结果"))
    return sheet


def preview(form: Form, work: Sheet, key: str, address: str, source: Source) -> Formula:
    """Return the formula that shows the text at an absolute address with every name in it replaced.

    `source` gives the same text of a report.
    """
    row = work.last_row + 1
    first, second = (f"{ids.NAMES}!${column_name(c + 1)}${_FIRST + 1}:${column_name(c + 1)}${_FIRST + len(form.names)}"
                     for c in (_NAME, _TEXT))
    work.add(Item(row, 0, text=key))
    start = f'IF(ISERROR(FIND("【",{address})),"","{_BEGIN}"&{address})'
    cell = work.add(Item(row, _START, formula=Formula(f"work.{key}#0", start, _step(form, source, 0))))
    for number in range(1, STEPS + 1):
        before = cell.address
        begin, end = f'FIND("【",{before})', f'FIND("】",{before},FIND("【",{before}))'
        name = f"MID({before},{begin}+1,{end}-{begin}-1)"
        value = f'IFERROR(LOOKUP(1,0/EXACT({first},{name}),{second}),"〔无此名称："&{name}&"〕")'
        text = (f'IFERROR(IF(ISNUMBER(FIND("【",{name})),SUBSTITUTE({before},"【","{_LITERAL}",1),'
                f'SUBSTITUTE({before},"【"&{name}&"】",{value})),"")')
        formula = Formula(f"work.{key}#{number}", text, _step(form, source, number))
        cell = work.add(Item(row, _START + number, formula=formula))
    head = f"{ids.WORK}!${column_name(_START + 1)}${row + 1}"
    area = f"{head}:${column_name(_START + STEPS + 1)}${row + 1}"
    last = f"INDEX({area},SUMPRODUCT(--(LEN({area})>0)))"
    text = f'IF({head}="",{address}&"",MID(SUBSTITUTE({last},"{_LITERAL}","【"),2,32767))'
    return Formula(f"preview.{key}", text, lambda facts: _shown(form, source(facts), facts.values))


def paragraph_preview(form: Form, work: Sheet, key: str, address: str, source: Source) -> Formula:
    """Return the live preview of a paragraph: a name whose value is blank leaves nothing behind."""
    raw = preview(form, work, key, address, source)
    return Formula(raw.key, f'SUBSTITUTE({raw.text},"{_BLANK}","")', lambda facts: finished(form, source, facts))


def finished(form: Form, source: Source, facts: Facts) -> str:
    """Return a paragraph as its preview shows it."""
    return _shown(form, source(facts), facts.values).replace(_BLANK, "")


def statement_preview(form: Form, work: Sheet, item: Statement, address: str, where: Mapping[str, str]) -> Formula:
    """Return the live sentence of a statement whose pattern stands at an absolute address."""
    row = work.last_row + 1
    plain = f'IF({address}="",{literal(item.text)},{address}&"")'
    if item.zero:
        zero = where[item.zero]
        own = f'AND({address}<>"",NOT(EXACT({address},{literal(item.text)})))'
        plain = f"IF(OR({own},COUNT({zero})=0),{plain},IF({zero}=0,{literal(item.zero_text)},{plain}))"
    key = item.id

    def source(facts: Facts) -> str:
        return wording(facts.report, item)

    pattern = Item(row, _SOURCE, formula=Formula(f"work.{key}", plain, source))
    raw = preview(form, work, key, f"{ids.WORK}!${column_name(_SOURCE + 1)}${row + 1}", source)
    work.add(pattern)
    text = f'IF(ISNUMBER(FIND("{_BLANK}",{raw.text})),"{INCOMPLETE}",IF({raw.text}="","{UNSAID}",{raw.text}))'

    def compute(facts: Facts) -> str:
        shown = _shown(form, source(facts), facts.values)
        return INCOMPLETE if _BLANK in shown else shown or UNSAID

    return Formula(raw.key, text, compute)


def _steps(form: Form, text: str, values: Mapping[str, str]) -> list[str]:
    """Return what the hidden cells of a text hold; nothing where it names nothing."""
    if "【" not in text:
        return []
    found = [_BEGIN + text]
    for _ in range(STEPS):
        state = found[-1]
        begin = state.find("【")
        end = state.find("】", begin)
        if begin < 0 or end < 0:
            break
        name = state[begin + 1 : end]
        if "【" in name:
            found.append(state.replace("【", _LITERAL, 1))
        else:
            value = _text(values[name]) if name in form.names else unknown(name)
            found.append(state.replace(f"【{name}】", value))
    return found


def _text(value: str) -> str:
    """A value as it goes into a sentence under way."""
    return value.replace("【", _LITERAL) or _BLANK


def _step(form: Form, source: Source, number: int) -> Source:
    def compute(facts: Facts) -> str:
        return dict(enumerate(_steps(form, source(facts), facts.values))).get(number, "")

    return compute


def _shown(form: Form, text: str, values: Mapping[str, str]) -> str:
    steps = _steps(form, text, values)
    return steps[-1][1:].replace(_LITERAL, "【") if steps else text


# ---------------------------------------------------------------- the sheet of names


def names_sheet(form: Form, where: Mapping[str, str]) -> Sheet:
    """Return the list of all names: name, value as it is printed, and where it comes from."""
    sheet = Sheet(ids.NAMES, (2.0, 50.0, 44.0, 30.0, 10.0, 10.0, 10.0, 10.0, 10.0), print_columns=4)
    sheet.hidden_columns = (_TEXT, _EXACT, _ROUNDED, _REST, _UNITS)
    sheet.add(Item(0, 1, 1, 3, "title", "可以写进文字的名称"))
    hint = f"在文字部分写【名称】，导出时换成右边的内容。名称要照抄，两边用“【】”；一段里不同的名称最多预览{STEPS}个。"
    sheet.add(Item(1, 1, 1, 3, "ask", hint))
    rows = {name: row for row, name in enumerate(form.names, _FIRST)}
    for column, text in ((_NAME, "名称"), (_VALUE, "现在的内容"), (_PLACE, "在哪里填写")):
        sheet.add(Item(_FIRST - 1, column, style="head", text=text))
    shares = {f"share.{share.name}": share for share in form.shares}
    for name, ref in form.names.items():
        row = rows[name]
        sheet.add(Item(row, _NAME, style="cell", text=name))
        if ref in shares:
            formula = _share(form, sheet, shares[ref], rows, where)
            origin = f"由“{form.cells[shares[ref].part].name}”和“{form.cells[shares[ref].whole].name}”算出"
            sheet.add(Item(row, _PLACE, style="cell", text=origin))
            sheet.heights[row] = height_of(origin, sheet.widths[_PLACE])
        else:
            formula = Formula(f"name.{name}", _value(form, ref, where), _value_of(name))
            tab, _, address = where[ref].replace("$", "").partition("!")
            sheet.add(Item(row, _PLACE, style="link", text=f"{tab} {address}", link=f"'{tab}'!{address}"))
        value = sheet.add(Item(row, _VALUE, style="shown", formula=formula))
        text = f'IF({value.address}="","{_BLANK}",SUBSTITUTE({value.address},"【","{_LITERAL}"))'
        sheet.add(Item(row, _TEXT, formula=Formula(f"name.{name}#text", text, _text_of(name))))
        sheet.heights[row] = max(20, sheet.heights.get(row, 0), height_of(name, sheet.widths[_NAME] - 2))
    sheet.heights |= {0: 30, 1: 34, 2: 6, 3: 22}
    sheet.freeze, sheet.repeat = (_FIRST, 0), (_FIRST - 1, _FIRST - 1)
    return sheet


def _value_of(name: str) -> Source:
    return lambda facts: facts.values[name]


def _text_of(name: str) -> Source:
    return lambda facts: _text(facts.values[name])


def _value(form: Form, ref: str, where: Mapping[str, str]) -> str:
    """The formula of a value as sentences print it."""
    address = where[ref]
    if ref in form.cells:
        return _printed(form.cells[ref], where)
    if form.meta[ref].kind != "date" or ref in (UNIT, YEAR):
        return f'{address}&""'
    short = ref.removeprefix("meta.")
    known = _date(address, "yyyy-mm-dd" if short == "local_deadline" else 'yyyy""年""m""月""d""日""')
    bounds = {"period_from": form.period[0], "period_to": form.period[1]}
    if short not in bounds:
        return f'IF({address}="","",{known})'
    year, (month, day) = where[YEAR], map(int, bounds[short].split("-"))
    later = "+1" if short == "period_to" and form.period[1] < form.period[0] else ""
    return f'IF({address}="",IF(ISNUMBER({year}),({year}{later})&"年{month}月{day}日",""),{known})'


def _printed(cell: Cell, where: Mapping[str, str]) -> str:
    address = where[cell.id]
    if not cell.units:
        return f'{address}&""'
    unit = where[cell.unit_key]
    return f'IF(ISNUMBER({address}),{address}&IF({unit}="","{cell.unit}",{unit}),{address}&"")'


def _date(address: str, look: str) -> str:
    """A date typed as a date or in one of the usual ways of writing one."""
    plain = address
    for mark, instead in (("年", "-"), ("月", "-"), ("日", ""), (".", "-"), ("/", "-")):
        plain = f'SUBSTITUTE({plain},"{mark}","{instead}")'
    return f'IFERROR(TEXT(IF(ISNUMBER({address}),{address},DATEVALUE({plain})),"{look}"),{address}&"")'


# ---------------------------------------------------------------- percentages


def _share(form: Form, sheet: Sheet, share: Share, rows: Mapping[str, int], where: Mapping[str, str]) -> Formula:
    """The formula of a percentage as printed. Hidden beside it: the exact one, the rounded one, what rounding cut,
    and how many units of the last digit the group of shares is short of 100."""
    members = [s for s in form.shares if s is share or (share.group and s.group == share.group)]
    row, step = rows[share.name], Decimal(1).scaleb(-share.digits)

    def at(column: int, member: Share = share) -> str:
        return f"${column_name(column + 1)}${rows[member.name] + 1}"

    whole, parts = where[share.whole], ",".join(where[s.part] for s in members)
    known = f"AND(COUNT({parts})={len(members)},COUNT({whole})=1)"
    texts = {
        _EXACT: f'IF({known},IF({whole}=0,"",100*{where[share.part]}/{whole}),"")',
        _ROUNDED: f'IF({at(_EXACT)}="","",ROUND({at(_EXACT)},{share.digits}))',
        _REST: f'IF({at(_EXACT)}="","",ROUND({at(_EXACT)}-{at(_ROUNDED)},9))',
        _UNITS: f'IF({at(_EXACT)}="","",IF(ROUND(SUM({parts})-{whole},9)=0,'
                f"ROUND((100-SUM({','.join(at(_ROUNDED, s) for s in members)}))/{step:f},0),0))",
    }
    for column, text in texts.items():
        formula = Formula(f"name.{share.name}#{column}", text, _share_value(form, share, column))
        sheet.add(Item(row, column, formula=formula))
    here = members.index(share)
    others = [(n, at(_REST, s)) for n, s in enumerate(members) if n != here]
    above = "+".join(f"({a}>{'=' if n < here else ''}{at(_REST)})" for n, a in others) or "0"
    below = "+".join(f"({a}<{'=' if n < here else ''}{at(_REST)})" for n, a in others) or "0"
    units = at(_UNITS)
    change = f"IF({units}>0,IF({above}<{units},{step:f},0),IF({below}<-{units},-{step:f},0))"
    text = f'IF({at(_EXACT)}="","",FIXED({at(_ROUNDED)}+{change},{share.digits},TRUE)&"%")'
    return Formula(f"name.{share.name}", text, _value_of(share.name))


def _share_value(form: Form, share: Share, column: int) -> Callable[[Facts], Value]:
    def compute(facts: Facts) -> Value:
        found = percentages(form, share, facts.report.figures).get(share.name)
        if found is None:
            return ""
        rest = rounded(found.exact - found.rounded)
        return {_EXACT: found.exact, _ROUNDED: found.rounded, _REST: rest, _UNITS: found.units}[column]

    return compute


# ---------------------------------------------------------------- lines over and under a table


def pattern_formula(form: Form, key: str, pattern: str, where: Mapping[str, str]) -> Formula:
    """Return the formula of a line made from a pattern, as `report.fill_pattern` fills it."""

    def render(start: int) -> tuple[str, list[str], int]:
        pieces: list[str] = []
        own: list[str] = []
        i, plain = start, ""
        while i < len(pattern) and pattern[i] != "]":
            if pattern[i] not in "[{":
                plain, i = plain + pattern[i], i + 1
                continue
            pieces, plain = pieces + ([literal(plain)] if plain else []), ""
            if pattern[i] == "{":
                end = pattern.index("}", i)
                name = pattern[i + 1 : end]
                value = _value(form, name if name in form.cells else f"meta.{name}", where)
                pieces, own, i = [*pieces, value], [*own, value], end + 1
            else:
                inner, needed, end = render(i + 1)
                blank = ",".join(f'{value}=""' for value in needed)
                pieces, i = [*pieces, f'IF(OR({blank}),"",{inner})' if needed else inner], end + 1
        pieces += [literal(plain)] if plain else []
        return "&".join(pieces) or '""', own, i

    return Formula(key, render(0)[0], lambda facts: fill_pattern(pattern, facts.values))


def pattern_of(report: Report, item: Statement) -> str:
    """Return what the input cell of a statement holds: the clerk's words, else the form's."""
    return report.text(item.id) or item.text
