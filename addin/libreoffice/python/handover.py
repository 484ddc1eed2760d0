"""The buttons inside LibreOffice: each starts one new process and does not wait for it.

This file runs under the Python of LibreOffice and knows nothing of the reports. It says which button was pressed in
which document, and on which pipe this LibreOffice can be reached; `nianbao.macros`, in a process of its own with a
Python of its own, does the rest.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import nianbao_pipe
import uno
import unohelper
from com.sun.star.awt import Rectangle, XCallback
from com.sun.star.awt.MessageBoxType import WARNINGBOX
from com.sun.star.awt.PopupMenuDirection import EXECUTE_DOWN
from com.sun.star.task import XJobExecutor
from com.sun.star.ui.dialogs.TemplateDescription import FILEOPEN_SIMPLE
from com.sun.star.util import URL

TOOLBAR = "private:resource/toolbar/addon_nianbao"
SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
_NO_WORKBOOK = "没有打开的工作簿，请先打开要填报的工作簿，再按“{label}”。"
_NOT_INSTALLED = "找不到年报程序，请先运行一次“nianbao install”，再按“{label}”。"
_MOVED = "年报程序不在原来的位置“{python}”，请重新运行一次“nianbao install”，再按“{label}”。"
_FAILED = "“{label}”没有运行成功（{detail}），请重新运行一次“nianbao install”后再试，仍不成功的，请把这句话转告技术人员。"
_NOT_LOCAL = "所选文件“{name}”不在本机上，请先复制到本机，再按“{label}”。"


class Handover(unohelper.Base, XJobExecutor):
    """What the Basic of this extension calls."""

    def __init__(self, _):
        pass

    def trigger(self, identifier):
        press(identifier)


class Refusal(Exception):
    """One sentence for the clerk: why the button does nothing, and what to do."""


def press(identifier):
    """Do what the button or menu item with this id of buttons.json stands for."""
    buttons = _buttons()
    if "items" in buttons[identifier]:
        identifier = _choose(identifier, buttons)
        if identifier is None:
            return
    label = buttons[identifier]["label"]
    try:
        command = _command(buttons[identifier])
        if command is not None:
            _start(command, label)
    except Refusal as refusal:
        _tell(str(refusal))


def _command(button):
    """Return the command line, or None when the clerk chose no file."""
    label, verb = button["label"], button["verb"]
    document = _desktop().getCurrentComponent()
    if document is None or not document.supportsService(SPREADSHEET):
        if button["needs_workbook"]:
            raise Refusal(_NO_WORKBOOK.format(label=label))
        document = None
    if document is not None:
        _end_entry(document)
    python, pipe = _interpreter(label), nianbao_pipe.name()
    arguments = [f"--wb={_name(document) if document else ''}", "--from_xl=1", f"--app=libreoffice:{pipe}", "--hwnd=0"]
    if "file_types" in button:
        path = _pick_file(button)
        if path is None:
            return None
        arguments.append(f"--file={path}")
    if document:
        arguments.append(f"--document={document.RuntimeUID}")
    return [python, "-P", "-m", "nianbao.macros", verb, *arguments]


def _end_entry(document):
    """Put what is still being typed into its cell, as a click into another cell does; a button leaves it in the air.

    Any command to the sheet does that, and computing it anew does nothing else.
    """
    frame, url = document.CurrentController.Frame, URL(Complete=".uno:Calculate")
    _, url = _service("com.sun.star.util.URLTransformer").parseStrict(url)
    frame.queryDispatch(url, "", 0).dispatch(url, ())


def _name(document):
    """The name as in the title bar, without the remarks (read-only, repaired) that a title may carry."""
    path = urllib.parse.urlsplit(document.URL).path
    return urllib.parse.unquote(path.rsplit("/", 1)[-1]) or document.Title


def _interpreter(label):
    """The Python that `nianbao install` has noted in the user's folder; never one that a workbook could name."""
    try:
        with open(os.path.join(_user_folder(), "interpreter.txt"), encoding="utf-8") as stream:
            python = stream.readline().strip()
    except FileNotFoundError:
        raise Refusal(_NOT_INSTALLED.format(label=label)) from None
    if not os.path.isfile(python):
        raise Refusal(_MOVED.format(python=python, label=label))
    return python


