"""Ask about golden records that somebody says are one."""

from __future__ import annotations

from collections.abc import Sequence

from mdm.accounts.models import Actor
from mdm.records.models import GoldenRecord
from mdm.records.next_versions import LIVING
from mdm.stewardship.models import TaskMember
from mdm.stewardship.operations.refresh_tasks import refresh_tasks
from mdm.stewardship.queries.pieces import piece_of


def ask_about_collisions(*, domain: str, pairs: Sequence[tuple[str, str]], actor: Actor) -> int:
    """Each two golden records (codes) that live and that no open task asks about together are asked about; returns how
    many tasks that opened. Lives in the caller's transaction.
    """
    codes = {code for pair in pairs for code in pair}
    goldens = dict(
        GoldenRecord.objects.filter(code__in=codes, domain=domain, status__in=LIVING).values_list("code", "pk")
    )
    living = [(goldens[one], goldens[other]) for one, other in pairs if one in goldens and other in goldens]
    asked = dict(TaskMember.objects.filter(golden__in=goldens.values(), open=True).values_list("golden_id", "task_id"))
    fresh = [(one, other) for one, other in living if one != other and not _together(asked, one, other)]
    if not fresh:
        return 0
    piece = piece_of(domain, sorted({golden for pair in fresh for golden in pair}))
    return refresh_tasks(domain=domain, goldens=piece, actor=actor, collisions=fresh).opened


def _together(asked: dict[int, int], one: int, other: int) -> bool:
    return one in asked and asked.get(one) == asked.get(other)
