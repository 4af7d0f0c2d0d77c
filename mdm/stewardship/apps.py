from django.apps import AppConfig


class StewardshipConfig(AppConfig):
    """What people are asked, and what they answer: review tasks, change requests, comments."""

    name = "mdm.stewardship"
    label = "stewardship"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mdm.jobs.registry import register as register_job
        from mdm.stewardship.jobs import MATCH_RECORDS

        register_job(MATCH_RECORDS)
