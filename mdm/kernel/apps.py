from django.apps import AppConfig


class KernelConfig(AppConfig):
    """What PostgreSQL gives every app."""

    name = "mdm.kernel"
    label = "kernel"
