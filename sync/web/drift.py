"""Drift: what a target holds that is not what was confirmed there, and what to do about it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mdm.web import lists, statuses
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.paging import keyset
from mdm.web.screen import screen
from sync.reconciliation.causes import DriftCause
from sync.reconciliation.models import DriftStatus
from sync.reconciliation.queries.drift import drift_lines, visible_drift
from sync.web.tabs import frame

COLUMNS = (
    lists.Column("name", _("Record"), lambda d: d.name, href=lambda d: reverse("golden", args=[d.finding.golden.code])),
    lists.Column("target", _("Target"), lambda d: d.finding.connection_id),
    lists.Column("field", _("Field"), lambda d: d.finding.target_field or _("whole record")),
    lists.Column("cause", _("What happened"), lambda d: d.finding.get_cause_display()),
    lists.Column("confirmed", _("Was confirmed"), lambda d: d.confirmed),
    lists.Column("there", _("There now"), lambda d: d.target),
    lists.Column("golden", _("Golden now"), lambda d: d.golden),
    lists.Column("status", _("Status"), lambda d: d.finding.status, "status"),
    lists.Column("found_at", _("Found"), lambda d: d.finding.found_at, "time", sort="found_at"),
)


@screen
def drift(request: HttpRequest) -> HttpResponseBase:
    """Every difference found, newest first."""
    actor = actor_of(request)
    return lists.respond(request, _spec(request), "sync/drift.html", frame(actor, "drift"))


def _spec(request: HttpRequest) -> lists.ListSpec:
    actor = actor_of(request)
    systems = sorted(set(visible_drift(actor=actor).values_list("connection_id", "connection__label")))
    return lists.ListSpec(
        name="drift",
        caption=_("Differences between targets and golden records"),
        columns=COLUMNS,
        fetch=lambda asked: keyset(visible_drift(actor=actor, **asked.filters), asked).showing(
            lambda rows: drift_lines(actor=actor, findings=rows)
        ),
        row_id=lambda d: str(d.finding.pk),
        sort="-found_at",
        filters=(
            lists.Filter("status", _("Status"), choices=[(one, statuses.of(one).word) for one in DriftStatus.values]),
            lists.Filter("system", _("Target"), choices=systems),
            lists.Filter("cause", _("What happened"), choices=DriftCause.choices),
            lists.Filter("code", _("Golden code"), "text"),
        ),
        empty=Empty(
            _("No difference was found"),
            _("A reconciliation reads what targets hold and compares it with what was confirmed there."),
            icon="equal",
        ),
    )
