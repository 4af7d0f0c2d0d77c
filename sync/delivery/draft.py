"""A delivery that is not queued yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Draft:
    """A delivery to be queued. With a `hold_reason` it is HELD, until `hold_until` where that is given."""

    connection: str
    flow: str
    object: str
    golden: int
    version: int
    crosswalk_revision: int
    operation: str
    mapping: int
    cause: str
    push_number: int = 1
    ids: Mapping[str, str] = field(default_factory=dict)
    decision: UUID | None = None
    hold_reason: str = ""
    hold_until: datetime | None = None
