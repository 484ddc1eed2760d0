"""Addresses of cells without any cells."""

from __future__ import annotations

import pytest

from nianbao.columns import column_name, column_number
from nianbao.hosts.libreoffice.places import COLUMNS, ROWS, Place, parse, quoted


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A1", Place(1, 1)),
        ("$AB$10", Place(10, 28)),
        ("b3:d9", Place(3, 2, 7, 3)),
        ("D9:B3", Place(3, 2, 7, 3)),
        ("B:D", Place(1, 2, ROWS, 3)),
        ("3:9", Place(3, 1, 7, COLUMNS)),
        ("XFD1048576", Place(ROWS, COLUMNS)),
    ],
)
def test_an_address_is_a_rectangle(text: str, place: Place) -> None:
    assert parse(text) == place
    assert parse(place.address()) == place


@pytest.mark.parametrize("text", ["名称", "A0", "XFE1", "A1048577", "B", "3", "A1:B", "A:3", "A1:B2:C3", "", "A1,B2"])
def test_what_is_no_address_may_be_a_name(text: str) -> None:
    assert parse(text) is None


def test_columns_count_as_in_excel() -> None:
    assert [column_name(n) for n in (1, 26, 27, 702, 703, COLUMNS)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_number(column_name(n)) == n for n in range(1, COLUMNS + 1))


def test_an_address_may_be_relative() -> None:
    assert Place(3, 2, 2, 2).address(row_absolute=False) == "$B3:$C4"
    assert Place(3, 2).address(False, False) == "B3"


def test_a_name_of_a_sheet_is_quoted_where_it_must_be() -> None:
    assert [quoted(name) for name in ("申请情况", "a b", "it's", "2021", "A1")] == [
        "申请情况", "'a b'", "'it''s'", "'2021'", "'A1'",
    ]  # fmt: skip
