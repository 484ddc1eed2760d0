"""Files on disk: what may be opened, and how a result gets there without ever leaving half a file.

Every output is written to a temporary file beside its target and moved into place; nothing is overwritten.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
import zlib
from pathlib import Path

from .errors import CallError, InputError, LockedError

# Limits of a package (.xlsx, .docx): far above any real report, far below what could hurt the machine.
MAX_FILE = 64 * 1024 * 1024
MAX_UNPACKED = 256 * 1024 * 1024
MAX_PARTS = 5000
MAX_RATIO = 200  # of a part larger than a megabyte

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16le")
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


def read_bytes(path: Path) -> bytes:
    """Return the content of a file; one that is missing, locked or far too large is an `InputError`."""
    try:
        if path.is_dir():
            raise InputError("is-folder", f"“{path}”是文件夹，请指定其中的文件。")
        if path.stat().st_size > MAX_FILE:
            raise InputError("too-large", f"“{path.name}”超过 {MAX_FILE // 2**20} MB，不像是年度报告，请核对文件。")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError("not-found", f"找不到文件“{path}”，请核对文件名和所在文件夹。") from error
    except PermissionError as error:
        raise LockedError("locked", f"“{path.name}”打不开，可能正被其他程序使用，请关闭后重试。") from error
    except OSError as error:
        raise InputError(
            "unreadable", f"“{path.name}”读不出来（{error.strerror}），请把文件复制到本机后重试。"
        ) from error


def read_package(path: Path) -> dict[str, bytes]:
    """Return part name -> content of an .xlsx or .docx, in the file's own order.

    An old binary file, one under a password, a damaged one or one that unpacks to too much is an `InputError`.
    """
    return unpack(read_bytes(path), path.name)


def unpack(data: bytes, name: str) -> dict[str, bytes]:
    """Return the parts of a package given as bytes; see `read_package`."""
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise LockedError("password", f"“{name}”设有打开密码，请在 Excel 或 Word 中取消密码、另存后重试。")
        raise InputError(
            "old-format",
            f"“{name}”是旧版（97-2003）格式，请在 Excel 或 WPS 中另存为 .xlsx（Word 文件为 .docx）后重试。",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            items = archive.infolist()
            unpacked = sum(item.file_size for item in items)
            swollen = any(i.file_size > 2**20 and i.file_size > MAX_RATIO * max(i.compress_size, 1) for i in items)
            if len(items) > MAX_PARTS or unpacked > MAX_UNPACKED or swollen:
                raise InputError("too-large", f"“{name}”解压后过大，不像是年度报告，请核对文件来源。")
            return {item.filename: archive.read(item) for item in items if not item.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise InputError("damaged", f"“{name}”已损坏或不完整，请向发送人重新索取，或用备份文件。") from error


def pack(parts: dict[str, bytes], level: int = 6) -> bytes:
    """Return a package whose bytes depend on nothing but its parts and their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            item = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            item.compress_type = zipfile.ZIP_DEFLATED
            item.create_system = 0
            archive.writestr(item, content, compresslevel=level)
    return buffer.getvalue()


def check_target(target: Path, *inputs: Path) -> None:
    """Refuse a target that is an input, exists already or lies in no folder, before any work is done."""
    for source in inputs:
        if source.exists() and target.exists() and os.path.samefile(source, target):
            raise CallError("same-file", f"输出文件不能与输入文件“{source.name}”相同，请换一个文件名。")
    if target.exists():
        raise CallError("exists", f"“{target}”已存在，为免覆盖没有写入，请换一个文件名或先移走原文件。")
    if not target.resolve().parent.is_dir():
        raise CallError("no-folder", f"文件夹“{target.resolve().parent}”不存在，请先建立或换一个位置。")


def save(target: Path, data: bytes) -> None:
    """Write a new file completely or not at all; an existing one is never replaced."""
    check_target(target)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except PermissionError as error:
        folder = target.resolve().parent
        raise LockedError("read-only", f"“{folder}”不允许写入，请换一个位置或联系管理员。") from error
    except OSError as error:
        raise InputError(
            "not-written", f"“{target.name}”没有写成（{error.strerror}），请检查磁盘空间和位置后重试。"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def safe_name(text: str) -> str:
    """Return a text as a file name that every system takes: no separators, control or direction marks."""
    kept = "".join(c for c in text if c.isprintable() and c not in '\\/:*?"<>|')
    name = re.sub(r"\.{2,}", ".", kept).strip(" .")[:80].strip(" .")
    return f"_{name}" if _RESERVED.match(name) else name or "未命名"