def _user_folder():
    if sys.platform == "win32":
        above = os.environ["LOCALAPPDATA"]
    elif sys.platform == "darwin":
        above = os.path.expanduser("~/Library/Application Support")
    else:
        above = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(above, "nianbao")


def _start(command, label):
    """Start the process in a session of its own, and watch it from a thread."""
    foreign = ("PYTHONHOME", "PYTHONPATH")  # LibreOffice sets them for its own Python
    environment = {key: value for key, value in os.environ.items() if key not in foreign}
    errors = tempfile.TemporaryFile()
    try:
        process = subprocess.Popen(
            command, env={**environment, "NIANBAO_UNO": uno.__file__}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise Refusal(_FAILED.format(label=label, detail=error.strerror)) from error
    threading.Thread(target=_watch, args=(process, errors, label), daemon=True).start()


def _watch(process, errors, label):
    """Tell the clerk of a process that ended with an error: it ends with 0 whenever it has told them itself."""
    with errors:
        code = process.wait()
        if code:
            errors.seek(0)
            lines = errors.read().decode("utf-8", "replace").split("\n")
            detail = next((line.strip() for line in reversed(lines) if line.strip()), f"返回值 {code}")
            _later(_FAILED.format(label=label, detail=detail))


# ---------------------------------------------------------------- what the clerk sees


def _tell(sentence):
    window = _window()
    box = window.Toolkit.createMessageBox(window, WARNINGBOX, 1, "信息公开年报", sentence)
    box.execute()
    box.dispose()


def _later(sentence):
    """Say it from the thread that owns the windows; no other may open one."""

    class Callback(unohelper.Base, XCallback):
        def notify(self, _):
            _tell(sentence)

    _service("com.sun.star.awt.AsyncCallback").addCallback(Callback(), None)


def _choose(identifier, buttons):
    """Show the items of a button below it, and return the id of the one that was chosen."""
    items = buttons[identifier]["items"]
    menu = _service("com.sun.star.awt.PopupMenu")
    for position, item in enumerate(items):
        menu.insertItem(position + 1, buttons[item]["label"], 0, position)
    chosen = menu.execute(*_place(buttons[identifier]["label"]), EXECUTE_DOWN)
    return items[chosen - 1] if chosen else None


def _place(label):
    """The toolbar with the area of its button in it; the corner of the window, where the button was put elsewhere."""
    bar = _desktop().getCurrentFrame().LayoutManager.getElement(TOOLBAR)
    if bar is not None:
        window = bar.RealInterface
        context = window.getAccessibleContext()
        for position in range(context.getAccessibleChildCount()):
            button = context.getAccessibleChild(position).getAccessibleContext()
            if button.getAccessibleName() == label:
                return window, button.getBounds()
    return _window(), Rectangle(0, 0, 1, 1)


def _pick_file(button):
    picker = _service("com.sun.star.ui.dialogs.FilePicker")
    picker.initialize((FILEOPEN_SIMPLE,))
    picker.setTitle(button["label"].rstrip("…"))
    picker.appendFilter("工作簿和报告", ";".join(f"*{suffix}" for suffix in button["file_types"]))
    if not picker.execute():
        return None
    [url] = picker.getSelectedFiles()
    if not url.startswith("file:"):
        raise Refusal(_NOT_LOCAL.format(name=url.rsplit("/", 1)[-1], label=button["label"]))
    return uno.fileUrlToSystemPath(url)


# ---------------------------------------------------------------- LibreOffice


def _service(name):
    context = uno.getComponentContext()
    return context.ServiceManager.createInstanceWithContext(name, context)


def _desktop():
    return _service("com.sun.star.frame.Desktop")


def _window():
    return _desktop().getCurrentFrame().ContainerWindow


def _buttons():
    with open(os.path.join(os.path.dirname(__file__), "buttons.json"), encoding="utf-8") as stream:
        return json.load(stream)


g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Handover, "nianbao.Handover", ("com.sun.star.task.Job",))
