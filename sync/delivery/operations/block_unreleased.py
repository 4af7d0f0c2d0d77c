"""What arrived in a target while its release was being taken back."""

from __future__ import annotations

from collections.abc import Collection

from mdm.records.models import GoldenRecord
from sync.delivery.operations.fan_out import queue_for
from sync.delivery.wanted import Change


def block_unreleased(*, arrived: Collection[int]) -> int:
    """Those golden records that are not released any more are blocked in their targets next; returns how many
    deliveries that queued. Lives in the caller's transaction, which confirmed what arrived.
    """
    taken_back = list(GoldenRecord.objects.filter(pk__in=arrived, status="CANDIDATE").values_list("pk", flat=True))
    return queue_for(taken_back, dict.fromkeys(taken_back, Change(compensates=True))) if taken_back else 0
