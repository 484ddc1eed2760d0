"""A form nobody has seen before, from its TOML alone, gives a workbook, a check, a Word report and the way back."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Iterator

import docx
import nianbao
import pytest
from nianbao import assets, form
from nianbao.checks.catalogue import load, overlay
from nianbao.excel.plan import plan_of
from nianbao.excel.read import read_book
from nianbao.report import from_dict
from nianbao.word.read import read_docx

import build_templates
import build_workbooks
from office import Office

LIBRARY = (Path(__file__).parents[1] / "docs" / "examples" / "library-2030.toml").read_text("utf-8")

RULE = """
[[rule]]
id = "LIB-1"
forms = ["library-2030"]
severity = "error"
title = "合计等于儿童与成人之和"
table = "v"
each = "row"
check = "total == sum(readers)"
message = "{place}：合计填{left}，儿童与成人之和为{right}，相差{difference}。"
fix = "请核对本行。"
basis = "本市图书馆条例"
since = 2030
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[form.Form]:
    """The made-up form as the only one beside the shared questions, in folders of its own, built by the scripts."""
    for name in ("FORMS", "WORKBOOK", "TEMPLATES"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(assets, name, tmp_path / name)
    shutil.copy(Path(__file__).parents[1] / "workbook" / "forms" / "meta.toml", assets.FORMS)
    (assets.FORMS / "library-2030.toml").write_text(LIBRARY, "utf-8")
    made = form.load("library-2030")
    (assets.WORKBOOK / "library-2030.xlsx").write_bytes(build_workbooks.build(made))
    (assets.TEMPLATES / "library-2030.docx").write_bytes(build_templates.build(made))
    yield made


def test_a_made_up_form_works_from_toml_alone(library: form.Form, tmp_path: Path, office: Office) -> None:
    figures = {"v.visitors.child": 1, "v.visitors.adult": 2, "v.loans.child": 5, "v.loans.adult": Decimal(7)}
    texts = {"l1.more": ["周一闭馆，其余每天开放，全年外借【借阅册次总数】册次。"]}
    report = from_dict({"form": library.id, "unit": "青禾县图书馆", "year": 2030, "figures": figures, "texts": texts})

    nianbao.write(report, tmp_path / "a.xlsx")
    read = read_book(tmp_path / "a.xlsx").report
    assert read == report and read.figures["v.visitors.total"] == 3
    [book] = office.recalculate([tmp_path / "a.xlsx"])
    assert "全年接待读者3人次，其中儿童占33.3%。" in str(book["开放情况"])
    assert "全年外借12册次" in str(book["开放情况"])

    nianbao.write(read, tmp_path / "a.docx")
    document = docx.Document(str(tmp_path / "a.docx"))
    printed = "\n".join(p.text for p in document.paragraphs)
    assert "全年接待读者3人次，其中儿童占33.3%。" in printed and "【" not in printed
    assert [c.text for c in document.tables[0].rows[2].cells] == ["到馆人次", "1", "2", "3"]
    assert read_docx(tmp_path / "a.docx") == report


def test_a_rule_for_it_comes_from_a_record_alone(library: form.Form, tmp_path: Path) -> None:
    pack = tmp_path / "library.toml"
    pack.write_text(RULE, "utf-8")
    rules = overlay(load(), pack)
    figures = {
        "v.visitors.child": 1,
        "v.visitors.adult": 2,
        "v.visitors.total": 4,
        "v.loans.child": 0,
        "v.loans.adult": 0,
    }
    report = from_dict({"form": library.id, "unit": "青禾县图书馆", "year": 2030, "figures": figures})
    from nianbao.checks import check

    [finding] = [f for f in check(report, catalogue=rules) if f.rule == "LIB-1"]
    assert finding.message == "二、读者和经费，“到馆人次”行：合计填4，儿童与成人之和为3，相差1。"


@pytest.mark.parametrize(("check", "live"), [("total == sum(readers)", True), ("total >= last.total", False)])
def test_a_rule_on_last_year_has_no_formula_where_no_figure_of_last_year_may_be_compared(
    check: str, live: bool, library: form.Form, tmp_path: Path
) -> None:
    pack = tmp_path / "library.toml"
    pack.write_text(RULE.replace("total == sum(readers)", check), "utf-8")
    rules = overlay(load(), pack)
    assert rules.bounds(library.id)["LIB-1"] and not library.comparable
    assert any(f.key.startswith("LIB-1") for f in plan_of(library, rules).formulas.values()) is live
