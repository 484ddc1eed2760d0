"""What the result sheet lists, and which cells it lights up."""

from __future__ import annotations

import re
from dataclasses import replace

import hypothesis.strategies as st
import openpyxl
import worked_example
from hypothesis import given

from nianbao import assets, form as forms
from nianbao.checks import check
from nianbao.excel import ids, results
from nianbao.excel.live import _rectangles
from nianbao.excel.plan import plan_of
from nianbao.checks import catalogue
from nianbao.report import from_dict
from nianbao.rule import BLOCKING, SEVERITIES

REPORT = from_dict(worked_example.data(**worked_example.BROKEN))
FINDINGS = check(REPORT)
PLACES = plan_of(REPORT.definition, catalogue.load()).places()


def test_a_row_names_the_place_the_fault_and_the_way_out() -> None:
    for finding, row in zip(FINDINGS, results.rows(FINDINGS, PLACES)):
        assert row.texts[results.RULE] == finding.rule
        assert row.texts[results.PLACE] == (" ".join(row.at) if row.at else results.WHOLE)
        assert finding.message in str(row.texts[results.MESSAGE])
        assert row.texts[results.FINGERPRINT] == finding.fingerprint


def test_a_cell_takes_the_color_of_the_worst_finding_about_it() -> None:
    cells = results.colored(FINDINGS, PLACES)
    assert cells
    for place, severity in cells.items():
        about = [f for f in FINDINGS if any(PLACES.get(ref) == place for ref in f.cells)]
        assert severity == min(about, key=lambda f: f.rank).severity


def test_each_cell_stands_in_one_hidden_list() -> None:
    cells = results.colored(FINDINGS, PLACES)
    found = results.lists(FINDINGS, PLACES)
    listed = [cell for severity in SEVERITIES for cell in found[severity]]
    assert sorted(listed) == sorted(f"{sheet}!{address}" for sheet, address in cells)


def test_a_cell_whose_finding_was_answered_is_not_colored() -> None:
    finding = next(f for f in FINDINGS if f.severity not in BLOCKING and any(c in PLACES for c in f.cells))
    assert results.colored([finding], PLACES) and not results.colored([replace(finding, explanation="已核实")], PLACES)


def test_a_workbook_made_before_findings_were_answered_on_the_sheet_is_known_by_its_heads() -> None:
    earlier = results.layout_of([None, "序号", "级别", "规则", "位置", "说明", "建议", "依据", "核对码"])
    assert earlier is not None and not earlier.answers
    assert earlier.columns[results.MESSAGE] == 5 and earlier.columns[SEVERITIES[0]] == 9
    heads = [None, *(column.head for column in results.COLUMNS)]
    assert results.layout_of(heads) == results.OWN
    assert results.layout_of(heads[:1] + heads[:0:-1]) != results.OWN  # found by name, whatever the order
    assert results.layout_of(["工资表", None]) is None


def test_without_findings_the_sheet_says_so() -> None:
    [line] = results.table([], results.lists([], {}))
    assert [value for value in line if value is not None] == [results.NOTHING]


def test_the_hidden_lists_have_room_for_every_cell_of_every_form() -> None:
    for form in map(forms.load, forms.form_ids()):
        assert len(plan_of(form, catalogue.load()).inputs) < results.ROOM


def test_every_sheet_with_inputs_looks_into_the_hidden_lists_by_their_names() -> None:
    book = openpyxl.load_workbook(assets.WORKBOOK / "gov-2021.xlsx")
    plan = plan_of(forms.load("gov-2021"), catalogue.load())
    names = {results.list_name(severity) for severity in SEVERITIES}
    assert names <= set(book.defined_names)
    for sheet in plan.sheets:
        formats = book[sheet.name].conditional_formatting
        formulas = [formula for found in formats for rule in found.rules for formula in rule.formula]
        used = {name for name in names if any(name in formula for formula in formulas)}
        assert used == (names if any(item.input for item in sheet.items) else set()), sheet.name
        assert not any(f"{ids.RESULTS}!" in formula for formula in formulas)


def test_no_text_that_is_listed_could_be_taken_for_a_formula() -> None:
    """A spreadsheet program makes a formula of a text that begins like one, and messages hold what clerks wrote."""
    for rule in catalogue.load().rules.values():
        for text in (rule.message, rule.fix, rule.basis):
            assert not re.match(r"[=+\-@']|\{(?!(place|year)\})", text), rule.id


@given(st.sets(st.tuples(st.integers(1, 12), st.integers(1, 30))))
def test_rectangles_cover_just_the_cells_they_are_made_from(cells: set[tuple[int, int]]) -> None:
    covered: list[tuple[int, int]] = []
    for address, size in _rectangles(cells):
        match = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", address)
        assert match
        left, top, right, bottom = (*openpyxl.utils.cell.range_boundaries(address),)
        inside = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        assert len(inside) == size
        covered += inside
    assert sorted(covered) == sorted(cells)
