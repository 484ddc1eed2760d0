"""No rule, parameter or label is silently ignored: what records say holds, what is not understood is refused."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Iterator

import pytest
import nianbao
from nianbao import assets, form as forms
from nianbao.checks import catalogue, check, parameters, record, registry
from nianbao.checks.catalogue import Catalogue, load, overlay, validate
from nianbao.errors import InputError
from nianbao.form import loading
from nianbao.excel.fill import workbook_bytes
from nianbao.excel.read import read_book
from nianbao.report import Report, from_dict

from checks_fixtures import FIXTURES, fixture
from reports import base, build

A_QUIET_DAY = date(2025, 8, 1)
NEW = """
[[rule]]
id = "X-NEW"
forms = ["gov-2021"]
severity = "error"
title = "新收不多于3件"
check = "t3.new_received.total <= 3"
message = "{place}：新收{left}件。"
fix = "请核对。"
basis = "通知"
since = 2021
"""
FOUR = {"t3.new_received.natural": 4, "t3.granted.natural": 4}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the national rules that a test may add to."""
    for path in assets.RULES.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(assets, "RULES", tmp_path)
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    for cached in (catalogue.load, catalogue._pack, catalogue._files, catalogue._national, catalogue._worded,
                   catalogue._bounds):
        cached.cache_clear()


def raised(report: Report, rules: Catalogue | None = None) -> set[str]:
    return {f.rule for f in check(report, catalogue=rules, today=A_QUIET_DAY)}


def pack(folder: Path, text: str) -> Path:
    path = folder / "city.toml"
    path.write_text(text, "utf-8")
    return path


# ---------------------------------------------------------------- which rules hold


def test_a_rule_in_a_file_that_nothing_lists_runs(folder: Path) -> None:
    (folder / "zz-unlisted.toml").write_text(NEW, "utf-8")
    assert "X-NEW" in raised(build(figures=FOUR))


@pytest.mark.parametrize("form_id", forms.form_ids())
def test_what_is_read_for_one_form_is_what_all_records_say_of_it(form_id: str) -> None:
    whole = [rule.id for rule in load().rules.values() if form_id in rule.forms]
    assert [rule.id for rule in load().for_form(form_id)] == whole


@pytest.mark.parametrize("written", ["forms = ['gov-2021']", 'forms = [\n  "gov-2021",\n]', 'forms=["gov-2021"]'])
def test_a_record_is_found_however_its_forms_are_written(folder: Path, written: str) -> None:
    (folder / "zz.toml").write_text(NEW.replace('forms = ["gov-2021"]', written), "utf-8")
    assert "X-NEW" in raised(build(figures=FOUR))


@pytest.mark.parametrize(("years", "year", "holds"), [
    ("since = 2030", 2024, False), ("since = 2024", 2024, True), ("since = 2021\nuntil = 2023", 2024, False),
    ("since = 2021\nuntil = 2024", 2024, True),
])
def test_a_rule_holds_in_its_years_and_in_no_other(
    tmp_path: Path, years: str, year: int, holds: bool
) -> None:
    rules = overlay(load(), pack(tmp_path, NEW.replace("since = 2021", years)))
    assert ("X-NEW" in raised(build(year=year, figures=FOUR), rules)) == holds


@pytest.mark.parametrize("since", [2024, 2030])
def test_a_function_keeps_to_its_years_too(tmp_path: Path, since: int) -> None:
    text = f'[[rule]]\nid = "X-SAME"\nlike = "G21-S-MIN"\nsince = {since}\n'
    rules = overlay(load(), pack(tmp_path, text))
    assert ("X-SAME" in raised(build(texts={"s5.problems": ["短。"], "s5.improved": [], "s5.plan": []}), rules)) == (
        since == 2024)


def test_a_report_on_a_form_of_another_year_keeps_its_sums_checked() -> None:
    report = build("gov-2019", year=2022, figures={"t3.new_received.natural": 1})
    assert {"G-YR-1", "G19-T3-BAL"} <= raised(report)


