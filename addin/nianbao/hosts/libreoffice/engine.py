"""The engine as xlwings knows it, and the LibreOffices that are attached to it."""

from __future__ import annotations

from typing import Any, Callable, Iterator

import xlwings as xw
from xlwings import base_classes

from ...errors import InputError
from . import values
from .app import App
from .process import START_SECONDS, launch

NAME = "libreoffice"


class Apps(base_classes.Apps):
    """The attached LibreOffices, the active one first. Those that have ended meanwhile drop out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._attached: list[App] = []

    def attach(self, pipe: str) -> App:
        """The LibreOffice that listens on a pipe, which becomes the active one."""
        for app in self:
            if app.pipe == pipe:
                self.prefer(app)
                return app
        app = App(self._engine, pipe)
        self._attached.insert(0, app)
        return app

    def prefer(self, app: App) -> None:
        self._attached.sort(key=lambda other: other is not app)

    def forget(self, app: App) -> None:
        self._attached.remove(app)

    def add(self, spec: Any = None, add_book: bool | None = None, xl: Any = None, visible: bool | None = None) -> App:
        """Start a LibreOffice of our own, without windows if `visible` is False; once more if it hangs."""
        try:
            app = self._start(visible)
        except InputError as error:
            if error.code != "office-silent":
                raise
            app = self._start(visible)
        self._attached.insert(0, app)
        if add_book:
            app.books.add()
        return app

    def _start(self, visible: bool | None) -> App:
        process = launch(headless=visible is False)
        try:
            return App(self._engine, process.pipe, process, START_SECONDS)
        except Exception:
            process.kill()
            raise

    def keys(self) -> list[int]:
        return [app.pid for app in self]

    def __iter__(self) -> Iterator[App]:
        self._attached = [app for app in self._attached if app.alive]
        return iter(list(self._attached))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __getitem__(self, pid: int) -> App:
        for app in self:
            if app.pid == pid:
                return app
        raise KeyError(pid)

    @staticmethod
    def cleanup() -> None:
        """There is nothing to clean up: a LibreOffice without windows ends with the Python that started it."""


class Engine:
    """What xlwings asks of an engine."""

    name = NAME
    type = "desktop"

    def __init__(self) -> None:
        self.apps = Apps(self)

    @staticmethod
    def prepare_xl_data_element(x: Any, options: Any) -> Any:
        return values.prepared(x)

    @staticmethod
    def clean_value_data(
        data: Any, datetime_builder: Callable[..., Any], empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> list[list[Any]]:
        wishes = datetime_builder, empty_as, number_builder, err_to_str
        return [[value if type(value) is str else values.cleaned(value, *wishes) for value in row] for row in data]


def active() -> Engine:
    """The engine, known to xlwings and its active one."""
    known = next((engine for engine in xw.engines if engine.name == NAME), None)
    if known is None:
        known = xw.Engine(impl=Engine())
        xw.engines.add(known)
    known.activate()
    engine: Engine = known.impl
    return engine
