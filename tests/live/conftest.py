"""One desktop for all live tests, and a stand-in for the Python that the buttons start."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Callable, Iterator

import pytest

from live.desktop import Desktop, running
from live.standin import Standin

_OUTSIDE = tempfile.gettempdir()  # around the folder that passes for the temporary one in the tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker run all tests of a desktop."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("desktop"))


@pytest.fixture(scope="session")
def public_folder() -> Iterator[Callable[[], Path]]:
    """Makes folders that any user may enter, which pytest's are not."""
    with contextlib.ExitStack() as stack:

        def make() -> Path:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nianbao-live-", dir=_OUTSIDE)))
            folder.chmod(0o755)
            return folder

        yield make


@pytest.fixture(scope="session")
def one_desktop(public_folder: Callable[[], Path]) -> Iterator[Desktop]:
    with running(public_folder()) as found:
        yield found


@pytest.fixture
def desktop(one_desktop: Desktop) -> Iterator[Desktop]:
    """A desktop on which nothing is open."""
    yield one_desktop
    one_desktop.close_all()


@pytest.fixture
def standin(desktop: Desktop, tmp_path: Path) -> Standin:
    """The program that the buttons of the desktop start."""
    found = Standin.make(tmp_path / "python")
    desktop.interpret_with(found.program)
    return found
