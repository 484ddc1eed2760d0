"""The data a published file carries: the whole report, and digests of what was printed from it.

Word files keep it in a custom XML part, web pages in a script element of type JSON. A reader compares the digests
with what the file shows now, and so knows what was changed by hand after it was written.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Iterable, Mapping

from . import report as reports
from .errors import InputError
from .report import Report

# A lone surrogate or a non-character may stand in a text but not in XML; as a JSON escape it survives.
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Printed:
    """Digests of a file: of its main part as written, of the figures of each table, of the text of each section;
    and the title, headings and signature it shows."""

    main: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    structure: Mapping[str, Any] = field(default_factory=dict)


def digest(texts: Iterable[str]) -> str:
    """Return the SHA-256 of texts, insensitive to space around them, which programs change on saving."""
    joined = "\n".join(" ".join(text.split()) for text in texts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def pack(report: Report, printed: Printed) -> str:
    """Return report and digests as JSON text that any XML or HTML can hold once escaped."""
    data = reports.to_dict(report)
    if report.last is not None:
        data["last"] = reports.to_dict(report.last)
    text = reports.dumps({"report": data, "printed": vars(printed)})
    return _UNWRITABLE.sub(lambda c: f"\\u{ord(c[0]):04x}", text)


def unpack(text: str) -> tuple[Report, Printed]:
    """Return what `pack` wrote; anything else is an `InputError`."""
    try:
        data = json.loads(text, parse_float=Decimal)
        return reports.from_dict(data["report"]), Printed(**data["printed"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError("bad-carried", "文件里随附的数据已损坏，请重新生成文件，或删除随附数据后按表格读取。") from error
