"""The row that says an attempt is about to be made: committed before the first byte leaves."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from mdm.kernel.prepared import fetch_durably
from sync.delivery.preparing import Ready

_BEGIN: Final[LiteralString] = """
WITH mine AS (
    UPDATE delivery_delivery d SET attempt_count = d.attempt_count + 1, payload_hash = u.payload_hash,
        in_doubt = d.in_doubt OR u.step = 'PUSH',
        first_attempt_at = coalesce(d.first_attempt_at, clock_timestamp())
    FROM unnest(%(ids)s::uuid[], %(fences)s::bigint[], %(hashes)s::text[], %(steps)s::text[])
        AS u (id, fence, payload_hash, step)
    WHERE d.id = u.id AND d.fence = u.fence AND d.state = 'SENDING' AND d.lease_until > clock_timestamp()
        AND NOT EXISTS (SELECT FROM delivery_deliveryattempt a WHERE a.delivery_id = d.id AND a.fence = d.fence)
    RETURNING d.id, d.attempt_count, d.fence, u.step, u.payload_hash
)
INSERT INTO delivery_deliveryattempt (delivery_id, number, step, fence, started_at, code, message, field_errors,
    request, response, payload_hash, worker)
SELECT id, attempt_count, step, fence, clock_timestamp(), '', '', '[]', '', '', payload_hash, %(worker)s FROM mine
RETURNING delivery_id, id
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt whose row is written. `step` is what it does: push, look or ask."""

    ready: Ready
    attempt: int
    step: str


def begin_attempts(*, ready: Sequence[tuple[Ready, str]]) -> list[Begun]:
    """Each of the deliveries, given with what is to be done, has an attempt without an outcome; those that somebody
    else took over meanwhile are left out, and nothing may be sent for them. A claim has one attempt: whoever does not
    know whether it was begun leaves it to its lease.
    """
    if not ready:
        return []
    columns = {
        "ids": [one.claimed.id for one, _ in ready],
        "fences": [one.claimed.fence for one, _ in ready],
        "hashes": [one.payload_hash for one, _ in ready],
        "steps": [str(step) for _, step in ready],
    }
    attempts = dict(fetch_durably(_BEGIN, columns | {"worker": worker_name()}))
    return [Begun(one, attempts[one.claimed.id], step) for one, step in ready if one.claimed.id in attempts]


def worker_name() -> str:
    """Return which thread of which process of which host this is."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.current_thread().name}"[:80]
