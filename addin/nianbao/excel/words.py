"""The words of a workbook file: the unit's particulars, narratives and sentences."""

from __future__ import annotations

from .. import form as forms
from ..form import Form
from ..report import meta_value, paragraphs, parse_date
from . import ids
from .blocks import Blocks, pairs
from .source import Place, Source, address, text_of


def read_meta(source: Source, form: Form, blocks: Blocks) -> tuple[dict[str, str], dict[str, Place], list[str]]:
    """Return the answers about the unit by meta id, their places, and the questions that are gone."""
    found: dict[str, str] = {}
    places: dict[str, Place] = {}
    for key, sheet, row, column in pairs(blocks, ids.META):
        if key not in form.meta:
            continue
        places[key] = (sheet, address(row, column))
        text = text_of(source.at(sheet, row, column))
        day = parse_date(text) if form.meta[key].kind == "date" else None
        if text:
            found[key] = meta_value(form, key, day.isoformat() if day else text)
    lost = [f"{forms.meta_sheet()}：{question.label}" for key, question in form.meta.items() if key not in places]
    return found, places, lost


def read_texts(source: Source, form: Form, blocks: Blocks) -> tuple[dict[str, list[str]], dict[str, list[Place]]]:
    """Return the paragraphs of each text by its id, and the places of all its rows.

    The words of a statement are a text only where they are not the form's own.
    """
    found: dict[str, list[str]] = {}
    places: dict[str, list[Place]] = {}
    for name, known in ((ids.TEXT, {*form.texts, ids.PREAMBLE}), (ids.STATEMENTS, set(form.statements))):
        for key, sheet, row, column in pairs(blocks, name):
            if key not in known:
                continue
            places.setdefault(key, []).append((sheet, address(row, column)))
            value = source.at(sheet, row, column)
            if value is not None:
                found.setdefault(key, []).extend(paragraphs(key, str(value).split("\n")))
    own = {key: texts for key, texts in found.items() if texts}
    return {k: v for k, v in own.items() if k not in form.statements or v != [form.statements[k].text]}, places
