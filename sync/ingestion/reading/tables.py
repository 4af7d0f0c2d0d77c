"""What a file is: its form, encoding, delimiter and header row, found before anything is believed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from mdm.kernel.errors import DomainError, Invalid, TooLarge
from sync.ingestion.reading import encodings, workbook
from sync.ingestion.reading.files import KeptFile, fresh_path
from sync.ingestion.reading.rows import Place, Row, RowReader

DELIMITERS = (",", ";", "\t", "|")
MAX_COLUMNS = 1_000
HELPER_COLUMNS = ("_row", "_field", "_value", "_error", "_remedy")
MAPPING_HELPERS = ("_left_code", "_right_code", "_row", "_outcome", "_error", "_remedy")
_HEADER_WITHIN = 50
_HEAD = 1 << 18
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class Table:
    """A file that can be read row by row: UTF-8 on disk, its header found. `notes` are doubts a person should see."""

    name: str
    stored: str
    form: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    start: Place
    by_line: bool
    size: int
    sha256: str
    sheet: str = ""
    notes: tuple[str, ...] = field(default=())

    def rows(self, folder: Path, start: Place | None = None) -> RowReader:
        """Return a reader of the rows below the header, or from `start` on."""
        path = folder / self.stored
        return RowReader(path, delimiter=self.delimiter, start=start or self.start, by_line=self.by_line)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Table:
        lists = {"columns": tuple(content["columns"]), "notes": tuple(content["notes"])}
        return cls(**{**content, **lists, "start": Place(**content["start"])})


@dataclass(frozen=True)
class Wishes:
    """What the sender says about the form of a file; empty means: find out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


FIND_OUT = Wishes()


def open_table(kept: KeptFile, wishes: Wishes = FIND_OUT) -> Table:
    """Return the kept file as a table; it is rewritten beside itself where it was not UTF-8 text.

    Raises: Invalid, TooLarge: the file is no table, or not one that can be read without guessing.
    """
    with open(kept.path, "rb") as source:
        head = source.read(4096)
    target = fresh_path(kept.path.parent, ".csv")
    try:
        if workbook.is_workbook(head):
            return _open_workbook(kept, target, wishes)
        encodings.refuse_foreign(head if not wishes.encoding.startswith("utf-16") else b"", kept.name)
        return _open_text(kept, target, wishes)
    except DomainError:
        target.unlink(missing_ok=True)
        raise


def _open_workbook(kept: KeptFile, target: Path, wishes: Wishes) -> Table:
    sheet = workbook.write_worksheet(kept.path, target, name=kept.name, sheet=wishes.sheet)
    kept.path.unlink()
    others = [name for name in sheet.sheets if name != sheet.sheet]
    notes = (f"Only the sheet {sheet.sheet} is read; not {', '.join(others)}.",) if others and not wishes.sheet else ()
    start, columns = _find_header(target, ",", by_line=False, name=kept.name)
    return Table(
        name=kept.name, stored=target.name, form="xlsx", encoding="utf-8", delimiter=",", columns=columns, start=start,
        by_line=False, size=kept.size, sha256=kept.sha256, sheet=sheet.sheet, notes=notes,
    )  # fmt: skip


def _open_text(kept: KeptFile, target: Path, wishes: Wishes) -> Table:
    encoding = encodings.Encoding(wishes.encoding) if wishes.encoding else encodings.detect_encoding(kept.path)
    path = _as_utf8(kept.path, target, encoding)
    head = _head(path)
    delimiter = wishes.delimiter or _detect_delimiter(head)
    start, columns = _find_header(path, delimiter, by_line=True, name=kept.name)
    _refuse_one_column(columns, delimiter, head, kept.name)
    notes = (encoding.doubt,) if encoding.doubt else ()
    return Table(
        name=kept.name, stored=path.name, form="tsv" if delimiter == "\t" else "csv", encoding=encoding.codec,
        delimiter=delimiter, columns=columns, start=start, by_line=True,
        size=kept.size, sha256=kept.sha256, notes=notes,
    )  # fmt: skip


