"""The buttons as they are declared once: what ribbon, menu, toolbar, guide and documentation are made from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Mapping

from . import assets
from . import form as forms


@dataclass(frozen=True)
class Button:
    """A button, or an item of the menu that one opens.

    `verb` is a function of `macros`, with its argument behind a colon; a button with `items` has none. `tip` names it
    in a few words, `help` says what it does. `image` is one of Office's own pictures. `asks_file`: the user picks a
    file first.
    """

    id: str
    label: str
    help: str
    verb: str = ""
    keytip: str = ""
    group: str = ""
    tip: str = ""
    image: str = ""
    asks_file: bool = False
    items: tuple[Button, ...] = ()

    @property
    def needs_workbook(self) -> bool:
        """Whether it can do nothing while no workbook is open; only a new one can be made then."""
        return all(item.needs_workbook for item in self.items) if self.items else not self.verb.startswith("new")


@dataclass(frozen=True)
class Tab:
    """The ribbon tab, or menu, with its buttons in working order."""

    id: str
    label: str
    keytip: str
    buttons: tuple[Button, ...]


@cache
def tab() -> Tab:
    """Return the tab with all buttons; the menu of new workbooks has an item a form, the newest first."""
    data = tomllib.loads(assets.BUTTONS.read_text("utf-8"))
    return Tab(**data["tab"], buttons=tuple(map(_button, data["button"])))


def _button(data: Mapping[str, Any]) -> Button:
    items = (item for entry in data.get("items", ()) for item in _items(entry))
    return Button(**{**data, "items": tuple(items)})


def _items(entry: Mapping[str, Any]) -> list[Button]:
    if not entry.get("forms"):
        return [Button(**entry)]
    return [
        Button(id=f"new_{form.id.replace('-', '_')}", label=form.name, help=form.use, verb=f"{entry['verb']}:{form.id}")
        for form in reversed(forms.all_forms())
    ]
