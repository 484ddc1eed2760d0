"""Read somebody's published report: find its form, tables and texts by what they say, never by position.

A file is given as a list of items in reading order: a paragraph is a string, a table a list of rows of `Spot`.
`word.read` and `read_html` make such lists; everything else here knows neither Word nor HTML.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping, Sequence

from . import carried, files, layout, prose
from . import form as forms
from . import report as reports
from .errors import InputError
from .form import Block, Cell, Form, Node, Section, Table, Text
from .report import Figure, Report, Structure

DATA_ELEMENT = "nianbao"  # id of the script element in which a web page carries its data


@dataclass(eq=False, repr=False)
class Spot:
    """A cell of a table as found. `ref` is the reader's own handle on it."""

    text: str
    columns: int = 1
    rows: int = 1
    ref: Any = None


TextGrid = list[list[Spot]]
Item = str | TextGrid

# ---------------------------------------------------------------- labels

_DROP = re.compile(r"[\s\u200b-\u200f\u3000\ufeff]+")
_QUOTES = str.maketrans({c: '"' for c in "“”„‟＂「」『』«»'‘’"})
_NUMERAL = re.compile(r"\(?([一二三四五六七八九十]{1,3}|\d{1,2})(?:\)|、|[.．])*(?=\D)")
_BRACKET = re.compile(r"\([^()]*\)$")
_CHINESE = {c: i for i, c in enumerate("一二三四五六七八九十", 1)}


@lru_cache(maxsize=4096)
def key(text: str) -> tuple[str, str]:
    """Return (item number, words) of a label, equal for the ways of writing it that mean the same: width of
    characters, space and line ends, quotation marks, and the form of the number (一、 1. （一） or none of the dots).
    """
    plain = _DROP.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTES)
    match = _NUMERAL.match(plain)
    if not match or (match[0] == match[1] and not match[1].isdigit()):
        return "", plain
    number = match[1] if match[1].isdigit() else str(_chinese_number(match[1]))
    return number, plain[match.end() :]


def _chinese_number(text: str) -> int:
    if text == "十":
        return 10
    head, _, tail = text.rpartition("十")
    tens = (_CHINESE.get(head, 1) * 10) if "十" in text else 0
    return tens + (_CHINESE.get(tail, 0) if tail else 0)


@dataclass(eq=False, repr=False)
class _Leaf:
    """A row or column of numbers: its node, its block, and the labels over or before it."""

    node: Node
    block: Block
    above: tuple[str, ...]


class _Labels:
    """Looks up leaves of one direction by label, known variants included."""

    def __init__(self, leaves: Iterable[_Leaf], variants: Mapping[str, str]) -> None:
        self.exact: dict[tuple[str, str], list[_Leaf]] = {}
        self.words: dict[str, list[_Leaf]] = {}
        for leaf in leaves:
            if leaf.node.label:
                self.exact.setdefault(key(leaf.node.label), []).append(leaf)
                self.words.setdefault(key(leaf.node.label)[1], []).append(leaf)
        for found, official in variants.items():
            if key(official) in self.exact:
                self.exact.setdefault(key(found), self.exact[key(official)])
            if key(official)[1] in self.words:
                self.words.setdefault(key(found)[1], self.words[key(official)[1]])

    def find(self, text: str) -> list[_Leaf]:
        """Return the leaves with this label, or with these words under another number."""
        number, words = key(text)
        if not words:
            return []
        return self.exact.get((number, words)) or self.words.get(words) or self.words.get(_BRACKET.sub("", words)) or []

    def near(self, text: str, used: set[int]) -> list[_Leaf]:
        """Return the leaf not used yet whose label is almost this text."""
        words = key(text)[1]
        if len(words) < 4:
            return []
        best = max(
            ((SequenceMatcher(None, words, known).ratio(), i) for i, known in enumerate(self.words)), default=(0.0, 0)
        )
        leaves = list(self.words.values())[best[1]] if best[0] >= 0.8 else []
        return [leaf for leaf in leaves if id(leaf) not in used]


