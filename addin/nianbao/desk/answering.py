"""A clerk's answers and the findings they are about: those typed without a code are tied by rule and place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Mapping, Sequence

from ..checks.finding import Finding
from ..errors import CallError
from ..report import Explanation, Report

Places = Mapping[str, tuple[str, str]]


def tied(answers: Sequence[Explanation], findings: Sequence[Finding], places: Places) -> tuple[Explanation, ...]:
    """Return the answers, those without a finding's fingerprint tied to the one finding they name by rule and place.

    Where several findings fit, or none, an answer stays as it is: it answers nothing.
    """
    taken = {answer.fingerprint for answer in answers}
    found = []
    for answer in answers:
        if not answer.fingerprint and answer.given and answer.rule:
            fitting = [f for f in matching(findings, answer.rule, answer.place, places) if f.fingerprint not in taken]
            if len(fitting) == 1:
                answer = _about(answer, fitting[0], places)
                taken.add(answer.fingerprint)
        found.append(answer)
    return tuple(found)


def matching(findings: Sequence[Finding], rule: str, place: str, places: Places) -> list[Finding]:
    """Return the findings of a rule at a place: `D7`, `申请情况!D7`, `申请情况 D7`, a cell id, or anywhere for ""."""
    wanted = place.replace("!", " ").replace("$", "").strip().lower()

    def fits(finding: Finding) -> bool:
        at = where(finding, places).lower()
        return not wanted or wanted in (at, at.rpartition(" ")[2], *(ref.lower() for ref in finding.cells))

    return [f for f in findings if f.rule.lower() == rule.strip().lower() and fits(f)]


def where(finding: Finding, places: Places) -> str:
    """Return where a finding is listed: sheet and address, or "" for one about the whole report."""
    return next((" ".join(places[ref]) for ref in finding.cells if ref in places), "")


def answer(
    report: Report, findings: Sequence[Finding], places: Places, rule: str, place: str, text: str, today: date
) -> tuple[Explanation, ...]:
    """Return the report's answers with one more, or one replaced: `text`, given today, to the finding of a rule at a
    place.

    No such finding, or several of them, is a `CallError` that names those there are.
    """
    fitting = matching(findings, rule, place, places)
    if len(fitting) != 1:
        raise CallError("which-finding", _which(fitting or matching(findings, rule, "", places), rule, place, places))
    new = _about(Explanation("", text, date=today.isoformat()), fitting[0], places)
    old = {e.fingerprint: e for e in report.explanations}
    if new.fingerprint in old:
        return tuple(new if e.fingerprint == new.fingerprint else e for e in report.explanations)
    return (*report.explanations, new)


def _about(answer: Explanation, finding: Finding, places: Places) -> Explanation:
    at = where(finding, places)
    return replace(answer, fingerprint=finding.fingerprint, rule=finding.rule, place=at, about=finding.message)


def _which(found: Sequence[Finding], rule: str, place: str, places: Places) -> str:
    if not found:
        return f"现在的校验结果中没有规则“{rule}”的问题，请先用 nianbao check 查看，再写明规则编号和位置。"
    listed = "；".join(f"{where(f, places) or '整份报告'}（{f.message}）" for f in found[:10])
    there = f"“{place}”没有规则“{rule}”的问题" if place else f"规则“{rule}”有{len(found)}处问题"
    return f"{there}，请写明下面其中一处的位置：{listed}"