def _as_utf8(path: Path, target: Path, encoding: encodings.Encoding) -> Path:
    with open(path, "rb") as source:
        head = source.read(_HEAD)
    if encoding.codec == "utf-8" and not encoding.doubt and (b"\n" in head or b"\r" not in head):
        return path
    encodings.write_utf8(path, target, encoding.codec)
    path.unlink()
    return target


def _head(path: Path) -> list[str]:
    """Return the first whole lines of the file."""
    with open(path, encoding="utf-8", errors="replace", newline="") as source:
        return source.read(_HEAD).splitlines(keepends=True)[:200]


def _detect_delimiter(head: Sequence[str]) -> str:
    """Return the delimiter under which most lines have the same number of columns, and more than one."""
    return max(DELIMITERS, key=lambda delimiter: _regularity(head, delimiter))


def _regularity(head: Sequence[str], delimiter: str) -> tuple[float, int]:
    try:
        widths = Counter(len(row) for row in islice(csv.reader(head, delimiter=delimiter), 100) if row)
    except csv.Error:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
    return (count / widths.total(), width) if width > 1 else (0.0, 0)


def _find_header(path: Path, delimiter: str, *, by_line: bool, name: str) -> tuple[Place, tuple[str, ...]]:
    """Return where the data begins and the column names: the first row as wide as most, with no empty name inside."""
    reader = RowReader(path, delimiter=delimiter, start=Place(0, 1), by_line=by_line)
    seen: list[tuple[Row, Place]] = []
    for row in islice(reader, _HEADER_WITHIN):
        if len(row.cells) > MAX_COLUMNS:
            raise _too_wide(name, row)
        if any(cell.strip() for cell in row.cells):
            seen.append((row, reader.place))
    if not seen:
        raise Invalid(f"The file {name} has no rows.", field="file", value=name, remedy="Export it again.")
    header, place = next(entry for entry in seen if _may_be_header(entry[0], [row for row, _ in seen]))
    return place, _names(header, name)


def _may_be_header(row: Row, rows: Sequence[Row]) -> bool:
    """As many cells as most rows have, and not nearly empty, as the title lines above a table are."""
    usual = Counter(len(other.cells) for other in rows).most_common(1)[0][0]
    fullest = max(_filled(other) for other in rows if len(other.cells) == usual)
    return len(row.cells) == usual and _filled(row) * 2 >= fullest


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _names(header: Row, name: str) -> tuple[str, ...]:
    columns = tuple(cell.strip().lstrip("\ufeff").strip() for cell in header.cells)
    twice = [column for column, count in Counter(column for column in columns if column).items() if count > 1]
    if twice:
        raise Invalid(
            f"Row {header.number} of {name} names the column {twice[0]} twice, so its values cannot be told apart.",
            field=twice[0],
            value=twice[0],
            remedy="Rename or remove one of the two columns.",
        )
    return columns


def _refuse_one_column(columns: Sequence[str], delimiter: str, head: Sequence[str], name: str) -> None:
    """One column with another delimiter inside its name is a wrong delimiter, not a table of one column."""
    if len(columns) > 1:
        return
    inside = [other for other in DELIMITERS if other != delimiter and other in columns[0]]
    if inside:
        raise Invalid(
            f"With the delimiter {_NAMES.get(delimiter, delimiter)} the file {name} has one column only; "
            f"its header contains {_NAMES[inside[0]]}s.",
            field="delimiter",
            value=delimiter,
            remedy=f"Read it with the delimiter {_NAMES[inside[0]]}.",
        )


def _too_wide(name: str, row: Row) -> TooLarge:
    return TooLarge(
        f"Row {row.number} of {name} has {len(row.cells):,} columns; a table has at most {MAX_COLUMNS:,}.",
        field="file",
        value=f"row {row.number}",
        remedy="Check the delimiter, or send only the columns that are needed.",
    )
