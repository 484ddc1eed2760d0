"""LibreOffice as a host of xlwings: `xw.apps`, `xw.Book`, `Book.caller()`, sheets, names and ranges over UNO.

    book = attach(pipe, document)      # from a button: the workbook it was pressed in
    app = start(visible=False)         # in a script: a LibreOffice of its own, then everything of xlwings

Both make this engine the one that xlwings uses.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import xlwings as xw

from ...errors import InputError
from .app import App
from .books import raise_window
from .bridge import properties, refusals, uno
from .engine import active

__all__ = ["TellingWhenGone", "alert", "attach", "show", "start"]

_GONE = "LibreOffice 已经关闭，没有做完，请重新打开工作簿后再试。"


def attach(pipe: str, document: str = "") -> xw.Book | None:
    """Connect to the LibreOffice that listens on a pipe.

    Returns the open workbook with the id `document`; without an id None, since `xw.Book.caller()` finds it by name.
    """
    app = active().apps.attach(pipe)
    if not document:
        return None
    for book in app.books:
        if book.document == document:
            return xw.Book(impl=book)
    raise InputError("no-book", "点按钮的工作簿已经关闭，请重新打开后再试。")


def start(visible: bool = True) -> xw.App:
    """Start a LibreOffice with a profile of its own and without a workbook. `quit()` ends it."""
    active()
    return xw.App(visible=visible, add_book=False)


def show(path: Path) -> None:
    """Open a file in the active LibreOffice, a report in Writer, and bring its window to the front."""
    url = uno().systemPathToFileUrl(str(path.resolve()))
    document = _active_app().api.loadComponentFromURL(url, "_default", 0, properties())
    if document is None:
        raise InputError("not-shown", f"LibreOffice 没能打开“{path.name}”，请自行打开这个文件。")
    raise_window(document)


def alert(message: str, title: str) -> None:
    """Show a sentence in the active LibreOffice, whatever is open in it."""
    _active_app().alert(message, title, "ok", "info", None)


class TellingWhenGone:
    """Work in the active LibreOffice; if that ends in the middle of it, one sentence instead of UNO's exception.

    UNO has several exceptions for it, some of which can mean something else; so LibreOffice is asked.
    """

    def __enter__(self) -> None:
        self._app = _active_app()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, refusals()) and not self._app.alive:
            raise InputError("office-gone", _GONE) from error


def _active_app() -> App:
    for app in active().apps:
        return app
    raise InputError("office-gone", _GONE)
