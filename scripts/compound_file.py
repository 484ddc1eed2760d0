"""Write a compound file ([MS-CFB], version 3): the container of a VBA project. The same tree gives the same bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Mapping, Union

Tree = Mapping[str, Union[bytes, "Tree"]]  # a storage: name -> stream or storage

_SECTOR, _MINI_SECTOR = 512, 64  # 2.2
_CUTOFF = 4096  # a shorter stream lies in the mini stream
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD  # 2.1: also "no stream" in the directory
_STORAGE, _STREAM, _ROOT = 1, 2, 5  # 2.6.1
_RED, _BLACK = 0, 1
_HEADER_FATS = 109  # 2.2: so many sectors of the FAT are listed in the header itself


class _Sectors:
    """Data in sectors of one size, and the table that says which sector follows which (2.3, 2.4)."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray()
        self.table: list[int] = []

    def add(self, content: bytes) -> int:
        """Append content and return its first sector."""
        count = -(-len(content) // self.size)
        if not count:
            return _END
        first = len(self.table)
        self.table += [*range(first + 1, first + count), _END]
        self.data += content.ljust(count * self.size, b"\0")
        return first


@dataclass
class _Entry:
    """A directory entry (2.6.1)."""

    name: str
    kind: int
    content: bytes = b""
    color: int = _BLACK
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    first: int = 0
    size: int = 0

    def packed(self) -> bytes:
        name = self.name.encode("utf-16le")
        if len(name) > 62 or set(self.name) & set("/\\:!"):
            raise ValueError(f"no name for a stream or storage: {self.name}")
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBB3I", len(name) + 2, self.kind, self.color, self.left, self.right, self.child)
            + bytes(16 + 4 + 8 + 8)  # class id, state bits, creation and modification time
            + struct.pack("<IQ", self.first, self.size)
        )


def compound_file(tree: Tree) -> bytes:
    """Return the file with these storages and streams."""
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _add(tree, entries)
    sectors, mini = _Sectors(_SECTOR), _Sectors(_MINI_SECTOR)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.size = len(entry.content)
            entry.first = (sectors if entry.size >= _CUTOFF else mini).add(entry.content)
    entries[0].first, entries[0].size = sectors.add(bytes(mini.data)), len(mini.data)
    mini_fat = _table(mini.table)
    first_mini_fat = sectors.add(mini_fat)
    unused = struct.pack("<64xHBB3I", 0, 0, 0, _FREE, _FREE, _FREE).ljust(128, b"\0")  # 2.6.1, of a free entry
    directory = b"".join(entry.packed() for entry in entries) + unused * (-len(entries) % 4)
    first_directory = sectors.add(directory)
    return _with_fat(sectors, first_directory, first_mini_fat, len(mini_fat) // _SECTOR)


def _add(tree: Tree, entries: list[_Entry]) -> int:
    """Append the entries of a storage and of all below it; return the one its parent points at."""
    members = []
    for name, content in tree.items():
        members.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name, _STREAM, content))
        else:
            entries.append(_Entry(name, _STORAGE))
            entries[members[-1]].child = _add(content, entries)
    # 2.6.4: shorter names first, names of one length by their upper case.
    members.sort(key=lambda i: (len(entries[i].name.encode("utf-16le")), entries[i].name.upper()))
    top = _balance(members, entries, len(members).bit_length() - 1)
    if members:
        entries[top].color = _BLACK  # of a single entry, too
    return top


def _balance(members: list[int], entries: list[_Entry], below: int) -> int:
    """Link sorted siblings as a balanced tree; red nodes on its last level alone make it a red-black tree (2.6.4)."""
    if not members:
        return _FREE
    middle = len(members) // 2
    top = entries[members[middle]]
    top.color = _BLACK if below else _RED
    top.left = _balance(members[:middle], entries, below - 1)
    top.right = _balance(members[middle + 1:], entries, below - 1)
    return members[middle]


def _table(numbers: list[int]) -> bytes:
    """Sector numbers as whole sectors."""
    padded = numbers + [_FREE] * (-len(numbers) % (_SECTOR // 4))
    return struct.pack(f"<{len(padded)}I", *padded)


def _with_fat(sectors: _Sectors, directory: int, mini_fat: int, mini_fats: int) -> bytes:
    """The whole file: header (2.2), sectors, and the FAT, which lists its own sectors too, behind them."""
    used, fats = len(sectors.table), 1
    while (used + fats) * 4 > fats * _SECTOR:
        fats += 1
    if fats > _HEADER_FATS:
        raise ValueError("more than 7 MB do not fit")
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack(
        "<5H6x9I",
        0x3E, 3, 0xFFFE, 9, 6,  # versions, byte order, the two sector sizes as powers of two
        0, fats, directory, 0, _CUTOFF, mini_fat, mini_fats, _END, 0,
    )
    listed = [*range(used, used + fats), *[_FREE] * (_HEADER_FATS - fats)]
    return header + struct.pack(f"<{_HEADER_FATS}I", *listed) + sectors.data + _table(sectors.table + [_FAT] * fats)
