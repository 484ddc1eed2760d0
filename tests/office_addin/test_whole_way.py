"""From the callback of the delivered add-in's ribbon to the finding in the open workbook, through a new Python."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator

import pytest
import worked_example
import xlwings as xw

from nianbao import assets
from nianbao.excel import ids, results
from nianbao.excel.fill import workbook_bytes
from nianbao.hosts import libreoffice
from nianbao.report import from_dict
from office_addin.calc import Calc, running

SECONDS = 30


@pytest.fixture
def calc(tmp_path: Path) -> Iterator[Calc]:
    """A LibreOffice with the add-in, whose interpreter is the one that runs the tests."""
    with tempfile.TemporaryDirectory(prefix="nianbao-addin-", ignore_cleanup_errors=True) as profile:
        with running(Path(profile), NIANBAO_PYTHON=sys.executable, XDG_STATE_HOME=str(tmp_path / "state")) as office:
            office.open(assets.ADDIN)
            yield office


@pytest.mark.parametrize("name", ["2024 年报.xlsx", "年报 a=b%PATH%.xlsx"])
def test_the_ribbon_starts_python_which_finds_the_workbook_and_lists_the_findings(
    calc: Calc, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(workbook_bytes(from_dict(worked_example.data(**worked_example.BROKEN))))
    with calc.opened(path):
        libreoffice.attach(calc.pipe)
        [book] = [book for book in xw.apps.active.books if book.name == name]
        summary = book.sheets[ids.RESULTS].range((results.SUMMARY_ROW + 1, results.LEFT + 1))
        assert summary.value == results.NOT_YET
        calc.press(assets.ADDIN, "Ribbon.OnButton", "check")
        deadline = time.monotonic() + SECONDS
        while "错误" not in summary.value:
            assert time.monotonic() < deadline, os.listdir(tmp_path / "state" / "nianbao")
            time.sleep(0.05)
        first = book.sheets[ids.RESULTS].range((results.ROW + 1, results.OWN.columns[results.RULE] + 1))
        assert first.value == "G21-T3-BAL"
