"""Speed as ratios to what one would use instead, measured in one run on one machine.

    scripts/bench [--suite check|report|read|write|check-button|report-button]... [--size small|full] [--json OUT.json]

Every contender's result is compared with ours before anything is timed. Contenders take turns, so that a busy machine
slows all of them; medians count. A budget missed by more than a fifth, twice in a row, is a failure.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import functools
import importlib.metadata
import io
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Callable, Literal, Iterator

from openpyxl.utils.cell import coordinate_to_tuple

from nianbao import assets, hosts, layout
from nianbao.checks import catalogue, check as check_report
from nianbao.excel import ids, live, results as results_sheet
from nianbao.excel.read import Book, read_book
from nianbao.hosts import libreoffice
from nianbao.report import Report
from nianbao.rule import ERROR, dotted
from nianbao.word.write import docx_bytes

SAMPLE = next(iter(sorted(assets.SAMPLES.glob("gov-2021*.json"))))
NIANBAO = (sys.executable, "-m", "nianbao")
LOADED = (sys.executable, "-P", "-c", "import nianbao.macros as m; m._import_less(); import xlwings, nianbao.checks")
USUAL = Path(__file__).with_name("bench_usual.py")
ROUNDS = {"small": 9, "full": 41}
TOLERANCE = 1.2
SAMPLE_SECONDS = 0.02  # a warm call is repeated until a sample takes this long
LAUNCHER = (sys.executable, "-I", "-S", "-c", """
import os, resource, sys
os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
""")
LIBRARIES = ("openpyxl", "python-calamine", "pandas", "python-docx", "docxtpl", "lxml")
OURS, NUMBER = "nianbao", re.compile(r"\{\{ (c\['(?P<cell>.+?)'\]|p\[(?P<paragraph>\d+)\]) \}\}")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Contender:
    """Somebody who does the work of a suite once a `run`; a cold one as a process, and with a launcher before it."""

    name: str
    run: Callable[..., Any]
    note: str = ""
    cold: bool = False


@dataclass(frozen=True)
class Budget:
    """At most `limit` milliseconds for us, or, against a peer, at least `limit` times as fast."""

    suite: str
    limit: float
    peer: str = ""


@dataclass(frozen=True)
class Result:
    suite: str
    name: str
    median_ms: float
    best_ms: float
    samples: int
    peak_mib: float | None
    note: str


BUDGETS = (
    Budget("check", 120),
    Budget("read", 10, "openpyxl"),
    Budget("write", 20, "docxtpl"),
    Budget("check-button", 1000),
    Budget("report-button", 1500),
)


# ---------------------------------------------------------------- what everybody works on


@dataclass(frozen=True)
class Fixture:
    """The sample report, and for the peers a template of the same layout, the texts and the places of the numbers."""

    folder: Path
    book: Path
    report: Report
    template: Path
    paragraphs: list[str]
    plan: Path
    places: dict[str, tuple[str, int, int]]


def make_fixture(folder: Path) -> Fixture:
    book = read_book(filled(folder / "book.xlsx", SAMPLE))
    report = book.report
    ours = docx_bytes(report)
    paragraphs = [p for text in report.texts.values() for p in text]
    template = folder / "peer.docx"
    template.write_bytes(peer_template(report, ours, paragraphs))
    places = places_of(book)
    suffixes = {k: report.unit_of(c) for k, c in report.definition.cells.items() if c.units}
    plan = folder / "plan.json"
    facts = {"places": places, "equations": list(equations(report)), "suffixes": suffixes, "paragraphs": paragraphs}
    plan.write_text(json.dumps(facts), "utf-8")
    return Fixture(folder, book.path, report, template, paragraphs, plan, places)


def filled(target: Path, data: Path) -> Path:
    """Return a new workbook filled with the data of a JSON file."""
    blank = assets.WORKBOOK / f"{json.loads(data.read_text('utf-8'))['form']}.xlsx"
    done = process(*NIANBAO, "fill", str(blank), "--data", str(data), "-o", str(target))
    same(done.code, 0, f"a filled workbook: {done.output}")
    return target


def places_of(book: Book) -> dict[str, tuple[str, int, int]]:
    """Return cell id -> sheet, row and column from 0, for every number of the form."""
    found: dict[str, tuple[str, int, int]] = {}
    for cell_id in book.report.definition.cells:
        sheet, address = book.places[cell_id]
        row, column = coordinate_to_tuple(address)
        found[cell_id] = (sheet, row - 1, column - 1)
    return found


def equations(report: Report) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield place, left cells and right cells of every rule that says that two sums of the tables are equal."""
    def side(tree: ast.expr, names: Any, groups: Any) -> list[str]:
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add):
            return side(tree.left, names, groups) + side(tree.right, names, groups)
        if isinstance(tree, ast.Call) and dotted(tree.func) == "sum":
            return list(groups[dotted(tree.args[0])])
        return [names[dotted(tree)]]

    for bounds in catalogue.load().bounds(report.form).values():
        for bound in bounds:
            rule, tree = bound.rule, bound.rule.expression.tree
            is_equation = isinstance(tree, ast.Compare) and isinstance(tree.ops[0], ast.Eq) and rule.expression.sides
            if rule.severity == ERROR and not rule.when and is_equation:
                try:
                    left, right = (side(s, bound.names, bound.groups) for s in rule.expression.sides or ())
                except KeyError:  # more than a sum
                    continue
                if all(not ref.startswith(("last.", "meta.")) for ref in left + right):
                    yield f"{rule.id} {bound.place}", left, right


