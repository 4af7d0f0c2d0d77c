"""Bring golden records up to date with what they are made of, and tell of it: the one place where versions are cut."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from mdm.events.operations.record import EventDraft, record_many
from mdm.records.act import Act
from mdm.records.next_versions import NextVersion, Reshaping, made_of, newborn, next_versions, standings_of
from mdm.records.operations.write_golden_versions import (
    GoldenWrite,
    advance_goldens,
    open_goldens,
    write_golden_versions,
)
from mdm.records.projection import Projector

# An id has up to 19 digits, and an event's detail 64 KiB.
GOLDENS_PER_EVENT = 2_500
NOTHING_MOVED = Reshaping()


def cut_versions(
    goldens: Iterable[int], *, projector: Projector, act: Act, change: Reshaping = NOTHING_MOVED
) -> list[tuple[int, bytes]]:
    """Every golden record in `goldens`, and every one born with `change`, is the projection of what is linked to it
    now; a new version is cut where its values, provenance, status or linked records changed. Others are told, by the
    outbox, which of them changed that are or were released.

    The caller holds the golden records. Returns (version id, digest) of each version cut.
    """
    subjects = sorted(set(goldens))
    if not subjects and not change.born:
        return []
    standings = [*standings_of(subjects), *(newborn(golden, code) for golden, code in change.born.items())]
    made = made_of([standing.golden for standing in standings], act.at)
    versions = next_versions(standings, made, projector, change)
    cut = [version for version in versions if version.differs]
    moved = [version for version in versions if not version.differs and version.golden in change.moved]
    _bump_revisions([version.golden for version in moved])
    sealed = _write(cut, projector, act)
    _tell([*cut, *moved], projector.domain, act)
    return sealed


def _write(cut: Sequence[NextVersion], projector: Projector, act: Act) -> list[tuple[int, bytes]]:
    writes = [_written(version) for version in cut]
    born = [write for write in writes if write.number == 1]
    if born:
        open_goldens(born, domain=projector.domain, at=act.at)
    sealed = write_golden_versions(writes, rule_set=projector.rules.rule_set_id, event=act.event, at=act.at)
    advance_goldens([write for write in writes if write.number > 1], at=act.at)
    return sealed


def _written(version: NextVersion) -> GoldenWrite:
    return GoldenWrite(
        golden=version.golden,
        number=version.number,
        status=version.status,
        values=version.values,
        provenance=version.provenance,
        sources=version.sources,
        revision=version.revision,
        uuid=UUID(bytes=os.urandom(16), version=4) if version.number == 1 else None,
        code=version.standing.code,
    )


def _tell(changed: Sequence[NextVersion], domain: str, act: Act) -> None:
    """Of records that were never released nobody is told anything."""
    goldens = sorted(version.golden for version in changed if version.standing.released or version.status == "ACTIVE")
    decision = None if act.decision is None else str(act.decision)
    record_many(
        [
            EventDraft(
                type="golden.changed",
                domain=domain,
                subject=f"domain:{domain}",
                detail={
                    "goldens": goldens[start : start + GOLDENS_PER_EVENT],
                    "decision": decision,
                    "kind": act.type,
                    "event": act.event,
                },
            )
            for start in range(0, len(goldens), GOLDENS_PER_EVENT)
        ],
        actor=act.actor,
    )


def _bump_revisions(goldens: list[int]) -> None:
    if goldens:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE records_goldenrecord SET crosswalk_revision = crosswalk_revision + 1"
                " WHERE id = ANY(%s::bigint[])",
                [goldens],
            )
