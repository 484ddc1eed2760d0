"""A LibreOffice that listens on a pipe, as one does in which a button was pressed, and workbooks open in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Callable, Iterator

import pytest
import xlwings as xw

from nianbao import assets
from nianbao.hosts.libreoffice import attach
from nianbao.hosts.libreoffice.bridge import connect
from nianbao.hosts.libreoffice.process import START_SECONDS, launch


@pytest.fixture(scope="session")
def pipe() -> Iterator[str]:
    """The pipe of a LibreOffice without windows that runs as long as the tests."""
    process = launch(headless=True)
    try:
        connect(process.pipe, START_SECONDS)
        yield process.pipe
    finally:
        process.kill()


@pytest.fixture
def calc(pipe: str) -> Iterator[xw.App]:
    """That LibreOffice, attached and active; what a test leaves open in it is closed."""
    attach(pipe)
    app = xw.apps.active
    yield app
    for book in list(app.books):
        book.close()


@pytest.fixture
def book(calc: xw.App) -> xw.Book:
    """A new workbook that was never saved."""
    return calc.books.add()


@pytest.fixture
def sheet(book: xw.Book) -> xw.Sheet:
    return book.sheets[0]


@pytest.fixture
def opened(calc: xw.App, tmp_path: Path) -> Callable[..., xw.Book]:
    """Open a copy of a workbook of the project, under another name if one is given."""

    def open_copy(name: str, copy: str = "") -> xw.Book:
        target = tmp_path / (copy or name)
        target.parent.mkdir(exist_ok=True)
        shutil.copy(next(path for path in (assets.WORKBOOK / name, assets.SAMPLES / name) if path.exists()), target)
        return calc.books.open(target)

    return open_copy
