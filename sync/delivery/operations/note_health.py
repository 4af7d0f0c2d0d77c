"""What a connection learns from how its calls end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final, LiteralString

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.kernel.prepared import fetch_prepared
from sync.connectors.interface import PushResult
from sync.delivery import limits
from sync.delivery.endings import Ending
from sync.limits.decisions import pause_seconds
from sync.targets.operations.pause import mark_paused, record_pause

# Told at most once a second, and never waited for: a busy connection's row is not to be fought over.
_WELL = """
UPDATE targets_connection SET last_ok_at = clock_timestamp() WHERE system_id IN (
    SELECT system_id FROM targets_connection WHERE system_id = %s
    AND (last_ok_at IS NULL OR last_ok_at < clock_timestamp() - interval '1 second') FOR NO KEY UPDATE SKIP LOCKED)
"""
_NEWS: Final[LiteralString] = """
SELECT breaker <> 'CLOSED' OR breaker_failures > 0,
       last_ok_at IS NULL OR last_ok_at < clock_timestamp() - interval '1 second'
FROM targets_connection WHERE system_id = %(system)s
"""
_RECOVERED = """
UPDATE targets_connection SET breaker = 'CLOSED', breaker_failures = 0, open_until = NULL,
    last_ok_at = clock_timestamp()
WHERE system_id = %s AND (breaker <> 'CLOSED' OR breaker_failures > 0)
"""
# While the breaker is open, failures of calls already under way count no further; a failed probe doubles the wait.
_FAILED = """
UPDATE targets_connection c SET breaker_failures = n.failures, last_error_at = clock_timestamp(),
    last_error_code = %(code)s, last_error_message = %(message)s,
    breaker = CASE WHEN n.failures >= %(enough)s THEN 'OPEN' ELSE c.breaker END,
    open_until = CASE WHEN n.failures >= %(enough)s AND (c.breaker <> 'OPEN' OR c.open_until IS NULL)
        THEN clock_timestamp() + make_interval(
            secs => least(%(longest)s, %(seconds)s * power(2, least(n.failures - %(enough)s, 20))))
        ELSE c.open_until END
FROM (SELECT system_id, CASE WHEN breaker = 'OPEN' THEN breaker_failures ELSE breaker_failures + 1 END AS failures
      FROM targets_connection WHERE system_id = %(connection)s FOR NO KEY UPDATE) AS n
WHERE c.system_id = n.system_id
"""
_HELD = """
SELECT breaker_failures, coalesce(paused_until > clock_timestamp(), false) FROM targets_connection
WHERE system_id = %s FOR NO KEY UPDATE
"""
_PAUSED = """
UPDATE targets_connection SET breaker_failures = %s, last_error_at = clock_timestamp(), last_error_code = %s,
    last_error_message = %s, paused_until = greatest(paused_until, CASE WHEN %s
        THEN (date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC'
        ELSE clock_timestamp() + make_interval(secs => %s) END)
WHERE system_id = %s
"""


def note_health(*, system: str, endings: Sequence[tuple[Ending, PushResult]], actor: Actor) -> None:
    """The connection knows how its last call went: its breaker opens or closes, it waits where the target asked for it,
    and it is paused, with an event, where only a person can help.
    """
    if any(ending.stop or ending.pauses or ending.blames_target for ending, _ in endings):
        _note_trouble(system, endings, actor)
    elif any(ending.well for ending, _ in endings):
        _note_well(system)


@transaction.atomic(durable=True)
def _note_trouble(system: str, endings: Sequence[tuple[Ending, PushResult]], actor: Actor) -> None:
    stopped = next((result for ending, result in endings if ending.stop), None)
    asked = next(((ending, result) for ending, result in endings if ending.pauses), None)
    failed = next((result for ending, result in endings if ending.blames_target), None)
    if stopped is not None:
        _stop(system, stopped, actor)
    if asked is not None:
        _pause(system, *asked)
    if failed is not None:
        _fail(system, failed)
    elif any(ending.well for ending, _ in endings):
        _note_well(system)


def _note_well(system: str) -> None:
    """A connection that is well and known to be costs a look, and no transaction."""
    ((ill, stale),) = fetch_prepared(_NEWS, {"system": system})
    if ill or stale:
        with connection.cursor() as cursor:
            cursor.execute(_RECOVERED if ill else _WELL, [system])


def _stop(system: str, result: PushResult, actor: Actor) -> None:
    cause = (result.message or result.code or "The target refused the sign-in or the set-up.")[:500]
    if mark_paused(system=system, cause=cause):
        record_pause(system=system, reason=cause, actor=actor, code=result.code[:80].replace("@", " "))


def _pause(system: str, ending: Ending, result: PushResult) -> None:
    """As long as the target asks; else longer with each refusal in a row, where those of one burst count once."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [system])
        failures, resting = cursor.fetchone()
        in_a_row = failures + (not resting)
        seconds = pause_seconds(result.retry_after, in_a_row, random.random())  # noqa: S311 - no secret
        told = [result.code[:80], result.message[:500]]
        cursor.execute(_PAUSED, [in_a_row, *told, ending.pause_until_tomorrow, seconds, system])


def _fail(system: str, result: PushResult) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _FAILED,
            {
                "connection": system,
                "code": (result.code or str(result.outcome))[:80],
                "message": result.message[:500],
                "enough": limits.BREAKER_FAILURES,
                "seconds": limits.breaker_seconds(),
                "longest": limits.BREAKER_LONGEST,
            },
        )
