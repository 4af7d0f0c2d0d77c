"""What waits for people, in numbers."""

from __future__ import annotations

from mdm.kernel.figures import Figure

FIGURES = (
    Figure(
        "touchstone_review_tasks_open",
        "Review tasks that wait for a decision, by domain and reason.",
        "SELECT domain_id, reason, count(*) FROM stewardship_reviewtask"
        " WHERE status IN ('OPEN', 'WAITING') GROUP BY 1, 2",
        ("domain", "reason"),
    ),
    Figure(
        "touchstone_review_oldest_seconds",
        "Age of the oldest open review task.",
        "SELECT domain_id, extract(epoch FROM clock_timestamp() - min(opened_at)) FROM stewardship_reviewtask"
        " WHERE status = 'OPEN' GROUP BY 1",
        ("domain",),
    ),
    Figure(
        "touchstone_change_requests_open",
        "Change requests that wait for approval.",
        "SELECT domain_id, count(*) FROM stewardship_changerequest WHERE status = 'SUBMITTED' GROUP BY 1",
        ("domain",),
    ),
)
