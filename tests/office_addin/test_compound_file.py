"""The container of a VBA project, as an independent reader sees it."""

from __future__ import annotations

import io

import olefile
import pytest
from hypothesis import given, strategies as st

from compound_file import Tree, compound_file

SIZES = [0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 8192, 64 * 1024]


def opened(tree: Tree) -> olefile.OleFileIO:
    """Open it so that the reader raises whatever it finds wrong, its own doubts included."""
    return olefile.OleFileIO(io.BytesIO(compound_file(tree)), raise_defects=olefile.DEFECT_UNSURE)


def content(tree: Tree) -> dict[str, bytes]:
    """Every stream by its path."""
    with opened(tree) as ole:
        return {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}


def pattern(size: int) -> bytes:
    """Bytes of which no two sectors are alike."""
    return b"".join(n.to_bytes(4, "big") for n in range(-(-size // 4)))[:size]


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_of_any_size_comes_back(size: int) -> None:
    assert content({"one": pattern(size)}) == {"one": pattern(size)}


def test_streams_of_all_sizes_side_by_side_come_back() -> None:
    tree = {f"stream {size}": pattern(size) for size in SIZES}
    assert content({"VBA": tree, **tree}) == {**tree, **{f"VBA/{name}": data for name, data in tree.items()}}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 15, 16, 130])
def test_so_many_small_streams_come_back(count: int) -> None:
    tree = {f"s{number}": pattern(100 + number) for number in range(count)}  # from 128 on, a second mini FAT sector
    assert content(tree) == tree


@pytest.mark.parametrize("sectors", range(120, 132))
def test_the_table_of_sectors_lists_all_of_them_and_itself(sectors: int) -> None:
    tree = {"one": pattern(512 * sectors)}
    assert content(tree) == tree
    with opened(tree) as ole:
        data = ole.fp.getvalue()
        assert len(data) % 512 == 0
        assert len(data) // 512 - 1 <= ole.num_fat_sectors * 128


LETTERS = st.characters(codec="ascii", exclude_characters="/\\:!", exclude_categories=["C"])
NAMES = st.text(LETTERS, min_size=1, max_size=31)


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=20))
def test_any_names_are_found(streams: dict[str, bytes]) -> None:
    tree = {name.upper(): data for name, data in streams.items()}
    with opened({"storage": tree}) as ole:
        assert {name: ole.openstream(["storage", name]).read() for name in tree} == tree


@pytest.mark.parametrize("count", range(1, 40))
def test_the_directory_is_a_red_black_tree(count: int) -> None:
    with opened({"x" * (1 + number % 7) + str(number): b"" for number in range(count)}) as ole:
        entries = ole.direntries

        def walk(sid: int, above: int) -> tuple[list[tuple[int, str]], int]:
            """Names in order below an entry, and how many black ones stand on every way down."""
            if sid == olefile.NOSTREAM:
                return [], 1
            entry = entries[sid]
            assert not (entry.color == above == 0), "two red ones in a row"
            left, black = walk(entry.sid_left, entry.color)
            right, other = walk(entry.sid_right, entry.color)
            assert black == other
            return [*left, (len(entry.name), entry.name.upper()), *right], black + entry.color

        names, _ = walk(entries[0].sid_child, 1)
        assert names == sorted(names)
        assert len(names) == count
        assert entries[entries[0].sid_child].color == 1, "the root is black"


def test_a_name_that_no_entry_holds_is_refused() -> None:
    for name in ("x" * 32, "a/b", "a!b"):
        with pytest.raises(ValueError, match="no name"):
            compound_file({name: b""})


def test_a_file_that_needs_more_than_the_header_lists_is_refused() -> None:
    assert content({"one": bytes(6_900_000)}) == {"one": bytes(6_900_000)}
    with pytest.raises(ValueError, match="do not fit"):
        compound_file({"one": bytes(7_200_000)})
