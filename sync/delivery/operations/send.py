"""Making deliveries: claimed, pushed, settled."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from django.db import connection

from mdm.accounts.models import Actor
from mdm.kernel.faults import point
from sync.connectors.interface import Connector, Outcome, PushResult
from sync.delivery import limits
from sync.delivery.claimed import Claimed
from sync.delivery.endings import Ending, Situation, ending, not_sent
from sync.delivery.operations.attempt import Begun, begin_attempts
from sync.delivery.operations.claim import release
from sync.delivery.operations.heal_late import heal_late
from sync.delivery.operations.note_health import note_health
from sync.delivery.operations.settle import Ended, settle, settle_unsent
from sync.delivery.preparing import Prepared, Ready, Unchanged, Unfit, step_of
from sync.delivery.rebasing import prepare_call
from sync.delivery.states import Step

NO_TURN: Final = "no_turn"


class Pace(Protocol):
    """Waits until one more call may be made; False when that would take too long."""

    def __call__(self, patience: float) -> bool: ...


@dataclass(frozen=True, slots=True)
class Errand:
    """Where claimed deliveries of one connection and object go, and on whose behalf."""

    system: str
    connector: Connector
    actor: Actor
    pace: Pace


def send(*, claimed: Sequence[Claimed], errand: Errand) -> int:
    """Each of the deliveries, claimed for one object of one connection and no more than a call takes, has been pushed
    and stands where its ending leads; returns how many went as far as the target.
    """
    (begun,) = begin(calls=[prepare_call(claimed, errand.connector)], errand=errand)
    ended = push(begun=begun, errand=errand)
    settle_pushed(ended=ended, errand=errand)
    return len(ended)


def begin(*, calls: Sequence[Sequence[Prepared]], errand: Errand) -> list[list[Begun]]:
    """Each of the deliveries, given by the call that is to take them, has an attempt; or it is settled because it is
    not to be pushed, or given back because it came too late to be. Returns for each call what it is to push.
    """
    in_time, late = list[Ready](), list[Claimed]()
    for one in (one for call in calls for one in call if isinstance(one, Ready)):
        if _time_left(one.claimed, errand) >= 0:
            in_time.append(one)
        else:
            late.append(one.claimed)
    release(claimed=late)
    unfit = [one for call in calls for one in call if isinstance(one, Unfit)]
    unchanged = [one for call in calls for one in call if isinstance(one, Unchanged)]
    if unfit or unchanged:
        settle_unsent(unfit=unfit, unchanged=unchanged, actor=errand.actor)
    point("delivery.before_attempt")
    begun = begin_attempts(ready=[(one, step_of(one.claimed, errand.connector)) for one in in_time])
    point("delivery.after_attempt")
    mine = {one.ready.claimed.id: one for one in begun}
    return [[mine[one.claimed.id] for one in call if one.claimed.id in mine] for call in calls]


def push(*, begun: Sequence[Begun], errand: Errand) -> list[Ended]:
    """Each of the attempts, all of one call, was made; what is returned is to be settled by `settle_pushed`, several
    calls' at once where they end together.
    """
    started = time.monotonic()
    results = _call(begun, errand)
    duration = round((time.monotonic() - started) * 1000)
    point("delivery.after_post")
    return [_ended(one, result, errand, duration) for one, result in zip(begun, results, strict=True)]


def settle_pushed(*, ended: Sequence[Ended], errand: Errand) -> None:
    """Each of the attempts, all of one connection, is settled, and the connection knows how its calls went."""
    if not ended:
        return
    late = settle(ended=ended, actor=errand.actor)
    point("delivery.after_settle")
    if late:
        heal_late(late=late, actor=errand.actor)
    note_health(system=errand.system, endings=[(one.ending, one.result) for one in ended], actor=errand.actor)


def _time_left(claimed: Claimed, errand: Errand) -> float:
    """Return for how long a call may be put off that is to be over before the lease is."""
    usual = errand.connector.capabilities[claimed.object].call_timeout
    return claimed.held_until - time.monotonic() - limits.call_seconds(usual)


def _call(begun: Sequence[Begun], errand: Errand) -> Sequence[PushResult]:
    """Push, look or ask: no transaction is open, and whatever happens is told as a result."""
    if not begun:
        return []
    patience = _time_left(begun[0].ready.claimed, errand)
    if patience < 0 or not errand.pace(patience):
        return [_no_turn(one) for one in begun]
    point("delivery.before_post")
    try:
        pushed = [one.ready.item for one in begun if one.step == Step.PUSH]
        results = {result.push_id: result for result in errand.connector.push(pushed)} if pushed else {}
        for one in begun:
            if one.step != Step.PUSH:
                look = errand.connector.resolve if one.step == Step.RESOLVE else errand.connector.confirm
                results[one.ready.item.push_id] = look(one.ready.item)
    except Exception as error:  # a fault of the connector's own: what it did before is not known
        return [_broken(one, error) for one in begun]
    return [results.get(one.ready.item.push_id) or _broken(one, None) for one in begun]


def _no_turn(one: Begun) -> PushResult:
    return PushResult(one.ready.item.push_id, Outcome.RETRY, code=NO_TURN, message="Its turn did not come in time.")


def _broken(one: Begun, error: Exception | None) -> PushResult:
    """The text of an unexpected error may hold somebody's data: its class must do."""
    what = type(error).__name__ if error else "no answer"
    return PushResult(
        one.ready.item.push_id, Outcome.UNKNOWN, code="connector_fault", message=f"The connector failed: {what}."
    )


def _ended(one: Begun, result: PushResult, errand: Errand, duration: int) -> Ended:
    claimed = one.ready.claimed
    capabilities = errand.connector.capabilities[claimed.object]
    failed = result.outcome in (Outcome.RETRY, Outcome.UNKNOWN, Outcome.CONFLICT, Outcome.ACCEPTED)
    passed, too_old = _meanwhile(claimed) if failed and result.code != NO_TURN else (False, False)
    situation = Situation(
        step=one.step,
        connector_class=capabilities.connector_class,
        quiet_period=capabilities.quiet_period,
        tries=claimed.tries,
        attempts=claimed.attempts + 1,
        in_doubt=claimed.in_doubt,
        others_passed=passed,
        too_old=too_old,
    )
    found: Ending = not_sent(situation) if result.code == NO_TURN else ending(result, situation)
    return Ended(one.ready, one.attempt, result, found, duration)


_MEANWHILE = """
SELECT coalesce(c.last_ok_at > (SELECT max(a.ended_at) FROM delivery_deliveryattempt a
                                WHERE a.delivery_id = %s AND a.outcome IN ('RETRY', 'UNKNOWN', 'LOST')), false),
       coalesce(clock_timestamp() - %s::timestamptz > make_interval(secs => %s), false)
FROM targets_connection c WHERE c.system_id = %s
"""


def _meanwhile(claimed: Claimed) -> tuple[bool, bool]:
    """Whether the target did well since this delivery failed last, and whether it is too old to be tried again."""
    first: datetime | None = claimed.first_attempt_at
    with connection.cursor() as cursor:
        cursor.execute(_MEANWHILE, [claimed.id, first, limits.OLDEST.total_seconds(), claimed.connection])
        passed, too_old = cursor.fetchone()
    return bool(passed), bool(too_old)
