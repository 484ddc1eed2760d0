"""A whole file: the report it shows, and whether it still shows what was written into it."""

from __future__ import annotations

from dataclasses import replace
from typing import Mapping, Sequence

from .. import carried, prose
from .. import report as reports
from ..errors import InputError
from ..form import Form, Section
from ..report import Figure, Report, Structure
from . import figures as cells
from . import texts as parts
from .items import Item, TextGrid
from .labels import indexes, squeezed
from .match import read_tables, recognise
from .reading import Reading
from .story import Story, tell, unit_year


def interpret(items: Sequence[Item], file_name: str) -> Report:
    """Return the report a file shows; one in which no form is recognised is an `InputError`."""
    grids, paragraphs = _sorted(items)
    form = recognise(grids, paragraphs)
    if form is None:
        raise InputError("not-a-report", f"“{file_name}”里没有找到年度报告的统计表，请核对是否选对了文件。")
    story = tell(paragraphs, form)
    unit, year = unit_year(story.title, (form.title_words,))
    readings = read_tables(grids, form)
    figures, meta = cells.figures(form, readings)
    texts: dict[str, list[str]] = {"preamble": story.preamble} if story.preamble else {}
    for section in form.sections:
        found, values, own = _section(form, section, story.sections.get(section.id, []), readings, {})
        figures |= found
        meta = values | meta
        texts |= own
    day = reports.parse_date(story.date)
    if day:
        meta["meta.sign_date"] = day.isoformat()
    return Report(
        form=form.id,
        unit=unit or story.signature,
        year=year,
        meta=meta,
        figures=reports.complete(form, figures),
        texts=texts,
        structure=_structure(story, readings, form, file_name),
        notes=tuple(
            f"“{i.heading}”的表格在文件中不止一份，数字也不相同，已按第一份读取，请核对。"
            for i in indexes(form.id)
            if i.table.id in readings and readings[i.table.id].again
        ),
    )


def _sorted(items: Sequence[Item]) -> tuple[list[TextGrid], list[str]]:
    return [i for i in items if not isinstance(i, str)], [i for i in items if isinstance(i, str)]


def _section(
    form: Form, section: Section, body: Sequence[str], readings: Mapping[str, Reading], own: Mapping[str, list[str]]
) -> tuple[dict[str, Figure], dict[str, str], dict[str, list[str]]]:
    """Return figures, meta data and texts that the paragraphs of a section hold. A figure of a table that was read
    is not taken from a sentence."""
    found, rest = parts.stated(form, section, body, own)
    found = {c: v for c, v in found.items() if form.cells[c].table not in readings}
    meta: dict[str, str] = {}
    if section.table:
        lines, rest = parts.beside_table(form.table(section.table), rest)
        for name, text in lines.items():
            day = reports.parse_date(text) if name.endswith("_date") else None
            meta[f"meta.{name}"] = day.isoformat() if day else text
        meta = {k: v for k, v in meta.items() if k not in (reports.UNIT, reports.YEAR)}
    return found, meta, parts.split(section, rest)


def _structure(story: Story, readings: Mapping[str, Reading], form: Form, file_name: str) -> Structure:
    headings = {i.table.id: i.heading for i in indexes(form.id)}

    def each(name: str) -> list[str]:
        return [f"{headings[t]}：{found}" for t, r in readings.items() for found in getattr(r, name)]

    return Structure(
        file_name=file_name,
        title=squeezed(story.title),
        signature=story.signature,
        headings=tuple(story.headings),
        labels=tuple((headings[t], *pair) for t, r in readings.items() for pair in r.labels),
        missing=(*(headings[t] for t in headings if t not in readings), *each("missing")),
        added=tuple(each("added")),
        reordered=tuple(each("reordered")),
    )


def printed(text: str, values: Mapping[str, str], form: Form, main: str = "") -> carried.Printed:
    """Return the digests of a file being written: `text` holds its paragraphs, a line each, `values` its figures as
    printed by cell id, `main` is the digest of its main part if it has one."""
    story = tell(prose.clean(text).split("\n"), form)
    return carried.Printed(
        main,
        {t.id: carried.digest(map(prose.clean, cells.table_texts(t, values))) for t in form.tables},
        _text_digests(story, form),
        {"title": squeezed(story.title), "signature": story.signature, "headings": story.headings},
    )


def _text_digests(story: Story, form: Form) -> dict[str, str]:
    shown = {"preamble": story.preamble} | {s.id: story.sections.get(s.id, []) for s in form.sections if not s.table}
    return {k: carried.digest(v) for k, v in shown.items()}


def reconcile(report: Report, written: carried.Printed, items: Sequence[Item], file_name: str) -> Report:
    """Return a carried report as its file shows it now: where a table or a text was changed by hand after writing,
    the file's own content wins and `notes` says so."""
    form = report.definition
    grids, paragraphs = _sorted(items)
    story = tell(paragraphs, form)
    readings = read_tables(grids, form)
    notes: list[str] = []
    figures, meta, texts = dict(report.figures), dict(report.meta), dict(report.texts)
    for index in indexes(form.id):
        reading = readings.get(index.table.id)
        if reading is None:
            notes.append(f"文件中已没有“{index.heading}”的表格，该表数字取自文件随附的数据，请核对。")
        elif carried.digest(cells.cells_shown(reading)) != written.tables.get(index.table.id):
            changed = cells.edited(report, reading, figures, meta)
            if changed:
                notes.append(
                    f"“{index.heading}”的表格在生成后被修改过 {len(changed)} 处：{'；'.join(changed[:10])}"
                    f"{'等' if len(changed) > 10 else ''}，已按表中的数字读取，请与工作簿核对。"
                )
    now = _text_digests(story, form)
    for part_id, old in written.texts.items():
        if now.get(part_id, old) == old:
            continue
        if part_id == "preamble":
            texts = {k: v for k, v in texts.items() if k != part_id} | {part_id: story.preamble}
            notes.append("引言在生成后被修改过，已按文件中的文字读取。")
            continue
        section = form.section(part_id)
        if part_id not in story.sections:
            notes.append(f"文件中找不到标题“{section.heading}”，该部分文字取自文件随附的数据，请核对。")
            continue
        # A table whose sentence was changed keeps its own figures, whether it is still there or not.
        kept = {t.id: Reading(t) for t in form.tables}
        found, _, own = _section(form, section, story.sections[part_id], kept, report.texts)
        figures |= found
        old_ids = (part_id, *(t.id for t in section.texts))
        texts = {k: v for k, v in texts.items() if k not in old_ids} | own
        notes.append(f"“{section.heading}”的文字在生成后被修改过，已按文件中的文字读取。")
    shape = _structure(story, readings, form, file_name)
    return replace(
        report, figures=figures, meta=meta, texts=texts, structure=shape, notes=(*report.notes, *notes)
    )
