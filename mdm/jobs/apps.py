from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "mdm.jobs"
    label = "jobs"
    verbose_name = "Jobs"
