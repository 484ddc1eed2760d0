"""One report through every door: command line, buttons, mail and Python give one verdict under one set of terms."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Callable

import pytest

import nianbao
from nianbao import cli, doctor, macros, verbs
from nianbao.checks.finding import summary
from nianbao.desk import settings
from nianbao.desk.checking import Checked, Refused, check_file, check_files
from nianbao.desk.issuing import file_stem, issue
from nianbao.desk.mailing import prepare
from nianbao.desk.terms import terms
from nianbao.errors import NianbaoError, RefusedError
from nianbao.report import Explanation, Report
from reports import base, build, sample, year_before
from nianbao.report import from_dict

FORBIDS = """
[[rule]]
id = "PROV-WEBSITE"
forms = ["gov-2021"]
severity = "error"
title = "本省的报告须有规范性文件"
check = "t2.norms.issued >= 1"
message = "{place}应至少1件。"
fix = "请核对。"
basis = "省通知"
since = 2021
"""
TODAY = date(2025, 1, 15)
CALM = {"t2.norms.issued": 0, "t2.norms.in_force": 0}


@pytest.fixture(autouse=True)
def own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of the test's own: no settings yet, and a folder to work in. Returns the machine's settings file."""
    for name in ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "XDG_CONFIG_DIRS" / "nianbao" / settings.FILE


@pytest.fixture
def province() -> Path:
    path = Path("省.toml")
    path.write_text(FORBIDS, "utf-8")
    return path.resolve()


