"""A CSV file of any kind as a table: bounded memory, and a sentence with a remedy for what cannot be used."""

from __future__ import annotations

import codecs
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from mdm.engine.matching import Labels, Table

LONGEST_CELL: Final = 2_000
MOST_COLUMNS: Final = 120
"""Columns after these are not compared: three hundred say no more than the first hundred."""
_LONGEST_FIELD: Final = 64 << 20
_SAMPLE: Final = 1 << 20
_DELIMITERS: Final = ",;\t|"
_STRAY: Final = "touchstone_as_windows"
_CODECS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


class FileProblem(Exception):
    """The file cannot be used; the text says why and what to do."""


def read_table(path: Path, *, id_column: str, source_column: str | None) -> tuple[Table, list[str]]:
    """The records of the file, and what a person should know about how it was read.

    Raises: FileProblem.
    """
    notes: list[str] = []
    with _opened(path, notes) as file:
        rows = _rows(file, path)
        heading = next(rows, None)
        if heading is None or not any(heading):
            raise FileProblem(f"{path}: it is empty. Export it again, with a heading in the first line.")
        places = _places(heading, path, id_column, source_column)
        ids, sources, columns = _cells(rows, path, places, notes)
    if not ids:
        raise FileProblem(f"{path}: it has a heading and no records. Export it again.")
    if len(places.columns) > MOST_COLUMNS:
        notes.append(f"{len(places.columns)} columns: only the first {MOST_COLUMNS} are compared.")
        columns = dict(list(columns.items())[:MOST_COLUMNS])
    return Table(ids, columns, sources if source_column else None), notes


def read_labels(path: Path, table: Table) -> Labels:
    """Verdicts from a file with id_l, id_r and same (1 or 0).

    Raises: FileProblem.
    """
    rows = {identifier: row for row, identifier in enumerate(table.ids)}
    found: list[tuple[int, int, bool]] = []
    with _opened(path, []) as file:
        reader = csv.DictReader(file)
        if not {"id_l", "id_r", "same"} <= set(reader.fieldnames or ()):
            raise FileProblem(f"{path}: it needs the columns id_l, id_r and same.")
        for line, row in enumerate(reader, 2):
            left, right = rows.get(row["id_l"]), rows.get(row["id_r"])
            if left is None or right is None:
                raise FileProblem(f"{path}, line {line}: {row['id_l']} or {row['id_r']} is not in the records.")
            if left != right:
                found.append((left, right, row["same"].strip() in ("1", "true", "yes", "same")))
    return Labels.of(found)


class _Places:
    def __init__(self, identifier: int, source: int | None, columns: dict[str, int], width: int) -> None:
        self.identifier = identifier
        self.source = source
        self.columns = columns
        self.width = width


def _places(heading: list[str], path: Path, id_column: str, source_column: str | None) -> _Places:
    names = [name.strip().lstrip("\ufeff") or f"column {at + 1}" for at, name in enumerate(heading)]
    by_name = {name: at for at, name in reversed(list(enumerate(names)))}
    for wanted in filter(None, (id_column, source_column)):
        if wanted not in by_name:
            have = ", ".join(names[:20])
            raise FileProblem(f"{path}: it has no column {wanted!r}. It has {have}. Name one with --id-column.")
    source = by_name[source_column] if source_column else None
    kept = dict(sorted(by_name.items(), key=lambda pair: pair[1]))
    columns = {name: at for name, at in kept.items() if at not in (by_name[id_column], source)}
    if not columns:
        raise FileProblem(f"{path}: beside the id there is no column to compare.")
    return _Places(by_name[id_column], source, columns, len(names))


def _cells(
    rows: Iterator[list[str]], path: Path, places: _Places, notes: list[str]
) -> tuple[list[str], list[str], dict[str, list[str | None]]]:
    ids: list[str] = []
    sources: list[str] = []
    columns: dict[str, list[str | None]] = {name: [] for name in places.columns}
    kept = list(zip(columns.values(), places.columns.values(), strict=True))
    seen: dict[str, int] = {}
    shared: dict[str, str] = {}
    short = 0
    for line, row in enumerate(rows, 2):
        if not any(row):
            continue
        short += len(row) < places.width
        identifier = row[places.identifier].strip() if len(row) > places.identifier else ""
        if not identifier:
            raise FileProblem(f"{path}, record {line - 1}: it has no id. Give every record an id of its own.")
        if identifier in seen:
            where = f"records {seen[identifier]} and {line - 1}"
            raise FileProblem(
                f"{path}: the id {identifier[:60]!r} is given twice, in {where}. Each record needs its own."
            )
        seen[identifier] = line - 1
        ids.append(identifier)
        if places.source is not None:
            sources.append(row[places.source] if len(row) > places.source else "")
        for column, at in kept:
            text = row[at][:LONGEST_CELL].strip() if len(row) > at else ""
            column.append(shared.setdefault(text, text) if text else None)
    if short:
        notes.append(f"{short:,} records have fewer cells than the heading; what is missing counts as empty.")
    return ids, sources, columns


def _rows(file: TextIO, path: Path) -> Iterator[list[str]]:
    csv.field_size_limit(min(_LONGEST_FIELD, sys.maxsize))
    sample = file.read(_SAMPLE)
    file.seek(0)
    head = sample.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=lambda each: (head.count(each), each == ","))
    lines = (line.replace("\0", "") for line in file)
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error as error:
        raise FileProblem(f"{path}: it cannot be read as CSV ({error}). Export it again as CSV in UTF-8.") from error


def _opened(path: Path, notes: list[str]) -> TextIO:
    """The file as text, in the encoding its bytes show."""
    try:
        with path.open("rb") as file:
            codec = _codec(file.read(4), path, notes)
    except OSError as error:
        raise FileProblem(f"{path}: {error.strerror or error}. Name a file that can be read.") from error
    return path.open(encoding=codec, errors="replace" if codec == "utf-16" else _STRAY, newline="")


def _codec(head: bytes, path: Path, notes: list[str]) -> str:
    for mark, codec in _CODECS:
        if head.startswith(mark):
            return codec
    if head.startswith((b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
        raise FileProblem(f"{path}: this is no text file. Export the records as CSV.")
    try:
        with path.open(encoding="utf-8") as file:
            while file.read(_SAMPLE):
                pass
    except UnicodeDecodeError:
        notes.append("Not all of the file is UTF-8: letters that are not were read as Windows text (cp1252).")
    return "utf-8"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Windows text: a file put together from several exports keeps its letters."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_STRAY, _as_windows)
