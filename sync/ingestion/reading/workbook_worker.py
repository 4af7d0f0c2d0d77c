"""The process that opens a workbook: path in, CSV out, one line of JSON to say how it went. Imports nothing of ours."""

from __future__ import annotations

import csv
import datetime
import json
import os
import resource
import sys
from collections.abc import Iterator

import python_calamine

_MEMORY = 3 << 30
_EXACT_BELOW = 1e15  # a spreadsheet keeps 15 digits; beyond, the number on the sheet is no longer the number typed


def text_of(cell: object) -> str:
    """Return the cell as a system would have exported it: no `.0`, ISO dates, true and false."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        return _number(cell)
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep="T")
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return str(cell)


def _number(cell: int | float) -> str:
    if abs(cell) >= _EXACT_BELOW:
        return f"{cell:.5E}"
    return str(int(cell)) if cell == int(cell) else repr(cell)


def rows_of(sheet: python_calamine.CalamineSheet) -> Iterator[list[str]]:
    """Yield every row of the sheet from row 1 and column A on, so that row numbers are the sheet's own."""
    first_row, first_column = sheet.start or (0, 0)
    for _ in range(first_row):
        yield []
    margin = [""] * first_column
    for row in sheet.to_python(skip_empty_area=True):
        yield margin + [text_of(cell) for cell in row]


def convert(source: str, target: str, wanted: str) -> dict[str, object]:
    """Write the wanted sheet (default: the first) and return what was found."""
    with python_calamine.load_workbook(source) as book:
        sheets = book.sheet_names
        if wanted and wanted not in sheets:
            return {"error": "no such sheet", "sheets": sheets}
        name = wanted or sheets[0]
        count = 0
        with open(target, "x", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            for row in rows_of(book.get_sheet_by_name(name)):
                # A record of one empty cell is written for an empty row, so that rows keep their numbers.
                writer.writerow(row if any(row) else [""])
                count += 1
    return {"sheet": name, "sheets": sheets, "rows": count}


def limit(seconds: int) -> None:
    """Bound what a hostile workbook can cost: it ends this process, and nothing else."""
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    limit(int(sys.argv[4]))
    try:
        answer = convert(*sys.argv[1:4])
    except python_calamine.PasswordError:
        answer = {"error": "password"}
    except (python_calamine.CalamineError, OSError, IndexError) as error:
        answer = {"error": str(error)[:300] or "it is damaged"}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
