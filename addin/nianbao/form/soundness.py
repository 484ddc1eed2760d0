"""What no single key of a form file shows: ids that stand twice, widths that do not fit, keys without effect.

What one part says about another is looked at in `references`, what totals add up in `totals`.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any, Iterable, Iterator, Mapping

from . import references, totals
from .schema import is_id, refuse, shown
from .values import AGENCY, CHOICE, MONEY, Block, Form, Node, Section, Table

# Block names that every workbook has in its hidden columns, and what its keys begin with.
TABLES_OF_WORKBOOK = ("form", "meta", "last", "last.fields", "text", "fields", "statements", "why", "end")
KEYS_OF_WORKBOOK = ("meta", "last", "share", "heading", "name", "mark", "work", "preview", "count", "limit", "checks")
PREAMBLE = "preamble"
# What the program itself asks of a unit and its report.
QUESTIONS = {
    "meta.unit_full": "text", "meta.unit_type": "choice", "meta.level": "choice", "meta.report_year": "year",
    "meta.period_from": "date", "meta.period_to": "date", "meta.sign_date": "date", "meta.publish_date": "date",
}  # fmt: skip
_KEYS = tuple(f"{key}." for key in KEYS_OF_WORKBOOK)


def check_form(form: Form, file: str, around: references.Around) -> None:
    """Refuse a form whose parts do not fit together; an `InputError` with the place."""
    if form.id != file.removesuffix(".toml"):
        refuse(file, (), f"id 是“{form.id}”，应与文件名相同")
    _years(form, file)
    for table in form.tables:
        _table(table, file)
    for section in form.sections:
        _section(section, file)
    for cell in form.cells.values():
        if cell.kind == MONEY and not cell.unit:
            refuse(file, references.place(cell), "kind 为 money 的要写 unit 或 units，例如 元、万元")
        if cell.units and not cell.is_number:
            refuse(file, references.place(cell), f"units 只用在数字，这里的 kind 是 {cell.kind}")
    _ids(form, file)
    _sheets(form, file, around.sheets)
    _headings(form, file)
    references.check(form, file, around)
    totals.check(form, file)


def check_questions(data: Mapping[str, Any], file: str) -> None:
    """Refuse questions that stand twice, cannot be answered, or lack what the program itself asks."""
    for called, values in (
        ("问题", [q["id"] for q in data["field"]]), ("问题", [q["label"] for q in data["field"]]),
        ("工作表", [data["sheet"], *data["sheets"].values()]),
    ):
        for value in _repeated(values):
            refuse(file, (), f"{called}“{value}”出现了两次，每个只能有一次")
    kinds = {q["id"]: q.get("kind", "text") for q in data["field"]}
    for id_, kind in QUESTIONS.items():
        if id_ not in kinds:
            refuse(file, (), f"缺少程序要用的问题“{id_}”")
        if kinds[id_] != kind:
            refuse(file, (f"问题“{id_}”",), f"“kind”应为 {kind}，程序按它使用，现在是“{kinds[id_]}”")
    for question in data["field"]:
        _question(question, (f"问题“{question['id']}”",), file)
    types = next(q["choices"] for q in data["field"] if q["id"] == "meta.unit_type")
    if AGENCY not in [choice["code"] for choice in types]:
        refuse(file, ("问题“meta.unit_type”",), f"缺少程序要用的选项“{AGENCY}”")


def _question(question: Mapping[str, Any], where: tuple[str, ...], file: str) -> None:
    if not question["id"].startswith("meta.") or question["id"] != question["id"].lower():
        refuse(file, where, "id 应为 meta. 加上小写英文字母、数字或 _，例如 meta.phone")
    choices = question.get("choices", [])
    if bool(choices) != (question.get("kind", "text") == CHOICE):
        refuse(file, where, "kind 为 choice 的要有 choices，其他的不能有")
    words = [{c["code"], c["label"], *c.get("aliases", ())} for c in choices]
    for word in _repeated([w for choice in words for w in choice]):
        refuse(file, where, f"“{word}”在两个选项里，只能指一个")
    for end in _repeated([end for c in choices for end in c.get("names_end", ())]):
        refuse(file, where, f"names_end 的“{end}”在两个选项里，只能指一个")


def _repeated(values: Iterable[str]) -> Iterator[str]:
    return (value for value, count in Counter(values).items() if count > 1)


def _years(form: Form, file: str) -> None:
    if form.until is not None and form.until < form.since:
        refuse(file, (), f"until 是 {form.until}，不能早于 since {form.since}")
    if len(form.period) != 2 or not all(map(_is_day, form.period)):
        refuse(file, (), f'period 应为两个日期，例如 ["01-01", "12-31"]，现在是 {"、".join(map(shown, form.period))}')
    unit_types = [code for code, _, _ in form.meta["meta.unit_type"].choices]
    for unit_type in form.units:
        if unit_type not in unit_types:
            refuse(file, (), f"units 中没有“{unit_type}”这种单位类型，可以写的有 {'、'.join(unit_types)}")
    if form.title_words not in form.title:
        refuse(file, (), f"title_words 应是 title“{form.title}”中的词语，现在是{shown(form.title_words)}")


def _is_day(text: str) -> bool:
    try:
        return len(text) == 5 and text[2] == "-" and bool(date.fromisoformat(f"2001-{text}"))
    except ValueError:
        return False


def _ids(form: Form, file: str) -> None:
    """Sections, tables, texts, statements and cells: each id once, and none that a workbook uses itself."""
    ids: dict[str, tuple[str, ...]] = {}
    for id_, called in _all_ids(form):
        if id_.lower() in ids:
            refuse(file, (), f"编号“{id_}”出现了两次（{_said(*ids[id_.lower()])}、{_said(*called)}），每个只能有一次")
        ids[id_.lower()] = called
        if id_ == PREAMBLE or id_.startswith(_KEYS):
            refuse(file, (_said(*called),), f"编号“{id_}”不能用，不能是 {PREAMBLE}，也不能以 {'、'.join(_KEYS)} 开头，那是工作簿自己的")
    for table in form.tables:
        if table.id in TABLES_OF_WORKBOOK:
            refuse(file, (f"表“{table.id}”",), f"id 不能是 {'、'.join(TABLES_OF_WORKBOOK)}，工作簿自己要用")
    for table in form.tables:
        for line in ("head", "foot"):
            if f"{table.id}.{line}" in ids:
                refuse(file, (f"表“{table.id}”",), f"数字格的编号不能是“{table.id}.{line}”，工作簿自己要用")


def _said(kind: str, *names: str) -> str:
    return kind + shown("·".join(filter(None, names)))


def _all_ids(form: Form) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each id with what it is called."""
    for section in form.sections:
        yield section.id, ("部分", section.heading)
        for text in section.texts:
            yield text.id, ("文字", text.heading or text.id)
        for statement in section.statements:
            yield statement.id, ("句子", statement.text)
        for cell in section.fields:
            yield cell.id, ("数字", cell.label)
    for table in form.tables:
        yield table.id, ("表", table.sheet)
        for block in table.blocks:
            for row in block.leaf_rows:
                for column in block.leaf_columns:
                    yield table.cell_id(row.id, column.id), ("表", table.id, row.label, column.label)


