"""The delivery log and one delivery: what was sent, what was answered, what comes next."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mdm.accounts.models import Actor
from mdm.kernel.errors import Invalid
from mdm.web import lists, statuses
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.list_sources import remade
from mdm.web.paging import keyset
from mdm.web.screen import screen
from sync.delivery.operations.cancel import cancel_delivery
from sync.delivery.operations.decide_unknown import decide_unknown
from sync.delivery.operations.revive import REVIVABLE, revive
from sync.delivery.queries.inspection import inspect
from sync.delivery.queries.log import DeliveryLine, lines, visible_deliveries
from sync.delivery.states import REPLACEABLE, State, Step
from sync.flows.queries.catalogue import visible_flows
from sync.targets.models import Connection
from sync.web.tabs import frame

GROUPS = (
    ("failed", _("Failed")),
    ("retrying", _("Retrying")),
    ("held", _("Held")),
    ("waiting", _("On the way")),
    ("done", _("Delivered")),
)

_OTHERS = (State.UNKNOWN, State.REJECTED, State.DEAD, State.CANCELLED, State.SUPERSEDED)


def _url(line: DeliveryLine) -> str:
    return reverse("delivery", args=[line.delivery.pk])


def _what(line: DeliveryLine) -> str:
    one = line.delivery
    return f"{one.error_code}: {one.error_message}".strip(": ") if one.error_code or one.error_message else ""


COLUMNS = (
    lists.Column("name", _("Record"), lambda d: d.name, href=_url, note=_what),
    lists.Column("golden", _("Code"), lambda d: d.delivery.golden.code, "id", href=_url),
    lists.Column("version", _("Version"), lambda d: d.delivery.version, "number"),
    lists.Column("state", _("State"), lambda d: d.shown, "status"),
    lists.Column("connection", _("Target"), lambda d: d.delivery.connection_id),
    lists.Column("object", _("Object"), lambda d: d.delivery.object),
    lists.Column("cause", _("Because"), lambda d: d.delivery.get_cause_display()),
    lists.Column("attempts", _("Attempts"), lambda d: d.delivery.attempt_count or None, "number"),
    lists.Column("since", _("Since"), lambda d: d.delivery.since, "time"),
    lists.Column("next", _("Next"), lambda d: d.next_at, "time"),
)
EXPORTED = (
    lists.Column("id", _("Delivery"), lambda d: d.delivery.pk),
    lists.Column("operation", _("Operation"), lambda d: d.delivery.operation),
    lists.Column("flow", _("Flow"), lambda d: d.delivery.flow_id),
    lists.Column("queued_at", _("Queued"), lambda d: d.delivery.queued_at),
    lists.Column("confirmed_at", _("Delivered"), lambda d: d.delivery.confirmed_at),
)


@screen
def deliveries(request: HttpRequest) -> HttpResponseBase:
    """Everything that moved or should have, newest first."""
    actor = actor_of(request)
    context = frame(actor, "deliveries")
    if opened := request.GET.get("open", ""):
        context["drawer_url"] = reverse("delivery", args=[_uuid(opened)])
    return lists.respond(request, _spec(actor_of(request)), "sync/deliveries.html", context)


@screen
def delivery(request: HttpRequest, delivery_id: UUID) -> HttpResponseBase:
    """The inspector: a drawer, or a page of its own."""
    actor = actor_of(request)
    found = inspect(actor=actor, delivery=delivery_id)
    drawer = request.headers.get("HX-Target") == "drawer"
    template = "sync/delivery_inspect.html" if drawer else "sync/delivery.html"
    one = found.line.delivery
    context = {
        "found": found,
        "line": found.line,
        "one": one,
        "revivable": one.state in REVIVABLE,
        "cancellable": one.state in REPLACEABLE and one.state != State.DEAD,
        "doubtful": one.state == State.UNKNOWN and one.step == Step.RESOLVE,
    }
    return render(request, template, frame(actor, "deliveries") | context)


@screen
@require_POST
def act(request: HttpRequest, delivery_id: UUID, verb: str) -> HttpResponseBase:
    """The delivery is sent again, cancelled, or a person says what became of it."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    inspect(actor=actor, delivery=delivery_id)
    if verb == "cancel":
        cancel_delivery(delivery=delivery_id, actor=actor, reason=reason)
    elif verb in ("landed", "absent"):
        decide_unknown(delivery=delivery_id, landed=verb == "landed", actor=actor, reason=reason)
    else:
        revive(delivery=delivery_id, what="original" if verb == "original" else "current", actor=actor, reason=reason)
    return redirect("delivery", delivery_id=delivery_id)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as fault:
        raise Invalid("That is no delivery.", field="open", value=text[:60], remedy="Take one of the list.") from fault


@remade("deliveries")
def _spec(actor: Actor) -> lists.ListSpec:

    def fetch(asked: lists.Asked) -> lists.Slice:
        found = visible_deliveries(actor=actor, **asked.filters)
        return keyset(found, asked).showing(lambda rows: lines(actor=actor, deliveries=rows))

    flows = [(flow.pk, flow.label) for flow in visible_flows(actor=actor).order_by("label")]
    systems = [(one.pk, one.label) for one in Connection.objects.filter(pk__in=_targets(actor)).order_by("label")]
    return lists.ListSpec(
        name="deliveries",
        caption=_("Deliveries"),
        columns=COLUMNS,
        exported=EXPORTED,
        fetch=fetch,
        row_id=lambda d: str(d.delivery.pk),
        drawer=_url,
        sort="-queued_at",
        filters=(
            lists.Filter("group", _("State"), choices=[*GROUPS, *((s, statuses.of(s).word) for s in _OTHERS)]),
            lists.Filter("system", _("Target"), choices=systems),
            lists.Filter("flow", _("Flow"), choices=flows),
            lists.Filter("code", _("Golden code"), "text"),
            lists.Filter("cause", _("Cause of failure"), "text"),
        ),
        empty=Empty(
            _("Nothing has been sent yet"),
            _("A released golden record is delivered to every active flow that accepts it."),
            _("See the flows"),
            reverse("flows"),
            "sync",
        ),
    )


def _targets(actor: Actor) -> set[str]:
    return set(visible_flows(actor=actor).values_list("target_id", flat=True))
