"""The paragraphs of a report, put where they belong: title, opening, sections, signature, date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import takewhile
from typing import Iterable

from .. import form as forms
from .. import prose
from ..form import Form, Section
from ..report import with_digits
from .labels import key, squeezed


@dataclass(eq=False, repr=False)
class Story:
    """`headings` are as found, `sections` paragraphs by section id; a part of the text that is none of the form's
    stays with the section before it."""

    title: str
    headings: list[str]
    preamble: list[str]
    sections: dict[str, list[str]]
    signature: str
    date: str


_DATE = r"\d{4}年\d{1,2}月\d{1,2}日|[一二][〇○零一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
_SIGNED = re.compile(rf"([^。；：，！？、]{{3,40}})?({_DATE})")
_ORGAN = re.compile("(?:局|厅|部|委|会|府|室|处|办|院|所|站|队|校|学|司|团|中心|街道)$")
_FURNITURE = 12  # paragraphs a web page may put after the date
_YEAR = re.compile(r"[（(]?((?:19|20)\d\d)(?:[—–\-－~～至]+(?:19|20)\d\d)?(?:学年|年)?度?[）)]?")
_NUMBERED = re.compile(r"\s*([一二三四五六七八九十]{1,3})\s*[、.．，,：:]\s*")
_RUNS_ON = "。．.：: \u3000"
_BELOW = re.compile(
    r"附件\d*[:：].*\.(?:docx?|xlsx?|wps|et|pdf|ofd|rar|zip)|[上下]一[篇条页][:：]|版权所有|主办(?:单位)?[:：]|承办(?:单位)?[:：]|"
    r"扫一扫|[【\[]?(?:打印|关闭|收藏|返回)(?:本页|窗口|页面|顶部)?|分享(?:到)?[:：]?|网站标识码|备案(?:序)?号|[^ ]{0,6}ICP备|责任编辑[:：]|"
    r"(?:信息)?来源[:：]|(?:浏览|阅读)(?:次数|量)")
_NO_TITLE = re.compile("[。；]")
_ASIDE = re.compile("[：:>›»]")  # what stands in a path of links, or behind a word such as 名称 or 上一篇
_SHORT_WORDS = re.compile("(?:政府)?信息公开(?:工作)?(?:年度?报告?|报告)")
_LONGEST_TITLE = 80
_SHORTEST_WORDS = 4  # characters of the statutory title words, counted from their end, by which a title is known
_ANNEX_MARK = re.compile(r"附\s*件\s*[一二三四五六七八九十\d]{0,2}")
_ANNEX = re.compile(r"附[件表录]?[一二三四五六七八九十\d]{0,2}[:、.]?")


def tell(paragraphs: Iterable[str], form: Form) -> Story:
    """Return the story that paragraphs tell in this form."""
    lines = [p.strip() for p in paragraphs if p.strip() and not p.strip().startswith(f"{prose.DRAFT}：")]
    lines = _without_annex_marks(_without_furniture(lines))
    parts = _parts(lines, form)
    title, opening = _title(parts[0][1], (form.title_words,))
    if opening and form.preamble_heading and key(opening[0]) == key(form.preamble_heading):
        opening = opening[1:]
    signature, date = _signed(parts)
    sections: dict[str, list[str]] = {}
    current = ""
    for heading, body in parts[1:]:
        section = section_of(heading, form)
        if section is None or section.id in sections:
            body = [heading, *body]
        current = section.id if section and section.id not in sections else current or form.sections[0].id
        sections.setdefault(current, []).extend(body)
    return Story(title, [" ".join(h.split()) for h, _ in parts[1:]], opening, sections, signature, date)


def _parts(lines: list[str], form: Form) -> list[tuple[str, list[str]]]:
    """Return heading and paragraphs of each part, first those before any heading.

    Where a section counts its own parts 一、二、 over again, these are its text: a heading that is none of the form's
    and whose number goes back, or follows one that went back.
    """
    parts: list[tuple[str, list[str]]] = [("", [])]
    last = own = 0
    for text in lines:
        heading, rest = _heading(text, form)
        number = _number(heading)
        if number and section_of(heading, form) is None and (number <= last or (own and number == own + 1)):
            own = number
            parts[-1][1].append(text)
        elif heading:
            last, own = number or last, 0
            parts.append((heading, [rest] if rest else []))
        else:
            parts[-1][1].append(text)
    return parts


def _heading(text: str, form: Form) -> tuple[str, str]:
    """Return the section heading that a paragraph is or begins with, numbered as 一、, and the words that run on behind
    it; two empty texts where it is none. A number with another mark counts only before words of the form."""
    match = _NUMBERED.match(text)
    if match:
        words = text[match.end() :]
        for label in _labels(form):
            if words.startswith(label) and (len(words) == len(label) or words[len(label)] in _RUNS_ON):
                return f"{match[1]}、{label}", words[len(label) + 1 :].strip()
    return (text, "") if is_section_heading(text, form) else ("", "")


@cache
def _labels(form: Form) -> tuple[str, ...]:
    """Return the words of the numbered headings and their variants, the longest first."""
    said = {label for s in form.sections if is_numbered(s.heading) for label in (s.heading, *s.variants)}
    return tuple(sorted({label.partition("、")[2] or label for label in said}, key=len, reverse=True))


def _number(heading: str) -> int:
    match = _NUMBERED.match(heading)
    return "一二三四五六七八九十".find(match[1]) + 1 if match else 0


def _without_furniture(lines: list[str]) -> list[str]:
    """Return the lines without what a web site puts below every page."""
    end = len(lines)
    while end and _BELOW.match(squeezed(lines[end - 1])):
        end -= 1
    return lines[:end]


def _without_annex_marks(lines: list[str]) -> list[str]:
    """Return the lines without the word 附件 that stands alone over an annex, and without the list of annexes that
    stands below the text where there is such a word (GB/T 9704—2012, 7.3.4 and 7.3.7)."""
    marks = [n for n, text in enumerate(lines) if _ANNEX_MARK.fullmatch(text)]
    if not marks:
        return lines
    gone = set(marks)
    for number in range(marks[0]):
        if lines[number].startswith(("附件：", "附件:")):
            gone.add(number)
            following = range(number + 1, marks[0])
            gone |= set(takewhile(lambda n: re.match(r"\d{1,2}[.．、]", lines[n]), following))
    return [text for number, text in enumerate(lines) if number not in gone]


def title_of(paragraphs: Iterable[str]) -> str:
    """Return the title of a report whose form is not known yet; "" when none of the forms' titles is there."""
    opening = []
    for text in paragraphs:
        if is_numbered(text):
            break
        if text.strip():
            opening.append(text.strip())
    return _title(opening, _all_title_words())[0]