@dataclass(eq=False, repr=False)
class Index:
    """What the labels of one table look like once normalised."""

    table: Table
    heading: str
    rows: _Labels
    columns: _Labels
    heads: frozenset[tuple[str, str]]  # column labels and corners
    groups: frozenset[tuple[str, str]]  # row labels without numbers of their own
    titles: Mapping[tuple[str, str], Block]
    everything: Mapping[tuple[str, str], tuple[str, str]]  # any label, variants included -> official label

    def leaves(self, block: Block, rows: bool) -> list[_Leaf]:
        labels = self.rows if rows else self.columns
        found = {id(leaf): leaf for leaves in labels.exact.values() for leaf in leaves if leaf.block is block}
        order = [leaf.id for leaf in (block.leaf_rows if rows else block.leaf_columns)]
        return sorted(found.values(), key=lambda leaf: order.index(leaf.node.id))


def _paths(nodes: Sequence[Node], block: Block, above: tuple[str, ...] = ()) -> Iterator[_Leaf]:
    for node in nodes:
        if node.children:
            yield from _paths(node.children, block, (*above, node.label))
        else:
            yield _Leaf(node, block, above)


@cache
def indexes(form_id: str) -> tuple[Index, ...]:
    form = forms.load(form_id)
    return tuple(_index(form, table) for table in form.tables)


def index_of(form: Form, table_id: str) -> Index:
    """Return the normalised labels of a table."""
    return next(i for i in indexes(form.id) if i.table.id == table_id)


def _index(form: Form, table: Table) -> Index:
    grid = layout.grid(table)
    section = next(s for s in form.sections if s.table == table.id)
    known = {key(label.text): key(label.text) for label in grid.labels if label.text}
    everything = dict(known)
    for found, official in form.variants.items():
        if key(official) in known:
            everything.setdefault(key(found), key(official))
    heads = {k for k, v in everything.items() for x in grid.labels if x.role != layout.STUB and key(x.text) == v}
    groups = {
        key(label.text) for label in grid.labels if label.role == layout.STUB and label.node and label.node.children
    }
    return Index(
        table,
        section.heading,
        _Labels((leaf for b in table.blocks for leaf in _paths(b.rows, b)), form.variants),
        _Labels((leaf for b in table.blocks for leaf in _paths(b.columns, b)), form.variants),
        frozenset(heads),
        frozenset(groups),
        {key(b.title): b for b in table.blocks if b.title},
        everything,
    )


# ---------------------------------------------------------------- one table


@dataclass(eq=False, repr=False)
class Reading:
    """A table as found: its spots by cell id, labels (found, official) that differ, rows and columns by label."""

    table: Table
    cells: dict[str, Spot] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)  # cell id -> the column label found over it
    labels: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class _Column:
    leaf: _Leaf | None
    start: int
    end: int
    label: str


@dataclass(eq=False, repr=False)
class _Place:
    spot: Spot
    start: int
    end: int
    here: bool  # whether the spot begins in this row


def _expand(grid: TextGrid) -> list[list[_Place]]:
    """Return for each row the spots that cover it, left to right."""
    lines: list[list[_Place]] = []
    hanging: list[tuple[int, _Place]] = []  # rows still to cover, place
    for row in grid:
        taken = {c: p for _, p in hanging for c in range(p.start, p.end)}
        line = [_Place(p.spot, p.start, p.end, False) for _, p in hanging]
        hanging = [(n - 1, p) for n, p in hanging if n > 1]
        column = 0
        for spot in row:
            while column in taken:
                column += 1
            place = _Place(spot, column, column + max(spot.columns, 1), True)
            column = place.end
            line.append(place)
            if spot.rows > 1:
                hanging.append((spot.rows - 1, place))
        lines.append(sorted(line, key=lambda p: p.start))
    return lines


_NUMBERLIKE = re.compile(r"[\d０-９,，.．+＋\-－−—–/／\s%％件项元万亿]*|无|不适用|[Nn]/?[Aa]")


@lru_cache(maxsize=4096)
def _is_value(text: str) -> bool:
    """Whether a text stands where a number should: a number, a dash, a word for none, or nothing."""
    return _NUMBERLIKE.fullmatch(text.strip()) is not None


