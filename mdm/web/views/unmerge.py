"""Taking records out of a golden record again: choose the merge and its members, see what becomes of it, do it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mdm.accounts.queries import permissions_of
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Conflict, DomainError, Invalid
from mdm.matching.queries.decisions import BuildStep, how_built
from mdm.matching.queries.preview import preview_unmerge
from mdm.matching.queries.preview_parts import Preview
from mdm.records.queries.golden import GoldenView, golden_view
from mdm.stewardship.operations.decide_records import unmerge_records
from mdm.web.actor import actor_of
from mdm.web.record_page import RecordPage
from mdm.web.screen import screen


@dataclass(frozen=True)
class Chosen:
    """A merge and those of its records that are to come out."""

    step: BuildStep
    joined: list[str]


@screen
def unmerge_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """The choice with its preview; posted, the records are themselves again, for good."""
    actor = actor_of(request)
    view = golden_view(actor=actor, code=code.upper())
    steps = how_built(actor=actor, code=view.code)
    chosen = _chosen(steps, request.POST if request.method == "POST" else request.GET)
    refusal: DomainError | None = None
    if request.method == "POST" and chosen:
        try:
            return _done(request, view, chosen)
        except Conflict as refused:
            refusal = refused
    preview = preview_unmerge(actor=actor, decision=chosen.step.decision, joined=chosen.joined) if chosen else None
    context = {
        "active": "records",
        "view": view,
        "page": RecordPage(view, active_pack(view.domain), {}),
        "steps": steps,
        "chosen": chosen,
        "preview": preview,
        "changes": _changes(preview) if preview else [],
        "decision_id": uuid4(),
        "refusal": refusal,
        "may_decide": permissions_of(actor).may("decide", view.domain),
        "verb": ngettext("Unmerge %d record", "Unmerge %d records", len(chosen.joined)) % len(chosen.joined)
        if chosen
        else "",
    }
    return render(request, "golden/unmerge.html", context, status=refusal.status if refusal else 200)


def _chosen(steps: list[BuildStep], form: QueryDict) -> Chosen | None:
    """What the form says; without one, all that the last merge joined."""
    if not steps:
        return None
    step = next((one for one in steps if str(one.decision) == form.get("decision")), steps[-1])
    wanted = [code for code in form.getlist("joined") if code in step.still_joined]
    return Chosen(step, wanted or list(step.still_joined))


def _done(request: HttpRequest, view: GoldenView, chosen: Chosen) -> HttpResponseBase:
    try:
        decision_id, seen = UUID(request.POST["decision_id"]), int(request.POST["version"])
    except (KeyError, ValueError) as fault:
        raise Invalid("This form was damaged on its way.", remedy="Load the page again.") from fault
    unmerge_records(
        decision_id=decision_id,
        decision=chosen.step.decision,
        joined=chosen.joined,
        versions={view.code: seen},
        actor=actor_of(request),
        reason=request.POST.get("reason", "").strip()[:500],
    )
    flash.info(request, _("Took {codes} out of {code} again.").format(codes=", ".join(chosen.joined), code=view.code))
    return redirect("golden-tab", code=view.code, tab="history")


def _changes(preview: Preview) -> list[tuple[str, str, str, list[tuple[str, object]]]]:
    """Each golden record that changes: its code, the status before and after, and the values that would be others."""
    return [
        (
            one.code,
            one.status_before,
            one.status_after,
            [(value.label, value.winner.value) for value in one.values if value.changed],
        )
        for one in preview.goldens
    ]
