"""Files that jobs made are let go."""

from __future__ import annotations

from mdm.jobs.models import JobOutput


def drop_outputs(*, kind: str) -> int:
    """No file that jobs of that kind made is kept any more; returns how many parts went."""
    removed, _ = JobOutput.objects.filter(job__kind=kind).delete()
    return removed
