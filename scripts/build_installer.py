"""Build the installer for Windows, on Linux and without Windows: Python, every library and the add-in in one file.

    python scripts/build_installer.py --python python-3.11.9-embed-amd64.zip --sha256 DIGEST

The embeddable Python comes from python.org and is the one input that no package registry holds. Libraries are
downloaded as wheels for Windows unless a folder with them is given. The same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Iterable, Mapping

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "addin"))

from nianbao import __version__, assets, form as forms  # noqa: E402
from nianbao.install.places import REGISTRY_KEY, REGISTRY_VALUE, places_of  # noqa: E402

# Only whole tables of reports at once need it, which no button does; with numpy it would double the size.
LEFT_OUT = {"pandas"}
# Parts of libraries that are not for here: what xlwings has under a licence of its own, its add-ins, which virus
# scanners have taken away, and the editor that comes with pywin32.
LEFT_OUT_FILES = re.compile(r"xlwings/(pro|addin|js|html)/|xlwings/\w+\.(xla|xls)m$|pythonwin/|PyWin32\.chm$")
SITE_PACKAGES = "python/Lib/site-packages"
ADDIN = f"{SITE_PACKAGES}/nianbao/_office/nianbao.xlam"
EXTENSION = f"{SITE_PACKAGES}/nianbao/_libreoffice/nianbao.oxt"
_WINDOWS = {
    "os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64",
    "implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": "",
}  # fmt: skip


@dataclass(frozen=True)
class Wheel:
    path: Path
    name: str
    version: Version
    requires: tuple[Requirement, ...]


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the installer for Windows.")
    parser.add_argument("--python", type=Path, required=True, help="the embeddable Python for amd64, a .zip")
    parser.add_argument("--sha256", help="what its digest has to be")
    parser.add_argument("--wheels", type=Path, help="a folder with the libraries as wheels; else they are downloaded")
    parser.add_argument("-o", type=Path, default=ROOT / "dist" / f"nianbao-{__version__}-setup.exe", dest="out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nianbao-installer-") as folder:
        try:
            _report(options.python)
            if options.sha256 and digest(options.python) != options.sha256.lower():
                raise ValueError(f"{options.python} is not the Python with the digest {options.sha256}")
            version = python_version(options.python)
            own = own_wheel(Path(folder))
            wheels = options.wheels or download(own, version, Path(folder))
            options.out.parent.mkdir(parents=True, exist_ok=True)
            build(options.python, [own, *wheels.glob("*.whl")], options.out)
        except (ValueError, OSError, zipfile.BadZipFile, subprocess.CalledProcessError) as error:
            print(f"STOP: {error}", file=sys.stderr)
            return 1
    _report(options.out)
    return 0


def build(python: Path, wheels: Iterable[Path], out: Path) -> None:
    """Write the installer; the wheels in it, the project's own among them, are named on stdout with their digests."""
    version = python_version(python)
    chosen, missing = needed(_wheel(path, version) for path in wheels)
    if missing:
        raise ValueError(f"no wheel for {', '.join(map(str, missing))}")
    for wheel in chosen:
        _report(wheel.path)
    payload = {**_python(python, version), **_libraries(chosen), **_papers()}
    if absent := {ADDIN, EXTENSION} - set(payload):
        raise ValueError(f"the wheel of nianbao does not hold {', '.join(sorted(absent))}")
    with tempfile.TemporaryDirectory(prefix="nianbao-installer-") as name:
        folder = Path(name)
        # Under numbers, since NSIS reads names of sources as patterns.
        sources = {path: folder / str(number) for number, path in enumerate(payload)}
        for path, source in sources.items():
            source.write_bytes(payload[path])
        (folder / "lay.nsh").write_text(lay_lines(sources), "utf-8")
        (folder / "remove.nsh").write_text(remove_lines(sources), "utf-8")
        startup = places_of("win32", Path(), {"APPDATA": "$APPDATA"}).startup
        _compile({
            "OUT": out.resolve(), "VERSION": __version__, "LAY": folder / "lay.nsh", "REMOVE": folder / "remove.nsh",
            "KILOBYTES": sum(map(len, payload.values())) // 1024, "ADDIN_SOURCE": sources[ADDIN],
            "XLSTART": PureWindowsPath(str(startup)), "REGISTRY_KEY": REGISTRY_KEY, "REGISTRY_VALUE": REGISTRY_VALUE,
        })  # fmt: skip


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _report(path: Path) -> None:
    print(f"{digest(path)}  {path.stat().st_size:>11,}  {path.name}")


