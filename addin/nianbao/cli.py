"""The command `nianbao`: a thin shell over the desk. Data go to stdout, progress and messages to stderr.

Exit codes: 0 done · 1 errors found, or the report refused because of them · 2 the input or the call cannot be used ·
3 a defect of the program, with a log file · 130 interrupted.

A command is a function under `@command`, with its arguments and options declared once, above, for all commands that
take them. Its docstring is its help: what it does, and an example.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from .commandline import Command, Option, parse
from .errors import CallError, NianbaoError, RefusedError

if TYPE_CHECKING:
    from .form import Form
    from .report import Report

ABOUT = "年报：填写、校验政府信息公开工作年度报告，并生成 Word 报告。"


@dataclass(frozen=True)
class Console:
    """Where a command puts what it has to say; `loudness` is -1 after -q, 0, or 1 after -v."""

    loudness: int

    def say(self, message: str) -> None:
        """Tell a person how it went, unless they asked for quiet."""
        if self.loudness >= 0:
            print(message, file=sys.stderr, flush=True)

    def put(self, data: str) -> None:
        """Hand out what was asked for."""
        print(data, flush=True)


Function = Callable[..., "int | None"]
_COMMANDS: dict[str, Command] = {}

# ---------------------------------------------------------------- arguments and options, each declared once

FORM = Option("form", "格式", "报告格式编号，见 nianbao forms。")
BOOK = Option("book", "工作簿", "标准工作簿（.xlsx）。", kind=Path)
FILE = Option("file", "文件", "工作簿、Word 报告、网页或 JSON 数据。", kind=Path)
FILES = Option("files", "文件", "一个或多个文件。", kind=Path, many=True)
REPORT = Option("file", "报告", "Word 报告（.docx），或由它生成报告的工作簿（.xlsx）。", kind=Path)
RULE = Option("rule", "编号", "只看一条规则。", optional=True)
ABOUT_RULE = Option("rule", "规则", "要说明的问题的规则编号，见校验结果。")
PLACE = Option("place", "位置", "问题的位置，例如 D7 或 申请情况!D7；这条规则只有一处问题的可以不写。", optional=True)

UNIT = Option("--unit", "名称", "单位全称。", required=True)
YEAR = Option("--year", "年度", "报告年度，例如 2025。", kind=int, required=True)
LAST = Option("--last", "文件", "上一年度的工作簿或报告。", kind=Path)
PACK = Option("--pack", "TOML", "在全国规则上叠加的规则文件，可写多次。", kind=Path, many=True)
TEMPLATE = Option("--template", "DOCX", "自己的 Word 模板。", kind=Path)
OUTPUT = Option("-o", "文件", "写到哪里。", name="output", kind=Path)
TARGET = Option("-o", "文件", "输出 .docx、.html 或 .pdf。", name="output", kind=Path, required=True)
EML = Option("-o", "EML", "草稿写到哪里。", name="output", kind=Path)
FOLDER = Option("-o", "文件夹", "写到哪个文件夹，默认 nianbao-demo。", name="output", kind=Path)
TEXT = Option("--text", "文字", "说明的内容。", required=True)
DATA = Option("--data", "JSON", "要填入的数据。", kind=Path)
PUNCTUATION = Option("--punctuation", "", "把文字中的半角标点改为全角。")
JSON = Option("--json", "", "输出 JSON 数据。", name="as_json")
ANNOTATE = Option("--annotate", "XLSX", "把结果标注在工作簿的副本中。", kind=Path)
HTML = Option("--html", "HTML", "把结果写成网页。", kind=Path)
EXPLAIN_TEXT = Option("--explain-text", "", "逐个列出正文中的数字：看作什么数，与哪一格比较，或为什么不比较。")
DRAFT = Option("--draft", "", "有错误也生成，并标明草稿。")
LINK = Option("--link", "文字=网址", "网页末尾的链接，例如 Word版=2025年报告.docx，可写多次。", many=True)
TO = Option("--to", "地址", "收件人，可写多次。", many=True, required=True)
WORKBOOK = Option("--workbook", "XLSX", "把工作簿也附上。", kind=Path)
OPEN = Option("--open", "", "写好后在邮件程序中打开，由您核对后发送。", name="show")
SEND = Option("--send", "", "直接发送；不加这一项，什么也不会发出。")
OF_FORM = Option("--form", "格式", "只看一种格式的规则。")


def command(name: str, *options: Option) -> Callable[[Function], Function]:
    """Register a function as a command; it is called with a `Console`, and with each option by its name."""

    def register(function: Function) -> Function:
        _COMMANDS[name] = Command(function, options)
        return function

    return register


# ---------------------------------------------------------------- the commands


@command("new", FORM, UNIT, YEAR, LAST, OUTPUT)
def new(console: Console, form: str, unit: str, year: int, last: Path | None, output: Path | None) -> None:
    """新建空白工作簿，可从上一年度文件带入上年结转等数据。

    例：nianbao new gov-2021 --unit 某某县某某局 --year 2025 --last 2024.xlsx -o 2025.xlsx
    """
    from . import files, verbs
    from .excel.new import new as new_book
    from .form import load

    wanted = load(form)
    target = output or Path(f"{files.safe_name(unit)}-{year}年.xlsx")
    files.check_target(target, *_given(last))
    earlier = verbs.read(last) if last else None
    _suggest(console, wanted, unit, year, earlier)
    content, remarks = new_book(wanted.id, unit, year, earlier)
    files.save(target, content)
    for remark in remarks:
        console.say(remark)
    console.say(f"已新建工作簿：{target}")


def _suggest(console: Console, wanted: Form, unit: str, year: int, earlier: Report | None) -> None:
    """Say which form the unit and the year point to, where it is another one; the choice stays the clerk's."""
    from .form import AGENCY, meta_fields, suggested

    key = "meta.unit_type"
    unit_type = (earlier and earlier.meta.get(key)) or meta_fields()[key].likely(unit) or AGENCY
    others = suggested(unit_type, year)
    if wanted not in others and others:
        names = "或".join(f"“{other.name}”（{other.id}）" for other in others)
        console.say(
            f"请注意：这类单位{year}年度一般使用{names}，现按“{wanted.name}”新建；主管部门另有要求的按要求办理。"
        )


