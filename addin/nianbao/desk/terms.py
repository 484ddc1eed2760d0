"""What a report is checked and printed by, decided once and alike for every door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Mapping, Sequence

from .. import verbs
from ..checks.catalogue import Catalogue, load, overlay
from ..report import Report
from . import settings


@dataclass(frozen=True)
class Terms:
    """The rules in force, the day of the check, the report of the year before where the report itself does not bring
    one, and the Word templates: `template` for whatever form, else those of `templates` by form id."""

    catalogue: Catalogue
    today: date
    last: Report | None = None
    template: Path | None = None
    templates: Mapping[str, Path] = field(default_factory=dict)

    def template_for(self, form: str) -> Path | None:
        """Return the office's own template for a form; None where the one of the house is used."""
        return self.template or self.templates.get(form)


def terms(
    packs: Sequence[Path] = (), last: Path | None = None, template: Path | None = None, today: date | None = None
) -> Terms:
    """Return the terms of a call: what the installation fixes, and on top what the user names.

    Packs are laid over the national rules in order, the installation's first. Whatever cannot be used is an
    `InputError`.
    """
    fixed = settings.load()
    catalogue = load()
    for pack in dict.fromkeys((*fixed.packs, *packs)):
        catalogue = overlay(catalogue, pack)
    earlier = verbs.read(last) if last else None
    return Terms(catalogue, today or date.today(), earlier, template, fixed.templates)
