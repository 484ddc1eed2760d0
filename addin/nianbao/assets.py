"""Where the files beside the code live, in a checkout and in an installation alike."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name


WORKBOOK = _folder("workbook")
FORMS = WORKBOOK / "forms"
RULES = WORKBOOK / "rules"
SAMPLES = WORKBOOK / "samples"
TEMPLATES = _folder("docx_templates")