def peer_template(report: Report, ours: bytes, paragraphs: list[str]) -> bytes:
    """Return our own document with a Jinja placeholder for every number and every paragraph the clerk wrote."""
    import docx

    document = docx.Document(io.BytesIO(ours))
    body = document.element.body
    tables = iter(report.definition.tables)
    for drawn in body.iterchildren(f"{W}tbl"):
        grid = layout.grid(next(tables))
        ids = {(v.row, v.column): v.id for v in grid.values}
        for row, line in enumerate(drawn.iterchildren(f"{W}tr")):
            column = 0
            for cell in line.iterchildren(f"{W}tc"):
                if (row, column) in ids:
                    put(cell, f"{{{{ c['{ids[row, column]}'] }}}}")
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                column += 1 if span is None else int(span.get(f"{W}val"))
    for paragraph in body.iterchildren(f"{W}p"):
        text = "".join(t.text or "" for t in paragraph.iter(f"{W}t"))
        if text in paragraphs:
            put(paragraph, f"{{{{ p[{paragraphs.index(text)}] }}}}")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def put(place: Any, text: str) -> None:
    first, *others = place.iter(f"{W}t")
    first.text = text
    for other in others:
        other.text = ""


# ---------------------------------------------------------------- suites: each verifies its contenders first


def suite_check(fixture: Fixture) -> list[Contender]:
    ours = [*NIANBAO, "check"]
    book = str(fixture.book)
    usual = [sys.executable, str(USUAL), str(fixture.plan), "check"]
    broken = broken_copy(fixture)
    same(process(*ours, book).code, 0, "our verdict on the sample")
    same(process(*usual, book).output, "", "the usual script's verdict on the sample")
    found = json.loads(process(*ours, "--json", str(broken)).output)[0]["findings"]
    said = process(*usual, str(broken)).output
    same(bool(said), True, "whether the usual script finds anything in a broken copy")
    same({line.split()[0] for line in said.splitlines()} - {f["rule"] for f in found}, set(), "what only it finds")
    return [
        Contender(OURS, lambda *by: process(*by, *ours, book), "all rules", cold=True),
        Contender("pandas + openpyxl", lambda *by: process(*by, *usual, book), "sums and balances only", cold=True),
        Contender("python -c pass", lambda *by: process(*by, sys.executable, "-c", "pass"), "the floor", cold=True),
    ]


