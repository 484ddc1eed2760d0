"""Build the reference pages of docs/ from forms and rules; `--check` only says which are stale.

docs/forms.zh-CN.md shows every table as it is printed, with the id of each cell where its number goes;
docs/rules.zh-CN.md lists every rule with its meaning, severity and basis.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path
from typing import Iterator

from nianbao import form as forms
from nianbao.checks.catalogue import load
from nianbao.form import Form, Table
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
    rows = [_rule(rule) for rule in catalogue.rules.values()]
    return "\n".join([NOTE, "# 校验规则", "", f"规则版本 {catalogue.version}，共 {len(rows)} 条。", "", *head, *rows]) + "\n"


def _rule(rule: Rule) -> str:
    meaning = rule.title + (f"<br>{sentence(rule, forms.load(rule.forms[0]))}" if rule.check else "")
    severity = SEVERITY_NAMES[rule.severity] + (f"/{SEVERITY_NAMES[rule.lesser]}" if rule.lesser else "")
    cells = (f"`{rule.id}`", severity, "、".join(rule.forms), meaning, rule.basis)
    return f"| {' | '.join(cell.replace('|', '｜') for cell in cells)} |"


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` return 1 when one is stale."""
    stale = []
    for name, content in (("forms.zh-CN.md", forms_page()), ("rules.zh-CN.md", rules_page())):
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
