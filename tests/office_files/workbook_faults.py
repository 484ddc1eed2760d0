"""What Excel and WPS repair or refuse in a workbook although the Open XML SDK finds nothing wrong.

Limits: Microsoft's page "Excel specifications and limits"; [MS-OI29500]; the reports behind the rest stand beside it.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Iterable, Iterator, Mapping

from lxml import etree
from openpyxl.utils.cell import range_boundaries

import office_files.opc as opc
from office_files.opc import Faults, Package

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_VML = "{urn:schemas-microsoft-com:vml}"
_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}

# Functions since Excel 2010, which a file names with the prefix _xlfn.; without it they show #NAME?.
_SINCE_2010 = set("""
    ACOT ACOTH AGGREGATE ANCHORARRAY ARABIC ARRAYTOTEXT BASE BETA.DIST BETA.INV BINOM.DIST BINOM.DIST.RANGE BINOM.INV
    BITAND BITLSHIFT BITOR BITRSHIFT BITXOR BYCOL BYROW CEILING.MATH CEILING.PRECISE CHISQ.DIST CHISQ.DIST.RT
    CHISQ.INV CHISQ.INV.RT CHISQ.TEST CHOOSECOLS CHOOSEROWS COMBINA CONCAT CONFIDENCE.NORM CONFIDENCE.T COT COTH
    COVARIANCE.P COVARIANCE.S CSC CSCH DAYS DECIMAL DROP ENCODEURL ERF.PRECISE ERFC.PRECISE EXPAND EXPON.DIST F.DIST
    F.DIST.RT F.INV F.INV.RT F.TEST FIELDVALUE FILTER FILTERXML FLOOR.MATH FLOOR.PRECISE FORECAST.ETS FORECAST.LINEAR
    FORMULATEXT GAMMA GAMMA.DIST GAMMA.INV GAMMALN.PRECISE GAUSS GROUPBY HSTACK HYPGEOM.DIST IFNA IFS IMAGE IMCOSH
    IMCOT IMCSC IMCSCH IMSEC IMSECH IMSINH IMTAN ISFORMULA ISOMITTED ISOWEEKNUM LAMBDA LET LOGNORM.DIST LOGNORM.INV
    MAKEARRAY MAP MAXIFS MINIFS MODE.MULT MODE.SNGL MUNIT NEGBINOM.DIST NETWORKDAYS.INTL NORM.DIST NORM.INV
    NORM.S.DIST NORM.S.INV NUMBERVALUE PDURATION PERCENTILE.EXC PERCENTILE.INC PERCENTOF PERCENTRANK.EXC
    PERCENTRANK.INC PERMUTATIONA PHI PIVOTBY POISSON.DIST QUARTILE.EXC QUARTILE.INC QUERYSTRING RANDARRAY RANK.AVG
    RANK.EQ REDUCE REGEXEXTRACT REGEXREPLACE REGEXTEST RRI SCAN SEC SECH SEQUENCE SHEET SHEETS SINGLE SKEW.P SORT
    SORTBY STDEV.P STDEV.S SWITCH T.DIST T.DIST.2T T.DIST.RT T.INV T.INV.2T T.TEST TAKE TEXTAFTER TEXTBEFORE TEXTJOIN
    TEXTSPLIT TOCOL TOROW TRIMRANGE UNICHAR UNICODE UNIQUE VALUETOTEXT VAR.P VAR.S VSTACK WEBSERVICE WEIBULL.DIST
    WORKDAY.INTL WRAPCOLS WRAPROWS XLOOKUP XMATCH XOR Z.TEST
""".split())
_WITHOUT_PREFIX = {"NETWORKDAYS.INTL", "WORKDAY.INTL"}  # of 2010 too, but files name these two plainly
_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"]|"")*")|(?P<sheet>'(?:[^']|'')+'!|[\w.]+!)|(?P<call>[A-Za-z_][\w.]*\()"""
    r"""|(?P<open>[({])|(?P<close>[)}])|(?P<comma>[,;])""")


class Sheet:
    def __init__(self, package: Package, name: str, part: str, state: str) -> None:
        self.name, self.part, self.state = name, part, state
        self.root = package.root(part)

    def all(self, path: str) -> list[etree._Element]:
        return self.root.findall("/".join(_MAIN + step for step in path.split("/")))


