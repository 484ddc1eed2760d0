"""The house rules about the project itself: packaging, layers, lazy imports, one source, documentation."""

from __future__ import annotations

import ast
import configparser
import importlib
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Iterator

import pytest

import nianbao
from nianbao import assets, form as forms

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "addin" / "nianbao"
MODULES = sorted(PACKAGE.rglob("*.py"))
COMMANDS = ("new", "fill", "check", "report", "read", "mail", "rules", "forms", "demo", "install",
            "uninstall", "doctor")
HEAVY = {"pandas", "numpy", "openpyxl", "docx", "xlsxwriter", "xlwings"}

# Module -> the modules of the package it may import; what stands here is docs/architecture.md in a form that fails.
BASE = {"errors", "assets", "files", "columns", "sentence"}
CORE = BASE | {"form", "layout", "rule", "report"}
PRINTED = {"prose", "carried", "published"}
LAYERS = {
    "errors": set(),
    "assets": set(),
    "columns": set(),
    "sentence": set(),
    "files": {"errors"},
    "log": {"__init__"},
    "opening": set(),
    "soffice": set(),
    "busy": {"errors", "log"},
    "buttons": BASE | {"form"},
    "form": BASE | {"form"},
    "layout": BASE | {"form"},
    "rule": BASE | {"form", "rule"},
    "report": BASE | {"form", "rule"},
    "prose": CORE,
    "carried": CORE,
    "published": CORE | PRINTED,
    "official": CORE | {"official"},
    "checks": CORE | {"prose", "official", "checks"},
    "excel": CORE | {"buttons", "checks", "excel"},
    "word": CORE - {"rule"} | PRINTED | {"word"},
    "web": CORE - {"rule"} | PRINTED | {"web"},
    "pdf": BASE | {"soffice"},
    "verbs": CORE | {"prose", "excel", "word", "web", "pdf", "published"},
    "mail": BASE | {"opening"},
    "smtp": BASE | {"mail"},
    "desk": CORE | {"prose", "checks", "verbs", "mail", "desk"},
    "show": CORE | {"official", "checks", "desk"},
    "hosts": BASE | {"opening", "soffice", "hosts"},
    "install": BASE | {"soffice", "install"},
    "macros": CORE | {"busy", "log", "prose", "excel", "verbs", "mail", "smtp", "hosts", "desk"},
    "commandline": BASE,
    "demo": CORE | {"verbs", "desk", "show"},
    "doctor": BASE | {"__init__", "form", "soffice", "pdf", "desk", "install", "hosts"},
    "cli": CORE | {"commandline", "log", "excel", "verbs", "mail", "smtp", "desk", "show", "demo", "install", "doctor"},
    "__main__": {"cli"},
    "__init__": {"errors", "report", "checks", "verbs", "desk"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, everywhere: bool) -> Iterator[str]:
    """Full names of the package's modules that a module imports, at its top or everywhere in it."""
    tree = ast.parse(path.read_text("utf-8"))
    package = name_of(path).split(".") if path.name == "__init__.py" else name_of(path).split(".")[:-1]
    for node in ast.walk(tree) if everywhere else _executed_on_import(tree.body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "nianbao")
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            if base.split(".")[0] == "nianbao":
                for alias in node.names:
                    inner = f"{base}.{alias.name}"
                    yield inner if inner in NAMES else base


def _executed_on_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        for part in ("body", "orelse", "finalbody"):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from _executed_on_import(getattr(node, part, []))


NAMES = {name_of(path) for path in MODULES}


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run this Python from a folder that is not the project's."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=assets.FORMS, capture_output=True, encoding="utf-8", timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT / "addin"), "PYTHONUTF8": "1", **settings},
    )


# ---------------------------------------------------------------- packaging


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, since setuptools leaves files beside its sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in ("addin", "workbook", "docx_templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    done = run("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder), str(folder))
    assert done.returncode == 0, done.stderr
    return next(folder.glob("nianbao-*.whl"))


