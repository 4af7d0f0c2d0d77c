"""What a person says about a version that waits: it counts, or it begins something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import reserve_event_id
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Conflict, NotFound
from mdm.records.act import Act
from mdm.records.identifiers import Standing, heirs_of, hold, moment_after, standings
from mdm.records.models import CrosswalkEntry, ExternalId, Finding, SourceVersion
from mdm.records.next_versions import Reshaping
from mdm.records.observation import Values
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.move_entries import EntryMove, Movement, move_entries
from mdm.records.operations.open_goldens import Birth, give_birth
from mdm.records.operations.seal_event import seal_event
from mdm.records.operations.write_entries import end_entries
from mdm.records.operations.write_keys import replace_keys
from mdm.records.operations.write_source_versions import (
    SourceWrite,
    advance_source_records,
    write_source_versions,
)
from mdm.records.projection import Projector
from mdm.records.queries.known import knows
from mdm.records.sealing import content_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open finding about the newest version of a source record, which the caller holds with what it leads to."""

    finding: Finding
    external_id: ExternalId
    standing: Standing
    said: SourceVersion

    @property
    def merged(self) -> Values:
        """What the version says, as the hub reads it."""
        return {**(self.said.values or {}), **(self.said.standardised or {})}


def take_version(*, finding_id: int, actor: Actor, reason: str = "") -> None:
    """The version that waited because it is unlike its predecessor is the one that counts: it is the same thing.

    Raises: NotFound for a finding that is unknown or closed; NotAllowed without `decide`; Conflict when a newer version
    came.
    """
    waiting = _hold(finding_id, "UNLIKE", actor)
    act = _act(waiting, "version.taken", actor, reason)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_sourcerecord SET in_force = %s WHERE id = %s AND current = %s AND in_force < %s",
            [waiting.said.number, waiting.said.source_record_id, waiting.said.number, waiting.said.number],
        )
        if cursor.rowcount != 1:
            raise _newer_version(waiting.finding)
    close(waiting.finding, act)
    replace_keys({waiting.said.source_record_id: active_pack(_domain(waiting)).keys_of(waiting.merged)})
    projector = Projector(_domain(waiting))
    sealed = cut_versions([_golden(waiting)], projector=projector, act=act)
    seal_event(act, domain=projector.domain, subject=_subject(waiting), detail=_detail(waiting), goldens=sealed)


def part_version(*, finding_id: int, actor: Actor, reason: str = "") -> str:
    """The version that waited is of something else: its identifier leads to a new golden record from now on, and the
    old one is without it. Returns the new code.

    Raises: as `take_version`.
    """
    waiting = _hold(finding_id, "UNLIKE", actor)
    act = _act(waiting, "version.parted", actor, reason)
    write = _again(waiting, generation=waiting.said.generation + 1)
    sources = write_source_versions([write], event=act.event, at=act.at)
    advance_source_records([write])
    close(waiting.finding, act)
    carry_findings(write.source_record, write.number)
    replace_keys({write.source_record: active_pack(_domain(waiting)).keys_of(waiting.merged)})
    projector = Projector(_domain(waiting))
    birth = Birth(write.external_id, write.source_record, write.number, waiting.merged, _key(waiting))
    goldens = []
    if waiting.standing.entry is not None:
        end_entries([waiting.standing.entry], event=act.event, at=act.at)
    goldens += give_birth([birth], id_type=waiting.external_id.id_type, projector=projector, event=act.event, at=act.at)
    left = _golden(waiting)
    goldens += cut_versions([left], projector=projector, act=act, change=Reshaping(moved={left}))
    detail = {**_detail(waiting), "born": birth.code}
    seal_event(act, domain=projector.domain, subject=_subject(waiting), detail=detail, sources=sources, goldens=goldens)
    return birth.code


def rejoin(*, finding_id: int, actor: Actor, reason: str = "") -> None:
    """An identifier that was taken for re-used leads again to the golden record it led to before.

    Raises: NotFound; NotAllowed without `decide`; Conflict when there is no such record to come back to.
    """
    waiting = _hold(finding_id, "REUSED", actor)
    before = _before(waiting)
    if before is None or waiting.standing.entry is None:
        raise Conflict(
            "There is no golden record that it could come back to.",
            field="finding",
            value=str(finding_id),
            remedy="Merge it with the right one instead.",
        )
    hold(lambda: ([waiting.external_id.pk], [before, _golden(waiting)]))
    act = _act(waiting, "version.taken", actor, reason)
    close(waiting.finding, act)
    projector = Projector(_domain(waiting))
    move = EntryMove(waiting.standing.entry, waiting.external_id.pk, _golden(waiting), before)
    moved = move_entries(Movement(moves=[move]), projector=projector, act=act)
    seal_event(act, domain=projector.domain, subject=_subject(waiting), detail=_detail(waiting), goldens=moved.sealed)


