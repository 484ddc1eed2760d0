"""Write vbaProject.bin from VBA source text ([MS-OVBA]). The same modules give the same bytes.

Only the source is stored, no compiled code: Office compiles it when the project is opened, as it does with every
project that a program other than Office wrote.
"""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass
from typing import Sequence

from compound_file import compound_file

_CODE_PAGE = 1252  # of names and source; only its ASCII half is used
_US_ENGLISH = 0x409
_CHUNK = 4096
# 2.3.4.2.2: the libraries Excel gives every project, VBA and Excel itself excepted.
_REFERENCES = {
    "stdole": r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation",
    "Office": r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
              r"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
}
_WORKBOOK, _WORKSHEET = "00020819-0000-0000-C000-000000000046", "00020820-0000-0000-C000-000000000046"
_DOCUMENT = """\
Attribute VB_Name = "{name}"
Attribute VB_Base = "0{{{base}}}"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = True
Attribute VB_Exposed = True
Attribute VB_TemplateDerived = False
Attribute VB_Customizable = True
"""


@dataclass(frozen=True)
class Module:
    """A module as text, its Attribute lines included; a document module belongs to the workbook or to a sheet."""

    name: str
    text: str
    document: bool = False


def workbook_module(name: str) -> Module:
    """The empty module of a workbook; its name is the codeName in workbook.xml."""
    return Module(name, _DOCUMENT.format(name=name, base=_WORKBOOK), document=True)


def sheet_module(name: str) -> Module:
    """The empty module of a sheet; its name is the codeName in the sheet's part."""
    return Module(name, _DOCUMENT.format(name=name, base=_WORKSHEET), document=True)


def vba_project(name: str, modules: Sequence[Module]) -> bytes:
    """Return vbaProject.bin; text that is not ASCII is a ValueError."""
    return compound_file({
        "VBA": {
            **{module.name: compress(_source(module)) for module in modules},
            "_VBA_PROJECT": struct.pack("<HHBH", 0x61CC, 0xFFFF, 0, 0),  # 2.3.4.1: no performance cache
            "dir": compress(_directory(name, modules)),
        },
        "PROJECT": _project(name, modules),
        "PROJECTwm": b"".join(
            _ascii(module.name) + b"\0" + module.name.encode("utf-16le") + b"\0\0" for module in modules) + b"\0\0",
    })


def _source(module: Module) -> bytes:
    return _ascii("\r\n".join(module.text.splitlines()) + "\r\n")


def _ascii(text: str) -> bytes:
    try:
        return text.encode("ascii")
    except UnicodeEncodeError as error:
        wrong = text[error.start:error.end]
        raise ValueError(f"VBA is stored in a code page, so it has to be ASCII, and this is not: {wrong}") from error


# ---------------------------------------------------------------- 2.3.4.2, the dir stream


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HI", kind, len(content)) + content


def _text(kind: int, unicode_kind: int, text: str) -> bytes:
    """Most texts stand twice, in the code page and in Unicode."""
    return _record(kind, _ascii(text)) + _record(unicode_kind, text.encode("utf-16le"))


def _number(kind: int, number: int) -> bytes:
    return _record(kind, struct.pack("<I", number))


def _short(kind: int, number: int) -> bytes:
    return _record(kind, struct.pack("<H", number))


def _directory(name: str, modules: Sequence[Module]) -> bytes:
    return b"".join([
        _number(0x01, 1),  # system: Windows
        _number(0x02, _US_ENGLISH),
        _number(0x14, _US_ENGLISH),
        _short(0x03, _CODE_PAGE),
        _record(0x04, _ascii(name)),
        _text(0x05, 0x40, ""),  # description
        _record(0x06) + _record(0x3D),  # help file, twice
        _number(0x07, 0),  # help context
        _number(0x08, 0),  # flags
        struct.pack("<HIIH", 0x09, 4, 1, 1),  # version; its size field does not count the last number (2.3.4.2.1.11)
        _text(0x0C, 0x3C, ""),  # constants
        *(_reference(library, path) for library, path in _REFERENCES.items()),
        _short(0x0F, len(modules)),
        _short(0x13, 0xFFFF),  # cookie
        *map(_module, modules),
        _record(0x10),
    ])