def test_a_wheel_carries_every_module_and_every_data_file(wheel: Path) -> None:
    carried = set(zipfile.ZipFile(wheel).namelist())
    wanted = {str(p.relative_to(ROOT / "addin")) for p in MODULES}
    for folder in ("workbook", "docx_templates"):
        files = (p for p in (ROOT / folder).rglob("*") if p.is_file())
        wanted |= {f"nianbao/_{p.relative_to(ROOT)}" for p in files if not p.name.startswith((".", "~"))}
    wanted |= {"nianbao/_office/buttons.toml", "nianbao/_office/nianbao.xlam", "nianbao/_libreoffice/nianbao.oxt"}
    assert wanted - carried == set()


def test_an_installed_wheel_finds_its_own_data(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "from nianbao import assets, form;"
        "print(assets.WORKBOOK, assets.TEMPLATES, len(form.load('gov-2021').cells), *assets.RULES.glob('pack.toml'))"
    )
    done = run("-c", code, PYTHONPATH=str(tmp_path))
    inside = tmp_path / "nianbao"
    pack = inside / "_workbook" / "rules" / "pack.toml"
    count = len(forms.load("gov-2021").cells)
    expected = f"{inside / '_workbook'} {inside / '_docx_templates'} {count} {pack}\n"
    assert (done.stdout, done.stderr) == (expected, "")


def test_setup_cfg_lists_every_folder_of_the_package() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    listed = {p for p in config["options"]["packages"].split() if not p.startswith("nianbao._")}
    assert listed == {".".join(p.parent.relative_to(PACKAGE.parent).parts) for p in MODULES}


def test_the_scripts_are_executable() -> None:
    scripts = [ROOT / ".ci" / "run", *(p for p in (ROOT / "scripts").iterdir() if p.is_file() and not p.suffix)]
    assert len(scripts) >= 6
    assert [p.name for p in scripts if not os.access(p, os.X_OK)] == []


# ---------------------------------------------------------------- imports


def test_every_module_imports() -> None:
    for module in pkgutil.walk_packages(nianbao.__path__, "nianbao."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def test_the_public_names_are_there() -> None:
    missing = [n for n in ("read", "check", "write", "NianbaoError", "Report", "Finding") if not hasattr(nianbao, n)]
    assert missing == []


def test_the_verb_check_is_still_a_function_once_the_package_of_its_name_is_loaded() -> None:
    importlib.import_module("nianbao.checks.finding")
    assert callable(nianbao.check)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_from_layers_it_may_know(path: Path) -> None:
    layer = name_of(path).split(".")[1] if "." in name_of(path) else "__init__"
    used = {name.split(".")[1] if "." in name else "__init__" for name in imports_of(path, everywhere=True)}
    assert layer in LAYERS, f"{layer} has no place in the table of layers"
    assert used - LAYERS[layer] == set()


def test_no_two_modules_import_each_other_at_their_top() -> None:
    edges = {name_of(p): {n for n in imports_of(p, everywhere=False) if n != name_of(p)} for p in MODULES}
    settled: set[str] = set()
    while free := {name for name, needs in edges.items() if name not in settled and needs <= settled}:
        settled |= free
    assert set(edges) - settled == set()


@pytest.mark.parametrize("command", ["check", "report"])
def test_a_command_on_one_workbook_imports_no_heavy_library(command: str, tmp_path: Path) -> None:
    sample = tmp_path / "sample.xlsx"
    nianbao.write(nianbao.read(next(assets.SAMPLES.glob("gov-2021*.json"))), sample)
    target = ["-o", str(tmp_path / "r.docx")] if command == "report" else []
    code = (
        "import atexit, runpy, sys;"
        "atexit.register(lambda: print('MODULES', *sorted({m.split('.')[0] for m in sys.modules})));"
        f"sys.argv = ['nianbao', {command!r}, {str(sample)!r}, *{target!r}];"
        "runpy.run_module('nianbao', run_name='__main__')"
    )
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.rsplit("MODULES", 1)[1].split())
    assert "nianbao" in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize("path", [PACKAGE / "macros.py", PACKAGE / "excel" / "live.py"], ids=name_of)
