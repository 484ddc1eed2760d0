"""The buttons of a nianbao that pip installed: laid where Excel and LibreOffice look for them, and taken back again.

    for sentence in install():
        print(sentence)

Only what belongs to this user is touched, so nothing needs an administrator.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .. import assets
from . import extension, laid, registry
from .parts import excel_parts, interpreter_beside, libreoffice_parts
from .places import Places, places_of


def install() -> list[str]:
    """Lay down the buttons for the office programs of this computer and return what was done, a sentence each.

    Doing it again brings everything up to date. An add-in that is in use, a file of somebody else's in the way and an
    extension that LibreOffice refuses are a `NianbaoError`; whatever came before such a failure stays.
    """
    places, python = _here(), interpreter_beside(Path(sys.executable))
    return [*_for_excel(places, python), *_for_libreoffice(places, python)]


def uninstall() -> list[str]:
    """Take back what `install` laid down, and nothing else; return what was done, a sentence each."""
    taken, kept = laid.take_back(_here().record)
    registry.forget()
    said = [f"已删除“{path}”。" for path in taken]
    said += [f"“{path}”装好后被改动过，予以保留；不再需要的，请自行删除。" for path in kept]
    unopkg = extension.find_unopkg()
    if unopkg and extension.remove(unopkg, assets.EXTENSION):
        said.append("LibreOffice 的按钮已卸载。")
    return said or ["没有找到 nianbao install 装过的按钮，没有改动任何文件。"]


def installed() -> bool:
    """Whether `install` has laid something down for this user."""
    return _here().record.is_file()


def _here() -> Places:
    return places_of(sys.platform, Path.home(), os.environ)


def _for_excel(places: Places, python: Path) -> list[str]:
    if places.startup is None:
        return []
    if places.office is not None and not places.office.is_dir():
        return ["没有找到 Excel，它的按钮没有装；以后装了 Excel，请再运行一次 nianbao install。"]
    laid.lay(places.record, excel_parts(places, python, assets.ADDIN))
    registry.remember(python)
    return ["Excel 的按钮已装好，重新打开 Excel 后可用。"]


def _for_libreoffice(places: Places, python: Path) -> list[str]:
    unopkg = extension.find_unopkg()
    if unopkg is None:
        return ["没有找到 LibreOffice，它的按钮没有装；以后装了 LibreOffice，请再运行一次 nianbao install。"]
    laid.lay(places.record, libreoffice_parts(places, python))
    extension.add(unopkg, assets.EXTENSION)
    return ["LibreOffice 的按钮已装好，重新打开 LibreOffice 后可用。"]
