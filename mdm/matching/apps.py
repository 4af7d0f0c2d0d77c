from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Which source records may be the same thing, and what people decided about it."""

    name = "mdm.matching"
    label = "matching"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mdm.jobs.registry import register as register_job
        from mdm.matching.jobs import LEARN

        register_job(LEARN)
