from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The HTTP interface for systems: crosswalk, golden records, and what every endpoint shares."""

    name = "mdm.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
