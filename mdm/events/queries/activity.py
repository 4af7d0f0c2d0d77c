"""What lately came from each system, for a page that shows their health."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from mdm.accounts.models import Actor
from mdm.events.queries.audit_list import visible_to

RECEIVED = ("records.observed", "ingestion.applied", "mapping.imported")


def last_received(*, actor: Actor) -> dict[str, datetime]:
    """Return by system code when it last brought something new, of events that the actor may view."""
    found = visible_to(actor).filter(type__in=RECEIVED, subject__startswith="system:").values("subject")
    latest = found.annotate(at=Max("occurred_at"))
    return {row["subject"].removeprefix("system:"): row["at"] for row in latest}
