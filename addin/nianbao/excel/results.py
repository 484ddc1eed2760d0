"""The result sheet: its columns, the rows that a list of findings gives, and which cells they color.

A cell changes color because a conditional format finds it in the hidden lists beside the findings. So nothing but this
sheet, and the answers on 情况说明, is written after a check, and the colors go when the list is written anew.

Each finding has room for an answer beside it. What was answered when the list was written stands in hidden columns, so
that a reader sees what the clerk has changed since; see `answers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Container, Iterable, Mapping, Sequence

from ..checks.finding import Finding
from ..columns import column_name
from ..report import Explanation
from ..rule import CONFIRM, ERROR, EXPLAIN, SEVERITIES, SEVERITY_NAMES, WARNING
from . import ids
from .sheet import Item, Lit, Sheet
from .source import Place

LEFT = 1  # 0-based column of the first
SUMMARY_ROW, ROW = 2, 4  # 0-based rows of the summary and of the first finding
ROOM = 1000  # rows of a hidden list, more than any workbook has inputs
COLORS = {ERROR: "F4B6B0", EXPLAIN: "F9D3A8", WARNING: "FFEB9C", CONFIRM: "D6E4F2"}
WHOLE, NOTHING, NOT_YET = "整份报告", "没有发现问题。", "还没有校验。"
YES = "是"

NUMBER, LEVEL, PLACE, MESSAGE, FIX, ANSWER, VERIFIED, BASIS, RULE = (
    "number", "level", "place", "message", "fix", "answer", "verified", "basis", "rule")
FINGERPRINT, WAS_ANSWER, WAS_VERIFIED = "fingerprint", "was_answer", "was_verified"
OTHER = "other"  # the hidden list of the cells whose findings no formula of the workbook can see


@dataclass(frozen=True)
class Column:
    """A column of the list: what it holds, its head, its width in characters, its style, and whether it is hidden."""

    key: str
    head: str
    width: float
    style: str = "cell"
    hidden: bool = False


COLUMNS = (
    Column(NUMBER, "序号", 6.0),
    Column(LEVEL, "级别", 9.0),
    Column(PLACE, "位置", 18.0, "link"),
    Column(MESSAGE, "问题", 58.0),
    Column(FIX, "建议", 40.0),
    Column(ANSWER, "说明", 36.0, "answer"),
    Column(VERIFIED, "已核实", 9.0, "answer choice"),
    Column(BASIS, "依据", 28.0),
    Column(RULE, "规则", 16.0),
    Column(FINGERPRINT, "核对码", 15.0, "code", hidden=True),
    Column(WAS_ANSWER, "已记说明", 10.0, "code", hidden=True),
    Column(WAS_VERIFIED, "已记核实", 10.0, "code", hidden=True),
    *(Column(severity, f"标记_{severity}", 10.0, hidden=True) for severity in SEVERITIES),
    Column(OTHER, f"标记_{OTHER}", 10.0, hidden=True),
)
_HEADS = {column.head: column.key for column in COLUMNS}
# Before findings could be answered here, 说明 was what is wrong, and the hidden lists had no heads.
_EARLIER = ("序号", "级别", "规则", "位置", "说明", "建议", "依据", "核对码")
_EARLIER_KEYS = (NUMBER, LEVEL, RULE, PLACE, MESSAGE, FIX, BASIS, FINGERPRINT, *SEVERITIES)


@dataclass(frozen=True)
class Layout:
    """Where a workbook's own result sheet has its columns: key -> column, counted from 0."""

    columns: Mapping[str, int]

    @property
    def answers(self) -> bool:
        """Whether findings are answered on this sheet."""
        return ANSWER in self.columns

    @property
    def first(self) -> int:
        return min(self.columns.values())

    @property
    def last(self) -> int:
        return max(self.columns.values())


def layout_of(head: Sequence[Any]) -> Layout | None:
    """Return where the columns are, by the row with their heads; None for a sheet that is no list of findings."""
    texts = [str(text).strip() if text is not None else "" for text in head]
    found = {_HEADS[text]: column for column, text in enumerate(texts) if text in _HEADS}
    if VERIFIED in found and MESSAGE in found:
        return Layout(found)
    if _EARLIER[0] not in texts:
        return None
    start = texts.index(_EARLIER[0])
    if tuple(texts[start : start + len(_EARLIER)]) != _EARLIER:
        return None
    return Layout({key: start + n for n, key in enumerate(_EARLIER_KEYS)})


OWN = Layout({column.key: LEFT + n for n, column in enumerate(COLUMNS)})


@dataclass(frozen=True)
class Row:
    """A finding as it is listed: what stands under each key, and the cell it is about."""

    texts: Mapping[str, str | int]
    at: Place | None


def rows(
    findings: Iterable[Finding],
    places: Mapping[str, Place],
    answers: Iterable[Explanation] = (),
    earlier: Iterable[Explanation] = (),
) -> list[Row]:
    """Return one row a finding; `places` says where cells, texts and meta fields stand.

    `answers` are the clerk's; `earlier` those of last year's report, shown as a help beside the same rule and place.
    """
    given = {answer.fingerprint: answer for answer in answers if answer.fingerprint}
    helps = {(e.rule, e.place): e.explanation for e in earlier if e.explanation}
    found = []
    for number, finding in enumerate(findings, 1):
        at = place_of(finding, places)
        where = " ".join(at) if at else WHOLE
        answer = given.get(finding.fingerprint, Explanation("", ""))
        help_ = helps.get((finding.rule, where))
        texts: dict[str, str | int] = {
            NUMBER: number,
            LEVEL: SEVERITY_NAMES[finding.severity],
            PLACE: where,
            MESSAGE: finding.message,
            FIX: finding.fix + (f"（上年的说明：{help_}）" if help_ else ""),
            ANSWER: answer.explanation,
            VERIFIED: answer.verified,
            BASIS: finding.basis,
            RULE: finding.rule,
            FINGERPRINT: finding.fingerprint,
            WAS_ANSWER: answer.explanation,
            WAS_VERIFIED: answer.verified,
        }
        found.append(Row(texts, at))
    return found