def broken_copy(fixture: Fixture) -> Path:
    """Return a workbook like the sample with one more in the last cell of the largest table that is no total."""
    cells = max(fixture.report.definition.table_cells.values(), key=len)
    cell = [c for c in cells if not c.is_total][-1]
    facts = json.loads(SAMPLE.read_text("utf-8"))
    facts["figures"][cell.id] = int(str(fixture.report.figures[cell.id] or 0)) + 1
    data = fixture.folder / "broken.json"
    data.write_text(json.dumps(facts), "utf-8")
    return filled(fixture.folder / "broken.xlsx", data)


def suite_report(fixture: Fixture) -> list[Contender]:
    target = fixture.folder / "report.docx"
    ours = [*NIANBAO, "report", str(fixture.book), "-o", str(target)]
    book, template = str(fixture.book), str(fixture.template)
    usual = [sys.executable, str(USUAL), str(fixture.plan), "report", book, template, str(target)]

    def write(*command: str) -> Process:
        target.unlink(missing_ok=True)
        return process(*command)

    texts = []
    for command in (ours, usual):
        same(write(*command).code, 0, " ".join(command))
        texts.append(text_of(target.read_bytes()))
    same(texts[1], texts[0], "the text of the usual script's report")
    return [
        Contender(OURS, lambda *by: write(*by, *ours), "checked first", cold=True),
        Contender("pandas + openpyxl + docxtpl", lambda *by: write(*by, *usual), "not checked", cold=True),
    ]


def suite_read(fixture: Fixture) -> list[Contender]:
    import openpyxl
    import pandas
    import python_calamine

    path = fixture.book

    def full(read_only: bool = False) -> dict[str, list[tuple[Any, ...]]]:
        book = openpyxl.load_workbook(path, data_only=True, read_only=read_only)
        try:
            return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
        finally:
            book.close()

    def calamine() -> dict[str, list[list[Any]]]:
        book = python_calamine.CalamineWorkbook.from_path(path)
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}

    def frames(engine: Literal["openpyxl", "calamine"]) -> dict[str, Any]:
        sheets = pandas.read_excel(path, sheet_name=None, header=None, engine=engine)
        return {name: frame.to_numpy() for name, frame in sheets.items()}

    def figures(sheets: Any) -> dict[str, float]:
        return {key: float(sheets[sheet][row][column]) for key, (sheet, row, column) in fixture.places.items()}

    ours = {key: float(str(value)) for key, value in read_book(path).report.figures.items() if key in fixture.places}
    contenders = {
        "openpyxl": full,
        "openpyxl read_only": lambda: full(read_only=True),
        "pandas (openpyxl)": lambda: frames("openpyxl"),
        "pandas (calamine)": lambda: frames("calamine"),
        "python-calamine": calamine,
    }
    for name, run in contenders.items():
        same(figures(run()), ours, f"the figures read by {name}")
    note = {"openpyxl": "usual; values only", "python-calamine": "values only: the floor"}
    peers = [Contender(name, run, note.get(name, "values only")) for name, run in contenders.items()]
    return [Contender(OURS, lambda: read_book(path), "whole report, structure and totals examined"), *peers]


def suite_write(fixture: Fixture) -> list[Contender]:
    import docx
    import docxtpl

    cells = {cell_id: fixture.report.shown(cell_id) for cell_id in fixture.report.definition.cells}

    def by_docxtpl() -> bytes:
        document = docxtpl.DocxTemplate(fixture.template)
        document.render({"c": cells, "p": fixture.paragraphs})
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()

    def by_text_nodes() -> bytes:
        document = docx.Document(str(fixture.template))
        for node in document.element.body.iter(f"{W}t"):
            found = NUMBER.fullmatch(node.text or "")
            if found:
                node.text = cells[found["cell"]] if found["cell"] else fixture.paragraphs[int(found["paragraph"])]
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()

    ours = text_of(docx_bytes(fixture.report))
    for name, run in (("docxtpl", by_docxtpl), ("python-docx", by_text_nodes)):
        same(text_of(run()), ours, f"the text written by {name}")
    return [
        Contender(OURS, lambda: docx_bytes(fixture.report), "data and digests embedded"),
        Contender("docxtpl", by_docxtpl, "usual"),
        Contender("python-docx, text nodes", by_text_nodes),
    ]


