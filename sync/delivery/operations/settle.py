"""The one transaction in which an attempt has its outcome and everything that follows from it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.kernel.faults import point
from mdm.kernel.prepared import fetch_prepared
from sync.connectors.interface import FieldError, PushResult
from sync.delivery import limits
from sync.delivery.causes import cause_key
from sync.delivery.claimed import Claimed
from sync.delivery.endings import Ending
from sync.delivery.operations.block_unreleased import block_unreleased
from sync.delivery.operations.confirm import Confirmed, confirm_targets
from sync.delivery.operations.release_held import release_children
from sync.delivery.operations.replace import replace_if_newer
from sync.delivery.operations.tell import tell, told
from sync.delivery.preparing import Ready, Unchanged, Unfit
from sync.delivery.states import REPLACEABLE, State

logger = logging.getLogger(__name__)

# Rows go as one JSON text: to quote each of their values costs this process more than the database spends on them.
_SETTLE = """
WITH mine AS (
    UPDATE delivery_delivery d SET state = u.state, step = u.step, lease_until = NULL, crashes = 0,
        in_doubt = u.in_doubt, tries = d.tries + u.spent, since = clock_timestamp(),
        next_attempt_at = clock_timestamp() + make_interval(secs => u.delay),
        confirmed_at = CASE WHEN u.state = 'CONFIRMED' THEN clock_timestamp() END,
        payload_hash = u.payload_hash, error_code = u.code, error_message = u.message, field_errors = u.errors,
        waits_for = u.waits_for, dead_cause = u.dead_cause, cause_key = u.cause_key
    FROM json_to_recordset(%(moves)s::json) AS u (id uuid, fence bigint, state text, step text, in_doubt boolean,
        spent int, delay float, payload_hash text, code text, message text, errors jsonb, waits_for text,
        dead_cause text, cause_key text)
    WHERE d.id = u.id AND d.fence = u.fence AND d.state = 'SENDING'
    RETURNING d.id
), told AS (
    UPDATE delivery_deliveryattempt a SET outcome = u.outcome, ended_at = clock_timestamp(), code = u.code,
        message = u.message, field_errors = u.errors, request = u.request, response = u.response,
        duration_ms = u.duration
    FROM json_to_recordset(%(attempts)s::json) AS u (delivery uuid, id bigint, outcome text, code text, message text,
        errors jsonb, request text, response text, duration int)
    JOIN mine ON mine.id = u.delivery
    WHERE a.id = u.id AND a.outcome IS NULL
)
SELECT id FROM mine
"""
_LATE = """
UPDATE delivery_deliveryattempt a SET late_outcome = u.outcome FROM unnest(%s::bigint[], %s::text[]) AS u (id, outcome)
WHERE a.id = u.id AND a.late_outcome IS NULL
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended, and what follows."""

    ready: Ready
    attempt: int
    result: PushResult
    ending: Ending
    duration_ms: int

    @property
    def claimed(self) -> Claimed:
        return self.ready.claimed


@transaction.atomic(durable=True)
def settle(*, ended: Sequence[Ended], actor: Actor) -> list[Ended]:
    """Every attempt has its outcome, its delivery stands where that leads, and of what the target holds now the
    target's record, its identifier in the crosswalk, the completion event and the audit tell: all of it, or nothing.

    An attempt whose delivery was taken over has no effect; it is noted and returned.
    """
    mine = _move([(one.claimed, one.ending, _said(one)) for one in ended], ended)
    kept = [one for one in ended if one.claimed.id in mine]
    confirm_targets(confirmed=[_confirmed(one) for one in kept if one.ending.done], actor=actor)
    block_unreleased(arrived=[one.claimed.golden for one in kept if one.ending.done])
    release_children(parents=[(one.claimed.connection, one.claimed.code) for one in kept if one.ending.done])
    replace_if_newer(deliveries=[one.claimed.id for one in kept if one.ending.state in REPLACEABLE])
    tell([told(one.claimed, one.ending, one.result.code) for one in kept], actor=actor)
    late = [one for one in ended if one.claimed.id not in mine]
    _note_late(late)
    point("delivery.in_settle")
    return late


@transaction.atomic(durable=True)
def settle_unsent(*, unfit: Sequence[Unfit], unchanged: Sequence[Unchanged], actor: Actor) -> None:
    """What cannot be pushed waits for a person, or is over; what the target holds already is confirmed by no call."""
    moves = [(one.claimed, _ending_of(one), _Said(one.code, one.message, one.errors)) for one in unfit]
    done = Ending(State.CONFIRMED, done=True)
    moves += [(one.claimed, done, _Said("unchanged", payload_hash=one.payload_hash)) for one in unchanged]
    mine = _move(moves)
    confirm_targets(confirmed=[_still(one) for one in unchanged if one.claimed.id in mine], actor=actor)
    replace_if_newer(deliveries=[one.claimed.id for one in unfit if one.claimed.id in mine])
    tell([told(claimed, ending, said.code) for claimed, ending, said in moves if claimed.id in mine], actor=actor)


def _confirmed(one: Ended) -> Confirmed:
    result = one.result
    return Confirmed(
        one.claimed, one.ready.mapped, one.ready.payload_hash, result.target_key or "", result.etag or "", moved=True
    )


def _still(one: Unchanged) -> Confirmed:
    return Confirmed(
        one.claimed, one.mapped, one.payload_hash, one.claimed.confirmed_key, one.claimed.etag, moved=False
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What is kept on the delivery of how its last attempt went."""

    code: str = ""
    message: str = ""
    errors: Sequence[FieldError] = ()
    payload_hash: str = ""


