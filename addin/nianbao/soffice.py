"""The program LibreOffice: where it is, a process of it with a profile of our own, and the end of that."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

_USUAL_PLACES = (
    "/usr/bin/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)


def find() -> str | None:
    """Return the program that starts LibreOffice, from the search path or a usual place; None when there is none."""
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return found
    return next((place for place in _USUAL_PLACES if os.path.isfile(place)), None)


def launch(program: str, profile: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start LibreOffice with a profile in a folder, so that an open one is neither needed nor disturbed."""
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--norestore", "--nologo", *arguments]
    quiet = subprocess.DEVNULL
    own_group = sys.platform != "win32"
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=own_group)


def end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing running: the starter and the office process it started form one group."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
