from django.apps import AppConfig

from config.celery import app as celery

# Here, where Django starts, and not in the package: the demo's ERP and CRM ring nobody.
__all__ = ["ProjectConfig", "celery"]


class ProjectConfig(AppConfig):
    """The commands that run and examine the whole: up, down, doctor; and the doorbell, before anybody may ring it."""

    name = "config"
    label = "config"
