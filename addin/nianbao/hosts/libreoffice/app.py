"""One running LibreOffice as an application of xlwings."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from .books import Book, Books, is_spreadsheet
from .bridge import ANSWER_SECONDS, connect, service, uno
from .places import covered
from .process import Process
from .ranges import Range
from .sheets import Sheet

if TYPE_CHECKING:
    from .engine import Engine

# The buttons of a message and what pressing each returns, by LibreOffice's numbers; 0 is also closing the window.
_BUTTONS = {"ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}
_PRESSED = {1: "ok", 2: "yes", 3: "no"}
_NOT_PRESSED = {"ok": "ok", "yes_no": "no"}
_WITH_CHILDREN = 1  # com.sun.star.awt.InvalidateStyle.CHILDREN
_BOXES = {None: "MESSAGEBOX", "info": "INFOBOX", "critical": "WARNINGBOX"}


class App(base_classes.App):
    """A LibreOffice that listens on a pipe. `process` is there when it was started from here."""

    display_alerts = True  # nothing that is done through UNO asks back, so this is only remembered

    def __init__(
        self, engine: Engine, pipe: str, process: Process | None = None, seconds: float = ANSWER_SECONDS
    ) -> None:
        self._engine = engine
        self._pipe = pipe
        self._process = process
        self._context = connect(pipe, seconds)
        self._desktop = service(self._context, "com.sun.star.frame.Desktop")
        self._indicator: Any = None
        self._shown: str | bool = False

    @property
    def api(self) -> Any:
        return self._desktop

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def pipe(self) -> str:
        return self._pipe

    @property
    def pid(self) -> int:
        """The process where it was started from here; else a number that stands for the pipe, since UNO tells none."""
        return self._process.pid if self._process else zlib.crc32(self._pipe.encode())

    @property
    def alive(self) -> bool:
        try:
            self._desktop.getImplementationName()
        except uno().getClass("com.sun.star.uno.RuntimeException"):
            return False
        return True

    @property
    def version(self) -> str:
        """The Excel whose ways are followed; below 15, xlwings would take names of workbooks for old Mac ones."""
        return "16.0"

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def selection(self) -> Range | None:
        """The selected cells of the active workbook, of several areas the first; None for a drawing."""
        frame = self._front()
        current = frame and frame.Controller.Model
        if not is_spreadsheet(current):
            return None
        cells = current.CurrentSelection
        if hasattr(cells, "RangeAddresses"):
            cells = cells.getByIndex(0)
        if not hasattr(cells, "RangeAddress"):
            return None
        return Range(Sheet(Book(self, current), cells.Spreadsheet), covered(cells.RangeAddress), cells)

    def activate(self, steal_focus: bool = False) -> None:
        self._engine.apps.prefer(self)
        frame = self._front()
        if steal_focus and frame is not None:
            frame.ContainerWindow.toFront()

    @property
    def visible(self) -> bool:
        """Whether a window is shown; one that was started without windows has none that could be."""
        if self._process and self._process.headless:
            return False
        return any(window.isVisible() for window in self._windows())

    @visible.setter
    def visible(self, visible: bool) -> None:
        if visible and self._process and self._process.headless:
            raise ValueError("LibreOffice was started without windows; start another one to see it")
        for window in self._windows():
            window.setVisible(bool(visible))

    def _front(self) -> Any:
        """The frame in front. After one was closed LibreOffice knows none until the next is clicked; it is then that of
        the workbook opened last."""
        frame = self._desktop.CurrentFrame
        if frame is None:
            for book in self.books:
                frame = book.api.CurrentController.Frame
        return frame

    def _windows(self) -> list[Any]:
        return [frame.ContainerWindow for frame in self._desktop.Frames]

    @property
    def screen_updating(self) -> bool:
        return not any(book.api.hasControllersLocked() for book in self.books)

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        for book in self.books:
            locked = book.api.hasControllersLocked()
            if value and locked:
                book.api.unlockControllers()
            elif not value and not locked:
                book.api.lockControllers()
        if value:  # as Excel does; left alone, LibreOffice draws colors that depend on another sheet in part only
            for frame in self._desktop.Frames:
                frame.ComponentWindow.invalidate(_WITH_CHILDREN)

    def calculate(self) -> None:
        for book in self.books:
            book.api.calculateAll()

    @property
    def status_bar(self) -> str | bool:
        return self._shown

    @status_bar.setter
    def status_bar(self, value: str | bool | None) -> None:
        """Show a text in the status bar of the active window; False or None gives it back to LibreOffice."""
        if self._indicator is not None:
            self._indicator.end()
            self._indicator, self._shown = None, False
        frame = self._front()
        if value is None or value is False or frame is None:
            return
        self._indicator, self._shown = frame.createStatusIndicator(), str(value)
        self._indicator.start(self._shown, 0)

    def alert(self, prompt: str, title: str | None, buttons: str | None, mode: str | None, callback: Any) -> str:
        """Ask or tell in a window over the active one, and wait. Without windows (headless) nobody is waited for, and
        the answer is the one that changes nothing."""
        buttons = buttons or "ok"
        toolkit = service(self._context, "com.sun.star.awt.Toolkit")
        frame = self._front()
        parent = frame.ContainerWindow if frame is not None else toolkit.getDesktopWindow()
        kind = "QUERYBOX" if buttons.startswith("yes_no") else _BOXES[mode]
        if kind == "INFOBOX" and buttons != "ok":
            kind = "MESSAGEBOX"  # an information cannot be refused
        box = toolkit.createMessageBox(
            parent, uno().Enum("com.sun.star.awt.MessageBoxType", kind), _BUTTONS[buttons], title or "", prompt or ""
        )
        try:
            pressed = box.execute()
        finally:
            box.dispose()
        return _PRESSED.get(pressed) or _NOT_PRESSED.get(buttons, "cancel")

    def quit(self) -> None:
        """End LibreOffice without saving anything."""
        for book in self.books:
            book.api.setModified(False)
        self._engine.apps.forget(self)
        try:
            self._desktop.terminate()
        except uno().getClass("com.sun.star.lang.DisposedException"):
            pass  # it ended faster than it could answer
        if self._process:
            self._process.end()

    def kill(self) -> None:
        if self._process is None:
            raise NotImplementedError("only a LibreOffice that was started from here can be killed")
        self._engine.apps.forget(self)
        self._process.kill()
