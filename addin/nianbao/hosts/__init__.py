"""What differs between the programs a workbook may be open in: finding the workbook a button was pressed in, showing a
file, and telling something where no workbook is found.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..opening import open_file

if TYPE_CHECKING:
    import xlwings as xw

LIBREOFFICE = "libreoffice:"  # and the name of the pipe it listens on: how LibreOffice is named to us


@dataclass(frozen=True)
class Caller:
    """Where a button was pressed: `--app` (a program's path, or `LIBREOFFICE` and a pipe), the workbook's name, and in
    LibreOffice, where two may have the same name, its id."""

    app: str = ""
    book: str = ""
    document: str = ""

    @property
    def pipe(self) -> str:
        """The pipe of a LibreOffice; "" for Excel."""
        return self.app.removeprefix(LIBREOFFICE) if self.app.startswith(LIBREOFFICE) else ""

    def find(self) -> xw.Book | None:
        """Return the open workbook, or None where the button was pressed without one.

        xlwings itself reads the arguments of the process (`xw.Book.caller`). One that is no longer there, or that the
        program does not hand out, is an `InputError`.
        """
        import xlwings as xw

        if self.pipe:
            from .libreoffice import attach

            found = attach(self.pipe, self.document)
            if found is not None:
                return found
        if not self.book:
            return None
        # caller() knows a name up to its second equals sign, and in small letters.
        if "=" in self.book:
            found = next((book for app in xw.apps for book in app.books if book.name == self.book), None)
            if found is not None:
                return found
        try:
            return xw.Book.caller()
        except Exception as error:  # each program has errors of its own for it
            raise InputError("no-book", f"没有找到工作簿“{self.book}”，它可能已经关闭，请打开后再点按钮。") from error

    def show(self, path: Path) -> None:
        """Open a document or a workbook for the user: in the same LibreOffice, or as the system does."""
        if self.pipe:
            from .libreoffice import show

            show(path)
            return
        try:
            open_file(path)
        except OSError as error:
            raise InputError("no-program", f"“{path.name}”已写好，但没有能打开它的程序，请自行打开这个文件。") from error

    def tell(self, message: str, title: str) -> None:
        """Show a sentence where there is no workbook to show it over."""
        if self.pipe:
            from .libreoffice import alert

            alert(message, title)
        elif sys.platform == "win32":
            import ctypes

            ctypes.windll.user32.MessageBoxW(None, message, title, 0x40)
        elif sys.platform == "darwin":
            script = "on run {said, name}\ndisplay dialog said with title name buttons {\"OK\"}\nend run"
            subprocess.run(["osascript", "-e", script, message, title], check=False)
        else:
            print(message, file=sys.stderr)
