"""A list to take along: up to 50,000 rows at once, a larger one as a job (`mdm.web.export_job`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from mdm.events.operations.note_export import note_export
from mdm.kernel.errors import TooLarge
from mdm.web.actor import actor_of
from mdm.web.export_files import ENDINGS, KINDS, TYPES, check_kind, columns_of, text_part, workbook
from mdm.web.list_sources import source

if TYPE_CHECKING:
    from mdm.web.lists import Asked, ListSpec

__all__ = ["KINDS", "ROWS_AT_MOST", "answer", "check_size", "filename", "pages", "respond"]

PAGE_ROWS = 1_000
ROWS_AT_MOST = 50_000


def respond(request: HttpRequest, kind: str, spec: ListSpec, asked: Asked) -> HttpResponseBase:
    """The whole filtered list as a file, and the audit says who took it; a large one is offered as a job.

    Raises: Invalid for an unknown format; TooLarge for a large list that no job can export in that format.
    """
    check_kind(kind)
    if not _is_large(spec, asked):
        note_export(name=spec.name, format=kind, filters=asked.filters, actor=actor_of(request))
        return answer(kind, spec, asked)
    check_size(kind, spec.name)
    context = {"spec": spec, "kind": kind, "asked": asked, "back": request.path, "most": ROWS_AT_MOST}
    return render(request, "jobs/offer_export.html", context)


def check_size(kind: str, name: str) -> None:
    """Raises: TooLarge for a workbook, and for a list that only lives in its page."""
    if kind == "xlsx":
        remedy = "Choose CSV for Excel, or narrow the list."
        raise TooLarge(f"A workbook holds {ROWS_AT_MOST:,} rows, and the list has more.", field="export", remedy=remedy)
    if source(name) is None:
        raise TooLarge(f"The list has more than {ROWS_AT_MOST:,} rows.", field="export", remedy="Narrow the list.")


def answer(kind: str, spec: ListSpec, asked: Asked) -> HttpResponseBase:
    """The list as a file, written while it is read."""
    check_kind(kind)
    columns = columns_of(spec)
    response: HttpResponseBase
    if kind == "xlsx":
        rows = (row for page, _ in pages(spec, asked) for row in page)
        response = FileResponse(workbook(spec.name, columns, rows), content_type=TYPES[kind])
    else:
        parts = (
            text_part(kind, columns, page, first=not number, last=not following)
            for number, (page, following) in enumerate(pages(spec, asked))
        )
        response = StreamingHttpResponse(parts, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{filename(spec.name, kind)}"'
    return response


def pages(spec: ListSpec, asked: Asked) -> Iterator[tuple[list[list[object]], str]]:
    """Every matching row as raw values, page by page so that memory stays flat, each with the cursor of the next."""
    step = replace(asked, limit=PAGE_ROWS, count_to=0)
    while True:
        got = spec.fetch(step)
        yield [[column.value(row) for column in columns_of(spec)] for row in got.rows], got.next
        if not got.next:
            return
        step = replace(step, cursor=got.next)


def filename(name: str, kind: str) -> str:
    """Return what the file is called today."""
    return f"touchstone-{name}-{timezone.localtime():%Y-%m-%d}.{ENDINGS[kind]}"


def _is_large(spec: ListSpec, asked: Asked) -> bool:
    counted = spec.fetch(replace(asked, cursor="", limit=1, count_to=ROWS_AT_MOST))
    return counted.capped or (counted.total or 0) > ROWS_AT_MOST
