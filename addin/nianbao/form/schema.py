"""What a form file may say, declared once: every file is held to it, and docs/form-language.md is made of it.

Each refusal is one sentence: the file, the place in it, the key, what stands there, and what may. Every start of the
program comes through here, so there is no regular expression to compile and no data class to make.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping, NamedTuple, NoReturn

from ..errors import InputError

KINDS = ("count", "signed", "money", "text", "choice")
NUMBERS_AND_TEXT = KINDS[:-1]
_ROOM = 240  # characters for what may be written, in a sentence
LEVELS = 9  # rows in rows, columns in columns; far more than any table prints


class Key(NamedTuple):
    """A key of an object: its type (one of `TYPES`, or the name of the objects it lists), its meaning, whether it must
    be there, and the words it may be, if only some. `blank`: a text may be empty. `default` says in words what holds
    where the key is absent. A whole number is from `least` to `most`. `one`: the key holds one object, no list."""

    name: str
    type: str
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    blank: bool = False
    default: str = ""
    least: int = 0
    most: int = 99
    one: bool = False


_NODE = (
    Key("id", "id", "编号，合成数字格的编号；发布后不再改变。同一张表里行和组的编号各不相同，同一块里列的编号各不相同；"
        "只有一列数字的，列的编号可以为空", blank=True),
    Key("label", "text", "规定的名称，一字不改；stub 为 0 的表只有一行，它的名称为空", True, blank=True),
    Key("name", "text", "句子里怎么称呼，行和列的合在一起是【名称】，各不相同", blank=True, default="去掉序号和说明的 label"),
    Key("total", "text", "由哪些相加：sum(组)，或 a + b，写的是同一方向的行、列，或别处的格；金额只与同一单位的金额相加"),
    Key("unit", "text", "计量单位", blank=True, default="表的 unit"),
    Key("units", "texts", "可供选择的计量单位，代替 unit"),
    Key("kind", "text", "填什么", allowed=KINDS, default="表的 kind"),
    Key("choices", "texts", "kind 为 choice 时可选的词语"),
    Key("note", "text", "给填报人的解释，不打印"),
    Key("basis", "text", "法律依据"),
    Key("confidence", "text", "名称没有与正式文本核对过的写 own", allowed=("own",)),
)
OBJECTS: dict[str, tuple[Key, ...]] = {
    "form": (
        Key("id", "file id", "编号，与文件名相同", True),
        Key("version", "text", "版本，行列有变化时加大", True),
        Key("name", "text", "名称", True),
        Key("use", "text", "谁在哪些年度使用", True),
        Key("basis", "text", "依据", True),
        Key("units", "texts", "适用的单位类型，meta.toml 中 meta.unit_type 的代码", default="不向任何单位推荐"),
        Key("since", "year", "从哪一个报告年度起使用", True),
        Key("until", "year", "到哪一个报告年度为止，不早于 since", default="一直使用"),
        Key("period", "texts", "统计期限的第一天和最后一天，月-日；最后一天在前的，是次年", default='["01-01", "12-31"]'),
        Key("title", "pattern", "标题，{unit_full} 等处填入单位信息", True),
        Key("title_words", "text", "标题中必须有的词语，也在 title 中", True),
        Key("preamble", "pattern", "引言；[ ] 中的一截，有一个内容不知道时整截省去", True),
        Key("preamble_heading", "text", "引言的标题"),
        Key("comparable", "lists", "上年用哪种格式时，哪些格可以比较；编号可以用 * 结尾"),
        Key("carry", "names", "新建时从上年报告带入：本年的格 = 上年的格；编号可以都用 * 结尾"),
        Key("preset", "names", "新建时就填好的格 = report_year（报告年度）或 next_year（下一年）"),
        Key("variants", "names", "别人的报告中见到的名称 = 表中规定的名称"),
        Key("confidence", "text", "名称没有与正式文本核对过的写 own", allowed=("own",)),
        Key("section", "section", "各部分，按印出的次序", True),
        Key("table", "table", "各表"),
        Key("share", "share", "可以写进句子的百分比"),
    ),
    "section": (
        Key("id", "id", "编号；部分、表、文字、句子和数字格的编号各不相同", True),
        Key("heading", "text", "标题，连同序号", True),
        Key("variants", "texts", "见到过的其他写法"),
        Key("table", "id", "这一部分的表；这样的部分只印表，下面各键中只能再写 annex"),
        Key("sheet", "sheet", "填文字、数字的工作表"),
        Key("texts", "text item", "要写的文字"),
        Key("fields", "field", "不在表中的数字"),
        Key("statements", "statement", "由数字写成的句子"),
        Key("statement_required", "flag", "句子必须写", default="false"),
        Key("annex", "flag", "附件：印在落款之后，另起一页", default="false"),
        Key("nothing", "text", "没有内容时印的话"),
        Key("limit", "whole", "字数上限", default="不限", least=1, most=100000),
    ),
    "text item": (
        Key("id", "id", "编号", True),
        Key("heading", "text", "小标题，可以为空；一个部分里各不相同", True, blank=True),
        Key("ask", "text", "写什么"),
        Key("aspect", "text", "讲的是哪个方面"),
        Key("words", "texts", "这个方面的其他说法"),
    ),
    "field": (
        Key("id", "id", "编号", True),
        Key("label", "text", "名称", True),
        Key("name", "text", "句子里怎么称呼", default="去掉序号和说明的 label"),
        Key("kind", "text", "填什么", True, NUMBERS_AND_TEXT),
        Key("unit", "text", "计量单位，文字的为空", True, blank=True),
        Key("total", "text", "由哪些格相加"),
        Key("note", "text", "给填报人的解释"),
        Key("basis", "text", "法律依据"),
    ),
    "statement": (
        Key("id", "id", "编号", True),
        Key("text", "sentence", "句子，【名称】处填入数字；其中一个数字没有填的不印，填报人可以改写", True),
        Key("zero", "id", "这一格为0时换成 zero_text"),
        Key("zero_text", "sentence", "换成的那一句，为空时不印；要有 zero", blank=True),
    ),
    "table": (
        Key("id", "id", "编号", True),
        Key("sheet", "sheet", "工作表", True),
        Key("cell", "text", "数字格的编号怎样由 {row} 和 {column} 合成，例如 t3.{row}.{column}", True),
        Key("widths", "numbers", "各列宽度，毫米：标签列、单位或代码列、数字列，个数与表的列数相同", True),
        Key("stub", "whole", "标签占几列，不少于行的级数；为 0 的不印行的名称", True, most=LEVELS),
        Key("unit", "text", "计量单位", True, blank=True),
        Key("kind", "text", "填什么", True, KINDS),
        Key("head", "line", "印在表上方的一行，{unit_full} 等处填入单位信息"),
        Key("foot", "line", "印在表下方的一行"),
        Key("landscape", "flag", "横排", default="false"),
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
    "column": (
        *_NODE,
        Key("span", "whole", "占几个宽度", default="1", least=1),
        Key("columns", "column", "下一级的列；有下一级的是组，只有名称，没有数字"),
    ),
    "row": (
        *_NODE,
        Key("heading", "flag", "只是下面各行的标题，没有数字", default="false"),
        Key("indent", "whole", "缩进几级", default="0", most=LEVELS),
        Key("code", "text", "印出的代码，infos 中要有显示代码的一列"),
        Key("rows", "row", "下一级的行；有下一级的是组，只有名称，没有数字"),
    ),
    "share": (
        Key("name", "text", "在句子中的名称", True),
        Key("part", "id", "部分：一个格的编号", True),
        Key("whole", "id", "总数：一个格的编号", True),
        Key("group", "text", "同一组的百分比加起来是100；它们的 whole、digits 相同"),
        Key("digits", "whole", "小数位数", default="1", most=4),
    ),
    "meta": (
        Key("sheet", "sheet", "问单位信息的工作表", True),
        Key("sheets", "other sheets", "各种格式的工作簿都有的其他工作表", True, one=True),
        Key("field", "question", "各个问题，按次序", True),
    ),
    "other sheets": (
        Key("guide", "sheet", "怎样填写", True),
        Key("names", "sheet", "句子可以引用的名称", True),
        Key("previous", "sheet", "上年的数字", True),
        Key("reasons", "sheet", "对问题的说明", True),
        Key("checks", "sheet", "由公式校验的规则", True),
        Key("results", "sheet", "校验的结果", True),
        Key("rules", "sheet", "规则的目录", True),
        Key("work", "sheet", "隐藏的中间结果", True),
    ),
    "question": (
        Key("id", "id", "编号，meta. 开头", True),
        Key("label", "text", "问题", True),
        Key("kind", "text", "填什么", allowed=("text", "year", "date", "choice"), default="text"),
        Key("required", "flag", "必填", default="false"),
        Key("hint", "text", "提示"),
        Key("choices", "choice", "可选的回答，kind 为 choice 时写"),
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
    "column": "列", "row": "行", "share": "百分比", "other sheets": "其他工作表", "question": "问题", "choice": "选项",
}
TYPES = {
    "text": "一行文字", "id": "编号（英文字母、数字、_ 和 .）", "file id": "编号（英文字母、数字、_ 和 -）", "year": "年份（1990 至 2100）",
    "whole": "整数", "flag": "true 或 false",
    "texts": "文字的列表，不重复", "numbers": "大于0、小于1000的数的列表", "names": "一组“名称 = 文字”", "lists": "一组“名称 = 文字的列表”",
    "sheet": "工作表名（汉字，可以有字母、数字和 _，不以数字开头，不超过31字）", "pattern": "一行文字，{ } 和 [ ] 成对", "line": "一行文字，{ } 成对，没有 [ ]",
    "sentence": "一行文字，【 】成对",
}


def check(data: Mapping[str, Any], kind: str, file: str) -> None:
    """Refuse a file that says anything the schema does not have; `kind` is `form` or `meta`."""
    _object(data, kind, (), file)


def refuse(file: str, where: Iterable[str], problem: str) -> NoReturn:
    """Raise the one sentence about a form file: where in it, and what is wrong there."""
    place = "，".join(where)
    raise InputError("bad-form", f"格式文件“{file}”{f'的{place}' if place else ''}：{problem}。")


def near(name: str, known: Iterable[str]) -> str:
    """Return what to write instead of a name nobody knows: the nearest one, else all there are (of many the first)."""
    from difflib import get_close_matches

    names = list(known)
    found = get_close_matches(name, names, 1, 0.5)
    if found:
        return f"是否应为“{found[0]}”"
    told = "、".join(names)
    if len(told) > _ROOM:
        told = told[:told.rindex("、", 0, _ROOM)] + " 等"
    return f"可以写的有 {told}" if names else "这里没有可以写的"


def shown(value: Any) -> str:
    """Return how a sentence says what stands in a file, on one line and no longer than a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return f"{len(value)}项的列表" if isinstance(value, list) else "一组键和值"
    text = "".join(c if is_text(c) else "□" for c in str(value)[:40]) + ("…" if len(str(value)) > 40 else "")
    return f"“{text}”" if isinstance(value, str) else text


