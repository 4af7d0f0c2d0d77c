from __future__ import annotations

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "sync.reconciliation"
    label = "reconciliation"
    verbose_name = "Reconciliation"

    def ready(self) -> None:
        from mdm.records import erasure
        from sync.reconciliation.operations.forget_found import forget_found

        erasure.register("reconciliation.findings", forget_found)

        from mdm.jobs.registry import register
        from sync.reconciliation.jobs import KIND

        register(KIND)
