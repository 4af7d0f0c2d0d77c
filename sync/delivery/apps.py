from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "sync.delivery"
    label = "delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from mdm.jobs.registry import register
        from mdm.records import erasure
        from sync.delivery.jobs import FAN_OUT
        from sync.delivery.operations.forget_attempts import forget_attempts

        register(FAN_OUT)
        erasure.register("delivery.attempts", forget_attempts)
