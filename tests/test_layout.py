"""The grid of a table: every place is covered once, and the official merges are there."""

from __future__ import annotations

import pytest
from nianbao import form
from nianbao.layout import CORNER, HEAD, STUB, TITLE, Grid, Label, grids


def found(grid: Grid, text: str) -> Label:
    return next(label for label in grid.labels if label.text == text)


@pytest.mark.parametrize("form_id", form.form_ids())
def test_every_place_is_covered_exactly_once(form_id: str) -> None:
    for grid in grids(form.load(form_id)).values():
        area = sum(p.rows * p.columns for p in (*grid.labels, *grid.values))
        assert area == grid.rows * grid.columns == len(grid.at)


def test_the_tables_of_2021_have_the_official_size() -> None:
    sizes = {t: (g.rows, g.columns) for t, g in grids(form.load("gov-2021")).items()}
    assert sizes == {"t2": (14, 4), "t3": (28, 10), "t4": (4, 15)}


@pytest.mark.parametrize(("form_id", "height"), [("gov-2021", 22), ("gov-2019", 20)])
def test_the_outcome_label_spans_all_outcomes(form_id: str, height: int) -> None:
    grid = grids(form.load(form_id))["t3"]
    label = found(grid, "三、本年度办理结果")
    assert (label.row, label.column, label.rows, label.columns) == (5, 0, height, 1)


def test_the_head_of_the_application_table_is_merged_as_printed() -> None:
    grid = grids(form.load("gov-2021"))["t3"]
    corner = next(label for label in grid.labels if label.role == CORNER)
    assert (corner.rows, corner.columns, grid.head_rows) == (3, 3, 3)
    assert [(found(grid, t).rows, found(grid, t).columns) for t in ("申请人情况", "自然人", "法人或其他组织", "商业企业")] == [
        (1, 7), (2, 1), (1, 5), (1, 1),
    ]  # fmt: skip
    assert [
        (found(grid, t).columns) for t in ("一、本年新收政府信息公开申请数量", "（一）予以公开", "1.属于国家秘密")
    ] == [3, 2, 1]


def test_a_stack_of_blocks_has_titles_over_the_full_width_and_wide_numbers() -> None:
    grid = grids(form.load("gov-2021"))["t2"]
    assert [label.columns for label in grid.labels if label.role == TITLE] == [4, 4, 4, 4]
    assert next(v for v in grid.values if v.id == "t2.licence.decisions").columns == 3
    assert grid.head_rows == 0


def test_the_review_table_has_no_row_labels() -> None:
    grid = grids(form.load("gov-2021"))["t4"]
    assert not [label for label in grid.labels if label.role in (STUB, CORNER)]
    assert {label.role for label in grid.labels} == {HEAD}
    assert [v.id for v in grid.values][:2] == ["t4.review.upheld", "t4.review.corrected"]
