"""Rows of a UTF-8 text table, read from any byte on: what makes a long read resumable."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from mdm.kernel.errors import Invalid, NotFound

# A cell longer than this is an open quotation mark or no table; a bound keeps the memory of one row bounded.
MAX_CELL_CHARACTERS = 16 << 20
csv.field_size_limit(MAX_CELL_CHARACTERS)


@dataclass(frozen=True)
class Place:
    """Where reading goes on: the byte, and the number of the row that starts there (lines, or rows of a worksheet)."""

    offset: int
    row: int


@dataclass(frozen=True)
class Row:
    """One row as its file has it; `fault` says why it has no usable cells."""

    number: int
    cells: list[str]
    fault: str = ""


class RowReader:
    """Iterates over the rows from `start`; `place` is always just behind the row that came last."""

    def __init__(self, path: Path, *, delimiter: str, start: Place, by_line: bool = True) -> None:
        self._path = path
        self._delimiter = delimiter
        self._by_line = by_line
        self._offset = start.offset
        self._line = start.row
        self.place = start

    def __iter__(self) -> Iterator[Row]:
        with self._open() as source:
            source.seek(self._offset)
            yield from self._rows(csv.reader(self._lines(source), delimiter=self._delimiter, strict=True))

    def _open(self) -> IO[bytes]:
        try:
            return open(self._path, "rb")
        except FileNotFoundError as error:
            raise NotFound(
                "The uploaded file is no longer there.",
                field="file",
                value=self._path.name,
                remedy="Send it again; where several hosts run workers, they need to share the folder of uploads.",
            ) from error

    def _rows(self, reader: Iterator[list[str]]) -> Iterator[Row]:
        while True:
            number = self.place.row
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                row = Row(number, [], self._fault(error, number))
            else:
                row = Row(number, cells)
            self.place = Place(self._offset, self._line if self._by_line else number + 1)
            yield row

    def _lines(self, source: IO[bytes]) -> Iterator[str]:
        for raw in iter(partial(source.readline, MAX_CELL_CHARACTERS), b""):
            if len(raw) == MAX_CELL_CHARACTERS:
                raise _endless(self._line)
            self._offset += len(raw)
            self._line += 1
            yield raw.decode()

    def _fault(self, error: csv.Error, number: int) -> str:
        text = str(error)
        if "unexpected end of data" in text or "field larger" in text:
            raise Invalid(
                f"The quotation mark opened in row {number} is never closed, so the rows after it cannot be read.",
                field="file",
                value=f"row {number}",
                remedy="Close it, or double it where it belongs to the text, and send the file again.",
            ) from error
        return "A quotation mark stands in the middle of a cell; double it, or put the whole cell in quotation marks."


def _endless(line: int) -> Invalid:
    return Invalid(
        f"Line {line} is longer than {MAX_CELL_CHARACTERS >> 20} MB, so this is no table of rows.",
        field="file",
        value=f"line {line}",
        remedy="Export the file again as CSV with one record per line.",
    )
