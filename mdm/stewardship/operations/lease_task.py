"""Say that one is looking at a task: a courtesy, correctness is the check of versions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.stewardship.operations.decide_task import visible_task
from mdm.stewardship.queries.shapes import Lease

LEASE: Final = timedelta(minutes=5)
PREFETCH: Final = timedelta(seconds=90)

# Who holds it keeps it until it ends; looking again prolongs it, prefetching never shortens it.
_TAKE = """
UPDATE stewardship_reviewtask SET lease_holder_id = %(actor)s,
    lease_until = greatest(clock_timestamp() + %(lasts)s,
                           CASE WHEN lease_holder_id = %(actor)s THEN lease_until END)
WHERE id = %(task)s AND status IN ('OPEN', 'WAITING')
  AND (lease_holder_id IS NULL OR lease_holder_id = %(actor)s OR lease_until <= clock_timestamp())
"""
_GIVE = """
UPDATE stewardship_reviewtask SET lease_holder_id = NULL, lease_until = NULL
WHERE id = %(task)s AND lease_holder_id = %(actor)s
"""
_WHO = """
SELECT a.name, t.lease_holder_id = %(actor)s, t.lease_until FROM stewardship_reviewtask t
JOIN accounts_actor a ON a.id = t.lease_holder_id
WHERE t.id = %(task)s AND t.lease_until > clock_timestamp()
"""


def lease_task(*, task_id: int, actor: Actor, lasts: timedelta = LEASE) -> Lease:
    """The task is the actor's to look at for so long, unless somebody else looks at it; returns who does.

    Raises: NotFound; NotAllowed without `decide` in the domain.
    """
    task = visible_task(actor, task_id)
    require(actor, "decide", task.domain_id)
    parameters: dict[str, Any] = {"task": task_id, "actor": actor.pk, "lasts": min(lasts, LEASE)}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, parameters)
        cursor.execute(_WHO, parameters)
        row = cursor.fetchone()
    return Lease(*row) if row else Lease()


def give_back_task(*, task_id: int, actor: Actor) -> None:
    """Nobody is told any more that the actor looks at the task."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE, {"task": task_id, "actor": actor.pk})
