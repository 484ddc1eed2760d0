"""The VBA project, as an independent reader sees it."""

from __future__ import annotations

import io
import random
import re
import struct

import olefile
import pytest
from hypothesis import given, strategies as st

from office_addin.readers import decompress, modules
from vba_project import Module, compress, encrypt, sheet_module, vba_project, workbook_module

DOCUMENTS = [workbook_module("ThisWorkbook"), sheet_module("Sheet1")]
CODE = 'Attribute VB_Name = "{name}"\nOption Explicit\n\'  two  spaces \t and a tab\nPublic Sub Run()\nEnd Sub\n'
TEXT = st.text(st.sampled_from("abcde \r\n\t'\"=()"), max_size=9000)


@given(TEXT)
def test_what_is_compressed_is_read_back(text: str) -> None:
    assert decompress(compress(text.encode())) == text.encode()


@pytest.mark.parametrize("length", [0, 1, 2, 3, 17, 33, 65, 129, 4095, 4096, 4097, 8192, 12289])
@pytest.mark.parametrize("unit", [b"a", b"ab", b"If x Then y\r\n", bytes(range(256))])
def test_a_repeated_text_of_any_length_is_read_back(length: int, unit: bytes) -> None:
    data = (unit * length)[:length]
    assert decompress(compress(data)) == data


@given(st.binary(max_size=3000))
def test_arbitrary_bytes_are_read_back(data: bytes) -> None:
    assert decompress(compress(data)) == data


@pytest.mark.parametrize("seed", range(5))
def test_incompressible_chunks_are_stored_as_they_are(seed: int) -> None:
    data = random.Random(seed).randbytes(8192)
    assert decompress(compress(data)) == data


def test_an_incompressible_rest_is_refused_and_never_padded() -> None:
    with pytest.raises(ValueError, match="zeros"):
        compress(random.Random(1).randbytes(4000))


def test_source_is_compressed() -> None:
    code = (CODE * 20).encode()
    assert len(compress(code)) < len(code) / 5


def test_the_text_of_every_module_comes_back_byte_for_byte() -> None:
    sources = [Module(name, CODE.format(name=name) * count) for name, count in (("Short", 1), ("Long", 200))]
    found = modules("vbaProject.bin", vba_project("sample", [*DOCUMENTS, *sources]))
    assert found == {m.name: m.text.replace("\n", "\r\n") for m in (*DOCUMENTS, *sources)}


def test_the_project_names_its_modules_and_libraries() -> None:
    data = vba_project("sample", [*DOCUMENTS, Module("Run", CODE.format(name="Run"))])
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        project = ole.openstream("PROJECT").read().decode("ascii")
        directory = decompress(ole.openstream("VBA/dir").read())
        cache = ole.openstream("VBA/_VBA_PROJECT").read()
    assert re.findall(r"^(Document|Module)=(\w+)", project, re.M) == [
        ("Document", "ThisWorkbook"), ("Document", "Sheet1"), ("Module", "Run")]
    libraries = re.findall(rb"#([A-Z][\w .]+)\0{6}", directory)
    assert libraries == [b"OLE Automation", b"Microsoft Office 16.0 Object Library"]
    assert cache == bytes.fromhex("CC61FFFF000000"), "no compiled code, of no version"


def test_the_directory_says_which_modules_belong_to_a_document() -> None:
    with olefile.OleFileIO(io.BytesIO(vba_project("sample", [*DOCUMENTS, Module("Run", "")]))) as ole:
        directory = decompress(ole.openstream("VBA/dir").read())
    records, at = [], 0
    while at < len(directory):
        kind, size = struct.unpack_from("<HI", directory, at)
        size += 2 if kind == 0x09 else 0  # 2.3.4.2.1.11: the version's field leaves its last number out
        records.append((kind, directory[at + 6:at + 6 + size]))
        at += 6 + size
    names = [content.decode("ascii") for kind, content in records if kind == 0x19]
    kinds = [kind for kind, _ in records if kind in (0x21, 0x22)]
    assert dict(zip(names, kinds, strict=True)) == {"ThisWorkbook": 0x22, "Sheet1": 0x22, "Run": 0x21}
    assert [content for kind, content in records if kind == 0x0F] == [struct.pack("<H", 3)]
    assert records[-1] == (0x10, b"")


def decrypted(project_id: str, text: str) -> bytes:
    """[MS-OVBA] 2.4.3.3, data decryption."""
    seed, version, key, *rest = bytes.fromhex(text)
    assert version == seed ^ 2
    plain = seed ^ key
    assert plain == sum(project_id.encode()) & 0xFF
    data, before, last = bytearray(), version, key
    for byte in rest:
        plain = byte ^ (before + plain & 0xFF)
        before, last = last, byte
        data.append(plain)
    ignored = (seed & 6) // 2
    length = int.from_bytes(data[ignored:ignored + 4], "little")
    assert len(data) == ignored + 4 + length
    return bytes(data[ignored + 4:])


@given(st.binary(max_size=20), st.integers(0, 255))
def test_an_encrypted_field_is_decrypted(data: bytes, seed: int) -> None:
    assert decrypted("{A}", encrypt("{A}", data, seed)) == data


def test_the_project_is_neither_protected_nor_hidden() -> None:
    with olefile.OleFileIO(io.BytesIO(vba_project("sample", DOCUMENTS))) as ole:
        project = ole.openstream("PROJECT").read().decode("ascii")
    fields = dict(re.findall(r'^(ID|CMG|DPB|GC)="(.*)"', project, re.M))
    plain = [decrypted(fields["ID"], fields[name]) for name in ("CMG", "DPB", "GC")]
    assert plain == [bytes(4), bytes(1), bytes([255])]


@pytest.mark.parametrize("text", ["' 校验\n", "' caf\xe9\n"])
def test_source_that_is_not_ascii_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text[2:].strip()[-1]):
        vba_project("sample", [Module("Run", text)])
