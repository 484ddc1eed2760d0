"""Microsoft's own validator, the Open XML SDK, over many files; `scripts/test` fetches it."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterable

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "ooxml-validator" / "ooxml-validator"
PROFILES = ("Office2010", "Office2019", "Microsoft365")


def at_hand() -> None:
    """Skip the test that needs the validator where it is missing, loudly; fail where CI=true."""
    if PROGRAM.is_file():
        return
    message = ("NO WORKBOOK AND NO REPORT WAS CHECKED AS EXCEL AND WORD READ IT: "
               "the Open XML SDK validator is missing; scripts/test fetches it from npm")
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def complaints(files: Iterable[Path], profile: str) -> list[str]:
    """Return what the validator says against files, one line each. It takes one file a call, so two run at a time."""
    at_hand()
    with ThreadPoolExecutor(2) as pool:
        return [line for lines in pool.map(lambda path: _of(path, profile), files) for line in lines]


def _of(path: Path, profile: str) -> list[str]:
    quick = {**os.environ, "DOTNET_TieredPGO": "0"}  # no collecting of hints for a second run that never comes
    done = subprocess.run(
        [PROGRAM, path, profile], capture_output=True, text=True, encoding="utf-8", check=True, env=quick)
    found = json.loads(done.stdout)
    lines = [f"{path.name} {e['path']} {e['xPath']}: {e['id']} {e['description']}" for e in found["errors"]]
    return lines if found["ok"] == (not lines) else [f"{path.name}: not understood: {done.stdout}"]
