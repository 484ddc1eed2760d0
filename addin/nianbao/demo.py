"""The main job on the samples: a filled workbook, its check result and the Word report, in one folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Iterator

from . import assets, files, show, verbs
from .desk.checking import check_file
from .desk.issuing import issue
from .desk.terms import terms
from .errors import CallError
from .report import from_json

_SUFFIXES = (".xlsx", ".docx", ".html", ".json")


def demo(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write the demonstration into a folder and yield (what it is, where it is) for each file.

    An earlier demonstration in the folder is replaced; a folder with anything else in it is refused.
    """
    samples = sorted(assets.SAMPLES.glob("*.json"))
    made = {f"{sample.stem}{end}" for sample in samples for end in (*_SUFFIXES, "-check.html", "-check.json")}
    folder.mkdir(parents=True, exist_ok=True)
    strange = sorted(path.name for path in folder.iterdir() if path.name not in made)
    if strange:
        raise CallError("not-empty", f"文件夹“{folder}”里有别的文件（{strange[0]}等），请换一个空文件夹。")
    for path in folder.iterdir():
        path.unlink()
    rules = terms()
    for sample in samples:
        book = folder / f"{sample.stem}.xlsx"
        files.save(book, verbs.content(from_json(sample.read_bytes()), ".xlsx"))
        yield "填好的工作簿", book
        checked = replace(check_file(book, rules), file=book.name)
        page, data = folder / f"{sample.stem}-check.html", folder / f"{sample.stem}-check.json"
        files.save(page, show.as_html([checked]))
        files.save(data, (show.as_json([checked]) + "\n").encode())
        yield "校验结果", page
        for suffix, name in ((".docx", "Word 报告"), (".html", "网页报告")):
            target = folder / f"{sample.stem}{suffix}"
            files.save(target, issue(checked, suffix, rules, draft=bool(checked.blocking)))
            yield name, target
