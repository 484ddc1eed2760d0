"""Forms from their files: read, held to the schema, made into values, and looked for what does not fit together."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from .. import assets
from ..errors import InputError
from .schema import check
from .soundness import check_form
from .values import AGENCY, Block, Cell, Form, Info, MetaField, Node, Section, Share, Statement, Table, Text


def _node(data: dict[str, Any], below: str) -> Node:
    data = dict(data)
    children = tuple(_node(child, below) for child in data.pop(below, ()))
    lists = {key: tuple(data.get(key, ())) for key in ("units", "choices")}
    return Node(**{"id": "", **data, "children": children, **lists})


def _table(data: dict[str, Any]) -> Table:
    blocks = tuple(
        Block(
            columns=tuple(_node(c, "columns") for c in b["columns"]),
            rows=tuple(_node(r, "rows") for r in b["rows"]),
            title=b.get("title", ""),
            corner=b.get("corner", ""),
            infos=tuple(Info(**info) for info in b.get("infos", ())),
        )
        for b in data["block"]
    )
    return Table(
        id=data["id"],
        sheet=data["sheet"],
        pattern=data["cell"],
        widths=tuple(data["widths"]),
        stub=data["stub"],
        unit=data["unit"],
        kind=data["kind"],
        blocks=blocks,
        **{key: data[key] for key in ("head", "foot", "landscape") if key in data},
    )


def _field_cell(data: dict[str, Any]) -> Cell:
    node = Node(**{key: data[key] for key in ("id", "label", "name", "total", "note", "basis") if key in data})
    return Cell(node.id, "", node, Node("", ""), data["kind"], data["unit"], (), node.label, node.short)


def _section(data: dict[str, Any]) -> Section:
    data = dict(data)
    data["texts"] = tuple(Text(**{**t, "words": tuple(t.get("words", ()))}) for t in data.get("texts", ()))
    data["fields"] = tuple(_field_cell(f) for f in data.get("fields", ()))
    data["statements"] = tuple(Statement(**s) for s in data.get("statements", ()))
    data["variants"] = tuple(data.get("variants", ()))
    return Section(**data)


def parse(data: dict[str, Any]) -> Form:
    """Return the form described by a loaded TOML document."""
    data = dict(data)
    data["sections"] = tuple(_section(s) for s in data.pop("section"))
    data["tables"] = tuple(_table(t) for t in data.pop("table", ()))
    data["shares"] = tuple(Share(**s) for s in data.pop("share", ()))
    data |= {key: tuple(data[key]) for key in ("units", "period") if key in data}
    data["comparable"] = {k: tuple(v) for k, v in data.get("comparable", {}).items()}
    return Form(**{"until": None, **data, "meta": meta_fields()})


_META = "meta.toml"  # the questions that every workbook asks


@cache
def meta_fields() -> dict[str, MetaField]:
    """The questions about a unit and its report by id, in the order they are asked."""
    found = {}
    for item in _meta()["field"]:
        choices = tuple((c["code"], c["label"], tuple(c.get("aliases", ()))) for c in item.get("choices", ()))
        ends = {end: c["code"] for c in item.get("choices", ()) for end in c.get("names_end", ())}
        found[item["id"]] = MetaField(**{**item, "choices": choices, "ends": ends})
    return found


@cache
def meta_sheet() -> str:
    """The name of the sheet that asks the meta fields."""
    return str(_meta()["sheet"])


@cache
def sheet_names() -> dict[str, str]:
    """The names of the sheets around those of a form, by what they are: guide, names, previous, reasons, checks,
    results, rules, work."""
    return dict(_meta()["sheets"])


@cache
def _meta() -> dict[str, Any]:
    path = assets.FORMS / _META
    data = _toml(path)
    check(data, "meta", path.name)
    return data


@cache
def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("bad-form", f"格式文件“{path.name}”不是有效的 TOML（{error}）。") from error


def form_ids() -> tuple[str, ...]:
    """Ids of all forms, in alphabetical order; no form is loaded."""
    return tuple(sorted(path.stem for path in assets.FORMS.glob("*.toml") if path.name != _META))


def all_forms() -> tuple[Form, ...]:
    """Return every form, oldest first."""
    return tuple(sorted(map(load, form_ids()), key=lambda form: form.since))


@cache
def load(form_id: str) -> Form:
    """Return the form with this id; an unknown one is an `InputError` that names those there are, and so is a file
    that is not understood, with its place."""
    if form_id not in form_ids():
        raise InputError("unknown-form", f"没有编号为“{form_id}”的报告格式，可用的有：{'、'.join(form_ids())}。")
    path = assets.FORMS / f"{form_id}.toml"
    data = _toml(path)
    check(data, "form", path.name)
    form = parse(data)
    check_form(form, path.name, form_ids())
    return form


def suggested(unit_type: str, year: int) -> tuple[Form, ...]:
    """Return the forms meant for a type of unit and a report year."""
    return tuple(f for f in all_forms() if unit_type in f.units and f.fits(year))


def for_year(year: int) -> Form:
    """Return the statutory form of administrative organs for a report year; the newest for a year without any."""
    forms = [f for f in all_forms() if AGENCY in f.units]
    return next((f for f in forms if f.fits(year)), forms[-1])
