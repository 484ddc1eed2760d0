"""Personal data that has no place in a published report (条例第十五条): identity numbers, mobiles, applicants' names."""

from __future__ import annotations

import re
from typing import Iterator

from .registry import Context, Fault, implements, text_place

_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![\d.\-])1[3-9]\d(?:[ -]?\d{4}){2}(?![\d.])")
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_APPLICANT = re.compile(rf"申请人[：:]?([{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=先生|女士|同志|（|\()")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_identity(number: str) -> bool:
    """Check digit of GB 11643: tells an identity number from any other row of 18 digits."""
    check = "10X98765432"[sum(int(d) * w for d, w in zip(number, _WEIGHTS)) % 11]
    return number[-1].upper() == check


@implements("G21-S-SECRET")
def no_personal_data(context: Context) -> Iterator[Fault]:
    for text_id, lines in context.report.texts.items():
        if text_id == "preamble":  # carries the unit's own telephone
            continue
        for line in lines:
            for kind, found in _personal(line):
                masked = found[:3] + "*" * (len(found) - 3)
                yield Fault(
                    {text_id: masked}, {"place": text_place(context.form, text_id), "kind": kind, "found": masked}
                )


def _personal(line: str) -> Iterator[tuple[str, str]]:
    for match in _IDENTITY.finditer(line):
        if _is_identity(match[0]):
            yield "身份证号码", match[0]
    for match in _MOBILE.finditer(line):
        yield "手机号码", match[0]
    for match in _APPLICANT.finditer(line):
        if "某" not in match[1]:
            yield "申请人姓名", match[1]
