from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """The commands that run and examine the whole: up, down, doctor."""

    name = "config"
    label = "config"
