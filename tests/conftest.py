"""What all tests share."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Iterator

import hypothesis
import pytest

from office import Office, running

# The same examples on every machine and at every run, so that a failure can be repeated; slowness is no failure.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run what takes long")


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """A LibreOffice that runs as long as the tests; see `office`."""
    with tempfile.TemporaryDirectory(prefix="nianbao-office-", ignore_cleanup_errors=True) as profile:
        with running(Path(profile)) as found:
            yield found


@pytest.fixture(scope="session", autouse=True)
def temporary_folder() -> Iterator[Path]:
    """A temporary folder beside the folders of the tests, not around them: what is opened out of one is not written to.

    It is that of every process the tests start.
    """
    outside = tempfile.gettempdir()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="nianbao-tmp-") as folder:
        Path(folder).chmod(0o1777)
        patch.setenv("PYTEST_DEBUG_TEMPROOT", outside)
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", None)
        yield Path(folder)
