"""The commands as a clerk or a script uses them: what they write, what they say, and how they end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from nianbao import assets, cli, files

from reports import FORMS, base, sample

BUREAU, HOSPITAL = assets.SAMPLES / "gov-2021-bureau.json", assets.SAMPLES / "gov-2019-hospital.json"


class Command:
    """Runs commands in a folder of their own and keeps what they said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str | Path) -> int:
        code = cli.run([str(a) for a in arguments])
        self.out, self.err = self.capsys.readouterr()
        return code

    def findings(self, *arguments: str | Path) -> list[dict[str, Any]]:
        self("check", *arguments, "--json")
        return list(json.loads(self.out)[0]["findings"])


@pytest.fixture
def nianbao(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    return Command(capsys)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


# ---------------------------------------------------------------- the main job


@pytest.mark.parametrize("name", sorted(p.stem for p in assets.SAMPLES.glob("*.json")))
def test_workbook_check_word_and_back_keep_every_figure(nianbao: Command, name: str, tmp_path: Path) -> None:
    data = assets.SAMPLES / f"{name}.json"
    wanted = sample(name)
    assert nianbao("new", wanted["form"], "--unit", wanted["unit"], "--year", wanted["year"], "-o", "空白.xlsx") == 0
    assert nianbao("fill", "空白.xlsx", "--data", data, "-o", "已填.xlsx") == 0
    assert nianbao("check", "已填.xlsx") == 0
    assert nianbao("report", "已填.xlsx", "-o", "报告.docx") == 0
    assert nianbao("read", "报告.docx", "--json") == 0
    read = json.loads(nianbao.out, parse_float=Decimal)
    stated = json.loads(data.read_text("utf-8"), parse_float=Decimal)
    assert {k: read["figures"][k] for k in stated["figures"]} == stated["figures"]
    assert (read["unit"], read["year"]) == (stated["unit"], stated["year"])
    assert {k: v for k, v in read["texts"].items() if v} == {k: v for k, v in stated["texts"].items() if v}


def test_a_report_with_errors_is_refused_and_nothing_is_written(nianbao: Command, tmp_path: Path) -> None:
    data = base()
    data["figures"]["t3.new_received.natural"] = 1
    Path("错.json").write_text(json.dumps(data), "utf-8")
    assert nianbao("report", "错.json", "-o", "报告.docx") == 1
    assert "[G21-T3-BAL]" in nianbao.err and not Path("报告.docx").exists()
    assert nianbao("report", "错.json", "-o", "草稿.docx", "--draft") == 0
    with zipfile.ZipFile("草稿.docx") as archive:
        printed = "".join(archive.read(n).decode() for n in archive.namelist() if n.startswith("word/"))
    assert "草稿" in printed


def test_a_question_that_needs_an_explanation_is_answered_in_the_workbook(nianbao: Command) -> None:
    data = base()
    data["figures"] |= {"t2.norms.issued": 3, "t2.norms.in_force": 1}
    Path("a.json").write_text(json.dumps(data), "utf-8")
    [asked] = [f for f in nianbao.findings("a.json") if f["severity"] == "explain"]
    assert nianbao("report", "a.json", "-o", "报告.docx") == 1
    data["explanations"] = [{"fingerprint": asked["fingerprint"], "rule": asked["rule"], "explanation": "年内失效两件"}]
    Path("b.json").write_text(json.dumps(data), "utf-8")
    assert nianbao("new", "gov-2021", "--unit", data["unit"], "--year", 2024, "-o", "空白.xlsx") == 0
    assert nianbao("fill", "空白.xlsx", "--data", "b.json", "-o", "b.xlsx") == 0
    assert nianbao("check", "b.xlsx") == 0
    assert nianbao("report", "b.xlsx", "-o", "报告.docx") == 0


def test_the_same_findings_come_from_the_data_and_from_the_workbook_filled_with_them(nianbao: Command) -> None:
    data = sample("gov-2021-bureau")
    data["figures"] |= {"t3.granted.total": 20, "t3.partial.natural": 5, "t2.licence.decisions": "1,326"}
    Path("a.json").write_text(json.dumps(data), "utf-8")
    shutil.copy(assets.WORKBOOK / "gov-2021.xlsx", "空白.xlsx")
    assert nianbao("fill", "空白.xlsx", "--data", "a.json", "-o", "a.xlsx") == 0
    plain, filled = nianbao.findings("a.json"), nianbao.findings("a.xlsx")
    told = {(f["rule"], f["fingerprint"]) for f in plain}
    assert told == {(f["rule"], f["fingerprint"]) for f in filled if f["rule"] != "G-NUM-7"}
    row = next(f for f in filled if f["rule"] == "G21-T3-ROW")
    assert (row["actual"], row["expected"], row["difference"], row["sheet"]) == (20, 19, 1, "申请情况")
    assert openpyxl.load_workbook("a.xlsx")[row["sheet"]][row["address"]].value == 20


def test_an_unknown_file_does_not_keep_the_others_from_being_checked(nianbao: Command) -> None:
    Path("坏.xlsx").write_bytes(b"PK\x03\x04")
    assert nianbao("check", "坏.xlsx", BUREAU, "--json") == 2
    refused, checked = json.loads(nianbao.out)
    assert refused["refused"]["code"] == "damaged" and refused["refused"]["message"].endswith("。")
    assert checked["form"] == "gov-2021" and checked["counts"]["error"] == 0
    assert set(checked) >= {"file", "form", "unit", "year", "pack", "rules_checked", "counts", "findings"}


def test_a_finding_in_json_has_the_contracts_keys(nianbao: Command) -> None:
    keys = "rule severity cells actual expected difference sheet address message fix basis fingerprint explanation"
    for finding in nianbao.findings(BUREAU):
        assert list(finding) == keys.split()


def test_the_reading_of_the_texts_can_be_shown_and_leaves_json_alone(nianbao: Command) -> None:
    nianbao("check", BUREAU, "--explain-text")
    assert "48件：一致" in nianbao.out and "412条：不比较" in nianbao.out
    nianbao("check", BUREAU, "--json", "--explain-text")
    assert json.loads(nianbao.out)[0]["form"] == "gov-2021" and "48件：一致" in nianbao.err


def test_check_writes_a_page_and_an_annotated_copy_and_leaves_the_workbook_alone(nianbao: Command) -> None:
    data = sample("gov-2021-bureau")
    data["figures"]["t3.granted.natural"] = 15
    Path("a.json").write_text(json.dumps(data), "utf-8")
    shutil.copy(assets.WORKBOOK / "gov-2021.xlsx", "空白.xlsx")
    assert nianbao("fill", "空白.xlsx", "--data", "a.json", "-o", "a.xlsx") == 0
    before = Path("a.xlsx").read_bytes()
    assert nianbao("check", "a.xlsx", "--annotate", "标注.xlsx", "--html", "结果.html") == 1
    assert Path("a.xlsx").read_bytes() == before
    book = openpyxl.load_workbook("标注.xlsx")
    assert any("G21-T3-BAL" in str(row) for row in book["校验结果"].iter_rows(values_only=True))
    page = Path("结果.html").read_text("utf-8")
    assert "G21-T3-BAL" in page and "<script" not in page and "http" not in page.split("</head>")[0]


def test_last_year_is_carried_over_and_compared(nianbao: Command) -> None:
    earlier = sample("gov-2021-bureau") | {"year": 2023}
    Path("2023.json").write_text(json.dumps(earlier), "utf-8")
    assert nianbao("new", "gov-2021", "--unit", "甲局", "--year", 2024, "--last", "2023.json", "-o", "2024.xlsx") == 0
    assert nianbao("read", "2024.xlsx", "--json") == 0
    read = json.loads(nianbao.out)
    columns = ("natural", "biz", "research", "welfare", "legal", "other_org", "total")
    assert [read["figures"][f"t3.carried_in.{c}"] for c in columns] == [3, 1, 0, 0, 0, 0, 4]
    assert read["last"]["figures"]["t2.norms.in_force"] == 14
    assert nianbao("check", BUREAU, "--last", BUREAU) == 2 and "2023" in nianbao.out


def test_a_rule_pack_of_a_province_is_laid_over(nianbao: Command) -> None:
    Path("省.toml").write_text('[[off]]\nid = "G21-S-PRE"\ndate = "2025-01-02"\nreason = "全省统一引言"\n', "utf-8")
    data = base()
    data["meta"] = {}
    Path("a.json").write_text(json.dumps(data), "utf-8")
    assert "G21-S-PRE" in {f["rule"] for f in nianbao.findings("a.json")}
    assert "G21-S-PRE" not in {f["rule"] for f in nianbao.findings("a.json", "--pack", "省.toml")}


# ---------------------------------------------------------------- bad calls and bad input


@pytest.mark.parametrize(
    "call",
    [
        ("check",),
        ("nix",),
        ("check", "--nix", "a.json"),
        ("new", "gov-2099", "--unit", "甲局", "--year", "2024"),
        ("new", "gov-2021", "--unit", "甲局", "--year", "两千"),
        ("rules", "G21-T3-BALL"),
        ("report", str(BUREAU), "-o", "报告.odt"),
        ("check", str(BUREAU), "--annotate", "标注.xlsx"),
        ("check", "没有.xlsx"),
        ("fill", str(assets.WORKBOOK / "gov-2021.xlsx"), "--data", "没有.json", "-o", "a.xlsx"),
    ],
)
def test_a_call_that_cannot_work_gets_one_chinese_sentence_and_exit_code_2(
    nianbao: Command, call: tuple[str, ...]
) -> None:
    assert nianbao(*call) == 2
    said = (nianbao.err or nianbao.out).strip()
    assert any("\u4e00" <= c <= "\u9fff" for c in said) and "Traceback" not in said
    assert not list(Path().iterdir())


def test_a_misspelt_rule_is_answered_with_the_one_that_was_meant(nianbao: Command) -> None:
    nianbao("rules", "G21-T3-BALL")
    assert "G21-T3-BAL？" in nianbao.err


@pytest.mark.parametrize("command", ["report", "fill", "new", "check"])
def test_an_existing_output_is_never_overwritten(nianbao: Command, command: str) -> None:
    shutil.copy(assets.WORKBOOK / "gov-2021.xlsx", "空白.xlsx")
    taken = Path("已有.docx" if command == "report" else "已有.xlsx" if command != "check" else "已有.html")
    taken.write_text("旧内容", "utf-8")
    calls = {
        "report": ("report", BUREAU, "-o", taken),
        "fill": ("fill", "空白.xlsx", "--data", BUREAU, "-o", taken),
        "new": ("new", "gov-2021", "--unit", "甲局", "--year", 2024, "-o", taken),
        "check": ("check", BUREAU, "--html", taken),
    }
    assert nianbao(*calls[command]) == 2 and "已存在" in nianbao.err
    assert taken.read_text("utf-8") == "旧内容"


def test_a_folder_that_may_not_be_written_to_is_named(nianbao: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "open", denied, raising=False)  # root may write everywhere, so the refusal is played
    assert nianbao("report", BUREAU, "-o", "报告.docx") == 2
    assert "不允许写入" in nianbao.err and not Path("报告.docx").exists()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("旧.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "old-format"),
        ("旧.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "old-format"),
        ("密.docx", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16le"), "password"),
        ("断.xlsx", (assets.WORKBOOK / "gov-2021.xlsx").read_bytes()[:9000], "damaged"),
        ("空.docx", b"", "damaged"),
        ("图.png", b"\x89PNG", "unknown-type"),
        ("乱.json", b"{", "bad-json"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_reason(
    nianbao: Command, name: str, content: bytes, code: str
) -> None:
    Path(name).write_bytes(content)
    assert nianbao("check", name, "--json") == 2
    [result] = json.loads(nianbao.out)
    assert result["refused"]["code"] == code and name in result["refused"]["message"]
    assert bytes_of(Path()) == {name: content}


def test_a_defect_of_the_program_names_a_log_and_shows_no_trace(
    nianbao: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr("nianbao.verbs.read", broken)
    assert nianbao("read", BUREAU) == 3
    assert "Traceback" not in nianbao.err
    [log] = (tmp_path / "state" / "nianbao").iterdir()
    assert str(log) in nianbao.err and "ZeroDivisionError" in log.read_text("utf-8")


def test_an_interruption_ends_with_130(nianbao: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nianbao.verbs.read", interrupted)
    assert nianbao("read", BUREAU) == 130


# ---------------------------------------------------------------- lists, demo, streams


def test_rules_and_forms_are_listed_for_people_and_for_programs(nianbao: Command) -> None:
    assert nianbao("rules", "--form", "gov-2019", "--json") == 0
    assert "G19-T3-BAL" in {rule["id"] for rule in json.loads(nianbao.out)}
    assert nianbao("rules", "G21-T3-BAL") == 0 and "勾稽关系" in nianbao.out
    assert nianbao("forms", "--json") == 0
    assert {form["id"] for form in json.loads(nianbao.out)} == set(FORMS)
    assert nianbao("forms") == 0 and len(nianbao.out.strip().splitlines()) == len(FORMS)


def test_new_says_which_form_the_year_wants_and_does_not_forbid(nianbao: Command) -> None:
    assert nianbao("new", "gov-2019", "--unit", "甲局", "--year", 2024, "-o", "a.xlsx") == 0
    assert "gov-2021" in nianbao.err and Path("a.xlsx").exists()
    assert nianbao("new", "gov-2021", "--unit", "青禾县人民医院", "--year", 2024, "-o", "b.xlsx") == 0
    assert "pub" in nianbao.err
    assert nianbao("new", "gov-2021", "--unit", "青禾县水利局", "--year", 2024, "-o", "c.xlsx") == 0
    assert "请注意" not in nianbao.err


def test_a_unit_name_makes_a_safe_file_name(nianbao: Command) -> None:
    assert nianbao("new", "gov-2021", "--unit", '甲/..\\"乙"局', "--year", 2024) == 0
    assert [p.name for p in Path().iterdir()] == ["甲.乙局-2024年.xlsx"]


def test_the_demonstration_makes_every_report_and_may_be_repeated(nianbao: Command) -> None:
    assert nianbao("demo", "-o", "演示") == 0
    first = bytes_of(Path("演示"))
    for path in assets.SAMPLES.glob("*.json"):
        assert {f"{path.stem}{end}" for end in (".xlsx", ".docx", ".html", "-check.html")} <= set(first)
    assert nianbao("demo", "-o", "演示") == 0
    assert bytes_of(Path("演示")) == first
    (Path("演示") / "别人的.txt").write_text("x")
    assert nianbao("demo", "-o", "演示") == 2 and (Path("演示") / "别人的.txt").exists()


def test_output_is_utf_8_whatever_the_code_page_of_the_console(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "-m", "nianbao", "check", str(BUREAU), "-q"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0 and "青禾县" in done.stdout.decode("utf-8")
