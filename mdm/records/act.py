"""One governed act, as everything that it writes carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mdm.accounts.models import Actor


@dataclass(frozen=True, slots=True)
class Act:
    """`event` is reserved for it, `at` is the database's time after the locks were held, `type` the event's type, and
    `decision` the decision that it carries out, if it is one.
    """

    event: int
    at: datetime
    type: str
    actor: Actor
    reason: str = ""
    decision: UUID | None = None