def read_table(grids: Sequence[TextGrid], index: Index) -> Reading:
    """Find the cells of a table of the form in the grids that show it (two where a page break split it in two)."""
    reading = Reading(index.table)
    used_rows: set[int] = set()
    columns: list[_Column] | None = None  # None: no heads met yet
    heads: list[list[_Place]] = []
    block: Block | None = None
    fresh = False  # whether `heads` holds rows not yet looked at
    seen_columns: set[int] = set()

    for grid in grids:
        lines = _expand(grid)
        bodies = _headless_bodies(lines, index) if not index.table.stub else []
        for number, line in enumerate(lines):
            if all(not p.spot.text.strip() for p in line) and number not in bodies:
                continue
            title = next((index.titles[key(p.spot.text)] for p in line if key(p.spot.text) in index.titles), None)
            if title is not None:
                block, heads, columns, fresh = title, [], None, False
                continue
            label, leaves = _row_label(line, index, block)
            own_heads = sum(key(p.spot.text) in index.heads for p in line if p.here and p.spot.text.strip())
            if number not in bodies and own_heads and (own_heads > 1 or not leaves):
                heads = [*heads, line] if fresh else [line]
                fresh = True
                continue
            if not leaves and index.table.stub:
                label, leaves = _nearly(line, index, used_rows)
            if not index.table.stub:
                if number not in bodies:
                    if fresh and heads:
                        reading.added.append(_name(line))
                    continue
                leaf = index_rows(index)[0]
                start = 0
            elif label is None or not leaves:
                stray = [p for p in line if p.here and not _is_value(p.spot.text)]
                values = [p for p in line if p.here and p.spot.text.strip() and _is_value(p.spot.text)]
                if stray and values and columns:
                    reading.added.append(_name(line))
                elif stray and heads and fresh:
                    heads.append(line)
                continue
            else:
                leaf = _best(leaves, [p.spot.text for p in line if p.end <= label.start], used_rows)
                used_rows.add(id(leaf))
                start = label.end
                _differs(reading, label.spot.text, leaf.node.label)
            if fresh:
                block = leaf.block
                columns = _columns(heads, index, block, reading)
                seen_columns |= {id(c.leaf) for c in columns if c.leaf}
                fresh = False
            elif block is None or (leaf.block is not block and not index.titles):
                block = leaf.block
            _take(reading, leaf, columns, line, start, index)
    _groups(reading, grids, index)
    for part in index.table.blocks:
        for leaf in index.leaves(part, rows=True):
            if id(leaf) not in used_rows:
                reading.missing.append("".join((*leaf.above[1:], leaf.node.label)))
        ids = (index.table.cell_id(r.id, c.id) for r in part.leaf_rows for c in part.leaf_columns)
        present = any(cell_id in reading.cells for cell_id in ids)
        for leaf in index.leaves(part, rows=False):
            if present and id(leaf) not in seen_columns and seen_columns:
                reading.missing.append("".join((*leaf.above[1:], leaf.node.label)))
    return reading


def index_rows(index: Index) -> list[_Leaf]:
    """Return the rows of a table that has no row labels."""
    return [leaf for block in index.table.blocks for leaf in _paths(block.rows, block)]


def _headless_bodies(lines: list[list[_Place]], index: Index) -> list[int]:
    """Return the row that holds the numbers of a table without row labels: the first one below its heads that has
    any number, or the first one at all."""
    heads = [n for n, line in enumerate(lines) if any(key(p.spot.text) in index.heads for p in line if p.here)]
    last = max(heads, default=-1)
    below = range(last + 1, len(lines))
    filled = [n for n in below if any(p.spot.text.strip() for p in lines[n] if p.here)]
    return filled[:1] or list(below)[:1]


def _row_label(line: list[_Place], index: Index, block: Block | None) -> tuple[_Place | None, list[_Leaf]]:
    """Return the last spot of a row that names a row of the form, and the rows it may be."""
    for place in reversed(line):
        if place.here and not _is_value(place.spot.text) and key(place.spot.text) not in index.groups:
            leaves = index.rows.find(place.spot.text)
            if leaves:
                return place, [x for x in leaves if block is None or x.block is block] or leaves
    return None, []


def _nearly(line: list[_Place], index: Index, used: set[int]) -> tuple[_Place | None, list[_Leaf]]:
    """Return the last spot of a row that almost names a row of the form not found yet, and that row."""
    for place in reversed(line):
        if place.here and not _is_value(place.spot.text) and key(place.spot.text) not in index.groups:
            leaves = index.rows.near(place.spot.text, used)
            if leaves:
                return place, leaves
    return None, []


