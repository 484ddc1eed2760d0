"""The sheets around the report: the clerk's reasons, the live checks, the rules and the guide."""

from __future__ import annotations

from typing import Any, Mapping

from .. import buttons
from .. import form as forms
from ..checks.catalogue import Catalogue
from ..form import Form
from ..rule import SEVERITY_NAMES, Bound, Rule, bind, evaluate
from ..rule.chinese import sentence
from ..rule.formula import FAILS, HOLDS, OPEN, excel
from . import answers, ids
from .progress import progress
from .sheet import Compute, Facts, Formula, Item, Sheet, Value, heading, height_of, rounded

_GUIDE_WIDTHS = (2.0, 20.0, 48.0, 10.0, 22.0, 12.0)
_WHOLE = len(_GUIDE_WIDTHS) - 1
_REASON_WIDTHS = (18.0, 48.0, 48.0, 9.0, 12.0, 13.0, 10.0, 16.0, 15.0)


def reasons_sheet() -> Sheet:
    """Return the sheet that lists the clerk's answers to findings; it grows, so it is not protected."""
    columns = tuple(answers.COLUMNS)
    hidden = columns.index("fingerprint") + 1
    sheet = Sheet(ids.REASONS, (2.0, *_REASON_WIDTHS), landscape=True, protected=False, hidden_columns=(hidden,),
                  print_columns=hidden)
    sheet.add(Item(0, 1, 1, hidden - 1, "title", "情况说明"))
    text = (
        f"写在“{ids.RESULTS}”表“说明”“已核实”两列的，校验时记到这里，一处一行；也可以在这里改写，以后写的为准。"
        f"数字改动后原来的问题不在了，那一行的状态显示“{answers.LAPSED}”，新的问题须重新说明；"
        f"“{answers.EARLIER}”是上年的说明，只供参考。"
    )
    sheet.add(Item(1, 1, 1, hidden - 1, "ask", text))
    sheet.hide(2, ids.WHY, {1 + n: column for n, column in enumerate(columns)})
    for number, (name, head) in enumerate(answers.COLUMNS.items(), 1):
        style = {"explanation": "answer", "verified": "answer choice", "fingerprint": "code"}.get(name, "cell")
        sheet.add(Item(3, number, style="head", text=head))
        sheet.add(Item(4, number, style=style))
        sheet.column_styles[number] = f"listed {style}"
    sheet.heights |= {0: 30, 1: 36, 3: 22, 4: 20}
    sheet.freeze, sheet.repeat = (4, 0), (3, 3)
    return sheet


def checks_sheet(form: Form, bounds: list[Bound], where: dict[str, str]) -> Sheet:
    """One row a rule and place, live."""
    sheet = Sheet(ids.CHECKS, (2.0, 18.0, 52.0, 62.0, 12.0, 12.0, 10.0, 8.0), landscape=True)
    heading(sheet, "校验", 7, where)
    head, first, last = 3, 4, 3 + max(len(bounds), 1)
    state = f"$H${first + 1}:$H${last + 1}"
    verdicts = {b.key: b for b in bounds}

    def summary(facts: Facts) -> str:
        found = [_state(b, facts) for b in verdicts.values()]
        return _summary(len(found), *(found.count(s) for s in (HOLDS, FAILS, OPEN)))

    counts = [f'"&COUNTIF({state},"{s}")&"' for s in (HOLDS, FAILS, OPEN)]
    text = '"' + _summary(len(bounds), *counts) + '"'
    sheet.add(Item(2, 1, 1, 7, "limit", formula=Formula("checks.summary", text, summary)))
    for column, name in enumerate(("规则编号", "内容", "位置", "前一个数", "后一个数", "相差", "结果"), 1):
        sheet.add(Item(head, column, style="head", text=name))
    meanings: dict[str, str] = {}
    for row, bound in enumerate(bounds, first):
        rule = bound.rule
        meaning = meanings.setdefault(rule.id, sentence(rule, form))
        sheet.add(Item(row, 0, style="id", text=bound.key))
        sheet.add(Item(row, 1, style="cell", text=rule.id))
        sheet.add(Item(row, 2, style="cell", text=meaning))
        target, label = _place(form, bound, where)
        name, _, address = target.partition("!")
        sheet.add(Item(row, 3, style="link", text=label, link=f"'{name}'!{address.replace('$', '')}"))
        formulas = excel(bound, where.__getitem__, form)
        state_text = _guarded(form, bound, formulas.state, where)
        at = f"$H${row + 1}"
        for column, side, which in ((4, formulas.left, "left"), (5, formulas.right, "right")):
            if side:
                text = f'IF({at}="{OPEN}","",ROUND({side},9))'
                formula = Formula(f"{bound.key}#{which}", text, _side(bound, which))
                sheet.add(Item(row, column, style="value", formula=formula))
            else:
                sheet.add(Item(row, column, style="value"))
        if formulas.left:
            text = f'IF({at}="{OPEN}","",ROUND($E${row + 1}-$F${row + 1},9))'
            formula = Formula(f"{bound.key}#difference", text, _side(bound, "difference"))
            sheet.add(Item(row, 6, style="value", formula=formula))
        else:
            sheet.add(Item(row, 6, style="value"))
        state_item = Item(row, 7, style="mark", formula=Formula(f"{bound.key}#state", state_text, _state_of(bound)))
        where[f"state.{bound.key}"] = sheet.reach(sheet.add(state_item))
        sheet.heights[row] = max(20, height_of(meaning, 52), height_of(label, 62))
    if not bounds:
        sheet.add(Item(first, 1, 1, 7, "hint", "本格式没有能用公式核对的规则，表内的校验标记和程序校验照常有效。"))
        sheet.heights[first] = 22
    sheet.filter = f"B{head + 1}:H{last + 1}"
    sheet.heights |= {2: 24, head: 22}
    sheet.freeze, sheet.repeat = (first, 0), (head, head)
    return sheet


