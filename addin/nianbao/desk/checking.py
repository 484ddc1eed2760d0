"""Read and check: a file, or many, of which a bad one never costs the others their result."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Iterable, Mapping

from .. import verbs
from ..checks import check
from ..checks.finding import Finding, answered, counts, summary
from ..errors import NianbaoError
from ..report import Report
from .answering import tied
from .terms import Terms


@dataclass(frozen=True)
class Checked:
    """A report and its findings, worst first. `file` is the name it was asked for by, `places` are id -> (sheet,
    address) in a workbook, `pack` the version of the rules and `rules` how many of them hold for it."""

    file: str
    report: Report
    findings: tuple[Finding, ...]
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    pack: str = ""
    rules: int = 0

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings for which the report may not be issued."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def counts(self) -> dict[str, int]:
        """Severity -> how many findings, answered ones included."""
        return counts(self.findings)

    @property
    def summary(self) -> str:
        """The state of the report in one sentence."""
        return summary(self.findings)

    def place(self, finding: Finding) -> tuple[str | None, str | None]:
        """Return (sheet, address) of the first place behind a finding that the file has."""
        return next((self.places[c] for c in finding.cells if c in self.places), (None, None))


@dataclass(frozen=True)
class Refused:
    """A file that cannot be used, and why."""

    file: str
    error: NianbaoError


def check_report(
    report: Report, terms: Terms, file: str = "", places: Mapping[str, tuple[str, str]] | None = None
) -> Checked:
    """Return a report that was read already, checked; a `last` of another year is an `InputError`."""
    places = places or {}
    findings = check(report, terms.last, terms.catalogue, terms.today)
    answers = tied(report.explanations, findings, places)
    if answers != report.explanations:
        report = replace(report, explanations=answers)
        findings = answered(findings, answers)
    rules = len(terms.catalogue.for_form(report.form))
    return Checked(file, report, tuple(findings), places, terms.catalogue.version, rules)


def check_file(path: Path, terms: Terms) -> Checked:
    """Return the report of a file, checked; a file that cannot be used is a `NianbaoError`."""
    report, places = verbs.locate(path)
    return check_report(report, terms, str(path), places)


def check_files(paths: Iterable[Path], terms: Terms) -> list[Checked | Refused]:
    """Return for each file its checked report, or why there is none."""
    found: list[Checked | Refused] = []
    for path in paths:
        try:
            found.append(check_file(path, terms))
        except NianbaoError as error:
            found.append(Refused(str(path), error))
    return found
