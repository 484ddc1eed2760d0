"""One statutory table as another hand printed it: which spot holds which cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Sequence

from ..form import CHOICE, TEXT, Block
from .columns import Column, columns_under
from .items import TextGrid
from .labels import Index, Leaf, is_value, key, squeezed
from .places import Place, expand
from .reading import Reading, best, differs, first_out_of_place


@dataclass(eq=False, repr=False)
class _State:
    """How far a table is read."""

    index: Index
    reading: Reading
    rows: list[Leaf] = field(default_factory=list)  # as read, each once
    used: set[int] = field(default_factory=set)  # ids of these
    columns: list[Column] | None = None  # None: no heads met yet
    seen_columns: set[int] = field(default_factory=set)
    heads: list[list[Place]] = field(default_factory=list)
    fresh: bool = False  # whether `heads` holds rows not yet looked at
    block: Block | None = None


def read_table(grids: Sequence[TextGrid], index: Index) -> Reading:
    """Find the cells of a table of the form in the grids that show it (two where a page break split it in two)."""
    state = _State(index, Reading(index.table))
    for grid in grids:
        lines = expand(grid)
        bodies = [] if index.table.stub else _headless_bodies(lines, index)
        for number, line in enumerate(lines):
            if number in bodies:
                _row(state, index.rows.leaves[0], line, 0)
            elif any(p.spot.text.strip() for p in line):
                _line(state, line)
    _variants(state.reading, grids, index)
    _lacking(state)
    place = first_out_of_place([leaf.place for leaf in state.rows])
    if place is not None:
        state.reading.reordered.append(f"行的顺序有变动（从“{state.rows[place].node.label}”起）")
    return state.reading


def _line(state: _State, line: list[Place]) -> None:
    """Read a row of the table: a block title, a head, a row of numbers, or what is none of these."""
    index = state.index
    title = next((index.titles[key(p.spot.text)] for p in line if key(p.spot.text) in index.titles), None)
    if title is not None:
        state.block, state.heads, state.columns, state.fresh = title, [], None, False
        return
    label, leaves = _row_label(line, index, state.block)
    own_heads = sum(key(p.spot.text) in index.heads for p in line if p.here and p.spot.text.strip())
    if own_heads and (own_heads > 1 or not leaves):
        state.heads = [*state.heads, line] if state.fresh else [line]
        state.fresh = True
        return
    if not index.table.stub:
        if state.fresh and state.heads:
            state.reading.added.append(_name(line, state.index.table.stub))
        return
    if not leaves:
        label, leaves = _nearly(line, index, state.used)
    if label is None:
        _stray(state, line)
        return
    last = state.rows[-1].place if state.rows else -1
    leaf = best(leaves, [p.spot.text for p in line if p.end <= label.start], state.used, last)
    differs(state.reading, label.spot.text, leaf.node.label)
    _row(state, leaf, line, label.end)


def _stray(state: _State, line: list[Place]) -> None:
    """A row that names no row of the form: one too many, a part of the head, or a heading without numbers."""
    texts = [p.spot.text for p in line if p.here]
    if any(key(text) in state.index.groups for text in texts):
        return
    stray = [text for text in texts if not is_value(text)]
    values = [text for text in texts if text.strip() and is_value(text)]
    wordy = state.index.table.kind in (TEXT, CHOICE) and len(stray) > 1
    stated = any(c.isalnum() for text in values for c in text) or (bool(values) and not _has_headings(state.index))
    if stray and state.columns and (stated or wordy):
        state.reading.added.append(_name(line, state.index.table.stub))
    elif stray and state.fresh:
        state.heads.append(line)


def _has_headings(index: Index) -> bool:
    return any(row.heading for block in index.table.blocks for row in block.all_rows)


def _row(state: _State, leaf: Leaf, line: list[Place], start: int) -> None:
    """Take the numbers of a row of the form; those of its columns begin at grid column `start` or later."""
    if id(leaf) not in state.used:
        state.used.add(id(leaf))
        state.rows.append(leaf)
    if state.fresh:
        state.block = leaf.block
        state.columns = columns_under(state.heads, state.index, leaf.block, state.reading)
        state.seen_columns |= {id(c.leaf) for c in state.columns if c.leaf}
        state.fresh = False
    elif state.block is None or (leaf.block is not state.block and not state.index.titles):
        state.block = leaf.block
    _take(state, leaf, line, start)


def _headless_bodies(lines: list[list[Place]], index: Index) -> list[int]:
    """Return the row that holds the numbers of a table without row labels: the first one below its heads that has
    any number, or the first one at all."""
    heads = [n for n, line in enumerate(lines) if any(key(p.spot.text) in index.heads for p in line if p.here)]
    last = max(heads, default=-1)
    below = range(last + 1, len(lines))
    filled = [n for n in below if any(p.spot.text.strip() for p in lines[n] if p.here)]
    return filled[:1] or list(below)[:1]


def _row_label(line: list[Place], index: Index, block: Block | None) -> tuple[Place | None, list[Leaf]]:
    """Return the last spot of a row that names a row of the form, and the rows it may be."""
    for place in reversed(line):
        if place.here and not is_value(place.spot.text) and key(place.spot.text) not in index.groups:
            leaves = index.rows.find(place.spot.text)
            if leaves:
                return place, [x for x in leaves if block is None or x.block is block] or leaves
    return None, []


def _nearly(line: list[Place], index: Index, used: set[int]) -> tuple[Place | None, list[Leaf]]:
    """Return the last spot of a row that almost names a row of the form not found yet, and that row."""
    for place in reversed(line):
        if place.here and not is_value(place.spot.text) and key(place.spot.text) not in index.groups:
            leaves = index.rows.near(place.spot.text, used)
            if leaves:
                return place, leaves
    return None, []


def _take(state: _State, row: Leaf, line: list[Place], start: int) -> None:
    """Assign the spots of a row to its cells: one by one where there are as many as columns, else by place. A table
    without any heads has its columns in the form's order if it has as many."""
    after = [p for p in line if p.start >= start]
    infos = len(row.block.infos)
    known = state.columns
    if known is None:
        leaves = state.index.columns_of(row.block)
        if infos and len(after) == len(leaves) + infos:
            after = after[infos:]
        known = [Column(x, 0, 0, "") for x in leaves] if len(leaves) == len(after) else []
    for number, column in enumerate(known):
        if column.leaf is None:
            continue
        if len(after) == len(known):
            spots = [after[number].spot]
        else:
            spots = [p.spot for p in after if p.start < column.end and p.end > column.start]
        spot = next((s for s in spots if s.text.strip()), spots[0] if spots else None)
        if spot is not None:
            cell_id = state.index.table.cell_id(row.node.id, column.leaf.node.id)
            earlier = state.reading.cells.get(cell_id)
            if earlier is not None and earlier.text.strip():
                state.reading.again |= earlier is not spot and spot.text.split() not in ([], earlier.text.split())
                continue  # a second table or row of the kind, such as last year's below, never overwrites the first
            state.reading.cells[cell_id] = spot
            state.reading.heads[cell_id] = column.label


