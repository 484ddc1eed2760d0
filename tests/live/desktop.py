"""A desktop with a LibreOffice that has the extension, and a person in front of it.

    with running(folder) as desktop:
        desktop.interpret_with(python)                  # what `nianbao install` would note
        desktop.open(path)
        desktop.type_in("申请情况", "D7", "12")
        desktop.press("校验")                           # the button in the toolbar
        desktop.menu("邮件草稿", "只附报告")            # an item in the menu of the same name as the toolbar
        desktop.wait_for(desktop.message, "a message")
        desktop.answer("确定")

The person sees what LibreOffice tells assistive programs (kinds, names and places of what shows) and acts with a real
pointer and keyboard on a virtual screen. No place on the screen is known beforehand, and nothing is done after a time
that passed, only after something that was seen.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence, TypeVar

import office
from nianbao import assets, soffice

TITLE = "信息公开年报"  # of the menu
TOOLBAR = "private:resource/toolbar/addon_nianbao"
PICTURES = Path(__file__).resolve().parents[2] / "build" / "live"
SECONDS = 30
START_SECONDS = 60
PRESS_SECONDS = 2  # in which a box goes away when its button was met
_WORKER = Path(__file__).with_name("worker.py")
_NOBODY = 65534
_SETTINGS = (
    ("/org.openoffice.Office.Linguistic/General", "UILocale", "zh-CN"),
    ("/org.openoffice.Office.Common/Misc", "ShowTipOfTheDay", "false"),
    ("/org.openoffice.Setup/Product", "ooSetupLastVersion", "99"),  # no bar with news about the version
    ("/org.openoffice.Setup/Product", "LastTimeGetInvolvedShown", "9999999999"),
    ("/org.openoffice.Setup/Product", "LastTimeDonateShown", "9999999999"),
)
_BUTTONS = {"PUSH_BUTTON", "BUTTON_DROPDOWN", "TOGGLE_BUTTON"}
_MENUS = {"MENU", "MENU_ITEM"}
_BOXES = {"ALERT", "DIALOG", "FILE_CHOOSER"}

T = TypeVar("T")


@dataclass(frozen=True)
class Element:
    """Something that shows: its kind, name and place, the window it is in and the toolbar, if it is in one."""

    role: str
    name: str
    states: list[str]
    window: int
    active: bool
    bar: str
    area: tuple[int, int, int, int]


@dataclass(frozen=True)
class Desktop:
    """What a person can do and see. Documents go by their RuntimeUID; where none is given, the active one is meant."""

    folder: Path
    _worker: subprocess.Popen[str]
    _environment: dict[str, str]
    _office: subprocess.Popen[bytes]

    # -------- doing

    def interpret_with(self, python: str | Path) -> None:
        """Note which Python the buttons start, as `nianbao install` does."""
        note = self.folder / "config" / "nianbao" / "interpreter.txt"
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(f"{python}\n", "utf-8")

    def forget_interpreter(self) -> None:
        (self.folder / "config" / "nianbao" / "interpreter.txt").unlink(missing_ok=True)

    def open(self, path: Path | str) -> str:
        """Open a workbook; return its RuntimeUID, once its window is active and its buttons show."""
        document: str = self.ask("open", str(path))
        self.wait_for(lambda: self.ask("current") == document, f"{path} to be active")
        self.wait_for(self.tools, f"the buttons of {path}")
        return document

    def new(self) -> str:
        """Open a spreadsheet that was never saved."""
        return self.open("private:factory/scalc")

    def front(self, document: str) -> None:
        """Bring the window of a document to the front."""
        self.ask("front", document)
        self.wait_for(lambda: self.ask("current") == document, "the window to be active")

    def close_all(self) -> None:
        """Close what was left open, boxes first, without saving."""
        self.escape()
        for document in self.ask("documents"):
            self.ask("close", document)

    def close_window(self) -> None:
        """Close the document in the active window, as Ctrl+W does."""
        self.key("ctrl+w")
        self.wait_for(lambda: not self.ask("documents"), "the document to close")

    def escape(self) -> None:
        """Leave what is open, menus and boxes, without choosing."""
        while self.items() or self.box():
            self.key("Escape")

    def press(self, label: str) -> None:
        """Press a button in the toolbar of the active window."""
        self.click(self.wait_for(lambda: _named(label, self.tools()), f"the button {label}"))

    def menu(self, *labels: str) -> None:
        """Go through the extension's menu of the active window, down to an item."""
        self.click(self.wait_for(lambda: _named(TITLE, self._menus()), f"the menu {TITLE}"))
        for label in labels:
            self.choose(label)

    def choose(self, label: str) -> None:
        """Click an item of the menu that is open."""
        self.click(self.wait_for(lambda: _named(label, self._menus()), f"the menu item {label}"))

    def type_in(self, sheet: str, address: str, text: str, end: str = "Return") -> None:
        """Type into a cell of the active document, and end with a key; with none, the cell stays in edit mode."""
        self.ask("select", self.ask("current"), sheet, address)
        self._xdotool("type", "--", text)
        if end:
            self.key(end)

    def key(self, name: str) -> None:
        """Press a key, by the name that X gives it."""
        self._xdotool("key", name)

    def answer(self, label: str) -> None:
        """Press a button of the box that is open, and see the box go away.

        A window is placed after it is made, so that a press may miss the button; then it is pressed again, as a person
        would. It is made active after that, too, so that the window which is left may be the one below; then the box is
        seen to be gone.
        """
        clicked = False

        def pressed() -> bool:
            nonlocal clicked
            elements = self.elements()
            boxes = {e.window for e in elements if e.role in _BOXES}
            button = _named(label, [e for e in elements if e.window in boxes and e.role in _BUTTONS])
            if button is None:
                return clicked
            window = self._active_window()
            self.click(button)
            clicked = True
            return self._left(window, PRESS_SECONDS)

        self.wait_for(pressed, f"the box with the button {label} to close")

    def type_name(self, path: Path) -> None:
        """Type the name of a file into the dialog that asks for one."""
        self.wait_for(lambda: (box := self.box()) and box.active, "a dialog that asks for a file")
        window = self.wait_for(self._active_window, "an active window")
        self._xdotool("type", "--", str(path))
        self.key("Return")
        self.wait_for(lambda: self._left(window, PRESS_SECONDS), "the dialog to close")

    def _left(self, window: str, seconds: float) -> bool:
        """Whether another window becomes active. X is asked: LibreOffice may hang when asked about one it closes."""
        deadline = time.monotonic() + seconds
        while self._active_window() in ("", window):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.03)
        return True

    def _active_window(self) -> str:
        done = subprocess.run(
            ["xdotool", "getactivewindow"], env=self._environment, capture_output=True, encoding="ascii",
            timeout=SECONDS)
        return done.stdout.strip()

    def click(self, element: Element) -> None:
        x, y, width, height = element.area
        self._xdotool("mousemove", str(x + width // 2), str(y + height // 2), "click", "1")

    def end(self) -> int:
        """End LibreOffice in order, and return what it returned."""
        self.ask("terminate")
        return self._office.wait(SECONDS)

    # -------- seeing

    @property
    def process(self) -> int:
        return self._office.pid

    def cell(self, sheet: str, address: str) -> str:
        """Return what a cell of the active document shows."""
        shown: str = self.ask("cell", self.ask("current"), sheet, address)
        return shown

    def box(self) -> Element | None:
        """Return the message box or dialog that is open."""
        return next((e for e in self.elements() if e.role in _BOXES), None)

    def message(self) -> str:
        """Return the text of the message box that is open; nothing where there is none."""
        elements = self.elements()
        windows = {e.window for e in elements if e.role in _BOXES}
        return "\n".join(e.name for e in elements if e.window in windows and e.role in ("STATIC", "LABEL") and e.name)

    def items(self) -> list[str]:
        """Return the labels of the menu that is open."""
        return [e.name for e in self._menus() if e.role == "MENU_ITEM"]

    def tools(self) -> list[Element]:
        """Return the buttons of the extension in the active window."""
        return [e for e in self.elements() if e.active and e.role in _BUTTONS and e.bar == TOOLBAR]

    def elements(self) -> list[Element]:
        """Return everything that shows; names come without the letter that LibreOffice gives menu items to be typed."""
        return [
            Element(**{**e, "name": re.sub(r"\([A-Z0-9]\)$", "", e["name"]), "area": tuple(e["area"])})
            for e in self.ask("elements", TOOLBAR)
        ]

    def wait_for(self, condition: Callable[[], T | None], what: str) -> T:
        """Return the first true value of a condition; a picture is kept when it does not come."""
        deadline = time.monotonic() + SECONDS
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {SECONDS} seconds for {what}, see {self.picture('failure')}")
            time.sleep(0.03)
        return value

    def picture(self, name: str) -> Path:
        """Keep a picture of the whole screen."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        target = PICTURES / f"{name}.png"
        subprocess.run(["import", "-window", "root", str(target)], env=self._environment, check=True, timeout=SECONDS)
        return target

    def ask(self, *request: Any) -> Any:
        return _ask(self._worker, *request)

    def _menus(self) -> list[Element]:
        return [e for e in self.elements() if e.role in _MENUS]

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self._environment, check=True, timeout=SECONDS)


@contextlib.contextmanager
def running(folder: Path, *options: str, umask: int = 0o022) -> Iterator[Desktop]:
    """Start screen, window manager and a LibreOffice with the extension, and end them for certain.

    The folder is empty and as good as public, since the extension is put in by another user where the tests run as
    root; `options` go to LibreOffice.
    """
    home = folder / "home"
    home.mkdir()
    with _Programs() as programs:
        environment = {**os.environ, "DISPLAY": _screen(programs), "SAL_USE_VCLPLUGIN": "gen",
                       "HOME": str(home), "XDG_CONFIG_HOME": str(folder / "config")}
        programs.start(["openbox"], environment)
        _profile(folder)
        try:
            process = _libreoffice(programs, folder, environment, options, umask)
        except TimeoutError:
            process = _libreoffice(programs, folder, environment, options, umask)
        yield Desktop(folder, programs.worker, environment, process)


class _Programs(contextlib.ExitStack):
    """The worker and what was started beside it: ended with the block, or by the worker where the tests are killed."""

    def __enter__(self) -> _Programs:
        super().__enter__()
        self.worker = self.enter_context(subprocess.Popen(
            [office.python(), str(_WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"))
        return self

    def start(self, command: list[str], environment: dict[str, str], **settings: Any) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own."""
        process = subprocess.Popen(
            command, env=environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **settings,
        )
        self.callback(soffice.end, process)
        _send(self.worker, f"keep {process.pid}")
        return process


def _screen(programs: _Programs) -> str:
    """Start a virtual screen under a number that is free; return its name once it is there."""
    reader, writer = os.pipe()
    with open(reader, encoding="ascii") as stream:
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
        programs.start(command, dict(os.environ), pass_fds=[writer])
        os.close(writer)
        number = stream.readline().strip()
    if not number:
        raise RuntimeError("Xvfb did not start")
    return f":{number}"


def _profile(folder: Path) -> None:
    """Make a profile and put the extension into it, the way a user does: unopkg works for anybody but root."""
    with _as_anybody(folder) as user:
        shutil.copy(assets.EXTENSION, folder)
        done = subprocess.run(
            ["unopkg", "add", "--suppress-license", _installation(folder), str(folder / assets.EXTENSION.name)],
            cwd=folder, env={**os.environ, "HOME": str(folder)}, timeout=START_SECONDS,
            capture_output=True, encoding="utf-8", **user,
        )
    assert done.returncode == 0, done.stderr
    registry = folder / "profile" / "user" / "registrymodifications.xcu"
    registry.write_text(office.registry(*_SETTINGS), "utf-8")


@contextlib.contextmanager
def _as_anybody(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the arguments that start a process as an ordinary user to whom a folder belongs meanwhile."""
    if os.getuid():
        yield {}
        return
    os.chown(folder, _NOBODY, _NOBODY)
    try:
        yield {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
    finally:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, 0, 0)


def _installation(folder: Path) -> str:
    return f"-env:UserInstallation={(folder / 'profile').as_uri()}"


def _libreoffice(
    programs: _Programs, folder: Path, environment: dict[str, str], options: Sequence[str], umask: int
) -> subprocess.Popen[bytes]:
    """Start LibreOffice and connect the worker to it; TimeoutError when it does not answer."""
    pipe = f"nianbao-live-{secrets.token_hex(8)}"
    command = [office.soffice(), _installation(folder), "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
    process = programs.start([*command, f"--accept=pipe,name={pipe};urp;", *options], environment, umask=umask)
    deadline = time.monotonic() + START_SECONDS
    while not _ask(programs.worker, "connect", pipe):
        if process.poll() is not None or time.monotonic() > deadline:
            soffice.end(process)
            raise TimeoutError("LibreOffice did not start")
        time.sleep(0.05)
    return process


def _send(worker: subprocess.Popen[str], line: str) -> None:
    assert worker.stdin
    worker.stdin.write(line + "\n")
    worker.stdin.flush()


def _ask(worker: subprocess.Popen[str], *request: Any) -> Any:
    assert worker.stdin and worker.stdout
    timer = threading.Timer(START_SECONDS, worker.stdin.close)
    timer.start()
    try:
        _send(worker, json.dumps(request))
        line = worker.stdout.readline()
    finally:
        timer.cancel()
    if not line:
        raise RuntimeError(f"LibreOffice did not answer in {START_SECONDS} seconds: {request}")
    answer = json.loads(line)
    if "error" in answer:
        raise RuntimeError(f"{answer['error']}: {request}")
    return answer["result"]


def _named(name: str, elements: list[Element]) -> Element | None:
    return next((e for e in elements if e.name == name), None)
