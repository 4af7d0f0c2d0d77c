"""Drift in numbers."""

from __future__ import annotations

from mdm.kernel.figures import Figure

FIGURES = (
    Figure(
        "touchstone_drift_open",
        "Differences between targets and golden records that nobody has answered.",
        "SELECT connection_id, cause, count(*) FROM reconciliation_driftfinding WHERE status = 'OPEN' GROUP BY 1, 2",
        ("target", "cause"),
    ),
)
