"""A statutory form as data: its sections, tables, row and column trees, and cells.

A form is one TOML file in `workbook/forms`; docs/form-language.md says what may stand there. Nothing else in the
project spells a label, a unit or a cell id. Nothing here knows values: those are in `report`.
"""

from .loading import (
    all_forms,
    for_year,
    form_ids,
    load,
    meta_fields,
    meta_sheet,
    parse,
    sheet_names,
    suggested,
)
from .values import (
    AGENCY,
    CHOICE,
    COUNT,
    MONEY,
    SIGNED,
    TEXT,
    Block,
    Cell,
    Form,
    Info,
    MetaField,
    Node,
    Section,
    Share,
    Statement,
    Table,
    Text,
)

__all__ = [
    "AGENCY",
    "Block",
    "CHOICE",
    "COUNT",
    "Cell",
    "Form",
    "Info",
    "MONEY",
    "MetaField",
    "Node",
    "SIGNED",
    "Section",
    "Share",
    "Statement",
    "TEXT",
    "Table",
    "Text",
    "all_forms",
    "for_year",
    "form_ids",
    "load",
    "meta_fields",
    "meta_sheet",
    "parse",
    "sheet_names",
    "suggested",
]
