"""What works on this machine and what is missing."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Iterator

from . import __version__, assets, form, soffice
from .errors import InputError

_NEEDED = ("openpyxl", "python-calamine", "python-docx", "lxml", "typer", "rich")
_USEFUL = {"pandas": "汇总多个单位的报告", "xlwings": "在 Excel 中使用按钮", "keyring": "保存发信密码"}


def examine() -> tuple[list[str], bool]:
    """Return lines for a person, and whether workbook, check and Word report can be used."""
    lines = [f"nianbao {__version__}，Python {platform.python_version()}，{platform.system()}"]
    usable = True
    for name in _NEEDED:
        found = _version(name)
        usable &= found is not None
        lines.append(f"✓ {name} {found}" if found else f"✗ 缺少 {name}，请运行 pip install {name}")
    for name, use in _USEFUL.items():
        found = _version(name)
        lines.append(f"✓ {name} {found}" if found else f"— 没有 {name}，不能{use}")
    for form_id in form.form_ids():
        for path in (assets.WORKBOOK / f"{form_id}.xlsx", assets.TEMPLATES / f"{form_id}.docx"):
            usable &= path.is_file()
            lines.append(f"✓ {path.name}" if path.is_file() else f"✗ 缺少 {path}，请重新安装")
    from .pdf import can_use_word

    program = "LibreOffice" if soffice.find() else "Word" if can_use_word() else ""
    missing = "— 没有找到 LibreOffice 或 Word，不能生成 PDF，其他功能不受影响"
    lines.append(f"✓ {program}，可以生成 PDF" if program else missing)
    return [*lines, *_buttons()], usable


def _buttons() -> Iterator[str]:
    """Say whether the buttons are laid down, and whether those in LibreOffice can reach this Python."""
    from .install import installed

    yield "✓ 按钮已装好" if installed() else "— 没有装按钮，要在 Excel 或 LibreOffice 中使用的，请运行 nianbao install"
    if soffice.find():
        from .hosts.libreoffice.bridge import uno

        try:
            uno()
            yield "✓ LibreOffice 的桥（uno），可以使用 LibreOffice 的按钮"
        except InputError as error:
            yield f"— {error.message}"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
