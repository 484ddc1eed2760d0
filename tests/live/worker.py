"""The half of `desktop` that runs under the Python LibreOffice was built for: one JSON line a request.

It asks the LibreOffice behind a pipe what its windows show and what its documents hold, and opens documents; it presses
nothing. When its standard input ends, because the tests are done or were killed, it ends every process group that
a line `keep NUMBER` named.
"""

import json
import os
import queue
import signal
import sys
import threading

import uno
from com.sun.star.accessibility import AccessibleRole, AccessibleStateType
from com.sun.star.accessibility.AccessibleRole import LIST, MENU, MENU_BAR, ROOT_PANE, TABLE, TREE, TREE_TABLE
from com.sun.star.accessibility.AccessibleStateType import SHOWING
from com.sun.star.lang import DisposedException, IndexOutOfBoundsException
from com.sun.star.uno import Exception as Refusal

# What a person can press or read, beside the contents of a document.
ROLES = {
    getattr(AccessibleRole, name): name
    for name in (
        "ALERT", "BUTTON_DROPDOWN", "DIALOG", "FILE_CHOOSER", "FRAME", "LABEL", "MENU", "MENU_ITEM", "POPUP_MENU",
        "PUSH_BUTTON", "ROOT_PANE", "STATIC", "TEXT", "TOGGLE_BUTTON", "TOOL_BAR",
    )
}
LONG = {LIST, TABLE, TREE, TREE_TABLE}  # such as the files of a folder
STATES = {getattr(AccessibleStateType, name): name for name in ("ACTIVE", "ENABLED", "FOCUSED")}


class Worker:
    def __init__(self):
        self.context = None

    def connect(self, pipe):
        """Return whether a LibreOffice accepts on this pipe."""
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        try:
            self.context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Refusal:
            return False  # it has not come so far, or dropped the connection
        return True

    def open(self, address):
        """Open a path or a private:factory address in a window of its own; return the document's RuntimeUID."""
        url = address if address.startswith("private:") else uno.systemPathToFileUrl(address)
        return self._desktop().loadComponentFromURL(url, "_blank", 0, ()).RuntimeUID

    def close(self, document):
        found = self._document(document)
        found.setModified(False)
        found.close(True)

    def documents(self):
        """The RuntimeUIDs of all open documents."""
        return [document.RuntimeUID for document in self._documents()]

    def front(self, document):
        self._document(document).CurrentController.Frame.ContainerWindow.toFront()

    def current(self):
        """The RuntimeUID of the document in the active window; empty where it holds none."""
        return getattr(self._desktop().getCurrentComponent(), "RuntimeUID", "")

    def select(self, document, sheet, address):
        found = self._document(document)
        found.CurrentController.select(self._cell(document, sheet, address))
        found.CurrentController.Frame.ComponentWindow.setFocus()

    def selected(self):
        """Sheet and address of what is selected in the active window."""
        area = self._desktop().getCurrentComponent().CurrentSelection
        return [area.Spreadsheet.Name, area.AbsoluteName.rsplit(".", 1)[-1].replace("$", "")]

    def cell(self, document, sheet, address):
        """What a cell shows."""
        return self._cell(document, sheet, address).String

    def terminate(self):
        try:
            self._desktop().terminate()
        except DisposedException:
            pass  # it was faster than its answer

    def elements(self, bar):
        """What shows in all windows, from outside to inside: its role, name, states, window and place.

        Each question takes a while, so of a document's window only the menus and this toolbar are looked into.
        """
        toolkit, found = self._service("com.sun.star.awt.Toolkit"), []
        active, frames = toolkit.getActiveTopWindow(), list(self._desktop().Frames)
        for position in range(toolkit.getTopWindowCount()):
            window = toolkit.getTopWindow(position)
            place = {"window": position, "active": window == active, "bar": ""}
            found += _walk(window, place)
            for frame in frames:
                tools = frame.LayoutManager.getElement(bar) if frame.ContainerWindow == window else None
                if tools is not None:
                    found += _walk(tools.RealInterface, {**place, "bar": bar})
        return found

    def _cell(self, document, sheet, address):
        return self._document(document).Sheets.getByName(sheet).getCellRangeByName(address)

    def _document(self, identifier):
        return next(document for document in self._documents() if document.RuntimeUID == identifier)

    def _documents(self):
        components = self._desktop().Components.createEnumeration()
        while components.hasMoreElements():
            component = components.nextElement()
            if hasattr(component, "RuntimeUID"):
                yield component

    def _desktop(self):
        return self._service("com.sun.star.frame.Desktop")

    def _service(self, name):
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)


def _walk(accessible, place, within=None):
    element = accessible and accessible.getAccessibleContext()
    if element is None:
        return  # it is just being made, or went away
    try:
        role = element.getAccessibleRole()
        states = element.getAccessibleStateSet()
        if not _holds(states, SHOWING) or within == ROOT_PANE and role != MENU_BAR:
            return
        if role in ROLES:
            name, corner, size = element.getAccessibleName(), element.getLocationOnScreen(), element.getSize()
            held = [word for state, word in STATES.items() if _holds(states, state)]
            yield {"role": ROLES[role], "name": name, "states": held, **place,
                   "area": [corner.X, corner.Y, size.Width, size.Height]}
        for position in range(0 if role in LONG else element.getAccessibleChildCount()):
            inner = list(_walk(element.getAccessibleChild(position), place, role))
            if role == MENU and not inner:
                return  # it is closed
            yield from inner
    except (DisposedException, IndexOutOfBoundsException):
        pass  # it went away while it was looked at


def _holds(states, state):
    """Whether a state is among those of an element: a set up to LibreOffice 7.4, later a number with a bit a state."""
    return bool(states & state) if isinstance(states, int) else state in states.getStates()


def answer(requests):
    worker = Worker()
    while True:
        verb, *arguments = json.loads(requests.get())
        try:
            result = {"result": getattr(worker, verb)(*arguments)}
        except Exception as error:  # sent to the test that asked
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


def main():
    """Keep reading while a request is being answered: a LibreOffice that hangs must not outlive the tests."""
    requests, groups = queue.SimpleQueue(), []
    threading.Thread(target=answer, args=(requests,), daemon=True).start()
    for line in sys.stdin:
        if line.startswith("keep "):
            groups.append(int(line.split()[1]))
        else:
            requests.put(line)
    for group in reversed(groups):
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass  # ended in order
    os._exit(0)  # the other thread may wait for an answer that will never come


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests end it by closing its input
    main()
