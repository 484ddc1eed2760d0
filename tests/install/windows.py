"""A Windows of the tests' own, by Wine: what an installer lays down there and what it takes back.

The programs that have to be there, a Python that notes how it was called and an Excel that holds its add-in open, are
small real ones, made by NSIS as the installer is.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

_PROGRAM = """\
Unicode true
Target amd64-unicode
SilentInstall silent
RequestExecutionLevel user
Name "program"
OutFile "{out}"
Section
{lines}
SectionEnd
"""
_PYTHON = """\
FileOpen $0 "C:\\calls.txt" a
FileSeek $0 0 END
FileWriteUTF16LE $0 "$CMDLINE$\\n"
FileClose $0
SetErrorLevel {exit_code}
"""
_EXCEL = """\
FileOpen $0 "$APPDATA\\Microsoft\\Excel\\XLSTART\\nianbao.xlam" a
FileOpen $1 "C:\\excel-is-open" w
FileClose $1
again:
Sleep 50
IfFileExists "C:\\excel-is-open" again
FileClose $0
"""


@dataclass(frozen=True)
class Windows:
    """One user's Windows; `disk` is its drive C."""

    disk: Path

    @property
    def local(self) -> Path:
        return self.home / "AppData" / "Local"

    @property
    def startup(self) -> Path:
        return self.home / "AppData" / "Roaming" / "Microsoft" / "Excel" / "XLSTART"

    @property
    def menu(self) -> Path:
        return self.home / "AppData" / "Roaming" / "Microsoft" / "Windows" / "Start Menu" / "Programs"

    @property
    def home(self) -> Path:
        [home] = [path for path in (self.disk / "users").iterdir() if path.name != "Public"]
        return home

    def run(self, program: Path, *arguments: str) -> int:
        """Run a program to its end and return its exit code. What it prints goes nowhere: a pipe would be inherited by
        Wine's services, and end only with them."""
        command = ["wine", str(program), *arguments]
        nowhere = subprocess.DEVNULL
        done = subprocess.run(command, env=self.environment, stdout=nowhere, stderr=nowhere, timeout=120, check=False)
        return done.returncode

    def uninstall(self, folder: Path) -> None:
        """Run the uninstaller in a folder to the end of the copy in which it goes on, so that it can remove itself."""
        assert self.run(folder / "uninstall.exe", "/S") == 0
        deadline = time.monotonic() + 60
        here = os.fsencode(self.disk.parent)
        while any(b"\\Un.exe" in command and here in environment for command, environment in _processes()):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    @contextlib.contextmanager
    def excel(self, program: Path) -> Iterator[None]:
        """Have an Excel open that holds its add-in."""
        sign = self.disk / "excel-is-open"
        with subprocess.Popen(["wine", str(program)], env=self.environment) as process:
            try:
                while not sign.exists():
                    assert process.poll() is None
                    time.sleep(0.02)
                yield
            finally:
                sign.unlink(missing_ok=True)
                process.wait(30)

    def files(self) -> dict[str, bytes]:
        """Every file of the user and every empty folder, as /-separated names, but for temporary ones."""
        found = {}
        for path in sorted(self.home.rglob("*")):
            name = path.relative_to(self.home).as_posix()
            if name.startswith(("Temp", "AppData/Local/Temp")):
                continue
            if path.is_file():
                found[name] = path.read_bytes()
            elif not any(path.iterdir()):
                found[f"{name}/"] = b""
        return found

    def registry(self) -> dict[str, list[str]]:
        """What the user's part of the registry holds: key -> values, without Wine's own."""
        target = self.disk / "registry.txt"
        assert self.run(Path("reg"), "export", r"HKCU\Software", r"C:\registry.txt", "/y") == 0
        found = {}
        for block in target.read_text("utf-16").split("\n\n"):
            key, *values = block.strip().splitlines() or [""]
            name = key.removeprefix("[HKEY_CURRENT_USER\\").removesuffix("]")
            if values and not name.startswith("Software\\Wine"):
                found[name] = values
        return found

    def calls(self) -> list[str]:
        """How Python was called since this was last asked: what stands after the program."""
        notes = self.disk / "calls.txt"
        lines = notes.read_text("utf-16-le").splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return [line.split('" ', 1)[1] for line in lines]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ, "WINEPREFIX": str(self.disk.parent), "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8", "DISPLAY": "",
            "WINEDLLOVERRIDES": "mscoree,mshtml=;winemenubuilder.exe=d",
        }  # fmt: skip


@contextlib.contextmanager
def windows() -> Iterator[Windows]:
    """A fresh Windows, and nothing left of it: it takes 700 MB and seven seconds."""
    folder = Path(tempfile.mkdtemp(prefix="nianbao-wine-"))
    found = Windows(folder / "drive_c")
    try:
        subprocess.run(["wineserver", "-p"], env=found.environment, check=True, timeout=60)  # to stay between programs
        assert found.run(Path("wineboot"), "--init") == 0
        yield found
    finally:
        for option in ("-k", "-w"):
            subprocess.run(["wineserver", option], env=found.environment, check=False, timeout=60)
        shutil.rmtree(folder)


def _processes() -> Iterator[tuple[bytes, bytes]]:
    """Yield the command line and the environment of each process of this system."""
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # one that has ended meanwhile, or is another user's
            yield (path / "cmdline").read_bytes(), (path / "environ").read_bytes()


def python(out: Path, exit_code: int = 0) -> Path:
    """Make a Python that notes how it was called."""
    return _program(out, _PYTHON.format(exit_code=exit_code))


def excel(out: Path) -> Path:
    """Make an Excel that opens its add-in and holds it as long as C:\\excel-is-open is there."""
    return _program(out, _EXCEL)


def _program(out: Path, lines: str) -> Path:
    source = out.with_suffix(".nsi")
    source.write_text(_PROGRAM.format(out=out, lines=lines), "utf-8")
    subprocess.run(["makensis", "-V1", "-INPUTCHARSET", "UTF8", str(source)], check=True)
    return out
