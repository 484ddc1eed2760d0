"""The catalogue as a specification: every rule has a record, a way to judge, and a fixture on either side."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from nianbao.checks import Finding, check
from nianbao.checks.catalogue import load, overlay
from nianbao.checks.registry import implementation, implementations
from nianbao.errors import InputError
from nianbao.report import Explanation, Report
from nianbao.rule import BLOCKING, CONFIRM, ERROR, SEVERITIES, parse

from checks_fixtures import FIXTURES, fixture
from reports import YEARS, build

RULES = load().rules
A_QUIET_DAY = date(2025, 8, 1)  # far from every deadline


def answered(report: Report, rule_ids: list[str]) -> list[Finding]:
    """Findings left open after the clerk has confirmed the reminders of these rules."""
    found = check(report, today=A_QUIET_DAY)
    answers = tuple(Explanation(f.fingerprint, "已核实") for f in found if f.rule in rule_ids)
    return [f for f in check(replace(report, explanations=answers), today=A_QUIET_DAY) if not f.explanation]


def confirmed(rule_id: str) -> list[str]:
    record = FIXTURES[rule_id]
    source = FIXTURES[record["like"]] if "like" in record else record
    ids: list[str] = source.get("confirmed", [])
    return [c.replace("G21", rule_id.split("-")[0]) for c in ids] if "like" in record else ids


@pytest.mark.parametrize("rule_id", RULES)
def test_the_breaking_fixture_raises_its_rule_and_no_other(rule_id: str) -> None:
    found = answered(fixture(rule_id, "break"), confirmed(rule_id))
    assert {f.rule for f in found} - set(RULES[rule_id].entails) == {rule_id}, [f.message for f in found]
    record = FIXTURES[rule_id]
    named = FIXTURES[record["like"]].get("cells", []) if "like" in record else record.get("cells", [])
    assert set(named) <= {cell for f in found if f.rule == rule_id for cell in f.cells}


@pytest.mark.parametrize("rule_id", RULES)
def test_the_keeping_fixture_does_not_raise_it(rule_id: str) -> None:
    found = check(fixture(rule_id, "keep"), today=A_QUIET_DAY)
    assert rule_id not in {f.rule for f in found}
    assert not [f for f in found if f.severity == ERROR]


@pytest.mark.parametrize("form_id", YEARS)
def test_the_base_report_has_no_finding_at_all(form_id: str) -> None:
    assert check(build(form_id), today=A_QUIET_DAY) == []


def test_every_rule_has_a_fixture_and_every_fixture_a_rule() -> None:
    assert set(FIXTURES) == set(RULES)


def test_every_rule_is_judged_by_an_expression_or_by_a_function_never_both() -> None:
    for rule in RULES.values():
        assert bool(rule.check) != (implementation(rule) is not None), rule.id


def test_every_function_belongs_to_a_record() -> None:
    assert set(implementations()) <= set(RULES)


def test_an_expression_rule_supplies_every_placeholder_of_its_message() -> None:
    always = {"place", "left", "right", "difference", "more"}
    for rule in RULES.values():
        if rule.check:
            names = set(rule.expression.names) | set(rule.condition.names if rule.condition else ()) | always
            worded = r"\{([^{}:]+)\}"  # {label:…} and its like are filled from the form
            assert set(re.findall(worded, rule.message)) <= names, rule.id
            if not rule.expression.sides:
                named = set(re.findall(r"\{([^{}]+)\}", rule.message))
                assert not {"left", "right", "difference", "more"} & named, rule.id


def test_severities_are_known_and_doubtful_rules_never_block() -> None:
    doubtful = {"G21-T2-FEE-P", "G21-T4-PEND", "G19-T4-PEND"}
    for rule in RULES.values():
        assert rule.severity in SEVERITIES and rule.lesser in ("", *SEVERITIES)
        assert not (rule.id in doubtful and rule.severity in BLOCKING)


def test_an_entailed_rule_exists_for_the_same_form() -> None:
    for rule in RULES.values():
        for other in rule.entails:
            assert set(rule.forms) <= set(RULES[other].forms)


def test_each_text_of_a_record_is_one_polite_sentence() -> None:
    for rule in RULES.values():
        for text in (rule.message, rule.fix):
            assert text.endswith("。") and "！" not in text and "非法" not in text, rule.id
        assert rule.title and rule.basis and rule.since >= 2008


def test_reminders_are_asked_only_where_there_is_something_to_confirm() -> None:
    reminders = {r.id for r in RULES.values() if r.severity == CONFIRM}
    assert not reminders & {f.rule for f in check(build(), today=A_QUIET_DAY)}


def test_an_overlay_adds_changes_and_switches_off(tmp_path: Path) -> None:
    pack = tmp_path / "city.toml"
    pack.write_text(
        """
[[rule]]
id = "CITY-1"
forms = ["gov-2021"]
severity = "warning"
title = "新收不超过1000件"
check = "t3.new_received.total <= 1000"
message = "{place}：新收{t3.new_received.total}件。"
fix = "请核对。"
basis = "本市通知"
since = 2024

[[change]]
id = "G21-T2-MIN"
severity = "warning"
date = "2025-01-02"
reason = "本市文件清理"

[[off]]
id = "G21-S-PRE"
date = "2025-01-02"
reason = "本市统一引言"
""",
        "utf-8",
    )
    rules = overlay(load(), pack)
    assert rules.rules["G21-T2-MIN"].severity == "warning"
    report = build(figures={"t3.new_received.natural": 1001, "t3.granted.natural": 1001}, meta={"meta.website": ""})
    assert {f.rule for f in check(report, catalogue=rules, today=A_QUIET_DAY)} == {"CITY-1"}
    assert rules.version == f"{load().version}+city"


@pytest.mark.parametrize(
    "text",
    [
        '[[off]]\nid = "G21-S-PRE"\n',  # no date, no reason
        '[[change]]\nid = "NIX"\nseverity = "error"\ndate = "2025-01-02"\nreason = "x"\n',
        '[[rule]]\nid = "G-NUM-1"\n',  # an id of the national pack
        "not toml",
    ],
)
def test_an_overlay_that_cannot_work_is_refused(tmp_path: Path, text: str) -> None:
    pack = tmp_path / "bad.toml"
    pack.write_text(text, "utf-8")
    with pytest.raises(InputError, match="bad.toml"):
        overlay(load(), pack)


@pytest.mark.parametrize(
    "source", ["__import__('os')", "a.b()", "[1]", "a if b else c", "lambda: 1", "a < b < c", "sum(1)"]
)
def test_the_rule_language_refuses_what_it_does_not_have(source: str) -> None:
    with pytest.raises(ValueError):
        parse(source)