def test_a_form_nobody_has_seen_has_the_cell_rules_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import build_workbooks

    made = tmp_path / "forms"
    made.mkdir()
    for path in assets.FORMS.glob("*.toml"):
        (made / path.name).write_text(path.read_text("utf-8"), "utf-8")
    text = (made / "stat-2014.toml").read_text("utf-8").replace('id = "stat-2014"', 'id = "made-up"', 1)
    (made / "made-up.toml").write_text(text, "utf-8")
    monkeypatch.setattr(assets, "FORMS", made)
    monkeypatch.setattr(assets, "WORKBOOK", tmp_path)
    _forget()
    forms.load.cache_clear()
    (tmp_path / "made-up.xlsx").write_bytes(build_workbooks.build(forms.load("made-up")))
    blank = from_dict({"form": "made-up", "unit": "青禾县水利局", "year": 2016})
    path = tmp_path / "blank.xlsx"
    path.write_bytes(workbook_bytes(blank))
    found = check(read_book(path).report, today=A_QUIET_DAY)
    named = {cell for f in found if f.rule == "G-NUM-4" for cell in f.cells}
    tables = {c.id for c in forms.load("made-up").cells.values() if c.table and c.is_number and not c.is_total}
    assert named == tables
    _forget()


def test_a_rule_for_every_form_leaves_out_those_it_names() -> None:
    blank = load().rules["G-NUM-4"]
    assert set(forms.form_ids()) - set(blank.forms) == {"hei", "pub"}


# ---------------------------------------------------------------- parameters


def test_an_overlay_changes_a_deadline(tmp_path: Path) -> None:
    text = '[[change]]\nid = "DL-DEPT"\nwith = {day = "01-26"}\ndate = "2025-01-02"\nreason = "市里提前"\n'
    rules = overlay(load(), pack(tmp_path, text))
    report = build(meta={"meta.unit_type": "department", "meta.publish_date": "2025-01-28"})
    assert "DL-DEPT" not in raised(report)
    [found] = [f for f in check(report, catalogue=rules, today=A_QUIET_DAY) if f.rule == "DL-DEPT"]
    assert "2025年1月26日" in found.message


def test_an_overlay_changes_a_threshold(tmp_path: Path) -> None:
    text = '[[change]]\nid = "G21-S-MIN"\nwith = {least = {s1 = 5000}}\ndate = "2025-01-02"\nreason = "省要求"\n'
    assert "G21-S-MIN" not in raised(build())
    assert "G21-S-MIN" in raised(build(), overlay(load(), pack(tmp_path, text)))


def test_an_overlay_changes_a_word_list(tmp_path: Path) -> None:
    text = '[[change]]\nid = "PUB-GOVWORD"\nwith = {words = ["本单位"]}\ndate = "2025-01-02"\nreason = "试"\n'
    report = build("pub", texts={"s1.overview": ["本单位公开了服务信息。"]})
    key = next(iter(forms.load("pub").texts))
    report = replace(report, texts={**report.texts, key: ["本单位公开了服务信息。"]})
    assert "PUB-GOVWORD" not in raised(report)
    assert "PUB-GOVWORD" in raised(report, overlay(load(), pack(tmp_path, text)))


def test_an_overlay_sends_a_rule_to_another_section(tmp_path: Path) -> None:
    text = '[[change]]\nid = "HEI-EVAL"\nwith = {section = "h7"}\ndate = "2025-01-02"\nreason = "试"\n'
    texts = {text_id: [] for text_id in forms.load("hei").texts if text_id.startswith("h7")}
    report = build("hei", texts=texts)
    assert "HEI-EVAL" not in raised(report)
    assert "HEI-EVAL" in raised(report, overlay(load(), pack(tmp_path, text)))


def test_every_number_word_and_section_of_a_function_is_a_parameter_of_its_record() -> None:
    for rule in load().rules.values():
        found = registry.implementation(rule)
        if found:
            declared = {field.name for field in fields(found.declared)}
            stated = set(load()._of("").written[rule.id])
            assert stated <= declared, rule.id
            assert rule.given is not None, rule.id


