"""Mentions against the figures of a form: what agrees, what contradicts, and what is left alone, each with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Callable, Iterable

from ..form import Form
from .mentions import Item, Mention
from .numerals import MONEY
from .words import TOPICS, Meant, figures, rate

BLANK = "表中这一格没有数"
Lookup = Callable[[str], Any]


@dataclass(frozen=True)
class Judged:
    """A mention and what came of it: `cells` it was compared with (id -> value), the value `expected` there, and
    whether it `agrees`; None when it was left alone, for the reason `why`. `reckoned` tells how the value was worked
    out where it stands in no cell: a rate, a change against last year."""

    mention: Mention
    why: str
    agrees: bool | None = None
    cells: tuple[tuple[str, Any], ...] = ()
    expected: Any = None
    rule: str = ""
    reckoned: str = ""


def judge(mentions: Iterable[Mention], form: Form, get: Lookup) -> list[Judged]:
    """Return every mention with its verdict; `get` gives the value of a cell."""
    found: list[Judged] = []
    ways: frozenset[str] = frozenset()
    for mention in mentions:
        before = found[-1] if found and found[-1].mention.sentence == mention.sentence else None
        ways = (ways if before else frozenset()) | _ways(mention)
        judged = _judge(mention, form, get, before)
        if judged.agrees is False and ways:
            judged = _of_one_way(mention, ways, form, get) or judged
        found.append(judged)
    return found


_WAYS = frozenset({"direct", "after"})


def _ways(mention: Mention) -> frozenset[str]:
    """Return the ways to court that a mention names."""
    return frozenset(tag for item in mention.items for tags in item.tags for tag in tags & _WAYS)


def _of_one_way(mention: Mention, ways: frozenset[str], form: Form, get: Lookup) -> Judged | None:
    """Return the verdict where a result agrees with that of one way only: 直接起诉3件，结果维持2件."""
    for way in ways:
        items = tuple(replace(item, tags=(*item.tags, frozenset({way}))) for item in mention.items)
        judged = _judge(replace(mention, items=items), form, get, None)
        if judged.agrees:
            return replace(judged, mention=mention)
    return None


@lru_cache(maxsize=4096)
def meant(item: Item, form: Form, nothing: bool = False) -> Meant | None:
    """Return the figure of the form that words mean: every word is one that the figure may have, and it has all of
    those that it must have."""
    topics = item.topic
    for figure in figures(form):
        allowed = figure.says | figure.may | (frozenset({"received", "issued", "charged"}) if nothing else frozenset())
        if not item.tags or not all(tags & allowed for tags in item.tags):
            continue
        there = frozenset().union(*(tags & allowed for tags in item.tags))
        missing = figure.says - there
        if nothing:
            missing -= {"received", "issued", "charged"}
        if missing and not (missing <= TOPICS and missing <= topics):
            continue
        if not any(t & TOPICS for t in item.tags) and figure.says & TOPICS and not figure.says & topics:
            continue
        if not figure.says & TOPICS and topics and not topics & (figure.may | figure.says):
            continue
        return figure
    return None


def _judge(mention: Mention, form: Form, get: Lookup, before: Judged | None) -> Judged:
    if mention.role == "change":
        return _change(mention, get, before)
    if mention.left:
        return Judged(mention, mention.left)
    if mention.role:
        return _rate(mention, form, get)
    nothing = mention.number is None
    found = [meant(item, form, nothing=nothing) for item in mention.items]
    if not found or any(figure is None for figure in found):
        return Judged(mention, "表中没有这样的数")
    known = [figure for figure in found if figure is not None]
    if mention.together and len(known) > 1:
        known = [_sum(known)]
    verdicts = [_against(mention, figure, form, get) for figure in known]
    if "either" in mention.flags:
        verdicts.sort(key=lambda v: v.agrees is False)
        return verdicts[0]
    return next((v for v in verdicts if v.agrees is False), verdicts[0])


def _rate(mention: Mention, form: Form, get: Lookup) -> Judged:
    share, number = rate(form), mention.number
    left = Judged(mention, "说的是比例")
    if share is None or number is None or number.unit != "%" or not mention.flags & share.words:
        return left
    tags = [t for item in mention.items for t in item.tags]
    topic = [item.topic for item in mention.items]
    if not all(share.says in t for t in tags) or not (tags or any(share.says in t for t in topic)):
        return left
    part = _total(share.part, get)
    step = Decimal(1).scaleb(int(number.value.as_tuple().exponent))
    first: Judged | None = None
    for cells in share.wholes:
        whole = _total(cells, get)
        if part is None or not whole:
            continue
        right = Decimal(part) * 100 / whole
        shown = f"{part}÷{whole}"
        named = tuple((c, get(c)) for c in (*share.part, *cells))
        if abs(right - number.value) < step and (number.value != 100 or part == whole):
            return Judged(mention, "与表一致", True, named, right, share.rule)
        first = first or Judged(mention, "与表不一致", False, named, right.quantize(step), share.rule, shown)
    return first or Judged(mention, BLANK)


def _total(cells: tuple[str, ...], get: Lookup) -> Decimal | int | None:
    total: Decimal | int = 0
    for cell_id in cells:
        value = get(cell_id)
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            return None
        total += value
    return total


_MORE, _LESS = ("增长", "增加", "上升", "多", "提高", "净增", "增多", "上涨"), ("减少", "下降", "少")


def _change(mention: Mention, get: Lookup, before: Judged | None) -> Judged:
    """Judge by how much a figure that was named right before has changed since last year, where last year is known."""
    left, number = Judged(mention, "说的是变化"), mention.number
    words = "".join(mention.words)
    against_last = any(w in words for w in ("同比", "上年", "去年", "上一年")) or mention.year
    more, less = any(w in words for w in _MORE), any(w in words for w in _LESS)
    if before is None or before.agrees is not True or before.reckoned or number is None or not number.exact:
        return left
    if not against_last or more == less or any(item.tags for item in mention.items) or before.mention.number is None:
        return left
    now = _total(tuple(c for c, _ in before.cells), get)
    earlier = _total(tuple(f"last.{c}" for c, _ in before.cells), get)
    if now is None or earlier is None or number.unit not in ("%", before.mention.number.unit):
        return left
    change = Decimal(now - earlier) * (1 if more else -1)
    step = Decimal(0)
    if number.unit == "%":
        if not earlier:
            return left
        change, step = change * 100 / Decimal(earlier), Decimal(1).scaleb(int(number.value.as_tuple().exponent))
    if abs(change - number.value) < (step or Decimal("0.001")):
        return Judged(mention, "与上年比较一致", True, before.cells, change, before.rule)
    shown = f"本年{now}、上年{earlier}，增减"
    right = change.quantize(step) if step else change
    return Judged(mention, "与上年比较不一致", False, before.cells, right if more else right, before.rule, shown)


def _sum(known: list[Meant]) -> Meant:
    cells = tuple(dict.fromkeys(c for figure in known for c in figure.sums[0]))
    first = known[0]
    return Meant(first.says, first.may, first.rule, (cells,), "")


def _against(mention: Mention, figure: Meant, form: Form, get: Lookup) -> Judged:
    if "不" in mention.flags:
        for cell_id in figure.never:
            if (_total((cell_id,), get) or 0) > 0:
                return Judged(mention, "与表不一致", False, ((cell_id, get(cell_id)),), get(cell_id), figure.rule)
    choice = figure.choice == "yes" or figure.choice == "total" and mention.loose
    sums = figure.sums if choice and mention.number is not None else figure.sums[:1]
    first: Judged | None = None
    for cells in sums:
        values = [get(cell_id) for cell_id in cells]
        total = _total(cells, get)
        if total is None:
            continue
        if mention.number and not _same_unit(mention.number.unit, form.cells[cells[0]].unit):
            return Judged(mention, f"表中以{form.cells[cells[0]].unit}计")
        if _agrees(mention, total, form.cells[cells[0]].unit, figure.most):
            return Judged(mention, "与表一致", True, tuple(zip(cells, values)), total, figure.rule)
        first = first or Judged(mention, "与表不一致", False, tuple(zip(cells, values)), total, figure.rule)
    blank = tuple((cell_id, None) for cell_id in figure.sums[0])
    return first or Judged(mention, BLANK, cells=blank, rule=figure.rule)


_COUNTS = frozenset("件宗起份个次项例桩") | {
    "",
    "人次",
    "件次",
}  # units that are said of applications, cases and decisions
_PEOPLE = frozenset("人名") | {"人次"}


def _same_unit(said: str, unit: str) -> bool:
    """Whether a number with one unit may be that of a cell with another."""
    if said in MONEY or unit in MONEY:
        return said in MONEY and unit in MONEY
    if unit in _PEOPLE:
        return said in _PEOPLE | {"位", "个", ""}
    return (
        said == unit
        or said in _COUNTS
        and unit in {"件", "条", "次", "个", "人次"}
        and not (unit == "条" and said == "次")
    )


def _agrees(mention: Mention, total: Decimal | int, unit: str, most: bool) -> bool:
    number = mention.number
    if number is None:
        return total == 0
    factor = MONEY.get(number.unit, Decimal(1)) / MONEY.get(unit, Decimal(1))
    low, high = number.low * factor, number.high * factor
    return total >= low if most else low <= total <= high