def place_of(finding: Finding, places: Mapping[str, Place]) -> Place | None:
    """Return the first cell behind a finding that the workbook has."""
    return next((places[ref] for ref in finding.cells if ref in places), None)


def colored(findings: Iterable[Finding], places: Mapping[str, Place]) -> dict[Place, str]:
    """Return the cells that open findings are about -> the worst severity; findings come worst first."""
    found: dict[Place, str] = {}
    for finding in findings:
        if finding.open:
            for ref in finding.cells:
                if ref in places:
                    found.setdefault(places[ref], finding.severity)
    return found


def lists(
    findings: Iterable[Finding], places: Mapping[str, Place], live: Container[str] = ()
) -> dict[str, list[str]]:
    """Return for each severity what its hidden list holds: sheet and address of the cells that have its color.

    Under `OTHER` stand those with a finding by a rule that is not among the `live` ones, which formulas check.
    """
    found: dict[str, list[str]] = {severity: [] for severity in (*SEVERITIES, OTHER)}
    listed = list(findings)
    for (sheet, address), severity in colored(listed, places).items():
        found[severity].append(f"{sheet}!{address}")
    unseen = colored((finding for finding in listed if finding.rule not in live), places)
    found[OTHER] = [f"{sheet}!{address}" for sheet, address in unseen]
    return {key: cells[:ROOM] for key, cells in found.items()}


def lit(lists: Mapping[str, Sequence[str]]) -> Lit:
    """Return hidden lists as the formulas of a workbook see them."""
    cells = frozenset(cell for key, found in lists.items() if key != OTHER for cell in found)
    return Lit(cells, frozenset(lists.get(OTHER, ())))


def condition(sheet: str, severity: str) -> str:
    """Return the conditional formula, without equals sign, that colors a cell of a sheet."""
    return f'COUNTIF({list_name(severity)},"{sheet}!"&ADDRESS(ROW(),COLUMN(),4))>0'


def list_name(severity: str) -> str:
    """Return the defined name of a hidden list; older Excel colors by other sheets through names only."""
    return f"标记_{severity}"


ANY = "标记"  # the defined name of all hidden lists together


def results_sheet() -> Sheet:
    """Return the sheet into which findings are written; empty but for its head. It is not protected."""
    shown = sum(not column.hidden for column in COLUMNS)
    hidden = tuple(LEFT + n for n, column in enumerate(COLUMNS) if column.hidden)
    sheet = Sheet(ids.RESULTS, (2.0, *(column.width for column in COLUMNS)), landscape=True, protected=False,
                  hidden_columns=hidden, print_columns=LEFT + shown)
    sheet.add(Item(0, LEFT, 1, shown, "title", ids.RESULTS))
    ask = (
        "本表由程序写入，最近一次校验发现的问题逐条列在下面，点“位置”可以跳到所在的格。数字确实无误的，在该行“说明”写明原因，"
        f"或在“已核实”选“{YES}”，再校验一次；标为“{SEVERITY_NAMES[EXPLAIN]}”的须写明原因。"
    )
    sheet.add(Item(1, LEFT, 1, shown, "ask", ask))
    sheet.add(Item(SUMMARY_ROW, LEFT, 1, shown, "limit", NOT_YET))
    for number, column in enumerate(COLUMNS, LEFT):
        sheet.add(Item(ROW - 1, number, style="head", text=column.head))
        sheet.add(Item(ROW, number, style=column.style))
        sheet.column_styles[number] = f"listed {column.style}"
    for severity in (*SEVERITIES, OTHER):
        letter = column_name(OWN.columns[severity] + 1)
        sheet.names[list_name(severity)] = f"{sheet.name}!${letter}${ROW + 1}:${letter}${ROW + ROOM}"
    first, last = (column_name(OWN.columns[severity] + 1) for severity in (SEVERITIES[0], SEVERITIES[-1]))
    sheet.names[ANY] = f"{sheet.name}!${first}${ROW + 1}:${last}${ROW + ROOM}"
    sheet.heights |= {0: 30, 1: 36, SUMMARY_ROW: 22, ROW - 1: 22, ROW: 20}
    sheet.freeze, sheet.repeat = (ROW, 0), (ROW - 1, ROW - 1)
    return sheet


def table(found: Sequence[Row], hidden: Mapping[str, Sequence[str]], layout: Layout = OWN) -> list[list[Any]]:
    """Return what the sheet holds from the first finding on, from the layout's first column to its last: the rows,
    and beside them the hidden lists."""
    listed: list[Mapping[str, str | int]] = [row.texts for row in found] or [{MESSAGE: NOTHING}]
    height = max(len(listed), *map(len, hidden.values()), 1) if hidden else len(listed)
    lines: list[list[Any]] = [[None] * (layout.last - layout.first + 1) for _ in range(height)]
    for line, texts in zip(lines, listed):
        for key, text in texts.items():
            if key in layout.columns and text != "":
                line[layout.columns[key] - layout.first] = text
        if not layout.answers and texts.get(ANSWER):
            column = layout.columns[MESSAGE] - layout.first
            line[column] = f"{line[column]}（已说明：{texts[ANSWER]}）"
    for severity, cells in hidden.items():
        for line, cell in zip(lines, cells):
            line[layout.columns[severity] - layout.first] = cell
    return lines
