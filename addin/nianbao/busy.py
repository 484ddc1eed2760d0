"""One button at a time for a workbook: a lock that the system itself gives back when its holder ends."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from typing import Iterator

from .errors import CallError
from .log import state_folder


@contextlib.contextmanager
def working_on(name: str) -> Iterator[None]:
    """Hold the lock of what this name stands for; a `CallError` where another process of this user holds it."""
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    with open(folder / f"{digest}.lock", "ab") as stream:
        try:
            _lock(stream.fileno())
        except OSError as error:
            raise CallError("busy", "上一次点的按钮还在运行，请等它完成后再点。") from error
        yield


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