def _best(leaves: list[_Leaf], context: list[str], used: set[int]) -> _Leaf:
    """Return the leaf whose labels above it are most present in the context; the first unused one among equals."""
    there = {key(text)[1] for text in context}
    return max(leaves, key=lambda x: (id(x) not in used, sum(key(a)[1] in there for a in x.above)))


def _columns(heads: list[list[_Place]], index: Index, block: Block, reading: Reading) -> list[_Column]:
    """Return the number columns under these head rows, those that are none of the form's with `leaf` None."""
    used: set[int] = set()
    found: list[_Column] = []
    for place in heads[-1]:
        covering = [next((p for p in line if p.start <= place.start < p.end), None) for line in heads]
        texts = list(dict.fromkeys(p.spot.text for p in covering if p and p.spot.text.strip()))
        candidates: list[_Leaf] = []
        label = ""
        for label in (*reversed(texts), "".join(texts)):
            candidates = [x for x in index.columns.find(label) if x.block is block and id(x) not in used]
            if candidates:
                break
        if not candidates and texts and found:
            label = texts[-1]
            candidates = [x for x in index.columns.near(label, used) if x.block is block]
        if candidates:
            leaf = _best(candidates, texts, used)
            used.add(id(leaf))
            _differs(reading, label, leaf.node.label)
            found.append(_Column(leaf, place.start, place.end, label))
        elif found:
            found.append(_Column(None, place.start, place.end, texts[-1] if texts else ""))
    while found and found[-1].leaf is None and not found[-1].label:
        found.pop()
    reading.added += [c.label for c in found if c.leaf is None and c.label]
    return found


def _take(
    reading: Reading, row: _Leaf, columns: list[_Column] | None, line: list[_Place], start: int, index: Index
) -> None:
    """Assign the spots of a row to its cells: one by one where there are as many as columns, else by place. A table
    without any heads has its columns in the form's order if it has as many."""
    after = [p for p in line if p.start >= start]
    known = columns
    if known is None:
        leaves = index.leaves(row.block, rows=False)
        known = [_Column(x, 0, 0, "") for x in leaves] if len(leaves) == len(after) else []
    for number, column in enumerate(known):
        if column.leaf is None:
            continue
        if len(after) == len(known):
            spots = [after[number].spot]
        else:
            spots = [p.spot for p in after if p.start < column.end and p.end > column.start]
        spot = next((s for s in spots if s.text.strip()), spots[0] if spots else None)
        if spot is not None:
            cell_id = index.table.cell_id(row.node.id, column.leaf.node.id)
            reading.cells[cell_id] = spot
            reading.heads[cell_id] = column.label


def _groups(reading: Reading, grids: Sequence[TextGrid], index: Index) -> None:
    """Report known variants of labels that stand over no number of their own."""
    for grid in grids:
        for line in grid:
            for spot in line:
                official = index.everything.get(key(spot.text))
                if official and official != key(spot.text):
                    label = next((x.text for x in layout.grid(index.table).labels if key(x.text) == official), "")
                    _differs(reading, spot.text, label)


def _differs(reading: Reading, found: str, official: str) -> None:
    pair = (_DROP.sub("", found), official)
    if key(found) != key(official) and pair not in reading.labels:
        reading.labels.append(pair)


def _name(line: list[_Place]) -> str:
    words = [p.spot.text for p in line if p.here and not _is_value(p.spot.text)]
    return _DROP.sub("", words[-1]) if words else "（无名行）"


# ---------------------------------------------------------------- which form, which tables


def tables_of(grids: Sequence[TextGrid], form: Form) -> dict[str, list[TextGrid]]:
    """Return table id -> the grids that show it, in order."""
    found: dict[str, list[TextGrid]] = {}
    for grid in grids:
        keys = _keys(grid)
        score, table_id = max(((_score(keys, i), i.table.id) for i in indexes(form.id)), key=lambda x: x[0])
        if score >= 3:
            found.setdefault(table_id, []).append(grid)
    return found


def read_tables(grids: Sequence[TextGrid], form: Form) -> dict[str, Reading]:
    """Return table id -> what was found of it, for the tables of the form that are there."""
    shown = tables_of(grids, form)
    return {i.table.id: read_table(shown[i.table.id], i) for i in indexes(form.id) if i.table.id in shown}