def test_the_buttons_use_nothing_that_one_program_alone_has(path: Path) -> None:
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    assert attributes & {"api", "impl", "macro", "expand"} == set()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_of_xlwings_needs_a_licence_key(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"xlwings[. ]+(import )?(pro|server|reports)\b|XLWINGS_LICENSE", text)


# ---------------------------------------------------------------- one source


def _strings(path: Path) -> Iterator[str]:
    """String literals of a module that are no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value


def _labels() -> set[str]:
    """Labels and headings of all forms that are long enough to be nobody else's words."""
    found: set[str] = set()
    for form in map(forms.load, forms.form_ids()):
        nodes = [n for t in form.tables for b in t.blocks for top in (*b.columns, *b.rows) for n in top.walk()]
        found |= {node.label for node in nodes} | {s.heading for s in form.sections}
        found |= {text.heading for s in form.sections for text in s.texts}
    return {label for label in found if len(label) >= 5}


def _ids() -> set[str]:
    """Ids of the cells and texts of all forms that have a dot in them."""
    loaded = [forms.load(form_id) for form_id in forms.form_ids()]
    return {key for form in loaded for key in (*form.cells, *form.texts, *form.statements) if "." in key}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_code_spells_no_cell_id_and_no_official_label(path: Path) -> None:
    known, labels = _ids(), _labels()
    written = [word for text in _strings(path) for word in re.findall(r"(?<![\w.])[a-z]\w*(?:\.\w+)+", text)]
    ids = [word for word in written if word in known or re.match(r"[ts]\d+x?\.[a-z]", word)]
    spelled = [(label, text) for text in _strings(path) for label in labels if label in text]
    assert (ids, spelled) == ([], [])


# ---------------------------------------------------------------- documentation


def test_the_readme_names_exactly_two_set_up_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8").split("## Set up", 1)[1]
    assert text.split("```")[1].split() == ["scripts/demo", "scripts/test"]


def test_the_readme_lists_every_command() -> None:
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert {c for row in rows for c in re.findall(r"`([a-z]+)`", row)} >= set(COMMANDS)


@pytest.mark.parametrize("name", [
    "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/release-checklist.md",
    "docs/clerk.zh-CN.md",
])
def test_files_that_the_documentation_names_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    linked = [(ROOT / name).parent / target for target in re.findall(r"\]\((?!http)([^)#]+)\)", text)]
    named = [ROOT / path for path in re.findall(r"`((?:scripts|tests|workbook|addin|docs)/[\w./-]*\w/?)`", text)]
    assert [str(path) for path in linked + named if not path.exists()] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_chinese_and_has_an_example(command: str) -> None:
    done = run("-m", "nianbao", command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"[\u4e00-\u9fff]{4}", done.stdout)
    assert f"nianbao {command}" in done.stdout.split("例", 1)[1]
    english = ("Usage", "Options", "Arguments", "Show this message", "[required]", "[default")
    assert [word for word in english if word in done.stdout] == []


def test_doctor_finds_nothing_missing_where_the_tests_run() -> None:
    done = run("-m", "nianbao", "doctor")
    assert "nianbao install" in done.stdout or "按钮已装好" in done.stdout
    assert "✓ LibreOffice 的桥" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_every_file_in_the_corpus_is_described() -> None:
    corpus = ROOT / "tests" / "corpus"
    described = (corpus / "README.md").read_text("utf-8")
    files = [p.relative_to(corpus).as_posix() for p in corpus.rglob("*") if p.is_file() and p.name != "README.md"]
    assert [name for name in files if f"`{name}`" not in described] == []
