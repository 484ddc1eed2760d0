"""Independent engines give one verdict: the Python evaluator, the evaluator on a frame, and the workbook's own
formulas recalculated by LibreOffice, on random workbooks of every form; `formulas` as a further one on a few."""

from __future__ import annotations

import random
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from nianbao import form
from nianbao.checks.catalogue import load
from nianbao.excel.fill import workbook_bytes
from nianbao.report import Report
from nianbao.rule import Bound, evaluate, is_number
from nianbao.rule.formula import FAILS, HOLDS, OPEN
from nianbao.rule.frame import evaluate_frame

from office import Office
from reports import FORMS, random_report

MANY = {"gov-2021": 150, "gov-2019": 90}
BATCH = 30
STATES = {True: HOLDS, False: FAILS, None: OPEN}


def bounds_of(form_id: str) -> list[Bound]:
    return [bound for group in load().bounds(form_id).values() for bound in group]


def states(book: dict[str, list[list[Any]]]) -> list[tuple[str, str]]:
    """(rule id, state) of every row of the sheet 校验, in its order."""
    rows = [[str(v).strip() for v in row] for row in book["校验"]]
    ids = set(load().rules)
    found = []
    for row in rows:
        rule = next((v for v in row if v in ids), None)
        state = next((v for v in reversed(row) if v in (HOLDS, FAILS, OPEN)), None)
        if rule and state:
            found.append((rule, state))
    return found


def batches(form_id: str) -> list[tuple[str, int]]:
    return [(form_id, start) for start in range(0, MANY.get(form_id, 20), BATCH)]


@pytest.mark.parametrize(("form_id", "start"), [batch for form_id in FORMS for batch in batches(form_id)])
def test_python_frame_and_libreoffice_agree(form_id: str, start: int, office: Office, tmp_path: Path) -> None:
    size = min(BATCH, MANY.get(form_id, 20))
    reports = [random_report(form_id, random.Random(start + n)) for n in range(size)]
    paths = [tmp_path / f"{n}.xlsx" for n in range(size)]
    for path, report in zip(paths, reports):
        path.write_bytes(workbook_bytes(report))
    bounds = bounds_of(form_id)
    alone = [[STATES[evaluate(b, r.get).holds] for b in bounds] for r in reports]
    frame = frame_of(reports, bounds)
    together = [[STATES[None if pd.isna(v) else bool(v)] for v in evaluate_frame(b, frame)] for b in bounds]
    assert [list(column) for column in zip(*together)] == alone or not bounds
    for report, verdicts, book in zip(reports, alone, office.recalculate(paths)):
        assert states(book) == [(b.rule.id, state) for b, state in zip(bounds, verdicts)], report.figures


def frame_of(reports: list[Report], bounds: list[Bound]) -> pd.DataFrame:
    """One row a report, one column a reference, as the mass check will have it."""

    def value(report: Report, ref: str) -> Any:
        found = report.get(ref)
        if ref.startswith("meta."):
            return found
        return float(found) if is_number(found) else float("nan")

    refs = {ref for b in bounds for ref in (*b.names.values(), *(c for ids in b.groups.values() for c in ids))}
    return pd.DataFrame({ref: [value(r, ref) for r in reports] for ref in sorted(refs)}, index=range(len(reports)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_third_engine_computes_the_same_totals_and_states(seed: int, tmp_path: Path) -> None:
    """`formulas` compiles the rules' formulas on their own: it needs no workbook and shares no code with ours."""
    import formulas
    from nianbao.rule.formula import excel

    report = random_report("gov-2021", random.Random(seed), text=False)
    definition = form.load("gov-2021")
    names: dict[str, str] = {}

    def address(ref: str) -> str:
        return names.setdefault(ref, f"A{len(names) + 1}")

    checked = 0
    for bound in bounds_of("gov-2021"):
        if any(ref.startswith("meta.") for ref in bound.names.values()):
            continue
        names.clear()
        formula = excel(bound, address, definition).state
        cells = {place: report.get(ref) for ref, place in names.items()}
        run = formulas.Parser().ast("=" + formula)[1].compile()
        given = [_range(key, cells) for key in run.inputs]
        assert str(run(*given)).strip("[]'") == STATES[evaluate(bound, report.get).holds], (bound.key, formula)
        checked += 1
    assert checked > 60


def _range(key: str, cells: dict[str, Any]) -> Any:
    """The values of an input of a compiled formula: a cell, or a range in one column."""
    import numpy as np

    found = re.findall(r"A(\d+)", key)
    first, last = int(found[0]), int(found[-1])
    values = [cells.get(f"A{row}") for row in range(first, last + 1)]
    plain = [float(v) if isinstance(v, (int, Decimal)) else ("" if v is None else v) for v in values]
    return plain[0] if len(plain) == 1 else np.array([[v] for v in plain], dtype=object)


def test_the_delivered_workbooks_hold_true_results(office: Office, tmp_path: Path) -> None:
    """A reader that does not recalculate must see what one that does sees."""
    import python_calamine

    delivered = sorted((Path(__file__).parents[1] / "workbook").rglob("*.xlsx"))
    assert len(delivered) >= 2 * len(FORMS)
    paths = [Path(shutil.copy(path, tmp_path)) for path in delivered]  # opening a file leaves a lock beside it
    for path, book in zip(paths, office.recalculate(paths), strict=True):
        stored = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in stored.sheet_names:
            saved = stored.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for number, row in enumerate(saved):
                computed = book[name][number] if number < len(book[name]) else []
                shown = [*computed, *[""] * (len(row) - len(computed))]
                assert [_plain(v) for v in shown[: len(row)]] == [_plain(v) for v in row], (path.name, name, number + 1)


def _plain(value: Any) -> Any:
    """A value as both sides give it: numbers as floats, texts without the spaces around them."""
    return round(float(value), 9) if isinstance(value, (int, float)) else str(value).strip()