def _keys(grid: TextGrid) -> set[tuple[str, str]]:
    return {key(spot.text) for row in grid for spot in row if not _is_value(spot.text)}


def _score(keys: set[tuple[str, str]], index: Index) -> int:
    return len({index.everything[k] for k in keys if k in index.everything})


def recognise(grids: Sequence[TextGrid], year: int | None) -> Form | None:
    """Return the form whose labels the tables show best; among equals the one for the year, then the newest."""
    keys = [_keys(grid) for grid in grids]
    ranked = []
    for form_id in forms.form_ids():
        form = forms.load(form_id)
        score = sum(max((_score(k, i) for i in indexes(form_id)), default=0) for k in keys)
        exact = sum(max((len(k & set(i.everything.values())) for i in indexes(form_id)), default=0) for k in keys)
        ranked.append((score, exact, year is not None and form.fits(year), form.since, form))
    score, *_, form = max(ranked, key=lambda x: x[:4])
    return form if score >= 3 else None


# ---------------------------------------------------------------- figures

_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_SIGNED = re.compile(r"[+＋\-－−]\d+")


def figure(cell: Cell, text: str, head: str = "") -> tuple[Figure, str]:
    """Return the figure a text states and its unit, where the form leaves a choice; a text that is no plain number
    stays as found."""
    stripped = text.strip()
    if not stripped:
        return None, ""
    if _PLAIN.fullmatch(stripped) and stripped.isascii():
        named = next((u for u in cell.units if head.rstrip(")）").endswith(u) and head[-1] in ")）"), "")
        return int(stripped) if stripped.isdigit() else reports.number(Decimal(stripped)), named
    if cell.kind == forms.SIGNED and _SIGNED.fullmatch(stripped):
        digits = unicodedata.normalize("NFKC", stripped).replace("−", "-")
        return int(digits), ""
    for unit in cell.units:
        amount = stripped.removesuffix(unit).strip()
        if amount != stripped and _PLAIN.fullmatch(amount) and amount.isascii():
            return reports.number(Decimal(amount)), unit
    return stripped, ""


def _figures(form: Form, readings: Mapping[str, Reading]) -> tuple[dict[str, Figure], dict[str, str]]:
    figures: dict[str, Figure] = {cell_id: None for cell_id in form.cells}
    meta: dict[str, str] = {}
    for reading in readings.values():
        for cell_id, spot in reading.cells.items():
            cell = form.cells[cell_id]
            figures[cell_id], unit = figure(cell, spot.text, reading.heads.get(cell_id, ""))
            if unit:
                meta[cell.unit_key] = unit
    return figures, meta


# ---------------------------------------------------------------- running text


@dataclass(eq=False, repr=False)
class _Story:
    """The paragraphs of a report, put where they belong."""

    title: str
    headings: list[str]
    preamble: list[str]
    sections: dict[str, list[str]]
    signature: str
    date: str


