"""One button at a time for a workbook: a lock that the system itself gives back when its holder ends."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from typing import Iterator

from .errors import CallError
from .log import state_folder

WAIT_SECONDS = 3.0  # for one that is just ending, of which the clerk has already seen the effect
_PLACES = 2**31 - 1  # in one file, of which each name locks a byte


@contextlib.contextmanager
def working_on(name: str) -> Iterator[None]:
    """Hold the lock of what this name stands for; a `CallError` where another process of this user keeps holding it."""
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    with open(folder / "busy.lock", "ab") as stream:
        _wait_for(stream.fileno(), int.from_bytes(digest[:4], "big") % _PLACES)
        yield


def _wait_for(file: int, place: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return _lock(file, place)
        except OSError as error:
            if time.monotonic() > deadline:
                raise CallError("busy", "上一次点的按钮还在运行，请等它完成后再点。") from error
        time.sleep(0.05)


def _lock(file: int, place: int) -> None:
    """Lock one byte of a file, which need not be that long, until the file is closed."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file, place, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
