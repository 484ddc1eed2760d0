"""Every file that leaves the project opens in Excel, Word and WPS as it is: the Open XML SDK finds nothing against it,
nor does our own list of what it misses."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Callable, Iterable

import pytest
import worked_example
from sample_reports import filled

from nianbao import assets, files, verbs
from nianbao import form as forms
from nianbao.checks import check
from nianbao.excel.annotate import annotate
from nianbao.excel.fill import fill, workbook_bytes
from nianbao.excel.new import new
from nianbao.excel.read import read_book
from nianbao.prose import Draft
from nianbao.report import from_dict, from_json
from office_files import document_faults, sdk, workbook_faults

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
SAMPLES = [(path, from_json(path.read_bytes())) for path in sorted(assets.SAMPLES.glob("*.json"))]
Complaints = Callable[[Iterable[Path]], list[str]]
# Each form stays with one process, which makes its files once.
EACH_FORM = pytest.mark.parametrize(
    "form_id", [pytest.param(form_id, marks=pytest.mark.xdist_group(form_id)) for form_id in forms.form_ids()])


@cache
def workbooks(form_id: str, folder: Path) -> tuple[Path, ...]:
    """The workbooks of a form: delivered, new, filled, annotated, older ones mended; `further-` are more of a kind."""
    blank = assets.WORKBOOK / f"{form_id}.xlsx"
    made = [blank, *(path.with_suffix(".xlsx") for path, report in SAMPLES if report.form == form_id)]

    def keep(name: str, content: bytes) -> None:
        made.append(folder / f"{name}.xlsx")
        made[-1].write_bytes(content)

    def annotated(name: str, path: Path) -> None:
        book = read_book(path)
        keep(name, annotate(path, check(book.report)))

    last = next(report for _, report in SAMPLES if report.form == form_id)
    keep("new", new(form_id, last.unit, (last.year or 2024) + 1, last)[0])
    odd = worked_example.data(form_id, **worked_example.broken(form_id)) | {"texts": worked_example.odd_texts(form_id)}
    fill(blank, odd, folder / "filled.xlsx")
    made.append(folder / "filled.xlsx")
    keep("further-filled-everywhere", workbook_bytes(filled(form_id)))
    annotated("annotated", folder / "filled.xlsx")
    annotated("further-annotated-twice", folder / "annotated.xlsx")
    for old in sorted(CORPUS.glob(f"workbooks-*/{form_id}.xlsx")):
        annotated(f"{old.parent.name}-annotated", old)
        fill(old, odd, folder / f"further-{old.parent.name}-filled.xlsx")
        made.append(folder / f"further-{old.parent.name}-filled.xlsx")
    return tuple(made)


@cache
def documents(form_id: str, folder: Path) -> tuple[Path, ...]:
    """The template of a form, and reports as final ones and as drafts: the samples; odd words, numbers everywhere."""
    made = [assets.TEMPLATES / f"{form_id}.docx"]
    odd = from_dict(worked_example.data(form_id) | {"texts": worked_example.odd_texts(form_id)})
    reports = {path.stem: report for path, report in SAMPLES if report.form == form_id}
    for name, report in {**reports, "further-odd": odd, "further-filled": filled(form_id)}.items():
        for draft in (None, Draft("错误3处", frozenset(report.definition.cells))):
            made.append(folder / f"{name}{'-draft' if draft else ''}.docx")
            made[-1].write_bytes(verbs.content(report, ".docx", None, draft))
    return tuple(made)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office-files")


@pytest.fixture
def complaints(request: pytest.FixtureRequest) -> Complaints:
    """What the validator says against files: of all Office versions in the long run, in the short one of the oldest,
    which knows least, and without the further files."""
    long = request.config.getoption("--long")

    def of(paths: Iterable[Path]) -> list[str]:
        chosen = [path for path in paths if long or not path.stem.startswith("further-")]
        return [line for profile in sdk.PROFILES[: None if long else 1] for line in sdk.complaints(chosen, profile)]

    return of


def of_form(folder: Path, form_id: str) -> Path:
    (folder / form_id).mkdir(exist_ok=True)
    return folder / form_id


@EACH_FORM
def test_no_workbook_has_a_fault_that_excel_repairs(form_id: str, folder: Path) -> None:
    for path in workbooks(form_id, of_form(folder, form_id)):
        assert workbook_faults.faults(files.read_package(path)) == [], path.name


@EACH_FORM
def test_no_document_has_a_fault_that_word_repairs(form_id: str, folder: Path) -> None:
    for path in documents(form_id, of_form(folder, form_id)):
        assert document_faults.faults(files.read_package(path)) == [], path.name


def test_the_add_in_has_no_fault_that_excel_repairs() -> None:
    assert workbook_faults.faults(files.read_package(assets.ADDIN)) == []


@EACH_FORM
def test_the_open_xml_sdk_finds_nothing_against_a_workbook(form_id: str, folder: Path, complaints: Complaints) -> None:
    assert complaints(workbooks(form_id, of_form(folder, form_id))) == []


@EACH_FORM
def test_the_open_xml_sdk_finds_nothing_against_a_document(form_id: str, folder: Path, complaints: Complaints) -> None:
    assert complaints(documents(form_id, of_form(folder, form_id))) == []


def test_the_open_xml_sdk_finds_nothing_against_the_add_in(complaints: Complaints) -> None:
    assert complaints([assets.ADDIN]) == []