@command("fill", BOOK, DATA, PUNCTUATION, OUTPUT)
def fill(console: Console, book: Path, data: Path | None, punctuation: bool, output: Path | None) -> None:
    """把 JSON 数据填入工作簿的副本，或改好其中文字的标点；原文件不变。

    例：nianbao fill 空白.xlsx --data 数据.json -o 已填.xlsx
    """
    import json
    from decimal import Decimal

    from . import files
    from .errors import InputError
    from .excel.fill import filled
    from .excel.read import read_book
    from .sentence import full_width

    if data is None and not punctuation:
        raise CallError("nothing-to-fill", "没有写明要填什么，请用 --data 指定数据，或用 --punctuation 改标点。")
    target = output or book.with_name(f"{book.stem}-已填.xlsx")
    files.check_target(target, book, *_given(data))
    values: dict[str, Any] = {}
    if data is not None:
        try:
            values = json.loads(files.read_bytes(data), parse_float=Decimal)
        except ValueError as error:
            raise InputError("bad-json", f"“{data.name}”不是有效的 JSON 数据，请检查后重试。") from error
        if not isinstance(values, dict):
            raise InputError("bad-json", f"“{data.name}”应为一组键和值，请检查后重试。")
    opened = read_book(book)
    content, report = filled(opened, values)
    if punctuation:
        texts = {key: [full_width(line) for line in lines] for key, lines in report.texts.items()}
        changed = {key: lines for key, lines in texts.items() if lines != report.texts[key]}
        content, _ = filled(opened, {**values, "texts": {**(values.get("texts") or {}), **changed}})
        console.say(f"改了{len(changed)}段文字的标点。")
    files.save(target, content)
    console.say(f"已填入：{target}")


