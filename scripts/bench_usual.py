"""What one would write without this project: openpyxl, pandas and docxtpl, straightforward and by hard-coded places.

The peer of scripts/bench.py, timed from process start. It knows nothing of the package; PLAN.json names the places:

    python bench_usual.py PLAN.json check BOOK.xlsx                   balance of rows and columns, wrong ones printed
    python bench_usual.py PLAN.json report BOOK.xlsx TEMPLATE OUT     the Word report with docxtpl
"""

from __future__ import annotations

import json
import sys
from typing import Any, Mapping

import docxtpl
import openpyxl  # noqa: F401  pandas imports it only when it reads
import pandas


def read(path: str, plan: Mapping[str, Any]) -> dict[str, Any]:
    frames = pandas.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    return {key: frames[sheet].iat[row, column] for key, (sheet, row, column) in plan["places"].items()}


def shown(value: Any) -> str:
    if pandas.isna(value):
        return ""
    return str(int(value)) if value == int(value) else str(value)


def check(cells: Mapping[str, Any], plan: Mapping[str, Any]) -> None:
    for name, left, right in plan["equations"]:
        a, b = sum(cells[key] for key in left), sum(cells[key] for key in right)
        if a != b:
            print(f"{name}: {a:g} != {b:g}")


def report(cells: Mapping[str, Any], plan: Mapping[str, Any], template: str, target: str) -> None:
    document = docxtpl.DocxTemplate(template)
    values = {key: shown(value) + plan["suffixes"].get(key, "") for key, value in cells.items()}
    document.render({"c": values, "p": plan["paragraphs"]})
    document.save(target)


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as stream:
        plan = json.load(stream)
    verb, book, *rest = sys.argv[2:]
    cells = read(book, plan)
    if verb == "check":
        check(cells, plan)
    else:
        report(cells, plan, *rest)


if __name__ == "__main__":
    main()
