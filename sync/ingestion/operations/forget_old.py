"""Forget what nobody needs any more."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from mdm.kernel.clock import database_now
from sync.ingestion.intake import drop_files
from sync.ingestion.models import IngestionRun, RejectedRow

_REJECTS_DAYS = 30
_DRAFT_DAYS = 7


def forget_old() -> None:
    """Rejected rows of a month ago, and drafts that nobody started for a week with their files, are gone.

    Both hold values as sent, so they do not stay for ever.
    """
    now = database_now()
    days = int(getattr(settings, "INGEST_REJECTS_DAYS", _REJECTS_DAYS))
    RejectedRow.objects.filter(run__job__finished_at__lt=now - timedelta(days=days)).delete()
    drafts = IngestionRun.objects.filter(job__isnull=True, created_at__lt=now - timedelta(days=_DRAFT_DAYS))
    with transaction.atomic():
        # A draft that is being started at this moment is held by its starter, and is left alone.
        old = list(drafts.select_for_update(skip_locked=True))
        IngestionRun.objects.filter(pk__in=[run.pk for run in old], job__isnull=True).delete()
        files = [entry["table"]["stored"] for run in old for entry in run.objects_read.values()]
        transaction.on_commit(partial(drop_files, files))
