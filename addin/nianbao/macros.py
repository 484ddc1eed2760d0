"""What happens when a button is pressed: one function a button, the same in every spreadsheet program.

    python -P -m nianbao.macros VERB[:ARGUMENT] --wb=NAME --from_xl=1 --app=APP --hwnd=HWND
        [--file=PATH] [--document=ID]

A function takes a `Click` and returns the sentence to end with. It reads the open workbook, saved or not, and writes
nothing into it but the result sheet, or what the button is for. The program of the workbook stays usable meanwhile,
and a second click says that the first is still at work.
"""

from __future__ import annotations

import argparse
import glob
import sys
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Sequence

from . import files
from .busy import working_on
from .errors import CallError, NianbaoError
from .hosts import Caller
from .hosts.folders import Target, documents, target
from .log import record

if TYPE_CHECKING:
    import xlwings as xw

    from .desk.checking import Checked
    from .desk.terms import Terms
    from .report import Report

TITLE = "信息公开年报"
_WIDEST = 900  # characters of a message; more does not fit on a screen
_WIDEST_ASIDE = 240  # of a text in the status bar; Excel refuses more than 255


@dataclass(frozen=True)
class Click:
    """A press of a button: the open workbook, if there is one, what the button adds, and how to turn to the user.

    `ask` puts a question and returns whether the answer is yes; `show` opens a file; `progress` writes to the status
    bar. `today` is the day of the click.
    """

    book: xw.Book | None
    argument: str
    file: Path | None
    ask: Callable[[str], bool]
    show: Callable[[Path], None]
    progress: Callable[[str], None]
    today: date

    @cached_property
    def terms(self) -> Terms:
        """What reports are checked and printed by here: the installation's packs and templates."""
        from .desk.terms import terms

        return terms(today=self.today)

    def open_book(self) -> xw.Book:
        """Return the open workbook; none is a `CallError`."""
        if self.book is None:
            raise CallError("no-book", "没有打开的工作簿，请先打开年度报告工作簿，或用“新建”新建一个。")
        return self.book

    def target(self) -> Target:
        """Return where what is made from the workbook is written; see `hosts.folders.target`."""
        return target(self.open_book())


class Aside(str):
    """A sentence for the status bar, not worth a click on OK."""


# ---------------------------------------------------------------- the buttons


def check(click: Click) -> str:
    """Check the report, list the findings on the result sheet and color their cells."""
    checked = _checked(click)
    said = [f"校验完成：{checked.summary}", *checked.report.notes]
    if checked.findings:
        said.insert(1, "逐条列在“校验结果”表，有问题的格已变色；点“定位下一处”可以逐处查看。")
    return "\n".join(said)


def next_place(click: Click) -> str:
    """Select the next place that the result sheet lists, and say in the status bar what is wrong there."""
    from .excel.live import stops

    book = click.open_book()
    found = stops(book)
    if not found:
        return "“校验结果”表中没有问题；数字改动过的，请再点一次“校验”。"
    here, sheet = book.selection, book.sheets.active
    at = here.get_address(False, False).partition(":")[0] if here is not None else ""
    known = [n for n, stop in enumerate(found) if (stop.sheet, stop.address) == (sheet.name, at)]
    number = (known[0] + 1) % len(found) if known else 0
    stop = found[number]
    book.sheets[stop.sheet].activate()
    book.sheets[stop.sheet].range(stop.address).select()
    return Aside(f"第{number + 1}处，共{len(found)}处：{'　'.join(stop.texts)}")


def zeros(click: Click) -> str:
    """Fill 0 into the number cells that are blank, once the user has agreed to how many there are."""
    from .excel.live import blanks, fill_zeros, read_open

    book = click.open_book()
    extents = blanks(read_open(book))
    count = sum(extent.cells for extent in extents)
    if not count:
        return "没有空着的数字格。"
    sheets = "、".join(dict.fromkeys(extent.sheet for extent in extents))
    if not click.ask(f"“{sheets}”表有{count}个数字格空着，确实没有发生的才能填0。现在全部填0吗？"):
        return ""
    fill_zeros(book, extents)
    return f"已把{count}个空着的数字格填上0，请核对后再校验。"


