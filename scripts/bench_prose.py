"""How well the texts of the labelled corpus are read: precision and recall of each family, against their budget."""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"


@dataclass
class Family:
    """What was found of what had to be found, what was missed, and what was found beside it."""

    found: int = 0
    missed: int = 0
    false: int = 0
    cases: int = 0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0


def families() -> dict[str, Family]:
    """Return the result of each family of the corpus."""
    sys.path.insert(0, str(TESTS))
    corpus = import_module("prose_corpus")
    found: dict[str, Family] = {}
    for case in (*corpus.sentences(), *corpus.stories()):
        missed, false = corpus.missed_and_false(case)
        family = found.setdefault(case.family, Family())
        family.cases += 1
        family.found += len(case.wanted) - len(missed)
        family.missed += len(missed)
        family.false += len(false)
    return found


def report() -> list[str]:
    """Print the table; return the families that are below the budget, in words."""
    budget = tomllib.loads((TESTS / "corpus" / "prose" / "budget.toml").read_text("utf-8"))
    below = []
    result = families()
    whole: Counter[str] = Counter()
    print(f"  {'family':14}{'cases':>7}{'found':>7}{'missed':>8}{'false':>7}{'precision':>11}{'recall':>9}")
    for name, family in result.items():
        whole.update(vars(family))
        print(_row(name, family))
        if family.precision < budget["precision"] or family.recall < budget["recall"]:
            below.append(f"prose, {name}: precision {family.precision:.1%}, recall {family.recall:.1%}")
    print(_row("all", Family(**whole)))
    return below


def _row(name: str, family: Family) -> str:
    counts = f"{family.cases:>7}{family.found:>7}{family.missed:>8}{family.false:>7}"
    return f"  {name:14}{counts}{family.precision:>11.1%}{family.recall:>9.1%}"
