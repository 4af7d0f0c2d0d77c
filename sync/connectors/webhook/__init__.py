"""Webhooks: CloudEvents 1.0 with a Standard Webhooks signature, to any HTTPS endpoint."""

from __future__ import annotations

from sync.connectors.interface import Connector
from sync.connectors.registry import Kind, register
from sync.connectors.settings import ConnectionSettings, DefaultLimits, SettingField
from sync.connectors.webhook.signature import RETRY_SCHEDULE


def _build(settings: ConnectionSettings) -> Connector:
    from sync.connectors.webhook.connector import WebhookConnector

    return WebhookConnector(settings)


register(
    Kind(
        "webhook",
        "Webhook",
        build=_build,
        fields=(
            SettingField(
                "secret", "Signing secret", secret=True, required=True, help="whsec_ and base64 of 24 to 64 bytes."
            ),
            SettingField(
                "previous_secret",
                "Previous secret",
                secret=True,
                help="Signs, too, while receivers change.",
            ),
            SettingField("source", "Event source", default="/touchstone", help="Names this hub in every event."),
            SettingField("hub_url", "Address of this hub", help="Where records too large for an event are fetched."),
            SettingField(
                "class",
                "Receiver",
                default="K",
                choices=(("K", "Drops events it has seen (by webhook-id)"), ("N", "Takes each event as new")),
            ),
        ),
        objects={"party": ("party",), "material": ("material",), "gl_account": ("gl_account",)},
        limits=DefaultLimits(rate_per_second=20.0, slots=4),
        retry_schedule=RETRY_SCHEDULE,
    )
)
