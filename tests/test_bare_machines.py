"""The two commands of the README on a machine that has git and Python only: the oldest Debian that is promised, and the
newest. Part of the long run."""

from __future__ import annotations

import pytest

import bare_machine

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("bare")]  # one at a time
HOURS = 3600


@pytest.mark.parametrize(
    ("suite", "python", "office"),
    [("bookworm", "Python 3.11", "LibreOffice 7.4"), ("trixie", "Python 3.13", "LibreOffice 25.2")],
)
def test_the_demo_and_the_tests_pass_on_a_bare_machine(suite: str, python: str, office: str) -> None:
    if lack := bare_machine.lacking():
        pytest.skip(f"NO BARE MACHINE WAS TRIED: {lack}")
    with bare_machine.made(suite) as machine:
        assert machine.run("python3 --version", 60).stdout.startswith(python)
        demo = machine.run("scripts/demo", 1 * HOURS)
        assert demo.returncode == 0, demo.stdout[-5000:]
        assert list((machine.clone / "build/demo").glob("*.docx"))
        tests = machine.run("CI=true scripts/test", 4 * HOURS)
        print(tests.stdout[-20000:])
        assert tests.returncode == 0, tests.stdout[-20000:]
        assert machine.run("soffice --version", 60).stdout.startswith(office)
