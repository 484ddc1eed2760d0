"""What a check says: one finding a fault, as a value that every view shows the same way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterable, Mapping, Sequence

from ..report import VERIFIED, Explanation, show
from ..rule import BLOCKING, EXPLAIN, SEVERITIES, SEVERITY_NAMES


@dataclass(frozen=True)
class Finding:
    """A rule that does not hold at one place.

    `cells` maps the ids behind it (cells, texts or meta fields) to their values, the first one being the place to
    look at. `actual`, `expected` and `difference` are numbers where the rule compares numbers, else None.
    """

    rule: str
    severity: str
    cells: Mapping[str, Any]
    message: str
    fix: str
    basis: str
    actual: Any = None
    expected: Any = None
    difference: Any = None
    explanation: str | None = None

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits of rule, cells and values: an explanation holds as long as they stay the same."""
        import hashlib

        text = "\x1f".join([self.rule, *(f"{k}={show(v)}" for k, v in sorted(self.cells.items()))])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def blocks(self) -> bool:
        """Whether the report may not be issued while this is open."""
        return self.severity in BLOCKING and not (self.severity == EXPLAIN and self.explanation)

    @property
    def open(self) -> bool:
        """Whether it still waits for a correction or an answer."""
        return self.blocks or not self.explanation

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return SEVERITIES.index(self.severity)


def answered(findings: Iterable[Finding], answers: Iterable[Explanation]) -> list[Finding]:
    """Return the findings with the clerk's answers. A tick alone answers what asks for no words: not an error, nor a
    finding that is open until it is explained."""
    given = {answer.fingerprint: answer for answer in answers if answer.fingerprint and answer.given}
    found = []
    for finding in findings:
        answer = given.get(finding.fingerprint) if given else None
        if answer and (answer.explanation or finding.severity not in BLOCKING):
            finding = replace(finding, explanation=answer.explanation or VERIFIED)
        found.append(finding)
    return found


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """Return severity -> how many findings, answered ones included, the worst severity first."""
    return {name: sum(f.severity == name for f in findings) for name in SEVERITIES}


def summary(findings: Sequence[Finding]) -> str:
    """Return the state of a report in one sentence: how many findings of each severity are open, how many answered.

    An error stays open whatever was written about it: only what asks for an explanation is settled by one.
    """
    still_open = [f for f in findings if f.open]
    stated = [f"{SEVERITY_NAMES[name]}{count}处" for name, count in counts(still_open).items() if count]
    if not any(f.blocks for f in findings):
        stated.insert(0, "没有错误")
    answered = len(findings) - len(still_open)
    return "，".join(stated + ([f"已说明{answered}处"] if answered else [])) + "。"
