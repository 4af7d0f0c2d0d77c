"""Whether there is anything to do."""

from __future__ import annotations

from typing import Final, LiteralString

from mdm.kernel.prepared import fetch_prepared

_SYSTEMS: Final[LiteralString] = """
SELECT c.system_id FROM targets_connection c, targets_installation i
WHERE i.sending AND c.sending AND c.status = 'OK' AND EXISTS (
    SELECT FROM delivery_delivery d WHERE d.connection_id = c.system_id
    AND d.state IN ('PENDING', 'UNKNOWN', 'ACCEPTED') AND d.next_attempt_at <= clock_timestamp())
ORDER BY 1
"""
_LEFT: Final[LiteralString] = """
SELECT EXISTS (SELECT FROM delivery_delivery d JOIN targets_connection c ON c.system_id = d.connection_id
               WHERE d.state = 'SENDING' OR (d.state IN ('PENDING', 'UNKNOWN', 'ACCEPTED')
                   AND d.next_attempt_at IS NOT NULL AND c.sending AND c.status = 'OK'
                   AND (SELECT sending FROM targets_installation)))
    OR EXISTS (SELECT FROM events_outboxmessage m, delivery_fanoutcursor k
               WHERE (m.xid, m.id) > (k.xid::text::xid8, k.message) AND m.type = 'golden.changed')
"""


def due_systems() -> list[str]:
    """Return the systems that something is due for, and that may be sent to as far as their switches go."""
    return [system for (system,) in fetch_prepared(_SYSTEMS, {})]


def is_quiet() -> bool:
    """Whether nothing is under way, due now or later by itself, or still to be fanned out."""
    ((left,),) = fetch_prepared(_LEFT, {})
    return not left
