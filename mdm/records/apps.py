from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Golden records, what the systems said, and the crosswalk between them."""

    name = "mdm.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mdm.events.history import register as register_history
        from mdm.jobs.registry import register as register_job
        from mdm.records.jobs import REPROJECT
        from mdm.records.sealing import GOLDEN_VERSIONS, SOURCE_VERSIONS

        register_history(SOURCE_VERSIONS)
        register_history(GOLDEN_VERSIONS)
        register_job(REPROJECT)
