"""What a form file may say, declared once: every file is held to it, and docs/form-language.md is made of it.

Each refusal is one sentence: the file, the place in it, the key, what stands there, and what may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterable, Mapping, NoReturn

from ..errors import InputError

KINDS = ("count", "signed", "money", "text", "choice")


@dataclass(frozen=True)
class Key:
    """A key of an object: its type (`text`, `whole`, `number`, `flag`, `texts`, `numbers`, `names` for keys and texts,
    `lists` for keys and lists of texts, or the name of the objects it lists), its meaning, whether it must be there,
    and the words it may be, if only some. `blank`: a text may be empty."""

    name: str
    type: str
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    blank: bool = False


_NODE = (
    Key("id", "text", "编号，合成数字格的编号；发布后不再改变，只有一列数字的可以为空", blank=True),
    Key("label", "text", "规定的名称，一字不改", True, blank=True),
    Key("name", "text", "句子里怎么称呼；不写时是去掉序号和说明的名称", blank=True),
    Key("total", "text", "由哪些相加：sum(组)，或 a + b"),
    Key("unit", "text", "计量单位", blank=True),
    Key("units", "texts", "可供选择的计量单位"),
    Key("kind", "text", "填什么", allowed=KINDS),
    Key("choices", "texts", "kind 为 choice 时可选的词语"),
    Key("note", "text", "给填报人的解释，不打印"),
    Key("basis", "text", "法律依据"),
    Key("confidence", "text", "名称没有与正式文本核对过的写 own", allowed=("own",)),
)
OBJECTS: dict[str, tuple[Key, ...]] = {
    "form": (
        Key("id", "text", "编号，与文件名相同", True),
        Key("version", "text", "版本，行列有变化时加大", True),
        Key("name", "text", "名称", True),
        Key("use", "text", "谁在哪些年度使用", True),
        Key("basis", "text", "依据", True),
        Key("units", "texts", "适用的单位类型，见 meta.toml"),
        Key("since", "whole", "从哪一个报告年度起使用", True),
        Key("until", "whole", "到哪一个报告年度为止"),
        Key("period", "texts", "统计期限的第一天和最后一天，月-日；最后一天在前的，是次年"),
        Key("title", "text", "标题，{unit_full} 等处填入单位信息", True),
        Key("title_words", "text", "标题中必须有的词语", True),
        Key("preamble", "text", "引言；[ ] 中的一截，有一个内容不知道时整截省去", True),
        Key("preamble_heading", "text", "引言的标题"),
        Key("comparable", "lists", "上年用哪种格式时，哪些格可以比较；编号可以用 * 结尾"),
        Key("carry", "names", "新建时从上年报告带入：本年的格 = 上年的格"),
        Key("preset", "names", "新建时就填好的格 = 由单位信息算出的名称"),
        Key("variants", "names", "别人的报告中见到的名称 = 规定的名称"),
        Key("confidence", "text", "名称没有与正式文本核对过的写 own", allowed=("own",)),
        Key("section", "section", "各部分，按印出的次序", True),
        Key("table", "table", "各表"),
        Key("share", "share", "可以写进句子的百分比"),
    ),
    "section": (
        Key("id", "text", "编号", True),
        Key("heading", "text", "标题，连同序号", True),
        Key("variants", "texts", "见到过的其他写法"),
        Key("table", "text", "这一部分的表"),
        Key("sheet", "text", "填文字、数字的工作表；有表的不写"),
        Key("texts", "text item", "要写的文字"),
        Key("fields", "field", "不在表中的数字"),
        Key("statements", "statement", "由数字写成的句子"),
        Key("statement_required", "flag", "句子必须写"),
        Key("annex", "flag", "附件：印在落款之后，另起一页"),
        Key("nothing", "text", "没有内容时印的话"),
        Key("limit", "whole", "字数上限"),
    ),
    "text item": (
        Key("id", "text", "编号", True),
        Key("heading", "text", "小标题，可以为空", True, blank=True),
        Key("ask", "text", "写什么"),
        Key("aspect", "text", "讲的是哪个方面"),
        Key("words", "texts", "这个方面的其他说法"),
    ),
    "field": (
        Key("id", "text", "编号", True),
        Key("label", "text", "名称", True),
        Key("name", "text", "句子里怎么称呼"),
        Key("kind", "text", "填什么", True, KINDS),
        Key("unit", "text", "计量单位，文字的为空", True, blank=True),
        Key("total", "text", "由哪些格相加"),
        Key("note", "text", "给填报人的解释"),
        Key("basis", "text", "法律依据"),
    ),
    "statement": (
        Key("id", "text", "编号", True),
        Key("text", "text", "句子，【名称】处填入数字；填报人可以改写", True, blank=True),
        Key("zero", "text", "这一格为0时换一句"),
        Key("zero_text", "text", "换成的那一句", blank=True),
    ),
    "table": (
        Key("id", "text", "编号", True),
        Key("sheet", "text", "工作表", True),
        Key("cell", "text", "数字格的编号怎样由 {row} 和 {column} 合成", True),
        Key("widths", "numbers", "各列宽度，毫米：标签列、单位或代码列、数字列", True),
        Key("stub", "whole", "标签占几列", True),
        Key("unit", "text", "计量单位", True, blank=True),
        Key("kind", "text", "填什么", True, KINDS),
        Key("head", "text", "印在表上方的一行"),
        Key("foot", "text", "印在表下方的一行"),
        Key("landscape", "flag", "横排"),
        Key("block", "block", "上下相接的各块，每块有自己的表头", True),
    ),
    "block": (
        Key("title", "text", "块的标题"),
        Key("corner", "text", "标签列的表头", blank=True),
        Key("infos", "info", "标签与数字之间的列"),
        Key("columns", "column", "列", True),
        Key("rows", "row", "行", True),
    ),
    "info": (
        Key("label", "text", "表头", True),
        Key("show", "text", "显示每行的单位或代码", True, ("unit", "code")),
    ),
    "column": (*_NODE, Key("span", "whole", "占几个宽度"), Key("columns", "column", "下一级的列")),
    "row": (
        *_NODE,
        Key("heading", "flag", "只是下面各行的标题，没有数字"),
        Key("indent", "whole", "缩进几级"),
        Key("code", "text", "印出的代码"),
        Key("rows", "row", "下一级的行"),
    ),
    "share": (
        Key("name", "text", "在句子中的名称", True),
        Key("part", "text", "部分：一个格的编号", True),
        Key("whole", "text", "总数：一个格的编号", True),
        Key("group", "text", "同一组的百分比加起来是100"),
        Key("digits", "whole", "小数位数，默认1"),
    ),
    "meta": (
        Key("sheet", "text", "问单位信息的工作表", True),
        Key("sheets", "names", "各种格式的工作簿都有的其他工作表", True),
        Key("field", "question", "各个问题，按次序", True),
    ),
    "question": (
        Key("id", "text", "编号，meta. 开头", True),
        Key("label", "text", "问题", True),
        Key("kind", "text", "填什么", allowed=("text", "year", "date", "choice")),
        Key("required", "flag", "必填"),
        Key("hint", "text", "提示"),
        Key("choices", "choice", "可选的回答"),
    ),
    "choice": (
        Key("code", "text", "代码", True),
        Key("label", "text", "显示的词语", True),
        Key("aliases", "texts", "其他写法"),
        Key("names_end", "texts", "单位名称以此结尾的，多半是这一项"),
    ),
}
_CALLED = {
    "section": "部分", "text item": "文字", "field": "数字", "statement": "句子", "table": "表", "block": "块", "info": "列",
    "column": "列", "row": "行", "share": "百分比", "question": "问题", "choice": "选项",
}
TYPES = {
    "text": "文字", "whole": "大于或等于0的整数", "number": "数", "flag": "true 或 false", "texts": "文字的列表",
    "numbers": "大于0的数的列表", "names": "一组“名称 = 文字”", "lists": "一组“名称 = 文字的列表”",
}


def check(data: Mapping[str, Any], kind: str, file: str) -> None:
    """Refuse a file that says anything the schema does not have; `kind` is `form` or `meta`."""
    _object(data, kind, (), file)


def refuse(file: str, where: Iterable[str], problem: str) -> NoReturn:
    """Raise the one sentence about a form file: where in it, and what is wrong there."""
    place = "，".join(where)
    raise InputError("bad-form", f"格式文件“{file}”{f'的{place}' if place else ''}：{problem}。")


def _object(data: Any, kind: str, where: tuple[str, ...], file: str) -> None:
    if not isinstance(data, dict):
        refuse(file, where, f"应为一组键和值，现在是 {data!r}")
    known = {key.name: key for key in OBJECTS[kind]}
    for name in data:
        if name not in known:
            refuse(file, where, f"有不认识的“{name}”，{_nearest(name, known)}")
    for key in known.values():
        if key.name in data:
            _value(data[key.name], key, where, file)
        elif key.required:
            refuse(file, where, f"缺少“{key.name}”（{key.meaning}）")


def _value(value: Any, key: Key, where: tuple[str, ...], file: str) -> None:
    if key.type in OBJECTS:
        if not isinstance(value, list) or (key.required and not value):
            refuse(file, where, f"“{key.name}”应为{_CALLED[key.type]}的列表，至少一项，现在是 {value!r}")
        for number, item in enumerate(value, 1):
            _object(item, key.type, (*where, called(key.type, item, number)), file)
        return
    if not _FITS[key.type](value) or (key.type == "text" and not value and not key.blank):
        refuse(file, where, f"“{key.name}”应为{TYPES[key.type]}，现在是 {value!r}")
    if key.allowed and value not in key.allowed:
        refuse(file, where, f"“{key.name}”应为 {'、'.join(key.allowed)} 之一，现在是“{value}”")


def called(kind: str, item: Any, number: int) -> str:
    """Return how a place in a file is called: by its id or label, else by its number."""
    keys = ("id", "label", "code", "name") if isinstance(item, dict) else ()
    named = next((item[key] for key in keys if item.get(key)), "")
    return f"{_CALLED[kind]}“{named}”" if named else f"第{number}个{_CALLED[kind]}"


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1)
    return f"是否应为“{near[0]}”" if near else f"可以写的有 {'、'.join(known)}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _is_numbers(value: Any) -> bool:
    good = (isinstance(n, (int, float)) and not isinstance(n, bool) and 0 < n < 10**6 for n in value)
    return isinstance(value, list) and bool(value) and all(good)


def _is_names(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) and v for v in value.values())


_FITS: dict[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "whole": _is_whole,
    "flag": lambda value: isinstance(value, bool),
    "texts": _is_texts,
    "numbers": lambda value: isinstance(value, list) and _is_numbers(value),
    "names": _is_names,
    "lists": lambda value: isinstance(value, dict) and all(map(_is_texts, value.values())),
}
