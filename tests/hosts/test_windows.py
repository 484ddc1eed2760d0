"""What needs a window: questions that are answered, the status bar, a report beside the workbook."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Iterator

import docx
import pytest
import xlwings as xw

from nianbao.hosts import libreoffice
from nianbao.hosts.libreoffice.bridge import connect, refusals, service, uno

pytestmark = pytest.mark.xdist_group("desktop")  # of all tests that need a screen, one at a time
SECONDS = 20


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """A screen of its own, whose number the X server chooses."""
    ready, told = os.pipe()
    command = ["Xvfb", "-displayfd", str(told), "-screen", "0", "1200x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[told], stderr=subprocess.DEVNULL) as server:
        os.close(told)
        with os.fdopen(ready) as number:
            display = number.readline().strip()
            assert display, "Xvfb found no free screen"
            yield ":" + display
        server.terminate()


@pytest.fixture(scope="module")
def shown(screen: str) -> Iterator[xw.App]:
    """A LibreOffice with windows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", screen)
        app = libreoffice.start()
    yield app
    app.quit()


@pytest.fixture(autouse=True)
def active(shown: xw.App) -> None:
    libreoffice.attach(shown.impl.pipe)


class Finger(threading.Thread):
    """Presses a button of the message box that comes up, over a connection of its own."""

    def __init__(self, app: xw.App, label: str) -> None:
        super().__init__(daemon=True)
        self.label = label
        self.toolkit = service(connect(app.impl.pipe), "com.sun.star.awt.Toolkit")
        self.texts: list[str] = []

    def run(self) -> None:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                if self.press():
                    return
            except refusals():
                pass  # a window that is just being made or closed cannot be asked
            time.sleep(0.02)

    def press(self) -> bool:
        for window in map(self.toolkit.getTopWindow, range(self.toolkit.getTopWindowCount())):
            box = window.getAccessibleContext()
            if box is not None and box.getAccessibleRole() in (role("ALERT"), role("DIALOG")):
                found = list(within(box))
                self.texts = [box.getAccessibleName(), *(part.getAccessibleName() for part in found)]
                for part in found:
                    if part.getAccessibleRole() == role("PUSH_BUTTON") and part.getAccessibleName() == self.label:
                        part.doAccessibleAction(0)
                        return True
        return False


def role(name: str) -> int:
    return int(uno().getConstantByName("com.sun.star.accessibility.AccessibleRole." + name))


def within(context: Any) -> Iterator[Any]:
    for index in range(context.getAccessibleChildCount()):
        child = context.getAccessibleChild(index).getAccessibleContext()
        yield child
        yield from within(child)


@pytest.mark.parametrize("open_books", [0, 1])
@pytest.mark.parametrize(
    ("buttons", "mode", "label", "answer"),
    [
        ("ok", "info", "OK", "ok"),
        ("ok_cancel", None, "Cancel", "cancel"),
        ("ok_cancel", "critical", "OK", "ok"),
        ("yes_no", "info", "No", "no"),
        ("yes_no_cancel", None, "Yes", "yes"),
        ("yes_no_cancel", "info", "Cancel", "cancel"),
    ],
)
def test_a_question_waits_for_its_answer(
    buttons: str, mode: str | None, label: str, answer: str, open_books: int, shown: xw.App
) -> None:
    books = [shown.books.add() for _ in range(open_books)]
    finger = Finger(shown, label)
    finger.start()
    assert shown.alert("共有 3 处问题。", "信息公开年报", buttons, mode) == answer
    finger.join(SECONDS)
    assert {"信息公开年报", "共有 3 处问题。"} <= set(finger.texts)
    for book in books:
        book.close()


def test_the_status_bar_shows_a_text_and_is_given_back(shown: xw.App) -> None:
    """What it says is nowhere to be read, so its picture is compared: with one text, another one, and none."""
    book = shown.books.add()
    assert shown.visible
    shown.status_bar = "正在校验，请稍候…"
    first = picture(book, unlike=b"")
    shown.status_bar = "正在生成报告，请稍候…"
    second = picture(book, unlike=first)
    shown.status_bar = False
    assert picture(book, unlike=second) != first
    book.close()


def picture(book: xw.Book, unlike: bytes) -> bytes:
    """What the status bar looks like, as soon as it is drawn and differs from an earlier picture."""
    bar = book.api.CurrentController.Frame.LayoutManager.getElement("private:resource/statusbar/statusbar")
    window = bar.getRealInterface()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        size = window.getPosSize()
        seen: bytes = window.createBitmap(0, 0, size.Width, size.Height).getDIB().value
        if len(set(seen[54:])) > 8 and seen != unlike:  # the header, then something else than one plain colour
            return seen
        time.sleep(0.02)
    raise AssertionError("the status bar did not change")


def test_a_report_opens_beside_the_workbook(shown: xw.App, tmp_path: Path) -> None:
    book = shown.books.add()
    report = docx.Document()
    report.add_paragraph("年度报告")
    report.save(tmp_path / "年报 1.docx")
    libreoffice.show(tmp_path / "年报 1.docx")
    current = shown.api.CurrentComponent
    assert (current.supportsService("com.sun.star.text.TextDocument"), current.Text.String) == (True, "年度报告")
    assert shown.books.active == book
    assert shown.selection is None
    libreoffice.show(tmp_path / "年报 1.docx")
    assert len(list(shown.api.Components)) == 2
    current.close(True)
    book.close()
