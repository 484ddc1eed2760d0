"""The half of `office` that runs under the Python LibreOffice was built for: one soffice, one JSON line a request.

It knows nothing of the project. When its standard input ends, because the tests are done or were killed, it ends
soffice with its whole process group.
"""

import json
import os
import signal
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import DisposedException
from com.sun.star.sheet.FormulaResult import ERROR
from com.sun.star.uno import Exception as Refusal

START_SECONDS = 60
# Export filters by kind of document and suffix of the result.
FILTERS = {
    ("com.sun.star.sheet.SpreadsheetDocument", ".xlsx"): "Calc MS Excel 2007 XML",
    ("com.sun.star.sheet.SpreadsheetDocument", ".pdf"): "calc_pdf_Export",
    ("com.sun.star.text.TextDocument", ".docx"): "MS Word 2007 XML",
    ("com.sun.star.text.TextDocument", ".pdf"): "writer_pdf_Export",
    ("com.sun.star.text.TextDocument", ".txt"): "Text (encoded)",
}


def properties(**values):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


def start(program, profile):
    pipe = f"nianbao-{os.getpid()}"
    with open(os.path.join(profile, "soffice.log"), "wb") as log:
        process = subprocess.Popen(
            [program, f"-env:UserInstallation={uno.systemPathToFileUrl(profile)}", "--headless", "--norestore"]
            + ["--nologo", "--nodefault", "--nolockcheck", f"--accept=pipe,name={pipe};urp;"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return process, context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except Refusal:  # it has not come so far, or dropped the connection
            if process.poll() is not None or time.monotonic() > deadline:
                stop(process, None)
                raise RuntimeError(f"soffice did not start, see {profile}/soffice.log") from None
            time.sleep(0.05)


def stop(process, desktop):
    """End soffice in order, and in any case."""
    try:
        if desktop is not None:
            desktop.terminate()
        process.wait(10)
    except (DisposedException, subprocess.TimeoutExpired):
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def load(desktop, path):
    document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, properties(Hidden=True))
    if document is None:
        raise RuntimeError(f"LibreOffice cannot open {path}")
    return document


def grid(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.RangeAddress
    area = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
    rows = [list(row) for row in area.getDataArray()]
    for wrong in area.queryFormulaCells(ERROR).RangeAddresses:
        for row in range(wrong.StartRow, wrong.EndRow + 1):
            for column in range(wrong.StartColumn, wrong.EndColumn + 1):
                rows[row][column] = sheet.getCellByPosition(column, row).String
    return rows


def recalculate(desktop, paths):
    found = []
    for path in paths:
        document = load(desktop, path)
        try:
            document.calculateAll()
            found.append({sheet.Name: grid(sheet) for sheet in document.Sheets})
        finally:
            document.close(True)
    return found


def convert(desktop, path, target):
    document = load(desktop, path)
    try:
        suffix = os.path.splitext(target)[1]
        name = next((f for (kind, s), f in FILTERS.items() if s == suffix and document.supportsService(kind)), None)
        if name is None:
            raise RuntimeError(f"no filter from {path} to {suffix}")
        if hasattr(document, "calculateAll"):
            document.calculateAll()
        document.storeToURL(uno.systemPathToFileUrl(target), properties(FilterName=name))
    finally:
        document.close(True)
    return target


def main():
    process, desktop = start(*sys.argv[1:])
    try:
        print(json.dumps({"result": "ready"}), flush=True)
        for line in sys.stdin:
            verb, *arguments = json.loads(line)
            try:
                answer = {"result": {"recalculate": recalculate, "convert": convert}[verb](desktop, *arguments)}
            except Exception as error:  # sent to the test that asked
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
    finally:
        stop(process, desktop)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests end it by closing its input
    main()
