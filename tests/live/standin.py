"""A real program in the place of Python: it notes how it was started, and can be told to wait or to fail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import office

_PROGRAM = """#!{python}
import json, os, sys, time
folder = {folder!r}
note = os.path.join(folder, f"{{time.time_ns()}}.json")
with open(note + ".part", "w", encoding="utf-8") as stream:
    json.dump({{"arguments": sys.argv[1:], "environment": dict(os.environ), "session": os.getsid(0)}}, stream)
os.rename(note + ".part", note)
while os.path.exists(os.path.join(folder, "wait")):
    time.sleep(0.02)
try:
    with open(os.path.join(folder, "fail"), encoding="utf-8") as stream:
        sys.exit(stream.read())
except FileNotFoundError:
    pass
"""


@dataclass(frozen=True)
class Standin:
    """The program and what is known of its starts."""

    program: Path

    @classmethod
    def make(cls, folder: Path) -> Standin:
        folder.mkdir()
        program = folder / "python"
        program.write_text(_PROGRAM.format(python=office.python(), folder=str(folder)), "utf-8")
        program.chmod(0o755)
        return cls(program)

    def starts(self) -> list[dict[str, Any]]:
        """How it was started, each time, oldest first."""
        return [json.loads(note.read_text("utf-8")) for note in sorted(self.program.parent.glob("*.json"))]

    def fail_with(self, words: str) -> None:
        """Let the next starts end with an error."""
        self.program.with_name("fail").write_text(words, "utf-8")

    def wait(self) -> None:
        """Let the next starts go on until `go_on`."""
        self.program.with_name("wait").touch()

    def go_on(self) -> None:
        self.program.with_name("wait").unlink()
