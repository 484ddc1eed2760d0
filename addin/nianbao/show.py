"""How results are shown on the console, as JSON and as a web page. Everything said here comes from the values."""

from __future__ import annotations

from typing import Any, Sequence

from . import form as forms
from .checks.catalogue import shown
from .checks.finding import Finding
from .desk.checking import Checked, Refused
from .report import Report, dumps
from .rule import SEVERITIES, SEVERITY_NAMES, Rule
from .rule.chinese import sentence


def as_json(results: Sequence[Checked | Refused]) -> str:
    """Return the contract's JSON for `check --json`."""
    return dumps([_result(r) for r in results], indent=1)


def _result(result: Checked | Refused) -> dict[str, Any]:
    if isinstance(result, Refused):
        return {"file": result.file, "refused": {"code": result.error.code, "message": result.error.message}}
    return {
        "file": result.file,
        "form": result.report.form,
        "unit": result.report.unit,
        "year": result.report.year,
        "pack": result.pack,
        "rules_checked": result.rules,
        "counts": result.counts,
        "notes": list(result.report.notes),
        "findings": [_finding(result, f) for f in result.findings],
    }


def _finding(result: Checked, finding: Finding) -> dict[str, Any]:
    sheet, address = result.place(finding)
    words = {"quote": finding.quote, "section": finding.section} if finding.section else {}
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "cells": dict(finding.cells),
        "actual": finding.actual,
        "expected": finding.expected,
        "difference": finding.difference,
        "sheet": sheet,
        "address": address,
        "message": finding.message,
        "fix": finding.fix,
        "basis": finding.basis,
        "fingerprint": finding.fingerprint,
        "explanation": finding.explanation,
        **words,
    }


def at(result: Checked, finding: Finding) -> str:
    """Return where a finding is in a workbook, as `sheet!address`; "" for one that has no place there."""
    sheet, address = result.place(finding)
    return f"{sheet}!{address}" if sheet else ""


def line(finding: Finding, at: str = "") -> str:
    """Return one finding in the house form: code, place, what is, what to do, authority, code for an explanation."""
    name = SEVERITY_NAMES[finding.severity]
    head = f"[{finding.rule}] {name}{'（已说明）' if finding.explanation else ''} {at}".rstrip()
    return f"{head}\n  {finding.message}\n  {finding.fix}依据：{finding.basis}。核对码：{finding.fingerprint}"


def numbers_of_text(report: Report) -> str:
    """Return one line for each number of the texts: what it was taken for, and why it was compared or left alone."""
    from .official.reading import reading

    out = ["正文中的数字："]
    for text_id, judged in reading(report).judged:
        said = judged.mention
        cells = "、".join(report.definition.cells[cell_id].name for cell_id, _ in judged.cells)
        state = {True: "一致", False: "不一致", None: "不比较"}[judged.agrees]
        about = f"，比较{cells}" if cells else ""
        out.append(f"  [{text_id}] {said.text}：{state}（{judged.why}{about}）　{said.quote}")
    return "\n".join(out)


def as_text(results: Sequence[Checked | Refused], verbose: bool = False) -> str:
    """Return findings for a person; points to confirm are counted, and listed only where `verbose`."""
    out: list[str] = []
    for result in results:
        if isinstance(result, Refused):
            out.append(f"{result.file}\n  {result.error}")
            continue
        report = result.report
        out.append(f"{result.file}　{report.unit} {report.year or '年度未填'}年度（{report.form}）")
        out += [f"  {note}" for note in report.notes]
        for finding in result.findings:
            if verbose or finding.severity != SEVERITIES[-1]:
                out.append(line(finding, at(result, finding)))
        out.append(f"结果：{result.summary}")
        if result.counts[SEVERITIES[-1]] and not verbose:
            out.append("待确认的事项加 -v 列出。")
    return "\n".join(out)


def contents(report: Report) -> str:
    """Return a report's figures and texts for a person."""
    form = report.definition
    out = [f"{form.name}　{report.unit} {report.year or ''}年度"]
    for section in form.sections:
        out.append(section.heading)
        cells = form.table_cells[section.table] if section.table else section.fields
        out += [f"  {cell.label}：{report.shown(cell.id) or '（空）'}" for cell in cells]
        for text_id in (section.id, *(t.id for t in section.texts)):
            out += [f"  {paragraph}" for paragraph in report.texts.get(text_id, ())]
    return "\n".join(out)


def rules_text(rules: Sequence[Rule], whole: bool = False) -> str:
    """Return a list of rules, one line each; with `whole` everything about each."""
    rules = [shown(rule) for rule in rules]
    if not whole:
        return "\n".join(f"{r.id:<18}{SEVERITY_NAMES[r.severity]}　{r.title}" for r in rules)
    return "\n\n".join(_rule_text(rule) for rule in rules)