CHANGED = 'date = "2025-01-02"\nreason = "试"\n'
REFUSED = [
    (NEW.replace("title", "titel"), ("X-NEW", "titel", "title")),
    (NEW.replace('severity = "error"', 'severity = "fatal"'), ("X-NEW", "severity", "fatal", "explain")),
    (NEW.replace('"gov-2021"', '"gov-2012"'), ("X-NEW", "gov-2012", "gov-2021")),
    (NEW.replace("t3.new_received", "t3.new_recieved"), ("X-NEW", "t3.new_recieved")),
    (NEW.replace("since = 2021", 'since = "2021"'), ("X-NEW", "since", "整数")),
    (NEW.replace("since = 2021", ""), ("X-NEW", "since")),
    (NEW.replace("<= 3", "<= __import__('os')"), ("X-NEW", "check")),
    (NEW.replace("{place}", "{label:t9.nothing}"), ("X-NEW", "message", "t9.nothing")),
    (NEW + '[rule.with]\nday = "01-31"\n', ("X-NEW", "with")),
    (NEW.replace('check = "t3.new_received.total <= 3"', ""), ("X-NEW", "check")),
    (NEW + 'entails = ["NOT-THERE"]\n', ("X-NEW", "NOT-THERE")),
    ('[[rule]]\nid = "X"\nlike = "NOT-THERE"\n', ("X", "NOT-THERE")),
    ('[[change]]\nid = "DL-DEPT"\nwith = {days = "01-31"}\n' + CHANGED, ("DL-DEPT", "days", "day")),
    ('[[change]]\nid = "DL-DEPT"\nwith = {day = "31 January"}\n' + CHANGED, ("DL-DEPT", "day", "01-31")),
    ('[[change]]\nid = "DL-DEPT"\nwith = {day = "02-30"}\n' + CHANGED, ("DL-DEPT", "day")),
    ('[[change]]\nid = "DL-DEPT"\nwith = {unit_types = ["king"]}\n' + CHANGED, ("DL-DEPT", "unit_types", "king")),
    ('[[change]]\nid = "G21-S-MIN"\nwith = {least = {s9 = 3}}\n' + CHANGED, ("G21-S-MIN", "least", "s9")),
    ('[[change]]\nid = "G21-S-PRE"\nwith = {parts = {"依据" = "("}}\n' + CHANGED, ("G21-S-PRE", "parts")),
    ('[[change]]\nid = "G21-T2-YOY"\nwith = {times = "ten"}\n' + CHANGED, ("G21-T2-YOY", "times", "数")),
    ('[[change]]\nid = "G21-T3-BAL"\nwith = {times = 3}\n' + CHANGED, ("G21-T3-BAL", "with")),
    ('[[change]]\nid = "DL-DEPT"\n' + CHANGED, ("DL-DEPT", "severity", "with")),
    ('[[change]]\nid = "DL-DEPT"\nseverity = "error"\nreason = "试"\n', ("DL-DEPT", "date")),
    ('[[chnage]]\nid = "DL-DEPT"\n', ("chnage", "change")),
    ("rule = 3\n", ("rule",)),
    ("x = " + "[" * 3000 + "]" * 3000, ("TOML",)),
    (NEW.replace("t3.new_received.total <= 3", "1 <= 3"), ("X-NEW", "check", "1 <= 3")),
    ("[[rule]]\nid = []\n", ("id", "文字")),
    (NEW.replace("t3.new_received.total <= 3", "+".join(["t3.new_received.total"] * 600) + " > 3"), ("X-NEW", "50层")),
    (NEW.replace("t3.new_received.total <= 3", "t3.new_received.total"), ("X-NEW", "check", "比较")),
    (NEW.replace("t3.new_received.total <= 3", "meta.level > 3"), ("X-NEW", "meta.level > 3", "代码")),
    (NEW.replace('"t3.new_received.total <= 3"', "'meta.level == \"provinz\"'").replace("新收{left}", "新收"),
     ("X-NEW", "provinz", "province")),
    (NEW.replace("<= 3", "<= default(t3.granted.total + 1, 0)"), ("X-NEW", "t3.granted.total + 1", "default")),
    (NEW.replace("{place}", "{plaec}"), ("X-NEW", "message", "{plaec}", "{place}")),
    (NEW.replace("{place}", "{place"), ("X-NEW", "message")),
    (NEW.replace("请核对。", "请核对{left}。"), ("X-NEW", "fix", "{left}")),
    ('[[rule]]\nid = "X"\nlike = "G21-S-MIN"\nmessage = "{palce}太短。"\n', ("X", "message", "{palce}", "{place}")),
    ('[[rule]]\nid = "X"\nlike = "HEI-50"\nforms = ["*"]\n', ("X", "table", "gov-2019")),
    (NEW + 'table = "t3"\neach = "column"\nonly = ["nobody"]\n', ("X-NEW", "only", "nobody")),
    (NEW + 'each = "column"\n', ("X-NEW", "each", "table")),
    (NEW + "until = 2011\n", ("X-NEW", "until", "2011")),
    ('[[rule]]\nid = "X"\nlike = "G21-S-MIN"\nwhen = "1 > 0"\n', ("X", "when", "函数")),
    ('[[change]]\nid = "DL-DEPT"\nwith = {remind = 999999999999}\n' + CHANGED, ("DL-DEPT", "remind", "366")),
    ('[[change]]\nid = "I08-CUMTXT"\nwith = {sayings = [{text = "累计", cells = ["k.active"]}]}\n' + CHANGED,
     ("I08-CUMTXT", "sayings", "累计")),
    ('[[off]]\nid = "DL-DEPT"\nreason = "试"\ndate = "昨天"\n', ("DL-DEPT", "date", "昨天")),
]


