"""Read somebody's published report: find its form, tables and texts by what they say, never by position.

A reader of a format gives a file as `items`. `match` finds its form and tables by their `labels`, `tables` and
`columns` the cells of one, `figures` their numbers, `story` and `texts` the running text, and `whole` makes the
report. Only `pages` knows a format, HTML.
"""

from __future__ import annotations

from .figures import figure
from .items import Item, Spot, TextGrid
from .labels import index_of, key
from .match import recognise, tables_of
from .pages import DATA_ELEMENT, read_html
from .tables import read_table
from .whole import interpret, printed, reconcile

__all__ = [
    "DATA_ELEMENT", "Item", "Spot", "TextGrid", "figure", "index_of", "interpret", "key", "printed", "read_html",
    "read_table", "recognise", "reconcile", "tables_of",
]
