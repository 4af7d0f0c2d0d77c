"""What spreadsheets and careless exports do to cells. Text is looked at, never evaluated."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

MAX_CELL = 10_000
_FORMULA = re.compile(r"[=@]|[+-](?![\d\s(.,+\-–/]|$)")
_SHORTENED = re.compile(r"-?\d[.,]?\d*[eE]\+\d+")
_EXCEL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")
# One search over the row's JSON finds candidates: a cell begins after `["` or `, "`; a look at the cells then decides.
_SUSPECT = re.compile(r'(?:\["|, ")(?:[=@]|[+-](?![\d\s(.,])|#[NRVD]|-?\d[.,]?\d*[eE]\+)')

encode_cells: Callable[[list[str]], str] = json.JSONEncoder(ensure_ascii=False).encode

NUL = "has a NUL byte"
LOST = "has a character that was lost before it came here (�)"
LONG = f"is longer than {MAX_CELL:,} characters"
SHORTENED = "was shortened by a spreadsheet: digits are lost"
EXCEL_ERROR = "is a spreadsheet's error, not a value"
REMEDIES = {
    NUL: "Remove the NUL byte; it usually means a wrong encoding or a broken export.",
    LOST: "Export the file again as UTF-8.",
    LONG: "Shorten it; a quotation mark that is never closed also looks like this.",
    SHORTENED: "Format the column as text in the spreadsheet and export again from the system.",
    EXCEL_ERROR: "Mend the formula in the spreadsheet, or leave the cell empty.",
}


def fault_of_row(cells: list[str], text: str) -> tuple[int, str] | None:
    """Return (index of the cell, fault) where a row cannot be kept as it is. `text` is `encode_cells(cells)`."""
    if "\\u0000" in text or "\ufffd" in text:
        for index, cell in enumerate(cells):
            if "\0" in cell:
                return index, NUL
            if "\ufffd" in cell:
                return index, LOST
    if len(text) > MAX_CELL:
        for index, cell in enumerate(cells):
            if len(cell) > MAX_CELL:
                return index, LONG
    return None


def suspicious(text: str) -> bool:
    """Is a closer look at the cells of this row worth it?"""
    return _SUSPECT.search(text) is not None


def shortened(cell: str) -> bool:
    """Is this what a spreadsheet leaves of a long number, such as 1.29273E+11?"""
    return _SHORTENED.fullmatch(cell) is not None


def excel_error(cell: str) -> bool:
    return _EXCEL_ERROR.fullmatch(cell) is not None


def formula(cell: str) -> bool:
    """Does the cell look like a formula that was meant to run somewhere? Phone numbers and negative numbers do not."""
    return _FORMULA.match(cell) is not None
