"""Upload: choose whose records the files hold, then send the files."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from mdm.governance.models import IdType
from mdm.governance.queries import active_pack
from mdm.kernel.errors import DomainError, NotFound, TooLarge
from mdm.web.actor import actor_of
from mdm.web.screen import screen
from sync.ingestion.intake import intake
from sync.ingestion.models import IngestionRun
from sync.ingestion.operations.draft_run import draft_run
from sync.ingestion.queries.layouts import layouts_of
from sync.ingestion.queries.runs import operable_id_types
from sync.ingestion.reading.tables import Wishes
from sync.ingestion.shares import share_named
from sync.web.forms import UploadForm
from sync.web.imports import STEPS

FILES_AT_ONCE = 4
"""How many times the size of one file a whole upload may have."""


@csrf_exempt
@screen
def upload(request: HttpRequest) -> HttpResponseBase:
    """The announced size is looked at before a single byte is read: checking the form's token reads them all."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    limit = settings.UPLOAD_MAX_BYTES * FILES_AT_ONCE
    if not announced.isdecimal() or int(announced) > limit:
        raise TooLarge(
            f"The upload is larger than {limit >> 20} MB.",
            field="file",
            value=announced[:20],
            remedy="Send fewer files at once, or use the ingest command on the server.",
        )
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponseBase:
    known = operable_id_types(actor_of(request))
    chosen = _chosen(request, known)
    if chosen is None:
        return render(request, "sync/choose.html", {"active": "import", "steps": STEPS, "id_types": known})
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        id_type=chosen,
        pack=active_pack(chosen.domain_id),
        layouts=list(layouts_of(chosen)),
    )
    context: dict[str, object] = {"active": "import", "steps": STEPS, "id_type": chosen, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("import-run", run_id=_draft(request, form, chosen).uuid)
        except DomainError as refusal:
            context["refusal"] = refusal
    status = 200 if request.method == "GET" else 422
    return render(request, "sync/upload.html", context, status=status)


def _chosen(request: HttpRequest, known: list[IdType]) -> IdType | None:
    """Return the id type of the address; with only one to choose from, that one."""
    wanted = request.GET.get("to", "")
    if not wanted:
        return known[0] if len(known) == 1 else None
    found = next((one for one in known if str(one.pk) == wanted), None)
    if found is None:
        raise NotFound("No such id type.", field="to", value=wanted[:20], remedy="Choose whose records the file holds.")
    return found


def _draft(request: HttpRequest, form: UploadForm, id_type: IdType) -> IngestionRun:
    data = form.cleaned_data
    wishes = Wishes(data["encoding"], data["delimiter"], data["sheet"])
    with intake() as take:
        return draft_run(
            id_type=id_type,
            tables={name: take(file, name=file.name or "", wishes=wishes) for name, file in form.sent_files().items()},
            actor=actor_of(request),
            layout=data["layout"],
            scope=data.get("scope", ""),
            full=data["full"],
            absent_share_limit=share_named(data["absent_limit"] or "10%"),
        )
