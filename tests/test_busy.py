"""One button at a time for a workbook, however the one before ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nianbao import busy
from nianbao.busy import working_on
from nianbao.errors import CallError

HOLD = """
import sys
from nianbao.busy import working_on
with working_on("a"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def holder() -> subprocess.Popen[str]:
    """Another process at work on "a"."""
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def test_a_click_waits_for_one_that_is_just_ending() -> None:
    with holder() as other:
        ending = threading.Timer(0.2, other.kill)
        ending.start()
        with working_on("a"):
            assert other.wait() != 0
    with working_on("a"):
        pass


def test_a_second_click_on_the_same_workbook_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "WAIT_SECONDS", 0.2)
    with holder() as other:
        with pytest.raises(CallError, match="还在运行") as raised, working_on("a"):
            pass
        other.kill()
    assert raised.value.code == "busy"


def test_another_workbook_is_free_meanwhile() -> None:
    with holder() as other:
        with working_on("b"):
            pass
        other.kill()


def test_a_process_that_was_killed_leaves_nothing_held() -> None:
    with holder() as other:
        other.kill()
    with working_on("a"):
        pass


def test_the_lock_goes_with_the_block_even_when_that_fails() -> None:
    with pytest.raises(ZeroDivisionError), working_on("a"):
        raise ZeroDivisionError
    with working_on("a"):
        pass
