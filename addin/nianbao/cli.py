"""The command `nianbao`: a thin shell over the verbs. Data go to stdout, progress and messages to stderr.

Exit codes: 0 done · 1 errors found, or the report refused because of them · 2 the input or the call cannot be used ·
3 a defect of the program, with a log file · 130 interrupted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Callable, Optional, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from .errors import CallError, NianbaoError, RefusedError

if TYPE_CHECKING:
    from .form import Form
    from .report import Report

_WORDS = {
    "Usage:": "用法：",
    "Options:": "选项：",
    "Arguments:": "参数：",
    "Commands:": "命令：",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]…",
    "Show this message and exit.": "显示本说明。",
    "[required]": "（必填）",
}


def _in_chinese(text: str) -> str:
    for english, chinese in _WORDS.items():
        text = text.replace(english, chinese)
    return text


class _Command(TyperCommand):
    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))


class _Group(TyperGroup):
    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))


_ABOUT = "年报：填写、校验政府信息公开工作年度报告，并生成 Word 报告。"
_COMMANDS: dict[str, Callable[..., None]] = {}

_Verb = TypeVar("_Verb", bound=Callable[..., None])
_verbosity = 0


def _quiet(value: bool) -> bool:
    global _verbosity
    _verbosity -= bool(value)
    return value


def _verbose(value: bool) -> bool:
    global _verbosity
    _verbosity += bool(value)
    return value


Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="只显示结果和错误。", callback=_quiet)]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="多显示过程信息。", callback=_verbose)]
Book = Annotated[Path, typer.Argument(metavar="工作簿", help="标准工作簿（.xlsx）。", show_default=False)]
File = Annotated[Path, typer.Argument(metavar="文件", help="工作簿、Word 报告、网页或 JSON 数据。", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON 数据。")]


def _say(message: str, level: int = 0) -> None:
    if _verbosity >= level:
        typer.echo(message, err=True)


def _command(name: str) -> Callable[[_Verb], _Verb]:
    def register(function: _Verb) -> _Verb:
        _COMMANDS[name] = function
        return function

    return register


def _app(arguments: list[str]) -> typer.Typer:
    """Return the application for a call: with the one command it names, or with all where it names none. Typer looks
    at every parameter of every command it is given, which costs a start more than reading a workbook."""
    app = typer.Typer(
        cls=_Group, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, help=_ABOUT
    )
    app.callback()(lambda: None)  # keeps an application with one command from becoming that command
    wanted = [arguments[0]] if arguments and arguments[0] in _COMMANDS else list(_COMMANDS)
    for name in wanted:
        app.command(name, cls=_Command)(_COMMANDS[name])
    return app


@_command("new")
def new(
    form: Annotated[str, typer.Argument(metavar="格式", help="报告格式编号，见 nianbao forms。", show_default=False)],
    unit: Annotated[str, typer.Option("--unit", metavar="名称", help="单位全称。")],
    year: Annotated[int, typer.Option("--year", metavar="年度", help="报告年度，例如 2024。")],
    last: Annotated[Optional[Path], typer.Option("--last", metavar="文件", help="上一年度的工作簿或报告。")] = None,
    output: Annotated[Optional[Path], typer.Option("-o", metavar="文件", help="写到哪里。")] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """新建空白工作簿，可从上一年度文件带入上年结转等数据。

    例：nianbao new gov-2021 --unit 某某县某某局 --year 2024 --last 2023.xlsx -o 2024.xlsx
    """
    from . import files, verbs
    from .excel.new import new as new_book
    from .form import load

    wanted = load(form)
    target = output or Path(f"{files.safe_name(unit)}-{year}年.xlsx")
    files.check_target(target, *([last] if last else []))
    earlier = verbs.read(last) if last else None
    _suggest(wanted, unit, year, earlier)
    content, remarks = new_book(wanted.id, unit, year, earlier)
    files.save(target, content)
    for remark in remarks:
        _say(remark)
    _say(f"已新建工作簿：{target}")


def _suggest(wanted: Form, unit: str, year: int, earlier: Report | None) -> None:
    """Say which form the unit and the year point to, where it is another one; the choice stays the clerk's."""
    from .form import AGENCY, meta_fields, suggested

    key = "meta.unit_type"
    unit_type = (earlier and earlier.meta.get(key)) or meta_fields()[key].likely(unit) or AGENCY
    others = suggested(unit_type, year)
    if wanted not in others and others:
        names = "或".join(f"“{other.name}”（{other.id}）" for other in others)
        _say(f"请注意：这类单位{year}年度一般使用{names}，现按“{wanted.name}”新建；主管部门另有要求的按要求办理。")


