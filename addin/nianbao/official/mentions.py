"""What the numbers of a paragraph are said to be: of what, by whom, in which year, and how sure that is.

The grammar is that of official reports. A number belongs to the words between it and the mark before it (收到申请34件),
or to the words behind it (收到34件申请). What is counted may have been named before (收到申请34件，办结33件). A number is
understood only when every one of these words is known; otherwise it is left alone, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterable, Sequence

from .numerals import Number
from .sentences import Paragraph, Sentence
from .tokens import (
    AS_OF,
    COUNTED,
    LAST,
    MANY,
    NEXT,
    NUMBER,
    OWN,
    PART,
    STOP,
    THIS,
    UNKNOWN,
    YEAR,
    Token,
    is_money,
    read,
)
from .words import AND, NEGATION, PLAIN, TOPICS, WORD, Sense, Words, with_own

HARD = "，；：。（）！？,"  # marks that end a phrase; 、 only separates the items of a list
_EACH, _TOGETHER, _RESPECTIVELY = (
    ("均", "都", "各"),
    ("共", "共计", "合计", "总计", "总共", "一共", "累计", "共有"),
    "分别",
)

_MADE_PUBLIC = frozenset("licence penalty coercion norms regs".split())
_REVIEWING = ("人民政府", "司法局", "司法厅", "管委会")
_CASES = frozenset({"review", "litigation"})
_DISCLOSURE = re.compile(r"[^\d]{0,8}(?:其中|涉及?|因)[^，\d]{0,6}信息公开[^，\d]{0,8}\d")
_PUBLIC = re.compile("公示|公开|公布|发布")
_ACTS = frozenset({"received", "accepted", "handled", "done"})
_WITHIN = frozenset("个工作日 工作日 天 日 小时 分钟".split())  # units of the time in which something was done
_RESULTS = frozenset("upheld corrected other_result pending direct after carried_out".split())


@dataclass
class Frame:
    """What the sentences so far have settled: the topic, and within one sentence whose and which year's."""

    topic: frozenset[str] = frozenset()
    said: bool = False  # the topic was named in this paragraph by a number or a heading, and not only by the section
    time: str = ""  # why the numbers are of another time; "" for the year of the report
    whose: str = ""  # why the numbers are of somebody else
    change: bool = False
    as_of: bool = False  # 截至: what is 累计 may have begun years ago


@dataclass(frozen=True)
class Item:
    """One thing a number is said of: the tags of its words, each word one set, and the topic from before if need be."""

    tags: tuple[frozenset[str], ...]
    topic: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Mention:
    """A number, or a statement that there is none, at a place of a paragraph.

    `items` are what it is said of: several when it is their sum (`together`) or the number of each. `left` says why
    it is compared with nothing. `strict` is false where the words allow that what was carried over is included.
    """

    paragraph: Paragraph
    sentence: Sentence
    start: int
    end: int
    number: Number | None  # None: a statement of nothing (未收到申请)
    items: tuple[Item, ...] = ()
    together: bool = False
    loose: bool = False
    left: str = ""
    year: int = 0  # the year the number is of when the text names another; 0 for the report's own
    role: str = ""  # "change": by how much it changed; "rate"
    flags: frozenset[str] = frozenset()
    words: tuple[str, ...] = field(default=(), compare=False)

    @property
    def text(self) -> str:
        return self.paragraph.quote(self.start, self.end)

    @property
    def quote(self) -> str:
        return self.paragraph.quote(self.sentence.start, self.sentence.end)


@dataclass(frozen=True)
class Setting:
    """What is known before a text is read: the year, the words (those for the unit itself and its area among them), and
    the topic of a section."""

    year: int | None
    words: Words
    area: frozenset[str]  # 全县 and the like where the report is that of the whole area
    topic: frozenset[str] = frozenset()
    unit: str = ""


_LEVEL = re.compile("[省市县区州旗镇](?!场监|政)|乡(?!建|村|规)")  # the level of a unit is the last in its name
_GOVERNED = {
    "县": "全县",
    "市": "全市",
    "区": "全区",
    "镇": "全镇",
    "乡": "全乡",
    "省": "全省",
    "州": "全州",
    "旗": "全旗",
}


