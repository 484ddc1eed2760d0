"""A checked report as the document that leaves the office: final while nothing blocks it, else a draft that says so."""

from __future__ import annotations

from typing import Sequence

from .. import files, prose, verbs
from ..errors import RefusedError
from ..report import Report, title
from ..rule import BLOCKING, SEVERITY_NAMES
from .checking import Checked
from .terms import Terms

_LONGEST_NAME = 60  # characters of a file name; in a mail header, encoded, its line stays below 998 bytes


def issue(checked: Checked, suffix: str, terms: Terms, draft: bool = False, links: Sequence[str] = ()) -> bytes:
    """Return the report as the content of a .docx, .html or .pdf file.

    A `draft` is marked as one on every page, whether or not errors are open. The final report of one with findings
    that block it is a `RefusedError`, which carries them. `links` are those of a web page, each as TEXT=URL.
    """
    blocking = checked.blocking
    if blocking and not draft:
        message = f"还有{len(blocking)}处错误或待说明的问题，没有生成报告；改正或说明后重试，也可以先生成草稿。"
        raise RefusedError("open-errors", message, blocking)
    template = terms.template_for(checked.report.form)
    return verbs.content(checked.report, suffix, template, as_draft(checked) if draft else None, links)


def as_draft(checked: Checked) -> prose.Draft:
    """Return what a draft of a report says of itself."""
    blocking = checked.blocking
    kinds = {name: sum(f.severity == name for f in blocking) for name in BLOCKING}
    stated = "、".join(f"{SEVERITY_NAMES[name]}{count}处" for name, count in kinds.items() if count)
    return prose.Draft(stated, frozenset(cell for finding in blocking for cell in finding.cells))


def file_stem(report: Report, draft: bool) -> str:
    """Return the file name of a printed report, without suffix: its title, and that it is a draft."""
    stem = files.safe_name(title(report))[:_LONGEST_NAME] if report.unit else "年度报告"
    return f"{stem}（{prose.DRAFT}）" if draft else stem
