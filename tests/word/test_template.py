"""Templates: the delivered ones, and ones that somebody restyled in Word."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Callable

import pytest
from docx import Document

import build_templates
from nianbao import files
from nianbao import form as forms
from nianbao.errors import InputError
from nianbao.word.read import read_docx
from nianbao.word.template import compile_template, default_path
from nianbao.word.write import docx_bytes
from office import Office
from sample_reports import balanced_2021, filled

FORM = forms.load("gov-2021")


def changed(folder: Path, change: Callable[[str], str], part: str = "word/document.xml") -> Path:
    """The delivered template with one part's text changed."""
    parts = files.read_package(default_path(FORM))
    text = parts[part].decode("utf-8")
    new = change(text)
    assert new != text
    path = folder / "我的模板.docx"
    path.write_bytes(files.pack(parts | {part: new.encode("utf-8")}))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        compile_template(path, FORM)
    assert caught.value.code == "template"
    return caught.value.message


def texts(data: bytes) -> list[str]:
    return [p.text for p in Document(io.BytesIO(data)).paragraphs]


def test_the_delivered_templates_are_current() -> None:
    assert build_templates.main(["--check"]) == 0
    for form_id in forms.form_ids():
        assert build_templates.build(forms.load(form_id)) == build_templates.build(forms.load(form_id))


def test_check_names_a_template_that_is_not_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nianbao.assets.TEMPLATES", tmp_path)
    assert build_templates.main(["--check"]) == 1
    assert "gov-2021.docx" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_a_token_split_over_runs_is_found_and_keeps_the_first_format(tmp_path: Path) -> None:
    split = (
        '<w:r><w:rPr><w:b/></w:rPr><w:t>编制单位：【单位</w:t></w:r><w:proofErr w:type="spellStart"/>'
        "<w:r><w:t>全</w:t></w:r><w:r><w:t>称】（章），</w:t></w:r><w:r><w:t>【年度】年度</w:t></w:r>"
    )
    path = changed(tmp_path, lambda x: re.sub(r"<w:r>(?:(?!</w:r>).)*【单位全称】.*?</w:r>", split, x))
    data = docx_bytes(balanced_2021(), compile_template(path, FORM))
    assert "编制单位：清河县农业农村局（章），2024年度" in texts(data)
    paragraph = next(p for p in Document(io.BytesIO(data)).paragraphs if p.text.startswith("编制单位"))
    assert [(r.text, r.bold) for r in paragraph.runs if r.text] == [
        ("编制单位：清河县农业农村局", True), ("（章），", None), ("2024年度", None),
    ]  # fmt: skip


def test_a_block_token_split_over_runs_becomes_paragraphs_of_its_own_look(tmp_path: Path) -> None:
    split = (
        '<w:p><w:pPr><w:ind w:left="99"/></w:pPr><w:r><w:rPr><w:i/></w:rPr><w:t>【总体</w:t></w:r>'
        "<w:r><w:t>情况】</w:t></w:r></w:p>"
    )
    path = changed(tmp_path, lambda x: re.sub(r"<w:p>(?:(?!</w:p>).)*【总体情况】.*?</w:p>", split, x))
    data = docx_bytes(balanced_2021(), compile_template(path, FORM))
    paragraph = next(p for p in Document(io.BytesIO(data)).paragraphs if p.text.startswith("全年新收"))
    assert paragraph.runs[0].italic and paragraph.paragraph_format.left_indent.twips == 99


def test_tables_without_alternative_text_are_known_by_their_labels(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda x: re.sub(r"<w:tbl(?:Caption|Description) [^>]*/>", "", x))
    assert docx_bytes(balanced_2021(), compile_template(path, FORM))[:2] == b"PK"
    plain = Document(io.BytesIO(docx_bytes(balanced_2021())))
    other = Document(io.BytesIO(docx_bytes(balanced_2021(), compile_template(path, FORM))))
    for a, b in zip(plain.tables, other.tables, strict=True):
        assert "".join(a._tbl.itertext()) == "".join(b._tbl.itertext())


