"""The fixtures of the rules: for each id a report that keeps the rule and one that breaks it; see fixtures.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from nianbao.report import Report

from reports import build

_FILE = Path(__file__).parent / "checks" / "fixtures.toml"
FIXTURES: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))


def fixture(rule_id: str, side: str) -> Report:
    record = FIXTURES[rule_id]
    changes = dict(FIXTURES[record["like"]] if "like" in record else record).get(side, {})
    changes = dict(changes)
    if "long" in changes:
        changes["texts"] = {text_id: ["公" * length] for text_id, length in changes.pop("long").items()}
    form_id = record.get("form") or changes.pop("form", "gov-2021")
    changes.pop("form", None)
    if isinstance(last := changes.get("last"), dict) and last.get("texts") == "same":
        changes["last"] = {"texts": build(form_id).texts}
    if form_id != "gov-2021" and "like" in record:
        changes = shifted(changes)
    return build(form_id, **changes)


def shifted(changes: dict[str, Any]) -> dict[str, Any]:
    """The years of a fixture, four years earlier, and the form before the first as its own."""
    text = {k: re.sub(r"20(2[345])", lambda m: f"20{int(m[1]) - 4:02}", repr(v)) for k, v in changes.items()}
    moved = {k: eval(v) for k, v in text.items() if k != "year"}  # noqa: S307  our own literals
    return moved
