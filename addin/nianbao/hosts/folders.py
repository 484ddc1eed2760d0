"""Where files that are made from an open workbook may be written, and what to say when that is not beside it.

A workbook may have been opened from a server (OneDrive, SharePoint), out of a mail or an archive, or from a folder that
nobody may write to: what is written there is not found again, or not written at all.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CallError

if TYPE_CHECKING:
    import xlwings as xw

# Folders in which mail programs and browsers open what was not saved, as parts of a path in small letters.
_HIDDEN = frozenset({
    "inetcache", "temporary internet files", "content.outlook", "content.mso", "com.microsoft.outlook",
})  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A folder that files may be written to. `workbook` is the open workbook's own file, None where it lies on a
    server; `remark` is one sentence that names the folder and why it is another than the workbook's, else ""."""

    folder: Path
    workbook: Path | None = None
    remark: str = ""


def target(book: xw.Book) -> Target:
    """Return where what is made from an open workbook is to be written: beside it, else among the user's documents.

    A workbook that was never saved is a `CallError`.
    """
    address = _address(book)
    if "://" in address:
        return _elsewhere(None, "工作簿是从网上（如 OneDrive、SharePoint）打开的")
    path = Path(address)
    if not path.is_absolute() or not path.parent.is_dir():
        raise CallError("unsaved", "工作簿还没有保存到本机的文件夹，请先保存，再点这个按钮。")
    if _passing(path.parent):
        return _elsewhere(path, "工作簿是从邮件或临时文件夹中打开的")
    if not _writable(path.parent):
        return _elsewhere(path, "工作簿所在的文件夹不能写入")
    return Target(path.parent, path)


def documents() -> Path:
    """Return the user's documents folder, wherever it was moved to and however it is called; without one, the home."""
    from platformdirs import user_documents_path

    folder = user_documents_path()
    return folder if folder.is_dir() else Path.home()


def _elsewhere(workbook: Path | None, reason: str) -> Target:
    folder = documents()
    return Target(folder, workbook, f"{reason}，文件放在了“{folder}”。")


def _address(book: xw.Book) -> str:
    """Return where the program itself says the workbook is.

    `Book.fullname` of xlwings takes an address of a server through the sheet xlwings.conf of that very workbook, or
    raises: a workbook of somebody else's would choose where we write.
    """
    if book.app.engine.name != "excel":
        return str(book.fullname)
    if sys.platform == "darwin":
        from appscript import k

        return str(book.api.properties().get(k.full_name))
    return str(book.api.FullName)


def _passing(folder: Path) -> bool:
    """Whether a folder is one that gets emptied, and that no clerk looks into."""
    real = Path(os.path.realpath(folder))
    return not _HIDDEN.isdisjoint(part.lower() for part in real.parts) or real.is_relative_to(
        os.path.realpath(tempfile.gettempdir())
    )


def _writable(folder: Path) -> bool:
    """Whether a file can be made in a folder; only trying tells, on Windows and on a network drive."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
