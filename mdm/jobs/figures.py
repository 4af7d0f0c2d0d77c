"""Long work in numbers."""

from __future__ import annotations

from mdm.kernel.figures import Figure

FIGURES = (
    Figure(
        "touchstone_jobs_open",
        "Jobs that have not ended, by kind and status.",
        "SELECT kind, status, count(*) FROM jobs_job WHERE finished_at IS NULL GROUP BY 1, 2",
        ("kind", "status"),
    ),
    Figure(
        "touchstone_chunks_waiting",
        "Chunks of jobs that wait for a worker.",
        "SELECT count(*) FROM jobs_chunk WHERE status = 'PENDING'",
    ),
)