@cache
def _all_title_words() -> tuple[str, ...]:
    return tuple(dict.fromkeys(form.title_words for form in forms.all_forms()))


def _title(opening: list[str], known: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return the title, which may run over several lines, and the paragraphs after it.

    A page repeats its title, or shows others, in its navigation: the one that names unit and year goes before one that
    does not, and the last before those above it. What only navigation says is the title where there is no other.
    """
    found: list[tuple[tuple[bool, bool, int], str]] = []
    for number, text in enumerate(opening):
        if len(text) > _LONGEST_TITLE or _NO_TITLE.search(text) or not words_of(text, known):
            continue
        if _ASIDE.search(text):
            found.append(((False, False, number), _ASIDE.split(text)[-1].strip()))
            continue
        first = number
        while first and number - first < 3:
            before = opening[first - 1]
            whole = "".join(opening[first : number + 1])
            if len(before) > 40 or re.search("[。；：:，>›»]", before) or unit_year(whole, known)[0]:
                break
            first -= 1
        whole = "".join(opening[first : number + 1])
        unit, year = unit_year(whole, known)
        found.append(((True, bool(unit) and year is not None, number), whole))
    if not found:
        return "", opening
    (_, _, number), whole = max(found)
    return whole, opening[number + 1 :]


def words_of(text: str, known: tuple[str, ...]) -> str:
    """Return the longest end of statutory title words that a text holds, or the short ones that organs write instead;
    "" when it is no title."""
    plain = squeezed(text)
    found = (next((w[i:] for i in range(len(w) - _SHORTEST_WORDS + 1) if w[i:] in plain), "") for w in known)
    short = _SHORT_WORDS.search(plain)
    return max(found, key=len, default="") or (short[0] if short else "")


def unit_year(title: str, known: tuple[str, ...] = ()) -> tuple[str, int | None]:
    """Return the unit and the year a title names, of an academic year the first. `known` are the statutory title
    words it may have; those of all forms by default."""
    plain = with_digits(squeezed(title))
    known = known or _all_title_words()
    named = next((part for part in re.findall("《([^《》]*)》", plain) if words_of(part, known)), "")
    plain = named or plain  # the report that a letter presents
    words = words_of(plain, known)
    years = list(_YEAR.finditer(plain))
    year = int(years[-1][1]) if years else None
    before = plain[: plain.index(words)] if words else plain
    if words not in known and years and years[0].start() > 0:
        before = plain[: years[0].start()]  # the words before it are not the official ones
    return _YEAR.sub("", before).removeprefix("关于").removesuffix("年度").strip("　 《》"), year


def is_numbered(text: str) -> bool:
    """Whether a paragraph is a heading of the first level: 一、…"""
    return prose.level_of(text)[0] == 1 and prose.is_heading(text)


def is_section_heading(text: str, form: Form) -> bool:
    """Whether a paragraph heads a section: 一、… or, without such a number, an annex of the form."""
    return is_numbered(text) or (len(text) <= 40 and _annex_of(text, form) is not None)


def _annex_of(text: str, form: Form) -> Section | None:
    """Return the section without a number that a paragraph heads."""
    annexes = _annexes(form)
    if not annexes:
        return None
    whole = key(text)[1]
    words = _ANNEX.sub("", whole, count=1)
    for known, section in annexes:
        if words == known or (whole.startswith("附") and SequenceMatcher(None, words, known).ratio() >= 0.75):
            return section
    return None


@cache
def _annexes(form: Form) -> list[tuple[str, Section]]:
    return [(_ANNEX.sub("", key(s.heading)[1], count=1), s) for s in form.sections if not is_numbered(s.heading)]


def section_of(heading: str, form: Form) -> Section | None:
    """Return the section a heading stands for: by its words, by a known variant, or by words close to them."""
    if not is_numbered(heading):
        return _annex_of(heading, form)
    words = key(heading)[1]
    sections = [s for s in form.sections if is_numbered(s.heading)]
    known = [(key(label)[1], s) for s in sections for label in (s.heading, *s.variants)]
    for label, section in known:
        if label == words:
            return section
    near, section = max(((SequenceMatcher(None, label, words).ratio(), s) for label, s in known), key=lambda x: x[0])
    return section if near >= 0.75 else None


def _signed(parts: list[tuple[str, list[str]]]) -> tuple[str, str]:
    """Take signature and date off the end of the text, which annexes may follow; return them."""
    for heading, body in reversed(parts[1:]):
        signature, date = _sign_off(body)
        if signature or date or is_numbered(heading):
            return signature, date
    return "", ""


def _sign_off(body: list[str]) -> tuple[str, str]:
    """Take the signature and the date off the end of a section; return them. What follows a date that stands alone
    is no part of the report: a web page goes on with links and its owner."""
    for place in range(len(body) - 1, max(len(body) - _FURNITURE, -1), -1):
        match = _SIGNED.fullmatch(squeezed(body[place]))
        if match:
            own, date = match.groups()
            before = squeezed(body[place - 1]) if place else ""
            above = not own and _is_signature(before)
            del body[place - above :]
            return own or (before if above else ""), date
    if body and _ORGAN.search(squeezed(body[-1])) and _is_signature(squeezed(body[-1])):
        return body.pop().strip(), ""
    return "", ""


def _is_signature(line: str) -> bool:
    return 3 <= len(line) <= 40 and not re.search("[。；：，！？、]", line) and not prose.level_of(line)[0]
