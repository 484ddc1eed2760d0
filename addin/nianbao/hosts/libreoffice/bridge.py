"""The way into a running LibreOffice: its `uno` module, and the pipe on which it listens.

Nothing of LibreOffice has types for Python, so what comes through the bridge is `Any`.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import functools
import importlib.util
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from ...errors import InputError

ANSWER_SECONDS = 5.0  # LibreOffice opens its pipe before it shows a button, so silence means that it is not there

# Debian keeps uno.py apart from the program; everywhere else both lie together.
_PROGRAMS = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/Resources",
    r"C:\Program Files\LibreOffice\program",
)
_MODULES = ("/usr/lib/python3/dist-packages/uno.py", *(f"{folder}/uno.py" for folder in _PROGRAMS))
_LIBRARIES = ("libpyuno.so", "libpyuno.dylib", "pyuno.pyd", "pyuno.so")


@functools.cache
def uno() -> Any:
    """The module `uno` of the LibreOffice on this computer, loaded from its file."""
    loaded = sys.modules.get("uno")
    if hasattr(loaded, "getComponentContext"):
        return loaded
    named = os.environ.get("NIANBAO_UNO")
    for path in map(Path, [named] if named else _MODULES):
        if path.is_file():
            return _load(path)
    raise InputError(
        "no-uno", "没有找到 LibreOffice 与 Python 之间的桥（uno），请安装 LibreOffice 和软件包 python3-uno 后重试。"
    )


def _load(path: Path) -> Any:
    """Load one uno.py. Its folder is not searched for anything else, and the import statement stays Python's own."""
    program = _program_of(path)
    wanted = _python_of(program)
    here = "{0}.{1}".format(*sys.version_info)
    if wanted not in ("", here):
        raise InputError(
            "uno-version", f"LibreOffice 需要 Python {wanted}，现在是 {here}，请用前者安装 nianbao 后重试。"
        )
    spec = importlib.util.spec_from_file_location("uno", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    # uno.py replaces __import__ to look up failed imports in LibreOffice, and adds folders to the path for pyuno.
    statement, searched = builtins.__import__, list(sys.path)
    sys.modules["uno"] = module  # pyuno asks for it by name
    sys.path.insert(0, str(program))
    # Where LibreOffice's services are described; Debian's uno.py says it itself, others do not.
    os.environ.setdefault("URE_BOOTSTRAP", f"vnd.sun.star.pathname:{program / 'fundamentalrc'}")
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        del sys.modules["uno"]
        raise InputError("uno-broken", "LibreOffice 的 uno 无法装入，请重新安装 LibreOffice 和 python3-uno。") from error
    finally:
        builtins.__import__ = statement
        sys.path[:] = searched
    _let_python_handle_exceptions(module)
    return module


def _let_python_handle_exceptions(module: Any) -> None:
    """Keep Python's own attributes of an exception from UNO, which refuses a traceback.

    Without it an exception that passes a context manager written as a generator, as xlwings has them, is replaced by
    one that says nothing about its cause. pyuno takes this function when it makes the class of a struct or exception.
    """
    set_member = module._uno_struct__setattr__

    def set_attribute(value: Any, name: str, to: Any) -> None:
        if name.startswith("__"):
            BaseException.__setattr__(value, name, to)
        else:
            set_member(value, name, to)

    module._uno_struct__setattr__ = set_attribute


def _program_of(path: Path) -> Path:
    """The folder of the compiled half of a uno.py."""
    folders = [path.parent, *map(Path, _PROGRAMS)]
    return next((folder for folder in folders if any((folder / name).exists() for name in _LIBRARIES)), path.parent)


def _python_of(program: Path) -> str:
    """The Python for which the compiled half was built, read from its list of needed libraries; "" if it names none."""
    for library in filter(Path.is_file, (program / name for name in _LIBRARIES)):
        found = re.search(rb"python3\.?(\d+)", library.read_bytes(), re.IGNORECASE)
        if found:
            return f"3.{found[1].decode()}"
    return ""


def connect(pipe: str, seconds: float = ANSWER_SECONDS) -> Any:
    """Return the component context of the LibreOffice that listens on a pipe.

    One that has just started, or is very busy, refuses in several ways, and may drop a connection it has accepted; so
    every refusal is met by another try, until the time is up.
    """
    local = uno().getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + seconds
    while True:
        refusal = None
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            if context is not None and context.ServiceManager is not None:  # it answers
                return context
        except refusals() as error:
            refusal = error
        if time.monotonic() > deadline:
            raise InputError("office-silent", "LibreOffice 没有应答，请关闭 LibreOffice 后重新打开再试。") from refusal
        time.sleep(0.05)


@atexit.register
def _disconnect() -> None:
    """Close all bridges while Python is whole: their threads crash one that takes itself down, every thirtieth time."""
    module: Any = sys.modules.get("uno")
    if hasattr(module, "getComponentContext"):
        factory = service(module.getComponentContext(), "com.sun.star.bridge.BridgeFactory")
        for bridge in factory.getExistingBridges():
            with contextlib.suppress(refusals()):  # its other end is gone
                bridge.dispose()


def refusals() -> Any:
    """The class of all exceptions that come over the bridge."""
    return uno().getClass("com.sun.star.uno.Exception")


def service(context: Any, name: str) -> Any:
    """A service of LibreOffice by its full name."""
    return context.ServiceManager.createInstanceWithContext(name, context)


def properties(**values: Any) -> tuple[Any, ...]:
    """Named values in the form in which LibreOffice takes them."""
    kind = uno().getClass("com.sun.star.beans.PropertyValue")
    return tuple(kind(Name=name, Value=value) for name, value in values.items())


def struct(name: str, **values: Any) -> Any:
    return uno().createUnoStruct(name, **values)
