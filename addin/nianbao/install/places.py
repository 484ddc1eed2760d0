"""Where each system's programs look for what is installed. Nothing here looks at the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

REGISTRY_KEY = r"Software\nianbao"
REGISTRY_VALUE = "Python"


@dataclass(frozen=True)
class Places:
    """The folders of one user on one system; None where the system has no such thing."""

    own: Path
    """nianbao's own folder of this user: the add-ins look here, and nowhere else, for the interpreter."""
    startup: Path | None = None
    """Excel opens every add-in that lies here when it starts."""
    scripts: Path | None = None
    """The only folder from which macOS lets Excel run a script."""
    office: Path | None = None
    """The folder that is there when Excel is; none where Excel may come later and still find its add-in."""

    @property
    def record(self) -> Path:
        return self.own / "installed.json"

    @property
    def interpreter(self) -> Path:
        return self.own / "interpreter.txt"


def places_of(system: str, home: Path, environment: Mapping[str, str]) -> Places:
    """Return the places of a user; `system` is spelled as `sys.platform`."""
    if system == "win32":
        local = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
        roaming = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
        return Places(local / "nianbao", roaming / "Microsoft" / "Excel" / "XLSTART")
    if system == "darwin":
        library = home / "Library"
        office = library / "Group Containers" / "UBF8T346G9.Office"
        return Places(
            library / "Application Support" / "nianbao",
            office / "User Content.localized" / "Startup.localized" / "Excel",
            library / "Application Scripts" / "com.microsoft.Excel",
            office,
        )
    return Places(Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "nianbao")
