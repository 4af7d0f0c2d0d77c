"""Tell the audit what an act wrote, sealed by the digests of the versions it cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdm.events.history import versions_digest
from mdm.events.operations.record import EventDraft, record
from mdm.records.act import Act
from mdm.records.sealing import GOLDEN_VERSIONS, SOURCE_VERSIONS

Sealed = Sequence[tuple[int, bytes]]


def seal_event(
    act: Act,
    *,
    domain: str,
    subject: str,
    detail: dict[str, Any] | None = None,
    sources: Sealed = (),
    goldens: Sealed = (),
) -> None:
    """The event reserved for `act` is in the audit and covers exactly the versions in `sources` and `goldens`."""
    record(
        EventDraft(
            id=act.event,
            type=act.type,
            domain=domain,
            subject=subject,
            reason=act.reason,
            detail=detail or {},
            version_count=len(sources) + len(goldens),
            versions_digest=versions_digest({SOURCE_VERSIONS.table: sources, GOLDEN_VERSIONS.table: goldens}),
        ),
        actor=act.actor,
    )
