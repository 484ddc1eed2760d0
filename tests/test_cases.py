"""Files as clerks and web sites make them, each beside what a person sees in it.

They stand in `tests/corpus/cases/KIND/`, the answer to NAME.html in NAME.answer.json.

An answer states what is read (`read`), which findings there must be (`must_find`) and which rules must stay silent
(`must_not_find`), or that the file is refused and why (`acceptable_refusal`).
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nianbao import check, read
from nianbao.errors import InputError
from nianbao.report import to_dict

FOLDER = Path(__file__).parent / "corpus" / "cases"
CASES = sorted(FOLDER.glob("*/*.answer.json"))
ASIDE = {"confirm"}


def exact(value: Any) -> Any:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return value


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.parent.name}-{c.name.removesuffix('.answer.json')}")
def test_what_is_read_and_found_is_what_a_person_sees(case: Path) -> None:
    answer = json.loads(case.read_text("utf-8"))
    try:
        report = read(case.with_name(answer["input"]))
    except InputError:
        assert "acceptable_refusal" in answer
        return
    seen, wanted = to_dict(report), answer.get("read") or {}
    figures, texts = wanted.pop("figures", {}), wanted.pop("texts", {})
    assert {c: exact(seen["figures"].get(c)) for c in figures} == {c: exact(v) for c, v in figures.items()}
    for part, text in texts.items():
        assert "\n".join(seen["texts"].get(part, [])) == (text if isinstance(text, str) else "\n".join(text))
    assert {key: seen.get(key) for key in wanted} == wanted
    findings = check(report)
    for want in answer.get("must_find", []):
        if "rule" in want or want.get("cells"):
            assert [f for f in findings if f.severity not in ASIDE and want.get("rule", f.rule) == f.rule
                    and (not want.get("cells") or set(want["cells"]) & set(f.cells))], want
    found = {f.rule for f in findings}
    barred = {m[0] for no in answer.get("must_not_find", []) if (m := re.match(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+", no))}
    assert not found & barred
    if case.name.startswith("truth-"):
        assert {f.severity for f in findings} <= ASIDE
    for rule, most in (answer.get("max_findings") or {}).items():
        assert sum(f.rule == rule for f in findings) <= most
