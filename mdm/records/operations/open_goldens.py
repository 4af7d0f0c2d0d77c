"""Bring golden records into the world, one per new thing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mdm.governance.models import IdType
from mdm.kernel.sequences import take, take_ids
from mdm.records.identifiers import Key
from mdm.records.observation import Values
from mdm.records.operations.write_entries import open_entries
from mdm.records.operations.write_golden_versions import GoldenWrite, open_goldens, write_golden_versions
from mdm.records.projection import Linked, Projector

CODE_SEQUENCE = "records_golden_code_seq"


@dataclass(slots=True)
class Birth:
    """A golden record to be born of one identifier, and of one version of what it said (none: a bare identifier)."""

    external_id: int
    source_record: int | None
    version: int
    said: Values
    key: Key
    changed_at: datetime | None = None
    code: str = field(default="")
    golden: int = 0


def give_birth(
    births: Sequence[Birth], *, id_type: IdType, projector: Projector, event: int, at: datetime
) -> list[tuple[int, bytes]]:
    """Every birth is a CANDIDATE golden record with a code of its own, and its identifier leads to it.

    Fills in each birth's code; returns (version id, digest) of the first versions.
    """
    if not births:
        return []
    ids = take_ids("records_goldenrecord", len(births))
    numbers = take(CODE_SEQUENCE, len(births))
    prefix = id_type.domain.code_prefix
    writes = []
    for golden, number, birth in zip(ids, numbers, births, strict=True):
        birth.golden, birth.code = golden, f"{prefix}-{number:06d}"
        writes.append(_first_version(birth, golden, id_type.system_id, projector, at))
    open_goldens(writes, domain=id_type.domain_id, at=at)
    open_entries([(birth.external_id, birth.golden) for birth in births], event=event, at=at)
    return write_golden_versions(writes, rule_set=projector.rules.rule_set_id, event=event, at=at)


def _first_version(birth: Birth, golden: int, system: str, projector: Projector, at: datetime) -> GoldenWrite:
    write = GoldenWrite(
        golden=golden,
        number=1,
        status="CANDIDATE",
        values={},
        provenance={},
        sources=[],
        revision=1,
        uuid=UUID(bytes=os.urandom(16), version=4),
        code=birth.code,
    )
    if birth.source_record is not None:
        linked = Linked(birth.source_record, birth.version, system, birth.said, at, birth.changed_at)
        projection = projector.project([linked])
        write.values, write.provenance = projection.values, projection.provenance
        write.sources = [[birth.source_record, birth.version]]
    return write
