"""Where the files made from an open workbook go: beside it, or among the user's documents, and never where it says."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import xlwings as xw
from xlwings import utils

from nianbao.errors import CallError
from nianbao.hosts import folders

ADDRESSES = [
    "https://d.docs.live.net/0123456789abcdef/年报/2025 年报.xlsx",
    "https://qinghe-my.sharepoint.cn/personal/li_qinghe_gov_cn/Documents/年报.xlsx",
    "https://qinghe.sharepoint.com/sites/zwgk/Shared Documents/年报.xlsx",
    "http://oa.qinghe.gov.cn/files/年报.xlsx",
]


class ExcelBook:
    """A workbook in Excel with a full name, as xlwings hands it out on Windows: the sheet xlwings.conf in it names a
    folder, and xlwings' own resolver goes by it."""

    def __init__(self, full_name: str, conf: Path) -> None:
        self.app = SimpleNamespace(engine=SimpleNamespace(name="excel"))
        self.api = SimpleNamespace(FullName=full_name)
        self._conf = conf

    @property
    def sheets(self) -> Any:
        settings = {f"{kind}_{system}": str(self._conf) for system in ("WIN", "MAC") for kind in (
            "ONEDRIVE_CONSUMER", "ONEDRIVE_COMMERCIAL", "SHAREPOINT")}  # fmt: skip
        cells = SimpleNamespace(options=lambda *_, **__: SimpleNamespace(value=settings))
        return {"xlwings.conf": {"A1:B1": cells}}

    @property
    def fullname(self) -> str:
        """As in `xlwings._xlwindows.Book.fullname`."""
        settings = utils.read_config_sheet(self)
        return str(utils.fullname_url_to_local_path(
            self.api.FullName, settings.get("ONEDRIVE_CONSUMER_MAC"), settings.get("ONEDRIVE_COMMERCIAL_MAC"),
            settings.get("SHAREPOINT_MAC"),
        ))  # fmt: skip


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The documents of a user whose desktop speaks Chinese, and who moved them."""
    home, config = tmp_path / "家", tmp_path / "家" / ".config"
    config.mkdir(parents=True)
    (config / "user-dirs.dirs").write_text('XDG_DOCUMENTS_DIR="$HOME/文档"\n', "utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    monkeypatch.delenv("XDG_DOCUMENTS_DIR", raising=False)
    (home / "文档").mkdir()
    return home / "文档"


def excel(full_name: str, conf: Path = Path("/nowhere")) -> xw.Book:
    return cast(xw.Book, ExcelBook(full_name, conf))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_workbook_on_a_server_is_written_for_among_the_documents(documents: Path, address: str) -> None:
    found = folders.target(excel(address))
    assert (found.folder, found.workbook) == (documents, None)
    assert "OneDrive" in found.remark and str(documents) in found.remark


def test_a_sheet_in_the_workbook_does_not_choose_the_folder(documents: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    (theirs / "年报").mkdir(parents=True)
    (theirs / "年报" / "2025 年报.xlsx").write_bytes(b"")
    book = excel(ADDRESSES[0], theirs)
    assert book.fullname == str(theirs / "年报" / "2025 年报.xlsx")  # so xlwings would
    assert folders.target(book).folder == documents


@pytest.mark.parametrize("inside", [
    "INetCache/Content.Outlook/ABC123", "AppData/Local/Microsoft/Windows/Temporary Internet Files/OLK1",
    "Library/Containers/com.microsoft.Outlook/Data/tmp",
])  # fmt: skip
def test_a_workbook_opened_from_a_mail_is_written_for_among_the_documents(
    documents: Path, tmp_path: Path, inside: str
) -> None:
    folder = tmp_path / inside
    folder.mkdir(parents=True)
    found = folders.target(excel(str(folder / "年报.xlsx")))
    assert (found.folder, found.workbook) == (documents, folder / "年报.xlsx")
    assert "邮件" in found.remark


def test_so_is_one_in_the_temporary_folder(documents: Path, temporary_folder: Path) -> None:
    (temporary_folder / "7zO1").mkdir()
    assert folders.target(excel(str(temporary_folder / "7zO1" / "年报.xlsx"))).folder == documents


def test_and_one_in_a_folder_that_cannot_be_written_to(documents: Path) -> None:
    closed = Path("/proc/self")  # to root, too
    found = folders.target(excel(str(closed / "年报.xlsx")))
    assert found.folder == documents
    assert "不能写入" in found.remark


def test_in_an_ordinary_folder_files_lie_beside_the_workbook(documents: Path, tmp_path: Path) -> None:
    assert folders.target(excel(str(tmp_path / "年报.xlsx"))) == folders.Target(tmp_path, tmp_path / "年报.xlsx")
    assert list(tmp_path.glob("*.xlsx")) == []


def test_a_folder_that_only_sounds_like_a_temporary_one_is_an_ordinary_one(documents: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Temp 年报"
    folder.mkdir()
    assert folders.target(excel(str(folder / "年报.xlsx"))).folder == folder


def test_a_workbook_never_saved_has_no_folder() -> None:
    with pytest.raises(CallError, match="请先保存"):
        folders.target(excel("工作簿1"))


def test_without_documents_there_is_the_home(documents: Path) -> None:
    documents.rmdir()
    assert folders.documents() == Path(os.environ["HOME"])
