from __future__ import annotations

from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "sync.targets"
    label = "targets"
    verbose_name = "Targets"

    def ready(self) -> None:
        from mdm.matching.origin import register_echoes
        from mdm.records import erasure
        from sync.targets.operations.forget_confirmed import forget_confirmed
        from sync.targets.queries.own_values import echoed_paths

        erasure.register("targets.records", forget_confirmed)
        register_echoes(echoed_paths)
