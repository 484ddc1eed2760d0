"""Build the reference pages of docs/ from forms and rules; `--check` only says which are stale.

docs/forms.zh-CN.md shows every table as it is printed, with the id of each cell where its number goes;
docs/rules.zh-CN.md lists every rule with its meaning, severity and basis; docs/rule-language.md and
docs/form-language.md say what the record of a rule and the file of a form may hold.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path
from typing import Iterator

from nianbao import form as forms
from nianbao.checks import parameters, record
from nianbao.checks.catalogue import load, shown
from nianbao.checks.registry import implementation
from nianbao.form import Form, Table, schema
from nianbao.layout import Label, grid
from nianbao.rule import SEVERITY_NAMES, Rule
from nianbao.rule.chinese import sentence

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOTE = "<!-- Built by scripts/build from workbook/forms and workbook/rules. Edit those. -->\n"


def forms_page() -> str:
    """Return the page of all forms."""
    parts = [NOTE, "# 报告格式", "表中每个数字格写的是它的编号；正文中用【名称】引用数字。"]
    for form in forms.all_forms():
        parts += [f"## {form.id}　{form.name}", f"{form.use}。依据：{form.basis}。"]
        parts += [part for section in form.sections for part in _section(form, section)]
    return "\n\n".join(parts) + "\n"


def _section(form: Form, section: forms.Section) -> Iterator[str]:
    yield f"### {section.heading}"
    if section.table:
        yield _table(form.table(section.table))
    rows = [f"| `{cell.id}` | {cell.label} | {cell.unit} | 【{cell.name}】 |" for cell in section.fields]
    if rows:
        yield "\n".join(["| 编号 | 项目 | 单位 | 名称 |", "|---|---|---|---|", *rows])
    for statement in section.statements:
        yield f"* `{statement.id}`　{statement.text}"
    for text in section.texts:
        yield f"* `{text.id}`　{text.heading}　{text.ask}"


def _table(table: Table) -> str:
    lines = []
    for line in grid(table).lines:
        cells = []
        for place in line:
            tag = "th" if isinstance(place, Label) else "td"
            text = escape(place.text) if isinstance(place, Label) else f"<code>{place.id}</code>"
            cells.append(f'<{tag} rowspan="{place.rows}" colspan="{place.columns}">{text}</{tag}>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join(["<table>", *lines, "</table>"])


def rules_page() -> str:
    """Return the page of all rules."""
    catalogue = load()
    head = ["| 编号 | 级别 | 格式 | 含义 | 依据 |", "|---|---|---|---|---|"]
    rows = [_rule(shown(rule)) for rule in catalogue.rules.values()]
    return "\n".join([NOTE, "# 校验规则", "", f"规则版本 {catalogue.version}，共 {len(rows)} 条。", "", *head, *rows]) + "\n"


def _rule(rule: Rule) -> str:
    meaning = rule.title + (f"<br>{sentence(rule, forms.load(rule.forms[0]))}" if rule.check else "")
    severity = SEVERITY_NAMES[rule.severity] + (f"/{SEVERITY_NAMES[rule.lesser]}" if rule.lesser else "")
    cells = (f"`{rule.id}`", severity, "、".join(rule.forms), meaning, rule.basis)
    return f"| {' | '.join(cell.replace('|', '｜') for cell in cells)} |"


_RULE_LANGUAGE = """规则是数据：`workbook/rules/` 里每个 TOML 文件的每个 `[[rule]]` 都算数，不需要在别处登记。对哪些格式、哪些年度适用，
只看记录本身。省、市、单位可以写一个叠加文件（`nianbao check --pack`，或写进 settings.toml），其中可以有 `[[rule]]`、`[[change]]`、`[[off]]`。
看不懂的键、类型和编号一律拒绝，并指出文件、规则和键。

一条完整的规则：

```toml
[[rule]]
id = "CITY-1"
forms = ["gov-2021"]
severity = "warning"
title = "新收申请不超过1000件"
check = "t3.new_received.total <= 1000"
message = "{place}：新收{left}件，多于{right}件。"
fix = "请核对“{label:t3.new_received}”一行。"
basis = "本市通知"
since = 2024
```

