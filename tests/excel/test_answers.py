"""Answers to findings: typed beside them, kept by fingerprint, listed on 情况说明, and gone when the finding is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from office import Office

import nianbao
from nianbao import cli
from nianbao.checks.finding import Finding
from nianbao.desk.checking import check_file
from nianbao.desk.terms import terms
from nianbao.excel import answers, ids, results
from nianbao.excel.annotate import annotate
from nianbao.excel.fill import filled, workbook_bytes
from nianbao.excel.new import new
from nianbao.excel.read import read_book
from nianbao.report import VERIFIED, Explanation, Report, from_dict
from reports import base

ASKED = {"t2.norms.issued": 3, "t2.norms.in_force": 1}  # G21-T2-MIN: explain
WORDS = "年内失效两件，已在目录中注明。"


def workbook(path: Path, figures: dict[str, Any] = ASKED, **more: Any) -> Path:
    data = base()
    data["figures"] |= figures
    path.write_bytes(workbook_bytes(from_dict(data | more)))
    return path


def listed(path: Path, target: Path) -> Path:
    """The annotated copy: a workbook with its findings listed, as a check leaves it."""
    checked = check_file(path, terms())
    target.write_bytes(annotate(path, checked.findings, checked.report.explanations))
    return target


def column(key: str) -> int:
    return results.OWN.columns[key] + 1


def type_answer(path: Path, rule: str, text: str | None, verified: str | None = None) -> None:
    """Type beside the finding of a rule, as a clerk does, and save with another program."""
    book = openpyxl.load_workbook(path)
    sheet = book[ids.RESULTS]
    rows = range(results.ROW + 1, sheet.max_row + 1)
    row = next(r for r in rows if sheet.cell(r, column(results.RULE)).value == rule)
    sheet.cell(row, column(results.ANSWER)).value = text
    sheet.cell(row, column(results.VERIFIED)).value = verified
    book.save(path)


def found(path: Path, rule: str) -> Finding:
    return next(f for f in check_file(path, terms()).findings if f.rule == rule)


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """A workbook that was checked: its findings are listed in it."""
    return listed(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx")


def test_what_is_typed_beside_a_finding_is_its_answer(checked: Path) -> None:
    assert found(checked, "G21-T2-MIN").blocks
    type_answer(checked, "G21-T2-MIN", WORDS)
    assert found(checked, "G21-T2-MIN").explanation == WORDS and not found(checked, "G21-T2-MIN").blocks
    [answer] = read_book(checked).report.explanations
    sheet, at = read_book(checked).places["t2.norms.in_force"]
    assert (answer.rule, answer.place) == ("G21-T2-MIN", f"{sheet} {at}") and "现行有效1件" in answer.about


def test_a_tick_answers_a_reminder_but_not_what_must_be_explained(tmp_path: Path) -> None:
    path = listed(workbook(tmp_path / "a.xlsx", ASKED | {"t2.licence.decisions": 5}), tmp_path / "b.xlsx")
    type_answer(path, "G21-T2-ALL", None, results.YES)
    type_answer(path, "G21-T2-MIN", None, results.YES)
    assert found(path, "G21-T2-ALL").explanation == VERIFIED
    assert found(path, "G21-T2-MIN").blocks and found(path, "G21-T2-MIN").explanation is None


def test_an_answer_survives_the_next_check_and_stands_beside_its_finding_again(checked: Path, tmp_path: Path) -> None:
    type_answer(checked, "G21-T2-MIN", WORDS)
    again = listed(checked, tmp_path / "c.xlsx")
    sheet = openpyxl.load_workbook(again)[ids.RESULTS]
    texts = {sheet.cell(r, column(results.RULE)).value: sheet.cell(r, column(results.ANSWER)).value
             for r in range(results.ROW + 1, sheet.max_row + 1)}
    assert texts["G21-T2-MIN"] == WORDS


def test_no_code_is_visible(checked: Path) -> None:
    book = openpyxl.load_workbook(checked)
    for name in (ids.RESULTS, ids.REASONS):
        sheet = book[name]
        codes = [c.column_letter for row in sheet.iter_rows() for c in row if c.value == "核对码"]
        assert codes and all(sheet.column_dimensions[letter].hidden for letter in codes), name


def test_an_answer_lapses_with_the_numbers_and_stays_listed(checked: Path, tmp_path: Path) -> None:
    type_answer(checked, "G21-T2-MIN", WORDS)
    content, _ = filled(read_book(checked), {"figures": {"t2.norms.in_force": 2}})
    changed = tmp_path / "c.xlsx"
    changed.write_bytes(content)
    assert found(changed, "G21-T2-MIN").blocks
    report = read_book(changed).report
    rows = answers.answer_rows(report.explanations, (), {f.fingerprint for f in check_file(changed, terms()).findings})
    assert [(row["explanation"], row["state"]) for row in rows] == [(WORDS, answers.LAPSED)]


def test_answers_have_no_limit_of_rows(tmp_path: Path) -> None:
    many = [{"fingerprint": f"{n:012x}", "explanation": f"原因{n}", "rule": "G21-T3-PREV"} for n in range(300)]
    path = workbook(tmp_path / "a.xlsx", explanations=many)
    assert [e.explanation for e in read_book(path).report.explanations] == [f"原因{n}" for n in range(300)]


def entry(path: Path, **texts: str) -> None:
    """Type a row of one's own on 情况说明."""
    book = openpyxl.load_workbook(path)
    sheet = book[ids.REASONS]
    columns = {sheet.cell(3, c).value: c for c in range(1, sheet.max_column + 1)}
    row = next(r for r in range(5, 999) if not any(sheet.cell(r, c).value for c in columns.values()))
    for name, text in texts.items():
        sheet.cell(row, columns[name]).value = text
    book.save(path)


