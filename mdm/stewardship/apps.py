from django.apps import AppConfig


class StewardshipConfig(AppConfig):
    """What people are asked, and what they answer: review tasks, change requests, comments."""

    name = "mdm.stewardship"
    label = "stewardship"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mdm.jobs.registry import register as register_job
        from mdm.records import erasure
        from mdm.stewardship.jobs import DECIDE_MANY, MATCH_RECORDS
        from mdm.stewardship.operations.forget_proposed import forget_proposed

        for kind in (MATCH_RECORDS, DECIDE_MANY):
            register_job(kind)
        erasure.register("stewardship.change_requests", forget_proposed)
