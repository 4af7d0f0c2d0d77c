from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "sync.delivery"
    label = "delivery"
    verbose_name = "Delivery"
