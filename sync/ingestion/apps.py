from django.apps import AppConfig


class IngestionConfig(AppConfig):
    """Files, batches and mapping sheets on their way into records."""

    name = "sync.ingestion"
    label = "ingestion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mdm.jobs import registry
        from sync.ingestion import kinds

        for kind in kinds.KINDS:
            registry.register(kind)