# ---------------------------------------------------------------- the parts


def python_version(python: Path) -> tuple[int, int]:
    """Return the version of an embeddable Python; anything else is a ValueError."""
    with zipfile.ZipFile(python) as archive:
        names = set(archive.namelist())
    found = [match for name in names if (match := re.fullmatch(r"python(\d)(\d+)\._pth", name))]
    if len(found) != 1 or not {"python.exe", "pythonw.exe"} <= names:
        raise ValueError(f"{python} is not an embeddable Python for Windows")
    return int(found[0][1]), int(found[0][2])


def _python(python: Path, version: tuple[int, int]) -> dict[str, bytes]:
    """Return the files of the embeddable Python, which is told to look for libraries: it does so only through `site`,
    and pywin32 needs the lines that `site` reads from its .pth file."""
    with zipfile.ZipFile(python) as archive:
        found = {f"python/{item.filename}": archive.read(item) for item in archive.infolist() if not item.is_dir()}
    name = "python{}{}".format(*version)
    return {**found, f"python/{name}._pth": f"{name}.zip\r\n.\r\nimport site\r\n".encode()}


def _libraries(wheels: Iterable[Wheel]) -> dict[str, bytes]:
    """Return what the wheels put into the folder of libraries; their command-line starters are left out."""
    found: dict[str, bytes] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel.path) as archive:
            for item in archive.infolist():
                name = re.sub(r"^[^/]+\.data/(purelib|platlib)/", "", item.filename)
                if item.is_dir() or re.match(r"[^/]+\.data/", name) or LEFT_OUT_FILES.match(name):
                    continue
                path = f"{SITE_PACKAGES}/{name}"
                if path in found or ".." in PurePosixPath(name).parts:
                    raise ValueError(f"{wheel.path.name} holds {name}, which leads outside or is another library's")
                found[path] = archive.read(item)
    return found


def _papers() -> dict[str, bytes]:
    """Return the guide and the blank workbooks for the start menu."""
    page = (ROOT / "docs" / "clerk.zh-CN.md").read_text("utf-8").splitlines()
    guide = "".join(f"{line}\r\n" for line in page if not line.startswith("!["))  # a text file shows no pictures
    books = {form.name: (assets.WORKBOOK / f"{form.id}.xlsx").read_bytes() for form in forms.all_forms()}
    return {
        "使用说明.txt": guide.encode("utf-8-sig"),
        **{f"空白工作簿/{name}.xlsx": content for name, content in books.items()},
    }


# ---------------------------------------------------------------- wheels