def setting(unit: str, year: int | None, topic: Iterable[str] = ()) -> Setting:
    """Return what the name of a unit says of its own words: 青禾县水利局 is also 县水利局 and 全局. Not 水利局 alone:
    other places have one too."""
    name = unit.strip()
    own = {name[i:]: Sense(OWN) for i in (0, *(match.start() for match in _LEVEL.finditer(name[:-1]))) if name[i + 2 :]}
    area: set[str] = set()
    for ending in ("人民政府", "管理委员会", "管委会", "街道办事处"):
        if name.endswith(ending):
            place = name[: -len(ending)]
            own |= {word: Sense(OWN) for word in (place, place[-1:] + "政府", place[-1:] + "人民政府") if len(word) > 1}
            area |= {_GOVERNED.get(place[-1:], ""), "辖区", "全辖区"} | (
                {"全区", "全园区"} if "管" in ending else set()
            )
            own |= {"管委会": Sense(OWN), "街道办": Sense(OWN), "办事处": Sense(OWN)}
    for kind in ("学校", "医院", "公司", "中心", "园区", "街道"):
        own |= {kind: Sense(OWN)} if _calls_itself(name, kind) else {}
    levels = _LEVEL.findall(name[:-1])
    own |= {levels[-1] + "局": Sense(OWN)} if levels and name.endswith("局") else {}
    if name.endswith("人民政府办公室"):
        level = name.removesuffix("人民政府办公室")[-1:]
        own |= {level + word: Sense(OWN) for word in ("政府办公室", "政府办", "府办")}
    whole = {
        "局": "全局",
        "院": "全院",
        "校": "全校",
        "学": "全校",
        "委": "全委",
        "厅": "全厅",
        "司": "全公司",
        "会": "全委",
    }
    area |= {whole.get(name[-1:], "")} | ({"全校"} if name.endswith(("学院", "大学", "学校")) else set())
    area.discard("")
    own |= {word: Sense(OWN) for word in area}
    return Setting(year, with_own(own), frozenset(area), frozenset(topic), name)


def _calls_itself(name: str, kind: str) -> bool:
    """Whether a unit of this name speaks of itself as 学校, 医院 and so on."""
    if kind == "学校":
        return name.endswith(("学院", "大学", "学校", "专科学校"))
    return name.endswith({"园区": "管委会", "街道": "街道办事处"}.get(kind, kind))


def mentions(paragraph: Paragraph, about: Setting) -> list[Mention]:
    """Return the mentions of a paragraph in order."""
    frame = Frame(topic=about.topic)
    found: list[Mention] = []
    text = paragraph.plain
    for sentence in paragraph.sentences:
        if not text.startswith(("其中", "上述", "以上"), sentence.start):
            frame.time = frame.whose = ""
            frame.as_of = False
        tokens = _not_one(read(paragraph, sentence.start, sentence.end, about.words))
        for n, token in enumerate(tokens):
            if token.kind == UNKNOWN and _abbreviates(text[token.start : token.end], about.unit):
                tokens[n] = token._replace(kind=OWN)
        found += _sentence(paragraph, sentence, tokens, frame, about)
    return found


def _abbreviates(words: str, unit: str) -> bool:
    """Whether words are a short form of a unit's name: 区住建局 of 白石区住房和城乡建设局."""
    if len(words) < 3 or words[-1:] != unit[-1:]:
        return False
    levels = list(_LEVEL.finditer(unit[:-1]))
    at = levels[-1].start() if levels else -1
    start = at if at >= 0 and words[0] == unit[at] else 0 if words[0] == unit[0] else -1
    rest = iter(unit[start:])
    return start >= 0 and all(c in rest for c in words)


def _not_one(tokens: list[Token]) -> list[Token]:
    """Return the tokens with 一起 in 未发生一起复议 as a word: it says that there was none."""
    denied = False
    for n, token in enumerate(tokens):
        if token.kind == STOP:
            denied = False
        elif token.kind == NEGATION:
            denied = True
        elif token.kind == NUMBER and denied and token.number is not None and token.number.value == 1:
            tokens[n] = token._replace(kind=PLAIN, number=None)
    return tokens


