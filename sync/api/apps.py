from django.apps import AppConfig


class SyncApiConfig(AppConfig):
    """Endpoints that take data in."""

    name = "sync.api"
    label = "sync_api"

    def ready(self) -> None:
        from mdm.records import erasure
        from sync.api.redaction import forget_answers

        erasure.register("api.kept_answers", forget_answers)
