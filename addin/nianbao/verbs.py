"""Reading and writing by file suffix: which module knows which kind of file."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Sequence

from . import files
from .errors import CallError, InputError
from .prose import Draft
from .report import Report, from_json, to_json

READABLE = (".xlsx", ".xlsm", ".docx", ".html", ".htm", ".json")
WRITABLE = (".docx", ".html", ".pdf", ".xlsx", ".json")


def read(path: str | PathLike[str]) -> Report:
    """Return the report in a file; see `nianbao.read`."""
    return locate(Path(path))[0]


def locate(path: Path) -> tuple[Report, dict[str, tuple[str, str]]]:
    """Return the report in a file and, for a workbook, id -> (sheet, address) of what stands in it."""
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        from .excel.read import read_book

        book = read_book(path)
        return book.report, dict(book.places)
    if suffix == ".docx":
        from .word.read import read_docx

        return read_docx(path), {}
    if suffix in (".html", ".htm"):
        from .published import read_html

        return read_html(path), {}
    if suffix == ".json":
        try:
            return from_json(files.read_bytes(path)), {}
        except InputError as error:
            named = path.name in error.message
            raise error if named else InputError(error.code, f"“{path.name}”：{error.message}") from error
    files.read_bytes(path)
    if suffix in (".xls", ".doc", ".et", ".wps"):
        new = ".xlsx" if suffix in (".xls", ".et") else ".docx"
        raise InputError("old-format", f"“{path.name}”是旧版或 WPS 专用格式，请另存为 {new} 后重试。")
    raise InputError("unknown-type", f"“{path.name}”不是可以读取的文件，可读取的有 {'、'.join(READABLE)}。")


def content(
    report: Report,
    suffix: str,
    template: Path | None = None,
    draft: Draft | None = None,
    links: Sequence[str] = (),
) -> bytes:
    """Return a report as the bytes of a file of this suffix; `draft` is what a draft says of itself, `links` are what
    a web page offers beside itself, each as TEXT=URL."""
    if links and suffix != ".html":
        raise CallError("bad-link", "--link 只用于网页，请把报告写成 .html 文件。")
    if suffix in (".docx", ".pdf"):
        from .word.template import compile_template
        from .word.write import docx_bytes

        compiled = compile_template(template, report.definition) if template else None
        document = docx_bytes(report, compiled, draft)
        if suffix == ".docx":
            return document
        from .pdf import pdf_bytes

        return pdf_bytes(document)
    if suffix == ".html":
        from .web import html_bytes, link

        return html_bytes(report, draft, [link(given) for given in links])
    if suffix == ".xlsx":
        from .excel.fill import workbook_bytes

        return workbook_bytes(report)
    if suffix == ".json":
        return (to_json(report) + "\n").encode()
    raise CallError("unknown-type", f"不能写成“{suffix or '无后缀'}”文件，可写的有 {'、'.join(WRITABLE)}。")


def write(report: Report, path: str | PathLike[str]) -> None:
    """Write a report to a new file by its suffix; see `nianbao.write`."""
    target = Path(path)
    files.check_target(target)
    files.save(target, content(report, target.suffix.lower()))