def sheets(package: Package) -> list[Sheet]:
    targets = {r.id: r.target for r in package.relations(package.main)}
    return [Sheet(package, s.get("name"), targets[s.get(_R_ID)], s.get("state", "visible"))
            for s in package.root(package.main).iter(f"{_MAIN}sheet")]


def _cells(sheet: Sheet) -> Iterator[etree._Element]:
    return sheet.root.iter(f"{_MAIN}c")


def _text(element: etree._Element) -> str:
    return "".join(t.text or "" for t in element.iter(f"{_MAIN}t"))


def _shared(package: Package) -> list[str]:
    part = package.target(package.main, "sharedStrings")
    return [_text(si) for si in package.root(part)] if part else []


def _units(text: str) -> int:
    """The length of a text as Office counts it."""
    return len(text.encode("utf-16-le")) // 2


Area = tuple[int, int, int, int]


def _areas(references: Iterable[str]) -> list[Area]:
    found = [range_boundaries(ref) for ref in references]
    assert all(None not in area for area in found)
    return sorted(found, key=lambda a: (a[1], a[0]))  # type: ignore[arg-type, return-value]


def _overlapping(areas: list[Area]) -> bool:
    for n, (left, top, right, bottom) in enumerate(areas):
        for other in areas[n + 1 :]:
            if other[1] > bottom:
                break
            if other[0] <= right and other[2] >= left:
                return True
    return False


# ---------------------------------------------------------------- the view


def panes(package: Package) -> Faults:
    """A split only for the axis that is frozen, the pane and the selections that follow from it.

    Reports of a repaired view: tfussell/xlnt#395, CollaboraOnline/online#11475, openspout/openspout#409,
    PHPOffice/PhpSpreadsheet#532, xou/elixlsx#55; [MS-OI29500] 2.1.640.
    """
    for sheet in sheets(package):
        for view in sheet.all("sheetViews/sheetView"):
            pane = view.find(f"{_MAIN}pane")
            splits = {} if pane is None else {k: float(pane.get(k)) for k in ("xSplit", "ySplit") if pane.get(k)}
            known = {"topLeft", *({"topRight"} if splits.get("xSplit") else ()),
                     *({"bottomLeft"} if splits.get("ySplit") else ()),
                     *({"bottomRight"} if splits.get("xSplit") and splits.get("ySplit") else ())}
            corner = max(known, key=lambda name: (name.startswith("bottom") + name.endswith("Right"), name))
            if pane is not None:
                if not splits or min(splits.values()) <= 0:
                    yield f"{sheet.part}: a pane without a split, or with one of 0"
                elif pane.get("activePane", "topLeft") != corner:
                    yield f"{sheet.part}: the active pane is {pane.get('activePane')}, not {corner}"
                if pane.get("state") == "frozen" and splits:
                    at = range_boundaries(pane.get("topLeftCell", "A1"))
                    if at[0] <= splits.get("xSplit", 0) or at[1] <= splits.get("ySplit", 0):
                        yield f"{sheet.part}: the moving part starts within the frozen one"
                    if any(not split.is_integer() for split in splits.values()):
                        yield f"{sheet.part}: a frozen part of a row"
            chosen = [s.get("pane", "topLeft") for s in view.findall(f"{_MAIN}selection")]
            if not known >= set(chosen) or len(set(chosen)) < len(chosen):
                yield f"{sheet.part}: selections in {chosen}, panes are {sorted(known)}"


def sheet_names(package: Package) -> Faults:
    found = sheets(package)
    for sheet in found:
        name = sheet.name
        if not 1 <= _units(name) <= 31 or re.search(r"[\[\]:*?/\\]|^'|'$", name) or name.lower() == "history":
            yield f"{name}: no name for a sheet"
    if len({sheet.name.lower() for sheet in found}) < len(found):
        yield "a sheet name twice"
    view = package.root(package.main).find(f"{_MAIN}bookViews/{_MAIN}workbookView")
    if found and found[int(view.get("activeTab", 0)) if view is not None else 0].state != "visible":
        yield "the active sheet is hidden"