def suite_check_button(fixture: Fixture) -> list[Contender]:
    """From the press of 校验 in an open LibreOffice to the findings on the sheet: the process that the button starts."""
    book = opened(fixture)
    summary = book.sheets[ids.RESULTS].range((results_sheet.SUMMARY_ROW + 1, results_sheet.LEFT + 1))
    same(pressed(book, "check").code, 0, "the button 校验")
    same("没有错误" in summary.value, True, "whether the findings are on the sheet")
    now = datetime.datetime.now()
    reading, findings = live.read_open(book), check_report(fixture.report)
    same(reading.report.figures, fixture.report.figures, "the figures read from the open workbook")
    return [
        Contender(OURS, lambda *by: pressed(book, "check", by), "from a new process to the end", cold=True),
        Contender("its start", lambda *by: process(*by, *LOADED), "Python, xlwings and nianbao loaded", cold=True),
        Contender("reading through LibreOffice", lambda: live.read_open(book)),
        Contender("the rules alone", lambda: check_report(fixture.report)),
        Contender("writing through LibreOffice", lambda: live.list_findings(book, reading, findings, (), now)),
    ]


def suite_report_button(fixture: Fixture) -> list[Contender]:
    """From the press of 生成报告 in an open LibreOffice to the Word report on disk and opened there."""
    book = opened(fixture)
    stem = Path(book.fullname).parent

    def press(*by: str) -> Process:
        done = pressed(book, "report", by)
        [written] = stem.glob("*年度报告.docx")
        written.unlink()
        for document in list(book.app.api.Components):
            if document.supportsService("com.sun.star.text.TextDocument"):
                document.close(True)
        return done

    same(press().code, 0, "the button 生成报告")
    return [
        Contender(OURS, press, "from a new process until it is open in Writer", cold=True),
        Contender("writing the report alone", lambda: docx_bytes(fixture.report)),
    ]


SUITES = {
    "check": suite_check, "report": suite_report, "read": suite_read, "write": suite_write,
    "check-button": suite_check_button, "report-button": suite_report_button,
}


@functools.cache
def office() -> Any:
    """A LibreOffice without windows, as warm as the clerk's; it ends with this program."""
    return libreoffice.start(visible=False)


def opened(fixture: Fixture) -> Any:
    """Return the sample, open in LibreOffice."""
    path = fixture.folder / "open" / "2024.xlsx"
    if not path.exists():
        path.parent.mkdir()
        path.write_bytes(fixture.book.read_bytes())
    return office().books.open(str(path))


def pressed(book: Any, verb: str, by: tuple[str, ...] = ()) -> Process:
    """Run the process of a button to its end."""
    app = f"--app={hosts.LIBREOFFICE}{book.app.impl.pipe}"
    return process(*by, sys.executable, "-P", "-m", "nianbao.macros", verb, f"--wb={book.name}", "--from_xl=1", app)


def text_of(data: bytes) -> list[str]:
    """Return the text of every paragraph of a document, those of table cells included."""
    import docx

    body = docx.Document(io.BytesIO(data)).element.body
    return ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in body.iter(f"{W}p")]


def same(found: Any, expected: Any, what: str) -> None:
    if found != expected:
        raise SystemExit(f"not the same result, so nothing to compare: {what}\n  {found!r}\n  {expected!r}"[:2000])


# ---------------------------------------------------------------- measuring


