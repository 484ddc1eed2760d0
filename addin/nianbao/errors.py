"""The errors a user can cause, and nothing else: any other exception is a defect of the program.

    NianbaoError
      InputError        a file or a value that cannot be used
        LockedError     the file is open elsewhere, or protected by a password
      CallError         the command was called in a way that cannot work
      RefusedError      the report still has open errors

Each carries a `code` for programs and one Chinese sentence for the clerk: what is there, and what to do.
"""

from __future__ import annotations

from typing import Sequence


class NianbaoError(Exception):
    """An expected failure. `str()` is the sentence for the clerk, `exit_code` what the command line returns."""

    exit_code = 2

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class InputError(NianbaoError):
    """A file or a value that cannot be used as it is."""


class LockedError(InputError):
    """A file that is open in another program, protected by a password or not writable."""


class CallError(NianbaoError):
    """A call that cannot work, whatever the files hold."""


class RefusedError(NianbaoError):
    """The report was not written because findings that block it are open; `findings` are those."""

    exit_code = 1

    def __init__(self, code: str, message: str, findings: Sequence[object] = ()) -> None:
        super().__init__(code, message)
        self.findings = tuple(findings)
