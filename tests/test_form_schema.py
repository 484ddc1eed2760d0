"""A form file is held to what it may say: each mistake is one sentence with its place, and never another error."""

from __future__ import annotations

import copy
import random
import re
import tomllib
from pathlib import Path
from typing import Any, Callable

import pytest
from nianbao import assets, form as forms
from nianbao.errors import InputError
from nianbao.form import loading, schema
from nianbao.form.soundness import check_form

DOCUMENTS = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in assets.FORMS.glob("*.toml")}
FORMS = sorted(set(DOCUMENTS) - {"meta"})
GOV = DOCUMENTS["gov-2021"]


def load(data: dict[str, Any], name: str = "gov-2021") -> forms.Form:
    """Load a document as if it were the file of a form."""
    file = f"{name}.toml"
    schema.check(data, "form", file)
    form = forms.parse(data)
    check_form(form, file, forms.form_ids())
    return form


def said(data: dict[str, Any], name: str = "gov-2021") -> str:
    with pytest.raises(InputError) as refused:
        load(data, name)
    message = refused.value.message
    assert refused.value.code == "bad-form" and message.endswith("。") and message.count("。") == 1
    return message


def table(data: dict[str, Any], table_id: str) -> dict[str, Any]:
    return next(t for t in data["table"] if t["id"] == table_id)


Change = Callable[[dict[str, Any]], None]


def _misspelt_key(data: dict[str, Any]) -> None:
    table(data, "t3")["widht"] = table(data, "t3").pop("widths")


def _misspelt_kind(data: dict[str, Any]) -> None:
    table(data, "t3")["kind"] = "cuont"


def _misspelt_row_key(data: dict[str, Any]) -> None:
    table(data, "t2")["block"][0]["rows"][0]["lable"] = "规章"


def _duplicate_row(data: dict[str, Any]) -> None:
    rows = table(data, "t2")["block"][0]["rows"]
    rows[1]["id"] = rows[0]["id"]


def _too_few_widths(data: dict[str, Any]) -> None:
    table(data, "t3")["widths"].pop()


def _unknown_unit_type(data: dict[str, Any]) -> None:
    data["units"].append("ministry")


def _no_such_table(data: dict[str, Any]) -> None:
    next(s for s in data["section"] if s.get("table") == "t4")["table"] = "t5"


def _duplicate_section(data: dict[str, Any]) -> None:
    data["section"][1]["id"] = data["section"][0]["id"]


def _total_of_no_group(data: dict[str, Any]) -> None:
    for node in _nodes(table(data, "t3")):
        if node.get("total") == "sum(applicants)":
            node["total"] = "sum(aplicants)"


def _totals_in_a_circle(data: dict[str, Any]) -> None:
    rows = {node["id"]: node for node in _nodes(table(data, "t3")) if node.get("id")}
    rows["new_received"]["total"], rows["carried_in"]["total"] = "carried_in", "new_received"


def _unknown_name_in_a_sentence(data: dict[str, Any]) -> None:
    section = next(s for s in data["section"] if s.get("statements"))
    section["statements"][0]["text"] += "【没有这个数】"


def _zero_of_no_cell(data: dict[str, Any]) -> None:
    section = next(s for s in data["section"] if s.get("statements"))
    section["statements"][0]["zero"] = "s6.fee_recieved"


def _carried_from_nowhere(data: dict[str, Any]) -> None:
    data["carry"]["t3.carryed_in.*"] = "t3.carried_out.*"


def _until_before_since(data: dict[str, Any]) -> None:
    data["until"] = 2019


def _no_day(data: dict[str, Any]) -> None:
    data["period"] = ["01-01", "12-32"]


def _no_title(data: dict[str, Any]) -> None:
    del data["title"]


def _number_for_a_text(data: dict[str, Any]) -> None:
    data["section"][0]["heading"] = 1


def _unknown_question(data: dict[str, Any]) -> None:
    data["title"] = "{unit_fulll}{report_year}年报告"


def _other_id(data: dict[str, Any]) -> None:
    data["id"] = "gov-2022"


