"""Rejected rows: looked through page by page, and downloaded to be corrected and fed back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy

from mdm.kernel.errors import NotFound
from mdm.web import lists
from mdm.web.actor import actor_of
from mdm.web.paging import keyset
from mdm.web.screen import screen
from sync.ingestion.models import IngestionRun, RejectedRow
from sync.ingestion.queries.rejects import objects_with_rejects, rejects_file
from sync.ingestion.queries.runs import get_run

COLUMNS = (
    lists.Column("row", gettext_lazy("Row"), lambda one: one.row, "number", sort="row"),
    lists.Column("object", gettext_lazy("File"), lambda one: one.object),
    lists.Column("key", gettext_lazy("Identifier"), lambda one: one.key, "id"),
    lists.Column("field", gettext_lazy("Field"), lambda one: one.field),
    lists.Column("value", gettext_lazy("Value"), lambda one: one.value),
    lists.Column("reason", gettext_lazy("What is wrong"), lambda one: one.reason),
    lists.Column("remedy", gettext_lazy("What to do"), lambda one: one.remedy),
)


@screen
def rejected_rows(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """The rows one run rejected."""
    run = get_run(actor=actor_of(request), run=run_id)
    return lists.respond(request, _spec(run), "sync/rows.html", {"active": "import", "run": run})


@screen
def download(request: HttpRequest, run_id: UUID, name: str) -> HttpResponseBase:
    """The rejected rows of one file with its own columns, to correct and feed back."""
    run = get_run(actor=actor_of(request), run=run_id)
    if name not in objects_with_rejects(run):
        raise NotFound(
            "No row of this file was rejected.", field="file", value=name, remedy="Look at the import again."
        )
    response = StreamingHttpResponse(rejects_file(run, name), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-{name}-{run.pk}.csv"'
    return response


def _spec(run: IngestionRun) -> lists.ListSpec:
    rows = RejectedRow.objects.filter(run=run)

    def fetch(asked: lists.Asked) -> lists.Slice:
        wanted = {key: value for key, value in asked.filters.items() if key in ("object", "code")}
        return keyset(rows.filter(**wanted), asked)

    codes = rows.order_by("code").values_list("code", flat=True).distinct()
    return lists.ListSpec(
        name="rejected-rows",
        caption=gettext_lazy("Rejected rows"),
        columns=COLUMNS,
        fetch=fetch,
        row_id=lambda one: str(one.pk),
        sort="row",
        filters=(
            lists.Filter("object", gettext_lazy("File"), choices=[(name, name) for name in objects_with_rejects(run)]),
            lists.Filter("code", gettext_lazy("Problem"), choices=[(code, code.replace("_", " ")) for code in codes]),
        ),
    )