def _reference(name: str, library: str) -> bytes:
    path = _ascii(library)
    return _text(0x16, 0x3E, name) + _record(0x0D, struct.pack("<I", len(path)) + path + bytes(6))


def _module(module: Module) -> bytes:
    return b"".join([
        _text(0x19, 0x47, module.name),
        _text(0x1A, 0x32, module.name),  # its stream
        _text(0x1C, 0x48, ""),  # description
        _number(0x31, 0),  # where the source begins in the stream: at once, no compiled code before it
        _number(0x1E, 0),  # help context
        _short(0x2C, 0xFFFF),  # cookie
        _record(0x22 if module.document else 0x21),
        _record(0x2B),
    ])


# ---------------------------------------------------------------- 2.3.1, the PROJECT stream


def _project(name: str, modules: Sequence[Module]) -> bytes:
    project_id = "{%s}" % str(uuid.uuid5(uuid.NAMESPACE_DNS, f"vba.{name}")).upper()
    return _ascii("".join(f"{line}\r\n" for line in [
        f'ID="{project_id}"',
        *(f"Document={m.name}/&H00000000" if m.document else f"Module={m.name}" for m in modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{encrypt(project_id, bytes(4), 0x5A)}"',  # 2.3.1.15: not protected
        f'DPB="{encrypt(project_id, bytes(1), 0x5C)}"',  # 2.3.1.16: no password
        f'GC="{encrypt(project_id, bytes([0xFF]), 0x5E)}"',  # 2.3.1.17: visible
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{m.name}=0, 0, 0, 0, C" for m in modules),
    ]))


def encrypt(project_id: str, data: bytes, seed: int) -> str:
    """2.4.3.2, data encryption: it hides nothing, but a project whose fields are not written so is refused."""
    key = sum(_ascii(project_id)) & 0xFF
    before, last, plain = seed ^ 2, seed ^ key, key  # version 2 of the scheme
    encrypted = [seed, before, last]
    for byte in bytes((seed & 6) // 2) + struct.pack("<I", len(data)) + data:
        before, last, plain = last, byte ^ ((before + plain) & 0xFF), byte
        encrypted.append(last)
    return bytes(encrypted).hex().upper()


# ---------------------------------------------------------------- 2.4.1, compression


def compress(data: bytes) -> bytes:
    """Return a compressed container; an incompressible rest that the format can only pad is a ValueError."""
    return b"\x01" + b"".join(_chunk(data[start:start + _CHUNK]) for start in range(0, len(data), _CHUNK))


def _chunk(data: bytes) -> bytes:
    """One chunk with its header: size, signature, and whether it is compressed (2.4.1.1.5)."""
    body = _tokens(data)
    if len(body) <= _CHUNK:
        return struct.pack("<H", 0xB000 | len(body) - 1) + body
    if len(data) < _CHUNK:
        raise ValueError("an incompressible rest would be read back with zeros behind it")
    return struct.pack("<H", 0x3000 | _CHUNK - 1) + data


def _tokens(data: bytes) -> bytes:
    """Groups of eight tokens, each behind a byte that says which of them are copies."""
    out, seen, at = bytearray(), dict[bytes, list[int]](), 0
    while at < len(data):
        flags, group = 0, bytearray()
        for bit in range(8):
            if at == len(data):
                break
            offset_bits = max((at - 1).bit_length(), 4)  # 2.4.1.3.19.1: the further on, the fewer bits for the length
            length, offset = _longest(data, at, seen, (0xFFFF >> offset_bits) + 3)
            if length:
                flags |= 1 << bit
                group += struct.pack("<H", offset - 1 << 16 - offset_bits | length - 3)
            else:
                group.append(data[at])
            for position in range(at, at + max(length, 1)):
                seen.setdefault(data[position:position + 3], []).append(position)
            at += max(length, 1)
        out.append(flags)
        out += group
    return bytes(out)


def _longest(data: bytes, at: int, seen: dict[bytes, list[int]], most: int) -> tuple[int, int]:
    """Length and distance of the longest earlier run of at least three bytes that goes on at `at`, (0, 0) if none."""
    most = min(most, len(data) - at)
    best, offset = 0, 0
    for start in reversed(seen.get(data[at:at + 3], ())):
        length = next((n for n in range(most) if data[start + n] != data[at + n]), most)
        if length > best:
            best, offset = length, at - start
    return (best, offset) if best >= 3 else (0, 0)
