"""The half of `calc` that runs under the Python LibreOffice was built for: it opens workbooks and calls their VBA.

    PYTHONPATH=tests python calc_worker.py SOFFICE PROFILE

One JSON line a request, one a reply; the first reply is the name of the pipe. When its standard input ends, so does
soffice.
"""

import json
import os
import signal
import sys

import uno
from office_worker import properties, start, stop

RUN_MACROS = 4  # com.sun.star.document.MacroExecMode.ALWAYS_EXECUTE_NO_WARN
FILTERS = {".xlam": "Calc MS Excel 2007 VBA XML"}  # LibreOffice does not know the suffix


def open_book(desktop, books, path):
    suffix = os.path.splitext(path)[1]
    options = properties(MacroExecutionMode=RUN_MACROS)
    if suffix in FILTERS:
        options += properties(FilterName=FILTERS[suffix], Hidden=True)
    # A hidden document never becomes VBA's ActiveWorkbook, so a workbook is opened as a clerk does.
    book = desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, options)
    if book is None:
        raise RuntimeError(f"LibreOffice cannot open {path}")
    books[path] = book


def close_book(desktop, books, path):
    books.pop(path).close(True)


def call(desktop, books, path, procedure, arguments):
    script = books[path].getScriptProvider().getScript(
        f"vnd.sun.star.script:nianbao.{procedure}?language=Basic&location=document")
    return script.invoke(tuple(arguments), (), ())[0]


def press(desktop, books, path, callback, tag):
    control = books[path].createInstance("com.sun.star.form.component.CommandButton")  # it has a Tag, as Excel's has
    control.Tag = tag
    call(desktop, books, path, callback, [control])


def main():
    os.environ["NIANBAO_PIPE"] = pipe = f"nianbao-{os.getpid()}"  # as office_worker names it
    process, desktop = start(*sys.argv[1:])
    books = {}
    try:
        print(json.dumps({"result": pipe}), flush=True)
        for line in sys.stdin:
            verb, *arguments = json.loads(line)
            try:
                verbs = {"open": open_book, "close": close_book, "call": call, "press": press}
                answer = {"result": verbs[verb](desktop, books, *arguments)}
            except Exception as error:  # sent to the test that asked
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
        for book in books.values():
            book.close(True)
    finally:
        stop(process, desktop)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests end it by closing its input
    main()
