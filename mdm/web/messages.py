"""What a fragment tells the page around it."""

from __future__ import annotations

from django.http import HttpResponse
from django_htmx.http import trigger_client_event


def announce(response: HttpResponse, text: str, *, undo_url: str = "", undo_label: str = "") -> None:
    """A toast, with an undo when there is one; other panels learn that jobs changed."""
    undo = {"url": undo_url, "label": undo_label} if undo_url else None
    trigger_client_event(response, "toast", {"text": text, "undo": undo})
    trigger_client_event(response, "jobs-changed", {})