def _nodes(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        return [data, *(node for value in data.values() for node in _nodes(value))]
    return [node for item in data for node in _nodes(item)] if isinstance(data, list) else []


MISTAKES: list[tuple[Change, tuple[str, ...]]] = [
    (_misspelt_key, ("表“t3”", "widht", "widths")),
    (_misspelt_kind, ("表“t3”", "kind", "cuont", "count、signed、money")),
    (_misspelt_row_key, ("表“t2”", "行“regs”", "lable", "label")),
    (_duplicate_row, ("表“t2”", "行“regs”", "两次")),
    (_too_few_widths, ("表“t3”", "widths", "应有")),
    (_unknown_unit_type, ("units", "ministry", "department")),
    (_no_such_table, ("部分“s4”", "t5", "t2、t3、t4")),
    (_duplicate_section, ("部分“s1”", "两次")),
    (_total_of_no_group, ("表“t3”", "total", "aplicants", "applicants")),
    (_totals_in_a_circle, ("表“t3”", "total", "互相相加")),
    (_unknown_name_in_a_sentence, ("部分“s6”", "【没有这个数】")),
    (_zero_of_no_cell, ("部分“s6”", "zero", "s6.fee_recieved")),
    (_carried_from_nowhere, ("carry", "t3.carryed_in.*")),
    (_until_before_since, ("until", "2019", "2021")),
    (_no_day, ("period", "12-32")),
    (_no_title, ("title",)),
    (_number_for_a_text, ("部分“s1”", "heading", "文字", "1")),
    (_unknown_question, ("title", "unit_fulll", "unit_full")),
    (_other_id, ("gov-2022",)),
]


@pytest.mark.parametrize(("spoil", "named"), MISTAKES, ids=[spoil.__name__ for spoil, _ in MISTAKES])
def test_a_mistake_is_one_sentence_with_file_place_key_and_what_is_allowed(
    spoil: Change, named: tuple[str, ...]
) -> None:
    data = copy.deepcopy(GOV)
    spoil(data)
    message = said(data)
    assert [word for word in ("gov-2021.toml", *named) if word not in message] == [], message


@pytest.mark.parametrize("form_id", FORMS)
def test_every_form_is_sound(form_id: str) -> None:
    assert load(copy.deepcopy(DOCUMENTS[form_id]), form_id).id == form_id


def _spoilt(data: Any, chance: random.Random) -> Any:
    """A document with one thing in it gone, renamed, doubled or of another kind."""
    data = copy.deepcopy(data)
    node = chance.choice([n for n in _nodes(data) if n])
    key = chance.choice(list(node))
    what = chance.randrange(6)
    if what == 0:
        del node[key]
    elif what == 1:
        node[f"{key}x"] = node.pop(key)
    elif what == 2:
        node[key] = chance.choice([None, 3, -1, "", "x", [], {}, [1], True, 2.5, [[]], [{}], "sum(", "{", "【】"])
    elif what == 3 and isinstance(node[key], list) and node[key]:
        node[key].append(copy.deepcopy(node[key][0]))
    elif what == 4 and isinstance(node[key], list) and node[key]:
        node[key].pop(chance.randrange(len(node[key])))
    else:
        node[key] = f"{node[key]}x" if isinstance(node[key], str) else [node[key]]
    return data


@pytest.mark.parametrize("form_id", FORMS)
def test_whatever_is_changed_in_a_form_it_loads_or_is_refused_in_one_sentence(form_id: str) -> None:
    chance = random.Random(form_id)
    refused = 0
    for _ in range(300):
        data = _spoilt(DOCUMENTS[form_id], chance)
        try:
            form = load(data, form_id)
            assert len(form.cells) == sum(len(cells) for cells in form.table_cells.values()) + sum(
                len(section.fields) for section in form.sections)
        except InputError as error:
            refused += 1
            assert error.code == "bad-form" and error.message.startswith("格式文件“") and error.message.endswith("。")
    assert refused > 100


@pytest.mark.parametrize("change", ["[[field]]\nid = 3\n", "sheet = 3\n", "[[", 'nix = "x"\n'])
def test_the_questions_are_held_to_their_schema_too(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meta.toml").write_text(change, "utf-8")
    monkeypatch.setattr(assets, "FORMS", tmp_path)
    for cached in (loading._meta, loading.meta_fields):
        cached.cache_clear()
    try:
        with pytest.raises(InputError, match="meta.toml"):
            forms.meta_fields()
    finally:
        for cached in (loading._meta, loading.meta_fields):
            cached.cache_clear()


def test_every_key_of_the_schema_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs" / "form-language.md").read_text("utf-8")
    keys = {key.name for object_ in schema.OBJECTS.values() for key in object_}
    assert keys - set(re.findall(r"\| `(\w+)` \|", page)) == set()
