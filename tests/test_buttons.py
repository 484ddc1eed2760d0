"""The one list of buttons: complete, and without two that would answer to the same key."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from pathlib import Path

from nianbao import form as forms
from nianbao import macros, prose
from nianbao.buttons import Button, tab
from nianbao.excel import ids

BUTTONS = tab().buttons
PRESSED = [pressed for button in BUTTONS for pressed in (button.items or (button,))]


def test_the_buttons_stand_in_the_order_in_which_a_clerk_works() -> None:
    assert [button.label for button in BUTTONS] == [
        "新建", "填补空白为0", "校验", "定位下一处", "生成报告", "邮件草稿", "帮助"]


def test_every_button_has_its_function_and_every_function_its_button() -> None:
    assert {button.verb.partition(":")[0] for button in PRESSED} == set(macros.BUTTONS)


def test_a_button_opens_a_menu_or_does_something_itself() -> None:
    assert [button.id for button in BUTTONS if bool(button.verb) == bool(button.items)] == []


def test_the_menu_of_new_workbooks_offers_last_years_file_and_each_form() -> None:
    items = next(button for button in BUTTONS if button.id == "new").items
    assert [item.verb for item in items if item.asks_file] == ["new_from"]
    assert sorted(item.verb for item in items[1:]) == sorted(f"new:{form_id}" for form_id in forms.form_ids())


def test_what_messages_call_a_button_or_a_sheet_is_what_it_is_called() -> None:
    """Whoever renames one in its list is led to the sentences that name it."""
    known = {button.label for button in (*BUTTONS, *PRESSED)} | {prose.DRAFT, ids.GUIDE, ids.RESULTS}
    source = inspect.getsource(macros)
    quoted = set(re.findall(r"“([^”{}]+)”", source))
    assert quoted and quoted - known == set()


def test_the_tab_has_one_name_everywhere() -> None:
    """Some places cannot read the list: the Python inside LibreOffice, and the installer."""
    addin = Path(macros.__file__).parents[1]
    assert macros.TITLE == tab().label
    assert f'"{tab().label}"' in (addin / "libreoffice" / "python" / "handover.py").read_text("utf-8")
    assert f'!define NAME "{tab().label}"' in (addin / "office" / "installer.nsi").read_text("utf-8")


def test_no_two_buttons_share_an_id_or_a_key() -> None:
    ids = Counter(b.id for b in (*BUTTONS, *(i for button in BUTTONS for i in button.items)))
    assert [name for name, count in ids.items() if count > 1] == []
    for level in (BUTTONS, *(button.items for button in BUTTONS)):
        keys = Counter(b.keytip for b in level if b.keytip)
        assert [key for key, count in keys.items() if count > 1] == []


def test_every_button_says_in_chinese_what_it_does() -> None:
    def silent(button: Button) -> bool:
        return not button.label or not button.help or not any("\u4e00" <= c <= "\u9fff" for c in button.help)

    assert [button.id for button in (*BUTTONS, *PRESSED) if silent(button)] == []
    assert [b.id for b in BUTTONS if not (b.tip and b.keytip and b.image and b.group)] == []
