"""The one value in the Windows registry by which the add-in in Excel finds Python; other systems have no registry."""

from __future__ import annotations

import sys
from pathlib import Path

from .places import REGISTRY_KEY, REGISTRY_VALUE


def remember(python: Path) -> None:
    """Write the value."""
    if sys.platform == "win32":
        import winreg

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, REGISTRY_KEY) as key:
            winreg.SetValueEx(key, REGISTRY_VALUE, 0, winreg.REG_SZ, str(python))


def forget() -> None:
    """Remove the value, and its key when nothing else is in it."""
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, REGISTRY_KEY, 0, winreg.KEY_ALL_ACCESS) as key:
                winreg.DeleteValue(key, REGISTRY_VALUE)
                subkeys, values, _ = winreg.QueryInfoKey(key)
            if not subkeys and not values:
                winreg.DeleteKey(winreg.HKEY_CURRENT_USER, REGISTRY_KEY)
        except FileNotFoundError:
            return
