"""A LibreOffice in which the add-in for Excel runs, so that its VBA is really executed.

    with calc.running(profile, NIANBAO_PYTHON=str(interpreter)) as office:
        office.open(assets.ADDIN)
        with office.opened(workbook):
            office.press(assets.ADDIN, "Ribbon.OnButton", "check")

It accepts on the pipe `office.pipe`, which the add-in names to the Python it starts.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import office as offices

_WORKER = Path(__file__).with_name("calc_worker.py")


@dataclass(frozen=True)
class Calc:
    """A running LibreOffice; what it cannot do, or does not within a minute, is a RuntimeError."""

    pipe: str
    _office: offices.Office

    @contextlib.contextmanager
    def opened(self, path: Path) -> Iterator[Path]:
        """Open a workbook as a clerk does, for the length of a block; it becomes VBA's ActiveWorkbook."""
        self.open(path)
        try:
            yield path
        finally:
            self._ask("close", str(path))

    def open(self, path: Path) -> None:
        """Open a workbook, or an add-in, which stays hidden."""
        self._ask("open", str(path))

    def call(self, path: Path, procedure: str, *arguments: Any) -> Any:
        """Return what a procedure of an open workbook's VBA returns."""
        return self._ask("call", str(path), procedure, arguments)

    def press(self, path: Path, callback: str, tag: str) -> None:
        """Call a callback of the ribbon with a control that has this tag."""
        self._ask("press", str(path), callback, tag)

    def _ask(self, *request: Any) -> Any:
        return self._office.ask(offices.SECONDS_A_FILE, *request)


@contextlib.contextmanager
def running(profile: Path, **environment: str) -> Iterator[Calc]:
    """Start a LibreOffice with a new profile in an existing folder, and end it with the block."""
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(offices.registry(), "utf-8")
    process = subprocess.Popen(
        [offices.python(), str(_WORKER), offices.soffice(), str(profile)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(_WORKER.parents[1]), **environment},
    )
    with process:
        office = offices.Office(process)
        yield Calc(office.ask(offices.SECONDS_A_FILE), office)
