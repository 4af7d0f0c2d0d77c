"""What arrived in a target while its release was being taken back."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from sync.delivery.operations.fan_out import queue_for
from sync.delivery.wanted import Change

_TAKEN_BACK = "SELECT id FROM records_goldenrecord WHERE id = ANY(%s::bigint[]) AND status = 'CANDIDATE' ORDER BY id"


def block_unreleased(*, arrived: Collection[int]) -> int:
    """Those golden records that are not released any more are blocked in their targets next; returns how many
    deliveries that queued. Lives in the caller's transaction, which confirmed what arrived.
    """
    if not arrived:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_BACK, [list(arrived)])
        taken_back = [golden for (golden,) in cursor.fetchall()]
    return queue_for(taken_back, dict.fromkeys(taken_back, Change(compensates=True))) if taken_back else 0
