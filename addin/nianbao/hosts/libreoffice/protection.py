"""What Excel forbids on a protected sheet or workbook, and UNO does silently or refuses without a word.

Excel lets a sheet's owner permit single changes, of formats for example; LibreOffice keeps those permissions but does
not tell them. So a change of format counts as forbidden on every protected sheet, which is Excel's own default.
"""

from __future__ import annotations

from typing import Any

from ...errors import LockedError


def check_content(sheet: Any, cells: Any, address: str) -> None:
    """Refuse to change the content of locked cells. Cells that differ in it count as locked, as in Excel."""
    if sheet.isProtected():
        mixed = cells.getPropertyState("CellProtection").value == "AMBIGUOUS_VALUE"
        if mixed or cells.CellProtection.IsLocked:
            raise LockedError(
                "sheet-protected",
                f"工作表“{sheet.Name}”受保护，{address} 中有锁定的单元格，没有写入，请先撤销工作表保护。",
            )


def check_format(sheet: Any, address: str) -> None:
    """Refuse to change how cells look, their notes or merges."""
    if sheet.isProtected():
        raise LockedError(
            "sheet-protected", f"工作表“{sheet.Name}”受保护，{address} 的格式不能改动，请先撤销工作表保护。"
        )


def check_structure(document: Any) -> None:
    """Refuse to add, remove, rename, move or hide sheets."""
    if document.isProtected():
        raise LockedError("book-protected", "工作簿的结构受保护，不能增加、删除或改动工作表，请先撤销工作簿保护。")
