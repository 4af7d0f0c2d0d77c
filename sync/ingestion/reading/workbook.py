"""A worksheet as a text table: guarded before it is opened, read by a process of its own with limits."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from mdm.kernel.errors import Invalid, TooLarge

MAX_UNPACKED = 200 << 20
MAX_RATIO = 100
MAX_ENTRIES = 1_000
_RATIO_MATTERS_FROM = 10 << 20
_SECONDS = 45
_WORKER = Path(__file__).with_name("workbook_worker.py")


@dataclass(frozen=True)
class Worksheet:
    """One worksheet written as CSV: its name, the names of all sheets, its rows."""

    sheet: str
    sheets: tuple[str, ...]
    rows: int


def is_workbook(head: bytes) -> bool:
    return head.startswith(b"PK")


def guard_archive(path: Path, name: str) -> None:
    """Raise unless the workbook unpacks to something reasonable; nothing is unpacked to find out."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise _unreadable(name, "its archive is damaged") from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if len(entries) > MAX_ENTRIES:
        raise _bomb(name, f"has {len(entries):,} parts (at most {MAX_ENTRIES:,})")
    if unpacked > MAX_UNPACKED:
        raise _bomb(name, f"unpacks to {unpacked >> 20:,} MB (at most {MAX_UNPACKED >> 20} MB)")
    if unpacked > _RATIO_MATTERS_FROM and unpacked / packed > MAX_RATIO:
        raise _bomb(name, f"unpacks to {unpacked // packed:,} times its size (at most {MAX_RATIO} times)")
    if not any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise _unreadable(name, "it is an archive, but not a workbook")


def write_worksheet(source: Path, target: Path, *, name: str, sheet: str = "") -> Worksheet:
    """Write one worksheet of `source` (the first, or `sheet`) as CSV with one record per row of the sheet.

    Raises: Invalid when the workbook cannot be read or lacks the sheet; TooLarge when it looks like a bomb.
    """
    guard_archive(source, name)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_WORKER), str(source), str(target), sheet, str(_SECONDS)],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _bomb(name, f"takes more than {_SECONDS} seconds to read") from error
    if done.returncode:
        raise _bomb(name, "needs more memory or time to read than a workbook of its size should")
    answer = json.loads(done.stdout)
    if error_text := answer.get("error"):
        raise _refused(name, sheet, error_text, tuple(answer.get("sheets", ())))
    return Worksheet(sheet=answer["sheet"], sheets=tuple(answer["sheets"]), rows=answer["rows"])


def _refused(name: str, sheet: str, text: str, sheets: tuple[str, ...]) -> Invalid:
    if text == "no such sheet":
        return Invalid(
            f"The workbook {name} has no sheet {sheet}.",
            field="sheet",
            value=sheet,
            remedy=f"Its sheets are {', '.join(sheets)}.",
        )
    if text == "password":
        return Invalid(
            f"The workbook {name} is protected by a password.",
            field="file",
            value=name,
            remedy="Save it without one.",
        )
    return _unreadable(name, text)


def _unreadable(name: str, why: str) -> Invalid:
    return Invalid(
        f"The workbook {name} cannot be read: {why}.",
        field="file",
        value=name,
        remedy="Open it in the spreadsheet, save it as .xlsx again, or export CSV.",
    )


def _bomb(name: str, why: str) -> TooLarge:
    return TooLarge(
        f"The workbook {name} {why}.", field="file", value=name, remedy="Split it, or export the sheet as CSV."
    )
