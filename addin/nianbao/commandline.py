"""From the words of a call to the values of a command, with help and refusals in Chinese; argparse does the reading.

Only the command that is called is set up: a start pays for its own options and for no others.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any, Callable, Mapping, NoReturn, Sequence

from .errors import CallError

_HELP = ("-h", "--help")


@dataclass(frozen=True)
class Option:
    """One argument (`flag` is its name) or option (`flag` begins with a dash) of a command.

    `metavar` is what a person writes there; an option without one is a switch. `kind` makes the value from the text.
    `many`: it may be given several times and gives a list. An argument must be given unless it is `optional`, an
    option only where `required`. `name` is the keyword the command gets it by, where that is not the flag's own.
    """

    flag: str
    metavar: str
    help: str
    name: str = ""
    kind: Callable[[str], Any] = str
    required: bool = False
    optional: bool = False
    many: bool = False

    @property
    def key(self) -> str:
        return self.name or self.flag.lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Command:
    """What a command is called with, and its help: a sentence, and an example after 例：."""

    function: Callable[..., int | None]
    options: tuple[Option, ...]

    @property
    def help(self) -> str:
        lines = (self.function.__doc__ or "").strip().splitlines()
        return "\n".join(line.strip() for line in lines)


@dataclass(frozen=True)
class Call:
    """A call that was understood: the command's name, its values by keyword, and -1 to 1 for quiet to verbose."""

    command: str
    values: Mapping[str, Any]
    loudness: int


def parse(arguments: Sequence[str], about: str, commands: Mapping[str, Command]) -> Call | str:
    """Return the call that these words make, or the help they ask for; anything else is a `CallError`."""
    if not arguments or arguments[0] in _HELP:
        return _overview(about, commands)
    name, rest = arguments[0], list(arguments[1:])
    if name not in commands:
        raise CallError("unknown-command", f"没有“{name}”这个命令，{_nearest(name, commands)}")
    parser = _parser(name, commands[name])
    before = rest[: rest.index("--")] if "--" in rest else rest
    if any(word in _HELP for word in before):
        return parser.format_help().rstrip()
    values, unknown = _read(parser, rest)
    if unknown:
        kind = "选项" if unknown[0].startswith("-") else "参数"
        raise CallError("unknown-option", f"“{unknown[0]}”不是 {name} 的{kind}，请加 --help 查看用法。")
    loudness = bool(values.pop("verbose")) - bool(values.pop("quiet"))
    return Call(name, values, loudness)


def _overview(about: str, commands: Mapping[str, Command]) -> str:
    lines = ["用法：nianbao 命令 [选项]…", "", about, "", "命令："]
    lines += [f"  {name:<10}  {command.help.splitlines()[0]}" for name, command in commands.items()]
    return "\n".join([*lines, "", "各命令的用法和例子：nianbao 命令 --help"])


def _nearest(name: str, commands: Mapping[str, Command]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, commands, 1)
    return f"是否要用 {near[0]}？" if near else "用 nianbao --help 可查看全部命令。"


class _Parser(argparse.ArgumentParser):
    """argparse, which raises where it would print in English and exit."""

    def error(self, message: str) -> NoReturn:
        # The names stand behind the colon, whatever the language of the sentence before it.
        raise CallError("missing-option", f"命令缺少必填的“{message.rpartition(': ')[2]}”，请补上。")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：")


def _parser(name: str, command: Command) -> _Parser:
    parser = _Parser(f"nianbao {name}", description=command.help, formatter_class=_Formatter, add_help=False,
                     allow_abbrev=False, exit_on_error=False)
    arguments, options = parser.add_argument_group("参数"), parser.add_argument_group("选项")
    for option in command.options:
        if not option.flag.startswith("-"):
            count = "+" if option.many else "?" if option.optional else None
            arguments.add_argument(option.key, metavar=option.metavar, help=option.help, type=option.kind, nargs=count)
        elif not option.metavar:
            options.add_argument(option.flag, dest=option.key, help=option.help, action="store_true")
        else:
            text = f"{option.help}（必填）" if option.required else option.help
            many: dict[str, Any] = {"action": "append", "default": None if option.required else []}
            options.add_argument(option.flag, dest=option.key, metavar=option.metavar, help=text, type=option.kind,
                                 required=option.required, **(many if option.many else {}))
    options.add_argument("-q", "--quiet", help="只显示结果和错误。", action="store_true")
    options.add_argument("-v", "--verbose", help="多显示过程信息。", action="store_true")
    options.add_argument(*_HELP, help="显示本说明。", action="store_true")
    return parser


def _read(parser: _Parser, words: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the values and the words that are none of the command's."""
    try:
        found, unknown = parser.parse_known_args(words)
    except argparse.ArgumentError as error:
        if error.argument_name is None:
            parser.error(error.message)
        raise CallError("bad-option", f"“{error.argument_name}”的写法不对，请加 --help 查看用法。") from error
    values = vars(found)
    values.pop("help")
    return values, unknown
