"""Matching in numbers."""

from __future__ import annotations

from mdm.kernel.figures import Figure

FIGURES = (
    Figure(
        "touchstone_matching_pending_records",
        "Source records whose version in force was not matched yet.",
        "SELECT s.domain_id, count(*) FROM records_sourcerecord s LEFT JOIN matching_matchstate m"
        " ON m.source_record_id = s.id WHERE NOT s.deleted AND (m.source_record_id IS NULL OR m.version < s.in_force)"
        " GROUP BY 1",
        ("domain",),
    ),
)