def _lacking(state: _State) -> None:
    """Name the rows and columns of the form that were not found."""
    index, reading = state.index, state.reading
    for leaf in index.rows.leaves:
        if id(leaf) not in state.used:
            reading.missing.append("".join((*leaf.above[1:], leaf.node.label)))
    for block in index.table.blocks:
        ids = (index.table.cell_id(r.id, c.id) for r in block.leaf_rows for c in block.leaf_columns)
        if state.seen_columns and any(cell_id in reading.cells for cell_id in ids):
            for leaf in index.columns_of(block):
                if id(leaf) not in state.seen_columns:
                    reading.missing.append("".join((*leaf.above[1:], leaf.node.label)))


def _variants(reading: Reading, grids: Sequence[TextGrid], index: Index) -> None:
    """Report known variants of labels that stand over no number of their own."""
    for grid in grids:
        for line in grid:
            for spot in line:
                official = index.everything.get(key(spot.text))
                if official and official != key(spot.text):
                    differs(reading, spot.text, index.texts[official])


def _name(line: list[Place], stub: int) -> str:
    """Return what a row calls itself: the last words before its numbers."""
    words = [p for p in line if p.here and not is_value(p.spot.text)]
    words = [p for p in words if p.start < stub] or words
    return squeezed(words[-1].spot.text) if words else "（无名行）"
