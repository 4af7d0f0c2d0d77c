"""Mending what crashes, lost rings and the passing of time left behind."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from mdm.accounts.models import Actor
from sync.delivery.operations.cancel import cancel_undone
from sync.delivery.operations.fan_out import queue_for
from sync.delivery.operations.recover import recover_lost
from sync.delivery.operations.release_held import release_holds, release_waiting, run_schedules
from sync.delivery.wanted import Change

# What waits at a version its golden record has left behind: the fan-out is about to replace it, or was cut short.
_LEFT_BEHIND = """
SELECT DISTINCT d.golden_id FROM delivery_delivery d JOIN records_goldenrecord g ON g.id = d.golden_id
WHERE d.state IN ('PENDING', 'HELD', 'WAITING') AND g.version_number <> d.version
  AND d.since < clock_timestamp() - interval '5 seconds' ORDER BY 1 LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found."""

    lost: int = 0
    undone: int = 0
    released: int = 0
    runs: int = 0
    left_behind: int = 0


def sweep(*, actor: Actor) -> Swept:
    """Nothing is under way past its lease; holds and waits that are over are; what carries an undone decision, or a
    version left behind, waits no longer; schedules that came due have fired. Any number may sweep at once.
    """
    return Swept(
        lost=recover_lost(actor=actor),
        undone=_take_back_undone(),
        released=release_holds() + release_waiting(),
        runs=run_schedules(),
        left_behind=_requeue_left_behind(),
    )


@transaction.atomic
def _take_back_undone() -> int:
    """What an undo left as it was is in no message of its own: it is asked for again, free of the decision."""
    goldens = cancel_undone()
    queue_for(sorted(set(goldens)), dict.fromkeys(goldens, Change(compensates=True)))
    return len(goldens)


@transaction.atomic
def _requeue_left_behind() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_BEHIND)
        goldens = [golden for (golden,) in cursor.fetchall()]
    return queue_for(goldens) if goldens else 0