def _said(one: Ended) -> _Said:
    result = one.result
    if one.ending.done:
        return _Said(payload_hash=one.ready.payload_hash)
    return _Said(
        result.code or str(result.outcome).lower(), result.message, result.field_errors, one.ready.payload_hash
    )


def _ending_of(unfit: Unfit) -> Ending:
    dead_cause = unfit.code if unfit.state == State.DEAD else ""
    return Ending(State(unfit.state), dead_cause=dead_cause)


def _move(moves: Sequence[tuple[Claimed, Ending, _Said]], ended: Sequence[Ended] = ()) -> set[UUID]:
    """Move what is still the caller's, with what was said of its attempt; return the ids of those."""
    if not moves:
        return set()
    rows = [_row(*move) for move in sorted(moves, key=lambda move: move[0].id)]
    told = {"moves": _as_json(rows), "attempts": _as_json([_attempt(one) for one in ended])}
    return {delivery for (delivery,) in fetch_prepared(_SETTLE, told)}


def _row(claimed: Claimed, ending: Ending, said: _Said) -> dict[str, Any]:
    key = ""
    if ending.state in (State.DEAD, State.REJECTED):
        field = said.errors[0].target_field if said.errors else ""
        key = cause_key(
            connection=claimed.connection, object=claimed.object, code=said.code, message=said.message, field=field
        )
    return {
        "id": claimed.id,
        "fence": claimed.fence,
        "state": str(ending.state),
        "step": str(ending.step),
        "in_doubt": ending.in_doubt,
        "spent": int(ending.try_spent),
        "delay": 0.0 if ending.delay is None and ending.state == State.PENDING else ending.delay,
        "payload_hash": said.payload_hash or claimed.payload_hash,
        "code": said.code[:80],
        "message": said.message[:1000],
        "errors": _errors(said.errors),
        "waits_for": ending.waits_for,
        "dead_cause": ending.dead_cause,
        "cause_key": key,
    }


def _attempt(one: Ended) -> dict[str, Any]:
    result = one.result
    return {
        "delivery": one.claimed.id,
        "id": one.attempt,
        "outcome": str(result.outcome),
        "code": result.code[:80],
        "message": result.message[:1000],
        "errors": _errors(result.field_errors),
        "request": result.request,
        "response": result.response,
        "duration": one.duration_ms,
    }


def _errors(errors: Sequence[FieldError]) -> list[dict[str, Any]]:
    return [error._asdict() for error in errors[:100]]


def _as_json(rows: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()


def _note_late(late: Sequence[Ended]) -> None:
    if not late:
        return
    with connection.cursor() as cursor:
        cursor.execute(_LATE, [[one.attempt for one in late], [str(one.result.outcome) for one in late]])
    for one in late:
        logger.warning(
            "Delivery %s was taken over after %s s: what its attempt says (%s) is stale.",
            one.claimed.id,
            limits.lease_seconds(),
            one.result.outcome,
        )