@pytest.mark.parametrize("form_id", forms.form_ids())
def test_tables_of_every_form_are_known_by_their_labels(form_id: str, tmp_path: Path) -> None:
    report = filled(form_id)
    parts = files.read_package(default_path(report.definition))
    text = parts["word/document.xml"].decode("utf-8")
    bare = re.sub(r"<w:tbl(?:Caption|Description) [^>]*/>", "", text)
    path = tmp_path / "无可选文字.docx"
    path.write_bytes(files.pack(parts | {"word/document.xml": bare.encode("utf-8")}))
    templates = (None, compile_template(path, report.definition))
    plain, other = (Document(io.BytesIO(docx_bytes(report, template))) for template in templates)
    assert ["".join(t._tbl.itertext()) for t in plain.tables] == ["".join(t._tbl.itertext()) for t in other.tables]


def test_a_cell_may_be_named_in_a_template(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda x: x.replace("【成文日期】", "新收【新收申请总数】件"))
    assert "新收48件" in texts(docx_bytes(balanced_2021(), compile_template(path, FORM)))


def test_everything_wrong_with_a_template_is_named_at_once(tmp_path: Path) -> None:
    def spoil(text: str) -> str:
        text = text.replace("【引言】", "【前言】").replace("【总体情况】", "总体情况").replace("【成文日期】", "【落款日】")
        return re.sub(r'<w:tbl>(?:(?!</w:tbl>).)*w:val="t4"(?:(?!</w:tbl>).)*</w:tbl>', "", text)

    message = refusal(changed(tmp_path, spoil))
    for word in ("我的模板.docx", "【前言】", "【落款日】", "缺少标记【引言】、【总体情况】", "四、政府信息公开行政复议、行政诉讼情况", "t4"):
        assert word in message
    assert "t3" not in message


def test_a_table_without_a_row_is_named(tmp_path: Path) -> None:
    message = refusal(changed(tmp_path, lambda x: re.sub(r"<w:tr>(?:(?!</w:tr>).)*2\.重复申请.*?</w:tr>", "", x)))
    assert "表格 t3" in message and "2.重复申请" in message and "7 个数字" in message


def test_a_template_may_spell_the_title_itself(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda x: x.replace("【标题】", "【单位全称】【年度】年政府信息公开工作年度报告"))
    assert texts(docx_bytes(balanced_2021(), compile_template(path, FORM)))[0] == "清河县农业农村局2024年政府信息公开工作年度报告"
    assert "缺少标记【标题】" in refusal(changed(tmp_path, lambda x: x.replace("【标题】", "年度报告")))


def test_a_token_in_a_footer_is_filled(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda x: x.replace(" —<", " — 【单位全称】<"), "word/footer1.xml")
    document = Document(io.BytesIO(docx_bytes(balanced_2021(), compile_template(path, FORM))))
    assert document.sections[0].footer.paragraphs[0].text == "— 1 — 清河县农业农村局"


def test_a_template_of_the_other_form_is_refused() -> None:
    with pytest.raises(InputError, match="t2"):
        compile_template(default_path(forms.load("gov-2019")), FORM)


def test_what_is_no_word_document_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "表.docx"
    other.write_bytes(files.pack({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<a/>"}))
    assert "不是 Word 文档" in refusal(other)
    for part in ("word/document.xml", "word/styles.xml", "word/footer1.xml"):
        with pytest.raises(InputError, match="已损坏"):
            compile_template(changed(tmp_path, lambda x: x[:500], part), FORM)


def test_a_template_saved_by_libreoffice_still_works(tmp_path: Path, office: Office) -> None:
    """LibreOffice drops alternative text, renames styles and cuts runs anew."""
    (tmp_path / "source").mkdir()
    source = tmp_path / "source" / "我的模板.docx"
    source.write_bytes(default_path(FORM).read_bytes())
    template = compile_template(office.convert(source, ".docx", tmp_path), FORM)
    path = tmp_path / "报告.docx"
    path.write_bytes(docx_bytes(balanced_2021(), template))
    assert read_docx(path) == balanced_2021()
    plain = docx_bytes(balanced_2021())
    assert texts(path.read_bytes()) == texts(plain)
    styles = [p.style.name for p in Document(str(path)).paragraphs]
    assert styles == [p.style.name for p in Document(io.BytesIO(plain)).paragraphs]
