"""Pin a value, end a pin."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from django.db.models import F

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor, require
from mdm.engine.checked import Checked
from mdm.events.operations.record import REASON, reserve_event_id
from mdm.governance.queries import active_pack
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotFound
from mdm.records.identifiers import lock_goldens
from mdm.records.models import GoldenRecord, Pin
from mdm.records.operations.cut_versions import LIVING, cut_versions
from mdm.records.operations.seal_event import seal_event
from mdm.records.projection import Projector


def pin_value(
    *, golden_code: str, path: str, value: Any, reason: str, actor: Actor, expires_at: datetime | None = None
) -> Pin:
    """The golden record shows `value` at `path`, whatever its sources say, until the pin ends or expires.

    Raises: NotFound; NotAllowed without `decide`; Invalid for a bad path, value, expiry or a missing reason; Conflict
    when the golden record no longer lives.
    """
    golden = _living(golden_code, actor)
    checked = _checked(golden.domain_id, path, value)
    at = database_now()
    _check_reason(reason)
    if expires_at is not None and expires_at <= at:
        raise Invalid("The pin would expire in the past.", field="expires_at", value=expires_at.isoformat())
    event = reserve_event_id()
    golden.pins.filter(path=path, ended_at__isnull=True).update(ended_at=at)
    pin = Pin.objects.create(
        golden=golden,
        path=path,
        value=checked.merged[path],
        reason=reason,
        author=actor,
        created_at=at,
        expires_at=expires_at,
        event_id=event,
    )
    _cut(golden, "golden.pinned", path, event, at, actor, reason)
    return pin


def end_pin(*, pin_id: int, actor: Actor, reason: str) -> None:
    """The pin no longer counts, and the golden record shows what its sources say.

    Raises: NotFound for a pin that is unknown or has ended; NotAllowed without `decide`.
    """
    pin = Pin.objects.select_related("golden").filter(pk=pin_id, ended_at__isnull=True).first()
    if pin is None:
        raise NotFound("There is no such open pin.", field="pin", value=str(pin_id), remedy="Reload the record.")
    golden = _living(pin.golden.code, actor)
    at, event = database_now(), reserve_event_id()
    if not Pin.objects.filter(pk=pin_id, ended_at__isnull=True).update(ended_at=at):
        raise Conflict("The pin was ended by another act at the same moment.")
    _cut(golden, "golden.unpinned", pin.path, event, at, actor, reason)


def end_expired_pins(*, limit: int = 500) -> int:
    """No golden record shows a pin past its expiry; returns how many pins ended."""
    actor = machine_actor()
    due = Pin.objects.filter(ended_at__isnull=True, expires_at__lte=database_now()).order_by("golden_id")[:limit]
    ended = 0
    for pin in due.select_related("golden"):
        lock_goldens([pin.golden_id])
        at, event = database_now(), reserve_event_id()
        if Pin.objects.filter(pk=pin.pk, ended_at__isnull=True, expires_at=F("expires_at")).update(ended_at=at):
            _cut(pin.golden, "golden.unpinned", pin.path, event, at, actor, "expired")
            ended += 1
    return ended


def _living(code: str, actor: Actor) -> GoldenRecord:
    golden = GoldenRecord.objects.filter(code=code).first()
    if golden is None:
        raise NotFound("There is no such golden record.", field="golden", value=code, remedy="Check the code.")
    require(actor, "decide", golden.domain_id)
    lock_goldens([golden.pk])
    golden.refresh_from_db()
    if golden.status not in LIVING:
        raise Conflict(
            f"{code} is {golden.status.lower()}.", field="golden", value=code, remedy="Open its successor instead."
        )
    return golden


def _checked(domain: str, path: str, value: Any) -> Checked:
    checked = active_pack(domain).check({path: value})
    for issue in checked.issues:
        if issue.severity == "reject":
            raise Invalid(issue.message, field=issue.path, value=issue.value, remedy=issue.remedy)
    return checked


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("A pin needs a reason.", field="reason", remedy="Say why this value is right.")
    if len(reason) > REASON:
        raise Invalid("The reason is too long.", field="reason", remedy=f"Say it in {REASON} characters.")
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\r\n\t" for char in reason):
        raise Invalid("The reason holds a character that is no text.", field="reason", remedy="Write it again.")


def _cut(golden: GoldenRecord, type: str, path: str, event: int, at: datetime, actor: Actor, reason: str) -> None:
    sealed = cut_versions([golden.pk], moved=(), projector=Projector(golden.domain_id), event=event, at=at)
    seal_event(
        event=event,
        type=type,
        domain=golden.domain_id,
        subject=f"golden:{golden.code}",
        actor=actor,
        reason=reason,
        detail={"path": path},
        goldens=sealed,
    )