@command("check", FILES, LAST, PACK, JSON, ANNOTATE, HTML, EXPLAIN_TEXT)
def check(
    console: Console,
    files: list[Path],
    last: Path | None,
    pack: list[Path],
    as_json: bool,
    annotate: Path | None,
    html: Path | None,
    explain_text: bool,
) -> int:
    """校验报告，列出每一处问题、应当怎样和怎么改。

    例：nianbao check 2025.xlsx --last 2024.xlsx --annotate 2025-校验.xlsx
    """
    from . import show
    from .desk.checking import Checked, Refused, check_files
    from .desk.terms import terms
    from .files import check_target, save

    for target in _given(annotate, html):
        check_target(target, *files, *_given(last), *pack)
    if annotate and (len(files) != 1 or files[0].suffix.lower() not in (".xlsx", ".xlsm")):
        raise CallError("annotate", "--annotate 一次只能标注一个工作簿（.xlsx），请只指定一个工作簿。")
    results = check_files(files, terms(pack, last))
    console.put(show.as_json(results) if as_json else show.as_text(results, verbose=console.loudness > 0))
    if explain_text:
        told = [show.numbers_of_text(r.report) for r in results if isinstance(r, Checked)]
        (console.say if as_json else console.put)("\n".join(told))
    if html:
        save(html, show.as_html(results))
        console.say(f"校验结果网页：{html}")
    if annotate and isinstance(results[0], Checked):
        from .excel.annotate import annotate as mark

        save(annotate, mark(files[0], results[0].findings, results[0].report.explanations))
        console.say(f"标注后的副本：{annotate}")
    if any(isinstance(result, Refused) for result in results):
        return 2
    return int(any(isinstance(result, Checked) and result.blocking for result in results))


@command("explain", BOOK, ABOUT_RULE, PLACE, TEXT, LAST, PACK, OUTPUT)
def explain(
    console: Console,
    book: Path,
    rule: str,
    place: str | None,
    text: str,
    last: Path | None,
    pack: list[Path],
    output: Path | None,
) -> None:
    """对一处问题写明原因，写进工作簿的副本，原文件不变。

    例：nianbao explain 2025.xlsx G21-T3-PREV D7 --text 机构改革合并 -o 2025-已说明.xlsx
    """
    from . import files
    from .desk.answering import answer
    from .desk.checking import check_file
    from .desk.terms import terms
    from .excel.fill import filled
    from .excel.read import read_book

    target = output or book.with_name(f"{book.stem}-已说明.xlsx")
    files.check_target(target, book, *_given(last), *pack)
    held = terms(pack, last)
    checked = check_file(book, held)
    answers = answer(checked.report, checked.findings, checked.places, rule, place or "", text, held.today)
    content, _ = filled(read_book(book), {"explanations": [vars(one) for one in answers]})
    files.save(target, content)
    console.say(f"已写入说明：{target}")


@command("report", FILE, TARGET, LAST, PACK, TEMPLATE, DRAFT, LINK)
def report(
    console: Console,
    file: Path,
    output: Path,
    last: Path | None,
    pack: list[Path],
    template: Path | None,
    draft: bool,
    link: list[str],
) -> None:
    """校验无误后生成报告；还有错误时只列出错误，不生成。

    例：nianbao report 2025.xlsx -o 2025年报告.docx
    """
    from . import files, show
    from .desk.checking import check_file
    from .desk.issuing import issue
    from .desk.terms import terms

    files.check_target(output, file, *_given(last, template), *pack)
    held = terms(pack, last, template)
    checked = check_file(file, held)
    for note in checked.report.notes:
        console.say(note)
    try:
        content = issue(checked, output.suffix.lower(), held, draft, link)
    except RefusedError as error:
        listed = "\n".join(show.line(finding, show.at(checked, finding)) for finding in checked.blocking)
        advice = "加 --draft 可以先生成草稿。"
        raise RefusedError(error.code, f"{listed}\n{error.message}{advice}", error.findings) from error
    files.save(output, content)
    console.say(f"已生成：{output}")


@command("read", FILE, JSON)
def read(console: Console, file: Path, as_json: bool) -> None:
    """读出文件中的报告数据。

    例：nianbao read 2025年报告.docx --json
    """
    from . import show, verbs
    from .report import to_json

    source = verbs.read(file)
    for note in source.notes:
        console.say(note)
    console.put(to_json(source) if as_json else show.contents(source))


