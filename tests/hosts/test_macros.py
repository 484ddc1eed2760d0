"""What each button does to a workbook that is open in LibreOffice."""

from __future__ import annotations

import email
import email.policy
import os
import re
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Callable, Iterator

import openpyxl
import pytest
import reports
import worked_example
import xlwings as xw

import nianbao
from nianbao import macros
from nianbao.errors import CallError, InputError
from nianbao.excel import ids, results
from nianbao.excel.fill import workbook_bytes
from nianbao.excel.live import read_open, stops
from nianbao.excel.plan import plan_of
from nianbao.checks import catalogue
from nianbao.hosts.libreoffice.ranges import Range
from nianbao.macros import Aside, Click
from nianbao.report import from_dict
from nianbao.rule import SEVERITIES

TODAY = date(2025, 1, 15)
FORM = "gov-2021"
UNBALANCED = "t3.new_received.natural"

UNIT = "青禾县自然资源和规划局"
BROKEN = worked_example.data(**worked_example.BROKEN)

Open = Callable[[dict[str, Any]], xw.Book]


def good(**figures: Any) -> dict[str, Any]:
    """A whole report without errors, with figures replaced, and texts that tell of none of them."""
    data = reports.sample("gov-2021-bureau")
    return data | {"figures": data["figures"] | figures, "texts": data["texts"] | reports.WITHOUT_NUMBERS}


@pytest.fixture
def opened(calc: xw.App, tmp_path: Path) -> Iterator[Open]:
    """Write a report into a workbook, open that in LibreOffice and close it in the end."""
    books: list[xw.Book] = []

    def open_it(data: dict[str, Any], name: str = "2024年 年报.xlsx") -> xw.Book:
        path = tmp_path / name
        path.write_bytes(workbook_bytes(from_dict(data)))
        books.append(calc.books.open(str(path)))
        return books[-1]

    yield open_it
    for book in books:
        book.close()


@pytest.fixture
def shown() -> list[Path]:
    """The files that were opened for the user."""
    return []


@pytest.fixture
def click(shown: list[Path]) -> Callable[..., Click]:
    def press(book: xw.Book | None, answer: bool | None = None, **changes: Any) -> Click:
        def ask(question: str) -> bool:
            assert answer is not None, f"nothing should be asked: {question}"
            return answer

        told = Click(book, "", None, ask, shown.append, lambda text: None, TODAY)
        return replace(told, **changes)

    return press


def place(cell: str, form: str = FORM) -> tuple[str, str]:
    return plan_of(nianbao.form.load(form), catalogue.load()).places()[cell]


def put(book: xw.Book, cell: str, value: Any) -> None:
    sheet, address = place(cell)
    book.sheets[sheet].range(address).value = value


def without_results(book: xw.Book) -> dict[str, Any]:
    return {s.name: s.range((1, 1), s.used_range.last_cell).formula for s in book.sheets
            if s.name not in (ids.RESULTS, ids.REASONS)}


def listed(book: xw.Book) -> list[str]:
    """The rules on the result sheet."""
    sheet = book.sheets[ids.RESULTS]
    column = results.OWN.columns[results.RULE] + 1
    values = sheet.range((results.ROW + 1, column), (sheet.used_range.last_cell.row, column)).options(ndim=1).value
    return [value for value in values if value]


def lit(book: xw.Book) -> set[str]:
    """The cells in the hidden lists."""
    sheet = book.sheets[ids.RESULTS]
    first = results.OWN.columns[SEVERITIES[0]] + 1
    corner = sheet.range((results.ROW + 1, first), (results.ROW + results.ROOM, first + len(SEVERITIES) - 1))
    return {value for line in corner.value for value in line if value}


# ---------------------------------------------------------------- 校验


def test_an_open_workbook_reads_as_its_file_does(opened: Open) -> None:
    book = opened(good())
    on_disk = nianbao.read(book.fullname)
    assert read_open(book).report == on_disk


