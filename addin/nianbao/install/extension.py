"""The buttons in LibreOffice: its own `unopkg` adds and removes an extension for one user."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from .. import files
from .. import soffice as offices
from ..errors import InputError

TIMEOUT = 180  # seconds; the first call after an update of LibreOffice rebuilds the user's profile

_DESCRIPTION = "{http://openoffice.org/extensions/description/2006}"


def find_unopkg() -> Path | None:
    """Return the `unopkg` of the LibreOffice on this computer; None where there is none."""
    soffice = offices.find()
    return unopkg_beside(Path(soffice)) if soffice else None


def unopkg_beside(soffice: Path) -> Path | None:
    """Return the `unopkg` beside a program of LibreOffice, or beside what its link points to. Windows has two: the one
    that ends in .com waits until it is done."""
    folders = (soffice.parent, soffice.resolve().parent)
    found = [folder / name for folder in folders for name in ("unopkg.com", "unopkg")]
    return next((path for path in found if path.is_file()), None)


def add(unopkg: Path, package: Path) -> None:
    """Add an extension, in place of an older one with its identifier."""
    files.read_bytes(package)
    if not _succeeds(unopkg, "add", "--force", "--suppress-license", str(package)):
        raise InputError(
            "no-extension",
            "LibreOffice 的按钮没有装上，其余已装好；请关闭 LibreOffice，不要用管理员（root）身份，再运行一次 nianbao install。",
        )


def remove(unopkg: Path, package: Path) -> bool:
    """Remove the extension that this package holds; return whether there was one."""
    identifier = identifier_of(package)
    if not _succeeds(unopkg, "list", identifier):
        return False
    if not _succeeds(unopkg, "remove", identifier):
        raise InputError(
            "extension-kept", "LibreOffice 的按钮没有卸载，其余已卸载；请关闭 LibreOffice 后再运行一次 nianbao uninstall。"
        )
    return True


def identifier_of(package: Path) -> str:
    """Return the name by which LibreOffice knows the extension in a package."""
    description = ElementTree.fromstring(files.read_package(package)["description.xml"])
    return description.findall(f"{_DESCRIPTION}identifier")[0].attrib["value"]


def _succeeds(unopkg: Path, *arguments: str) -> bool:
    try:
        done = subprocess.run(
            [str(unopkg), *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise InputError("no-answer", f"LibreOffice 在 {TIMEOUT} 秒内没有回应，请关闭 LibreOffice 后重试。") from error
    return done.returncode == 0
