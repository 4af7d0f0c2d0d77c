"""Exports of any size as a job: each chunk reads some pages as its actor, and keeps them as a part of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.utils import translation

from mdm.accounts.models import EVERY, Actor
from mdm.accounts.queries import permissions_of
from mdm.events.operations.note_export import note_export
from mdm.jobs.models import Job, JobStatus
from mdm.jobs.operations.keep_output import keep_output
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult, JobKind
from mdm.kernel.errors import Invalid, NotAllowed
from mdm.web.export import check_size, pages
from mdm.web.export_files import check_kind, columns_of, text_part
from mdm.web.list_sources import source
from mdm.web.lists import Asked, ListSpec

KIND: Final = "export"
PAGES_AT_ONCE: Final = 10
COUNTED_AT_MOST: Final = 10_000_000


@dataclass(frozen=True)
class Part:
    """What one chunk read: a part of the file, its rows, and where the next one begins."""

    number: int
    body: bytes
    rows: int
    following: str
    total: int | None


def start_export(*, name: str, kind: str, filters: Mapping[str, str], sort: str, actor: Actor) -> Job:
    """The list is exported for the actor by a job that reads what they may see then.

    Raises: Invalid for an unknown format; TooLarge for a list or format that no job exports; NotAllowed for who may
    view nothing.
    """
    check_kind(kind)
    check_size(kind, name)
    spec = _spec(name, actor)
    known = {one.key for one in spec.filters}
    params = {
        "list": name,
        "format": kind,
        "filters": {key: value for key, value in filters.items() if key in known and value},
        "sort": sort if sort.removeprefix("-") in {c.sort for c in spec.columns if c.sort} else spec.sort,
        "language": translation.get_language() or "en",
    }
    return submit(
        kind=KIND,
        domain=_domain(actor),
        label=f"Export: {spec.caption}",
        params=params,
        actor=actor,
        chunks=[ChunkDraft({"number": 0, "cursor": ""})],
        action="view",
    )


def _domain(actor: Actor) -> str:
    """A domain that the actor may view: a list may show several, and a job is of one or of all."""
    permissions = permissions_of(actor)
    domains = sorted(permissions.domains("view"))
    if permissions.everywhere("view"):
        return EVERY
    if not domains:
        raise NotAllowed("You may not view anything.", remedy="Ask an administrator for the right to view a domain.")
    return domains[0]


def _spec(name: str, actor: Actor) -> ListSpec:
    make = source(name)
    if make is None:
        raise Invalid(
            "There is no such list to export.", field="list", value=name[:40], remedy="Export it on its page."
        )
    return make(actor)


def _read(context: ChunkContext) -> Part:
    params, number, cursor = context.params, context.payload["number"], context.payload["cursor"]
    with translation.override(params["language"]):
        spec = _spec(params["list"], context.actor)
        asked = Asked(filters=params["filters"], sort=params["sort"], cursor=cursor)
        read: list[list[object]] = []
        following = ""
        for page, cursor_after in islice(pages(spec, asked), PAGES_AT_ONCE):
            read, following = read + page, cursor_after
            context.heartbeat()
        text = text_part(params["format"], columns_of(spec), read, first=not number, last=not following)
        total = None if number else spec.fetch(Asked(asked.filters, limit=1, count_to=COUNTED_AT_MOST)).total
    return Part(number, text.encode("utf-8", "replace"), len(read), following, total)


def _keep(context: ChunkContext, part: Part) -> ChunkResult:
    keep_output(job_id=context.job_id, number=part.number, body=part.body)
    more = [ChunkDraft({"number": part.number + 1, "cursor": part.following})] if part.following else []
    return ChunkResult(done=part.rows, total=part.total, spawn=more)


def _finished(job: Job) -> None:
    if job.status == JobStatus.DONE:
        params = job.params
        domain = "" if job.domain == EVERY else job.domain
        note_export(
            name=params["list"],
            format=params["format"],
            filters=params["filters"],
            actor=job.requested_by,
            domain=domain,
            rows=job.done,
        )


EXPORT: Final = JobKind(
    name=KIND, label="Export a list", prepare=_read, apply=_keep, finished=_finished, stages=("Writing",)
)
