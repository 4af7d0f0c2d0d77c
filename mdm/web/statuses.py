"""One word, one icon, one tone for every status shown anywhere; colour is never the only sign."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Status:
    word: str | Promise
    icon: str
    tone: str = ""


STATUSES: dict[str, Status] = {
    # golden records
    "CANDIDATE": Status(_("Candidate"), "circle", "info"),
    "ACTIVE": Status(_("Active"), "active", "ok"),
    "REDIRECTED": Status(_("Redirected"), "merged"),
    "SPLIT": Status(_("Split"), "split"),
    "RETIRED": Status(_("Retired"), "archive"),
    # jobs and their chunks
    "QUEUED": Status(_("Queued"), "clock"),
    "RUNNING": Status(_("Running"), "play", "info"),
    "CANCELLING": Status(_("Cancelling"), "stop", "warn"),
    "CANCELLED": Status(_("Cancelled"), "stop"),
    "DONE": Status(_("Done"), "ok", "ok"),
    "FAILED": Status(_("Failed"), "error", "bad"),
    "PENDING": Status(_("Waiting"), "clock"),
    "LEASED": Status(_("Running"), "play", "info"),
    # crosswalk entries, keys, findings
    "CURRENT": Status(_("Current"), "ok", "ok"),
    "ENDED": Status(_("Ended"), "archive"),
    "OPEN": Status(_("Open"), "alert", "warn"),
    "CLOSED": Status(_("Closed"), "check"),
    "EXPIRED": Status(_("Expired"), "clock", "warn"),
    "REVOKED": Status(_("Revoked"), "x"),
    "DRAFT": Status(_("Draft"), "circle"),
    "sealed": Status(_("Sealed"), "shield", "ok"),
    # what an import did to a row
    "created": Status(_("Created"), "plus", "ok"),
    "updated": Status(_("Updated"), "sync", "info"),
    "unchanged": Status(_("Unchanged"), "equal"),
    "deleted": Status(_("Deleted"), "minus"),
    "rejected": Status(_("Rejected"), "error", "bad"),
    # review tasks
    "WAITING": Status(_("Waiting for an answer"), "help", "info"),
    "GONE": Status(_("No longer there"), "archive"),
    "SUBMITTED": Status(_("Waiting for approval"), "clock", "info"),
    "APPROVED": Status(_("Approved"), "ok", "ok"),
    "WITHDRAWN": Status(_("Withdrawn"), "undo"),
    "SNOOZED": Status(_("Put off"), "clock"),
    "ESCALATED": Status(_("Escalated"), "alert", "warn"),
    # deliveries, as the log shows them
    "HELD": Status(_("Held"), "pause", "info"),
    "SENDING": Status(_("Sending"), "play", "info"),
    "ACCEPTED": Status(_("Taken, not yet confirmed"), "clock", "info"),
    "UNKNOWN": Status(_("May have arrived"), "help", "warn"),
    "RETRYING": Status(_("Retrying"), "sync", "warn"),
    "PARKED": Status(_("Waits for another record"), "clock"),
    "REJECTED": Status(_("Rejected"), "error", "bad"),
    "CONFIRMED": Status(_("Delivered"), "ok", "ok"),
    "SUPERSEDED": Status(_("Replaced by a newer one"), "archive"),
    "DEAD": Status(_("Given up"), "error", "bad"),
    "NOT_SENT": Status(_("Not sent yet"), "circle"),
    # connections and flows
    "delivering": Status(_("Delivering"), "ok", "ok"),
    "idle": Status(_("Nothing to do"), "ok", "ok"),
    "held": Status(_("Switched off"), "pause", "info"),
    "paused": Status(_("Paused"), "pause", "warn"),
    "slowed": Status(_("Asked to wait"), "clock", "warn"),
    "broken": Status(_("Does not answer"), "error", "bad"),
    "SHADOW": Status(_("Shadow"), "eye", "info"),
    "OFF": Status(_("Off"), "stop"),
    "HEALED": Status(_("Healed"), "ok", "ok"),
    "PROPOSED": Status(_("Taken as a proposal"), "help", "info"),
    "IGNORED": Status(_("Ignored for a while"), "clock"),
    # signs of a comparison
    "added": Status(_("Added"), "plus", "ok"),
    "changed": Status(_("Changed"), "sync", "warn"),
    "removed": Status(_("Removed"), "minus", "bad"),
}


def of(code: object) -> Status:
    """An unknown code is shown as it is: a new status must never break a page."""
    return STATUSES.get(str(code)) or Status(str(code).replace("_", " ").capitalize(), "circle")
