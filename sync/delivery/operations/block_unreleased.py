"""What arrived in a target while its release was being taken back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, LiteralString

from mdm.kernel.prepared import fetch_prepared
from sync.delivery.operations.fan_out import queue_for
from sync.delivery.wanted import Change

_TAKEN_BACK: Final[LiteralString] = """
SELECT id FROM records_goldenrecord WHERE id = ANY(%(arrived)s::bigint[]) AND status = 'CANDIDATE' ORDER BY id
"""


def block_unreleased(*, arrived: Collection[int]) -> int:
    """Those golden records that are not released any more are blocked in their targets next; returns how many
    deliveries that queued. Lives in the caller's transaction, which confirmed what arrived.
    """
    if not arrived:
        return 0
    taken_back = [golden for (golden,) in fetch_prepared(_TAKEN_BACK, {"arrived": list(arrived)})]
    return queue_for(taken_back, dict.fromkeys(taken_back, Change(compensates=True))) if taken_back else 0