def _object(data: Any, kind: str, where: tuple[str, ...], file: str) -> None:
    if not isinstance(data, dict):
        refuse(file, where, f"应为一组键和值，现在是{shown(data)}")
    if len(where) > LEVELS + 2:  # table and block, and then the rows
        refuse(file, where[:2], f"行或列套了{len(where) - 2}级，最多{LEVELS}级")
    known = _KNOWN[kind]
    for name, value in data.items():
        if name not in known:
            refuse(file, where, f"有不认识的键“{name}”，{near(name, known)}")
        _value(value, known[name], where, file)
    for key in _REQUIRED[kind]:
        if key.name not in data:
            refuse(file, where, f"缺少“{key.name}”（{key.meaning}）")


def _value(value: Any, key: Key, where: tuple[str, ...], file: str) -> None:
    if key.one:
        _object(value, key.type, (*where, _CALLED[key.type]), file)
    elif key.type in OBJECTS:
        if not isinstance(value, list) or (key.required and not value):
            refuse(file, where, f"“{key.name}”应为{_CALLED[key.type]}的列表，至少一项，现在是{shown(value)}")
        for number, item in enumerate(value, 1):
            _object(item, key.type, (*where, called(key.type, item, number)), file)
    elif value == "":
        if not key.blank:
            refuse(file, where, f"“{key.name}”不能为空（{key.meaning}）")
    elif not _FITS[key.type](value):
        refuse(file, where, f"“{key.name}”应为{TYPES[key.type]}，{_standing(value, key.type)}")
    elif key.type == "whole" and not key.least <= value <= key.most:
        refuse(file, where, f"“{key.name}”应为 {key.least} 至 {key.most} 的整数，现在是{value}")
    elif key.allowed and value not in key.allowed:
        refuse(file, where, f"“{key.name}”应为 {'、'.join(key.allowed)} 之一，现在是{shown(value)}")


