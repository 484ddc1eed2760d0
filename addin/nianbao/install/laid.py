"""Files laid down in folders that belong to other programs, each remembered with its digest: only a file that is still
as it was laid down is ever replaced or removed, and only a folder that was made for one."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Mapping

from ..errors import CallError, InputError, LockedError

_IN_USE = "“{}”正在使用或不允许改动，请关闭 Excel 和 LibreOffice 后重试。"


@dataclass(frozen=True)
class _Record:
    files: dict[str, str]
    """Path -> digest."""
    folders: list[str]


def lay(record_path: Path, parts: Mapping[Path, bytes]) -> None:
    """Write files, each completely or not at all. When one is somebody else's, that is a `CallError` and none is."""
    record = _load(record_path)
    for path, content in parts.items():
        if _digest_of(path) not in (None, _digest(content), record.files.get(str(path))):
            raise CallError("foreign", f"“{path}”已存在，不是本工具装的或装好后改过，没有覆盖，请移走后重新安装。")
    for path, content in parts.items():
        made = [str(folder) for leaf in (path, record_path) for folder in leaf.parents if not folder.exists()]
        if _digest_of(path) != _digest(content):
            _write(path, content)
        record = _Record(record.files | {str(path): _digest(content)}, record.folders + made)
        _write(record_path, json.dumps(asdict(record), ensure_ascii=False, indent=1).encode())


def take_back(record_path: Path) -> tuple[list[Path], list[Path]]:
    """Remove what was laid down and the folders made for it that are empty; return the files removed, and those that
    were changed since and therefore stay."""
    record = _load(record_path)
    ours = {Path(path): digest for path, digest in record.files.items()}
    found = {path: _digest_of(path) for path in ours}
    taken = [path for path in ours if found[path] == ours[path]]
    for path in (*taken, record_path):
        try:
            path.unlink(missing_ok=True)
        except PermissionError as error:
            raise LockedError("locked", _IN_USE.format(path.name)) from error
    for folder in sorted(set(map(Path, record.folders)), reverse=True):  # what lies in a folder comes before it
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return taken, [path for path in ours if found[path] not in (None, ours[path])]


def _load(path: Path) -> _Record:
    if not path.exists():
        return _Record({}, [])
    try:
        return _Record(**json.loads(path.read_bytes()))
    except (ValueError, TypeError) as error:
        raise InputError("damaged", f"安装记录“{path}”已损坏，请移走它，再运行 nianbao install。") from error


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except PermissionError as error:
        raise LockedError("locked", _IN_USE.format(path.name)) from error
    except OSError as error:
        raise InputError("not-written", f"“{path}”没有写成（{error.strerror}），请检查磁盘空间后重试。") from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of(path: Path) -> str | None:
    return _digest(path.read_bytes()) if path.is_file() else None
