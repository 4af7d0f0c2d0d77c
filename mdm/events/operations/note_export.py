"""Who took a list with them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record


def note_export(
    *, name: str, format: str, filters: Iterable[str], actor: Actor, domain: str = "", rows: int | None = None
) -> None:
    """The audit says that the actor exported the list: which filters were set, and never what they were set to."""
    detail = {"format": format, "filters": sorted(filters), "rows": rows}
    with transaction.atomic():
        record(EventDraft(type="export.made", domain=domain, subject=f"list:{name}", detail=detail), actor=actor)
