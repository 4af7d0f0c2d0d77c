"""Delivery in numbers: what waits at each stage, how long it takes, and what fails."""

from __future__ import annotations

from mdm.kernel.figures import Figure
from sync.delivery.states import UNENDED

# Asked again and again of tables that only grow: each condition is one that an index answers.
_RECENT = "statement_timestamp() - interval '15 minutes'"
_UNENDED = ", ".join(f"'{state}'" for state in UNENDED)

FIGURES = (
    Figure(
        "touchstone_outbox_waiting",
        "Outbox messages that have not become deliveries yet.",
        "SELECT count(*) FROM events_outboxmessage o LEFT JOIN delivery_fanoutcursor c ON c.id = 1"
        " WHERE o.type = 'golden.changed'"
        " AND (o.xid::text::bigint, o.id) > (coalesce(c.xid, 0), coalesce(c.message, 0))",
    ),
    Figure(
        "touchstone_deliveries",
        "Deliveries that have not ended well, by target and state.",
        f"SELECT connection_id, state, count(*) FROM delivery_delivery WHERE state IN ({_UNENDED}) GROUP BY 1, 2",
        ("target", "state"),
    ),
    Figure(
        "touchstone_delivery_oldest_seconds",
        "Age of the oldest delivery that waits to be sent.",
        "SELECT connection_id, extract(epoch FROM clock_timestamp() - min(queued_at)) FROM delivery_delivery"
        " WHERE state = 'PENDING' GROUP BY 1",
        ("target",),
    ),
    Figure(
        "touchstone_delivery_attempts_recent",
        "Attempts of the last 15 minutes, by target and outcome.",
        "SELECT d.connection_id, coalesce(a.outcome, 'OPEN'), count(*) FROM delivery_deliveryattempt a"
        " JOIN delivery_delivery d ON d.id = a.delivery_id"
        f" WHERE a.started_at > {_RECENT} GROUP BY 1, 2",
        ("target", "outcome"),
    ),
    Figure(
        "touchstone_delivery_seconds",
        "From queued to confirmed over the last 15 minutes, by target and quantile.",
        "SELECT connection_id, q::text, percentile_cont(q) WITHIN GROUP"
        " (ORDER BY extract(epoch FROM confirmed_at - queued_at)) FROM delivery_delivery,"
        " unnest(ARRAY[0.5, 0.95]::float8[]) AS q"
        f" WHERE state = 'CONFIRMED' AND since > {_RECENT} GROUP BY 1, q",
        ("target", "quantile"),
    ),
    Figure(
        "touchstone_connection_open",
        "1 where a connection may send, 0 where it is paused, switched off or its breaker is open.",
        "SELECT system_id, (sending AND status = 'OK' AND breaker = 'CLOSED')::int FROM targets_connection",
        ("target",),
    ),
    Figure(
        "touchstone_flow_silent_seconds",
        "How long an active flow is overdue: it should have moved something and did not.",
        "SELECT code, greatest(0, extract(epoch FROM clock_timestamp() - coalesce(last_moved_at, created_at))"
        " - expected_within) FROM flows_flow WHERE mode = 'ACTIVE' AND expected_within IS NOT NULL",
        ("flow",),
    ),
)