@_command("fill")
def fill(
    book: Book,
    data: Annotated[Path, typer.Option("--data", metavar="JSON", help="要填入的数据。")],
    output: Annotated[Optional[Path], typer.Option("-o", metavar="文件", help="写到哪里。")] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """把 JSON 数据填入工作簿的副本，原文件不变。

    例：nianbao fill 空白.xlsx --data 数据.json -o 已填.xlsx
    """
    import json
    from decimal import Decimal

    from . import files
    from .errors import InputError
    from .excel.fill import fill as fill_book

    target = output or book.with_name(f"{book.stem}-已填.xlsx")
    files.check_target(target, book, data)
    try:
        values = json.loads(files.read_bytes(data), parse_float=Decimal)
    except ValueError as error:
        raise InputError("bad-json", f"“{data.name}”不是有效的 JSON 数据，请检查后重试。") from error
    if not isinstance(values, dict):
        raise InputError("bad-json", f"“{data.name}”应为一组键和值，请检查后重试。")
    fill_book(book, values, target)
    _say(f"已填入：{target}")


@_command("check")
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="文件…", help="一个或多个文件。", show_default=False)],
    last: Annotated[Optional[Path], typer.Option("--last", metavar="文件", help="上一年度的工作簿或报告。")] = None,
    as_json: AsJson = False,
    annotate: Annotated[
        Optional[Path], typer.Option("--annotate", metavar="XLSX", help="把结果标注在工作簿的副本中。")
    ] = None,
    html: Annotated[Optional[Path], typer.Option("--html", metavar="HTML", help="把结果写成网页。")] = None,
    pack: Annotated[Optional[Path], typer.Option("--pack", metavar="TOML", help="在全国规则上叠加的规则文件。")] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """校验报告，列出每一处问题、应当怎样和怎么改。

    例：nianbao check 2024.xlsx --last 2023.xlsx --annotate 2024-校验.xlsx
    """
    from . import files, show, verbs
    from .checks import check as run
    from .checks.catalogue import load, overlay

    outputs = [path for path in (annotate, html) if path]
    for target in outputs:
        files.check_target(target, *paths, *([last] if last else []), *([pack] if pack else []))
    if annotate and (len(paths) != 1 or paths[0].suffix.lower() not in (".xlsx", ".xlsm")):
        raise CallError("annotate", "--annotate 一次只能标注一个工作簿（.xlsx），请只指定一个工作簿。")
    catalogue = overlay(load(), pack) if pack else load()
    earlier = verbs.read(last) if last else None
    results = []
    for path in paths:
        try:
            report, places = verbs.locate(path)
            found = run(report, earlier, catalogue)
            results.append(show.Result(str(path), report, tuple(found), places))
        except NianbaoError as error:
            results.append(show.Result(str(path), refused=error))
    if as_json:
        typer.echo(show.as_json(results, catalogue))
    else:
        typer.echo(show.as_text(results, verbose=_verbosity > 0))
    if html:
        files.save(html, show.as_html(results, catalogue))
        _say(f"校验结果网页：{html}")
    if annotate and results[0].report:
        from .excel.annotate import annotate as mark

        files.save(annotate, mark(paths[0], list(results[0].findings), results[0].places))
        _say(f"标注后的副本：{annotate}")
    if any(r.refused for r in results):
        raise typer.Exit(2)
    if any(f.blocks for r in results for f in r.findings):
        raise typer.Exit(1)