def _rule_text(rule: Rule) -> str:
    lines = [f"{rule.id}　{SEVERITY_NAMES[rule.severity]}　{rule.title}"]
    if rule.check:
        lines += [f"含义：{meaning(rule)}", f"算式：{rule.check}" + (f"（当 {rule.when}）" if rule.when else "")]
    lines += [f"处理：{rule.fix}", f"依据：{rule.basis}", f"格式：{'、'.join(rule.forms)}，{rule.since}年起"]
    return "\n".join(lines + ([f"已停用：{rule.off}"] if rule.off else []))


def meaning(rule: Rule) -> str:
    """Return what a rule demands, in Chinese: its expression in words, else its title."""
    return sentence(rule, forms.load(rule.forms[0]))


def rules_json(rules: Sequence[Rule]) -> str:
    """Return rules as JSON records."""
    rules = [shown(rule) for rule in rules]
    keys = ("id", "forms", "severity", "title", "check", "when", "message", "fix", "basis", "since", "until", "off")
    return dumps([{**{k: getattr(r, k) for k in keys}, "meaning": meaning(r)} for r in rules], indent=1)


def forms_text() -> str:
    """Return the forms, one line each: who uses which for which year; those in use first, the statutory one leading."""
    return "\n".join(f"{f.id:<14}  {f.name}：{f.use}（{f.basis}）" for f in _in_use_first())


def _in_use_first() -> list[forms.Form]:
    return sorted(forms.all_forms(), key=lambda f: (f.until is not None, forms.AGENCY not in f.units, -f.since))


def forms_json() -> str:
    """Return the forms as JSON records."""
    records = [
        {
            **{k: getattr(f, k) for k in ("id", "version", "name", "use", "basis", "since", "until")},
            "cells": list(f.cells),
            "texts": list(f.texts),
        }
        for f in _in_use_first()
    ]
    return dumps(records, indent=1)


_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>校验结果</title>
<style>
body {{ font: 16px/1.7 "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #222; }}
body {{ max-width: 60em; margin: 2em auto; padding: 0 1em; }}
h1 {{ font-size: 1.5em; }} h2 {{ font-size: 1.15em; margin-top: 2em; border-bottom: 1px solid #bbb; }}
li {{ margin: .8em 0; padding: .6em 1em; list-style: none; border-left: 5px solid #999; background: #f7f7f7; }}
ul {{ padding: 0; }} .error {{ border-color: #b3261e; }} .explain {{ border-color: #d17a00; }}
.warning {{ border-color: #c9a400; }} .confirm {{ border-color: #4a7fb5; }}
.tag {{ font-weight: bold; margin-right: .6em; }} .at, .basis {{ color: #666; font-size: .88em; }}
@media print {{ li {{ break-inside: avoid; }} }}
</style>
</head>
<body>
<h1>年度报告校验结果</h1>
{body}
</body>
</html>
"""


def as_html(results: Sequence[Checked | Refused]) -> bytes:
    """Return one self-contained page with the findings of every file."""
    return _PAGE.format(body="\n".join(_section(r) for r in results)).encode()


def _section(result: Checked | Refused) -> str:
    from html import escape

    if isinstance(result, Refused):
        return f"<section><h2>{escape(result.file)}</h2><p>{escape(str(result.error))}</p></section>"
    report = result.report
    items = "\n".join(_item(result, f) for f in result.findings)
    head = escape(f"{report.unit} {report.year or ''}年度")
    notes = "".join(f"<p>{escape(note)}</p>" for note in report.notes)
    return (
        f'<section><h2>{head}</h2><p class="at">{escape(result.file)}　规则版本 {escape(result.pack)}</p>'
        f"{notes}<p>{result.summary}</p>\n<ul>\n{items}\n</ul></section>"
    )


def _item(result: Checked, finding: Finding) -> str:
    from html import escape

    place = at(result, finding)
    shown = f' <span class="at">{escape(place)}</span>' if place else ""
    said = f"<br>情况说明：{escape(finding.explanation)}" if finding.explanation else ""
    return (
        f'<li class="{finding.severity}"><span class="tag">{SEVERITY_NAMES[finding.severity]}</span>'
        f"{escape(finding.message)}{shown}<br>{escape(finding.fix)}{said}"
        f'<br><span class="basis">{escape(finding.rule)} · 依据：{escape(finding.basis)} · 核对码 {finding.fingerprint}'
        "</span></li>"
    )
