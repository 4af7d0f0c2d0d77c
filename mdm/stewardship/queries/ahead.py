"""Which tasks of a view come next for somebody, leaving out what others are looking at while there is anything else."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from mdm.accounts.models import Actor
from mdm.kernel.clock import database_now
from mdm.stewardship.models import ReviewTask
from mdm.stewardship.queries.item import following
from mdm.stewardship.queries.narrowing import narrowed, visible_tasks
from mdm.stewardship.queries.queue import lease_of, ordered
from mdm.stewardship.queries.shapes import QueueFilter

LOOKED_AT = 12


def ahead(*, actor: Actor, filter: QueueFilter, after: int = 0, n: int = 2, without: Collection[int] = ()) -> list[int]:
    """Return the ids of the next `n` tasks behind `after` (from the top when it is 0), none of `without`.

    What somebody else looks at comes last: a lease is a courtesy, and an empty desk would be none.
    """
    wanted = n + len(without) + LOOKED_AT
    if after:
        ids = following(actor=actor, filter=filter, after=after, n=wanted)
    else:
        ids = list(ordered(narrowed(actor, filter), filter.sort).values_list("pk", flat=True)[:wanted])
    left = [one for one in ids if one not in without]
    busy = _looked_at_by_others(actor, left)
    return sorted(left, key=lambda one: one in busy)[:n]


def task_of_decision(*, actor: Actor, decision: UUID) -> int | None:
    """Return the task that the decision closed, if the actor may view it."""
    found: int | None = visible_tasks(actor).filter(decision=decision).values_list("pk", flat=True).first()
    return found


def _looked_at_by_others(actor: Actor, ids: Collection[int]) -> set[int]:
    now = database_now()
    leased = ReviewTask.objects.select_related("lease_holder").filter(pk__in=ids, lease_holder__isnull=False)
    leases = {task.pk: lease_of(task, actor, now) for task in leased}
    return {pk for pk, lease in leases.items() if lease.holder and not lease.mine}