def test_a_workbook_is_read_sheet_by_sheet_and_never_cell_by_cell(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = opened(good())
    reads: list[str] = []
    for name in ("raw_value", "formula"):
        plain = getattr(Range, name)

        def counted(self: Range, plain: property = plain) -> Any:
            reads.append(self.sheet.name)
            return plain.fget(self)  # type: ignore[misc]

        monkeypatch.setattr(Range, name, property(counted))
    read_open(book)
    assert reads and max(map(reads.count, reads)) <= 2


def test_a_number_that_was_typed_and_not_saved_is_checked(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(good())
    assert "没有错误" in macros.check(click(book))
    put(book, UNBALANCED, 38)
    assert "错误" in macros.check(click(book)).partition("没有错误")[0]
    assert "G21-T3-BAL" in listed(book)
    assert "!".join(place(UNBALANCED)) in lit(book)


def test_what_was_corrected_is_gone_from_the_list_and_dark_again(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(good(**{UNBALANCED: 38}))
    macros.check(click(book))
    assert "!".join(place(UNBALANCED)) in lit(book)
    put(book, UNBALANCED, 37)
    macros.check(click(book))
    assert "G21-T3-BAL" not in listed(book)
    assert "!".join(place(UNBALANCED)) not in lit(book)


def place_of_inputs() -> set[str]:
    form = nianbao.form.load(FORM)
    return {c.id for c in form.cells.values() if not c.is_total}


def test_a_check_writes_to_no_other_sheet_than_its_two_lists(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(BROKEN)
    before = without_results(book)
    macros.check(click(book))
    assert without_results(book) == before


def test_a_check_lists_what_the_command_finds(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(BROKEN)
    macros.check(click(book))
    found = nianbao.checks.check(nianbao.read(book.fullname), today=TODAY)
    assert listed(book) == [finding.rule for finding in found]


def test_the_rule_pack_of_the_installation_holds_for_the_buttons_too(
    opened: Open, click: Callable[..., Click], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[Path]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "nianbao").mkdir()
    (tmp_path / "nianbao" / "settings.toml").write_text('packs = ["省.toml"]', "utf-8")
    record = '[[change]]\nid = "G21-S-PRE"\nseverity = "error"\ndate = "2025-01-02"\nreason = "全省要求"\n'
    (tmp_path / "nianbao" / "省.toml").write_text(record, "utf-8")
    book = opened(good(**{}) | {"meta": {}})
    assert macros.check(click(book)).startswith("校验完成：错误1处")
    assert "G21-S-PRE" in listed(book)
    assert macros.report(click(book, answer=False)) == "" and shown == []


def test_text_in_a_number_cell_is_found_and_left_as_it_is(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(good())
    put(book, UNBALANCED, "37件")
    macros.check(click(book))
    assert "G-NUM-6" in listed(book)
    sheet, address = place(UNBALANCED)
    assert book.sheets[sheet].range(address).value == "37件"


def test_a_total_that_was_typed_over_is_noticed(opened: Open) -> None:
    book = opened(good())
    sheet, address = place("t3.new_received.total")
    book.sheets[sheet].api.unprotect("")
    book.sheets[sheet].range(address).value = 99
    assert "t3.new_received.total" in read_open(book).report.structure.typed_totals


def test_a_workbook_of_another_program_is_told_so_and_not_touched(
    calc: xw.App, click: Callable[..., Click], tmp_path: Path
) -> None:
    path = tmp_path / "别的.xlsx"
    other = openpyxl.Workbook()
    other.active.append(["工资表", 1])
    other.save(path)
    book = calc.books.open(str(path))
    before = without_results(book)
    for press in (macros.check, macros.report, macros.zeros, macros.mail):
        with pytest.raises(InputError, match="不是本工具") as raised:
            press(click(book))
        assert raised.value.code == "not-a-workbook"
    assert "不是年度报告工作簿" in macros.guide(click(book))
    assert without_results(book) == before
    book.close()


def test_a_workbook_with_protected_structure_is_checked_all_the_same(
    calc: xw.App, click: Callable[..., Click], tmp_path: Path
) -> None:
    path = tmp_path / "保护.xlsx"
    path.write_bytes(workbook_bytes(from_dict(BROKEN)))
    book = openpyxl.load_workbook(path)
    book.security = openpyxl.workbook.protection.WorkbookProtection(lockStructure=True)
    book.save(path)
    live = calc.books.open(str(path))
    macros.check(click(live))
    assert "G21-T3-BAL" in listed(live)
    live.close()


def test_a_workbook_without_the_result_sheet_says_what_to_do(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(good())
    book.sheets[ids.RESULTS].delete()
    with pytest.raises(InputError, match="缺少工作表“校验结果”"):
        macros.check(click(book))


# ---------------------------------------------------------------- 说明


def row_of(book: xw.Book, rule: str) -> int:
    return results.ROW + 1 + listed(book).index(rule)


def answer_cell(book: xw.Book, rule: str, key: str) -> xw.Range:
    return book.sheets[ids.RESULTS].range((row_of(book, rule), results.OWN.columns[key] + 1))


ASKED = {"t2.norms.issued": 30, "t2.norms.repealed": 0, "t2.norms.in_force": 1}


def test_an_answer_typed_beside_a_finding_settles_it_and_is_kept_on_the_sheet_of_answers(
    opened: Open, click: Callable[..., Click], shown: list[Path]
) -> None:
    book = opened(good(**ASKED))
    assert "待说明1处" in macros.check(click(book))
    answer_cell(book, "G21-T2-MIN", results.ANSWER).value = "年内失效，已在目录中注明。"
    assert "没有错误" in macros.check(click(book))
    assert answer_cell(book, "G21-T2-MIN", results.ANSWER).value == "年内失效，已在目录中注明。"
    values = book.sheets[ids.REASONS].range("A5:J5").value
    assert {"年内失效，已在目录中注明。", "有效", "2025-01-15"} & {str(v)[:30] for v in values} >= {"有效"}
    macros.report(click(book))
    assert len(shown) == 1 and "草稿" not in shown[0].name


def test_an_answer_lapses_when_the_number_changes_and_is_shown_so(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(good(**ASKED))
    macros.check(click(book))
    answer_cell(book, "G21-T2-MIN", results.ANSWER).value = "年内失效。"
    macros.check(click(book))
    put(book, "t2.norms.in_force", 2)
    assert "待说明1处" in macros.check(click(book))
    assert answer_cell(book, "G21-T2-MIN", results.ANSWER).value is None
    assert "已失效" in book.sheets[ids.REASONS].range("A5:J5").value


def mark_of(book: xw.Book, cell: str) -> str:
    """The mark beside the row of a cell of table three."""
    sheet, address = place(cell)
    page = book.sheets[sheet]
    row = page.range(address).row
    formulas = page.range((row, 1), (row, 30)).formula
    column = max(n for n, text in enumerate(formulas[0], 1) if isinstance(text, str) and text.startswith("="))
    return str(page.range((row, column)).value)


def test_a_row_whose_cells_are_colored_carries_no_tick(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(good(**{UNBALANCED: 38}))
    macros.check(click(book))
    said = mark_of(book, UNBALANCED)
    assert re.fullmatch(r"见第\d+行", said)
    row = int(re.sub(r"\D", "", said))
    marks = book.sheets[place(UNBALANCED)[0]].range((row, 1), (row, 20)).value
    assert any(str(value).startswith("差") for value in marks)
    put(book, UNBALANCED, 37)
    assert mark_of(book, UNBALANCED) == "已改，请再校验"
    macros.check(click(book))
    assert mark_of(book, UNBALANCED) == "✓"


# ---------------------------------------------------------------- 定位下一处


def test_each_press_goes_to_the_next_place_and_from_the_last_to_the_first(
    opened: Open, click: Callable[..., Click]
) -> None:
    book = opened(BROKEN)
    macros.check(click(book))
    wanted = stops(book)
    assert len(wanted) > 2
    for number, stop in enumerate([*wanted, wanted[0]]):
        said = macros.next_place(click(book))
        assert isinstance(said, Aside)
        assert f"第{number % len(wanted) + 1}处，共{len(wanted)}处" in said
        assert (book.sheets.active.name, book.selection.get_address(False, False).partition(":")[0]) == (
            stop.sheet, stop.address)


def test_with_nothing_listed_it_says_so(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(good())
    assert "没有问题" in macros.next_place(click(book))


# ---------------------------------------------------------------- 填补空白为0


def test_blank_numbers_become_zero_once_agreed_and_nothing_else_changes(
    opened: Open, click: Callable[..., Click]
) -> None:
    data = good()
    blank = ["t2.norms.made", "t3.granted.biz", "t3.partial.biz", "t4.review.upheld"]
    blank = [cell for cell in blank if cell in data["figures"]]
    data["figures"] |= dict.fromkeys(blank)
    book = opened(data)
    before = read_open(book).report
    assert macros.zeros(click(book, answer=False)) == ""
    assert read_open(book).report == before
    assert f"{len(blank)}个" in macros.zeros(click(book, answer=True))
    after = read_open(book).report
    inputs = place_of_inputs()
    changed = {c for c in inputs if after.figures[c] != before.figures[c]}
    assert (changed, {after.figures[c] for c in blank}) == (set(blank), {0})
    assert after.structure.typed_totals == ()


def test_a_word_in_a_number_cell_is_no_blank(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(good(**{UNBALANCED: "无"}))
    assert macros.zeros(click(book)) == "没有空着的数字格。"
    assert read_open(book).report.figures[UNBALANCED] == "无"


def test_a_new_workbook_is_filled_in_few_strokes(opened: Open, click: Callable[..., Click]) -> None:
    book = opened({"form": FORM, "unit": "青禾县水利局", "year": 2024})
    assert "个空着的数字格填上0" in macros.zeros(click(book, answer=True))
    figures = read_open(book).report.figures
    assert {figures[c] for c in place_of_inputs()} == {0}


# ---------------------------------------------------------------- 生成报告


def test_the_report_stands_beside_the_workbook_and_holds_what_is_on_the_screen(
    opened: Open, click: Callable[..., Click], shown: list[Path], tmp_path: Path
) -> None:
    book = opened(good())
    put(book, "meta.phone", "0000-7654321")
    said = macros.report(click(book))
    target = tmp_path / f"{UNIT}2024年政府信息公开工作年度报告.docx"
    assert shown == [target]
    assert target.name in said and "没有错误" in said
    written = nianbao.read(target)
    assert written.figures == read_open(book).report.figures
    assert written.meta["meta.phone"] == "0000-7654321"


def test_a_second_report_leaves_the_first_alone(
    opened: Open, click: Callable[..., Click], shown: list[Path]
) -> None:
    book = opened(good())
    macros.report(click(book))
    first = shown[0].read_bytes()
    macros.report(click(book))
    assert shown[1].name.endswith("（2）.docx")
    assert shown[0].read_bytes() == first


def test_with_errors_only_a_draft_is_written_and_only_when_wanted(
    opened: Open, click: Callable[..., Click], shown: list[Path], tmp_path: Path
) -> None:
    book = opened(BROKEN)
    assert macros.report(click(book, answer=False)) == ""
    assert (shown, list(tmp_path.glob("*.docx"))) == ([], [])
    assert listed(book)
    macros.report(click(book, answer=True))
    assert [path.name for path in shown] == ["青禾县水利局2024年政府信息公开工作年度报告（草稿）.docx"]


@pytest.mark.parametrize("unit", ['青"禾&县', "青禾/../县", "CON", "青禾\u202e县", "..", '<a href="x">县</a>'])
def test_a_unit_with_an_awkward_name_gets_a_file_in_the_same_folder(
    unit: str, opened: Open, click: Callable[..., Click], shown: list[Path], tmp_path: Path
) -> None:
    book = opened(good() | {"unit": unit})
    macros.report(click(book, answer=True))
    [target] = shown
    assert target.parent == tmp_path and target.is_file()
    assert not set(target.name) & set('"/\\<>:|?*\u202e')
    assert nianbao.read(target).unit == unit


def test_a_workbook_never_saved_is_checked_but_has_no_place_for_a_report(
    calc: xw.App, click: Callable[..., Click], tmp_path: Path
) -> None:
    path = tmp_path / "样本.xlsx"
    path.write_bytes(workbook_bytes(from_dict(good())))
    book = calc.books.open(str(path))
    calc_book = calc.books.add()
    with pytest.raises(CallError, match="请先保存") as raised:
        macros.report(click(calc_book))
    assert raised.value.code == "unsaved"
    calc_book.close()
    book.close()


# ---------------------------------------------------------------- 邮件草稿


@pytest.fixture
def mail_program(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A default mail program that writes down which file it was given."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "xdg-open"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" >"{folder}/opened"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder / "opened"


def letter(path: Path) -> EmailMessage:
    found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_the_draft_carries_the_report_and_is_opened_not_sent(
    opened: Open, click: Callable[..., Click], mail_program: Path, shown: list[Path], tmp_path: Path
) -> None:
    book = opened(good())
    macros.report(click(book))
    said = macros.mail(click(book))
    draft = Path(mail_program.read_text())
    assert draft.parent == tmp_path and draft.name in said
    message = letter(draft)
    assert (message["X-Unsent"], message["To"]) == ("1", None)
    [attached] = message.iter_attachments()
    assert attached.get_content() == shown[0].read_bytes()


def test_the_report_the_clerk_worked_on_last_is_the_one_attached(
    opened: Open, click: Callable[..., Click], mail_program: Path, shown: list[Path]
) -> None:
    book = opened(good())
    macros.report(click(book))
    macros.report(click(book))
    os.utime(shown[0], (2e9, 2e9))
    macros.mail(click(book))
    [attached] = letter(Path(mail_program.read_text())).iter_attachments()
    assert attached.get_content() == shown[0].read_bytes()


def test_without_a_report_one_is_made_and_with_errors_the_draft_says_so(
    opened: Open, click: Callable[..., Click], mail_program: Path
) -> None:
    book = opened(BROKEN)
    assert macros.mail(click(book, answer=False)) == ""
    assert not mail_program.exists()
    macros.mail(click(book, answer=True))
    message = letter(Path(mail_program.read_text()))
    assert str(message["Subject"]).startswith("【草稿】")


def test_the_workbook_goes_along_where_that_is_wanted(
    opened: Open, click: Callable[..., Click], mail_program: Path
) -> None:
    book = opened(good())
    macros.mail(click(book, argument="workbook"))
    report, workbook = letter(Path(mail_program.read_text())).iter_attachments()
    assert workbook.get_content() == Path(book.fullname).read_bytes()


def test_a_report_older_than_the_numbers_is_pointed_out(
    opened: Open, click: Callable[..., Click], mail_program: Path
) -> None:
    book = opened(good())
    macros.report(click(book))
    put(book, UNBALANCED, 38)
    assert "2处数字与工作簿现在的不同" in macros.mail(click(book))


# ---------------------------------------------------------------- 新建、帮助


def test_a_new_workbook_is_for_the_year_that_is_reported_in_january(
    calc: xw.App, click: Callable[..., Click], shown: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "2024年度" in macros.new(click(None, argument=FORM))
    [path] = shown
    assert (path.parent, nianbao.read(path).year, nianbao.read(path).form) == (tmp_path, 2024, FORM)


def test_last_years_file_brings_unit_year_and_what_is_carried_over(
    opened: Open, click: Callable[..., Click], shown: list[Path], tmp_path: Path
) -> None:
    book = opened(good())
    said = macros.new_from(click(book, file=Path(book.fullname)))
    path = tmp_path / f"{UNIT}-2025年.xlsx"
    made = nianbao.read(path)
    assert (made.unit, made.year) == (UNIT, 2025)
    assert made.figures["t3.carried_in.natural"] == 3
    assert "上年结转" in said
    assert shown == [path]


def test_help_shows_the_sheet_that_explains(opened: Open, click: Callable[..., Click]) -> None:
    book = opened(good())
    assert macros.guide(click(book)) == ""
    assert book.sheets.active.name == ids.GUIDE
