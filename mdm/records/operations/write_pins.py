"""Open and end pins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mdm.kernel.errors import Conflict
from mdm.records.models import Pin


@dataclass(frozen=True, slots=True)
class PinDraft:
    """A pin to be made. `created_at` is when its author said it, where that was before (a pin that is made again)."""

    golden: int
    path: str
    value: Any
    reason: str
    author: int
    expires_at: datetime | None = None
    created_at: datetime | None = None


def open_pins(drafts: Iterable[PinDraft], *, event: int, at: datetime) -> list[Pin]:
    """Every draft is a pin that holds; the golden records have no open pin at those paths.

    Raises: IntegrityError `pin_one_open_per_path` where they have.
    """
    return [
        Pin.objects.create(
            golden_id=draft.golden,
            path=draft.path,
            value=draft.value,
            reason=draft.reason,
            author_id=draft.author,
            created_at=draft.created_at or at,
            expires_at=draft.expires_at,
            event_id=event,
        )
        for draft in drafts
    ]


def end_pins(pins: Iterable[int], *, at: datetime) -> None:
    """Each of the pins has ended.

    Raises: Conflict when another act ended one in between.
    """
    wanted = list(pins)
    if wanted and Pin.objects.filter(pk__in=wanted, ended_at__isnull=True).update(ended_at=at) != len(wanted):
        raise Conflict("A pin was ended by another act at the same moment.", remedy="Reload the record.")
