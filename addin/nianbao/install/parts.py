"""The files that make the buttons work: where each belongs, and what is in it."""

from __future__ import annotations

from pathlib import Path

from .. import files
from .places import Places

# Any macro in any workbook may call this script, and it runs outside Excel's sandbox: so it starts nothing but
# nianbao's own entry point and quotes each argument, one a line. A handler of one's own cannot be called "run".
_APPLESCRIPT = """\
on StartNianbao(argumentLines)
    set oldDelimiters to AppleScript's text item delimiters
    set AppleScript's text item delimiters to linefeed
    set argumentList to text items of argumentLines
    set AppleScript's text item delimiters to oldDelimiters
    set commandLine to quoted form of {python} & " -P -m nianbao.macros"
    repeat with oneArgument in argumentList
        set commandLine to commandLine & " " & quoted form of (contents of oneArgument)
    end repeat
    do shell script commandLine & " > /dev/null 2>&1 &"
end StartNianbao
"""


def excel_parts(places: Places, python: Path, addin: Path) -> dict[Path, bytes]:
    """Return path -> content of what Excel needs."""
    assert places.startup is not None
    parts = {places.startup / addin.name: files.read_bytes(addin)}
    if places.scripts is not None:
        parts[places.scripts / "nianbao.applescript"] = applescript(python).encode()
    return parts


def libreoffice_parts(places: Places, python: Path) -> dict[Path, bytes]:
    """Return path -> content of what the extension in LibreOffice needs beside itself."""
    return {places.interpreter: f"{python}\n".encode()}


def interpreter_beside(python: Path) -> Path:
    """Return the Python that shows no console window, where the system has one, else the given one."""
    windowless = python.with_name("pythonw.exe")
    return windowless if windowless.is_file() else python


def applescript(python: Path) -> str:
    """Return the script through which Excel on macOS starts nianbao."""
    escaped = str(python).replace("\\", "\\\\").replace('"', '\\"')
    return _APPLESCRIPT.format(python=f'"{escaped}"')
