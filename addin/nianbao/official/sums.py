"""Numbers of a text against each other: a whole and its parts, parts and their 合计, shares of a whole, changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Callable, Iterable, Iterator, Sequence

from .numerals import Number
from .sentences import Paragraph

_UNITS = frozenset("件宗起份条项个次人名例篇期场家处元") | {"人次", "件次", "万元", "个次"}
_OPENS = re.compile(r"其中|包括|包含|分别(?:为|是)|分别(?=[^，。；]{1,12}\d)|含|：|中，|中：|分为")
_INCOMPLETE = re.compile(r"主要|重点|仅|就有|例如|比如|如：|之中有|部分")
_AFTERWARDS = re.compile(r"^(?:等|左右|以上|及其他|和其他)")
_OVERLAP = re.compile(r"同时|重复|交叉|不同渠道|多渠道|多个渠道|多种渠道|同一|既有|兼|去重|部分申请|涉及多")
_CHANNEL = re.compile(
    r"网站|门户|微博|微信|公众号|公报|电视|报纸|报刊|新媒体|广播|电子屏|显示屏|公开栏|宣传栏|平台|客户端|抖音|头条|专栏|橱窗|校报|手册|年鉴|会议|短信|查阅点|首页|栏目|频道|网页|APP|app"
)
_REST = re.compile(r"^[，；、。和及与以]*(?:其余|其他|其它|剩余|余下|剩下|另有)")
_MARKED = re.compile(r"[①②③④⑤⑥⑦⑧⑨⑩]|[一二三四五六七八九]是|（[1-9一二三四五六七八九]）|(?<!\d)[1-9]\.(?!\d)")
_ACTS = re.compile(
    r"收到|受理|办结|答复|结转|新收|(?<!不予)(?<!其他)(?<!无法)处理|办理|复议|诉讼|召开|举办|组织|培训|回应|开展"
)
_PARTITIONS = (
    ("主动公开", "依申请公开", "不予公开"),
    ("自然人", "法人"),
    ("公民", "法人"),
    ("当面", "网", "信函"),
    ("维持", "纠正", "其他", "审结"),
    ("直接起诉", "复议后"),
    ("本级", "下级"),
    ("直部门", "乡镇"),
    ("直部门", "镇街"),
)
_TOTAL = re.compile(
    r"(?:^|[，；。：、])(?:以上|上述)?(?:[一二两三四五六七八九十]+(?:项|类|者|部分))?(?:合计|共计|总计|总共|累计)(?:为|达)?$"
)
_SHARE = re.compile(r"占(?:比)?[^，；。、（\d]{0,14}$")
_GROWTH = re.compile(r"(增长|增加|上升|提高|多|减少|下降|降低|少)(?:了)?$")
_CHANGED = re.compile(
    r"(?:增长|增加|上升|提高|净增|减少|下降|降低|同比|比上年[^，。；\d]{0,6}|较上年[^，。；\d]{0,6})了?$"
)
_EARLIER = re.compile(
    r"(?:比|较|与|同)?(?:上年|去年|上一年|上年度|上一年度|(?:19|20)\d\d年)(?:度)?(?:同期)?(?:的|为|是|收到(?:的)?)?$"
)


@dataclass(frozen=True)
class Sum:
    """A disagreement: `kind` is "sum", "share", "hundred" or "change"; `numbers` are those it is about, the whole or
    the share first; `found` is what stands there and `right` what the other numbers give."""

    paragraph: Paragraph
    start: int
    end: int
    kind: str
    numbers: tuple[Number, ...]
    found: str
    right: str

    @property
    def quote(self) -> str:
        sentence = [s for s in self.paragraph.sentences if s.end > self.start and s.start < self.end]
        return self.paragraph.quote(sentence[0].start, sentence[-1].end)


def disagreements(paragraph: Paragraph, wrong: Callable[[Number], bool] = lambda n: False) -> Iterator[Sum]:
    """Yield what does not add up in a paragraph. A list with a number that is `wrong` elsewhere is passed over, for
    one wrong number is one finding."""
    text = paragraph.plain
    for start, end in _runs(paragraph):
        every = [
            n
            for n in paragraph.numbers_between(start, end)
            if (n.unit in _UNITS or n.unit == "%") and text[n.start - 1 : n.start] != "第"
        ]
        if sum(n.unit in _UNITS for n in every) < 2 and len(every) < 2:
            continue
        stated = [n for n in every if not _CHANGED.search(text[max(start, n.start - 12) : n.start])]
        yield from (d for d in _lists(paragraph, stated, end) if not any(map(wrong, d.numbers)))
        yield from (d for d in _totals_behind(paragraph, stated, start) if not any(map(wrong, d.numbers)))
        yield from (d for d in _changes(paragraph, every) if not any(map(wrong, d.numbers)))
        yield from _hundred(paragraph, every)


def _runs(paragraph: Paragraph) -> Iterator[tuple[int, int]]:
    """Yield sentences, joined with those that go on with 其中 or with the next item of a marked list."""
    run: list[int] = []
    for sentence in paragraph.sentences:
        text = paragraph.plain[sentence.start : sentence.start + 4]
        if run and (text.startswith("其中") or _MARKED.match(text) and not text.startswith(("一是", "①", "（1", "1."))):
            run[1] = sentence.end
            continue
        if run:
            yield run[0], run[1]
        run = [sentence.start, sentence.end]
    if run:
        yield run[0], run[1]


@dataclass
class _List:
    whole: Number
    parts: list[Number]
    labels: list[str]
    shares: list[tuple[Number, Number | None]]  # share, the part it belongs to
    complete: bool
    open: bool  # the text says that it does not name all


def _lists(paragraph: Paragraph, every: Sequence[Number], end: int) -> Iterator[Sum]:
    text = paragraph.plain
    for i, whole in enumerate(every):
        if whole.unit not in _UNITS or i + 1 >= len(every):
            continue
        found = _parts(text, every, i, end)
        if found is not None:
            yield from _judge(paragraph, found)


def _parts(text: str, every: Sequence[Number], i: int, end: int) -> _List | None:
    """Return the list of parts that follows a number, or None when none does."""
    whole = every[i]
    following = [n for n in every[i + 1 :] if n.unit in _UNITS or n.unit == "%"]
    gap = text[whole.end : following[0].start]
    opened = None
    for match in _OPENS.finditer(gap):
        opened = match
        break
    if opened is None or _depth(gap[: opened.start()]) < 0 or "。" in gap[: opened.start()].rstrip("。"):
        return None
    if opened[0] in ("含", "中，", "中：", "包括", "包含", "分为") and len(gap) > 30 or len(gap) > 60:
        return None
    if opened[0] == "：" and not _MARKED.search(gap[opened.end() : opened.end() + 3]) and "其中" not in gap:
        if not re.fullmatch(r"[，：]?[^，。；：]{0,12}", gap[opened.end() :]):
            return None
    bracket = _depth(gap[: opened.end()]) > 0
    parts: list[Number] = []
    labels: list[str] = []
    shares: list[tuple[Number, Number | None]] = []
    separator = ""
    at, nested, truncated = whole.end, 0, False
    for n in following:
        between = text[at : n.start]
        nested += _depth(between)
        if bracket and nested <= 0 and parts:
            break
        inside = nested > (1 if bracket else 0)
        if n.unit == "%":
            if (
                _SHARE.search(text[max(at, n.start - 18) : n.start])
                and not inside
                or (inside and between.endswith(("占", "占比", "（")))
            ):
                shares.append((n, parts[-1] if parts else None))
                at = n.end
            continue
        if inside:
            continue  # a list within the list: it is judged for itself
        label = text[at : n.start] if not parts else _label(between)
        if parts:
            marks = "".join(c for c in _outside(between) if c in "，；、。和及")
            if "其中" in between or "包括" in between:
                truncated = True
                break
            if not separator:
                separator = "；" if "；" in marks else "，"
            elif (
                separator != "；"
                and "；" in marks
                or "。" in marks
                and not _MARKED.search(between)
                and "其中" not in between
            ):
                break
            if "。" in marks and not _MARKED.search(between):
                break
            if _ACTS.search(label) and not _ACTS.search(labels[0]):
                break
            if _GROWTH.search(between) or "比上年" in between or "同比" in between or "较上年" in between:
                at = n.end
                continue
        if n.unit != whole.unit:
            if parts:
                break
            return None
        if _GROWTH.search(label) or re.search(r"比上年|同比|较上年", label):
            return None
        parts.append(n)
        labels.append(label)
        at = n.end
    if not parts:
        return None
    return _finish(text, whole, parts, labels, shares, gap, opened[0], end, truncated)


def _finish(
    text: str,
    whole: Number,
    parts: list[Number],
    labels: list[str],
    shares: list[tuple[Number, Number | None]],
    gap: str,
    opened: str,
    end: int,
    truncated: bool,
) -> _List:
    behind = text[parts[-1].end : end]
    lead = labels[0] + gap
    open_ = bool(_AFTERWARDS.match(behind) or _INCOMPLETE.search(lead)) or truncated
    rest = len(parts) > 1 and bool(_REST.match(labels[-1]))
    marked = len(parts) > 2 and bool(_MARKED.search(lead))
    known = len(parts) >= 2 and _partition(labels)
    total = _all(p.value for p in parts)
    covered = total / whole.value if whole.value else Decimal(0)
    exact = whole.exact and all(p.exact for p in parts)
    near = exact and (len(parts) >= 3 and covered >= Decimal("0.85") or len(parts) == 2 and covered >= Decimal("0.93"))
    told = "分别" in opened and len(parts) > 1
    hundred = len(shares) == len(parts) > 1 and abs(_all(s.value for s, _ in shares) - 100) <= 1
    return _List(whole, parts, labels, shares, rest or marked or known or bool(near) or told or hundred, open_)


def _partition(labels: Sequence[str]) -> bool:
    """Whether labels are those of kinds that leave nothing out: natural persons and organisations, and the like."""
    text = "；".join(labels)
    return any(sum(word in text for word in words) >= min(3, len(words)) for words in _PARTITIONS)


def _label(between: str) -> str:
    """Return the words right before a number: behind the last mark outside brackets."""
    return re.split("[，；。、）]", between)[-1] if not _REST.match(between) else between


def _depth(text: str) -> int:
    return text.count("（") - text.count("）")


def _outside(text: str) -> str:
    return re.sub("（[^（）]*）", "", text)


def _judge(paragraph: Paragraph, found: _List) -> Iterator[Sum]:
    whole, parts = found.whole, found.parts
    labels = "".join(found.labels)
    piece = paragraph.plain[whole.start : parts[-1].end]
    overlap = bool(_OVERLAP.search(piece) or _INCOMPLETE.search(labels))  # 重点领域 and 民生 may hold the same piece
    channels = (
        len(_CHANNEL.findall(labels)) >= 2 and "申请" not in labels + piece
    )  # one piece of news, several channels
    if any(_ACTS.search(label) for label in found.labels) and not re.search("自然人|法人", labels):
        incoming = [label for label in found.labels if re.search("新收|结转", label)]
        if len(incoming) < len(parts):
            overlap = True  # 收到34件，其中办结33件、被复议2件: parts of different kinds
    low, high = _all(p.low for p in parts), _all(p.high for p in parts)
    about = (whole, *parts)
    end = parts[-1].end
    biggest = max(parts, key=lambda p: p.low)
    added = "＋".join(_show(p.value) for p in parts)
    if len(parts) > 1 and not overlap and not channels and low > whole.high:
        yield Sum(
            paragraph,
            whole.start,
            end,
            "sum",
            about,
            _show(whole.value),
            f"{added}＝{_show(_all(p.value for p in parts))}",
        )
    elif biggest.low > whole.high:
        yield Sum(paragraph, whole.start, end, "sum", (whole, biggest), _show(whole.value), _show(biggest.value))
    elif len(parts) > 1 and found.complete and not found.open and not overlap and high < whole.low:
        yield Sum(
            paragraph,
            whole.start,
            end,
            "sum",
            about,
            _show(whole.value),
            f"{added}＝{_show(_all(p.value for p in parts))}",
        )
    else:
        yield from _shares(paragraph, found)


def _shares(paragraph: Paragraph, found: _List) -> Iterator[Sum]:
    if not found.whole.exact or not found.whole.value:
        return
    for share, part in found.shares:
        if part is None or not part.exact or not share.exact:
            continue
        right = part.value * 100 / found.whole.value
        step = Decimal(1).scaleb(int(share.value.as_tuple().exponent))
        if abs(right - share.value) >= step:  # rounded up or cut off, either will do
            printed = f"{_show(part.value)}÷{_show(found.whole.value)}＝{_show(right.quantize(step))}%"
            yield Sum(
                paragraph, part.start, share.end, "share", (share, part, found.whole), f"{_show(share.value)}%", printed
            )


def _totals_behind(paragraph: Paragraph, every: Sequence[Number], start: int) -> Iterator[Sum]:
    """Yield 合计 that is not the sum of the numbers before it in the sentence."""
    text = paragraph.plain
    for i, total in enumerate(every):
        if total.unit not in _UNITS or not _TOTAL.search(text[max(start, total.start - 14) : total.start]):
            continue
        parts: list[Number] = []
        for n in reversed(every[:i]):
            if n.unit == "%":
                continue
            if (
                n.unit != total.unit
                or "。" in text[n.end : total.start]
                and n.end < total.start
                and "。" in text[n.end : total.start - 1]
            ):
                break
            parts.insert(0, n)
        piece = text[parts[0].start if parts else total.start : total.start]
        if len(parts) < 2 or re.search("其中|包括|含|（", piece) or _OVERLAP.search(piece):
            continue
        low, high = _all(p.low for p in parts), _all(p.high for p in parts)
        if low > total.high or high < total.low:
            added = "＋".join(_show(p.value) for p in parts)
            right = f"{added}＝{_show(_all(p.value for p in parts))}"
            yield Sum(paragraph, parts[0].start, total.end, "sum", (total, *parts), _show(total.value), right)


def _hundred(paragraph: Paragraph, every: Sequence[Number]) -> Iterator[Sum]:
    """Yield shares of one whole, named without their counts, that do not make 100."""
    text = paragraph.plain
    shares = [n for n in every if n.unit == "%" and n.exact and _SHARE.search(text[max(0, n.start - 18) : n.start])]
    counts = [n for n in every if n.unit in _UNITS]
    if len(shares) < 2 or len(counts) > 1:
        return
    piece = text[shares[0].start - 20 if shares[0].start > 20 else 0 : shares[-1].end + 2]
    total = _all(n.value for n in shares)
    steps = [Decimal(1).scaleb(int(n.value.as_tuple().exponent)) for n in shares]
    slack = _all(steps) / 2
    if _OVERLAP.search(piece) or _GROWTH.search(piece) or abs(total - 100) <= slack:
        return
    known = any(all(word in piece for word in partition) for partition in _PARTITIONS[1:3])
    if text[shares[-1].end : shares[-1].end + 1] == "等" or re.search("主要|重点", piece):
        known = False
        if total < 100:
            return
    if total > 100 or known or abs(total - 100) <= 3 and len(shares) >= 3:
        yield Sum(
            paragraph,
            shares[0].start,
            shares[-1].end,
            "hundred",
            tuple(shares),
            "＋".join(f"{_show(n.value)}%" for n in shares),
            f"{_show(total)}%",
        )


def _changes(paragraph: Paragraph, every: Sequence[Number]) -> Iterator[Sum]:
    """Yield a change that the two numbers beside it do not give: 收到34件，比上年28件增长21.4%."""
    text = paragraph.plain
    for i in range(2, len(every)):
        now, earlier, change = every[i - 2 : i + 1]
        if now.unit not in _UNITS or now.unit != earlier.unit or change.unit not in ("%", now.unit):
            continue
        before = text[now.end : earlier.start]
        said = re.match(
            r"^(?:相比)?[，]?(?:同比)?(?:(?:增长|上升|下降)率?为?|增长|增加|上升|提高|多|减少|下降|降低|少)了?$",
            text[earlier.end : change.start],
        )
        if not _EARLIER.search(before) or "。" in before or "；" in before or not said:
            continue
        if not (now.exact and earlier.exact and change.exact) or not earlier.value:
            continue
        difference = now.value - earlier.value
        less = bool(re.search("减少|下降|降低|少", said[0]))
        right = (-difference if less else difference) * (Decimal(100) / earlier.value if change.unit == "%" else 1)
        step = Decimal(1).scaleb(int(change.value.as_tuple().exponent)) if change.unit == "%" else Decimal(0)
        if abs(right - change.value) >= (step or Decimal("0.001")):
            printed = f"{_show(right.quantize(step))}%" if step else _show(right)
            yield Sum(
                paragraph,
                now.start,
                change.end,
                "change",
                (change, now, earlier),
                text[change.start : change.end],
                printed,
            )


def _all(parts: Iterable[Decimal]) -> Decimal:
    return sum(parts, Decimal(0))


def _show(value: Decimal | int) -> str:
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