名称不写死：`{label:编号}` 是行、列、格或单位信息各项的名称，`{name:编号}` 是去掉序号和说明的名称，`{heading:编号}` 是部分的标题，
`{sheet:编号}` 是工作表的名称（`meta`、`reasons`、表或部分的编号）。名称改了，句子随之改变。"""


def rule_language_page() -> str:
    """Return the page of what a record may say, made from the declarations that refuse everything else."""
    parts = [NOTE, "# 规则怎样写", _RULE_LANGUAGE]
    titles = {"rule": "[[rule]] 一条规则", "change": "[[change]] 叠加文件改动一条规则", "off": "[[off]] 叠加文件停用一条规则"}
    for part, keys in record.PARTS.items():
        rows = [f"| `{k.name}` | {'必填' if k.required else ''} | {k.meaning}{_allowed(k.allowed)} |" for k in keys]
        parts += [f"## {titles[part]}", "\n".join(["| 键 | | 含义 |", "|---|---|---|", *rows])]
    parts.append("## 参数\n\n由函数判断的规则，阈值、日期、词语和所看的部分都写在 `with` 里，叠加文件可以改。")
    rows = []
    for rule in load().rules.values():
        found = implementation(rule)
        for name, meaning, _ in parameters.described(found.declared) if found else ():
            rows.append(f"| `{rule.id}` | `{name}` | {meaning} |")
    parts.append("\n".join(["| 规则 | 参数 | 类型 |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _allowed(words: tuple[str, ...]) -> str:
    return f"：{'、'.join(f'`{word}`' for word in words)}" if words else ""


_FORM_LANGUAGE = """一种报告格式是 `workbook/forms/` 里的一个 TOML 文件，文件名就是编号。工作簿、Word 模板、网页、读数和校验都由它生成，
名称和编号不在别处写第二次。写好后运行 `scripts/build`，会生成 `workbook/编号.xlsx` 和 `docx_templates/编号.docx`。

看不懂的键、没有作用的键、重复的编号和名称、对不上的宽度、不存在的引用、互相相加的合计，一律拒绝（`bad-form`），一句话指出文件、位置、键、
现在是什么和可以写什么。安装后手工改过的文件也一样。对单个格的校验规则（`workbook/rules/cells.toml`）自动适用；其他规则按编号写在
`workbook/rules/`，见 [规则怎样写](rule-language.md)。

一个完整的小例子，测试真的用它生成工作簿和报告："""
_OBJECTS = {
    "form": "整个文件", "section": "[[section]] 部分", "text item": "texts 中的一项", "field": "fields 中的一项",
    "statement": "statements 中的一项", "table": "[[table]] 表", "block": "[[table.block]] 块", "info": "infos 中的一项",
    "column": "columns 中的一列", "row": "rows 中的一行", "share": "[[share]] 百分比", "meta": "meta.toml",
    "other sheets": "meta.toml 的 [sheets]", "question": "meta.toml 的 [[field]]", "choice": "choices 中的一项",
}


def form_language_page() -> str:
    """Return the page of what a form file may say, made from the schema that refuses everything else."""
    example = (DOCS / "examples" / "library-2030.toml").read_text("utf-8")
    parts = [NOTE, "# 报告格式怎样写", _FORM_LANGUAGE, f"```toml\n{example}```"]
    for name, keys in schema.OBJECTS.items():
        rows = [f"| `{k.name}` | {'必填' if k.required else k.default} | {_type(k)} | {k.meaning}{_allowed(k.allowed)} |"
                for k in keys]
        parts += [f"## {_OBJECTS[name]}", "\n".join(["| 键 | 不写时 | 类型 | 含义 |", "|---|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _type(key: schema.Key) -> str:
    if key.type == "whole":
        return f"{key.least} 至 {key.most} 的整数"
    text = schema.TYPES.get(key.type) or f"{'一组' if key.one else '列表'}，见“{_OBJECTS[key.type]}”"
    return f"{text}，可以为空" if key.blank else text


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` return 1 when one is stale."""
    stale = []
    pages = {"forms.zh-CN.md": forms_page(), "rules.zh-CN.md": rules_page(), "rule-language.md": rule_language_page(),
             "form-language.md": form_language_page()}
    for name, content in pages.items():
        target = DOCS / name
        if target.is_file() and target.read_text("utf-8") == content:
            continue
        stale.append(str(target.relative_to(DOCS.parent)))
        if "--check" not in arguments:
            target.write_text(content, "utf-8")
    word = "stale" if "--check" in arguments else "built"
    print("\n".join(f"{word}: {name}" for name in stale) or "docs are current")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
