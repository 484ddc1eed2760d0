"""The message that carries a report: what it says of the report, and what is attached. Nothing is sent from here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Sequence

from .. import files, prose, verbs
from .. import report as reports
from ..checks.finding import Finding, summary
from ..errors import CallError, InputError
from ..mail import Mail, addresses, one_line
from ..report import Report
from ..rule import SEVERITY_NAMES
from .checking import Checked, check_file
from .issuing import file_stem, issue
from .terms import Terms

MAX_ATTACHED = 20 * 1024 * 1024  # bytes; few mailboxes take more

_WORKBOOKS = (".xlsx", ".xlsm")
_HEADER_MARK = f">{prose.DRAFT}<".encode()
_NOTICE = re.compile(prose.draft_notice(prose.Draft("(.{1,40}?)")).partition("，")[0])
_MOST_LISTED = 20  # findings in the body of a message


def prepare(source: Path, to: Sequence[str], terms: Terms, workbook: Path | None = None) -> Mail:
    """Return the message that carries a report to the addresses in `to`, and a workbook if one is given.

    `source` is a Word report that was issued, or a workbook, whose report is made for the message. With no address
    the user writes one into the draft. A report with open errors, or printed as a draft, is marked so; what is said
    about the check holds for everything that is attached.
    A wrong address, another kind of file, a workbook of another report, or more than `MAX_ATTACHED` bytes is an error.
    """
    receivers = addresses(to)
    kind = source.suffix.lower()
    if kind not in (".docx", *_WORKBOOKS):
        sentence = f"“{source.name}”不是 Word 报告（.docx）或标准工作簿（.xlsx），请先用 nianbao report 生成报告。"
        raise CallError("not-docx", sentence)
    checked = check_file(source, terms)
    report, findings = checked.report, list(checked.findings)
    notes = list(report.notes)
    document = files.read_bytes(source) if kind == ".docx" else _made(checked, terms)
    attached = [document]
    differing = 0
    if workbook is not None:
        beside = _of_same_report(report, workbook, terms)
        differing = different_figures(report, beside.report)
        if differing:
            notes.append(f"所附工作簿与报告有{differing}处数字不同，请核对后再发。")
        findings = _together(findings, beside.findings)
        attached.append(files.read_bytes(workbook))
    size = sum(map(len, attached))
    if size > MAX_ATTACHED:
        limit = MAX_ATTACHED // 2**20
        raise InputError("too-large", f"附件共 {size / 2**20:.1f} MB，超过 {limit} MB，请压缩图片或改用其他方式报送。")
    printed = _printed_open(document, source.name)
    draft = printed is not None or any(f.blocks for f in findings)
    names = [f"{file_stem(report, draft)}.docx"]
    if workbook is not None:
        names.append(f"{file_stem(report, False)}（工作簿）{workbook.suffix.lower()}")
    title = one_line(reports.title(report)) or "年度报告"
    state = _state(findings, printed or "")
    body = _body(report, title, state, findings, draft, names, differing)
    subject = f"【{prose.DRAFT}】{title}" if draft else title
    return Mail(receivers, subject, body, tuple(zip(names, attached)), draft, tuple(notes))


def different_figures(printed: Report, workbook: Report) -> int:
    """Return in how many figures a printed report and the workbook it came from differ by now."""
    return sum(printed.figures.get(c) != workbook.figures.get(c) for c in workbook.definition.cells)


def _made(checked: Checked, terms: Terms) -> bytes:
    """Return the report of a workbook, printed as a draft where errors are open."""
    return issue(checked, ".docx", terms, draft=bool(checked.blocking))


def _of_same_report(report: Report, workbook: Path, terms: Terms) -> Checked:
    """Return the workbook that goes along, checked; one of another report is a `CallError`."""
    if workbook.suffix.lower() not in _WORKBOOKS:
        raise CallError("not-workbook", f"“{workbook.name}”不是标准工作簿（.xlsx），请换成填报用的 .xlsx 工作簿。")
    book = verbs.read(workbook)
    if (book.form, book.unit, book.year) != (report.form, report.unit, report.year):
        whose = one_line(f"{book.unit or '单位未填'} {book.year or '年度未填'}")
        raise CallError("other-workbook", f"“{workbook.name}”是“{whose}年度”的工作簿，与报告不一致，请换成同一份报告的工作簿。")
    return check_file(workbook, terms)


def _together(findings: list[Finding], further: Sequence[Finding]) -> list[Finding]:
    """Return findings about two files of one report, each once, worst first."""
    known = {(f.rule, f.fingerprint) for f in findings}
    added = [f for f in further if (f.rule, f.fingerprint) not in known]
    return sorted([*findings, *added], key=lambda f: f.rank)


def _printed_open(docx: bytes, name: str) -> str | None:
    """Return what a Word report says was open when it was printed as a draft; None for a final report."""
    parts = files.unpack(docx, name)
    if not any(_HEADER_MARK in data for part, data in parts.items() if part.startswith("word/header")):
        return None
    text = re.sub(r"<[^>]+>", "", parts.get("word/document.xml", b"").decode("utf-8", "replace"))
    stated = _NOTICE.search(text)
    return stated[1] if stated else ""


def _state(findings: Sequence[Finding], printed: str) -> str:
    """Return how the check went. A draft that was printed with open errors is not called free of errors here, though
    nothing of them shows in the Word file itself: they are in the workbook it came from."""
    if printed and not any(f.blocks for f in findings):
        return f"报告打印为{prose.DRAFT}时尚有{printed}未处理，请以工作簿的校验结果为准。"
    return summary(findings)


def _listed(blocking: Sequence[Finding]) -> list[str]:
    """Return the lines of a draft's message that say what is still to be done."""
    if not blocking:
        return []
    lines = [f"{n}. {SEVERITY_NAMES[f.severity]}：{one_line(f.message)}" for n, f in enumerate(blocking, 1)]
    more = len(lines) - _MOST_LISTED
    return ["", "尚待处理：", *lines[:_MOST_LISTED], *([f"其余{more}处见“校验结果”。"] if more > 0 else [])]


def _body(
    report: Report,
    title: str,
    state: str,
    findings: Sequence[Finding],
    draft: bool,
    names: Sequence[str],
    differing: int,
) -> str:
    first, last = (reports.chinese_date(day) for day in reports.period(report))
    period = f"（统计期限{one_line(first)}至{one_line(last)}）" if first and last else ""
    about = [
        f"单位：{one_line(report.unit) or '（未填）'}",
        f"年度：{f'{report.year}年' if report.year else '（未填）'}{period}",
        f"校验：{state}",
    ]
    if differing:
        about.append(f"说明：所附工作簿与报告有{differing}处数字不同。")
    about.append(f"附件：{'；'.join(names)}")
    about += _listed([finding for finding in findings if finding.blocks])
    opening = f"现送上《{title}》{prose.DRAFT if draft else ''}，请审阅。"
    closing = [f"本件为{prose.DRAFT}，仅供内部审阅，请勿对外公布；定稿后另行报送。", ""] if draft else []
    return "\n".join(["您好：", "", opening, "", *about, "", *closing, "谢谢。", "", one_line(report.unit), ""])
