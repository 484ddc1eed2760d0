"""A LibreOffice of the tests' own: started once, asked over a pipe, ended for certain.

    def test_it(office, tmp_path):
        [book] = office.recalculate([path])          # {sheet name: rows of values}, row 0 column 0 is A1
        pdf = office.convert(path, ".pdf", tmp_path)

`uno` works only in the Python that LibreOffice was built for, so a worker runs under that one, whatever Python
the tests run under. Its profile is new for every session and recalculates every workbook on loading, so that cached
values prove nothing.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Iterator
from xml.sax.saxutils import escape

SECONDS_A_FILE = 60
_WORKER = Path(__file__).with_name("office_worker.py")
SETTINGS = (
    ("/org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", "0"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("/org.openoffice.Office.Common/Save/Document", "WarnAlienFormat", "false"),
    ("/org.openoffice.Setup/L10N", "ooLocale", "zh-CN"),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "zh-CN"),
)


@dataclass(frozen=True)
class Office:
    """A running LibreOffice. A file it cannot handle, or one that takes more than a minute, is a RuntimeError."""

    _process: subprocess.Popen[str]

    def recalculate(self, paths: Iterable[Path | str]) -> list[dict[str, list[list[Any]]]]:
        """Return what each workbook shows after recalculating everything: sheet name -> rows of values from A1 on.

        Numbers and truth values are floats, empty cells "", errors the text LibreOffice shows. Nothing is saved.
        """
        files = [str(Path(path).resolve()) for path in paths]
        found: list[dict[str, list[list[Any]]]] = self.ask(SECONDS_A_FILE * max(len(files), 1), "recalculate", files)
        return found

    def convert(self, path: Path | str, suffix: str, folder: Path) -> Path:
        """Return the file `folder`/<same name><suffix>, saved by LibreOffice in the format of the suffix."""
        source = Path(path).resolve()
        target = folder.resolve() / (source.stem + suffix)
        if target == source:
            raise ValueError(f"{source} would be overwritten")
        self.ask(SECONDS_A_FILE, "convert", str(source), str(target))
        return target

    def ask(self, seconds: float, *request: Any) -> Any:
        process = self._process
        assert process.stdin and process.stdout
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        try:
            if request:
                process.stdin.write(json.dumps(request) + "\n")
                process.stdin.flush()
            line = process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            raise RuntimeError(f"LibreOffice ended or took more than {seconds} seconds: {request}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{answer['error']}: {request}")
        return answer["result"]


@contextlib.contextmanager
def running(profile: Path) -> Iterator[Office]:
    """Start a LibreOffice with a new profile in an existing folder, and end it with the block."""
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(registry(), "utf-8")
    process = subprocess.Popen(
        [python(), str(_WORKER), soffice(), str(profile)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
    )
    with process:
        office = Office(process)
        office.ask(SECONDS_A_FILE)
        yield office


def registry(*more: tuple[str, str, str]) -> str:
    """Return the settings of a new profile: those of all tests, and more."""
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{escape(value)}</value></prop></item>'
        for path, name, value in (*SETTINGS, *more)
    )
    names = 'xmlns:oor="http://openoffice.org/2001/registry"'
    return f'<?xml version="1.0" encoding="UTF-8"?><oor:items {names}>{items}</oor:items>'


def soffice() -> str:
    """The program that starts LibreOffice."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise RuntimeError("LibreOffice is missing; scripts/test installs it (Debian: libreoffice-calc, -writer)")
    return program


def python() -> str:
    """The Python that can import uno: the system's where LibreOffice is a package, else the one it brings along."""
    beside = Path(soffice()).resolve().with_name("python")
    for candidate in ("/usr/bin/python3", str(beside)):
        if Path(candidate).exists():
            if subprocess.run([candidate, "-c", "import uno"], capture_output=True).returncode == 0:
                return candidate
    raise RuntimeError("no Python can import uno; scripts/test installs it (Debian: python3-uno)")