def merges(package: Package) -> Faults:
    for sheet in sheets(package):
        references = [m.get("ref") for m in sheet.all("mergeCells/mergeCell")]
        areas = _areas(references)
        if _overlapping(areas):
            yield f"{sheet.part}: merged ranges overlap"
        yield from (f"{sheet.part}: one cell is merged" for a in areas if a[:2] == a[2:])


def rows_and_columns(package: Package) -> Faults:
    """Rows and cells in order, each once; heights and widths within what Excel takes."""
    for sheet in sheets(package):
        last = 0
        for row in sheet.all("sheetData/row"):
            number = int(row.get("r"))
            if number <= last or number > 1048576:
                yield f"{sheet.part}: row {number} after row {last}"
            if not 0 <= float(row.get("ht", 0)) <= 409.5:
                yield f"{sheet.part}: row {number} is {row.get('ht')} points high"
            last, column = number, 0
            for cell in row:
                at = range_boundaries(cell.get("r"))
                if at[1] != number or not column < (at[0] or 0) <= 16384:
                    yield f"{sheet.part}: cell {cell.get('r')} out of order"
                column = at[0] or 0
        areas = [(int(c.get("min")), 1, int(c.get("max")), 1) for c in sheet.all("cols/col")]
        if _overlapping(areas) or any(a[0] > a[2] for a in areas):
            yield f"{sheet.part}: columns overlap"
        yield from (f"{sheet.part}: a column of {c.get('width')}" for c in sheet.all("cols/col")
                    if not 0 <= float(c.get("width", 0)) <= 255)


def headers(package: Package) -> Faults:
    for sheet in sheets(package):
        for text in sheet.root.iter(*(f"{_MAIN}{pages}{kind}" for pages in ("odd", "even", "first")
                                      for kind in ("Header", "Footer"))):
            if _units(text.text or "") > 255:
                yield f"{sheet.part}: a header or footer of over 255 characters"


# ---------------------------------------------------------------- values


def texts(package: Package) -> Faults:
    """At most 32,767 characters and 253 line breaks a cell."""
    strings = [("the shared strings", text) for text in _shared(package)]
    for sheet in sheets(package):
        strings += [(sheet.part, _text(inline)) for inline in sheet.root.iter(f"{_MAIN}is")]
        strings += [(sheet.part, c.findtext(f"{_MAIN}v") or "") for c in _cells(sheet) if c.get("t") == "str"]
    for part, text in strings:
        if _units(text) > 32767 or text.count("\n") > 253:
            yield f"{part}: {text[:20]}… is too long for a cell"


def value_types(package: Package) -> Faults:
    """A value of the type that its cell says, results of formulas included; strings and formats that exist."""
    strings = len(_shared(package))
    styles = package.root(package.target(package.main, "styles") or "")
    formats = len(styles.find(f"{_MAIN}cellXfs"))
    for sheet in sheets(package):
        for cell in _cells(sheet):
            kind, value = cell.get("t", "n"), cell.findtext(f"{_MAIN}v")
            has_formula = cell.find(f"{_MAIN}f") is not None
            if int(cell.get("s", 0)) >= formats:
                yield f"{sheet.part} {cell.get('r')}: format {cell.get('s')} is missing"
            if kind == "inlineStr":
                good = value is None and not has_formula and cell.find(f"{_MAIN}is") is not None
            elif value is None:
                good = kind == "n" or (kind == "str" and has_formula)
            elif kind == "n" and not value:  # so XlsxWriter writes a formula without result, and Excel takes it
                good = has_formula
            elif kind == "n":
                good = bool(re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value)) and math.isfinite(float(value))
            elif kind == "s":
                good = not has_formula and value.isdigit() and int(value) < strings
            else:
                good = {"b": value in ("0", "1"), "e": value in _ERRORS, "str": has_formula}.get(kind, False)
            if not good:
                yield f"{sheet.part} {cell.get('r')}: {value!r} is no value of type {kind}"


# ---------------------------------------------------------------- formulas


