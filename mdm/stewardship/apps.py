from django.apps import AppConfig


class StewardshipConfig(AppConfig):
    """What people are asked, and what they answer: review tasks, change requests, comments."""

    name = "mdm.stewardship"
    label = "stewardship"
    default_auto_field = "django.db.models.BigAutoField"
