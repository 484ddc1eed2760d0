"""A LibreOffice of our own: started with a profile and a pipe that nobody else has, and ended for certain."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from ... import soffice
from ...errors import InputError

START_SECONDS = 60.0  # a first start on a slow disk
END_SECONDS = 10.0


@dataclass(frozen=True)
class Process:
    """A started LibreOffice, which may still be on its way to listening on its pipe."""

    pipe: str
    profile: Path
    headless: bool
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def end(self) -> None:
        """Wait for it to end in order, and see to it that nothing of it is left."""
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        self.kill()

    def kill(self) -> None:
        """End the starter and the office, which form one group, and remove their profile."""
        atexit.unregister(self.kill)
        soffice.end(self.process)
        shutil.rmtree(self.profile, ignore_errors=True)


def launch(headless: bool) -> Process:
    """Start LibreOffice; without windows when `headless`, and then it ends with this Python at the latest."""
    program = soffice.find()
    if program is None:
        raise InputError("no-office", "没有找到 LibreOffice，请安装软件包 libreoffice-calc 后重试。")
    if not headless and not _has_display():
        raise InputError("no-display", "本机没有图形界面，不能打开 LibreOffice 的窗口，请改用 xw.App(visible=False)。")
    profile = Path(tempfile.mkdtemp(prefix="nianbao-office-"))
    pipe = f"nianbao-{uuid.uuid4().hex[:12]}"
    process = soffice.launch(
        program, profile, f"--accept=pipe,name={pipe};urp;", "--nodefault", *(["--headless"] if headless else [])
    )
    started = Process(pipe, profile, headless, process)
    if headless:
        atexit.register(started.kill)
    return started


def _has_display() -> bool:
    """Whether windows can be shown on this computer."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