def close(finding: Finding, act: Act) -> None:
    """The finding is closed by that act.

    Raises: Conflict when another act closed it in between.
    """
    if not Finding.objects.filter(pk=finding.pk, status="OPEN").update(status="CLOSED", closed_at=act.at):
        raise _newer_version(finding)


def carry_findings(source_record: int, number: int) -> None:
    """What stays open about the version before is about this one, which says the same."""
    Finding.objects.filter(source_record=source_record, version_number=number - 1, status="OPEN").update(
        version_number=number
    )


def _hold(finding_id: int, kind: str, actor: Actor) -> Waiting:
    finding = (
        Finding.objects.select_related("source_record__external_id__id_type")
        .filter(pk=finding_id, kind=kind, status="OPEN")
        .first()
    )
    if finding is None or not knows(actor, finding.source_record.domain_id, "decide"):
        raise NotFound("There is no such open finding.", field="finding", value=str(finding_id), remedy="Look again.")
    external_id = finding.source_record.external_id
    require(actor, "decide", external_id.id_type.domain_id)

    def wanted() -> tuple[list[int], list[int]]:
        open_now = CrosswalkEntry.objects.filter(external_id=external_id, ended_at__isnull=True)
        return [external_id.pk], list(open_now.values_list("golden_id", flat=True))

    hold(wanted)
    key = (external_id.scope, external_id.value)
    standing = standings(external_id.id_type_id, [key])[key]
    said = SourceVersion.objects.get(source_record=finding.source_record_id, number=finding.version_number)
    if standing.version_number != finding.version_number or standing.golden is None or said.values is None:
        raise _newer_version(finding)
    return Waiting(finding, external_id, standing, said)


def _newer_version(finding: Finding) -> Conflict:
    return Conflict(
        "Its system sent another version since, or somebody decided about it.",
        field="finding",
        value=str(finding.pk),
        remedy="Look again and decide on what is there now.",
    )


def _act(waiting: Waiting, type: str, actor: Actor, reason: str) -> Act:
    return Act(reserve_event_id(), moment_after([waiting.standing]), type, actor, reason)


def _domain(waiting: Waiting) -> str:
    return waiting.external_id.id_type.domain_id


def _golden(waiting: Waiting) -> int:
    assert waiting.standing.golden is not None
    return waiting.standing.golden


def _key(waiting: Waiting) -> tuple[str, str]:
    return (waiting.external_id.scope, waiting.external_id.value)


def _subject(waiting: Waiting) -> str:
    return f"golden:{waiting.standing.golden_code}"


def _detail(waiting: Waiting) -> dict[str, Any]:
    return {
        "finding": waiting.finding.pk,
        "source_record": waiting.said.source_record_id,
        "version": waiting.said.number,
    }


def _again(waiting: Waiting, *, generation: int) -> SourceWrite:
    """The next version: it says what the last one says, of another generation."""
    said, standing = waiting.said, waiting.standing
    number = standing.version_number + 1
    return SourceWrite(
        source_record=said.source_record_id,
        external_id=waiting.external_id.pk,
        number=number,
        generation=generation,
        current=number,
        in_force=number,
        values=said.values or {},
        content=content_of(said.values or {}),
        standardised=said.standardised,
        counted=None,
        deleted=False,
        changed_at=said.changed_at,
        content_hash=standing.content_hash,
        latest_change=standing.changed_at,
    )


_PREVIOUS = """
SELECT golden_id FROM records_crosswalkentry WHERE external_id_id = %s AND ended_at IS NOT NULL AND golden_id <> %s
ORDER BY opened_at DESC LIMIT 1
"""


def _before(waiting: Waiting) -> int | None:
    """Where the identifier led before, followed through redirects."""
    with connection.cursor() as cursor:
        cursor.execute(_PREVIOUS, [waiting.external_id.pk, _golden(waiting)])
        row = cursor.fetchone()
    return heirs_of([row[0]]).get(row[0]) if row else None