@command("mail", REPORT, TO, EML, WORKBOOK, LAST, PACK, TEMPLATE, OPEN, SEND)
def mail(
    console: Console,
    file: Path,
    to: list[str],
    output: Path | None,
    workbook: Path | None,
    last: Path | None,
    pack: list[Path],
    template: Path | None,
    show: bool,
    send: bool,
) -> None:
    """写一封附有报告的邮件草稿；报告还有错误时注明草稿。

    例：nianbao mail 2025年报告.docx --to bgs@example.cn --workbook 2025.xlsx --open
    """
    from datetime import datetime

    from . import files, smtp
    from . import mail as mails
    from .desk.mailing import prepare
    from .desk.terms import terms

    if show and send:
        raise CallError("open-and-send", "--open 和 --send 不能同时使用，请选一项：先打开核对，或直接发送。")
    if output and output.suffix.lower() != ".eml":
        raise CallError("not-eml", f"邮件草稿应写成 .eml 文件，请把“{output.name}”改为这一后缀。")
    when = datetime.now().astimezone()
    letter = prepare(file, to, terms(pack, last, template, when.date()), workbook)
    target = output or (None if send else Path(letter.file_name))
    if target:
        files.check_target(target, file, *_given(workbook, last, template), *pack)
    for note in letter.notes:
        console.say(note)
    if send:
        account = smtp.account()
        content = mails.message_bytes(letter, account.sender, when, unsent=False)
        smtp.send(account, smtp.password(account.user), letter.to, content)
        console.say(f"已发送给 {'、'.join(letter.to)}：{letter.subject}")
    else:
        content = mails.message_bytes(letter, smtp.sender(), when, unsent=True)
    if target:
        files.save(target, content)
        console.say(f"邮件副本：{target}" if send else f"邮件草稿：{target}，请核对后发送。")
    if target and show:
        mails.open_draft(target, letter)


@command("rules", RULE, OF_FORM, JSON)
def rules(console: Console, rule: str | None, form: str | None, as_json: bool) -> None:
    """列出校验规则，或说明其中一条。

    例：nianbao rules G21-T3-BAL
    """
    from . import show
    from .desk.terms import terms
    from .form import load as load_form

    catalogue = terms().catalogue
    wanted = list(catalogue.rules.values())
    if form:
        wanted = [known for known in wanted if load_form(form).id in known.forms]
    if rule:
        wanted = [known for known in wanted if known.id.lower() == rule.lower()]
        if not wanted:
            from difflib import get_close_matches

            near = get_close_matches(rule.upper(), catalogue.rules, 1)
            hint = f"是否要找 {near[0]}？" if near else "用 nianbao rules 可列出全部规则。"
            raise CallError("unknown-rule", f"没有编号为“{rule}”的规则，{hint}")
    console.put(show.rules_json(wanted) if as_json else show.rules_text(wanted, whole=bool(rule)))


@command("forms", JSON)
def forms(console: Console, as_json: bool) -> None:
    """列出报告格式：谁在哪些年度使用哪一种。

    例：nianbao forms
    """
    from . import show

    console.put(show.forms_json() if as_json else show.forms_text())


@command("demo", FOLDER)
def demo(console: Console, output: Path | None) -> None:
    """演示：生成填好的工作簿、校验结果和 Word 报告。

    例：nianbao demo -o 演示
    """
    from .demo import demo as run

    for name, path in run(output or Path("nianbao-demo")):
        console.say(f"{name}：{path}")


@command("install")
def install(console: Console) -> None:
    """装上 Excel 和 LibreOffice 中的按钮；不需要管理员权限，也不需要联网。

    例：nianbao install
    """
    from .install import install as run

    for sentence in run():
        console.say(sentence)


@command("uninstall")
def uninstall(console: Console) -> None:
    """卸下 nianbao install 装上的按钮，其他文件不动。

    例：nianbao uninstall
    """
    from .install import uninstall as run

    for sentence in run():
        console.say(sentence)


@command("doctor")
def doctor(console: Console) -> int:
    """检查本机环境：哪些功能可用，缺什么。

    例：nianbao doctor
    """
    from .doctor import examine

    lines, usable = examine()
    console.put("\n".join(lines))
    return 0 if usable else 2


def _given(*paths: Path | None) -> list[Path]:
    return [path for path in paths if path is not None]


# ---------------------------------------------------------------- a call, from its words to its exit code


def main() -> None:
    """Run the command line and end the process with the contract's exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    try:
        called = parse(arguments, ABOUT, _COMMANDS)
        if isinstance(called, str):
            print(called, flush=True)
            return 0
        return _COMMANDS[called.command].function(Console(called.loudness), **called.values) or 0
    except NianbaoError as error:
        print(error.message, file=sys.stderr, flush=True)
        return error.exit_code
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr, flush=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        from .log import record

        sentence = f"程序出了差错，没有写出结果；详情记在 {record(error)}，请连同该文件一起反馈。"
        print(sentence, file=sys.stderr, flush=True)
        return 3
