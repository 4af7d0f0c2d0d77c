"""A list as a file: CSV, CSV for a spreadsheet in a comma-decimal locale, XLSX, JSON without loss.

A spreadsheet must never run what a system sent us: cells that would be read as a formula get an apostrophe.
JSON is for programs and keeps every value as it is.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mdm.kernel.errors import Invalid

if TYPE_CHECKING:
    from mdm.web.lists import Asked, Column, ListSpec

KINDS: tuple[tuple[str, str | Promise], ...] = (
    ("csv", _("CSV")),
    ("excel", _("CSV for Excel (;)")),
    ("xlsx", _("Excel workbook (XLSX)")),
    ("json", _("JSON")),
)
CHUNK = 1_000
ROWS_AT_MOST = 50_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")


def neutral(value: object) -> str:
    """Text that no spreadsheet takes for a formula; NUL has no place in a cell."""
    text = value.isoformat() if isinstance(value, date | datetime) else "" if value is None else str(value)
    text = f"'{text}" if text.startswith(FORMULA_STARTS) and not isinstance(value, int | float | Decimal) else text
    return text.replace("\0", "")


def answer(kind: str, spec: ListSpec, asked: Asked) -> HttpResponseBase:
    """The whole filtered list, not only its page."""
    writers = {"csv": _csv, "excel": _excel, "xlsx": _xlsx, "json": _json}
    if kind not in writers:
        offered = ", ".join(writers)
        raise Invalid("There is no such export format.", field="export", value=kind, remedy=f"Choose one of {offered}.")
    return writers[kind](spec, asked)


def records(spec: ListSpec, asked: Asked) -> Iterator[list[object]]:
    """Every matching row as raw values, read page by page so that memory stays flat."""
    step, sent = replace(asked, cursor="", limit=CHUNK), 0
    while sent < ROWS_AT_MOST:
        got = spec.fetch(step)
        yield from ([column.value(row) for column in _columns(spec)] for row in got.rows)
        sent += len(got.rows)
        if not got.next:
            return
        step = replace(step, cursor=got.next)


def _columns(spec: ListSpec) -> list[Column]:
    return [*spec.columns, *spec.exported]


def _named(response: HttpResponseBase, spec: ListSpec, ending: str) -> HttpResponseBase:
    stamp = timezone.localtime().strftime("%Y-%m-%d")
    response["Content-Disposition"] = f'attachment; filename="touchstone-{spec.name}-{stamp}.{ending}"'
    return response


def _csv(spec: ListSpec, asked: Asked, *, delimiter: str = ",", start: str = "") -> HttpResponseBase:
    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=delimiter)
        buffer.write(start)
        writer.writerow([neutral(column.label) for column in _columns(spec)])
        for values in records(spec, asked):
            writer.writerow([neutral(value) for value in values])
            if buffer.tell() > 32_768:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    return _named(StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8"), spec, "csv")


def _excel(spec: ListSpec, asked: Asked) -> HttpResponseBase:
    return _csv(spec, asked, delimiter=";", start="\ufeff")


def _json(spec: ListSpec, asked: Asked) -> HttpResponseBase:
    def lines() -> Iterator[str]:
        yield "["
        for number, values in enumerate(records(spec, asked)):
            row = {column.key: value for column, value in zip(_columns(spec), values, strict=True)}
            yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False, default=_plain)
        yield "\n]\n"

    return _named(StreamingHttpResponse(lines(), content_type="application/json"), spec, "json")


def _xlsx(spec: ListSpec, asked: Asked) -> HttpResponseBase:
    file = cast(BinaryIO, tempfile.TemporaryFile())
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(spec.name[:31])
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [neutral(column.label) for column in _columns(spec)], book.add_format({"bold": True}))
    for number, values in enumerate(records(spec, asked), start=1):
        for place, value in enumerate(values):
            _cell(sheet, number, place, value)
    book.close()
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _named(FileResponse(file, content_type=kind), spec, "xlsx")


def _cell(sheet: Any, row: int, place: int, value: object) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, place, value)
    else:
        sheet.write_string(row, place, neutral(value)[:32_767])


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
