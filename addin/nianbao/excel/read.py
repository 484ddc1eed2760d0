"""Read a standardised workbook into a `Report`, finding every cell by its id and never by its position.

Totals are recomputed, never trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping

from .. import form as forms
from ..errors import InputError
from ..form import Form
from ..report import UNIT, YEAR, Report, Structure, parse_year
from . import ids, package
from .blocks import find
from .figures import read_figures, read_last, with_totals
from .source import Place, Source, open_source
from .words import read_explanations, read_meta, read_texts


@dataclass(frozen=True)
class Book:
    """A workbook as read: its report, and where each cell, text and meta field stands in this very file.

    `sheets` maps the sheet names of the form to those of the file; `rows` lists the places of all paragraph rows of
    a text; `formulas` are the totals whose formula is there; `parts` is the package itself.
    """

    path: Path
    form: Form
    pack: str
    report: Report
    places: Mapping[str, Place]
    sheets: Mapping[str, str]
    rows: Mapping[str, tuple[Place, ...]]
    formulas: frozenset[str]
    parts: Mapping[str, bytes] = field(repr=False)
    sheet_parts: Mapping[str, str] = field(repr=False)


def read_book(path: Path, engine: str = "calamine") -> Book:
    """Return a workbook of a form as a `Book`; a file that is none, or one of a newer form, is an `InputError`.

    `engine` is calamine or openpyxl; both give the same result.
    """
    source = open_source(Path(path), engine)
    if not source.sheet_parts:
        raise _not_ours(source)
    known = package.properties(source.parts)
    form = _form(source, known)
    found = find(source, form)
    meta, meta_places, lost = read_meta(source, form, found.blocks)
    figures = read_figures(source, form, found.blocks)
    totals = with_totals(form, figures)
    texts, rows = read_texts(source, form, found.blocks)
    last, last_places, last_notes = read_last(source, form, found.blocks)
    year = meta.get(YEAR)
    report = Report(
        form=form.id,
        unit=meta.get(UNIT, ""),
        year=parse_year(year),
        meta={k: v for k, v in meta.items() if k not in (UNIT, YEAR)} | figures.units,
        figures=totals.figures,
        texts=texts,
        explanations=read_explanations(source, found.blocks),
        last=last,
        structure=Structure(
            file_name=source.path.name,
            labels=tuple(figures.labels),
            missing=(*found.missing, *lost, *figures.missing),
            added=tuple(figures.added),
            typed_totals=totals.typed,
            stale_totals=totals.stale,
        ),
        notes=(*found.notes, *last_notes, *_year_note(year, meta_places)),
    )
    return Book(
        path=source.path,
        form=form,
        pack=known.get(ids.PROPERTY_RULES, ""),
        report=report,
        places=meta_places | figures.places | {key: where[0] for key, where in rows.items()} | last_places,
        sheets={s: found.renamed.get(s, s) for s in ids.expected_sheets(form).values()},
        rows={key: tuple(where) for key, where in rows.items()},
        formulas=frozenset(figures.formulas),
        parts=source.parts,
        sheet_parts=source.sheet_parts,
    )


def _form(source: Source, known: Mapping[str, str]) -> Form:
    form_id, version = known.get(ids.PROPERTY_FORM, ""), known.get(ids.PROPERTY_VERSION, "")
    if not form_id:  # some programs drop document properties
        lines = (line for sheet in source.sheet_parts for line in source.rows(sheet) if line and line[0] == ids.FORM)
        line = next(lines, [])
        if len(line) < 3:
            raise _not_ours(source)
        form_id, version = str(line[1]), str(line[2])
    form = forms.load(form_id)
    if _version(version) > _version(form.version):
        raise InputError(
            "newer-version", f"“{source.path.name}”由较新版本的程序生成（格式版本 {version}），请先升级本程序。")
    return form


def _not_ours(source: Source) -> InputError:
    return InputError(
        "not-a-workbook", f"“{source.path.name}”不是本工具的年度报告工作簿，请用 nianbao new 生成的工作簿填写。")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(p) for p in text.split(".") if p.isascii() and p.isdigit())


def _year_note(year: str | None, places: Mapping[str, Place]) -> list[str]:
    if year is None or parse_year(year) is not None:
        return []
    sheet, at = places[YEAR]
    return [f"“{sheet}”表 {at} 格的报告年度填的是“{year}”，应为四位数字，例如 2024，请改正。"]
