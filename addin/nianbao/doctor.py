"""What works on this machine and what is missing."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Iterator

from . import __version__, assets, form, soffice
from .desk import settings
from .desk.terms import terms
from .errors import InputError, NianbaoError

_NEEDED = ("openpyxl", "python-calamine", "python-docx", "lxml", "platformdirs")
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
    fixed, sound = _settings()
    return [*lines, *fixed, *_buttons()], usable and sound


def _settings() -> tuple[list[str], bool]:
    """Say which rules hold here, and whether what the installation fixes can be used."""
    try:
        fixed, held = settings.load(), terms()
    except NianbaoError as error:
        return [f"✗ {error.message}"], False
    lines = [f"✓ 设置文件 {path}" for path in fixed.files]
    if not fixed.files:
        lines.append(f"— 没有设置文件，需要统一规则或模板的可由管理员写在 {settings.places()[0]}")
    lines += [f"✓ 规则文件 {path}" for path in fixed.packs]
    lines += [f"✓ {form} 的 Word 模板 {path}" for form, path in fixed.templates.items()]
    return [*lines, f"✓ 规则版本 {held.catalogue.version}"], True


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
