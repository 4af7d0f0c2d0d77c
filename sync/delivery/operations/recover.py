"""Deliveries whose workers went away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.kernel.errors import Conflict
from sync.connectors.errors import BadSettings, UnknownKind
from sync.connectors.interface import Capabilities, ConnectorClass
from sync.delivery import limits
from sync.delivery.causes import cause_key
from sync.delivery.endings import Ending, Situation, lost
from sync.delivery.operations.replace import replace_if_newer
from sync.delivery.operations.tell import Told, tell
from sync.delivery.states import State, Step
from sync.targets.connectors import connector_of
from sync.targets.queries.reached import reached

CRASHES = "crashes_worker"
# Where a connection cannot even be built, the most careful class decides.
CAREFUL = Capabilities(ConnectorClass.P)

_LOST = """
SELECT d.id, d.fence, d.connection_id, d.object, g.code, g.domain_id, d.version, d.operation, d.push_number,
       d.cause, d.step, d.in_doubt, d.tries, d.crashes, d.attempt_count,
       coalesce(clock_timestamp() - d.first_attempt_at > make_interval(secs => %s), false)
FROM delivery_delivery d JOIN records_goldenrecord g ON g.id = d.golden_id
WHERE d.state = 'SENDING' AND d.lease_until < clock_timestamp() ORDER BY d.id LIMIT 500
FOR NO KEY UPDATE OF d SKIP LOCKED
"""
_MOVE = """
UPDATE delivery_delivery d SET state = u.state, step = u.step, lease_until = NULL, since = clock_timestamp(),
    next_attempt_at = clock_timestamp() + make_interval(secs => u.delay), dead_cause = u.dead_cause,
    error_code = u.code, error_message = u.message, cause_key = u.cause_key
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::float[], %s::text[], %s::text[], %s::text[],
            %s::text[])
     AS u (id, fence, state, step, delay, dead_cause, code, message, cause_key)
WHERE d.id = u.id AND d.fence = u.fence AND d.state = 'SENDING'
"""
_ATTEMPTS = """
UPDATE delivery_deliveryattempt SET outcome = 'LOST', ended_at = clock_timestamp(), code = 'worker_lost',
    message = 'Its worker went away before it could tell.'
WHERE delivery_id = ANY(%s::uuid[]) AND outcome IS NULL
"""


@dataclass(frozen=True, slots=True)
class _Lost:
    id: UUID
    fence: int
    connection: str
    object: str
    code: str
    domain: str
    version: int
    operation: str
    push_number: int
    cause: str
    step: str
    in_doubt: bool
    tries: int
    crashes: int
    attempts: int
    too_old: bool


@transaction.atomic
def recover_lost(*, actor: Actor) -> int:
    """Every delivery whose lease ran out stands where that leads: where nothing was sent it waits again, where it may
    have arrived it is unknown, and one that lost three workers is given up. Returns how many there were.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOST, [limits.OLDEST.total_seconds()])
        found = [_Lost(*row) for row in cursor.fetchall()]
    if not found:
        return 0
    capabilities = cache(_capabilities)
    moves = [(one, _ending(one, capabilities(one.connection, one.object))) for one in found]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [list(column) for column in zip(*(_row(*move) for move in moves), strict=True)])
        cursor.execute(_ATTEMPTS, [[one.id for one in found]])
    replace_if_newer(deliveries=[one.id for one in found if not one.in_doubt])
    tell([_told(*move) for move in moves], actor=actor)
    return len(found)


def _ending(one: _Lost, capabilities: Capabilities) -> Ending:
    if one.crashes >= limits.CRASHES_UNTIL_DEAD:
        return Ending(State.DEAD, dead_cause=CRASHES)
    if one.step == Step.CONFIRM:
        return Ending(State.ACCEPTED, Step.CONFIRM, delay=0.0)
    if not one.in_doubt:
        return Ending(State.PENDING, delay=0.0)
    return lost(
        Situation(
            step=one.step,
            connector_class=capabilities.connector_class,
            quiet_period=capabilities.quiet_period,
            tries=one.tries,
            attempts=one.attempts,
            in_doubt=True,
            too_old=one.too_old,
        )
    )


def _capabilities(system: str, object: str) -> Capabilities:
    try:
        return connector_of(reached(system)).capabilities.get(object, CAREFUL)
    except (BadSettings, UnknownKind, Conflict):
        return CAREFUL


def _row(one: _Lost, ending: Ending) -> tuple[Any, ...]:
    message = "Its worker went away before it could tell."
    dead = ending.state == State.DEAD
    key = cause_key(connection=one.connection, object=one.object, code=ending.dead_cause, message=message)
    return (
        one.id,
        one.fence,
        str(ending.state),
        str(ending.step),
        ending.delay,
        ending.dead_cause,
        "worker_lost",
        message,
        key if dead else "",
    )


def _told(one: _Lost, ending: Ending) -> Told:
    return Told(
        ending.state,
        ending.dead_cause,
        one.id,
        one.code,
        one.domain,
        one.connection,
        one.object,
        one.version,
        one.operation,
        one.push_number,
        one.cause,
    )