@dataclass(frozen=True)
class Process:
    code: int
    output: str
    milliseconds: float


def process(*command: str) -> Process:
    """Run a command from its start to its end."""
    start = time.perf_counter()
    # An installed program starts from its compiled modules, whatever this shell says about writing them.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    )
    return Process(done.returncode, done.stdout.decode(), (time.perf_counter() - start) * 1000)


def peak_mib(contender: Contender) -> float | None:
    """Return the peak memory of a cold contender. A process is charged with the size of the one that started it, so
    a small launcher starts it."""
    return int(contender.run(*LAUNCHER).output.split()[-1]) / 1024 if contender.cold else None


def measure(suite: str, contenders: list[Contender], rounds: int) -> list[Result]:
    times: dict[str, list[float]] = {c.name: [] for c in contenders}
    loops = {c.name: 1 if c.cold else max(1, int(SAMPLE_SECONDS / max(timed(c.run, 1), 1e-6))) for c in contenders}
    for _ in range(rounds):
        for contender in contenders:
            if contender.cold:
                times[contender.name].append(contender.run().milliseconds)
            else:
                times[contender.name].append(timed(contender.run, loops[contender.name]) * 1000)
    return [
        Result(suite, c.name, statistics.median(times[c.name]), min(times[c.name]), rounds, peak_mib(c), c.note)
        for c in contenders
    ]


def timed(run: Callable[[], Any], loops: int) -> float:
    """Return the seconds one call takes, as the mean of some."""
    start = time.perf_counter()
    for _ in range(loops):
        run()
    return (time.perf_counter() - start) / loops


def judge(budget: Budget, results: list[Result]) -> tuple[str, float]:
    """Return a budget in words and by what factor it is missed; up to 1 it is met."""
    medians = {r.name: r.median_ms for r in results if r.suite == budget.suite}
    if not budget.peer:
        return f"{budget.suite} in {medians[OURS]:.0f} ms, to be ≤ {budget.limit:g} ms", medians[OURS] / budget.limit
    ratio = medians[budget.peer] / medians[OURS]
    return f"{budget.suite} {ratio:.1f} × {budget.peer}, to be ≥ {budget.limit:g} ×", budget.limit / ratio


def show(results: list[Result]) -> None:
    ours = results[0].median_ms
    print(f"\n{results[0].suite}")
    for r in results:
        memory = f"{r.peak_mib:6.0f} MiB" if r.peak_mib else " " * 10
        ratio = f"{r.median_ms / ours:8.2f} ×"
        print(f"  {r.name:28}{r.median_ms:10.2f} ms{r.best_ms:10.2f} ms{ratio}{memory}  {r.note}")


def machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    models = re.findall(r"model name\s*: (.+)", info.read_text()) if info.exists() else []
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", action="append", choices=SUITES, help="only this one; may be repeated")
    parser.add_argument("--size", choices=ROUNDS, default="small", help="how many rounds; full is for a release")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write results, versions and machine there")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core, so that nobody gains by a second one
    results: list[Result] = []
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        fixture = make_fixture(Path(folder))
        print("median, best, ratio to ours (higher: slower than we), peak memory of the process")
        for suite in options.suite or SUITES:
            contenders = SUITES[suite](fixture)
            found = measure(suite, contenders, ROUNDS[options.size])
            budgets = [b for b in BUDGETS if b.suite == suite]
            if any(judge(b, found)[1] > TOLERANCE for b in budgets):
                found = measure(suite, contenders, ROUNDS[options.size])
            show(found)
            for budget in budgets:
                words, factor = judge(budget, found)
                state = "met" if factor <= 1 else "within the tolerance" if factor <= TOLERANCE else "MISSED"
                print(f"  budget {state}: {words}")
                missed += [words] if factor > TOLERANCE else []
            results += found
    if options.json:
        facts = [asdict(r) for r in results]
        document = {"machine": machine(), "size": options.size, "results": facts, "missed": missed}
        options.json.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