@cache
def formula_faults(text: str) -> tuple[str, ...]:
    """What is wrong with a formula by itself."""
    found = []
    if text.startswith("="):
        found.append("starts with =")
    if _units(text) > 8192:
        found.append("is longer than 8,192 characters")
    commas, deepest = [0], 0
    for token in _TOKEN.finditer(text):
        kind, word = token.lastgroup, token[0]
        if kind == "string" and _units(word[1:-1].replace('""', '"')) > 255:
            found.append("has a text of over 255 characters")
        elif kind in ("open", "call"):
            commas.append(0)
            name = word[:-1].upper()
            if name in _SINCE_2010 - _WITHOUT_PREFIX:
                found.append(f"{name} needs the prefix _xlfn.")
            if name == "SUMPRODUCT" and re.match(r"(?:(?:'[^']+'|[\w.]+)!)?\$?[A-Z]{1,3}\$?\d+\)", text[token.end() :]):
                found.append("SUMPRODUCT of a single cell is #VALUE! in some programs")
        elif kind == "close":
            commas.pop()
            if not commas:
                found.append("closes more than it opens")
                break
        elif kind == "comma":
            commas[-1] += 1
            if commas[-1] == 255:
                found.append("has over 255 arguments")
        deepest = max(deepest, len(commas) - 1)
    if len(commas) > 1 or _TOKEN.sub(lambda m: "" if m.lastgroup in ("string", "sheet") else m[0], text).count('"'):
        found.append("is not closed")
    if deepest > 64:
        found.append("is nested over 64 levels")
    if "#REF!" in text:
        found.append("has lost what it refers to")
    return tuple(found)


@cache
def _sheets_named(text: str) -> frozenset[str]:
    names = (t[0][:-1] for t in _TOKEN.finditer(text) if t.lastgroup == "sheet")
    return frozenset(n[1:-1].replace("''", "'") if n[0] == "'" else n for n in names)


def _formulas(package: Package) -> Iterator[tuple[str, str]]:
    """Yield place and text of every formula."""
    for sheet in sheets(package):
        for tag in ("f", "formula", "formula1", "formula2"):
            for element in sheet.root.iter(_MAIN + tag):
                if element.text:
                    yield f"{sheet.part} {element.getparent().get('r', tag)}", element.text
    for name in package.root(package.main).iter(f"{_MAIN}definedName"):
        yield f"name {name.get('name')}", name.text or ""


def formulas(package: Package) -> Faults:
    known = {sheet.name.lower() for sheet in sheets(package)}
    for place, text in _formulas(package):
        yield from (f"{place} {fault}" for fault in formula_faults(text))
        yield from (f"{place} names a missing sheet {n}" for n in _sheets_named(text) if n.lower() not in known)


def defined_names(package: Package) -> Faults:
    """Names once in their scope whatever their case, and none that reads as a cell."""
    seen = set()
    for name in package.root(package.main).iter(f"{_MAIN}definedName"):
        word, scope = name.get("name"), name.get("localSheetId")
        if (word.lower(), scope) in seen:
            yield f"{word}: twice"
        seen.add((word.lower(), scope))
        plain = word.removeprefix("_xlnm.")
        if not re.fullmatch(r"[^\W\d][\w.]*", plain) or _units(word) > 255 or (
                re.fullmatch(r"[A-Za-z]{1,3}\d+|[rRcC]|[rR]\d*[cC]\d*", plain)):
            yield f"{word}: no name"
        if scope is not None and int(scope) >= len(sheets(package)):
            yield f"{word}: belongs to a missing sheet"


# ---------------------------------------------------------------- what lies on cells


def validations(package: Package) -> Faults:
    """Ranges apart; list 255, prompt 255, titles 32, error text 225 characters; no other sheet, as before 2010."""
    for sheet in sheets(package):
        found = sheet.all("dataValidations/dataValidation")
        if _overlapping(_areas(ref for v in found for ref in v.get("sqref").split())):
            yield f"{sheet.part}: validations overlap"
        for rule in found:
            limits = {"prompt": 255, "promptTitle": 32, "errorTitle": 32, "error": 225}
            yield from (f"{sheet.part} {rule.get('sqref')}: {name} is longer than {limit}"
                        for name, limit in limits.items() if _units(rule.get(name, "")) > limit)
            for text in (rule.findtext(f"{_MAIN}formula1") or "", rule.findtext(f"{_MAIN}formula2") or ""):
                if _units(text.strip('"')) > 255:
                    yield f"{sheet.part} {rule.get('sqref')}: a list or formula of over 255 characters"
                if _sheets_named(text):
                    yield f"{sheet.part} {rule.get('sqref')}: refers to another sheet"