def own_wheel(folder: Path) -> Path:
    """Return the project as a wheel, built from a copy, since setuptools leaves files beside its sources."""
    copy = folder / "project"
    copy.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("addin", "workbook", "docx_templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    _pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(copy))
    return next(folder.glob("nianbao-*.whl"))


def download(own: Path, version: tuple[int, int], folder: Path) -> Path:
    """Download the wheels for Windows that the project needs and return their folder. pip decides what is needed as
    if for the system it runs on, so it is asked again for what only Windows needs, until nothing is missing."""
    target = folder / "wheels"
    target.mkdir()
    wanted: list[str] = []
    while missing := needed(_wheel(path, version) for path in (own, *target.glob("*.whl")))[1]:
        more = [f"{requirement.name}{requirement.specifier}" for requirement in missing]
        if set(more) <= set(wanted):
            raise ValueError(f"pip did not bring {', '.join(more)}")
        wanted += more
        _pip(
            "download", "--only-binary", ":all:", "--platform", "win_amd64", "--implementation", "cp",
            "--python-version", "{}.{}".format(*version), "-d", str(target), *wanted,
        )  # fmt: skip
    return target


def needed(wheels: Iterable[Wheel]) -> tuple[list[Wheel], list[Requirement]]:
    """Return the wheels that the project and its libraries need on Windows, and the requirements that none of them
    meets."""
    named = {wheel.name: wheel for wheel in wheels}
    found, missing, ahead = dict[str, Wheel](), dict[str, Requirement](), [named["nianbao"]]
    while ahead:
        wheel = ahead.pop()
        found[wheel.name] = wheel
        for requirement in wheel.requires:
            other = named.get(canonicalize_name(requirement.name))
            if other is None or not requirement.specifier.contains(other.version):
                missing[str(requirement)] = requirement
            elif other.name not in found:
                ahead.append(other)
    return [found[name] for name in sorted(found)], [missing[text] for text in sorted(missing)]


def _wheel(path: Path, version: tuple[int, int]) -> Wheel:
    name, own_version, _, tags = parse_wheel_filename(path.name)
    if not tags & _supported(version):
        raise ValueError(f"{path.name} is not for Python {version[0]}.{version[1]} on Windows")
    with zipfile.ZipFile(path) as archive:
        [metadata] = [item for item in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", item)]
        lines = BytesParser().parsebytes(archive.read(metadata)).get_all("Requires-Dist") or []
    full = "{}.{}".format(*version)
    here = {**_WINDOWS, "python_version": full, "python_full_version": f"{full}.0"}
    required = [r for r in map(Requirement, lines) if r.marker is None or r.marker.evaluate(here)]
    return Wheel(path, name, own_version, tuple(r for r in required if r.name not in LEFT_OUT))


def _supported(version: tuple[int, int]) -> set[Tag]:
    interpreter = "cp{}{}".format(*version)
    return {*cpython_tags(version, platforms=["win_amd64"]), *compatible_tags(version, interpreter, ["win_amd64"])}


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, env={**os.environ, "SOURCE_DATE_EPOCH": "315532800"}, check=True)  # 1980, as zip counts


# ---------------------------------------------------------------- NSIS


def lay_lines(sources: Mapping[str, Path]) -> str:
    """Return the commands that lay down each file, in an order that depends on nothing but the names."""
    lines, folder = [], None
    for path in sorted(map(PurePosixPath, sources), key=lambda path: (path.parent, path.name)):
        if path.parent != folder:
            folder = path.parent
            lines.append(f'SetOutPath "{_installed(folder)}"')
        lines.append(f'File "/oname={_quoted(path.name)}" "{sources[str(path)]}"')
    return "\n".join(lines) + "\n"


def remove_lines(laid: Iterable[str]) -> str:
    """Return the commands that remove exactly these files, what Python compiled from them, and folders left empty."""
    names = sorted(laid)
    folders = {parent for name in names for parent in PurePosixPath(name).parents if parent.parts}
    compiled = {PurePosixPath(name).parent / "__pycache__" for name in names if name.endswith(".py")}
    lines = [f'Delete "{_installed(PurePosixPath(name))}"' for name in names]
    lines += [f'RMDir /r "{_installed(folder)}"' for folder in sorted(compiled)]
    lines += [f'RMDir "{_installed(folder)}"' for folder in sorted(folders, reverse=True)]
    return "\n".join(lines) + "\n"


def _installed(path: PurePosixPath) -> str:
    return "$INSTDIR" + "".join(f"\\{_quoted(part)}" for part in path.parts)


def _quoted(text: str) -> str:
    if set(text) & set('\\/:*?"<>|\n'):
        raise ValueError(f"{text!r} is no file name on Windows")
    return text.replace("$", "$$")


def _compile(names: dict[str, object]) -> None:
    defines = [f"-D{name}={value}" for name, value in names.items()]
    script = assets.OFFICE / "installer.nsi"
    done = subprocess.run(
        ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *defines, str(script)],
        capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise ValueError(f"makensis: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
