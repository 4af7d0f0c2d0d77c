"""The figures a deployment may set for jobs, with the values that suit most."""

from __future__ import annotations

from django.conf import settings


def lease_seconds() -> float:
    """Return how long a silent worker keeps its chunk; longer than any handler goes without a heartbeat."""
    return float(getattr(settings, "JOB_LEASE_SECONDS", 60))


def max_attempts() -> int:
    """Return how often a chunk is tried, counting attempts that killed their worker."""
    return int(getattr(settings, "JOB_MAX_ATTEMPTS", 5))


def retry_seconds() -> float:
    """Return the pause before the second attempt; it doubles with each further one."""
    return float(getattr(settings, "JOB_RETRY_SECONDS", 2))


def parallel() -> int:
    """Return how many workers one ring may wake: the worker processes of the installation."""
    return int(getattr(settings, "JOB_PARALLEL", 2))


def retention_days() -> int:
    """Return how long ended jobs are kept."""
    return int(getattr(settings, "JOB_RETENTION_DAYS", 90))


def output_days() -> int:
    """Return for how long a file that a job made is kept."""
    return int(getattr(settings, "JOB_OUTPUT_DAYS", 7))
