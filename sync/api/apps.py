from django.apps import AppConfig


class SyncApiConfig(AppConfig):
    """Endpoints that take data in."""

    name = "sync.api"
    label = "sync_api"
