"""Read a standardised workbook into a `Report`, finding every cell by its id and never by its position.

Totals are recomputed, never trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Mapping

from .. import form as forms
from ..errors import InputError
from ..form import Form
from ..report import UNIT, YEAR, Report, Structure, parse_year
from ..rule import SEVERITIES
from . import ids, results
from .answers import Region, read_answers, region_of
from .blocks import find
from .figures import read_figures, read_last, with_totals
from .source import Place, Source, open_file, text_of
from .words import read_meta, read_texts


@dataclass(frozen=True)
class Reading:
    """A workbook as read: its report, and where each cell, text and meta field stands in this very workbook.

    `sheets` maps the sheet names of the form to those of the workbook; `rows` lists the places of all paragraph rows
    of a text; `formulas` are the totals whose formula is there. `answers` and `results` say where the clerk's answers
    and the list of findings stand; None where that sheet is gone. `listed` are the fingerprints of the findings there,
    row by row, and `lists` its hidden lists.
    """

    form: Form
    pack: str
    report: Report
    places: Mapping[str, Place]
    sheets: Mapping[str, str]
    rows: Mapping[str, tuple[Place, ...]]
    formulas: frozenset[str]
    answers: Region | None
    results: results.Layout | None
    listed: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Book(Reading):
    """A workbook file as read, with the parts of its package and the part of each sheet."""

    path: Path
    parts: Mapping[str, bytes] = field(repr=False)
    sheet_parts: Mapping[str, str] = field(repr=False)


def read_book(path: Path, engine: str = "calamine") -> Book:
    """Return the workbook file of a form as a `Book`; a file that is none, or one of a newer form, is an `InputError`.

    `engine` is calamine or openpyxl; both give the same result.
    """
    file = open_file(Path(path), engine)
    reading = read_source(file.source)
    return Book(**vars(reading), path=Path(path), parts=file.parts, sheet_parts=file.sheet_parts)


def read_source(source: Source) -> Reading:
    """Return what a workbook of a form holds; one that is none, or one of a newer form, is an `InputError`."""
    if not source.sheets:
        raise _not_ours(source)
    form = _form(source)
    found = find(source, form)
    meta, meta_places, lost = read_meta(source, form, found.blocks)
    figures = read_figures(source, form, found.blocks)
    totals = with_totals(form, figures)
    texts, rows = read_texts(source, form, found.blocks)
    last, last_places, last_notes = read_last(source, form, found.blocks)
    region, layout = region_of(found.blocks), _results_layout(source)
    answers = read_answers(source, region, layout)
    if last is not None and answers.earlier:
        last = replace(last, explanations=answers.earlier)
    year = meta.get(YEAR)
    report = Report(
        form=form.id,
        unit=meta.get(UNIT, ""),
        year=parse_year(year),
        meta={k: v for k, v in meta.items() if k not in (UNIT, YEAR)} | figures.units,
        figures=totals.figures,
        texts=texts,
        explanations=answers.given,
        last=last,
        structure=Structure(
            file_name=source.name,
            labels=tuple(figures.labels),
            missing=(*found.missing, *lost, *figures.missing),
            added=tuple(figures.added),
            typed_totals=totals.typed,
            stale_totals=totals.stale,
        ),
        notes=(*found.notes, *last_notes, *answers.notes, *_year_note(year, meta_places)),
    )
    return Reading(
        form=form,
        pack=source.properties.get(ids.PROPERTY_RULES, ""),
        report=report,
        places=meta_places | figures.places | {key: where[0] for key, where in rows.items()} | last_places,
        sheets={s: found.renamed.get(s, s) for s in ids.expected_sheets(form).values()},
        rows={key: tuple(where) for key, where in rows.items()},
        formulas=frozenset(figures.formulas),
        answers=region,
        results=layout,
        listed=tuple(_column(source, layout, results.FINGERPRINT, whole=True)),
        lists={key: tuple(_column(source, layout, key)) for key in (*SEVERITIES, results.OTHER)},
    )


def _results_layout(source: Source) -> results.Layout | None:
    rows = source.rows(ids.RESULTS) if ids.RESULTS in source.sheets else []
    return results.layout_of(rows[results.ROW - 1]) if len(rows) >= results.ROW else None


def _column(source: Source, layout: results.Layout | None, key: str, whole: bool = False) -> list[str]:
    """Return the texts of a column of the list of findings; the blank ones too where it is the `whole` one."""
    if layout is None or key not in layout.columns:
        return []
    rows = range(results.ROW, len(source.rows(ids.RESULTS)))
    texts = [text_of(source.at(ids.RESULTS, row, layout.columns[key])) for row in rows]
    return texts if whole else [text for text in texts if text]


def _form(source: Source) -> Form:
    known = source.properties
    form_id, version = known.get(ids.PROPERTY_FORM, ""), known.get(ids.PROPERTY_VERSION, "")
    if not form_id:  # some programs drop document properties, and an open workbook does not tell them
        lines = (line for sheet in source.sheets for line in source.rows(sheet) if line and line[0] == ids.FORM)
        line = next(lines, [])
        if len(line) < 3:
            raise _not_ours(source)
        form_id, version = str(line[1]), str(line[2])
    form = forms.load(form_id)
    if _version(version) > _version(form.version):
        raise InputError(
            "newer-version", f"“{source.name}”由较新版本的程序生成（格式版本 {version}），请先升级本程序。")
    return form


def _not_ours(source: Source) -> InputError:
    return InputError(
        "not-a-workbook", f"“{source.name}”不是本工具的年度报告工作簿，请填写由“新建”（nianbao new）生成的工作簿。")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(p) for p in text.split(".") if p.isascii() and p.isdigit())


def _year_note(year: str | None, places: Mapping[str, Place]) -> list[str]:
    if year is None or parse_year(year) is not None:
        return []
    sheet, at = places[YEAR]
    return [f"“{sheet}”表 {at} 格的报告年度填的是“{year}”，应为四位数字，例如 2024，请改正。"]
