"""Pin a value, end a pin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor, require
from mdm.events.operations.record import reserve_event_id
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotFound
from mdm.records.act import Act
from mdm.records.identifiers import heirs_of, hold, lock_goldens
from mdm.records.models import GoldenRecord, Pin
from mdm.records.next_versions import LIVING
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.seal_event import seal_event
from mdm.records.operations.write_pins import PinDraft, end_pins, open_pins
from mdm.records.pinnable import check_reason, checked_value
from mdm.records.projection import Projector
from mdm.records.queries.known import golden_to, knows


def pin_value(
    *, golden_code: str, path: str, value: Any, reason: str, actor: Actor, expires_at: datetime | None = None
) -> Pin:
    """The golden record shows `value` at `path`, whatever its sources say, until the pin ends or expires.

    Raises: NotFound, also in a domain that the actor may not view; NotAllowed without `decide`; Invalid for a bad path,
    value, expiry or a missing reason; Conflict when the golden record no longer lives.
    """
    golden = _living(golden_code, actor)
    held = checked_value(golden.domain_id, path, value)
    at = database_now()
    check_reason(reason)
    if expires_at is not None and expires_at <= at:
        raise Invalid("The pin would expire in the past.", field="expires_at", value=expires_at.isoformat())
    act = Act(reserve_event_id(), at, "golden.pinned", actor, reason)
    end_pins(golden.pins.filter(path=path, ended_at__isnull=True).values_list("pk", flat=True), at=at)
    draft = PinDraft(golden.pk, path, held, reason, actor.pk, expires_at)
    (pin,) = open_pins([draft], event=act.event, at=at)
    _cut(golden, golden, path, act)
    return pin


def end_pin(*, pin_id: int, actor: Actor, reason: str) -> None:
    """The pin no longer counts, and the golden record it was made for, or leads to now, shows what its sources say.

    Raises: NotFound for a pin that is unknown, has ended or lies in a domain that the actor may not view; NotAllowed
    without `decide`; Conflict when no golden record is there any more that shows it.
    """
    pin = Pin.objects.select_related("golden").filter(pk=pin_id, ended_at__isnull=True).first()
    if pin is None or not knows(actor, pin.golden.domain_id, "decide"):
        raise NotFound("There is no such open pin.", field="pin", value=str(pin_id), remedy="Reload the record.")
    require(actor, "decide", pin.golden.domain_id)
    heir = _hold_heirs([pin.golden_id]).get(pin.golden_id)
    golden = _alive(GoldenRecord.objects.get(pk=pin.golden_id if heir is None else heir))
    act = Act(reserve_event_id(), database_now(), "golden.unpinned", actor, reason)
    end_pins([pin_id], at=act.at)
    _cut(golden, pin.golden, pin.path, act)


def end_expired_pins(*, limit: int = 500) -> int:
    """No golden record shows a pin past its expiry; returns how many pins ended."""
    actor = machine_actor()
    due = Pin.objects.filter(ended_at__isnull=True, expires_at__lte=database_now()).order_by("golden_id")
    chosen = list(due.select_related("golden")[:limit])
    heirs = _hold_heirs([pin.golden_id for pin in chosen])
    ended = 0
    for pin in chosen:
        act = Act(reserve_event_id(), database_now(), "golden.unpinned", actor, "expired")
        if Pin.objects.filter(pk=pin.pk, ended_at__isnull=True, expires_at=F("expires_at")).update(ended_at=act.at):
            shown_by = GoldenRecord.objects.get(pk=heirs.get(pin.golden_id, pin.golden_id))
            _cut(shown_by, pin.golden, pin.path, act)
            ended += 1
    return ended


def _hold_heirs(goldens: Sequence[int]) -> dict[int, int]:
    """Hold the golden records and those they lead to now; return the latter."""
    heirs: dict[int, int] = {}

    def wanted() -> tuple[list[int], set[int]]:
        heirs.clear()
        heirs.update(heirs_of(goldens))
        return [], {*goldens, *heirs.values()}

    hold(wanted)
    return heirs


def _living(code: str, actor: Actor) -> GoldenRecord:
    golden = golden_to("decide", code=code, actor=actor)
    lock_goldens([golden.pk])
    golden.refresh_from_db()
    return _alive(golden)


def _alive(golden: GoldenRecord) -> GoldenRecord:
    if golden.status not in LIVING:
        raise Conflict(
            f"{golden.code} is {golden.status.lower()}.",
            field="golden",
            value=golden.code,
            remedy="Open its successor instead.",
        )
    return golden


def _cut(shown_by: GoldenRecord, golden: GoldenRecord, path: str, act: Act) -> None:
    """`golden` is whose pin it is, `shown_by` the record that it leads to now."""
    sealed = cut_versions([shown_by.pk], projector=Projector(golden.domain_id), act=act)
    seal_event(act, domain=golden.domain_id, subject=f"golden:{shown_by.code}", detail={"path": path}, goldens=sealed)
