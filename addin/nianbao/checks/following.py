"""Findings that only follow from others: mended with them, and said so, so that nobody looks for a second fault."""

from __future__ import annotations

from dataclasses import replace
from typing import Mapping

from ..form import Form
from ..rule import Rule, is_number
from .finding import Finding

FOLLOWS = "改好上列后自动消除。"


def following(findings: list[Finding], form: Form, rules: Mapping[str, Rule]) -> list[Finding]:
    """Return the findings, those that only follow from one listed above them with that as their advice.

    A finding follows where a rule that entails its own failed at the same cells, or where it is about totals alone and
    its difference is the sum of those that the same rule found in their parts.
    """
    found: list[Finding] = []
    for finding in findings:
        if any(_entails(other, finding, rules) for other in found) or _adds_up(finding, findings, form):
            above = [other for other in found if other.fix != FOLLOWS]
            if above:
                finding = replace(finding, fix=FOLLOWS)
        found.append(finding)
    return found


def _entails(other: Finding, finding: Finding, rules: Mapping[str, Rule]) -> bool:
    rule = rules.get(other.rule)
    return bool(rule and finding.rule in rule.entails and set(other.cells) & set(finding.cells))


def _adds_up(finding: Finding, findings: list[Finding], form: Form) -> bool:
    if not finding.cells or not is_number(finding.difference) or not all(_by_column(c, form) for c in finding.cells):
        return False
    parts = [f for f in findings if f.rule == finding.rule and not any(_by_column(c, form) for c in f.cells)]
    differences = [f.difference for f in parts if is_number(f.difference)]
    return bool(parts) and len(differences) == len(parts) and sum(differences) == finding.difference


def _by_column(cell_id: str, form: Form) -> bool:
    cell = form.cells.get(cell_id)
    return bool(cell and cell.column.total)
