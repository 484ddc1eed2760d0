"""A table of spots as the places they cover."""

from __future__ import annotations

from dataclasses import dataclass

from .items import Spot, TextGrid


@dataclass(eq=False, repr=False)
class Place:
    """A spot in the columns of the table it covers; `here` is whether it begins in this row."""

    spot: Spot
    start: int
    end: int
    here: bool


def expand(grid: TextGrid) -> list[list[Place]]:
    """Return for each row the spots that cover it, left to right."""
    lines: list[list[Place]] = []
    hanging: list[tuple[int, Place]] = []  # rows still to cover, place
    for row in grid:
        taken = {c: p for _, p in hanging for c in range(p.start, p.end)}
        line = [Place(p.spot, p.start, p.end, False) for _, p in hanging]
        hanging = [(n - 1, p) for n, p in hanging if n > 1]
        column = 0
        for spot in row:
            while column in taken:
                column += 1
            place = Place(spot, column, column + max(spot.columns, 1), True)
            column = place.end
            line.append(place)
            if spot.rows > 1:
                hanging.append((spot.rows - 1, place))
        lines.append(sorted(line, key=lambda p: p.start))
    return lines