@_command("report")
def report(
    path: File,
    output: Annotated[Path, typer.Option("-o", metavar="文件", help="输出 .docx、.html 或 .pdf。")],
    template: Annotated[Optional[Path], typer.Option("--template", metavar="DOCX", help="自己的 Word 模板。")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="有错误也生成，并标明草稿。")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """校验无误后生成报告；还有错误时只列出错误，不生成。

    例：nianbao report 2024.xlsx -o 2024年报告.docx
    """
    from . import files, show, verbs
    from .checks import check as run

    files.check_target(output, path, *([template] if template else []))
    source = verbs.read(path)
    for note in source.notes:
        _say(note)
    blocking = [finding for finding in run(source) if finding.blocks]
    if blocking and not draft:
        lines = [show.line(finding) for finding in blocking]
        message = f"还有{len(blocking)}处错误或待说明的问题，没有生成报告；改正或说明后重试，或加 --draft 生成草稿。"
        raise RefusedError("open-errors", "\n".join([*lines, message]))
    content = verbs.content(source, output.suffix.lower(), template, len(blocking) if draft else None)
    files.save(output, content)
    _say(f"已生成：{output}")


@_command("read")
def read(path: File, as_json: AsJson = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """读出文件中的报告数据。

    例：nianbao read 2024年报告.docx --json
    """
    from . import show, verbs
    from .report import to_json

    source = verbs.read(path)
    for note in source.notes:
        _say(note)
    typer.echo(to_json(source) if as_json else show.contents(source))


@_command("mail")
def mail(
    path: Annotated[Path, typer.Argument(metavar="报告", help="Word 报告（.docx）。", show_default=False)],
    to: Annotated[list[str], typer.Option("--to", metavar="地址", help="收件人，可写多次。")],
    output: Annotated[Optional[Path], typer.Option("-o", metavar="EML", help="草稿写到哪里。")] = None,
    workbook: Annotated[Optional[Path], typer.Option("--workbook", metavar="XLSX", help="把工作簿也附上。")] = None,
    show: Annotated[bool, typer.Option("--open", help="写好后在邮件程序中打开，由您核对后发送。")] = False,
    send: Annotated[bool, typer.Option("--send", help="直接发送；不加这一项，什么也不会发出。")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """写一封附有报告的邮件草稿；报告还有错误时注明草稿。

    例：nianbao mail 2024年报告.docx --to bgs@example.cn --workbook 2024.xlsx --open
    """
    from datetime import datetime

    from . import files, smtp
    from . import mail as mails

    if show and send:
        raise CallError("open-and-send", "--open 和 --send 不能同时使用，请选一项：先打开核对，或直接发送。")
    if output and output.suffix.lower() != ".eml":
        raise CallError("not-eml", f"邮件草稿应写成 .eml 文件，请把“{output.name}”改为这一后缀。")
    when = datetime.now().astimezone()
    letter = mails.prepare(path, to, workbook, when.date())
    target = output or (None if send else Path(letter.file_name))
    if target:
        files.check_target(target, path, *([workbook] if workbook else []))
    for note in letter.notes:
        _say(note)
    if send:
        account = smtp.account()
        content = mails.message_bytes(letter, account.sender, when, unsent=False)
        smtp.send(account, smtp.password(account.user), letter.to, content)
        _say(f"已发送给 {'、'.join(letter.to)}：{letter.subject}")
    else:
        content = mails.message_bytes(letter, smtp.sender(), when, unsent=True)
    if target:
        files.save(target, content)
        _say(f"邮件副本：{target}" if send else f"邮件草稿：{target}，请核对后发送。")
    if target and show:
        mails.open_draft(target, letter)


@_command("rules")
def rules(
    rule_id: Annotated[Optional[str], typer.Argument(metavar="[编号]", help="只看一条规则。")] = None,
    form: Annotated[Optional[str], typer.Option("--form", metavar="格式", help="只看一种格式的规则。")] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """列出校验规则，或说明其中一条。

    例：nianbao rules G21-T3-BAL
    """
    from . import show
    from .checks.catalogue import load
    from .form import load as load_form

    catalogue = load()
    wanted = list(catalogue.rules.values())
    if form:
        wanted = [rule for rule in wanted if load_form(form).id in rule.forms]
    if rule_id:
        wanted = [rule for rule in wanted if rule.id.lower() == rule_id.lower()]
        if not wanted:
            from difflib import get_close_matches

            near = get_close_matches(rule_id.upper(), catalogue.rules, 1)
            hint = f"是否要找 {near[0]}？" if near else "用 nianbao rules 可列出全部规则。"
            raise CallError("unknown-rule", f"没有编号为“{rule_id}”的规则，{hint}")
    typer.echo(show.rules_json(wanted) if as_json else show.rules_text(wanted, whole=bool(rule_id)))


@_command("forms")
def forms(as_json: AsJson = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """列出报告格式：谁在哪些年度使用哪一种。

    例：nianbao forms
    """
    from . import show

    typer.echo(show.forms_json() if as_json else show.forms_text())


@_command("demo")
def demo(
    output: Annotated[Path, typer.Option("-o", metavar="文件夹", help="写到哪个文件夹。", show_default=False)] = Path(
        "nianbao-demo"
    ),
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """演示：生成填好的工作簿、校验结果和 Word 报告。

    例：nianbao demo -o 演示
    """
    from .demo import demo as run

    for name, path in run(output):
        _say(f"{name}：{path}")


@_command("install")
def install(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """装上 Excel 和 LibreOffice 中的按钮；不需要管理员权限，也不需要联网。

    例：nianbao install
    """
    from .install import install as run

    for sentence in run():
        _say(sentence)


@_command("uninstall")
def uninstall(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """卸下 nianbao install 装上的按钮，其他文件不动。

    例：nianbao uninstall
    """
    from .install import uninstall as run

    for sentence in run():
        _say(sentence)


@_command("doctor")
def doctor(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """检查本机环境：哪些功能可用，缺什么。

    例：nianbao doctor
    """
    from .doctor import examine

    lines, usable = examine()
    typer.echo("\n".join(lines))
    if not usable:
        raise typer.Exit(2)


def _usage(error: Exception) -> str:
    """Say in Chinese what typer found wrong with a call."""
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    name = getattr(parameter, "metavar", None) or getattr(parameter, "name", "") or getattr(error, "option_name", "")
    if getattr(parameter, "opts", None) and getattr(parameter, "param_type_name", "") == "option":
        name = "、".join(parameter.opts)  # type: ignore[union-attr]
    return {
        "MissingParameter": f"命令缺少必填的“{name}”，请补上。",
        "NoSuchOption": f"没有“{name}”这个选项，请加 --help 查看用法。",
        "NoSuchCommand": "没有这个命令，请用 nianbao --help 查看全部命令。",
        "BadParameter": f"“{name}”的写法不对，请加 --help 查看用法。",
    }.get(kind, "命令的写法不对，请加 --help 查看用法。")


def main() -> None:
    """Run the command line and end the process with the contract's exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    global _verbosity
    _verbosity = 0
    try:
        return _app(arguments)(arguments or ["--help"], prog_name="nianbao", standalone_mode=False) or 0
    except NianbaoError as error:
        typer.echo(error.message, err=True)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("已中断。", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if hasattr(error, "format_message"):
            typer.echo(_usage(error), err=True)
            return 2
        from .log import record

        typer.echo(f"程序出了差错，没有写出结果；详情记在 {record(error)}，请连同该文件一起反馈。", err=True)
        return 3
