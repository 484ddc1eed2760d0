"""Forms from their files: read, held to the schema, made into values, and looked for what does not fit together."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from .. import assets
from ..errors import InputError
from .references import Around
from .schema import check
from .soundness import check_form, check_questions
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


def parse(data: dict[str, Any], file: str) -> Form:
    """Return the form in a loaded TOML document; what is not understood, or does not fit together, is an `InputError`
    that names the file and the place in it."""
    form = _form(data, file)
    check_form(form, file, Around((meta_sheet(), *sheet_names().values()), form_ids(), _cells_of))
    return form


def _form(data: dict[str, Any], file: str) -> Form:
    check(data, "form", file)
    data = dict(data)
    data["sections"] = tuple(_section(s) for s in data.pop("section"))
    data["tables"] = tuple(_table(t) for t in data.pop("table", ()))
    data["shares"] = tuple(Share(**s) for s in data.pop("share", ()))
    data |= {key: tuple(data[key]) for key in ("units", "period") if key in data}
    data["comparable"] = {k: tuple(v) for k, v in data.get("comparable", {}).items()}
    return Form(**{"until": None, **data, "meta": meta_fields()})


def _cells_of(form_id: str) -> tuple[str, ...]:
    """Ids of the cells of a form that is spoken of: held to the schema, but not to what it says in turn."""
    file = f"{form_id}.toml"
    return tuple(_form(_toml(assets.FORMS / file), file).cells)


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
    check_questions(data, path.name)
    return data


@cache
def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError("bad-form", f"格式文件“{path.name}”读不出来，请检查它是否还在、是否有权限读取。") from error
    except UnicodeDecodeError as error:
        raise InputError("bad-form", f"格式文件“{path.name}”不是 UTF-8 编码，请用编辑器另存为 UTF-8。") from error
    except (ValueError, RecursionError) as error:
        raise InputError("bad-form", f"格式文件“{path.name}”{_fault(str(error))}。") from error


def _fault(said: str) -> str:
    """Return what the parser of TOML says, in Chinese: where, and what is usually wrong there."""
    line = re.search(r"line (\d+), column (\d+)", said)
    place = f"第{line[1]}行第{line[2]}列" if line else "末尾" if "end of document" in said else ""
    if re.search("overwrite|twice|mutate|redefine", said, re.IGNORECASE):
        return f"{place}把同一个键写了两次，每个键只能写一次"
    return f"{place}不是有效的 TOML，请检查引号、括号和逗号是否成对、齐全"


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
    return parse(_toml(path), path.name)


def suggested(unit_type: str, year: int) -> tuple[Form, ...]:
    """Return the forms meant for a type of unit and a report year."""
    return tuple(f for f in all_forms() if unit_type in f.units and f.fits(year))


def for_year(year: int) -> Form:
    """Return the statutory form of administrative organs for a report year; the newest for a year without any."""
    forms = [f for f in all_forms() if AGENCY in f.units]
    return next((f for f in forms if f.fits(year)), forms[-1])
