from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "sync.delivery"
    label = "delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from mdm.jobs.registry import register
        from sync.delivery.jobs import FAN_OUT

        register(FAN_OUT)