def _sheets(form: Form, file: str, others: Iterable[str]) -> None:
    named = [table.sheet for table in form.tables] + [s.sheet for s in form.sections if s.sheet]
    for sheet in _repeated(name.lower() for name in (*named, *others)):
        refuse(file, (), f"工作表“{sheet}”出现了两次，每个只能有一次，也不能是 {'、'.join(others)}")


def _headings(form: Form, file: str) -> None:
    """Each heading, its variants included, names one section, so that a reader finds it; likewise in a section."""
    for heading in _repeated([h for s in form.sections for h in {s.heading, *s.variants}]):
        refuse(file, (), f"标题“{heading}”在两个部分里，只能指一个")
    for section in form.sections:
        for heading in _repeated([text.heading for text in section.texts]):
            refuse(file, (f"部分“{section.id}”",), f"小标题“{heading}”出现了两次，读取报告时分不清")


def _section(section: Section, file: str) -> None:
    where = (f"部分“{section.id}”",)
    content = {"texts": section.texts, "fields": section.fields, "statements": section.statements}
    only_with = {"sheet": section.sheet, "nothing": section.nothing, "limit": section.limit,
                 "statement_required": section.statement_required}
    if section.table:
        for key, value in {**only_with, **content}.items():
            if value:
                refuse(file, where, f"有 table 的部分只印表，不能再写 {key}，请另立一个部分")
    elif any(content.values()) != bool(section.sheet):
        refuse(file, where, "sheet 要与 texts、fields 或 statements 一起写，缺一不可")
    if (section.nothing or section.limit) and not section.texts:
        refuse(file, where, "没有 texts 的部分不能写 nothing 或 limit")
    if section.statement_required and not section.statements:
        refuse(file, where, "没有 statements 的部分不能写 statement_required")
    for text in section.texts:
        if text.words and not text.aspect:
            refuse(file, (*where, f"文字“{text.id}”"), "words 是 aspect 的其他说法，缺少 aspect")


# ---------------------------------------------------------------- tables


