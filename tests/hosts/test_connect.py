"""Connecting to a LibreOffice that does not answer at once, or drops the connections it has accepted."""

from __future__ import annotations

import contextlib
import socket
import threading
import uuid
from pathlib import Path
from typing import Iterator

import pytest

from nianbao.errors import InputError
from nianbao.hosts.libreoffice.bridge import connect


@contextlib.contextmanager
def moody(pipe: str, refusals: int) -> Iterator[tuple[str, list[str]]]:
    """The name of a pipe that drops its first connections and then leads to another one, and what was done to each."""
    [there] = Path("/tmp").glob(f"OSL_PIPE_*{pipe}")
    name = f"nianbao-{uuid.uuid4().hex[:12]}"
    done: list[str] = []
    ends: list[socket.socket] = []
    with socket.socket(socket.AF_UNIX) as listener:
        here = there.with_name(there.name.replace(pipe, name))
        listener.bind(str(here))
        listener.listen()

        def serve() -> None:
            with contextlib.suppress(OSError):  # the listener was closed
                while True:
                    caller, _ = listener.accept()
                    if len(done) < refusals:
                        done.append("dropped")
                        caller.close()
                        continue
                    done.append("led on")
                    office = socket.socket(socket.AF_UNIX)
                    office.connect(str(there))
                    ends.extend((caller, office))
                    for source, target in ((caller, office), (office, caller)):
                        threading.Thread(target=pump, args=(source, target), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield name, done
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for end in ends:
                with contextlib.suppress(OSError):  # the other side has closed it
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            here.unlink()


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)


def test_a_connection_that_is_dropped_is_made_again(pipe: str) -> None:
    with moody(pipe, refusals=3) as (name, done):
        context = connect(name, 60)
        assert context.ServiceManager.getImplementationName()
        assert done == ["dropped"] * 3 + ["led on"]


def test_one_that_only_drops_connections_is_told_as_silent(pipe: str) -> None:
    with moody(pipe, refusals=10**9) as (name, done), pytest.raises(InputError, match="没有应答") as raised:
        connect(name, 0.3)
    assert (raised.value.code, len(done) > 1) == ("office-silent", True)


def test_where_nobody_listens_it_is_told_as_silent() -> None:
    with pytest.raises(InputError, match="没有应答"):
        connect("nianbao-nobody-listens", 0.1)
