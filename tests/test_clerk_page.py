"""The page for clerks, and that the workbook says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nianbao import form as forms
from nianbao.buttons import tab
from nianbao.excel.listings import guide_sheet, steps

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = (DOCS / "clerk.zh-CN.md").read_text("utf-8")


def test_the_page_lists_every_button_in_its_order_with_what_it_does() -> None:
    rows = re.findall(r"^\| (\S+) \| (.+) \|$", PAGE, re.M)
    assert rows[1:] == [(button.label, button.help) for button in tab().buttons]


def test_the_page_gives_the_steps_of_the_guide_sheet() -> None:
    form = forms.load("gov-2021")
    assert re.findall(r"^\d+\. (.+)$", PAGE, re.M) == list(steps(form))


@pytest.mark.parametrize("form_id", forms.form_ids())
def test_the_guide_sheet_of_every_form_names_the_buttons(form_id: str) -> None:
    texts = [item.text for item in guide_sheet(forms.load(form_id), [], {}).items]
    for button in tab().buttons:
        assert texts[texts.index(button.label) + 1] == button.help


def test_every_picture_of_the_page_is_there() -> None:
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", PAGE)
    assert pictures and [name for name in pictures if not (DOCS / name).is_file()] == []
