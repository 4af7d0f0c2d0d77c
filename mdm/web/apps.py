from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages people use: server-rendered, working without JavaScript."""

    name = "mdm.web"
    label = "web"

    def ready(self) -> None:
        from mdm.jobs.operations.drop_outputs import drop_outputs
        from mdm.jobs.registry import register
        from mdm.records import erasure
        from mdm.web.export_job import EXPORT, KIND

        register(EXPORT)
        # A file may hold anybody, and is made again in minutes.
        erasure.register("web.export_files", lambda _: drop_outputs(kind=KIND))
