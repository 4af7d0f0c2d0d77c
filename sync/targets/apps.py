from __future__ import annotations

from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "sync.targets"
    label = "targets"
    verbose_name = "Targets"