def called(kind: str, item: Any, number: int) -> str:
    """Return how a place in a file is called: by its id or label, else by its number."""
    keys = ("id", "label", "code", "name") if isinstance(item, dict) else ()
    named = next((item[key] for key in keys if item.get(key) and isinstance(item[key], str)), "")
    return f"{_CALLED[kind]}{shown(named)}" if named else f"第{number}{'' if kind == 'block' else '个'}{_CALLED[kind]}"


def _standing(value: Any, type_: str) -> str:
    """Return what stands there that does not fit: of a list or of names the item at fault."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            if not _FITS[type_]([item]) or (type_ == "texts" and item in value[:number]):
                return f"其中第{number + 1}项是{shown(item)}"
    if isinstance(value, dict):
        for name, item in value.items():
            if not _FITS[type_]({name: item}):
                return f"其中“{name}”是{shown(item)}"
    return f"现在是{shown(value)}"


def names_in(text: str, open_: str = "【", close: str = "】") -> list[str] | None:
    """Return the names in brackets in a text, in order; None where the brackets do not match."""
    outside, *pieces = text.split(open_)
    found = [piece.split(close) for piece in pieces]
    if close in outside or any(len(piece) != 2 or not 1 <= len(piece[0]) <= 80 for piece in found):
        return None
    return [piece[0] for piece in found]


def is_text(value: Any) -> bool:
    """Whether a text is one line without a character that nobody sees, or that XML does not take."""
    return isinstance(value, str) and (value.isprintable() or value.replace("\u3000", "").isprintable())


def is_id(value: Any) -> bool:
    """Whether a text can be an id: it becomes part of the name of a range in Excel, and of an expression."""
    return (isinstance(value, str) and value.isascii() and value.replace(".", "").replace("_", "").isalnum()
            and ".." not in value and not value.endswith("."))


def _is_file_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.replace("-", "").replace("_", "").isalnum()


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: Any) -> bool:
    return (isinstance(value, list) and all(is_text(item) and item for item in value)
            and len(set(value)) == len(value))


def _is_numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(
        isinstance(n, (int, float)) and not isinstance(n, bool) and 0 < n < 1000 for n in value)


def _is_names(value: Any) -> bool:
    return isinstance(value, dict) and all(key and is_text(key) and is_text(v) and v for key, v in value.items())


def _is_pattern(value: Any) -> bool:
    """Whether braces enclose a name, and brackets a piece, which may hold further pieces."""
    if not is_text(value):
        return False
    names = names_in(value, "{", "}")
    depth = 0
    for mark in value:
        depth += (mark == "[") - (mark == "]")
        if depth < 0:
            return False
    return depth == 0 and names is not None and not any("[" in name or "]" in name for name in names)


def _is_sheet(value: Any) -> bool:
    """Whether formulas can name a sheet without quotes."""
    return isinstance(value, str) and value.isidentifier() and not value.isascii() and len(value) <= 31


def _is_sentence(value: Any) -> bool:
    return is_text(value) and names_in(value) is not None


_KNOWN = {kind: {key.name: key for key in keys} for kind, keys in OBJECTS.items()}
_REQUIRED = {kind: [key for key in keys if key.required] for kind, keys in OBJECTS.items()}
_FITS: dict[str, Callable[[Any], bool]] = {
    "text": is_text,
    "id": is_id,
    "file id": _is_file_id,
    "year": lambda value: _is_whole(value) and 1990 <= value <= 2100,
    "whole": _is_whole,
    "flag": lambda value: isinstance(value, bool),
    "texts": _is_texts,
    "numbers": _is_numbers,
    "names": _is_names,
    "lists": lambda value: isinstance(value, dict) and all(key and _is_texts(v) for key, v in value.items()),
    "sheet": _is_sheet,
    "pattern": _is_pattern,
    "line": lambda value: _is_pattern(value) and "[" not in value,
    "sentence": _is_sentence,
}
