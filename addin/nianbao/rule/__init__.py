"""The rule language: a small expression, parsed once, that becomes an evaluator on one report, an evaluator on a
frame of many, an Excel formula and a Chinese sentence.

    new_received + carried_in == total_processed + carried_out        names of the table, for every column
    total == sum(applicants)                                          a group of the form, without its totals
    implies(t3.other_no_fee.total > 0, s6.fee_notice_count > 0)       whole cell ids
    last.t2.norms.in_force, meta.unit_type == "government"            the year before; what the unit says of itself
    given(x), default(x, 0)                                           x is a number; x, or 0 while it is none

A rule holds, fails, or cannot be judged: it is judged only when every number it names is there (those inside
`given` and `default` excepted) and `when`, if it has one, is true. Nothing here knows files.
"""

from .language import (
    BLOCKING,
    CONFIRM,
    ERROR,
    EXPLAIN,
    Expression,
    Rule,
    RuleError,
    SEVERITIES,
    SEVERITY_NAMES,
    TRUTH,
    WARNING,
    dotted,
    parse,
)
from .binding import Bound, bind
from .evaluation import Lookup, Number, Verdict, evaluate, is_number, numbers, value_of

__all__ = [
    "BLOCKING",
    "Bound",
    "CONFIRM",
    "ERROR",
    "EXPLAIN",
    "Expression",
    "Lookup",
    "Number",
    "Rule",
    "RuleError",
    "SEVERITIES",
    "SEVERITY_NAMES",
    "TRUTH",
    "Verdict",
    "WARNING",
    "bind",
    "dotted",
    "evaluate",
    "is_number",
    "numbers",
    "parse",
    "value_of",
]
