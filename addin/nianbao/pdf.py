"""A Word report as PDF, by whichever office program the computer has: LibreOffice, else Word itself."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from . import soffice
from .errors import InputError

TIMEOUT = 120  # seconds; a first start of an office program on a slow disk takes half a minute


def can_use_word() -> bool:
    """Whether Word may be asked on this computer: Windows, with the Python bridge to its programs."""
    return sys.platform == "win32" and importlib.util.find_spec("win32com") is not None


def pdf_bytes(docx: bytes) -> bytes:
    """Return a .docx as PDF; without an office program, or when it fails, an `InputError`."""
    program = soffice.find()
    if program is None and not can_use_word():
        raise InputError("no-office", "生成 PDF 需要 LibreOffice 或 Word，本机都没有找到，请安装其中之一，或先生成 .docx 再在别的电脑上转换。")
    with tempfile.TemporaryDirectory(prefix="nianbao-") as folder:
        source = Path(folder) / "report.docx"
        source.write_bytes(docx)
        if program is not None:
            _by_libreoffice(program, source)
        else:
            _by_word(source)
        target = source.with_suffix(".pdf")
        if not target.is_file():
            raise InputError("no-pdf", "PDF 没有生成，请用 Word 或 LibreOffice 打开 .docx 文件后另存为 PDF。")
        return target.read_bytes()


def _by_libreoffice(program: str, source: Path) -> None:
    process = soffice.launch(
        program, source.parent / "profile", "--headless", "--nolockcheck",
        "--convert-to", "pdf", "--outdir", str(source.parent), str(source),
    )
    try:
        process.wait(TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise InputError("no-pdf", f"LibreOffice 在 {TIMEOUT} 秒内没有完成转换，请关闭其他程序后重试。") from error
    finally:
        soffice.end(process)


def _by_word(source: Path) -> None:
    import win32com.client  # type: ignore[import-not-found,import-untyped,unused-ignore]

    try:
        word = win32com.client.DispatchEx("Word.Application")
    except Exception as error:
        raise InputError("no-office", "生成 PDF 需要 LibreOffice 或 Word，本机都没有找到，请安装其中之一后重试。") from error
    try:
        word.DisplayAlerts = 0
        document = word.Documents.Open(str(source), ReadOnly=True, AddToRecentFiles=False)
        document.ExportAsFixedFormat(str(source.with_suffix(".pdf")), 17)  # wdExportFormatPDF
        document.Close(False)
    except Exception as error:
        raise InputError("no-pdf", "Word 没能把报告转成 PDF，请在 Word 中打开 .docx 文件后另存为 PDF。") from error
    finally:
        word.Quit()
