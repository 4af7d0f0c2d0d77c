"""Mapping sheets: what became of each row."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from mdm.jobs.models import ENDED
from mdm.web import lists, statuses
from mdm.web.actor import actor_of
from mdm.web.navigation import existing
from mdm.web.paging import keyset
from mdm.web.screen import screen
from sync.ingestion.models import MappingImport, MappingOutcome, MappingRow
from sync.ingestion.queries.mappings import mapping_file
from sync.ingestion.queries.runs import get_mapping


@screen
def rows(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """The rows of one sheet with their outcome."""
    mapping = get_mapping(actor=actor_of(request), job=job_id)
    return lists.respond(request, _spec(mapping), "sync/mapping.html", {"active": "import", "mapping": mapping})


@screen
def download(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Collisions and rejected rows, to correct and import again."""
    mapping = get_mapping(actor=actor_of(request), job=job_id)
    response = StreamingHttpResponse(mapping_file(mapping), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="not-linked-{mapping.pk}.csv"'
    return response


@screen
def job_panel(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """What a job's page shows of its mapping sheet."""
    mapping = get_mapping(actor=actor_of(request), job=job_id)
    counts = mapping.job.counts
    unlinked = counts.get("collision", 0) + counts.get("rejected", 0)
    context = {"mapping": mapping, "unlinked": unlinked, "ended": mapping.job.status in ENDED}
    return render(request, "sync/mapping_panel.html", context)


def _columns(mapping: MappingImport) -> tuple[lists.Column, ...]:
    return (
        lists.Column("row", gettext_lazy("Row"), lambda one: one.row, "number", sort="row"),
        lists.Column("left", mapping.left.system_id, lambda one: one.left_value, "id"),
        lists.Column("right", mapping.right.system_id, lambda one: one.right_value, "id"),
        lists.Column("outcome", gettext_lazy("Outcome"), lambda one: one.outcome, "status"),
        lists.Column(
            "left_code",
            gettext_lazy("Golden record"),
            lambda one: one.left_code,
            "id",
            href=lambda one: _golden(one.left_code),
        ),
        lists.Column(
            "right_code",
            gettext_lazy("Other golden record"),
            _other_code,
            "id",
            href=lambda one: _golden(_other_code(one)),
        ),
        lists.Column("reason", gettext_lazy("What is wrong"), lambda one: one.reason),
        lists.Column("remedy", gettext_lazy("What to do"), lambda one: one.remedy),
    )


def _spec(mapping: MappingImport) -> lists.ListSpec:
    def fetch(asked: lists.Asked) -> lists.Slice:
        found = MappingRow.objects.filter(mapping=mapping)
        if outcome := asked.filters.get("outcome"):
            found = found.filter(outcome=outcome)
        return keyset(found, asked)

    return lists.ListSpec(
        name="mapping-rows",
        caption=gettext_lazy("Rows of the mapping sheet"),
        columns=_columns(mapping),
        fetch=fetch,
        row_id=lambda one: str(one.row),
        sort="row",
        filters=(
            lists.Filter(
                "outcome",
                gettext_lazy("Outcome"),
                choices=[(name, statuses.of(name).word) for name in MappingOutcome.values],
            ),
        ),
    )


def _other_code(row: MappingRow) -> str:
    return row.right_code if row.right_code != row.left_code else ""


def _golden(code: str) -> str:
    return existing("golden", code) if code else ""
