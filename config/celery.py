"""Celery is the doorbell: it wakes workers and carries nothing that may not be lost."""

from __future__ import annotations

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# They load every page, which a worker has no use for; the suite makes them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

# Root starts only a copy of its own this way; an installation's worker has an unprivileged user (see Dockerfile).
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("touchstone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
