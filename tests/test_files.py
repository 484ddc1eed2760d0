"""Files: refused with a reason, written whole or not at all, never overwritten."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from nianbao import files
from nianbao.errors import CallError, InputError, NianbaoError


def package(**parts: bytes) -> bytes:
    return files.pack(dict(parts))


def refused(path: Path) -> NianbaoError:
    with pytest.raises(NianbaoError) as caught:
        files.read_package(path)
    assert caught.value.message.endswith("。") and caught.value.exit_code == 2
    return caught.value


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "没有.xlsx").code == "not-found"
    assert refused(tmp_path).code == "is-folder"


def test_an_old_binary_file_and_one_under_a_password_are_told_apart(tmp_path: Path) -> None:
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    (tmp_path / "old.xlsx").write_bytes(ole)
    (tmp_path / "locked.xlsx").write_bytes(ole + "EncryptedPackage".encode("utf-16le"))
    assert refused(tmp_path / "old.xlsx").code == "old-format"
    assert refused(tmp_path / "locked.xlsx").code == "password"


def test_a_truncated_or_altered_package_is_refused(tmp_path: Path) -> None:
    data = package(a=os.urandom(3000), b=b"x" * 3000)
    (tmp_path / "cut.xlsx").write_bytes(data[: len(data) // 2])
    (tmp_path / "empty.xlsx").write_bytes(b"")
    broken = bytearray(data)
    broken[200] ^= 255
    (tmp_path / "bit.xlsx").write_bytes(bytes(broken))
    assert {refused(tmp_path / f"{n}.xlsx").code for n in ("cut", "empty", "bit")} == {"damaged"}


def test_a_package_that_swells_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.xlsx").write_bytes(package(a=bytes(50 * 2**20)))
    assert refused(tmp_path / "bomb.xlsx").code == "too-large"


def test_a_package_depends_on_nothing_but_its_parts() -> None:
    assert package(a=b"1", b=b"2") == package(a=b"1", b=b"2")
    with zipfile.ZipFile(io.BytesIO(package(a=b"1"))) as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "a.docx"
    files.save(target, b"first")
    with pytest.raises(CallError, match="已存在"):
        files.save(target, b"second")
    assert target.read_bytes() == b"first" and list(tmp_path.iterdir()) == [target]


def test_a_target_that_is_an_input_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    source.write_bytes(b"x")
    with pytest.raises(CallError, match="不能与输入文件"):
        files.check_target(tmp_path / "." / "a.xlsx", source)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="没有这个"):
        files.save(tmp_path / "没有这个" / "a.docx", b"x")


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="没有写成"):
        files.save(tmp_path / "a.docx", b"x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("某县某局", "某县某局"),
        ('a"b&c/../d', "ab&c.d"),
        ("CON", "_CON"),
        ("\u202e局", "局"),
        ("..", "未命名"),
        ("com1.x", "_com1.x"),
    ],
)
def test_a_unit_name_becomes_a_file_name_every_system_takes(text: str, name: str) -> None:
    assert files.safe_name(text) == name
