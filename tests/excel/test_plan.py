"""The plan of a workbook: every id has a place, every formula its true result."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import worked_example
from office import Office

from nianbao import assets, form as forms, report as reports
from nianbao.checks import catalogue
from nianbao.excel import package
from nianbao.excel.fill import workbook_bytes
from nianbao.excel.names import INCOMPLETE, UNSAID
from nianbao.excel.source import position
from nianbao.excel.plan import plan_of, results
from nianbao.excel.read import read_book
from nianbao.excel.sheet import Facts
from nianbao.files import read_package
from nianbao.report import Report, from_dict

FORMS = forms.form_ids()
SAMPLES = sorted(path.stem for path in assets.SAMPLES.glob("*.json"))


def _sample(name: str) -> Report:
    return reports.from_json((assets.SAMPLES / f"{name}.json").read_bytes())


def _cases(form_id: str) -> dict[str, Report]:
    """Reports of a form with everything that formulas may meet: nothing, all, zeros, wrong numbers, odd sentences."""
    whole = worked_example.data(form_id)
    found = {
        "blank": from_dict({"form": form_id}),
        "full": from_dict({**whole, "last": {**whole, "year": whole["year"] - 1}}),
        "broken": from_dict(worked_example.data(form_id, **worked_example.broken(form_id))),
        "zero": from_dict({**whole, "figures": worked_example.zeros(form_id)}),
        "sentences": from_dict({**whole, "texts": worked_example.odd_texts(form_id)}),
    }
    return found | {name: _sample(name) for name in SAMPLES if _sample(name).form == form_id}


@pytest.mark.parametrize("form_id", FORMS)
def test_every_cell_text_and_field_of_the_form_has_one_place(form_id: str) -> None:
    form = forms.load(form_id)
    plan = plan_of(form, catalogue.load())
    assert set(plan.places()) >= {*form.cells, *form.texts, *form.statements, *form.meta}
    assert len({sheet.name for sheet in plan.sheets}) == len(plan.sheets)
    for sheet in plan.sheets:
        covered = [(r, c) for i in sheet.items for r, c in itertools.product(
            range(i.row, i.row + i.rows), range(i.column, i.column + i.columns))]
        assert len(covered) == len(set(covered)), f"{sheet.name}: two things in one cell"


@pytest.mark.parametrize("form_id", FORMS)
def test_every_expression_rule_has_a_row_on_the_check_sheet_at_every_place(form_id: str) -> None:
    plan = plan_of(forms.load(form_id), catalogue.load())
    keys = {f.key for f in plan.formulas.values()}
    bounds = [b for found in catalogue.load().bounds(form_id).values() for b in found]
    assert all(f"{b.key}#state" in keys for b in bounds)


@pytest.mark.parametrize("form_id", FORMS)
def test_the_results_of_all_formulas_are_what_libreoffice_computes(
    form_id: str, office: Office, tmp_path: Path
) -> None:
    cases = _cases(form_id)
    if form_id == "gov-2021":
        cases["over-two-forms"] = from_dict({**worked_example.data(), "last": worked_example.data("gov-2019")})
    paths = [tmp_path / f"{name}.xlsx" for name in cases]
    for path, report in zip(paths, cases.values()):
        path.write_bytes(workbook_bytes(report))
    for path, report, recalculated in zip(paths, cases.values(), office.recalculate(paths)):
        plan = plan_of(report.definition, catalogue.load())
        parts = read_package(path)
        stored = {s: package.raw_marks(parts[p])[0] for s, p in package.sheet_parts(parts, path.name).items()}
        cached = _cached(path)
        for (sheet, address), value in results(plan, report).items():
            if address not in stored[sheet]:
                continue  # a total that was typed over
            where = f"{path.stem} {sheet} {address} {plan.formulas[sheet, address].text}"
            assert _same(_at(cached[sheet], address), value), f"stored: {where}"
            assert _same(_at(recalculated[sheet], address), value), f"computed: {where}"


@pytest.mark.parametrize("form_id", FORMS)
def test_previews_and_sentences_are_what_the_report_prints(form_id: str) -> None:
    form = forms.load(form_id)
    for name, report in _cases(form_id).items():
        plan, facts = plan_of(form, catalogue.load()), Facts(report)
        shown = {f.key: f.compute(facts) for f in plan.formulas.values()}
        assert {n: shown[f"name.{n}"] for n in form.names} == {n: facts.values[n] for n in form.names}
        for section in form.sections:
            previews = [shown[f"preview.{s.id}"] for s in section.statements]
            said = [p for p in previews if p not in (INCOMPLETE, UNSAID)]
            told = [re.sub("〔无此名称：(.*?)〕", r"【\1】", str(p)) for p in said]
            assert told == reports.statements(report, section, facts.values), (name, section.id)
        for text_id, paragraphs in report.texts.items():
            for number, text in enumerate(paragraphs[:11], 1):
                if text_id not in form.statements and f"preview.{text_id}#{number}" in shown:
                    shown_text = re.sub("〔无此名称：(.*?)〕", r"【\1】", str(shown[f"preview.{text_id}#{number}"]))
                    assert shown_text == reports.fill_names(text, facts.values), (name, text_id, number)


@pytest.mark.parametrize("form_id", FORMS)
def test_a_workbook_gives_back_the_report_that_was_written_into_it(form_id: str, tmp_path: Path) -> None:
    for name, report in _cases(form_id).items():
        if report.last:  # of which a workbook keeps what may be compared
            earlier = {c: v for c, v in report.last.figures.items()
                       if c in report.figures and report.definition.can_compare(report.last.form, c)}
            last = Report(report.last.form, report.last.unit, report.last.year, figures=earlier)
            report = replace(report, last=last)
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(workbook_bytes(report))
        assert read_book(path).report == report
        assert workbook_bytes(report) == path.read_bytes()


def _cached(path: Path) -> dict[str, list[list[Any]]]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def _at(rows: list[list[Any]], address: str) -> Any:
    row, column = position(address)
    return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else ""


def _same(found: Any, value: Any) -> bool:
    if isinstance(value, (int, Decimal)) and isinstance(found, float):
        return abs(found - float(value)) < 1e-9
    return bool(found == value)