def _sentence(
    paragraph: Paragraph, sentence: Sentence, tokens: Sequence[Token], frame: Frame, about: Setting
) -> list[Mention]:
    reader = _Reader(paragraph, sentence, tokens, frame, about)
    found: list[Mention] = []
    for i, token in enumerate(tokens):
        if token.kind == STOP:
            frame.change = False
            reader.heading(i)
        elif token.kind in (THIS, LAST, YEAR, PART, MANY, AS_OF, "change"):
            reader.time(i)
        elif token.kind == OWN:
            frame.whose = ""
        elif token.kind in ("others", "area"):
            reader.whose(i)
        elif token.kind == NUMBER and i not in reader.taken:
            found += reader.number(i)
        elif token.kind == NEGATION:
            found += reader.nothing(i)
        elif "all_done" in token.tags:
            found += reader.all_done(i, found)
        if token.kind == WORD and token.tags & TOPICS and not reader.has_number:
            frame.topic = token.tags & TOPICS  # a heading, or a sentence that speaks of something
    return found


class _Reader:
    """One sentence while it is read."""

    def __init__(
        self, paragraph: Paragraph, sentence: Sentence, tokens: Sequence[Token], frame: Frame, about: Setting
    ) -> None:
        self.paragraph, self.sentence, self.tokens, self.frame, self.about = paragraph, sentence, tokens, frame, about
        self.text = paragraph.plain
        self.taken: set[int] = set()
        self.has_number = any(t.kind == NUMBER for t in tokens)
        self.compared = False  # a number of this sentence was understood as one of the topic's

    def word(self, token: Token) -> str:
        return self.text[token.start : token.end]

    # ---------------------------------------------------------------- time and scope

    def _opens(self, i: int) -> bool:
        """Whether a token stands at the beginning of a clause, only years and fillers before it."""
        while i and self.tokens[i - 1].kind in (THIS, LAST, YEAR, PART, AS_OF, PLAIN, AND, OWN):
            if self.word(self.tokens[i - 1]) in ("对", "向", "由", "在", "以"):
                return False
            i -= 1
        return i == 0 or self.tokens[i - 1].kind == STOP and self.word(self.tokens[i - 1]) != "、"

    def time(self, i: int) -> None:
        token, frame = self.tokens[i], self.frame
        if token.kind == "change":
            frame.change = True
        elif self._carry_behind(i):
            return
        elif token.kind == THIS or token.kind == YEAR and token.year == self.about.year:
            frame.time = ""
        elif token.kind == AS_OF:
            frame.time = "" if token.year in (0, self.about.year) else self._reason(token)
            frame.as_of = self.word(token).startswith("截")
        elif self._opens(i):
            frame.time = self._reason(token)

    def _carry_behind(self, i: int) -> bool:
        """Whether a year is that of what is carried over: 2023年结转, 结转至2025年."""
        near = [t for t in (*self.tokens[max(0, i - 2) : i], *self.tokens[i + 1 : i + 3]) if t.kind == WORD]
        return any(t.tags & {"carry", "carried_in", "carried_out"} for t in near)

    def _reason(self, token: Token) -> str:
        return f"说的是“{self.word(token)}”的数"

    def whose(self, i: int) -> None:
        if self._opens(i) and self.word(self.tokens[i]) not in self.about.area:
            self.frame.whose = f"说的是“{self.word(self.tokens[i])}”的数"

    def heading(self, i: int) -> None:
        """Take the topic of a clause that holds no number (依申请公开方面：…)."""
        topic: frozenset[str] = frozenset()
        for token in reversed(self.tokens[:i]):
            if token.kind == NUMBER:
                return
            if token.kind == STOP:
                break
            topic = topic or token.tags & TOPICS
        if topic and (self.word(self.tokens[i]) == "：" or "foreign" not in topic):
            self.frame.topic = topic

    # ---------------------------------------------------------------- phrases

    def _before(self, i: int) -> list[list[Token]]:
        """Return the items a number may be said of, from the words before it, the last one nearest. One bracket or
        colon may stand between: 予以公开（20件）, 新收申请：34件, 部分公开（区分处理）5件."""
        items: list[list[Token]] = [[]]
        through = False
        j = i
        while j > 0:
            j -= 1
            token = self.tokens[j]
            mark = self.word(token) if token.kind == STOP else ""
            if token.kind == NUMBER:
                break
            if mark and mark != "、":
                if items != [[]] or through or mark not in "：（）":
                    break
                opening = self._opening(j) if mark == "）" else j
                if opening < 0:
                    break
                j, through = opening, True
                continue
            if mark or token.kind == AND:
                bare = self._bare_item(j)
                if bare:
                    items.insert(0, [])
                elif mark:
                    break
                else:
                    items[0].insert(0, token)
                continue
            items[0].insert(0, token)
        return [item for item in items if item] or [[]]

    def _opening(self, j: int) -> int:
        """Return where the bracket that closes at j opens; -1 where a number stands within it."""
        while j > 0 and self.tokens[j - 1].kind != NUMBER:
            j -= 1
            if self.tokens[j].kind == STOP and self.word(self.tokens[j]) == "（":
                return j
        return -1

    def _bare_item(self, j: int) -> bool:
        """Whether what stands before a separator at j is an item of the same list without a number of its own."""
        words = False
        for token in reversed(self.tokens[:j]):
            if token.kind == NUMBER:
                return False
            if token.kind == STOP:
                break
            words |= token.kind == WORD
        return words

    def _behind(self, i: int) -> list[Token]:
        found = []
        for token in self.tokens[i + 1 :]:
            if token.kind in (STOP, NUMBER, AND):
                break
            found.append(token)
        return found

    def number(self, i: int) -> list[Mention]:
        number = self.tokens[i].number
        assert number is not None
        items = self._before(i)
        before = [t for item in items for t in item]
        kinds = {t.kind for t in before}
        words = {self.word(t) for t in before if t.kind == PLAIN}
        role = "rate" if "rate" in kinds else "change" if "change" in kinds or self.frame.change else ""
        flags = frozenset(self.word(t) for t in before if t.kind == "rate")
        if number.unit not in COUNTED and not is_money(number) and number.unit != "%":
            return []
        if not role and number.unit == "%":
            return []
        left, year = self._left(before) or self._narrowed(i), self._year(before)
        split = self._split(items)
        group = self._respectively(i, len(split), words)
        made: list[Mention] = []
        if group and not left:
            self.taken.update(group[1:])
            for item, at in zip(split, group):
                made.append(self._mention(at, (item,), left, year, role, flags))
            self._settle(before)
            return made
        behind = self._behind(i)
        if not left and not role:
            split, left = self._with_behind(split, before, behind)
            if self._on_disclosure(before) and self.frame.topic & _CASES:
                split, left = [Item((self.frame.topic & _CASES,))], ""  # 行政复议35件，其中涉及政府信息公开的5件
            elif any(tags & _CASES for item in split for tags in item.tags) and self._of_all_kinds(i):
                left = "包括与政府信息公开无关的案件"
        together = bool(words & set(_TOGETHER))
        each = bool(words & set(_EACH)) or not number.value
        if any(t.kind == AND and self.word(t) == "并" for t in self.tokens[max(0, i - 4) : i]) and not each:
            flags |= {"either"}  # 收到并办结33件
        elif len(split) > 1 and not (together or each) and all(any(t & _ACTS for t in s.tags) for s in split):
            flags |= {"either"}  # 受理、答复申请33件
        elif len(split) > 1 and not (together or each) and not left and not role:
            left = "一个数说的是几件事，看不出是合计还是各自"
        loose = bool(words & set(_TOGETHER)) or self._included(i) or any(self.word(t)[0] == "共" for t in before)
        known = next((n for n, t in enumerate(behind) if t.kind == UNKNOWN), len(behind))
        named = any(t.kind == WORD and t.tags & TOPICS for t in behind[known:])
        self._settle([*before, *(behind if named else behind[:known])])
        compared = tuple(self.word(t) for t in before if t.kind in ("change", LAST, YEAR))
        return [self._mention(i, tuple(split), left, year, role, flags, together and not each, loose, compared)]

    def _mention(
        self,
        i: int,
        items: tuple[Item, ...],
        left: str,
        year: int,
        role: str,
        flags: frozenset[str],
        together: bool = False,
        loose: bool = False,
        words: tuple[str, ...] = (),
    ) -> Mention:
        token = self.tokens[i]
        return Mention(
            self.paragraph,
            self.sentence,
            token.start,
            token.end,
            token.number,
            items,
            together,
            loose,
            left,
            year,
            role,
            flags,
            words,
        )

    def _left(self, before: Sequence[Token]) -> str:
        """Return why a number with these words before it is compared with nothing."""
        for token in before:
            if token.kind == UNKNOWN:
                return f"“{self.word(token)}”不是认得的词"
            if token.kind in ("others", "area") and self.word(token) not in self.about.area:
                return f"说的是“{self.word(token)}”的数"
            if token.kind in (PART, MANY):
                return self._reason(token)
            if token.kind == NEGATION and self.word(token) != "零":
                return "有否定的词"
            published = any("published" in t.tags for t in before)
            if token.kind == PLAIN and (self.frame.as_of or published) and self.word(token) == "累计":
                return "累计数，看不出从何时算起"
        carried = any(t.tags & {"carry", "carried_in", "carried_out"} for t in before)
        if self.frame.whose:
            return self.frame.whose
        if self.frame.time and not carried and not any(self._this_year(t) for t in before):
            return self.frame.time
        last = any(t.kind == LAST or t.kind == YEAR and t.year != self.about.year for t in before)
        return "说的是另一年的数" if last and not carried else ""

    def _narrowed(self, i: int) -> str:
        """Return why a number is only a part, or one of several years', by what else its clause says."""
        years = set()
        for token in reversed(self.tokens[:i]):
            if token.kind == STOP and self.word(token) != "、":
                break
            if token.kind == NUMBER and token.number and token.number.unit in _WITHIN:
                return f"只说“{self.word(token)}”内的"
            if token.kind == YEAR:
                years.add(token.year)
        return "说的是几个年度的数" if len(years) > 1 else self._of_list(i)

    def _on_disclosure(self, before: Sequence[Token]) -> bool:
        """Whether the words before a number only say that it is on disclosure."""
        said = any("信息公开" in self.word(t) for t in before)
        return said and all(t.kind in (PLAIN, THIS, YEAR, OWN) for t in before)

    def _of_all_kinds(self, i: int) -> bool:
        """Whether a number of cases is that of all kinds, for those on disclosure are told apart behind it."""
        token = self.tokens[i]
        clause = re.split("[，；。：（）]", self.text[self.sentence.start : token.start])[-1]
        if "信息公开" in clause:
            return False
        if self.about.unit.endswith(_REVIEWING) and "收到" in clause:
            return True  # a body that decides reviews receives those against others
        behind = self.text[token.end : self.sentence.end]
        return bool(_DISCLOSURE.match(re.split("[；。]", behind)[0]))

    def _of_list(self, i: int) -> str:
        """Return why an item of a list belongs to what its first item is said of: 公示许可120件、处罚40件."""
        own = {tag for t in self._own_item(i) for tag in t.tags}
        start = i
        while start and not (self.tokens[start - 1].kind == STOP and self.word(self.tokens[start - 1]) != "、"):
            start -= 1
        ahead = self.tokens[start:i]
        first = next((n for n, t in enumerate(ahead) if t.kind == NUMBER), len(ahead))
        if not any(t.kind == STOP for t in ahead[first:]):
            return ""
        for token in ahead[:first]:
            if own & _MADE_PUBLIC and (token.tags & {"published", "open"} or _PUBLIC.search(self.word(token))):
                return f"说的是“{self.word(token)}”的件数"
            if own & TOPICS and token.kind in ("others", UNKNOWN, PART, MANY):
                return f"与前面并列，前面有“{self.word(token)}”"
        return ""

    def _own_item(self, i: int) -> list[Token]:
        found = []
        for token in reversed(self.tokens[:i]):
            if token.kind in (STOP, NUMBER):
                break
            found.append(token)
        return found

    def _this_year(self, token: Token) -> bool:
        return token.kind == THIS or token.kind == YEAR and token.year == self.about.year

    def _year(self, before: Sequence[Token]) -> int:
        return next((t.year for t in before if t.kind == YEAR and t.year != self.about.year), 0)

    def _split(self, items: Sequence[Sequence[Token]]) -> list[Item]:
        """Return the items with the tags of their words; what is counted may be named by the last item only."""
        shared: frozenset[str] = frozenset()
        for item in items:
            for token in item:
                shared = token.tags & TOPICS or shared
        found = []
        for item in items:
            tags = tuple(self._carried(item)) + tuple(t.tags for t in item if t.kind == WORD and "carry" not in t.tags)
            own = any(t & TOPICS for t in tags)
            found.append(
                Item(tags, frozenset() if own else (shared if len(items) > 1 and shared else self.frame.topic))
            )
        return found

    def _carried(self, item: Sequence[Token]) -> Iterable[frozenset[str]]:
        """Yield what a bare 结转 means by the year beside it."""
        if not any("carry" in t.tags for t in item):
            return
        year = self.about.year or 0
        past = any(t.kind == LAST or t.kind == YEAR and t.year == year - 1 for t in item)
        future = any(t.kind == NEXT or t.kind == YEAR and t.year == year + 1 for t in item)
        yield frozenset({"carried_in"} if past else {"carried_out"} if future else {"carry"})

    def _with_behind(
        self, split: list[Item], before: Sequence[Token], behind: Sequence[Token]
    ) -> tuple[list[Item], str]:
        """Add what is named behind the number (收到34件申请, 2件行政复议被纠正) to what stands before it."""
        named = [t for t in before if t.kind == WORD]
        has_topic = any(t.tags & TOPICS for t in named)
        topics = [n for n, t in enumerate(behind) if t.kind == WORD and t.tags & TOPICS]
        unknown = next((n for n, t in enumerate(behind) if t.kind == UNKNOWN), len(behind))
        if topics and topics[-1] > unknown:
            return split, f"“{self.word(behind[unknown])}”不是认得的词"
        kinds = frozenset().union(*(t.tags for t in behind))
        if not named and behind and self.word(behind[0]) in ("为", "是", "均为", "系") and not kinds & _RESULTS:
            return split, "“为……”说的是其中有几件什么样的"
        if named and has_topic:
            foreign = any("foreign" in behind[n].tags for n in topics)
            return split, "数字后面说的是别的事" if foreign else ""
        if topics:
            tags = tuple(t.tags for t in behind[:unknown] if t.kind == WORD)
            if not named and unknown < len(behind):
                return split, f"“{self.word(behind[unknown])}”不是认得的词"
            base = split[-1].tags if named else ()
            return [Item((*base, *(tags if not named else (behind[topics[0]].tags,))))], ""
        acts = [t.tags for t in behind if t.kind == WORD]
        if not named and acts and unknown == len(behind):
            return [Item(tuple(acts), self.frame.topic)], ""  # 尚有3件结转下年度办理
        if named and behind and unknown == 0 and not split[-1].tags[-1] & {"carried_in", "carried_out"}:
            return split, f"“{self.word(behind[0])}”不是认得的词"
        if not named:
            return split, "没有说是什么的数"
        return split, ""

    def _included(self, i: int) -> bool:
        """Whether a bracket right behind the number includes what was carried over: 28件（含上年结转2件）."""
        opened = False
        for token in self.tokens[i + 1 : i + 16]:
            word = self.word(token)
            if token.kind == STOP and word in "；。":
                break
            opened |= word in ("含", "包括", "其中", "包含", "其中有")
            if opened and "carried_in" in token.tags:
                return True
        return False

    def _respectively(self, i: int, count: int, words: set[str]) -> list[int]:
        """Return the numbers that belong to the items of a list one by one (A、B分别为1件、2件); none if they do not."""
        if _RESPECTIVELY not in words or count < 2:
            return []
        found = [i]
        for j in range(i + 1, len(self.tokens)):
            token = self.tokens[j]
            if token.kind == NUMBER:
                found.append(j)
            elif not (
                token.kind == AND or token.kind == STOP and self.word(token) in "、，" or self.word(token) == "为"
            ):
                break
        return found if len(found) == count else []

    def _settle(self, words: Sequence[Token]) -> None:
        """Remember what is counted for the numbers that follow."""
        topic = [t.tags & TOPICS for t in words if t.kind == WORD and t.tags & TOPICS]
        if any(t.kind == UNKNOWN for t in words):
            self.frame.topic = frozenset({"foreign"})  # 不动产登记申请5600件，办结5590件
        elif topic:
            self.frame.topic = topic[-1]

    # ---------------------------------------------------------------- statements of nothing

    def nothing(self, i: int) -> list[Mention]:
        """Return the statement that begins with a negation (未收到申请、未发生复议) or ends with one (申请、复议均无)."""
        ahead = self._ahead(i)
        if any(t.kind == NUMBER for t in ahead):
            return []
        if self.word(self.tokens[i]) == "不" and not any(t.tags & {"charged", "fees"} for t in ahead[:1]):
            return []  # 不规范, 不清楚: only 不收取 states that there is nothing
        behind = any(t.kind == WORD for t in ahead)
        before = self._clause(i)
        if before is None or self._cut(i, ahead) or any(t.kind == NEGATION for t in before):
            return []  # a number, or a second negation, in the same clause: too much to be understood
        if behind:
            groups, lead = self._groups(ahead), before
        else:
            groups, lead = self._groups([t for t in before]), []
            ahead = before
        if not any(t.kind == WORD for t in ahead):
            return []
        everything = [*lead, *ahead]
        left = self._left(everything)
        split = self._split(groups)
        act = frozenset(
            t for item in split[:1] for tags in item.tags for t in tags if t in ("received", "charged", "issued")
        )
        if act:
            split = [split[0], *(Item((*s.tags, act), s.topic) for s in split[1:])]
        end = self.tokens[i + len(ahead)].end if behind else self.tokens[i].end
        start = self.tokens[i].start if behind else before[0].start
        flag = frozenset({self.word(self.tokens[i])})
        # What is not there settles the topic like a number does, unless the words are not understood.
        self._settle([t for t in everything if t.kind != UNKNOWN])
        return [Mention(self.paragraph, self.sentence, start, end, None, tuple(split), False, False, left, 0, "", flag)]

    def all_done(self, i: int, before: Sequence[Mention]) -> list[Mention]:
        """Return the statement that everything received is closed (收到申请34件，已全部办结): nothing is carried over.

        It is none where it speaks of a part: of what had been carried in, of one kind of applications.
        """
        clause = self._clause(i)
        if clause is None or any(t.kind == UNKNOWN for t in clause):
            return []
        named = [t.tags for t in clause if t.kind == WORD]
        if named:
            whole = all(tags & {"application", "received", "accepted", "handled"} for tags in named)
            subject = whole and any("application" in tags for tags in named)
        else:
            last = [m for m in before if m.number][-1:]
            tags = [t for m in last for item in m.items for t in item.tags]
            intake = {"application", "received", "accepted"}
            subject = bool(tags) and all(t & intake for t in tags) and any(t & {"received", "accepted"} for t in tags)
            subject = subject and bool(last) and not last[0].left and "application" in self.frame.topic
        if not subject:
            return []
        token, left = self.tokens[i], self._left(clause)
        item = Item((frozenset({"all_done"}),), frozenset({"application"}))
        return [
            Mention(
                self.paragraph,
                self.sentence,
                token.start,
                token.end,
                None,
                (item,),
                left=left,
                flags=frozenset({"all"}),
            )
        ]

    def _ahead(self, i: int) -> list[Token]:
        found = []
        for token in self.tokens[i + 1 :]:
            if token.kind == STOP and self.word(token) != "、" or token.kind == NEGATION:
                break
            found.append(token)
        return found

    def _cut(self, i: int, ahead: Sequence[Token]) -> bool:
        """Whether another negation follows within the phrase (没有因答复不当…): too much to be understood."""
        j = i + 1 + len(ahead)
        last = ahead[-1] if ahead else None
        listed = last is None or last.kind == STOP or last.kind == AND
        return j < len(self.tokens) and self.tokens[j].kind == NEGATION and not listed

    def _clause(self, i: int) -> list[Token] | None:
        """Return the words of the clause before a negation; None where a number is among them."""
        found: list[Token] = []
        for token in reversed(self.tokens[:i]):
            if token.kind == NUMBER:
                return None
            if token.kind == STOP and self.word(token) != "、":
                if self.word(token) == "：" and not any(t.kind == WORD for t in found):
                    continue
                break
            found.insert(0, token)
        return found

    def _groups(self, tokens: Sequence[Token]) -> list[list[Token]]:
        groups: list[list[Token]] = [[]]
        for token in tokens:
            if token.kind == AND or token.kind == STOP:
                groups.append([])
            else:
                groups[-1].append(token)
        return [g for g in groups if any(t.kind == WORD for t in g)] or [list(tokens)]
