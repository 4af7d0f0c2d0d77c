from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What happened, who did it and why; and what others are told of it."""

    name = "mdm.events"
    label = "events"
    verbose_name = "Events"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mdm.accounts import journal
        from mdm.events.operations.record import record_for_accounts

        journal.bind(record_for_accounts)