def report(click: Click) -> str:
    """Check the report and write it as a Word document beside the workbook; with open errors only as a draft.

    Where nothing may be written beside the workbook it lies among the user's documents.
    """
    place = click.target()
    checked = _checked(click)
    written = _write_report(click, checked, place.folder)
    if written is None:
        return ""
    click.show(written)
    where = place.remark or "和工作簿在同一个文件夹。"
    said = f"报告已生成：{written.name}，{where}校验：{checked.summary}"
    return "\n".join([said, *checked.report.notes])


def mail(click: Click) -> str:
    """Put the report into a mail draft beside the workbook and open it; nothing is sent.

    The report is the newest one beside the workbook, since the clerk may have worked on it, or a new one.
    """
    from . import mail as mails
    from .desk.issuing import file_stem
    from .desk.mailing import prepare
    from .excel.live import read_open
    from .smtp import sender

    place = click.target()
    folder = place.folder
    report = read_open(click.open_book()).report
    known = folder.glob(f"{glob.escape(file_stem(report, draft=False))}*.docx")
    docx = max(known, key=lambda path: path.stat().st_mtime, default=None)
    if docx is None:
        checked = _checked(click)
        docx = _write_report(click, checked, folder)
        report = checked.report
    if docx is None:
        return ""
    workbook = place.workbook if click.argument == "workbook" else None
    now = datetime.now().astimezone()
    letter = prepare(docx, (), click.terms, workbook)
    draft = _free(folder, Path(letter.file_name).stem, ".eml")
    files.save(draft, mails.message_bytes(letter, sender(), now, unsent=True))
    mails.open_draft(draft, letter)
    notes = [*([place.remark] if place.remark else []), *letter.notes, *_changed(report, docx)]
    if click.argument == "workbook" and workbook is None:
        notes.append("工作簿不在本机，没有附上，请自行添加为附件。")
    return "\n".join([f"邮件草稿已写好并打开：{draft.name}，所附报告是{docx.name}。请填写收件人，核对后发送。", *notes])


def new(click: Click) -> str:
    """Make a blank workbook of the form that the button names, for the year that is to be reported, and open it."""
    from .excel.new import new as new_book
    from .form import load

    year = load(click.argument).year_reported(click.today)
    content, _ = new_book(click.argument, "", year)
    return _open_new(click, "", year, content, [])


def new_from(click: Click) -> str:
    """Make the workbook of the year after the report in a file that the user chose, and open it."""
    from . import form as forms
    from . import verbs
    from .excel.new import new as new_book

    if click.file is None:
        raise CallError("no-file", "没有选上年的文件，请重新点“新建”并选一个。")
    last = verbs.read(click.file)
    form = last.definition
    year = last.year + 1 if last.year else form.year_reported(click.today)
    if not form.fits(year):
        kind = last.meta.get("meta.unit_type") or forms.AGENCY
        form = next(iter(forms.suggested(kind, year)), forms.for_year(year))
    content, remarks = new_book(form.id, last.unit, year, last)
    return _open_new(click, last.unit, year, content, remarks)


def guide(click: Click) -> str:
    """Show the sheet that explains how to fill in the others."""
    from .excel import ids

    book = click.open_book()
    found = [sheet for sheet in book.sheets if sheet.name == ids.GUIDE]
    if not found:
        return f"“{book.name}”不是年度报告工作簿；请用“新建”新建一个，其中的“{ids.GUIDE}”表说明怎样填写。"
    found[0].activate()
    return ""


# ---------------------------------------------------------------- what buttons share


def _checked(click: Click) -> Checked:
    """Read and check the open workbook, and list the findings in it."""
    from .desk.checking import check_report
    from .excel.live import list_findings, read_open

    book = click.open_book()
    click.progress("正在读取工作簿……")
    reading = read_open(book)
    click.progress("正在校验……")
    checked = check_report(reading.report, click.terms, book.name, reading.places)
    list_findings(book, reading, checked.findings, checked.report.explanations, datetime.now())
    return checked


