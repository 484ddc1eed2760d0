"""An annotated copy: colors, notes, a linked list; everything else as it was."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Callable

import openpyxl
import pytest
import worked_example
from office import Office

from nianbao import assets
from nianbao.checks import check
from nianbao.errors import InputError
from nianbao.excel import results
from nianbao.excel.annotate import annotate
from nianbao.excel.fill import workbook_bytes
from nianbao.excel.read import read_book
from nianbao.report import from_dict

SAMPLES = sorted(path.stem for path in assets.SAMPLES.glob("*.json"))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(workbook_bytes(from_dict(worked_example.data(**worked_example.BROKEN))))
    return path


def _annotated(path: Path) -> Path:
    book = read_book(path)
    target = path.with_name("annotated.xlsx")
    target.write_bytes(annotate(path, check(book.report)))
    return target


def _plain(path: Path, office: Office) -> Path:
    return path


def _openpyxl(path: Path, office: Office) -> Path:
    target = path.with_name("openpyxl.xlsx")
    openpyxl.load_workbook(path).save(target)
    return target


def _libreoffice(path: Path, office: Office) -> Path:
    folder = path.parent / "lo"
    folder.mkdir()
    return office.convert(path, ".xlsx", folder)


@pytest.mark.parametrize("save", (_plain, _openpyxl, _libreoffice))
def test_cells_are_colored_noted_and_listed_whoever_saved_the_file(
    save: Callable[[Path, Office], Path], broken: Path, office: Office
) -> None:
    source = save(broken, office)
    before, book = source.read_bytes(), read_book(source)
    findings = check(book.report)
    target = _annotated(source)
    assert source.read_bytes() == before
    assert read_book(target).report == book.report
    opened = openpyxl.load_workbook(target)
    rows = [r for r in opened["校验结果"].iter_rows(min_row=5, min_col=2, values_only=True) if r[0] is not None]
    assert [row[0] for row in rows] == list(range(1, len(findings) + 1))
    at = {key: column - 1 for key, column in results.OWN.columns.items()}
    listed = [(row[at[results.RULE]], row[at[results.FINGERPRINT]]) for row in rows]
    assert listed == [(f.rule, f.fingerprint) for f in findings]
    for number, finding in enumerate(findings):
        places = [book.places[c] for c in finding.cells if c in book.places]
        for sheet, address in places:
            assert opened[sheet][address].fill.patternType == "solid"
        if places:
            sheet, address = places[0]
            note = opened[sheet][address].comment
            assert note and finding.message in note.text and finding.rule in note.text
            place = opened["校验结果"].cell(5 + number, results.OWN.columns[results.PLACE] + 1)
            assert place.hyperlink.location == f"'{sheet}'!{address}"
    [values] = office.recalculate([target])
    assert values["校验结果"][4][results.OWN.columns[results.RULE]] == findings[0].rule


def test_labels_keep_their_notes_and_untouched_parts_their_bytes(broken: Path) -> None:
    target = _annotated(broken)
    old, new = zipfile.ZipFile(broken), zipfile.ZipFile(target)
    assert new.testzip() is None
    for name in ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/theme/theme1.xml", "docProps/custom.xml"):
        assert old.read(name) == new.read(name)
    texts = {c.comment.text for row in openpyxl.load_workbook(target)["申请情况"].iter_rows() for c in row if c.comment}
    assert any("条例第三十七条" in text for text in texts)


def test_annotating_again_replaces_the_list(broken: Path) -> None:
    first = _annotated(broken)
    book = read_book(first)
    second = first.with_name("second.xlsx")
    second.write_bytes(annotate(first, check(book.report)[:1]))
    sheet = openpyxl.load_workbook(second)["校验结果"]
    assert [sheet.cell(row, 2).value for row in range(5, sheet.max_row + 1) if sheet.cell(row, 2).value] == [1]


def test_the_same_findings_give_the_same_bytes(broken: Path) -> None:
    assert _annotated(broken).read_bytes() == _annotated(broken).read_bytes()


def test_a_report_without_findings_says_so(broken: Path) -> None:
    target = broken.with_name("good.xlsx")
    target.write_bytes(annotate(broken, []))
    assert "没有发现问题" in str(openpyxl.load_workbook(target)["校验结果"]["E5"].value)


def test_without_a_result_sheet_it_is_refused(broken: Path) -> None:
    book = openpyxl.load_workbook(broken)
    book.remove(book["校验结果"])
    book.save(broken.with_name("less.xlsx"))
    with pytest.raises(InputError, match="校验结果"):
        annotate(broken.with_name("less.xlsx"), [])


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_workbooks_of_every_form_can_be_annotated(name: str, tmp_path: Path) -> None:
    path = tmp_path / "sample.xlsx"
    path.write_bytes((assets.SAMPLES / f"{name}.xlsx").read_bytes())
    target = _annotated(path)
    assert read_book(target).report == read_book(path).report
    rows = list(openpyxl.load_workbook(target)["校验结果"].iter_rows(min_row=5, min_col=2, values_only=True))
    column = results.OWN.columns[results.RULE] - 1
    assert [row[column] for row in rows if row[column]] == [finding.rule for finding in check(read_book(path).report)]
