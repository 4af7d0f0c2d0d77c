"""The pages about sending, as tabs of one place; a number beside a tab is what its list holds."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mdm.accounts.models import Actor
from sync.delivery.queries.log import visible_deliveries

PLACES: tuple[tuple[str, str | Promise, str], ...] = (
    ("sync", _("Connections"), "sync"),
    ("deliveries", _("Deliveries"), "deliveries"),
    ("dead-letters", _("Dead letters"), "dead-letters"),
    ("flows", _("Flows"), "flows"),
    ("drift", _("Drift"), "drift"),
)


def frame(actor: Actor, current: str) -> dict[str, object]:
    """What each of these pages needs around its content."""
    return {"active": "sync", "tab": current, "tabs": list(_tabs(actor))}


def _tabs(actor: Actor) -> Iterator[tuple[str, str | Promise, str, int | None]]:
    failed = visible_deliveries(actor=actor, group="failed").count()
    for key, label, name in PLACES:
        yield key, label, reverse(name), (failed or None) if key == "dead-letters" else None