def _write_report(click: Click, checked: Checked, folder: Path) -> Path | None:
    """Write the Word report and return its path; None where it has open errors and the user wants no draft."""
    from . import prose
    from .desk.issuing import file_stem, issue

    errors = len(checked.blocking)
    question = f"还有{errors}处错误或待说明的问题，已列在“校验结果”表，不能生成正式报告。先生成标明“{prose.DRAFT}”的报告吗？"
    if errors and not click.ask(question):
        return None
    click.progress("正在生成报告……")
    path = _free(folder, file_stem(checked.report, bool(errors)), ".docx")
    files.save(path, issue(checked, ".docx", click.terms, draft=bool(errors)))
    return path


def _changed(report: Report, docx: Path) -> list[str]:
    """Say in how many figures the workbook is ahead of a Word report that was written earlier."""
    from . import verbs
    from .desk.mailing import different_figures

    count = different_figures(verbs.read(docx), report)
    return [f"报告里有{count}处数字与工作簿现在的不同，需要的请先重新生成报告。"] if count else []


def _open_new(click: Click, unit: str, year: int, content: bytes, remarks: Sequence[str]) -> str:
    """Save a new workbook beside last year's file, else among the user's documents, and open it."""
    folder = click.file.parent if click.file else documents()
    path = _free(folder, f"{files.safe_name(unit) if unit else '年度报告工作簿'}-{year}年", ".xlsx")
    files.save(path, content)
    click.show(path)
    return "\n".join([f"已新建{year}年度的工作簿：{path}", *remarks])


def _free(folder: Path, stem: str, suffix: str) -> Path:
    """Return a path that is not taken: the stem as it is, or with the first free number behind it."""
    names = (f"{stem}{f'（{n}）' if n > 1 else ''}{suffix}" for n in range(1, 1000))
    return next(path for path in map(folder.joinpath, names) if not path.exists())


# ---------------------------------------------------------------- the process of a click

BUTTONS: dict[str, Callable[[Click], str]] = {
    button.__name__: button for button in (check, next_place, zeros, report, mail, new, new_from, guide)
}


def main(arguments: Sequence[str]) -> int:
    """Do what a button stands for and end with one message.

    Returns 0 once the user was told how it ended, be it by an error; anything else means that nobody was told.
    """
    _import_less()
    options = _options(arguments)
    caller = Caller(options.app, options.wb, options.document)
    book = None
    try:
        book = caller.find()
        with working_on(f"{options.app}\n{options.wb}\n{options.document}"):
            said = _run(options, caller, book)
    except NianbaoError as error:
        said = error.message
    except Exception as error:
        said = f"程序出了差错，这一步没有完成；详情记在 {record(error)}，请连同该文件一起反馈。"
    try:
        _end(said, caller, book)
    except Exception as error:  # the program was closed meanwhile
        record(error)
        print(said, file=sys.stderr)  # for whoever started the process
        return 1
    return 0


def _run(options: argparse.Namespace, caller: Caller, book: xw.Book | None) -> str:
    verb, _, argument = options.verb.partition(":")

    def ask(question: str) -> bool:
        return book is not None and book.app.alert(question, TITLE, "yes_no") == "yes"

    def progress(text: str) -> None:
        if book is not None:
            book.app.status_bar = text

    file = Path(options.file) if options.file else None
    try:
        return BUTTONS[verb](Click(book, argument, file, ask, caller.show, progress, date.today()))
    finally:
        if book is not None:
            book.app.status_bar = False


def _end(said: str, caller: Caller, book: xw.Book | None) -> None:
    """Show the last sentence: over the workbook, in its status bar, or alone where the workbook is gone."""
    widest = _WIDEST_ASIDE if isinstance(said, Aside) else _WIDEST
    shown = said if len(said) <= widest else f"{said[:widest]}……"
    if book is None:
        caller.tell(shown, TITLE)
    elif isinstance(said, Aside):
        book.app.status_bar = shown
    elif said:
        book.app.alert(shown, TITLE)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("nianbao.macros", allow_abbrev=False)
    parser.add_argument("verb")
    for name in ("wb", "from_xl", "app", "hwnd", "file", "document"):
        parser.add_argument(f"--{name}", default="")
    options = parser.parse_args(arguments)
    if options.verb.partition(":")[0] not in BUTTONS:
        parser.error(f"no button {options.verb}")
    return options


def _import_less() -> None:
    """Keep xlwings from loading what it uses where it finds it: half a second of every click, for nothing."""
    for name in ("pandas", "numpy", "matplotlib", "PIL"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
