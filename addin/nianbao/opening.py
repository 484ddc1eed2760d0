"""Opening a file in the program that the user's system has for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_START = 5  # seconds in which a program that cannot open the file says so


def open_file(path: Path) -> None:
    """Open a file for the user; an `OSError` where the system has no program for it.

    The Windows and macOS branches have never been run by the tests, which have neither.
    """
    if sys.platform == "win32":
        os.startfile(path)
    else:
        _start(["open" if sys.platform == "darwin" else "xdg-open", str(path.resolve())])


def _start(command: list[str]) -> None:
    """Start a program; one that is not there, or soon says that it failed, is an `OSError`."""
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        if started.wait(_START):
            raise OSError(f"{command[0]} ended with {started.returncode}")
    except subprocess.TimeoutExpired:
        started.returncode = 0  # it is the program itself, and stays open
