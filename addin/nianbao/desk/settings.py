"""What an installation fixes for everybody who works with it: rule packs and Word templates.

One file `settings.toml` in the machine's configuration folder, one in the user's; both hold, the machine's first.

    packs = ["省.toml", "市.toml", "本单位.toml"]   # laid over the national rules, in this order
    [templates]
    gov-2021 = "本单位.docx"                        # the Word template of a form

Paths are taken from the folder of the file they stand in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping

from .. import files
from ..errors import InputError
from ..form import form_ids

FILE = "settings.toml"
_KEYS = ("packs", "templates")


@dataclass(frozen=True)
class Settings:
    """Rule packs in the order they are laid over the national rules, form id -> Word template, and the files read."""

    packs: tuple[Path, ...] = ()
    templates: Mapping[str, Path] = field(default_factory=dict)
    files: tuple[Path, ...] = ()


def places() -> tuple[Path, ...]:
    """Return where a settings file may lie: the machine's configuration folder, then the user's."""
    from platformdirs import PlatformDirs

    folders = PlatformDirs("nianbao", appauthor=False)
    return folders.site_config_path / FILE, folders.user_config_path / FILE


def load() -> Settings:
    """Return what the machine's and the user's settings file fix together; for a template the user's word is later.

    A file that is not understood is an `InputError` (`bad-settings`): what an office fixed is never left out silently.
    """
    packs: list[Path] = []
    templates: dict[str, Path] = {}
    found = tuple(path for path in places() if path.is_file())
    for path in found:
        data = _read(path)
        packs += [path.parent / name for name in data.get("packs", ())]
        templates |= {form: path.parent / name for form, name in data.get("templates", {}).items()}
    return Settings(tuple(dict.fromkeys(packs)), templates, found)


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        data = tomllib.loads(files.read_bytes(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refused(path, f"不是有效的 TOML 文件（{error}）") from error
    for key in data:
        if key not in _KEYS:
            raise _refused(path, f"有不认识的项“{key}”，可以写的有{'、'.join(_KEYS)}")
    packs, templates = data.get("packs", []), data.get("templates", {})
    if not isinstance(packs, list) or not all(isinstance(name, str) for name in packs):
        raise _refused(path, "的 packs 应为规则文件名的列表，例如 [\"省.toml\"]")
    if not isinstance(templates, dict) or not all(isinstance(name, str) for name in templates.values()):
        raise _refused(path, "的 templates 应为“格式 = 模板文件名”")
    for form in templates:
        if form not in form_ids():
            raise _refused(path, f"的 templates 中没有编号为“{form}”的报告格式，可用的有{'、'.join(form_ids())}")
    for name in (*packs, *templates.values()):
        if not (path.parent / name).is_file():
            raise _refused(path, f"指定的文件“{name}”不在它所在的文件夹中")
    return data


def _refused(path: Path, reason: str) -> InputError:
    return InputError("bad-settings", f"设置文件“{path}”{reason}，请由管理员更正后重试。")