def install(place: Path, text: str, *beside: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")
    for path in beside:
        (place.parent / path.name).write_bytes(path.read_bytes())


def workbook(data: dict[str, Any] | None = None, name: str = "2024.xlsx") -> Path:
    path = Path(name)
    path.write_bytes(verbs.content(from_dict(data or base()), ".xlsx"))
    return path


def rules_of(findings: Any) -> list[str]:
    return [finding.rule for finding in findings]


def run(*arguments: str | Path) -> int:
    return cli.run([str(a) for a in arguments])


# ---------------------------------------------------------------- one verdict


def through_json(book: Path, capsys: pytest.CaptureFixture[str], *more: str | Path) -> list[str]:
    run("check", book, "--json", *more)
    return [finding["rule"] for finding in json.loads(capsys.readouterr().out)[0]["findings"]]


def test_a_pack_given_in_the_call_holds_for_check_report_and_mail_alike(
    province: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = workbook()
    assert "PROV-WEBSITE" in through_json(book, capsys, "--pack", province)
    assert run("report", book, "-o", "报告.docx", "--pack", province) == 1
    assert "PROV-WEBSITE" in capsys.readouterr().err and not Path("报告.docx").exists()
    assert prepare(book, (), terms([province])).draft
    assert not prepare(book, (), terms()).draft


def test_a_pack_that_the_installation_fixes_holds_at_every_door(
    own_machine: Path, province: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = workbook()
    assert run("report", book, "-o", "先.docx") == 0
    install(own_machine, 'packs = ["省.toml"]', province)
    capsys.readouterr()
    assert "PROV-WEBSITE" in through_json(book, capsys)
    assert "PROV-WEBSITE" in rules_of(nianbao.check(nianbao.read(book)))
    assert run("report", book, "-o", "报告.docx") == 1 and not Path("报告.docx").exists()
    assert run("mail", "先.docx", "--to", "a@example.cn", "-o", "信.eml") == 0
    assert prepare(Path("先.docx"), (), terms()).draft
    assert run("demo", "-o", "演示") == 0
    found = json.loads(Path("演示/gov-2021-bureau-check.json").read_text("utf-8"))[0]
    assert found["pack"].endswith("+省")


def test_the_buttons_keep_to_the_pack_of_the_installation(own_machine: Path, province: Path) -> None:
    install(own_machine, 'packs = ["省.toml"]', province)
    click = macros.Click(None, "", None, lambda q: False, lambda p: None, lambda t: None, TODAY)
    assert click.terms.catalogue.version == terms().catalogue.version != terms.__module__
    assert "PROV-WEBSITE" in click.terms.catalogue.rules and click.terms.today == TODAY


def test_last_years_file_is_compared_by_check_report_and_mail_alike(capsys: pytest.CaptureFixture[str]) -> None:
    data = base()
    earlier = workbook(year_before(data, {"figures": {"t3.carried_out.natural": 3}}), "2023.xlsx")
    book = workbook(data)
    assert "G21-T3-PREV" not in through_json(book, capsys)
    assert "G21-T3-PREV" in through_json(book, capsys, "--last", earlier)
    assert run("report", book, "-o", "报告.docx", "--last", earlier) == 1
    assert prepare(book, (), terms(last=earlier)).draft


def test_a_report_with_open_errors_is_a_draft_everywhere_and_counted_alike(capsys: pytest.CaptureFixture[str]) -> None:
    data = base()
    data["figures"] |= {"t3.new_received.natural": 1, "t2.norms.issued": 3, "t2.norms.in_force": 1}
    book = workbook(data)
    checked = check_file(book, terms(today=TODAY))
    assert len(checked.blocking) > 1
    assert run("check", book) == 1
    assert f"结果：{checked.summary}" in capsys.readouterr().out
    letter = prepare(book, (), terms(today=TODAY))
    assert f"校验：{checked.summary}" in letter.body and letter.draft
    with pytest.raises(RefusedError) as refused:
        issue(checked, ".docx", terms())
    assert refused.value.findings == checked.blocking


def test_a_draft_is_one_because_it_was_asked_for_and_stays_one_without_errors() -> None:
    checked = check_file(workbook(), terms())
    assert checked.blocking == ()
    for suffix in (".docx", ".html"):
        final, draft = (issue(checked, suffix, terms(), draft=wanted) for wanted in (False, True))
        assert (_says_draft(final, suffix), _says_draft(draft, suffix)) == (False, True)
    Path("草稿.docx").write_bytes(issue(checked, ".docx", terms(), draft=True))
    assert prepare(Path("草稿.docx"), (), terms()).draft


def _says_draft(content: bytes, suffix: str) -> bool:
    if suffix == ".html":
        return "草稿" in content.decode()
    path = Path("样.docx")
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        return any("草稿" in archive.read(name).decode() for name in archive.namelist() if "header" in name)


def test_an_answered_error_is_still_counted_as_one() -> None:
    report = build(figures={"t3.new_received.natural": 1})
    found = nianbao.check(report)
    answers = tuple(Explanation(f.fingerprint, "情况特殊") for f in found if f.severity == "error")
    said = summary(nianbao.check(replace(report, explanations=answers)))
    assert "没有错误" not in said and said.startswith(f"错误{len(answers)}处")


def test_a_draft_printed_with_errors_is_not_mailed_as_free_of_them() -> None:
    """The Word file no longer shows that a total was typed over; the workbook it came from did."""
    whole = check_file(workbook(), terms())
    worse = nianbao.check(build(figures={"t3.new_received.natural": 1}))
    Path("草稿.docx").write_bytes(issue(replace(whole, findings=tuple(worse)), ".docx", terms(), draft=True))
    letter = prepare(Path("草稿.docx"), (), terms())
    count = sum(f.blocks for f in worse)
    assert "没有错误" not in letter.body and f"尚有错误{count}处未处理" in letter.body


def test_what_the_mail_says_of_the_check_holds_for_the_workbook_that_goes_along() -> None:
    Path("报告.docx").write_bytes(issue(check_file(workbook(), terms()), ".docx", terms()))
    data = base()
    data["figures"]["t3.new_received.natural"] = "1件"
    letter = prepare(Path("报告.docx"), (), terms(), workbook(data, "附.xlsx"))
    assert letter.draft and re.search("校验：错误[1-9]", letter.body)


def test_the_report_of_a_workbook_is_made_for_its_mail() -> None:
    letter = prepare(workbook(), ["a@example.cn"], terms())
    [(name, content)] = letter.attachments
    Path("信中.docx").write_bytes(content)
    assert name == f"{file_stem(build(), draft=False)}.docx" and nianbao.read("信中.docx").unit == build().unit


def test_one_bad_file_never_costs_the_others_their_result() -> None:
    Path("坏.xlsx").write_bytes(b"PK")
    bad, good = check_files([Path("坏.xlsx"), workbook()], terms())
    assert isinstance(bad, Refused) and bad.error.code == "damaged"
    assert isinstance(good, Checked) and good.report.unit == build().unit


# ---------------------------------------------------------------- the settings file


def test_packs_are_laid_over_from_the_machine_to_the_user_to_the_call(
    own_machine: Path, tmp_path: Path
) -> None:
    def change(name: str, severity: str) -> Path:
        path = Path(f"{name}.toml")
        record = f'[[change]]\nid = "G21-S-PRE"\nseverity = "{severity}"\ndate = "2025-01-02"\nreason = "{name}"\n'
        path.write_text(record, "utf-8")
        return path

    def severity(*packs: Path) -> str:
        return terms(packs).catalogue.rules["G21-S-PRE"].severity

    assert severity() == "warning"
    install(own_machine, 'packs = ["省.toml"]', change("省", "error"))
    assert severity() == "error"
    install(tmp_path / "XDG_CONFIG_HOME" / "nianbao" / settings.FILE, 'packs = ["县.toml"]', change("县", "explain"))
    assert severity() == "explain"
    assert severity(change("本次", "confirm")) == "confirm"
    assert terms().catalogue.version.endswith("+省+县")


def test_the_template_an_installation_fixes_is_the_one_that_is_printed(own_machine: Path) -> None:
    import docx as python_docx

    own = python_docx.Document(str(nianbao.assets.TEMPLATES / "gov-2021.docx"))
    own.paragraphs[0].insert_paragraph_before("青禾县统一版式")
    own.save("统一.docx")
    install(own_machine, '[templates]\ngov-2021 = "统一.docx"', Path("统一.docx"))
    Path("报告.docx").write_bytes(issue(check_file(workbook(), terms()), ".docx", terms()))
    assert python_docx.Document("报告.docx").paragraphs[0].text == "青禾县统一版式"


WRONG: list[tuple[str, str]] = [
    ("pack = []", "“pack”"),
    ("packs = 3", "packs 应为"),
    ("packs = [3]", "packs 应为"),
    ('packs = ["没有.toml"]', "“没有.toml”"),
    ('[templates]\ngov-2099 = "a.docx"', "gov-2099"),
    ('[templates]\ngov-2021 = "没有.docx"', "“没有.docx”"),
    ("packs = [", "TOML"),
]


@pytest.mark.parametrize(("text", "named"), WRONG, ids=[text for text, _ in WRONG])
def test_settings_that_are_not_understood_are_refused_and_named_never_left_out(
    own_machine: Path, text: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    install(own_machine, text)
    with pytest.raises(NianbaoError) as refused:
        terms()
    assert refused.value.code == "bad-settings"
    assert named in refused.value.message and str(own_machine) in refused.value.message
    assert run("check", workbook()) == 2 and named in capsys.readouterr().err
    lines, usable = doctor.examine()
    assert not usable and any(named in line for line in lines)


def test_doctor_shows_what_the_installation_fixes(own_machine: Path, province: Path) -> None:
    install(own_machine, 'packs = ["省.toml"]', province)
    lines, _ = doctor.examine()
    assert f"✓ 设置文件 {own_machine}" in lines and f"✓ 规则文件 {own_machine.parent / '省.toml'}" in lines


CALLS: list[Callable[[Report], Any]] = [nianbao.check, lambda r: nianbao.check(r, None)]


@pytest.mark.parametrize("call", CALLS)
def test_python_checks_by_the_rules_in_force_too(
    call: Callable[[Report], Any], own_machine: Path, province: Path
) -> None:
    install(own_machine, 'packs = ["省.toml"]', province)
    assert "PROV-WEBSITE" in rules_of(call(from_dict(sample("gov-2021-bureau") | {"figures": CALM})))