@pytest.mark.parametrize(("text", "named"), REFUSED, ids=[" ".join(named) for _, named in REFUSED])
def test_what_is_not_understood_is_refused_with_its_place(tmp_path: Path, text: str, named: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as refused:
        overlay(load(), pack(tmp_path, text))
    message = refused.value.message
    assert refused.value.code == "bad-pack" and message.endswith("。") and message.count("。") == 1
    assert [name for name in ("city.toml", *named) if name not in message] == []


JUDGED = [
    NEW.replace('"t3.new_received.total <= 3"', "'meta.level == \"town\"'").replace("新收{left}", "{meta.level}"),
    NEW.replace("t3.new_received.total", "last.t3.new_received.total * 9"),
    NEW.replace("<= 3", "/ t3.carried_in.total <= 3"),
    NEW + 'when = "1 / t3.carried_in.total > 0"\n',
    NEW + 'when = "t3.carried_in.total == 0 or 1 / t3.carried_in.total > 0"\n',
    NEW.replace("t3.new_received.total", "(" * 150 + "t3.new_received.total" + ")" * 150),
    '[[change]]\nid = "G21-S-SECRET"\nwith = {surnames = "z-a]^"}\n' + CHANGED,
    '[[change]]\nid = "G21-S-PROB"\nwith = {problem_text = "s1.active"}\n' + CHANGED,
    '[[change]]\nid = "G-YR-2"\nwith = {sections = ["h1"]}\n' + CHANGED,
]


@pytest.mark.parametrize("text", JUDGED)
def test_what_is_accepted_judges_every_report_there_is(tmp_path: Path, text: str) -> None:
    rules = overlay(load(), pack(tmp_path, text))
    for rule_id in FIXTURES:
        for side in ("keep", "break"):
            check(fixture(rule_id, side), catalogue=rules, today=A_QUIET_DAY)


def test_an_overlay_may_come_from_an_editor_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_bytes(b"\xef\xbb\xbf" + NEW.replace("\n", "\r\n").encode())
    assert "X-NEW" in raised(build(figures=FOUR), overlay(load(), path))


def test_an_overlay_that_is_no_text_is_refused_in_one_chinese_sentence(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_bytes("规则".encode("gbk"))
    with pytest.raises(InputError, match="city.toml.*UTF-8。$"):
        overlay(load(), path)


def test_a_number_compared_with_a_fixed_one_is_told(tmp_path: Path) -> None:
    [found] = [f for f in check(build(figures=FOUR), catalogue=overlay(load(), pack(tmp_path, NEW)), today=A_QUIET_DAY)
               if f.rule == "X-NEW"]
    assert "新收4件" in found.message
    assert (found.actual, found.expected, found.difference) == (4, 3, 1)


def test_a_national_file_is_refused_with_its_place_as_well(folder: Path) -> None:
    (folder / "zz.toml").write_text(NEW.replace("title", "titel"), "utf-8")
    with pytest.raises(InputError, match="zz.toml.*X-NEW.*titel"):
        check(build())


def test_the_national_rules_name_nothing_that_is_not_there() -> None:
    validate(load(), load().rules)
    for path in assets.RULES.glob("*.toml"):
        for item in tomllib.loads(path.read_text("utf-8")).get("rule", ()):
            record.check_forms(item)


# ---------------------------------------------------------------- rules that arithmetic ties together


def test_a_new_rule_says_itself_what_it_fails_with(tmp_path: Path) -> None:
    tied = NEW + 'entailed_by = ["G21-T3-BAL"]\nentails = ["G21-T3-NEG"]\n'
    rules = overlay(load(), pack(tmp_path, tied)).rules
    assert rules["X-NEW"].entails == ("G21-T3-NEG",) and "X-NEW" in rules["G21-T3-BAL"].entails
    assert "X-NEW" not in load().rules["G21-T3-BAL"].entails


# ---------------------------------------------------------------- labels stand in the form alone


CACHED = (forms.load, forms.meta_fields, forms.meta_sheet, forms.sheet_names, loading._meta)


def _renamed(data: Any, number: list[int]) -> Any:
    """A form file with another label at every row, column, section, text, question and sheet."""
    if isinstance(data, dict):
        found = {}
        for key, value in data.items():
            named = key in ("label", "heading", "sheet", *forms.sheet_names())
            if named and isinstance(value, str) and value:
                number[0] += 1
                numeral = value.split("、")[0] + "、" if key == "heading" and "、" in value[:3] else ""
                found[key] = f"{numeral}改名{number[0]}"
            elif key != "choices" and key != "words":
                found[key] = _renamed(value, number)
            else:
                found[key] = value
        return found
    return [_renamed(item, number) for item in data] if isinstance(data, list) else data


def _old_labels(form: forms.Form) -> set[str]:
    nodes = [n for t in form.tables for b in t.blocks for top in (*b.columns, *b.rows) for n in top.walk()]
    found = {node.label for node in nodes} | {field.label for field in form.meta.values()}
    found |= {section.heading for section in form.sections} | {s.sheet for s in form.sections if s.sheet}
    found |= {table.sheet for table in form.tables} | {forms.meta_sheet(), *forms.sheet_names().values()}
    return found - {""}


def _names(text: str, labels: set[str]) -> set[str]:
    """The labels a sentence names: between quotation marks, or so long that they are no words of everyday."""
    quoted = set(re.findall("“([^“”]*)”", text))
    return {label for label in labels if label in quoted or (len(label) >= 7 and label in text)}


def _own_words(report: Report) -> str:
    """What a report itself brings, and a sentence may quote."""
    shape = report.structure
    labels = (word for label in shape.labels for word in label)
    texts = (paragraph for paragraphs in report.texts.values() for paragraph in paragraphs)
    return "".join((*(shape.headings or ()), *shape.missing, *labels, shape.title or "", *texts))


@pytest.mark.parametrize("form_id", forms.form_ids())
def test_once_a_label_is_renamed_the_old_one_stands_in_no_sentence(
    form_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = _old_labels(forms.load(form_id))
    fixtures = [fixture(rule_id, "break") for rule_id in FIXTURES]
    mine = [report for report in fixtures if report.form == form_id]
    plain = loading._toml
    documents = {path: _renamed(plain(path), [0]) for path in assets.FORMS.glob("*.toml")}
    monkeypatch.setattr(loading, "_toml", documents.__getitem__)
    monkeypatch.setattr(loading, "check_form", lambda *_: None)  # statements still name what was renamed
    for cached in CACHED:
        cached.cache_clear()
    _forget()
    try:
        said = [(f"{f.message}{f.fix}{f.basis}", _own_words(report))
                for report in mine for f in check(report, today=A_QUIET_DAY)]
        said += [(rule.title, "") for rule in load().for_form(form_id)]
    finally:
        for cached in CACHED:
            cached.cache_clear()
        _forget()
    found = {(label, text) for text, own in said for label in _names(text, old) if label not in own}
    assert said and sorted(found) == []


def test_the_types_of_parameters_are_described() -> None:
    for found in registry.implementations().values():
        assert all(meaning for _, meaning, _ in parameters.described(found.declared))


def test_the_base_report_keeps_its_peace() -> None:
    assert nianbao.check(from_dict(base())) is not None
