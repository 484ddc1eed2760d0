"""What is found of one table, and what is to be said about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..form import Table
from .items import Spot
from .labels import Leaf, key, squeezed


@dataclass(eq=False, repr=False)
class Reading:
    """A table as found: its spots by cell id, labels (found, official) that differ, rows and columns by label, and
    sentences about their order where it is not the form's."""

    table: Table
    cells: dict[str, Spot] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)  # cell id -> the column label found over it
    labels: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    again: bool = False  # whether a cell was met a second time, with another text, which was not read


def differs(reading: Reading, found: str, official: str) -> None:
    """Note a label that is not the official one."""
    pair = (squeezed(found), official)
    if key(found) != key(official) and pair not in reading.labels:
        reading.labels.append(pair)


def best(leaves: list[Leaf], context: list[str], used: set[int], last: int) -> Leaf:
    """Return the leaf whose labels above it are most present in the context; among equals the first unused one, best
    one that comes after the place read last."""
    if len(leaves) == 1:
        return leaves[0]
    there = {key(text)[1] for text in context}
    return max(leaves, key=lambda x: (id(x) not in used, sum(key(a)[1] in there for a in x.above), x.place > last))


def first_out_of_place(found: list[int]) -> int | None:
    """Return where places first leave their order; None when they do not."""
    return next((i for i, (one, other) in enumerate(zip(found, sorted(found))) if one != other), None)
