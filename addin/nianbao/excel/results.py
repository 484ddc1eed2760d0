"""The result sheet: its layout, the rows that a list of findings gives, and which cells they color.

A cell changes color because a conditional format finds it in the hidden lists beside the findings. So nothing but this
sheet is written after a check, and the colors go when the list is written anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Mapping, Sequence

from ..checks.finding import Finding
from ..columns import column_name
from ..rule import CONFIRM, ERROR, EXPLAIN, SEVERITIES, SEVERITY_NAMES, WARNING
from . import ids
from .sheet import Item, Sheet
from .source import Place

COLUMNS = ("序号", "级别", "规则", "位置", "说明", "建议", "依据", "核对码")
WIDTHS = (6.0, 14.0, 17.0, 18.0, 66.0, 44.0, 32.0, 15.0)
LEFT = 1  # 0-based column of the first of them
SUMMARY_ROW, ROW = 2, 4  # 0-based rows of the summary and of the first finding
PLACE, MESSAGE, FIX = (COLUMNS.index(name) for name in ("位置", "说明", "建议"))
LISTS = LEFT + len(COLUMNS)  # 0-based column of the first hidden list; one a severity
ROOM = 1000  # rows of a hidden list, more than any workbook has inputs
COLORS = {ERROR: "F4B6B0", EXPLAIN: "F9D3A8", WARNING: "FFEB9C", CONFIRM: "D6E4F2"}

WHOLE, NOTHING, NOT_YET = "整份报告", "没有发现问题。", "还没有校验。"


@dataclass(frozen=True)
class Row:
    """A finding as it is listed: the texts of `COLUMNS`, and the cell it is about."""

    texts: tuple[str | int, ...]
    at: Place | None


def rows(findings: Iterable[Finding], places: Mapping[str, Place]) -> list[Row]:
    """Return one row a finding; `places` says where cells, texts and meta fields stand."""
    found = []
    for number, finding in enumerate(findings, 1):
        at = next((places[ref] for ref in finding.places if ref in places), None)
        message = finding.message + (f"（已说明：{finding.explanation}）" if finding.explanation else "")
        texts = (number, SEVERITY_NAMES[finding.severity], finding.rule, " ".join(at) if at else WHOLE, message,
                 finding.fix, finding.basis, finding.fingerprint)
        found.append(Row(texts, at))
    return found


def colored(findings: Iterable[Finding], places: Mapping[str, Place]) -> dict[Place, str]:
    """Return the cells that findings are about -> the worst severity; findings come worst first."""
    found: dict[Place, str] = {}
    for finding in findings:
        for ref in finding.places:
            if ref in places:
                found.setdefault(places[ref], finding.severity)
    return found


def lists(cells: Mapping[Place, str]) -> list[list[str]]:
    """Return for each severity what its hidden list holds: sheet and address of the cells that have its color."""
    return [[f"{sheet}!{address}" for (sheet, address), found in cells.items() if found == severity][:ROOM]
            for severity in SEVERITIES]


def condition(sheet: str, severity: str) -> str:
    """Return the conditional formula, without equals sign, that colors a cell of a sheet."""
    return f'COUNTIF({list_name(severity)},"{sheet}!"&ADDRESS(ROW(),COLUMN(),4))>0'


def list_name(severity: str) -> str:
    """Return the defined name of a hidden list; older Excel colors by other sheets through names only."""
    return f"标记_{severity}"


def results_sheet() -> Sheet:
    """Return the sheet into which findings are written; empty but for its head. It alone is not protected."""
    last = len(COLUMNS)
    hidden = range(LISTS, LISTS + len(SEVERITIES))
    sheet = Sheet(ids.RESULTS, (2.0, *WIDTHS, *(10.0 for _ in hidden)), landscape=True, protected=False,
                  hidden_columns=tuple(hidden), print_columns=LISTS)
    sheet.add(Item(0, LEFT, 1, last, "title", ids.RESULTS))
    sheet.add(Item(1, LEFT, 1, last, "ask", "本表由程序写入，最近一次校验发现的问题逐条列在下面，点“位置”可以跳到所在的格。"))
    sheet.add(Item(SUMMARY_ROW, LEFT, 1, last, "limit", NOT_YET))
    for column, text in enumerate(COLUMNS, LEFT):
        style = "link" if text == COLUMNS[PLACE] else "code" if text == COLUMNS[-1] else "cell"
        sheet.add(Item(ROW - 1, column, style="head", text=text))
        sheet.add(Item(ROW, column, style=style))
        sheet.column_styles[column] = f"listed {style}"
    for column, severity in zip(hidden, SEVERITIES):
        letter = column_name(column + 1)
        sheet.names[list_name(severity)] = f"{sheet.name}!${letter}${ROW + 1}:${letter}${ROW + ROOM}"
    sheet.heights |= {0: 30, 1: 20, SUMMARY_ROW: 22, ROW - 1: 22, ROW: 20}
    sheet.freeze, sheet.repeat = (ROW, 0), (ROW - 1, ROW - 1)
    return sheet


def table(found: Sequence[Row], hidden: Sequence[Sequence[str]]) -> list[list[str | int | None]]:
    """Return what the sheet holds from the first finding on: the rows, and beside them the hidden lists."""
    blank: tuple[str | int | None, ...] = (None,) * len(COLUMNS)
    nothing = (*blank[:MESSAGE], NOTHING, *blank[MESSAGE + 1 :])
    listed: list[tuple[str | int | None, ...]] = [row.texts for row in found] or [nothing]
    height = max(len(listed), *map(len, hidden), 1)
    listed += [blank] * (height - len(listed))
    return [[*line, *(cells[n] if n < len(cells) else None for cells in hidden)] for n, line in enumerate(listed)]
