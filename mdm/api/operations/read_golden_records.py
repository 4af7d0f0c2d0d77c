"""Read golden records so that every personal value shown is on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.engine.paths import attribute_of
from mdm.events.operations.record import EventDraft, record
from mdm.records.queries.listing import Listed, Page, golden_page, golden_record


def read_golden_record(*, actor: Actor, **asked: Any) -> Listed:
    """The golden record is returned, and who saw which personal attributes of it is in the audit trail.

    Raises: as `golden_record`.
    """
    with transaction.atomic():
        found = golden_record(actor=actor, **asked)
        _note(actor, [found])
    return found


def read_golden_page(*, actor: Actor, **asked: Any) -> Page:
    """The page is returned, and who saw which personal attributes of which records is in the audit trail.

    Raises: as `golden_page`.
    """
    with transaction.atomic():
        page = golden_page(actor=actor, **asked)
        _note(actor, page.items)
    return page


def _note(actor: Actor, items: Sequence[Listed]) -> None:
    """One event per domain: codes and attribute names, never values."""
    shown: dict[str, list[Listed]] = defaultdict(list)
    for item in items:
        if item.revealed:
            shown[item.domain].append(item)
    for domain, some in shown.items():
        detail = {
            "golden_records": [item.code for item in some],
            "attributes": sorted({attribute_of(path) for item in some for path in item.revealed}),
        }
        draft = EventDraft(
            type="values.revealed",
            domain=domain,
            subject=f"golden:{some[0].code}" if len(some) == 1 else f"domain:{domain}",
            reason="Read through the API",
            detail=detail,
        )
        record(draft, actor=actor)