_DATE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日|[一二][〇○零一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LONGEST_TITLE = 80


def _story(paragraphs: Iterable[str], form: Form) -> _Story:
    lines = [p.strip() for p in paragraphs if p.strip() and not p.strip().startswith(f"{prose.DRAFT}：")]
    parts: list[tuple[str, list[str]]] = [("", [])]
    for text in lines:
        if prose.level_of(text)[0] == 1 and prose.is_heading(text):
            parts.append((text, []))
        else:
            parts[-1][1].append(text)
    title, opening = _title(parts[0][1], form)
    signature, date = _sign_off(parts[-1][1]) if len(parts) > 1 else ("", "")
    sections: dict[str, list[str]] = {}
    current = ""
    for heading, body in parts[1:]:
        section = section_of(heading, form)
        if section is None or section.id in sections:
            body = [heading, *body]  # no part of the form: its text stays where it stands
        current = section.id if section else current or form.sections[0].id
        sections.setdefault(current, []).extend(body)
    return _Story(title, [h for h, _ in parts[1:]], opening, sections, signature, date)


def _title(opening: list[str], form: Form) -> tuple[str, list[str]]:
    """Return the title, which may run over several lines, and the paragraphs after it."""
    for number, text in enumerate(opening):
        if len(text) <= _LONGEST_TITLE and not re.search("[。；]", text) and _words(text, form):
            first = number
            while first and number - first < 3:
                before = opening[first - 1]
                whole = "".join(opening[first : number + 1])
                if len(before) > 40 or re.search("[。；：:，]", before) or _unit_year(whole, form)[0]:
                    break
                first -= 1
            return "".join(opening[first : number + 1]), opening[number + 1 :]
    return "", opening


def _words(text: str, form: Form) -> str:
    """Return the longest end of the statutory title words that a text holds; "" when it is no title."""
    plain = _DROP.sub("", text)
    words = form.title_words
    return next((words[i:] for i in range(len(words) - 3) if words[i:] in plain), "")


def _unit_year(title: str, form: Form) -> tuple[str, int | None]:
    """Return the unit and the year a title names."""
    plain = _DROP.sub("", title)
    words = _words(plain, form)
    years = list(_YEAR.finditer(plain))
    year = int(years[-1][0]) if years else None
    before = plain[: plain.index(words)] if words else plain
    if len(words) < len(form.title_words) and years and years[0].start() > 0:
        before = plain[: years[0].start()]  # the words before it are not the official ones
    unit = re.sub(r"[（(]?(?:19|20)\d\d年?度?[）)]?", "", before).removeprefix("关于").strip("　 《》")
    return unit, year


def _sign_off(body: list[str]) -> tuple[str, str]:
    """Take the signature and the date off the end of the last section; return them."""
    signature = date = ""
    for _ in range(2):
        if not body:
            break
        last = _DROP.sub("", body[-1])
        if not date and _DATE.fullmatch(last):
            date = last
        elif not signature and date and len(last) <= 40 and not re.search("[。；：，！？]", last):
            signature = last
        else:
            break
        body.pop()
    if not date and body:
        last = _DROP.sub("", body[-1])
        if 4 <= len(last) <= 40 and not re.search("[。；：，！？、]", last) and not prose.level_of(last)[0]:
            signature = body.pop().strip()
            date = ""
    return signature, date


def section_of(heading: str, form: Form) -> Section | None:
    """Return the section a heading stands for: by its words, by a known variant, or by words close to them."""
    words = key(heading)[1]
    known = [(key(label)[1], s) for s in form.sections for label in (s.heading, *s.variants)]
    for label, section in known:
        if label == words:
            return section
    near, section = max(((SequenceMatcher(None, label, words).ratio(), s) for label, s in known), key=lambda x: x[0])
    return section if near >= 0.75 else None


def _texts(section: Section, body: list[str]) -> dict[str, list[str]]:
    """Return text id -> paragraphs: split at sub-headings that are known, the rest under the section's own id."""
    if len(section.texts) == 1:
        return {section.texts[0].id: body} if body else {}
    found: dict[str, list[str]] = {}
    current = section.id
    for paragraph in body:
        text = _text_of(paragraph, section)
        if text and text.id not in found:
            current = text.id
            found[current] = []
            if prose.repeats(paragraph, text.heading) == "whole" or prose.is_heading(paragraph.rstrip("。")):
                continue
        found.setdefault(current, []).append(paragraph)
    return {k: v for k, v in found.items() if v}


def _text_of(paragraph: str, section: Section) -> Text | None:
    """Return the text whose sub-heading a paragraph is or begins with."""
    level, rest = prose.level_of(paragraph)
    if level != 2:
        return None
    head = re.split("[。：:；]", rest, maxsplit=1)[0]
    if not head or len(head) > 40:
        return None
    words = {t.id: key(t.heading)[1] for t in section.texts}
    for text in section.texts:
        if words[text.id] in head or head in words[text.id]:
            return text
    for text in section.texts:
        if text.aspect and text.aspect in head:
            return text
    near = max(section.texts, key=lambda t: SequenceMatcher(None, words[t.id], head).ratio())
    return near if SequenceMatcher(None, words[near.id], head).ratio() >= 0.7 else None


def _stated(form: Form, section: Section, body: list[str]) -> tuple[dict[str, Figure], list[str]]:
    """Return the figures of a section's fields where the body states them in the form's own sentences, and the body
    without the paragraphs that are such a sentence."""
    fields = {cell.id for cell in section.fields}
    found: dict[str, Figure] = {}
    rest = list(body)
    for statement in section.statements:
        pieces = re.split("【([^【】]+)】", statement.text)
        pattern = "".join(re.escape(p) if i % 2 == 0 else "([^，。；]*?)" for i, p in enumerate(pieces))
        for paragraph in body:
            plain = _DROP.sub("", paragraph)
            match = re.search(pattern, plain)
            if match:
                for name, text in zip(pieces[1::2], match.groups()):
                    cell_id = form.names.get(name, "")
                    if cell_id in fields and _PLAIN.fullmatch(text):
                        found[cell_id] = reports.number(Decimal(text))
            elif statement.zero in fields and statement.zero_text and statement.zero_text in plain:
                found[statement.zero] = 0
            if paragraph in rest and (match and match[0] == plain or plain == statement.zero_text):
                rest.remove(paragraph)
    return found, rest


def _structure(story: _Story, readings: Mapping[str, Reading], form: Form, file_name: str) -> Structure:
    headings = {i.table.id: i.heading for i in indexes(form.id)}
    return Structure(
        file_name=file_name,
        title=_DROP.sub("", story.title),
        signature=story.signature,
        headings=tuple(story.headings),
        labels=tuple((headings[t], *pair) for t, r in readings.items() for pair in r.labels),
        missing=(
            *(headings[t] for t in headings if t not in readings),
            *(f"{headings[t]}：{name}" for t, r in readings.items() for name in r.missing),
        ),
        added=tuple(f"{headings[t]}：{name}" for t, r in readings.items() for name in r.added),
    )


# ---------------------------------------------------------------- a whole file


def interpret(items: Sequence[Item], file_name: str) -> Report:
    """Return the report a file shows; one without any table of a known form is an `InputError`."""
    grids = [i for i in items if not isinstance(i, str)]
    paragraphs = [i for i in items if isinstance(i, str)]
    newest = forms.all_forms()[-1]
    form = recognise(grids, _unit_year(_story(paragraphs, newest).title, newest)[1])
    if form is None:
        raise InputError("not-a-report", f"“{file_name}”里没有找到年度报告的统计表，请核对是否选对了文件。")
    story = _story(paragraphs, form)
    unit, year = _unit_year(story.title, form)
    readings = read_tables(grids, form)
    figures, meta = _figures(form, readings)
    texts: dict[str, list[str]] = {"preamble": story.preamble} if story.preamble else {}
    for section in form.sections:
        body = story.sections.get(section.id, [])
        values, body = _stated(form, section, body)
        figures |= values
        texts |= _texts(section, body) if section.texts else ({section.id: body} if body else {})
    day = reports.parse_date(story.date)
    if day:
        meta["meta.sign_date"] = day.isoformat()
    return Report(
        form=form.id,
        unit=unit or story.signature,
        year=year,
        meta=meta,
        figures=figures,
        texts=texts,
        structure=_structure(story, readings, form, file_name),
    )


def printed(text: str, values: Mapping[str, str], form: Form, main: str = "") -> carried.Printed:
    """Return the digests of a file being written: `text` holds its paragraphs, a line each, `values` its figures as
    printed by cell id, `main` is the digest of its main part if it has one."""
    story = _story(prose.clean(text).split("\n"), form)
    return carried.Printed(
        main,
        {t.id: carried.digest(map(prose.clean, table_texts(t, values))) for t in form.tables},
        _text_digests(story, form),
        {"title": _DROP.sub("", story.title), "signature": story.signature, "headings": story.headings},
    )


def _text_digests(story: _Story, form: Form) -> dict[str, str]:
    shown = {"preamble": story.preamble} | {s.id: story.sections.get(s.id, []) for s in form.sections if not s.table}
    return {k: carried.digest(v) for k, v in shown.items()}


def reconcile(report: Report, written: carried.Printed, items: Sequence[Item], file_name: str) -> Report:
    """Return a carried report as its file shows it now: where a table or a text was changed by hand after writing,
    the file's own content wins and `notes` says so."""
    form = report.definition
    story = _story((i for i in items if isinstance(i, str)), form)
    readings = read_tables([i for i in items if not isinstance(i, str)], form)
    notes: list[str] = []
    figures, meta, texts = dict(report.figures), dict(report.meta), dict(report.texts)
    for index in indexes(form.id):
        reading = readings.get(index.table.id)
        if reading is None:
            notes.append(f"文件中已没有“{index.heading}”的表格，该表数字取自文件随附的数据，请核对。")
        elif carried.digest(_cells_shown(reading)) != written.tables.get(index.table.id):
            changed = _edited(report, reading, figures, meta)
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
        values, body = _stated(form, section, story.sections[part_id])
        figures |= values
        own = (part_id, *(t.id for t in section.texts))
        texts = {k: v for k, v in texts.items() if k not in own} | _texts(section, body)
        notes.append(f"“{section.heading}”的文字在生成后被修改过，已按文件中的文字读取。")
    shape = _structure(story, readings, form, file_name)
    return replace(
        report, figures=figures, meta=meta, texts=texts, structure=shape, notes=(*report.notes, *notes)
    )


def _cells_shown(reading: Reading) -> list[str]:
    return table_texts(reading.table, {c: s.text for c, s in reading.cells.items()})


def table_texts(table: Table, shown: Mapping[str, str]) -> list[str]:
    """Return the figures of a table as printed, in grid order, for its digest."""
    return [f"{v.id}={''.join(shown.get(v.id, '').split())}" for v in layout.grid(table).values]


def _edited(report: Report, reading: Reading, figures: dict[str, Figure], meta: dict[str, str]) -> list[str]:
    """Put the figures that differ from the carried ones in place; return a phrase for each."""
    changed = []
    form = report.definition
    for cell in form.table_cells[reading.table.id]:
        spot = reading.cells.get(cell.id)
        text = spot.text if spot else ""
        before = report.shown(cell.id)
        if "".join(text.split()) == "".join(before.split()):
            continue
        figures[cell.id], unit = figure(cell, text, reading.heads.get(cell.id, ""))
        if unit:
            meta[cell.unit_key] = unit
        changed.append(f"{cell.label}原为{before or '空白'}，现为{text.strip() or '空白'}")
    return changed


# ---------------------------------------------------------------- web pages

_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 li ul ol br hr article section main header footer body html td tr tbody blockquote pre "
    "center form dl dt dd figure".split()
)
_SKIP = frozenset("script style head title noscript template caption button select option nav aside".split())


