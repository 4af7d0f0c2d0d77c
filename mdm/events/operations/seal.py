"""One sealer at a time turns new events into the next block of the chain."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.db import connection, transaction

from mdm.events.chain import EVENT_COLUMNS, GENESIS, block_hash, event_digest
from mdm.events.models import AuditBlock
from mdm.kernel.clock import database_now
from mdm.kernel.copying import copy_rows
from mdm.kernel.locks import lock_key

logger = logging.getLogger(__name__)

BLOCK_EVENTS = 10_000
# An event keeps the id it took early in its transaction. Ids below a block this old are settled: every transaction
# that could still bring one has ended.
_SETTLED = """
SELECT last_event_id FROM events_auditblock WHERE sealed_at < clock_timestamp() - interval '1 hour'
ORDER BY number DESC LIMIT 1
"""
_UNSEALED = f"""
SELECT {", ".join(f"e.{column}" for column in EVENT_COLUMNS)} FROM events_auditevent e
WHERE e.id > %s AND NOT EXISTS (SELECT FROM events_auditseal s WHERE s.event_id = e.id)
ORDER BY e.id LIMIT %s
"""


def seal(*, everything: bool = False) -> int:
    """Every committed event is in a block; events that commit late come into a later one. Returns how many were sealed.

    With `everything`, ids that count as settled are searched as well.
    """
    sealed = 0
    while count := _seal_block(everything):
        sealed += count
        if count < BLOCK_EVENTS:
            break
    return sealed


@transaction.atomic
def _seal_block(everything: bool) -> int:
    lock_key("events.seal")
    events = _unsealed(everything)
    if not events:
        return 0
    last = AuditBlock.objects.order_by("-number").first()
    number, previous = (last.number + 1, bytes(last.hash)) if last else (1, GENESIS)
    seals = [(row[0], event_digest(row)) for row in events]
    sealed_at = database_now()
    block = AuditBlock(
        number=number,
        first_event_id=seals[0][0],
        last_event_id=seals[-1][0],
        event_count=len(seals),
        previous_hash=previous,
        hash=block_hash(number=number, previous=previous, sealed_at=sealed_at, seals=seals),
        sealed_at=sealed_at,
    )
    block.save(force_insert=True)
    copy_rows("events_auditseal", ("event_id", "block_id", "digest"), ((pk, number, digest) for pk, digest in seals))
    # The log is a place outside the database where the chain's head can be compared later.
    logger.info("audit block %s:%s seals %s events", number, bytes(block.hash).hex(), len(seals))
    return len(seals)


def _unsealed(everything: bool) -> list[tuple[Any, ...]]:
    detail = EVENT_COLUMNS.index("detail")
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED)
        settled = cursor.fetchone()
        above = 0 if everything or settled is None else settled[0]
        cursor.execute(_UNSEALED, [above, BLOCK_EVENTS])
        return [(*row[:detail], json.loads(row[detail]), *row[detail + 1 :]) for row in cursor.fetchall()]
