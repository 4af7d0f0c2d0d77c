"""The closed lists of the delivery protocol: where a delivery can stand, why it was made, what is done next."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    HELD = "HELD", "Held"
    PENDING = "PENDING", "Waiting to be sent"
    SENDING = "SENDING", "Being sent"
    ACCEPTED = "ACCEPTED", "Taken, not yet confirmed"
    UNKNOWN = "UNKNOWN", "May have arrived"
    WAITING = "WAITING", "Waiting for another record"
    REJECTED = "REJECTED", "Refused by the target"
    CONFIRMED = "CONFIRMED", "Confirmed"
    SUPERSEDED = "SUPERSEDED", "Replaced by a newer one"
    CANCELLED = "CANCELLED", "Cancelled"
    DEAD = "DEAD", "Given up"


# What a lane may hold once: sent, and its effect not known for certain.
IN_FLIGHT = (State.SENDING, State.UNKNOWN, State.ACCEPTED)
# What a newer delivery of its operation class replaces.
REPLACEABLE = (State.HELD, State.PENDING, State.WAITING, State.REJECTED, State.DEAD)
OPEN = (State.HELD, State.PENDING, State.SENDING, State.ACCEPTED, State.UNKNOWN, State.WAITING, State.REJECTED)
# What has not ended well.
UNENDED = (*OPEN, State.DEAD)
TERMINAL = (State.CONFIRMED, State.SUPERSEDED, State.CANCELLED, State.DEAD)


class Cause(models.TextChoices):
    VERSION = "VERSION", "The golden record changed"
    CROSSWALK = "CROSSWALK", "An identifier changed"
    MAPPING = "MAPPING", "The mapping changed"
    HEAL = "HEAL", "The target drifted"
    REPLAY = "REPLAY", "Sent again by a person"
    COMPENSATION = "COMPENSATION", "A decision was undone"


class Operation(models.TextChoices):
    UPSERT = "UPSERT", "Create or update"
    BLOCK = "BLOCK", "Block"
    UNBLOCK = "UNBLOCK", "Unblock"
    RETIRE = "RETIRE", "Retire"
    MERGE = "MERGE", "Merge"


# A newer delivery replaces waiting ones of its own class only: an upsert never stands for a block or a merge.
OPERATION_CLASSES: dict[str, tuple[str, ...]] = {
    Operation.UPSERT: (Operation.UPSERT,),
    Operation.BLOCK: (Operation.BLOCK, Operation.UNBLOCK),
    Operation.UNBLOCK: (Operation.BLOCK, Operation.UNBLOCK),
    Operation.RETIRE: (Operation.RETIRE,),
    Operation.MERGE: (Operation.MERGE,),
}


class Step(models.TextChoices):
    """What the next claim does: write, look whether an unknown write arrived, or ask whether a taken one is done."""

    PUSH = "PUSH", "Push"
    RESOLVE = "RESOLVE", "Look"
    CONFIRM = "CONFIRM", "Confirm"


class HoldReason(models.TextChoices):
    NONE = "", "Not held"
    DECISION = "decision", "A decision may still be undone"
    SHADOW = "shadow", "The flow is in shadow"
    SCHEDULE = "schedule", "Waits for the flow's next run"


class AttemptOutcome(models.TextChoices):
    """The connectors' endings, and LOST: the worker went away before it could tell."""

    APPLIED = "APPLIED", "Applied"
    NOOP = "NOOP", "Nothing to change"
    ACCEPTED = "ACCEPTED", "Taken"
    RETRY = "RETRY", "Not applied"
    THROTTLED = "THROTTLED", "Told to slow down"
    UNKNOWN = "UNKNOWN", "May be applied"
    CONFLICT = "CONFLICT", "Changed in the target"
    DEPENDENCY = "DEPENDENCY", "Something is missing there"
    REJECTED = "REJECTED", "Refused"
    CONFIG = "CONFIG", "Sign-in or set-up refused"
    LOST = "LOST", "The worker was lost"
