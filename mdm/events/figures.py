"""The audit and the outbox in numbers."""

from __future__ import annotations

from mdm.kernel.figures import Figure

FIGURES = (
    Figure(
        "touchstone_audit_unsealed_events",
        "Events that no sealed block covers yet.",
        "SELECT count(*) FROM events_auditevent e"
        " WHERE e.id > coalesce((SELECT last_event_id FROM events_auditblock ORDER BY number DESC LIMIT 1), 0)",
    ),
)
