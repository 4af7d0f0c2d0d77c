"""Forgetting jobs that ended long ago."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet

from mdm.jobs.limits import output_days, retention_days
from mdm.jobs.models import ENDED, Chunk, Job, JobOutput
from mdm.kernel.clock import database_now


def purge() -> int:
    """Chunks of jobs that ended before the retention time are gone, and so are the jobs nothing else refers to; files
    that jobs made are gone some days after they were made.

    Returns the number of jobs removed.
    """
    now = database_now()
    before = now - timedelta(days=retention_days())
    JobOutput.objects.filter(created_at__lt=now - timedelta(days=output_days())).delete()
    with transaction.atomic():
        old = Job.objects.filter(status__in=ENDED, finished_at__lt=before)
        Chunk.objects.filter(job__in=old).delete()
        removed, _ = _unreferred(old).delete()
    return removed


def _unreferred(jobs: QuerySet[Job]) -> QuerySet[Job]:
    for relation in Job._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            referring = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
            jobs = jobs.exclude(Exists(referring))
    return jobs
