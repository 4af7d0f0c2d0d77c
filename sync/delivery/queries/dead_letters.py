"""Failed deliveries by cause: what was refused for the same reason at the same place is mended once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of

_BY_CAUSE = """
SELECT d.cause_key, d.connection_id, d.object, d.flow_id, count(*), min(d.since), max(d.since),
       (array_agg(d.state ORDER BY d.since DESC, d.id))[1], (array_agg(d.error_code ORDER BY d.since DESC, d.id))[1],
       (array_agg(d.error_message ORDER BY d.since DESC, d.id))[1],
       (array_agg(d.field_errors->0->>'golden_path' ORDER BY d.since DESC, d.id))[1],
       (array_agg(d.field_errors->0->>'target_field' ORDER BY d.since DESC, d.id))[1],
       (array_agg(g.code ORDER BY d.since DESC, d.id))[1]
FROM delivery_delivery d JOIN records_goldenrecord g ON g.id = d.golden_id
WHERE d.state IN ('DEAD', 'REJECTED') AND (%(everywhere)s OR g.domain_id = ANY(%(domains)s::text[]))
GROUP BY d.cause_key, d.connection_id, d.object, d.flow_id
ORDER BY count(*) DESC, min(d.since), d.cause_key
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class DeadCause:
    """One cause: how many deliveries it holds, since when, and the newest of them as its example.

    `state` is REJECTED (the data is refused: a steward's work) or DEAD (given up). `path` is the golden attribute
    that the target blames, empty when it names none.
    """

    key: str
    system: str
    object: str
    flow: str
    count: int
    first_at: datetime
    last_at: datetime
    state: str
    code: str
    message: str
    path: str
    target_field: str
    example: str


def dead_causes(*, actor: Actor, limit: int = 100) -> list[DeadCause]:
    """Return the causes of failed deliveries in the domains that the actor may view, the most frequent first."""
    permissions = permissions_of(actor)
    asked: dict[str, Any] = {
        "everywhere": permissions.everywhere("view"),
        "domains": sorted(permissions.domains("view")),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_CAUSE, asked)
        return [DeadCause(*row[:9], *(text or "" for text in row[9:])) for row in cursor.fetchall()]
