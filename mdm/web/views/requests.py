"""Change requests: the list, one with what it would change, its approval, and the form that makes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Conflict, DomainError, Invalid, NotFound
from mdm.records.queries.golden import golden_view
from mdm.stewardship.models import ChangeRequest, RequestStatus
from mdm.stewardship.operations import decide_change_request as deciding
from mdm.stewardship.operations.submit_change_request import submit_change_request
from mdm.stewardship.queries.change_requests import request_view, visible_requests
from mdm.stewardship.queries.comments import comments_about
from mdm.web import lists, statuses
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.paging import keyset
from mdm.web.record_page import RecordPage
from mdm.web.screen import screen

SHOWN = RequestStatus.values
WHO = (("others", gettext_lazy("For me to approve")), ("me", gettext_lazy("Mine")))
COLUMNS = (
    lists.Column(
        "what", gettext_lazy("What"), lambda r: _what(r), note=lambda r: r.reason,
        href=lambda r: reverse("change-request", args=[r.pk]),
    ),
    lists.Column("kind", gettext_lazy("Kind"), lambda r: r.get_kind_display()),
    lists.Column("requested_by", gettext_lazy("Requested by"), lambda r: r.requested_by.name),
    lists.Column("created_at", gettext_lazy("Age"), lambda r: r.created_at, "time", sort="created_at"),
    lists.Column("status", gettext_lazy("Status"), lambda r: r.status, "status"),
    lists.Column("decided_by", gettext_lazy("Decided by"), lambda r: r.decided_by.name if r.decided_by else ""),
)  # fmt: skip


ORIGINS = {
    "finding": gettext_lazy("made from a value that a system may only propose"),
    "drift": gettext_lazy("made from a value found in a target"),
}


def _origin(origin: str) -> tuple[str, str]:
    """What made the request, in words, and where that is looked at; both empty for a person."""
    kind, _sep, number = origin.partition(":")
    address = reverse("drift-finding", args=[number]) if kind == "drift" else ""
    return str(ORIGINS.get(kind, "")), address


def _what(request: ChangeRequest) -> str:
    """The attributes it is about and the record, never the values: a list is read over shoulders."""
    items = list(request.items.all())
    labels = list(dict.fromkeys(active_pack(request.domain_id).label_of(item.path) for item in items))
    shown = ", ".join(labels[:3]) + (f" +{len(labels) - 3}" if len(labels) > 3 else "")
    code = next((item.golden.code for item in items if item.golden), "")
    return f"{code}: {shown}" if code else shown


@screen
def change_requests(request: HttpRequest) -> HttpResponseBase:
    """Every request that the person may view, newest first."""
    actor = actor_of(request)

    def fetch(asked: lists.Asked) -> lists.Slice:
        return keyset(visible_requests(actor=actor, **asked.filters), asked)

    spec = lists.ListSpec(
        name="change-requests",
        caption=gettext_lazy("Change requests"),
        columns=COLUMNS,
        fetch=fetch,
        row_id=lambda r: str(r.pk),
        sort="-created_at",
        filters=(
            lists.Filter("status", gettext_lazy("Status"), choices=[(s, statuses.of(s).word) for s in SHOWN]),
            lists.Filter("who", gettext_lazy("Anybody"), choices=WHO),
        ),
        empty=Empty(
            gettext_lazy("No change request"),
            gettext_lazy("A proposed edit, or a value that a system may only propose, waits here for another person."),
            icon="rules",
        ),
    )
    return lists.respond(request, spec, "requests/list.html", {"active": "requests"})


@screen
def change_request(request: HttpRequest, request_id: int) -> HttpResponseBase:
    """One request: what is shown now beside what is proposed."""
    return render(request, "requests/page.html", _about(actor_of(request), request_id))


def _about(actor: Actor, request_id: int) -> dict[str, object]:
    subject = f"change_request:{request_id}"
    found = request_view(actor=actor, request=request_id)
    return {
        "active": "requests",
        "found": found,
        "origin": _origin(found.origin),
        "subject": subject,
        "comments": comments_about(actor=actor, subject=subject),
    }


@screen
@require_POST
def decide_request(request: HttpRequest, request_id: int, verdict: str) -> HttpResponseBase:
    """Approved, rejected or withdrawn; refused with a reason, the page stays."""
    actor, note = actor_of(request), request.POST.get("note", "").strip()
    acts: Mapping[str, tuple[Callable[[], object], str]] = {
        "approve": (
            lambda: deciding.approve_change_request(request=request_id, actor=actor, note=note), _("Approved.")
        ),
        "reject": (lambda: deciding.reject_change_request(request=request_id, actor=actor, note=note), _("Rejected.")),
        "withdraw": (lambda: deciding.withdraw_change_request(request=request_id, actor=actor), _("Withdrawn.")),
    }  # fmt: skip
    if verdict not in acts:
        raise NotFound("A request is not decided so.", field="verdict", value=verdict)
    act, said = acts[verdict]
    try:
        act()
    except (Invalid, Conflict) as refusal:
        context = _about(actor, request_id) | {"refusal": refusal, "note": note}
        return render(request, "requests/page.html", context, status=refusal.status)
    flash.info(request, said)
    return redirect("change-request", request_id=request_id)


@screen
def edit(request: HttpRequest, code: str) -> HttpResponseBase:
    """Values of a golden record to change: what is different from now becomes a request for another person."""
    actor = actor_of(request)
    view = golden_view(actor=actor, code=code.upper())
    page = RecordPage(view, active_pack(view.domain), {})
    values, refusal = _changed(request.POST, {line.path: line.value for line in view.lineage if not line.masked}), None
    if request.method == "POST":
        try:
            made = submit_change_request(
                golden_code=view.code, values=values, reason=request.POST.get("reason", ""), actor=actor
            )
        except DomainError as refused:
            refusal = refused
        else:
            flash.info(request, _("The request waits for another person."))
            return redirect("change-request", request_id=made.pk)
    context = {
        "active": "records",
        "view": view,
        "page": page,
        "typed": values,
        "reason": request.POST.get("reason", ""),
        "refusal": refusal,
        "may_propose": permissions_of(actor).may("propose", view.domain),
    }
    return render(request, "golden/edit.html", context, status=refusal.status if refusal else 200)


def _changed(form: QueryDict, now: Mapping[str, object]) -> dict[str, object]:
    """What was typed and is not what the record shows; an emptied field proposes that nothing be shown."""
    typed = {key.removeprefix("value:"): str(form[key]).strip() for key in form if key.startswith("value:")}
    return {path: text or None for path, text in typed.items() if path in now and text != str(now[path] or "")}