def conditional_formats(package: Package) -> Faults:
    """Formats that exist, and formulas that stay on their sheet, as Excel before 2010 wants it."""
    formats = package.root(package.target(package.main, "styles") or "").find(f"{_MAIN}dxfs")
    for sheet in sheets(package):
        for rule in sheet.all("conditionalFormatting/cfRule"):
            if int(rule.get("dxfId", -1)) >= (0 if formats is None else len(formats)):
                yield f"{sheet.part}: format {rule.get('dxfId')} is missing"
            yield from (f"{sheet.part}: a conditional format refers to another sheet"
                        for f in rule.findall(f"{_MAIN}formula") if _sheets_named(f.text or ""))


def links(package: Package) -> Faults:
    known = {sheet.name.lower() for sheet in sheets(package)}
    for sheet in sheets(package):
        found = sheet.all("hyperlinks/hyperlink")
        if _overlapping(_areas(link.get("ref") for link in found)) or len(found) > 65530:
            yield f"{sheet.part}: links overlap, or are too many"
        for link in found:
            to, _, cell = link.get("location", "").rpartition("!")
            if to and to.strip("'").replace("''", "'").lower() not in known or (to and not re.match(r"\$?[A-Z]", cell)):
                yield f"{sheet.part} {link.get('ref')}: leads to {link.get('location')}"
            if not to and not link.get(_R_ID) or _units(link.get("tooltip", "")) > 255:
                yield f"{sheet.part} {link.get('ref')}: no link, or too long a tip"


def notes(package: Package) -> Faults:
    """Each note has its box, at its cell, and each box its note."""
    for sheet in sheets(package):
        part = package.target(sheet.part, "comments")
        comments = [] if part is None else [c.get("ref") for c in package.root(part).iter(f"{_MAIN}comment")]
        drawings = {r.id: r.target for r in package.relations(sheet.part) if r.kind == "vmlDrawing"}
        named = [d.get(_R_ID) for d in sheet.all("legacyDrawing")]
        if set(drawings) != set(named) and part is not None:
            yield f"{sheet.part}: the drawing of the notes is not named, or missing"
            continue
        shapes = [s for d in named for s in package.root(drawings[d]).iter(f"{_VML}shape")]
        boxes = [(int(d.findtext(f"{_EXCEL}Column")), int(d.findtext(f"{_EXCEL}Row")))
                 for s in shapes for d in s.iter(f"{_EXCEL}ClientData") if d.get("ObjectType") == "Note"]
        cells = [((a[0] or 0) - 1, (a[1] or 0) - 1) for a in map(range_boundaries, comments)]
        if sorted(boxes) != sorted(cells) or len(set(cells)) < len(cells):
            yield f"{sheet.part}: {len(cells)} notes, {len(boxes)} boxes, not at the same cells"
        if len({s.get("id") for s in shapes}) < len(shapes):
            yield f"{sheet.part}: two boxes have one id"
        for comment in package.root(part).iter(f"{_MAIN}comment") if part else ():
            if _units(_text(comment)) > 32767:
                yield f"{sheet.part} {comment.get('ref')}: the note is too long"


def filters(package: Package) -> Faults:
    """The hidden name of a filter covers the range that the sheet filters."""
    names = package.root(package.main).iter(f"{_MAIN}definedName")
    found = {int(n.get("localSheetId")): (n.text or "").rpartition("!")[2].replace("$", "")
             for n in names if n.get("name") == "_xlnm._FilterDatabase"}
    for number, sheet in enumerate(sheets(package)):
        ranges = [f.get("ref") for f in sheet.all("autoFilter")]
        if ranges != ([found[number]] if number in found else []):
            yield f"{sheet.part}: filters {ranges}, named is {found.get(number)}"


CHECKS: tuple[opc.Check, ...] = (
    *opc.CHECKS, panes, sheet_names, merges, rows_and_columns, headers, texts, value_types, formulas, defined_names,
    validations, conditional_formats, links, notes, filters)


def faults(parts: Mapping[str, bytes]) -> list[str]:
    """Return everything that is wrong with a workbook, empty when Excel opens it as it is."""
    return opc.faults(parts, CHECKS)
