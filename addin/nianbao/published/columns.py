"""The number columns of a table, by what stands over them."""

from __future__ import annotations

from dataclasses import dataclass

from ..form import Block
from .labels import Index, Leaf, squeezed
from .places import Place
from .reading import Reading, best, differs, first_out_of_place


@dataclass(eq=False, repr=False)
class Column:
    """A column as found; `leaf` is None for one that is none of the form's."""

    leaf: Leaf | None
    start: int
    end: int
    label: str


def columns_under(heads: list[list[Place]], index: Index, block: Block, reading: Reading) -> list[Column]:
    """Return the number columns of a block under these head rows."""
    used: set[int] = set()
    found: list[Column] = []
    last = -1
    for place in heads[-1]:
        covering = [next((p for p in line if p.start <= place.start < p.end), None) for line in heads]
        texts = list(dict.fromkeys(p.spot.text for p in covering if p and p.spot.text.strip()))
        candidates: list[Leaf] = []
        label = ""
        for label in (*reversed(texts), "".join(texts)):
            candidates = [x for x in index.columns.find(label) if x.block is block and id(x) not in used]
            if candidates:
                break
        if not candidates and texts and found:
            label = texts[-1]
            candidates = [x for x in index.columns.near(label, used) if x.block is block]
        if candidates:
            leaf = best(candidates, texts, used, last)
            used.add(id(leaf))
            last = leaf.place
            differs(reading, label, leaf.node.label)
            found.append(Column(leaf, place.start, place.end, label))
        elif found:
            found.append(Column(None, place.start, place.end, texts[-1] if texts else ""))
    while found and found[-1].leaf is None and not found[-1].label:
        found.pop()
    if not found:
        return _only_column(heads[-1], index, block, reading)
    reading.added += [c.label for c in found if c.leaf is None and c.label]
    _column_order([c for c in found if c.leaf], reading)
    return found


def _only_column(heads: list[Place], index: Index, block: Block, reading: Reading) -> list[Column]:
    """Return the last column of a block with one column of numbers, whatever stands over it."""
    leaves = index.columns_of(block)
    if len(leaves) != 1 or len(heads) < 2:
        return []
    place = heads[-1]
    differs(reading, place.spot.text, leaves[0].node.label)
    return [Column(leaves[0], place.start, place.end, place.spot.text)]


def _column_order(columns: list[Column], reading: Reading) -> None:
    place = first_out_of_place([c.leaf.place for c in columns if c.leaf])
    if place is not None:
        sentence = f"列的顺序有变动（从“{squeezed(columns[place].label)}”起）"
        if sentence not in reading.reordered:
            reading.reordered.append(sentence)
