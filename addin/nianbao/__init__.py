"""nianbao (年报): the yearly report on government information disclosure, from a workbook that checks itself to Word.

    report   = nianbao.read("2024.xlsx")
    findings = nianbao.check(report)
    nianbao.write(report, "2024.docx")

Importing this package is cheap: each verb loads what it needs when it is called.
"""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

from .errors import NianbaoError

if TYPE_CHECKING:
    from .checks.finding import Finding
    from .report import Report

__version__ = "0.1.0"
__all__ = ["Finding", "NianbaoError", "Report", "check", "read", "write"]


def read(path: str | PathLike[str]) -> Report:
    """Return the report in a .xlsx, .xlsm, .docx, .html or .json file.

    Raises `NianbaoError` with one Chinese sentence when the file cannot be used.
    """
    from .verbs import read

    return read(path)


def check(report: Report, last: Report | None = None) -> list[Finding]:
    """Return every breach of the rules in force here, worst first; `last` is the report of the year before.

    The rules are the national ones and the packs that the installation fixes, as for every command and button.
    """
    from .checks import check
    from .desk.terms import terms

    held = terms()
    return check(report, last, held.catalogue, held.today)


def write(report: Report, path: str | PathLike[str]) -> None:
    """Write a report to a new file; the suffix (.docx .html .pdf .xlsx .json) says as what.

    Raises `NianbaoError` when the file exists or cannot be written. It does not check the report.
    """
    from .verbs import write

    write(report, path)


def __getattr__(name: str) -> Any:
    if name == "Report":
        from .report import Report

        return Report
    if name == "Finding":
        from .checks.finding import Finding

        return Finding
    raise AttributeError(f"module 'nianbao' has no attribute {name!r}")