def _summary(number: int, *counts: Any) -> str:
    holds, fails, open_ = counts
    return f"共{number}项：{HOLDS} 相符 {holds} 项，{FAILS} 不符 {fails} 项，{OPEN} 数据未齐或不适用 {open_} 项"


def _state(bound: Bound, facts: Facts) -> str:
    return {True: HOLDS, False: FAILS, None: OPEN}[evaluate(bound, facts.report.get).holds]


def _state_of(bound: Bound) -> Compute:
    return lambda facts: _state(bound, facts)


def _side(bound: Bound, which: str) -> Compute:
    def compute(facts: Facts) -> Value:
        verdict = evaluate(bound, facts.report.get)
        value = getattr(verdict, which)
        return "" if verdict.holds is None or value is None else rounded(value)

    return compute


def _place(form: Form, bound: Bound, where: Mapping[str, str]) -> tuple[str, str]:
    """Where a rule looks first: the address to jump to, and the place in Chinese."""
    refs = [*bound.cells, *bound.names.values()]
    first = next(r for r in refs if r in where)
    sheet = where[first].partition("!")[0]
    return where[first], f"{sheet}：{bound.label}"


def _guarded(form: Form, bound: Bound, state: str, where: Mapping[str, str]) -> str:
    """Make a rule on the year before blind to figures that last year's form does not let us compare."""
    for earlier in form.comparable:
        other = f'{where[ids.LAST_FORM]}<>"{forms.load(earlier).name}"'
        refs = dict.fromkeys([*bound.names.values(), *(r for group in bound.groups.values() for r in group)])
        barred = [r for r in refs if r.startswith("last.") and not form.can_compare(earlier, r[5:])]
        for ref in barred:
            state = state.replace(f"ISNUMBER({where[ref]})", f"AND(ISNUMBER({where[ref]}),{other})")
        if any(r in bound.needed for r in barred):
            state = f'IF({other},{state},"{OPEN}")'
    return state


def rules_sheet(form: Form, catalogue: Catalogue) -> Sheet:
    """Return the sheet with every rule in force for the form."""
    sheet = Sheet(ids.RULES, (2.0, 18.0, 13.0, 60.0, 48.0, 36.0), landscape=True)
    sheet.add(Item(0, 1, 1, 5, "title", "规则"))
    sheet.add(Item(1, 1, 1, 5, "unit line", f"规则版本：{catalogue.version}"))
    for column, text in enumerate(("规则编号", "级别", "内容", "怎么处理", "依据"), 1):
        sheet.add(Item(2, column, style="head", text=text))
    for row, rule in enumerate(catalogue.for_form(form.id), 3):
        texts = (rule.id, SEVERITY_NAMES[rule.severity], _meaning(rule, form), rule.fix, rule.basis)
        for column, text in enumerate(texts, 1):
            sheet.add(Item(row, column, style="cell", text=text))
        sheet.heights[row] = max(20, *(height_of(t, w) for t, w in zip(texts, sheet.widths[1:])))
    sheet.heights |= {0: 30, 1: 20, 2: 22}
    sheet.freeze, sheet.repeat = (3, 0), (2, 2)
    return sheet


def _meaning(rule: Rule, form: Form) -> str:
    return f"{rule.title}。{sentence(rule, form)}" if bind(rule, form) else rule.title


