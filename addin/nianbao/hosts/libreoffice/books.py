"""Open workbooks: the spreadsheet documents of one LibreOffice."""

from __future__ import annotations

import datetime as dt
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator

from xlwings import XlwingsError, base_classes

from ...errors import InputError
from .bridge import properties, uno
from .formulas import Translator
from .looks import NumberFormats
from .names import Names
from .sheets import Sheets

if TYPE_CHECKING:
    from .app import App

_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
}
# What a cell shows that may be a date, a time or a truth value. A date shown as one plain number, such as its year
# alone, is not found and read as the number it is.
_DATES_AND_TRUTH = r"[\d〇一二三四五六七八九十]\s*[-/:年月日时]|\d+\.\d+\.\d|\d [A-Za-z]{3}|^(TRUE|FALSE)$"


class Books(base_classes.Books):
    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Any:
        return self.app.api.Components

    @property
    def active(self) -> Book:
        """The workbook in front; where that is something else, or nothing is, the one opened last."""
        current = self.app.api.CurrentComponent
        if is_spreadsheet(current):
            return Book(self.app, current)
        books = list(self)
        if not books:
            raise XlwingsError("No workbook is open.")
        return books[-1]

    def __iter__(self) -> Iterator[Book]:
        """In the order in which they were opened; LibreOffice keeps its documents in none, but numbers them."""
        books = [Book(self.app, document) for document in self.api if is_spreadsheet(document)]
        return iter(sorted(books, key=lambda book: (len(book.document), book.document)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __call__(self, name_or_index: str | int) -> Book:
        if isinstance(name_or_index, int):
            return list(self)[name_or_index - 1]
        for book in self:
            if name_or_index.lower() in (book.name.lower(), book.fullname.lower()):
                return book
        raise KeyError(name_or_index)

    def add(self) -> Book:
        return Book(self.app, self.app.api.loadComponentFromURL("private:factory/scalc", "_blank", 0, ()))

    def open(
        self, fullname: str, update_links: Any = None, read_only: bool | None = None, format: Any = None,
        password: str | None = None, *excel_only: Any,
    ) -> Book:  # fmt: skip
        """Open a workbook; its macros do not run."""
        wishes: dict[str, Any] = {"ReadOnly": True} if read_only else {}
        if password:
            wishes["Password"] = password
        url = uno().systemPathToFileUrl(fullname)
        document = self.app.api.loadComponentFromURL(url, "_blank", 0, properties(**wishes))
        if not is_spreadsheet(document):
            if document is not None:
                document.close(True)
            raise InputError("not-a-workbook", f"“{Path(fullname).name}”不是能打开的工作簿，请换一个文件。")
        return Book(self.app, document)


class Book(base_classes.Book):
    def __init__(self, app: App, document: Any) -> None:
        self._app = app
        self._document = document

    @property
    def api(self) -> Any:
        return self._document

    @property
    def app(self) -> App:
        return self._app

    @property
    def document(self) -> str:
        """What tells this document from every other, even of the same name."""
        return str(self._document.RuntimeUID)

    @property
    def name(self) -> str:
        url = self._document.URL
        return os.path.basename(_path(url)) if url else str(self._document.Title)

    @property
    def fullname(self) -> str:
        url = self._document.URL
        return _path(url) if url else str(self._document.Title)

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)

    def activate(self) -> None:
        raise_window(self._document)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        if path is None and self._document.URL and not password:
            self._document.store()
            return
        target = os.path.realpath(path or (self.fullname if self._document.URL else self.name + ".xlsx"))
        wishes = {"FilterName": _FILTERS[os.path.splitext(target)[1].lower()]}
        if password:
            wishes["Password"] = password
        self._document.storeAsURL(uno().systemPathToFileUrl(target), properties(**wishes))

    def close(self) -> None:
        self._document.setModified(False)
        self._document.close(True)

    # What the cells of this document need, fetched once.

    @cached_property
    def epoch(self) -> dt.datetime:
        day = self._document.NullDate
        return dt.datetime(day.Year, day.Month, day.Day)

    @cached_property
    def formats(self) -> NumberFormats:
        return NumberFormats(self._document)

    @cached_property
    def translator(self) -> Translator:
        return Translator(self._document)

    @cached_property
    def search(self) -> Any:
        """The search for cells that show a date or a truth value."""
        search = self._document.Sheets.getByIndex(0).createSearchDescriptor()
        search.SearchRegularExpression = True
        search.SearchType = 1  # what cells show, not what was typed
        search.SearchString = _DATES_AND_TRUTH
        return search


def is_spreadsheet(document: Any) -> bool:
    return hasattr(document, "supportsService") and document.supportsService("com.sun.star.sheet.SpreadsheetDocument")


def raise_window(document: Any) -> None:
    """Bring the window of a document to the front."""
    frame = document.CurrentController.Frame
    frame.activate()
    frame.ContainerWindow.toFront()


def _path(url: str) -> str:
    return str(uno().fileUrlToSystemPath(url)) if url.startswith("file:") else url
