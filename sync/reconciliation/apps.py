from __future__ import annotations

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "sync.reconciliation"
    label = "reconciliation"
    verbose_name = "Reconciliation"