def test_an_entry_by_hand_counts_by_rule_and_place_without_any_code(checked: Path) -> None:
    entry(checked, rule="G21-T2-MIN", explanation=WORDS)
    assert found(checked, "G21-T2-MIN").explanation == WORDS


def test_an_entry_by_hand_that_fits_several_findings_answers_none(tmp_path: Path) -> None:
    data = {"t3.new_received.natural": 1, "t3.new_received.biz": 1}
    path = workbook(tmp_path / "a.xlsx", data)
    entry(path, rule="G21-T3-BAL", explanation="说不清是哪一处")
    assert all(f.explanation is None for f in check_file(path, terms()).findings)


def test_the_newer_of_two_words_wins(checked: Path, tmp_path: Path) -> None:
    type_answer(checked, "G21-T2-MIN", WORDS)
    content, _ = filled(read_book(checked), {"explanations": [vars(e) for e in read_book(checked).report.explanations]})
    path = tmp_path / "c.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    sheet = book[ids.REASONS]
    cell = next(c for row in sheet.iter_rows() for c in row if c.value == WORDS)
    cell.value = "后来在情况说明中改写"
    book.save(path)
    assert found(path, "G21-T2-MIN").explanation == "后来在情况说明中改写"
    type_answer(path, "G21-T2-MIN", "再后来在校验结果中改写")
    assert found(path, "G21-T2-MIN").explanation == "再后来在校验结果中改写"
    type_answer(path, "G21-T2-MIN", None)
    assert found(path, "G21-T2-MIN").explanation is None


def test_last_years_reasons_help_and_answer_nothing(checked: Path, tmp_path: Path) -> None:
    type_answer(checked, "G21-T2-MIN", WORDS)
    last = check_file(checked, terms()).report
    content, _ = new("gov-2021", last.unit, 2025, last)
    path = tmp_path / "2025.xlsx"
    path.write_bytes(content)
    report = read_book(path).report
    assert report.explanations == () and report.last is not None
    assert [e.explanation for e in report.last.explanations] == [WORDS]
    figures = {"t2.norms.issued": 30, "t2.norms.repealed": 0, "t2.norms.in_force": 1}
    content, _ = filled(read_book(path), {"figures": figures})
    path.write_bytes(content)
    finding = found(path, "G21-T2-MIN")
    assert finding.explanation is None
    places = read_book(path).places
    last_report = read_book(path).report.last
    [row] = results.rows([finding], places, (), last_report.explanations if last_report else ())
    assert f"上年的说明：{WORDS}" in str(row.texts[results.FIX])


def test_the_command_writes_the_answer_into_a_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = workbook(tmp_path / "a.xlsx")
    copy = tmp_path / "b.xlsx"
    assert cli.run(["explain", str(path), "G21-T2-MIN", "--text", WORDS, "-o", str(copy)]) == 0
    assert found(copy, "G21-T2-MIN").explanation == WORDS and found(path, "G21-T2-MIN").blocks
    assert cli.run(["explain", str(path), "G21-T3-BAL", "--text", "x", "-o", str(tmp_path / "c.xlsx")]) == 2
    assert "没有规则“G21-T3-BAL”" in capsys.readouterr().err


def test_where_a_rule_has_several_findings_the_place_says_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"t3.new_received.natural": 1, "t3.new_received.biz": 1})
    target = str(tmp_path / "b.xlsx")
    assert cli.run(["explain", str(path), "G21-T3-BAL", "--text", "x", "-o", target]) == 2
    said = capsys.readouterr().err
    places = [f for f in check_file(path, terms()).findings if f.rule == "G21-T3-BAL"]
    assert all(" ".join(read_book(path).places[next(iter(f.cells))]) in said for f in places)
    sheet, at = read_book(path).places[next(iter(places[0].cells))]
    assert cli.run(["explain", str(path), "G21-T3-BAL", f"{sheet}!{at}", "--text", "x", "-o", target]) == 0


def test_an_answer_outlives_libreoffice(checked: Path, office: Office, tmp_path: Path) -> None:
    type_answer(checked, "G21-T2-MIN", WORDS)
    folder = tmp_path / "lo"
    folder.mkdir()
    assert found(office.convert(checked, ".xlsx", folder), "G21-T2-MIN").explanation == WORDS


def test_a_report_keeps_its_answers_through_json() -> None:
    answer = Explanation("0123456789ab", WORDS, "G21-T2-MIN", place="主动公开 E6", about="…", verified=results.YES)
    report: Report = replace(from_dict(base()), explanations=(answer,))
    assert from_dict(nianbao.report.to_dict(report)).explanations == (answer,)
