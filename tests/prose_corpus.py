"""The labelled corpus of official prose: sentences and whole narratives beside figures, with what must be found."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Iterator

from nianbao.checks import Finding, check
from nianbao.report import Report, from_dict

FOLDER = Path(__file__).parent / "corpus" / "prose"
A_QUIET_DAY = date(2025, 8, 1)  # far from every deadline
# The rules that read the words; others may speak of the same made-up report.
OF_WORDS = ("-X-", "-TXT", "G-YR-2", "DL-PERIOD", "HEI-PERIOD", "G-S-LETTER")


@dataclass(frozen=True)
class Case:
    """A text with the words that must be found in it, each in one finding; none must be where there are none."""

    family: str
    name: str
    report: Report
    wanted: tuple[str, ...]


def about_words(report: Report) -> list[Finding]:
    """Return the findings of a report that are about its words, without those to confirm."""
    found = check(report, today=A_QUIET_DAY)
    return [f for f in found if any(part in f.rule for part in OF_WORDS) and f.rule != "I08-CUMTXT"]


@cache
def _document(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def scene(name: str, texts: dict[str, list[str]], figures: dict[str, Any] | None = None) -> Report:
    """Return the report of a scene with these texts, and with some other figures."""
    data = dict(_document("sentences.toml")["scene"][name])
    last = data.pop("last", None)
    report = {"meta": {}, **data, "texts": texts, "explanations": []}
    report["figures"] = _complete(data["form"], {**data["figures"], **(figures or {})})
    if last is not None:
        report["last"] = {**report, "year": data["year"] - 1, "texts": {}, "figures": _complete(data["form"], last)}
    return from_dict(report)


def _complete(form_id: str, stated: dict[str, Any]) -> dict[str, Any]:
    """Every number that is not stated is 0; fees of which nothing is said stay blank."""
    from nianbao import form

    cells = form.load(form_id).cells.values()
    zero = {c.id: 0 for c in cells if c.is_number and not c.is_total}
    return zero | {k: v for k, v in stated.items() if k in form.load(form_id).cells}


def sentences() -> Iterator[Case]:
    for family in _document("sentences.toml")["family"]:
        cases = [(text, ()) for text in family["right"]] + [(text, tuple(w)) for text, *w in family["wrong"]]
        for number, (text, wanted) in enumerate(cases, 1):
            report = scene(family["scene"], {family["section"]: [text]})
            yield Case(family["name"], f"{family['name']}-{number}", report, wanted)


def missed_and_false(case: Case) -> tuple[list[str], list[Finding]]:
    """Return the wanted words that no finding names, and the findings that name none of them."""
    found = about_words(case.report)
    left = list(found)
    missed = []
    for words in case.wanted:
        hit = next((f for f in left if words in f.message), None)
        if hit is None:
            missed.append(words)
        else:
            left.remove(hit)
    return missed, left


def narrative(record: dict[str, Any], figures: dict[str, Any] | None = None, **texts: list[str]) -> Report:
    """Return the report of a narrative, with some other figures and texts."""
    stated = {**record["figures"], **(figures or {})}
    data = {key: record[key] for key in ("form", "unit", "year")}
    return from_dict(
        {**data, "meta": {}, "texts": {**record["texts"], **texts}, "figures": _complete(record["form"], stated),
         "explanations": []}
    )


def narratives() -> list[dict[str, Any]]:
    return list(_document("narratives.toml")["narrative"])


def stories() -> Iterator[Case]:
    """Yield every narrative as it is, and with each of its faults."""
    for record in narratives():
        yield Case("narratives", record["name"], narrative(record), ())
        for number, (words, instead, wanted) in enumerate(record["faults"], 1):
            changed = {k: [p.replace(words, instead) for p in v] for k, v in record["texts"].items()}
            assert changed != record["texts"], f"{record['name']} does not say {words}"
            yield Case("narratives", f"{record['name']}-{number}", narrative(record, **changed), (wanted,))
