"""What a person never sees: the trace of a defect, in a file that is named to them."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from . import __version__


def record(error: BaseException) -> Path:
    """Write the trace of a defect to a new file, and return its path."""
    text = f"nianbao {__version__} · Python {platform.python_version()} · {platform.platform()}\n\n"
    text += "".join(traceback.format_exception(error))
    name = f"nianbao-{datetime.now():%Y%m%d-%H%M%S-%f}.log"
    for folder in (state_folder(), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
            return folder / name
        except OSError:
            continue
    return Path(name)


def state_folder() -> Path:
    """Return the user's folder for what a program leaves behind; it need not exist."""
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "nianbao"
