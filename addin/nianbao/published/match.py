"""Which form a file shows, and which of its tables."""

from __future__ import annotations

from typing import Sequence

from .. import form as forms
from ..form import Form
from .items import TextGrid
from .labels import Index, indexes, is_value, key
from .reading import Reading
from .story import is_numbered, title_of, unit_year, words_of
from .tables import read_table

_ENOUGH = 3  # labels of a table that tell it from any other


def tables_of(grids: Sequence[TextGrid], form: Form) -> dict[str, list[TextGrid]]:
    """Return table id -> the grids that show it, in order."""
    found: dict[str, list[TextGrid]] = {}
    for grid in grids:
        keys = _keys(grid)
        score, table_id = max(
            ((_score(keys, i), i.table.id) for i in indexes(form.id)), key=lambda x: x[0], default=(0, "")
        )
        if score >= _ENOUGH:
            found.setdefault(table_id, []).append(grid)
    return found


def read_tables(grids: Sequence[TextGrid], form: Form) -> dict[str, Reading]:
    """Return table id -> what was found of it, for the tables of the form that are there."""
    shown = tables_of(grids, form)
    return {i.table.id: read_table(shown[i.table.id], i) for i in indexes(form.id) if i.table.id in shown}


def _keys(grid: TextGrid) -> set[tuple[str, str]]:
    return {key(spot.text) for row in grid for spot in row if not is_value(spot.text)}


def _score(keys: set[tuple[str, str]], index: Index) -> int:
    return len({index.everything[k] for k in keys if k in index.everything})


def recognise(grids: Sequence[TextGrid], paragraphs: Sequence[str]) -> Form | None:
    """Return the form a file shows best: by the labels of its tables, then by its headings and title, among equals
    the one for the year, then the newest. A form whose tables stand in the text itself is not known without them."""
    title = title_of(paragraphs)
    year = unit_year(title)[1]
    keys = [_keys(grid) for grid in grids]
    headings = {key(text)[1] for text in paragraphs if is_numbered(text)}
    ranked = []
    for form_id in forms.form_ids():
        form = forms.load(form_id)
        score = sum(max((_score(k, i) for i in indexes(form_id)), default=0) for k in keys)
        exact = sum(max((len(k & i.official) for i in indexes(form_id)), default=0) for k in keys)
        tables = score if score >= _ENOUGH else 0
        told = sum(any(key(h)[1] in headings for h in (s.heading, *s.variants)) for s in form.sections)
        named = len(words_of(title, (form.title_words,)))
        fits = year is not None and form.fits(year)
        ranked.append((tables, exact if tables else 0, told, named, fits, form.since, form))
    tables, _, told, *_, form = max(ranked, key=lambda x: x[:6])
    by_text = told * 2 > len(form.sections) and all(s.annex for s in form.sections if s.table)
    return form if tables or by_text else None