def _table(table: Table, file: str) -> None:
    where = (f"表“{table.id}”",)
    example = table.cell_id("a", "b")
    if example == table.pattern or not is_id(example):
        refuse(file, where, "cell 应由 {row}、{column}、英文字母、数字、_ 和 . 合成，例如 "
                            f"{table.id}.{{row}}.{{column}}，现在是{shown(table.pattern)}")
    rows = [node.id for block in table.blocks for top in block.rows for node in top.walk() if node.id]
    for id_ in _repeated(rows):
        refuse(file, where, f"行“{id_}”出现了两次，一张表里每个编号只能有一次")
    groups: list[str] = []
    columns: set[str] = set()
    for number, block in enumerate(table.blocks, 1):
        here = where if len(table.blocks) == 1 else (*where, f"第{number}块")
        nodes = [node for top in block.columns for node in top.walk() if node.id]
        for id_ in _repeated([node.id for node in nodes]):
            refuse(file, here, f"列“{id_}”出现了两次，一块里每个编号只能有一次")
        groups += [node.id for node in nodes if node.children]
        columns |= {node.id for node in nodes}
        _block(table, block, here, file)
    for id_ in _repeated(groups):
        refuse(file, where, f"组“{id_}”出现在两块里，一张表里每个组的编号只能有一次")
    for id_ in columns.intersection(rows):
        refuse(file, where, f"“{id_}”既是行又是列的编号，只能是一个")


def _block(table: Table, block: Block, where: tuple[str, ...], file: str) -> None:
    stub, infos = table.stub, len(block.infos)
    numbers = sum(column.span for column in block.leaf_columns)
    if len(table.widths) != stub + infos + numbers:
        parts = f"标签{stub}列、单位或代码{infos}列、数字{numbers}列"
        refuse(file, where, f"widths 有{len(table.widths)}个，应有{stub + infos + numbers}个（{parts}）")
    depth = max(node.depth for node in block.rows)
    if stub and depth > stub:
        refuse(file, where, f"行有{depth}级，stub 只有{stub}列，应不少于{depth}")
    if not stub and (len(block.all_rows) > 1 or block.all_rows[0].label):
        refuse(file, where, "stub 为 0 的不印行的名称，只能有一行，label 为空")
    if not block.leaf_rows:
        refuse(file, where, "没有填数字的行，只有标题")
    coded = any(info.show == "code" for info in block.infos)
    for called, tops in (("行", block.rows), ("列", block.columns)):
        for node in (n for top in tops for n in top.walk()):
            here = (*where, f"{called}“{node.id or node.label}”")
            _node(node, here, file)
            if not node.label and (stub or called == "列"):
                refuse(file, here, "label 不能为空，写规定的名称")
            if called == "行" and not node.children and not node.heading and not node.id and "{row}" in table.pattern:
                refuse(file, here, "缺少 id，cell 中有 {row}")
            if node.code and not coded:
                refuse(file, here, 'code 不会印出，infos 中缺少 {label = "代码", show = "code"}')
    _choices(table, block, where, file)


def _node(node: Node, where: tuple[str, ...], file: str) -> None:
    """A key that would have no effect is refused, too."""
    of_numbers = {"total": node.total, "kind": node.kind, "unit": node.unit, "units": node.units,
                  "choices": node.choices, "code": node.code}
    if node.children:
        for key, value in {**of_numbers, "heading": node.heading, "span": node.span != 1}.items():
            if value:
                refuse(file, where, f"有下一级的只有名称，不能写 {key}，请写在下一级")
    elif node.heading:
        for key, value in of_numbers.items():
            if value:
                refuse(file, where, f"heading 为 true 的行没有数字，不能写 {key}")
    if node.unit and node.units:
        refuse(file, where, "unit 和 units 只能写一个")


def _choices(table: Table, block: Block, where: tuple[str, ...], file: str) -> None:
    """Cells to choose have something to choose from, and nothing else has."""
    used: set[int] = set()
    for row in block.leaf_rows:
        for column in block.leaf_columns:
            if (row.kind or column.kind or table.kind) != CHOICE:
                continue
            if not (column.choices or row.choices):
                refuse(file, (*where, f"行“{row.id or row.label}”", f"列“{column.id or column.label}”"),
                       "kind 为 choice 的要写明 choices")
            used.add(id(column if column.choices else row))
    for called, nodes in (("行", block.leaf_rows), ("列", block.leaf_columns)):
        for node in nodes:
            if node.choices and id(node) not in used:
                refuse(file, (*where, f"{called}“{node.id or node.label}”"), "choices 只用在 kind 为 choice 的格，这里没有")
