from django.apps import AppConfig


class SyncWebConfig(AppConfig):
    """Pages about data coming in and going out."""

    name = "sync.web"
    label = "sync_web"
