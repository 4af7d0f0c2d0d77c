"""How connections are: health in a word and its cause, headroom, and what waits for each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection as database

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.kernel.clock import database_now
from mdm.kernel.errors import NotFound
from sync.delivery.states import UNENDED, State
from sync.flows.models import Flow
from sync.targets.models import Connection, Installation

WINDOW_MINUTES = 15

# Every state is named, so that the index of states says what is recent: what ended long ago is not read.
_FIGURES = f"""
SELECT c.system_id,
    (SELECT coalesce(jsonb_object_agg(state, n), '{{}}') FROM (SELECT state, count(*) AS n FROM delivery_delivery d
        WHERE d.connection_id = c.system_id AND d.state = ANY(%(unended)s::text[])
        GROUP BY state) AS s),
    (SELECT min(d.queued_at) FROM delivery_delivery d WHERE d.connection_id = c.system_id AND d.state = 'PENDING'),
    recent.tried, recent.well, recent.p95
FROM targets_connection c LEFT JOIN LATERAL (
    SELECT count(*) AS tried, count(*) FILTER (WHERE a.outcome IN ('APPLIED', 'NOOP', 'ACCEPTED')) AS well,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY a.duration_ms) AS p95
    FROM delivery_delivery d JOIN delivery_deliveryattempt a ON a.delivery_id = d.id
    WHERE d.connection_id = c.system_id AND d.state = ANY(%(states)s::text[])
      AND d.since > statement_timestamp() - interval '{WINDOW_MINUTES} minutes'
      AND a.started_at > statement_timestamp() - interval '{WINDOW_MINUTES} minutes') AS recent ON true
WHERE c.system_id = ANY(%(systems)s::text[])
"""


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """One connection as it stands. `health` is one of delivering, idle, held, paused, slowed, broken.

    `waiting` counts deliveries by state that have not ended; `tried`, `well` and `p95_ms` are of the last minutes.
    """

    connection: Connection
    health: str
    cause: str
    until: datetime | None
    waiting: dict[str, int]
    oldest_at: datetime | None
    tried: int
    well: int
    p95_ms: float | None

    @property
    def slots_used(self) -> int:
        return self.waiting.get(State.SENDING, 0)

    @property
    def queued(self) -> int:
        return sum(self.waiting.get(state, 0) for state in (State.PENDING, State.SENDING, State.WAITING, State.UNKNOWN))

    @property
    def failed(self) -> int:
        return self.waiting.get(State.DEAD, 0) + self.waiting.get(State.REJECTED, 0)

    @property
    def budget_left(self) -> int | None:
        budget = self.connection.daily_budget
        return None if budget is None else max(0, budget - self.connection.used_today)


def connections(*, actor: Actor) -> list[ConnectionState]:
    """Return the connections that serve a domain the actor may view, or that the actor operates; by code."""
    seen = [one for one in Connection.objects.select_related("system").order_by("pk") if _visible(actor, one.pk)]
    figures = _figures([one.pk for one in seen])
    now, sending = database_now(), Installation.objects.filter(sending=True).exists()
    return [_state(one, figures[one.pk], now, sending=sending) for one in seen]


def connection_state(*, actor: Actor, system: str) -> ConnectionState:
    """Return one connection. Raises: NotFound, also for one that the actor may not see."""
    for state in connections(actor=actor):
        if state.connection.pk == system:
            return state
    raise NotFound(
        "There is no such connection.", field="connection", value=system, remedy="Take one of the list of connections."
    )


def installation_sends() -> Installation | None:
    """Return the switch of the whole installation, or None where it was never set: nothing leaves."""
    return Installation.objects.select_related("changed_by").filter(pk=1).first()


def _visible(actor: Actor, system: str) -> bool:
    permissions = permissions_of(actor)
    if permissions.everywhere("view") or permissions.may_system("operate", system):
        return True
    return Flow.objects.filter(target=system, domain__in=permissions.domains("view")).exists()


def _figures(systems: list[str]) -> dict[str, tuple[dict[str, int], datetime | None, int, int, float | None]]:
    with database.cursor() as cursor:
        cursor.execute(_FIGURES, {"systems": systems, "unended": list(UNENDED), "states": State.values})
        return {row[0]: (_counts(row[1]), row[2], row[3], row[4], row[5]) for row in cursor.fetchall()}


def _counts(found: object) -> dict[str, int]:
    counts = json.loads(found) if isinstance(found, str) else found
    assert isinstance(counts, dict)
    return {str(state): int(count) for state, count in counts.items()}


def _state(
    one: Connection,
    figures: tuple[dict[str, int], datetime | None, int, int, float | None],
    now: datetime,
    *,
    sending: bool,
) -> ConnectionState:
    waiting, oldest, tried, well, p95 = figures
    health, cause, until = _health(one, now, busy=bool(tried), sending=sending)
    return ConnectionState(one, health, cause, until, waiting, oldest, tried, well, p95)


def _health(one: Connection, now: datetime, *, busy: bool, sending: bool) -> tuple[str, str, datetime | None]:
    if not sending:
        return "held", "Nothing leaves this installation.", None
    if one.status == "PAUSED":
        return "paused", one.pause_cause, None
    if not one.sending:
        return "held", "Sending is switched off for this connection.", None
    if one.breaker != "CLOSED":
        return "broken", one.last_error_message or "The target does not answer.", one.open_until
    if one.paused_until is not None and one.paused_until > now:
        return "slowed", "The target asked to wait.", one.paused_until
    return ("delivering", "", None) if busy else ("idle", "", None)
