"""Merges and splits, written straight into the ledger: the operations that decide them are not part of these tests."""

from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.records.models import CrosswalkEntry, GoldenRecord, GoldenSuccessor, GoldenVersion


def redirect(old: GoldenRecord, new: GoldenRecord, actor: Actor) -> None:
    """`old` is merged into `new`: its entries are moved, and its code leads on."""
    with transaction.atomic():
        event = _event(old, actor)
        now = database_now()
        for entry in CrosswalkEntry.objects.filter(golden=old, ended_at__isnull=True):
            CrosswalkEntry.objects.filter(pk=entry.pk).update(ended_at=now, ended_event_id=event)
            CrosswalkEntry.objects.create(
                external_id_id=entry.external_id_id, golden=new, opened_at=now, opened_event_id=event
            )
        GoldenSuccessor.objects.create(golden=old, successor=new, opened_at=now, opened_event_id=event)
        cut(old, "REDIRECTED", event)
        cut(new, GoldenRecord.objects.get(pk=new.pk).status, event)


def split(old: GoldenRecord, parts: list[GoldenRecord], actor: Actor) -> None:
    """`old` keeps nothing; its first entry goes to the first of `parts`."""
    with transaction.atomic():
        event = _event(old, actor)
        now = database_now()
        CrosswalkEntry.objects.filter(golden=old, ended_at__isnull=True).update(ended_at=now, ended_event_id=event)
        for part in parts:
            GoldenSuccessor.objects.create(golden=old, successor=part, opened_at=now, opened_event_id=event)
        cut(old, "SPLIT", event)


def cut(golden: GoldenRecord, status: str, event: int) -> None:
    """The next version of `golden`, with another status and the values of the one before."""
    last = GoldenVersion.objects.filter(golden=golden).order_by("-number")[0]
    GoldenVersion.objects.create(
        golden=golden,
        number=last.number + 1,
        status=status,
        values=last.values,
        provenance=last.provenance,
        sources=last.sources,
        rule_set_id=last.rule_set_id,
        recorded_at=database_now(),
        event_id=event,
        salt=b"salt",
        digest=b"digest",
    )
    revision = GoldenRecord.objects.get(pk=golden.pk).crosswalk_revision
    GoldenRecord.objects.filter(pk=golden.pk).update(
        status=status, version_number=last.number + 1, crosswalk_revision=revision + 1
    )


def _event(golden: GoldenRecord, actor: Actor) -> int:
    return record(
        EventDraft(type="golden.projected", domain=golden.domain_id, subject=f"golden:{golden.code}"), actor=actor
    )
