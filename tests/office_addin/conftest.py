"""A LibreOffice with the add-in loaded, and the interpreter it starts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Iterator

import pytest

from nianbao import assets
from office_addin.calc import Calc, running
from office_addin.interpreter import Interpreter


@pytest.fixture(scope="session")
def _session() -> Iterator[tuple[Calc, Interpreter]]:
    with tempfile.TemporaryDirectory(prefix="nianbao-addin-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder) / "profile"
        profile.mkdir()
        programs = Path(folder) / "程序 (1)"
        programs.mkdir()
        interpreter = Interpreter(programs / "python 3")
        interpreter.write()
        with running(profile, NIANBAO_PYTHON=str(interpreter.path)) as calc:
            calc.open(assets.ADDIN)
            yield calc, interpreter


@pytest.fixture
def calc(_session: tuple[Calc, Interpreter]) -> Calc:
    return _session[0]


@pytest.fixture
def interpreter(_session: tuple[Calc, Interpreter]) -> Iterator[Interpreter]:
    """The interpreter the add-in starts; a test may remove it."""
    yield _session[1]
    _session[1].write()
