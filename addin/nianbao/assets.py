"""Where the files beside the code live, in a checkout and in an installation alike."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str, above: Path = _PACKAGE.parents[1]) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else above / name


WORKBOOK = _folder("workbook")
FORMS = WORKBOOK / "forms"
RULES = WORKBOOK / "rules"
WORDS = WORKBOOK / "words"
SAMPLES = WORKBOOK / "samples"
TEMPLATES = _folder("docx_templates")
OFFICE = _folder("office", _PACKAGE.parent)
BUTTONS = OFFICE / "buttons.toml"
ADDIN = OFFICE / "nianbao.xlam"
EXTENSION = _folder("libreoffice", _PACKAGE.parent) / "nianbao.oxt"
