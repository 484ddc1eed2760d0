"""Reading a workbook: by ids, with both engines, from every program that may have saved it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Callable

import openpyxl
import pytest
import worked_example
import xlsxwriter
from office import Office

from nianbao import assets, files, form as forms
from nianbao.errors import InputError, LockedError
from nianbao.excel import ids
from nianbao.excel.fill import workbook_bytes
from nianbao.excel.read import read_book
from nianbao.report import Report, from_dict


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    whole = worked_example.data()
    return _written(tmp_path, from_dict({**whole, "last": {**whole, "year": 2023}}))


def _written(folder: Path, report: Report) -> Path:
    path = folder / "2024.xlsx"
    path.write_bytes(workbook_bytes(report))
    return path


def _edited(path: Path, edit: Callable[[Any], Any]) -> Path:
    book = openpyxl.load_workbook(path)
    edit(book)
    target = path.with_name("改.xlsx")
    book.save(target)
    return target


# ---- who saved it


def _by_openpyxl(path: Path, office: Office) -> Path:
    return _edited(path, lambda book: None)


def _by_libreoffice(path: Path, office: Office) -> Path:
    folder = path.parent / "lo"
    folder.mkdir()
    return office.convert(path, ".xlsx", folder)


def _by_xlsxwriter(path: Path, office: Office) -> Path:
    """The same cells written anew by a third program."""
    source, target = openpyxl.load_workbook(path), path.with_name("xlsxwriter.xlsx")
    values = openpyxl.load_workbook(path, data_only=True)
    with xlsxwriter.Workbook(target) as book:
        for name in (ids.PROPERTY_FORM, ids.PROPERTY_VERSION):
            book.set_custom_property(name, source.custom_doc_props[name].value)
        for sheet in source:
            worksheet = book.add_worksheet(sheet.title)
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        result = values[sheet.title][cell.coordinate].value
                        worksheet.write_formula(cell.coordinate, cell.value, None, "" if result is None else result)
                    elif cell.data_type == "n" and cell.value is not None:
                        worksheet.write_number(cell.coordinate, cell.value)
                    elif cell.value is not None:
                        worksheet.write_string(cell.coordinate, str(cell.value))
    return target


@pytest.mark.parametrize("save", (_by_openpyxl, _by_xlsxwriter, _by_libreoffice))
def test_the_report_is_the_same_whatever_program_saved_the_file(
    save: Callable[[Path, Office], Path], filled: Path, office: Office
) -> None:
    saved = save(filled, office)
    for engine in ("calamine", "openpyxl"):
        book, original = read_book(saved, engine), read_book(filled, engine)
        assert book.report == original.report
        assert dict(book.places) == dict(original.places)
        assert not book.report.structure.labels and not book.report.structure.missing
        assert not book.report.structure.added and not book.report.structure.typed_totals


NUMBERS = {
    "one": (1, 1), "float": (1.0, 1), "text": ("1", "1"), "minus zero": (-0.0, 0), "fraction": (1.5, "1.5"),
    "wide": ("１２", "１２"), "thousands": ("1,234", "1,234"), "unit": ("2125.54万元", "2125.54万元"),
    "spaces": (" 3 ", " 3 "), "blank": ("  ", None), "word": ("无", "无"), "truth": (True, "TRUE"), "negative": (-3, -3),
}


@pytest.mark.parametrize("engine", ("calamine", "openpyxl"))
@pytest.mark.parametrize("save", (_by_openpyxl, _by_libreoffice))
def test_what_stands_in_a_number_cell_is_taken_as_it_is(
    engine: str, save: Callable[[Path, Office], Path], filled: Path, office: Office
) -> None:
    rows = [f"t3.{row}.natural" for row in worked_example.ROWS][: len(NUMBERS)]
    places = read_book(filled).places

    def edit(book: Any) -> None:
        for cell_id, (value, _) in zip(rows, NUMBERS.values()):
            sheet, address = places[cell_id]
            book[sheet][address].value = value
            if isinstance(value, str):
                book[sheet][address].data_type = "s"

    report = read_book(save(_edited(filled, edit), office), engine).report
    found = {name: report.figures[cell_id] for name, cell_id in zip(NUMBERS, rows)}
    shown = {**found, "fraction": str(found["fraction"])}
    if save is _by_libreoffice:
        shown["truth"] = NUMBERS["truth"][1]  # LibreOffice saves TRUE as the number it shows it as
    assert shown == {name: expected for name, (_, expected) in NUMBERS.items()}


@pytest.mark.parametrize("engine", ("calamine", "openpyxl"))
def test_an_error_cell_is_text_and_not_blank(engine: str, filled: Path) -> None:
    sheet, address = read_book(filled).places["t3.granted.natural"]

    def edit(book: Any) -> None:
        book[sheet][address].value = "#REF!"
        book[sheet][address].data_type = "e"

    assert read_book(_edited(filled, edit), engine).report.figures["t3.granted.natural"] == "#REF!"


# ---- totals


def test_totals_are_recomputed_and_a_stored_result_that_differs_is_told(filled: Path) -> None:
    book = read_book(filled)
    sheet, address = book.places["t3.granted.total"]
    part = book.sheet_parts[sheet]
    content = book.parts[part]
    start = content.index(b"<f>", content.index(f'r="{address}"'.encode()))
    value = content.index(b"<v>19</v>", start)
    stale = content[:value] + b"<v>91</v>" + content[value + len(b"<v>19</v>"):]
    filled.write_bytes(files.pack({**book.parts, part: stale}))
    report = read_book(filled).report
    assert report.figures["t3.granted.total"] == 19
    assert report.structure.stale_totals == {"t3.granted.total": 91}
    assert report.structure.typed_totals == ()


def test_a_total_typed_over_keeps_what_was_typed_and_counts_in_the_totals_above_it(filled: Path) -> None:
    sheet, address = read_book(filled).places["t3.granted.total"]
    report = read_book(_edited(filled, lambda book: book[sheet].__setitem__(address, 20))).report
    assert report.figures["t3.granted.total"] == 20
    assert report.structure.typed_totals == ("t3.granted.total",)


def test_a_total_that_was_emptied_is_blank(filled: Path) -> None:
    sheet, address = read_book(filled).places["t4.review.total"]
    report = read_book(_edited(filled, lambda book: book[sheet].__setitem__(address, None))).report
    assert report.figures["t4.review.total"] is None


# ---- shape


def test_a_renamed_sheet_is_found_by_its_ids_and_told(filled: Path) -> None:
    renamed = _edited(filled, lambda book: setattr(book["申请情况"], "title", "表三"))
    book = read_book(renamed)
    assert book.report.figures == read_book(filled).report.figures
    assert book.places["t3.granted.natural"][0] == "表三"
    assert any("申请情况" in note and "表三" in note for note in book.report.notes)


@pytest.mark.parametrize("sheet", ("单位信息", "总体情况", "申请情况", "其他事项"))
def test_a_missing_sheet_is_refused_by_name(filled: Path, sheet: str) -> None:
    with pytest.raises(InputError, match=sheet) as caught:
        read_book(_edited(filled, lambda book: book.remove(book[sheet])))
    assert caught.value.code == "sheet-missing"


def test_a_deleted_row_is_missing_and_the_others_are_still_right(filled: Path) -> None:
    place = read_book(filled).places["t3.partial.natural"]

    def edit(book: Any) -> None:
        sheet = book[place[0]]
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet.delete_rows(sheet[place[1]].row)

    report = read_book(_edited(filled, edit)).report
    assert any("（二）部分公开" in text for text in report.structure.missing)
    assert report.figures["t3.partial.natural"] is None
    assert report.figures["t3.denied_query.natural"] == 2


def test_an_inserted_row_with_content_is_told_and_moves_nothing(filled: Path) -> None:
    place = read_book(filled).places["t3.partial.natural"]

    def edit(book: Any) -> None:
        sheet = book[place[0]]
        row = sheet[place[1]].row
        sheet.insert_rows(row)
        sheet.cell(row, sheet[place[1]].column).value = 7

    report = read_book(_edited(filled, edit)).report
    assert len(report.structure.added) == 1 and "申请情况" in report.structure.added[0]
    assert report.figures["t3.partial.natural"] == 4


def test_an_inserted_column_with_content_is_told(filled: Path) -> None:
    place = read_book(filled).places["t3.granted.biz"]

    def edit(book: Any) -> None:
        sheet = book[place[0]]
        column = sheet[place[1]].column
        sheet.insert_cols(column)
        sheet.cell(sheet[place[1]].row, column).value = 7

    report = read_book(_edited(filled, edit)).report
    assert len(report.structure.added) == 1 and "列" in report.structure.added[0]
    assert report.figures["t3.granted.biz"] == 3


def test_a_changed_label_is_told_with_the_official_one(filled: Path) -> None:
    def edit(book: Any) -> None:
        for row in book["申请情况"].iter_rows():
            for cell in row:
                if cell.value == "总计":
                    cell.value = "合计"
                elif cell.value == "（一）予以公开":
                    cell.value = "(一) 予以公开"

    labels = read_book(_edited(filled, edit)).report.structure.labels
    assert [(found, official) for _, found, official in labels] == [("合计", "总计")]


def test_paragraphs_beyond_the_rows_and_lines_inside_one_are_all_read(filled: Path) -> None:
    report = read_book(filled).report
    assert report.texts["s5.plan"] == [f"第{n}条措施。" for n in range(1, 17)]


def test_the_year_before_is_read_from_its_sheet(filled: Path) -> None:
    last = read_book(filled).report.last
    assert last and (last.form, last.year, last.unit) == ("gov-2021", 2023, "青禾县水利局")
    assert last.figures["t3.carried_out.total"] == 4


def test_dates_typed_as_dates_and_choices_typed_as_aliases_are_understood(filled: Path) -> None:
    import datetime

    places = read_book(filled).places

    def edit(book: Any) -> None:
        for key, value in (("meta.sign_date", datetime.datetime(2025, 1, 9)), ("meta.publish_date", "2025年1月10日"),
                           ("meta.level", "县")):
            sheet, address = places[key]
            book[sheet][address].value = value
            if isinstance(value, datetime.datetime):
                book[sheet][address].number_format = "yyyy-mm-dd"

    for engine in ("calamine", "openpyxl"):
        meta = read_book(_edited(filled, edit), engine).report.meta
        assert (meta["meta.sign_date"], meta["meta.publish_date"]) == ("2025-01-09", "2025-01-10")
        assert meta["meta.level"] == "county"


# ---- what is no workbook of ours


def test_bad_files_are_refused_with_one_sentence_and_left_as_they_are(filled: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.xlsx"
    openpyxl.Workbook().save(plain)
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(filled.read_bytes()[:20000])
    word = tmp_path / "word.xlsx"
    shutil.copy(assets.TEMPLATES / "gov-2021.docx", word)
    old = tmp_path / "old.xlsx"
    old.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000))
    for path, code in ((plain, "not-a-workbook"), (cut, "damaged"), (word, "not-a-workbook"), (old, "old-format")):
        before = path.read_bytes()
        with pytest.raises(InputError) as caught:
            read_book(path)
        assert caught.value.code == code and caught.value.message.count("。") == 1 and path.name in caught.value.message
        assert path.read_bytes() == before


def test_damaged_xml_inside_a_sound_zip_is_refused(filled: Path) -> None:
    book = read_book(filled)
    for part in ("xl/workbook.xml", book.sheet_parts["申请情况"], "xl/sharedStrings.xml"):
        filled.with_name("bad.xlsx").write_bytes(files.pack({**book.parts, part: book.parts[part][:300]}))
        with pytest.raises(InputError) as caught:
            read_book(filled.with_name("bad.xlsx"))
        assert caught.value.code in ("damaged", "not-a-workbook"), part


def test_a_cell_far_out_is_refused_before_it_fills_the_memory(filled: Path) -> None:
    far = _edited(filled, lambda book: book["申请情况"].__setitem__("XFD1048576", 1))
    with pytest.raises(InputError, match="申请情况") as caught:
        read_book(far)
    assert caught.value.code == "too-large"


def test_a_newer_form_is_refused_and_lost_properties_are_made_good(filled: Path) -> None:
    book = read_book(filled)
    newer = book.parts["docProps/custom.xml"].replace(b">1</vt:lpwstr>", b">99</vt:lpwstr>", 1)
    assert newer != book.parts["docProps/custom.xml"]
    other = filled.with_name("newer.xlsx")
    other.write_bytes(files.pack({**book.parts, "docProps/custom.xml": newer}))
    with pytest.raises(InputError) as caught:
        read_book(other)
    assert caught.value.code == "newer-version"
    bare = {k: v for k, v in book.parts.items() if k != "docProps/custom.xml"}
    other.write_bytes(files.pack(bare))
    assert read_book(other).report == book.report


def test_a_file_under_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16le") + bytes(2000))
    with pytest.raises(LockedError):
        read_book(path)


def test_without_calamine_openpyxl_reads_the_same(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_book(filled).report
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    assert read_book(filled).report == expected


# ---- sentences and words


def test_a_sentence_is_a_text_of_the_report_only_where_the_clerk_changed_it(tmp_path: Path) -> None:
    blank = assets.WORKBOOK / "pub.xlsx"
    places = read_book(blank).places

    def edit(book: Any) -> None:
        for key, value in (("s2.active", "共公开【主动公开信息总数】条。"), ("s3.consult", None), ("s5.staff", "  ")):
            sheet, address = places[key]
            book[sheet][address].value = value

    target = tmp_path / "changed.xlsx"
    shutil.copy(blank, target)
    assert read_book(target).report.texts == {}
    for engine in ("calamine", "openpyxl"):
        assert read_book(_edited(target, edit), engine).report.texts == {"s2.active": ["共公开【主动公开信息总数】条。"]}


def test_cells_for_words_hold_words(tmp_path: Path) -> None:
    blank = assets.WORKBOOK / "hei.xlsx"
    places = read_book(blank).places

    def edit(book: Any) -> None:
        for key, value in (("hi.01.status", "公开"), ("hi.01.url", "www.example.cn/1"), ("hi.01.note", 2023)):
            sheet, address = places[key]
            book[sheet][address].value = value

    target = tmp_path / "changed.xlsx"
    shutil.copy(blank, target)
    figures = read_book(_edited(target, edit)).report.figures
    row = [figures[f"hi.{key}"] for key in ("01.status", "01.url", "01.note", "02.status", "02.note")]
    assert row == ["公开", "www.example.cn/1", "2023", None, None]


@pytest.mark.parametrize("form_id", forms.form_ids())
def test_every_sheet_of_the_form_is_needed_or_told(form_id: str, tmp_path: Path) -> None:
    blank = assets.WORKBOOK / f"{form_id}.xlsx"
    for sheet in dict.fromkeys(ids.expected_sheets(forms.load(form_id)).values()):
        target = tmp_path / "blank.xlsx"
        shutil.copy(blank, target)
        parts = files.read_package(target)
        del parts[read_book(target).sheet_parts[sheet]]
        target.write_bytes(files.pack(parts))
        try:
            assert sheet in read_book(target).report.structure.missing
        except InputError as error:
            assert error.code == "sheet-missing" and sheet in error.message
