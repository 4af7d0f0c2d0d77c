from django.apps import AppConfig


class IngestionConfig(AppConfig):
    """Files, batches and mapping sheets on their way into records."""

    name = "sync.ingestion"
    label = "ingestion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mdm.jobs import registry
        from mdm.records import erasure
        from sync.ingestion import kinds
        from sync.ingestion.operations.erase_rejects import erase_rejects

        for kind in kinds.KINDS:
            registry.register(kind)
        erasure.register("ingestion.rejected_rows", erase_rejects)
