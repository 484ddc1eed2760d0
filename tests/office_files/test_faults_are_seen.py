"""Faults put into good files on purpose: each check of ours, and the Open XML SDK, finds what is put in for it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import worked_example
from sample_reports import filled

from nianbao import assets, files
from nianbao.checks import check
from nianbao.excel.annotate import annotate
from nianbao.excel.fill import workbook_bytes
from nianbao.excel.read import read_book
from nianbao.prose import Draft
from nianbao.report import from_dict
from nianbao.word.write import docx_bytes
from office_files import document_faults, opc, sdk, workbook_faults

BOOK, STYLES, TYPES, CUSTOM = "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "docProps/custom.xml"
SHEET = "xl/worksheets/sheet{}.xml".format  # of gov-2021: 1 填报说明, 2 单位信息, 5 申请情况, 12 校验, 13 校验结果
RELATIONS = "xl/_rels/workbook.xml.rels"
DOCUMENT, FOOTER = "word/document.xml", "word/footer1.xml"
FORMULA = r"<f>[^<]+</f>"

# Check, part, what is replaced there once (a pattern), and by what.
IN_WORKBOOKS = [
    ("parts_well_formed", BOOK, "</workbook>", ""),
    ("parts_well_formed", STYLES, "<styleSheet", "<!DOCTYPE styleSheet><styleSheet"),
    ("relations_lead_somewhere", RELATIONS, "theme/theme1.xml", "theme/theme9.xml"),
    ("relations_lead_somewhere", BOOK, 'r:id="rId3"', 'r:id="rId99"'),
    ("relations_lead_somewhere", RELATIONS, 'Id="rId2"', 'Id="rId1"'),
    ("content_types_known", TYPES, "/xl/theme/theme1.xml", "/xl/theme/theme9.xml"),
    ("content_types_known", TYPES, '<Default Extension="vml"[^>]*/>', ""),
    ("properties_numbered", CUSTOM, 'pid="2"', 'pid="1"'),
    ("properties_numbered", CUSTOM, 'name="nianbao.form_version"', 'name="nianbao.form"'),
    ("panes", SHEET(3), r'<pane ySplit="\d+"', "<pane"),
    ("panes", SHEET(3), "<pane ", '<pane xSplit="0" '),
    ("panes", SHEET(3), 'activePane="bottomLeft"', 'activePane="bottomRight"'),
    ("panes", SHEET(3), '<selection pane="bottomLeft"', '<selection pane="bottomRight"'),
    ("panes", SHEET(3), 'topLeftCell="A[^"]+"', 'topLeftCell="A1"'),
    ("panes", SHEET(3), r'ySplit="\d+"', 'ySplit="3.5"'),
    ("panes", SHEET(1), "<sheetView ([^>]*)/>", r'<sheetView \1><selection pane="bottomLeft"/></sheetView>'),
    ("panes", SHEET(1), "<sheetView ([^>]*)/>",
     r'<sheetView \1><pane topLeftCell="A1" activePane="bottomLeft" state="frozen"/></sheetView>'),
    ("sheet_names", BOOK, 'name="填报说明"', f'name="{"长" * 32}"'),
    ("sheet_names", BOOK, 'name="填报说明"', 'name="填报/说明"'),
    ("sheet_names", BOOK, 'name="填报说明"', 'name="规则"'),
    ("sheet_names", BOOK, 'activeTab="1"', 'activeTab="14"'),
    ("merges", SHEET(5), "(<mergeCells[^>]*>)", r'\1<mergeCell ref="B1:C3"/>'),
    ("merges", SHEET(5), "(<mergeCells[^>]*>)", r'\1<mergeCell ref="ZZ9"/>'),
    ("rows_and_columns", SHEET(3), '<row r="6"', '<row r="5"'),
    ("rows_and_columns", SHEET(3), '<c r="C4"', '<c r="B4"'),
    ("rows_and_columns", SHEET(3), ' ht="30"', ' ht="410"'),
    ("rows_and_columns", SHEET(3), '<col min="2"', '<col min="1"'),
    ("rows_and_columns", SHEET(3), r'width="[\d.]+"', 'width="256"'),
    ("headers", SHEET(3), "<oddFooter>", f"<oddFooter>{'页' * 250}"),
    ("texts", "xl/sharedStrings.xml", "<t>", f"<t>{'字' * 32767}"),
    ("texts", SHEET(13), "(<is><t[^>]*>)", r"\1" + "&#10;" * 254),
    ("value_types", SHEET(12), r'(<c r="\w+" s="\d+") t="str"(><f>[^<]+</f><v>[^\d<])', r"\1\2"),
    ("value_types", SHEET(12), 't="s"><v>', 't="s"><v>99999'),
    ("value_types", SHEET(12), r'<c r="B1" s="\d+"', '<c r="B1" s="99999"'),
    ("value_types", SHEET(12), r't="str"(><f>[^<]+</f>)', r't="inlineStr"\1'),
    ("value_types", SHEET(12), r't="str"(><f>[^<]+</f>)', r't="b"\1'),
    ("formulas", SHEET(12), FORMULA, "<f>=1</f>"),
    ("formulas", SHEET(12), FORMULA, f"<f>{'1+' * 4100}1</f>"),
    ("formulas", SHEET(12), FORMULA, f"<f>{'ABS(' * 65}1{')' * 65}</f>"),
    ("formulas", SHEET(12), FORMULA, f"<f>SUM({'1,' * 255}1)</f>"),
    ("formulas", SHEET(12), FORMULA, f'<f>LEN("{"字" * 256}")</f>'),
    ("formulas", SHEET(12), FORMULA, '<f>TEXTJOIN(",",TRUE,B1:C1)</f>'),
    ("formulas", SHEET(12), FORMULA, "<f>SUMPRODUCT($B$1)</f>"),
    ("formulas", SHEET(12), FORMULA, "<f>SUM(1</f>"),
    ("formulas", SHEET(12), FORMULA, "<f>SUM(1))</f>"),
    ("formulas", SHEET(12), FORMULA, '<f>LEN("a)</f>'),
    ("formulas", SHEET(12), FORMULA, "<f>#REF!+1</f>"),
    ("formulas", SHEET(12), FORMULA, "<f>没有的表!A1</f>"),
    ("defined_names", BOOK, "</definedNames>",
     '<definedName name="x_Y">1</definedName><definedName name="X_y">1</definedName></definedNames>'),
    ("defined_names", BOOK, "</definedNames>", '<definedName name="AB12">1</definedName></definedNames>'),
    ("defined_names", BOOK, "</definedNames>",
     '<definedName name="x" localSheetId="99">1</definedName></definedNames>'),
    ("validations", SHEET(2), 'sqref="C9"', 'sqref="C9 C10"'),
    ("validations", SHEET(2), "<formula1>\"", f"<formula1>\"{'项' * 250},"),
    ("validations", SHEET(2), 'error="', f'error="{"错" * 225}'),
    ("validations", SHEET(2), 'errorTitle="', f'errorTitle="{"错" * 32}'),
    ("validations", SHEET(2), ' error="', f' prompt="{"填" * 256}" error="'),
    ("validations", SHEET(2), ' error="', f' promptTitle="{"填" * 33}" error="'),
    ("validations", SHEET(2), "<formula1>[^<]*", "<formula1>规则!$B$5:$B$9"),
    ("conditional_formats", SHEET(2), r'dxfId="\d+"', 'dxfId="999"'),
    ("conditional_formats", SHEET(2), "<formula>[^<]*</formula>(?=</cfRule>)", "<formula>规则!$B$5&gt;0</formula>"),
    ("links", SHEET(13), r"location=\"'?[^'\"!]+'?!", 'location="没有的表!'),
    ("links", SHEET(13), "(<hyperlink [^>]*/>)", r"\1\1"),
    ("links", SHEET(13), r'location="[^"]*"', ""),
    ("notes", "xl/drawings/vmlDrawing1.vml", r"<x:Row>\d+</x:Row>", "<x:Row>900</x:Row>"),
    ("notes", "xl/drawings/vmlDrawing1.vml", 'id="_x0000_s1026"', 'id="_x0000_s1025"'),
    ("notes", "xl/comments1.xml", r'<comment ref="\w+" .*?</comment>', ""),
    ("notes", SHEET(4), "<legacyDrawing [^>]*/>", ""),
    ("filters", SHEET(12), '<autoFilter ref="B4', '<autoFilter ref="B5'),
]
IN_DOCUMENTS = [
    ("parts_well_formed", DOCUMENT, "</w:body>", ""),
    ("relations_lead_somewhere", "word/_rels/document.xml.rels", "footer1.xml", "footer9.xml"),
    ("content_types_known", TYPES, "/word/styles.xml", "/word/styles9.xml"),
    ("cells_end_with_a_paragraph", DOCUMENT, r"(</w:tcPr>)<w:p>(?:(?!</w:p>).)*</w:p>(?=</w:tc>)", r"\1"),
    ("tables_stand_apart", DOCUMENT, "</w:tbl>", "</w:tbl><w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>"
     "<w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"),
    ("rows_fill_the_grid", DOCUMENT, r'<w:gridSpan w:val="\d+"/>', ""),
    ("rows_fill_the_grid", DOCUMENT, "<w:gridCol [^>]*/>", ""),
    ("rows_fill_the_grid", DOCUMENT, '<w:vMerge w:val="restart"/>', ""),
    ("header_rows_come_first", DOCUMENT, "<w:tblHeader/>", ""),
    ("sizes_within_limits", DOCUMENT, r'<w:trHeight w:val="\d+"', '<w:trHeight w:val="31681"'),
    ("sizes_within_limits", DOCUMENT, r'w:right="1474"', 'w:right="9999"'),
    ("bookmarks_pair", DOCUMENT, "<w:p>", '<w:p><w:bookmarkStart w:id="1" w:name="a"/>'),
    ("bookmarks_pair", DOCUMENT, "<w:p>", '<w:p><w:bookmarkEnd w:id="1"/>'),
    ("bookmarks_pair", DOCUMENT, "<w:p>", '<w:p><w:bookmarkStart w:id="1" w:name="1 a"/><w:bookmarkEnd w:id="1"/>'),
    ("bookmarks_pair", DOCUMENT, "<w:p>", '<w:p><w:bookmarkStart w:id="1" w:name="a"/><w:bookmarkEnd w:id="1"/>'
     '<w:bookmarkStart w:id="2" w:name="A"/><w:bookmarkEnd w:id="2"/>'),
    ("fields_pair", FOOTER, '<w:fldChar w:fldCharType="end"/>', ""),
    ("styles_exist", DOCUMENT, '<w:pStyle w:val="BodyText"/>', '<w:pStyle w:val="Missing"/>'),
    ("styles_exist", "word/styles.xml", r'<w:basedOn w:val="\w+"/>', '<w:basedOn w:val="Missing"/>'),
    ("spaces_are_kept", FOOTER, ' xml:space="preserve"', ""),
    ("spaces_are_kept", DOCUMENT, '<w:t xml:space="preserve">', '<w:t xml:space="preserve">&#10;'),
    ("drawings_numbered", DOCUMENT, "<w:p>", '<w:p><wp:docPr id="1" name="a"/><wp:docPr id="1" name="b"/>'),
    ("data_is_identified", "customXml/itemProps1.xml", r"\{[0-9A-F-]+\}", "{5D0F6A0E}"),
]
# What the validator calls a fault, and where it is put in.
FOR_THE_SDK = [
    ("Sch_UnexpectedElement", ".xlsx", SHEET(3), "(<sheetData>.*</sheetData>)(.*)(<pageMargins [^>]*/>)", r"\3\1\2"),
    ("Sch_UndeclaredAttribute", ".xlsx", SHEET(3), "<sheetData>", '<sheetData colour="red">'),
    ("Sch_AttributeValueDataType", ".xlsx", SHEET(3), 'fitToHeight="0"', 'fitToHeight="all"'),
    ("Sch_MissRequiredAttribute", ".xlsx", SHEET(5), "<mergeCell ref=[^>]*/>", "<mergeCell/>"),
    ("Sch_UnexpectedElement", ".docx", DOCUMENT, "(<w:pPr>.*?</w:pPr>)(<w:r>.*?</w:r>)", r"\2\1"),
    ("Sch_InvalidElement", ".docx", DOCUMENT, "<w:tblGrid>", "<w:gridTbl/><w:tblGrid>"),
    ("Sch_AttributeValueDataType", ".docx", DOCUMENT, '<w:jc w:val="center"/>', '<w:jc w:val="middle"/>'),
    ("Sch_InvalidElement", ".xlam", SHEET(1), "<sheetData", "<sheetDatum/><sheetData"),
]
Parts = dict[str, bytes]


@cache
def workbook(folder: Path) -> Parts:
    """A workbook with everything in it that can go wrong: annotated, with notes and links."""
    path = folder / "broken.xlsx"
    path.write_bytes(workbook_bytes(from_dict(worked_example.data(**worked_example.BROKEN))))
    book = read_book(path)
    return files.unpack(annotate(path, check(book.report)), path.name)


@cache
def document() -> Parts:
    draft = Draft("错误3处", frozenset({"t3.granted.natural"}))
    return files.unpack(docx_bytes(filled("gov-2021"), draft=draft), "report.docx")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


def spoiled(parts: Parts, part: str, pattern: str, replacement: str) -> Parts:
    text = parts[part].decode("utf-8")
    other = re.sub(pattern, replacement, text, count=1, flags=re.DOTALL)
    assert other != text, f"{pattern} is not in {part}"
    return {**parts, part: other.encode("utf-8")}


def found_by(faults: list[str]) -> set[str]:
    return {fault.partition(":")[0] for fault in faults}


def test_the_files_are_good_before_a_fault_is_put_in(folder: Path) -> None:
    assert workbook_faults.faults(workbook(folder)) == []
    assert document_faults.faults(document()) == []


@pytest.mark.parametrize("name, part, pattern, replacement", IN_WORKBOOKS)
def test_our_list_sees_a_fault_in_a_workbook(
    name: str, part: str, pattern: str, replacement: str, folder: Path
) -> None:
    assert name in found_by(workbook_faults.faults(spoiled(workbook(folder), part, pattern, replacement)))


@pytest.mark.parametrize("name, part, pattern, replacement", IN_DOCUMENTS)
def test_our_list_sees_a_fault_in_a_document(name: str, part: str, pattern: str, replacement: str) -> None:
    assert name in found_by(document_faults.faults(spoiled(document(), part, pattern, replacement)))


def test_every_check_of_ours_has_a_fault_that_it_sees() -> None:
    assert {c.__name__ for c in workbook_faults.CHECKS} == {fault[0] for fault in IN_WORKBOOKS}
    assert {c.__name__ for c in document_faults.CHECKS} == {fault[0] for fault in IN_DOCUMENTS} | {
        opc.properties_numbered.__name__}  # a report has no custom properties


def test_a_formula_is_taken_as_excel_takes_it() -> None:
    for text in ('SUM(1,"),(",\'a"b (c\'!A1)', '"""("', "SUMPRODUCT(B1:B2)", "SUMPRODUCT(B1*1)", '_xlfn.IFNA(A1,"")',
                 "DAYS360(A1,B1)", "{1,2;3,4}", f"SUM({'1,' * 254}1)", f"{'ABS(' * 64}1{')' * 64}",
                 f'LEN("{"字" * 255}")'):
        assert workbook_faults.formula_faults(text) == (), text


@pytest.mark.parametrize("kind, suffix, part, pattern, replacement", FOR_THE_SDK)
def test_the_open_xml_sdk_sees_a_fault(
    kind: str, suffix: str, part: str, pattern: str, replacement: str, folder: Path, tmp_path: Path
) -> None:
    good = {".xlsx": lambda: workbook(folder), ".docx": document, ".xlam": lambda: files.read_package(assets.ADDIN)}
    path = tmp_path / f"spoiled{suffix}"
    path.write_bytes(files.pack(spoiled(good[suffix](), part, pattern, replacement)))
    assert any(kind in line for line in sdk.complaints([path], sdk.PROFILES[0]))


@pytest.mark.parametrize("on_ci, ending", [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_without_the_validator_the_run_says_so_and_fails_on_ci(
    on_ci: str, ending: type[BaseException], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sdk, "PROGRAM", tmp_path / "none")
    monkeypatch.setenv("CI", on_ci)
    with pytest.raises(ending, match="NO WORKBOOK AND NO REPORT WAS CHECKED"):
        sdk.complaints([assets.ADDIN], sdk.PROFILES[0])
