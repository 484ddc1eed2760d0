"""The clerk's answers to findings in a workbook: typed beside the finding on 校验结果, all of them listed on 情况说明.

On 校验结果 what stands there now is compared with what stood there when the list was written: only a difference is an
answer of the clerk's, and newer than what 情况说明 says. An answer taken away there is gone here too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Collection, Iterable, Mapping, Sequence

from ..report import Explanation, parse_date
from . import ids, results
from .blocks import Blocks
from .results import Layout
from .source import Source, text_of

# Column id -> head, in the order of the sheet. The last is hidden: it ties an answer to its finding.
COLUMNS = {"place": "位置", "about": "问题", "explanation": "说明", "verified": "已核实", "by": "说明人", "date": "日期",
           "state": "状态", "rule": "规则", "fingerprint": "核对码"}
VALID, LAPSED, UNMATCHED, EARLIER = "有效", "已失效", "未对应", "上年"


@dataclass(frozen=True)
class Region:
    """Where a workbook's own 情况说明 lists answers: the sheet, the first row and the columns by id, counted from 0,
    and how many rows there are; None where the list grows."""

    sheet: str
    row: int
    columns: Mapping[str, int]
    room: int | None


@dataclass(frozen=True)
class Answers:
    """What a workbook holds: the answers, last year's as a help, and notes for the clerk."""

    given: tuple[Explanation, ...] = ()
    earlier: tuple[Explanation, ...] = ()
    notes: tuple[str, ...] = ()


def region_of(blocks: Blocks) -> Region | None:
    """Return where 情况说明 has its list; None where the sheet is gone."""
    block = next(iter(blocks.get(ids.WHY, ())), None)
    if block is None:
        return None
    columns = {name: at for name, at in sorted(block.columns.items(), key=lambda pair: pair[1]) if name in COLUMNS}
    growing = "state" in columns
    return Region(block.sheet, block.row + 2, columns, None if growing else block.bottom - block.row - 1)


def read_answers(source: Source, region: Region | None, layout: Layout | None) -> Answers:
    """Return the answers of a workbook, the newer of two; one without a finding's code is kept as it was typed."""
    given, earlier = _listed(source, region)
    typed = _typed(source, layout)
    return _newer(given, earlier, typed)


def _listed(source: Source, region: Region | None) -> tuple[list[Explanation], list[Explanation]]:
    given: list[Explanation] = []
    earlier: list[Explanation] = []
    if region is None:
        return given, earlier
    height = len(source.rows(region.sheet)) - region.row if region.room is None else region.room
    for row in range(region.row, region.row + height):
        texts = {name: text_of(source.at(region.sheet, row, column)) for name, column in region.columns.items()}
        day = parse_date(texts.get("date", ""))
        state = texts.pop("state", "")
        texts = {k: v for k, v in texts.items() if v} | ({"date": day.isoformat()} if day else {})
        if texts:
            answer = Explanation(**{"fingerprint": "", "explanation": "", **texts})
            (earlier if state == EARLIER else given).append(answer)
    return given, earlier


def _typed(source: Source, layout: Layout | None) -> list[tuple[Explanation, Explanation]]:
    """Return for each finding listed with room for an answer (as it stands now, as it was when it was listed)."""
    if layout is None or not layout.answers or ids.RESULTS not in source.sheets:
        return []
    found = []
    for row in range(results.ROW, len(source.rows(ids.RESULTS))):
        texts = {key: text_of(source.at(ids.RESULTS, row, column)) for key, column in layout.columns.items()}
        if texts[results.FINGERPRINT]:
            now = Explanation(
                texts[results.FINGERPRINT], texts[results.ANSWER], texts[results.RULE], place=texts[results.PLACE],
                about=texts[results.MESSAGE], verified=texts[results.VERIFIED])
            was = replace(now, explanation=texts[results.WAS_ANSWER], verified=texts[results.WAS_VERIFIED])
            found.append((now, was))
    return found


def _newer(
    given: list[Explanation], earlier: list[Explanation], typed: Iterable[tuple[Explanation, Explanation]]
) -> Answers:
    known = {answer.fingerprint: answer for answer in given if answer.fingerprint}
    added: dict[str, Explanation] = {}
    gone: set[str] = set()
    notes = []
    for now, was in typed:
        if (now.explanation, now.verified) == (was.explanation, was.verified):
            continue
        old = known.get(now.fingerprint)
        if old is not None and _said(old) not in (_said(was), _said(now)):
            notes.append(
                f"“{ids.RESULTS}”和“{ids.REASONS}”对同一处（{now.place}）写了不同的说明，"
                f"已采用“{ids.RESULTS}”中的，请核对。")
        if not now.given:
            gone.add(now.fingerprint)
        elif old is not None:
            known[now.fingerprint] = replace(old, explanation=now.explanation, verified=now.verified, date="")
        else:
            added[now.fingerprint] = now
    kept = [known.get(a.fingerprint, a) for a in given if a.fingerprint not in gone or not a.fingerprint]
    return Answers((*kept, *added.values()), tuple(earlier), tuple(notes))


def _said(answer: Explanation) -> tuple[str, str]:
    return answer.explanation, answer.verified


def answer_rows(
    given: Sequence[Explanation], earlier: Sequence[Explanation], open_: Collection[str] | None, today: str = ""
) -> list[dict[str, str]]:
    """Return what 情况说明 lists, a row an answer by column id: the clerk's, then last year's as a help.

    `open_` are the fingerprints of the findings there are now, None where nothing was checked; `today` is the day, in
    ISO form, that an answer without a date was given.
    """
    found = []
    for answer in given:
        texts = {name: str(getattr(answer, name)) for name in COLUMNS if name != "state"}
        texts["date"] = answer.date or today
        texts["state"] = _state(answer, open_)
        found.append(texts)
    for answer in earlier:
        texts = {name: str(getattr(answer, name)) for name in ("place", "about", "explanation", "by", "date", "rule")}
        found.append({**texts, "state": EARLIER})
    return [{name: text for name, text in texts.items() if text} for texts in found]


def _state(answer: Explanation, open_: Collection[str] | None) -> str:
    if open_ is None:
        return ""
    if not answer.fingerprint:
        return UNMATCHED
    return VALID if answer.fingerprint in open_ else LAPSED