def read_html(path: Path) -> Report:
    """Read a report from a web page: with the data it carries where it was written by `web`, else by its tables."""
    from lxml import html

    data = files.read_bytes(path)
    try:
        root = html.document_fromstring(_decode(data))
    except Exception as error:
        raise InputError("damaged", f"“{path.name}”不是完整的网页，请重新下载后再试。") from error
    items: list[Item] = []
    _collect(root, items, [])
    script = root.xpath(f"//script[@id='{DATA_ELEMENT}' and @type='application/json']")
    if script:
        return reconcile(*carried.unpack(script[0].text or ""), items, path.name)
    return interpret(items, path.name)


def _decode(data: bytes) -> str:
    """Return the text of a page by its own declaration, UTF-8 or the Chinese national encoding."""
    match = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", data[:4096], re.IGNORECASE)
    declared = match[1].decode("ascii", "replace").lower() if match else ""
    for encoding in ("utf-8", "gb18030" if declared.startswith("gb") else declared, "gb18030"):
        try:
            text = data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
        return re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
    return data.decode("utf-8", "replace")


def _collect(element: Any, items: list[Item], buffer: list[str]) -> None:
    """Append paragraphs and tables below an element in reading order."""
    if not isinstance(element.tag, str) or element.tag in _SKIP:
        return
    if element.tag == "table" and not element.xpath(".//table"):
        _flush(items, buffer)
        grid = [[_spot(td) for td in tr.xpath("./td|./th")] for tr in element.iter("tr")]
        items.append([row for row in grid if row])
        return
    block = element.tag in _BLOCKS
    if block:
        _flush(items, buffer)
    buffer.append(element.text or "")
    for child in element:
        _collect(child, items, buffer)
        buffer.append(child.tail or "")
    if block:
        _flush(items, buffer)


def _flush(items: list[Item], buffer: list[str]) -> None:
    text = " ".join("".join(buffer).split())
    buffer.clear()
    if text:
        items.append(text)


def _spot(td: Any) -> Spot:
    def span(name: str) -> int:
        value = td.get(name, "1").strip()
        return min(max(int(value), 1), 1000) if value.isascii() and value.isdigit() else 1

    return Spot(" ".join(td.text_content().split()), span("colspan"), span("rowspan"))