def steps(form: Form) -> tuple[str, ...]:
    """Return how to fill in the workbook, one sentence a step."""
    return (
        f"适用范围：{form.use}。",
        "浅黄色的格是填写的地方；灰色的格由公式自动计算，其他格已锁定，没有设密码。",
        "数字格只填数字，不带单位、逗号和空格；没有发生的填0，不要留空，也不要填“/”“无”。",
        f"各项数字统计到{_last_day(form)}。每一行右侧和表格下方随时显示校验结果。",
        "文字部分一段写一行，表内自动计数；段落多于所给行数的，在最后一行内用 Alt+Enter 换行续写。",
        f"文字中可以用【】写名称代替数字，例如【{_example(form)}】，右侧“写入报告的文字”一列随时显示换成数字后的样子；"
        f"可用的名称见“{ids.NAMES}”表。",
        "不要增删行、列和工作表，也不要移动单元格，否则公式和读数会出错。",
    )


def guide_sheet(form: Form, sheets: list[Sheet], where: Mapping[str, str]) -> Sheet:
    """Return the first sheet: how to fill in the others, and how far each of them is."""
    sheet = Sheet(ids.GUIDE, _GUIDE_WIDTHS)
    sheet.add(Item(0, 1, 1, _WHOLE, "title", form.name))
    sheet.add(Item(1, 1, 1, _WHOLE, "unit line", f"依据：{form.basis}"))
    purposes = {
        ids.NAMES: "可以写进文字的名称和它们现在的内容",
        ids.PREVIOUS: "上一年度报告的数据，用于核对；可由上年工作簿自动带入",
        ids.REASONS: "对校验结果的说明，都记在这里",
        ids.CHECKS: "由公式自动算出的逐项核对，随填随变",
        ids.RESULTS: "程序校验后写入的问题清单",
        ids.RULES: "全部校验规则、处理办法和依据",
        forms.meta_sheet(): "先填本表：单位全称和报告年度用于标题、落款和各表表头",
    }
    headings = {form.table(s.table).sheet if s.table else s.sheet: s.heading for s in form.sections}
    row = 3
    sheet.add(Item(2, 1, 1, _WHOLE, "section", "填写要求"))
    for number, text in enumerate(steps(form), 1):
        sheet.add(Item(row, 1, 1, _WHOLE, "step", f"{number}. {text}"))
        sheet.heights[row] = max(21, height_of(text, 108, 16))
        row += 1
    row = _buttons(sheet, row)
    sheet.add(Item(row, 1, 1, _WHOLE, "section", "工作表"))
    sheet.heights |= {row: 26, row + 1: 22}
    for column, text in enumerate(("工作表", "内容", "已填", "进度", "红色标记"), 1):
        sheet.add(Item(row + 1, column, style="head", text=text))
    row += 2
    for other in sheets:
        sheet.add(Item(row, 1, style="link", text=other.name, link=f"'{other.name}'!B1"))
        sheet.add(Item(row, 2, style="cell", text=purposes.get(other.name) or headings[other.name]))
        for item in progress(row, 3, other, form, where):
            sheet.add(item)
        sheet.heights[row] = max(21, height_of(sheet.items[-4].text, _GUIDE_WIDTHS[2]))
        row += 1
    sheet.heights |= {0: 34, 1: 20, 2: 26}
    return sheet


def _buttons(sheet: Sheet, row: int) -> int:
    """List what the buttons do, for whoever has them; return the next free row."""
    tab = buttons.tab()
    where = (
        f"装有本工具的，Excel 功能区有“{tab.label}”选项卡，LibreOffice 有同名的菜单和工具栏，按钮从左到右就是办理的次序。"
        "没有按钮的，表内公式照样随填随校验。"
    )
    sheet.add(Item(row, 1, 1, _WHOLE, "section", "按钮"))
    sheet.add(Item(row + 1, 1, 1, _WHOLE, "step", where))
    sheet.heights |= {row: 26, row + 1: height_of(where, 108, 18)}
    for row, button in enumerate(tab.buttons, row + 2):
        sheet.add(Item(row, 1, style="cell", text=button.label))
        sheet.add(Item(row, 2, 1, _WHOLE - 1, style="cell", text=button.help))
        sheet.heights[row] = max(21, height_of(button.help, sum(_GUIDE_WIDTHS[2:])))
    return row + 1


def _last_day(form: Form) -> str:
    first, last = form.period
    month, day = map(int, last.split("-"))
    return f"{'次年' if last < first else '本年'}{month}月{day}日"


def _example(form: Form) -> str:
    """A name for the guide: that of the first number."""
    return next(cell.name for cell in form.cells.values() if cell.is_number)
