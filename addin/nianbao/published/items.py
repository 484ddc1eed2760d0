"""What a file shows, as a list in reading order: a paragraph is a string, a table a list of rows of `Spot`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(eq=False, repr=False)
class Spot:
    """A cell of a table as found. `ref` is the reader's own handle on it."""

    text: str
    columns: int = 1
    rows: int = 1
    ref: Any = None


TextGrid = list[list[Spot]]
Item = str | TextGrid
