"""Let what a system proposed count: a person has approved it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mdm.accounts.models import Actor
from mdm.events.operations.record import reserve_event_id
from mdm.kernel.errors import Conflict
from mdm.records.act import Act
from mdm.records.identifiers import hold, moment_after
from mdm.records.models import CrosswalkEntry, Finding, SourceRecord, SourceVersion
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.seal_event import seal_event
from mdm.records.operations.write_source_versions import SourceWrite, advance_source_records, write_source_versions
from mdm.records.projection import Projector, effective
from mdm.records.sealing import content_of


def accept_values(*, source_record: int, version: int, paths: Collection[str], actor: Actor, reason: str) -> int:
    """What the source record proposed at `paths` in `version` counts, and its golden record is projected with it; the
    findings about it are closed. Lives in the caller's transaction, which has checked the right. Returns the golden id.

    Raises: Conflict when the system has said something newer since, or the record leads to no golden record.
    """
    record, golden = _held(source_record)
    if record.current != version or record.in_force != version or golden is None:
        raise Conflict(
            "The system has said something else since.",
            field="version",
            value=str(version),
            remedy="Look at what it proposes now.",
        )
    said = SourceVersion.objects.get(source_record=record, number=version)
    act = Act(reserve_event_id(), moment_after([]), "values.accepted", actor, reason)
    write = _accepted(record, said, paths)
    sources = write_source_versions([write], event=act.event, at=act.at)
    advance_source_records([write])
    waiting = Finding.objects.filter(source_record=record, version_number=version, status="OPEN")
    waiting.filter(kind="PROPOSED", path__in=paths).update(status="CLOSED", closed_at=act.at)
    # What else is known about the version is as true of the one that takes its place.
    waiting.update(version_number=write.number)
    goldens = cut_versions([golden.golden_id], projector=Projector(record.domain_id), act=act)
    seal_event(
        act,
        domain=record.domain_id,
        subject=f"golden:{golden.golden.code}",
        detail={"paths": sorted(paths), "source_record": record.pk},
        sources=sources,
        goldens=goldens,
    )
    return golden.golden_id


def _held(source_record: int) -> tuple[SourceRecord, CrosswalkEntry | None]:
    """The source record and its open entry, both held."""
    external_id = SourceRecord.objects.values_list("external_id", flat=True).get(pk=source_record)
    entries = CrosswalkEntry.objects.filter(external_id=external_id, ended_at__isnull=True)
    hold(lambda: ([external_id], list(entries.values_list("golden_id", flat=True))))
    return SourceRecord.objects.get(pk=source_record), entries.select_related("golden").first()


def _accepted(record: SourceRecord, said: SourceVersion, paths: Collection[str]) -> SourceWrite:
    """The same version again, of which more counts."""
    values: dict[str, Any] = said.values or {}
    whole = effective(values, said.standardised, None)
    counted = dict(said.counted) if said.counted is not None else dict(whole)
    for path in paths:
        if path in whole:
            counted[path] = whole[path]
        else:
            counted.pop(path, None)
    return SourceWrite(
        source_record=record.pk,
        external_id=record.external_id_id,
        number=record.version_number + 1,
        generation=record.generation,
        current=record.version_number + 1,
        in_force=record.version_number + 1,
        values=values,
        content=content_of(values),
        standardised=said.standardised,
        counted=None if counted == whole else counted,
        deleted=False,
        changed_at=said.changed_at,
        content_hash=bytes(record.content_hash) if record.content_hash is not None else None,
        latest_change=record.changed_at,
    )
