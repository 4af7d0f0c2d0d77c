"""Reading targets: what they hold of the records that were confirmed there. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mdm.kernel.errors import Conflict
from sync.connectors.errors import ConnectorError, CursorExpired
from sync.connectors.interface import ChangeKind, Connector, Outcome, Snapshot
from sync.delivery.queries.lanes import carrying_flows
from sync.delivery.wanted import FlowView
from sync.reconciliation.models import ChangeCursor
from sync.targets.connectors import connector_of
from sync.targets.models import Connection, TargetRecord

RECORDS_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """What was read of one page of records: `live` by golden record; None is a record that is not there any more.

    `after` is where the next page begins, None at the end; `cursor` is how far changes were read, where they were.
    """

    kept: Sequence[TargetRecord]
    live: Mapping[int, Snapshot | None]
    after: int | None = None
    cursor: str | None = None
    more: bool = False
    expired: bool = False
    moved: Mapping[int, str] = field(default_factory=dict)


def flow_of(system: str, object: str) -> FlowView:
    """Return the flow that carries records to the object.

    Raises: Conflict when none does.
    """
    for flow in carrying_flows():
        if (flow.connection, flow.object) == (system, object):
            return flow
    raise Conflict(f"No flow carries anything to {object} of {system}.", field="object", remedy="Activate one first.")


def read_page(*, system: str, object: str, after: int) -> Page:
    """Return the next records that were confirmed in the target, as it has them now.

    Raises: ConnectorError for what may pass; Conflict for what only a person can mend.
    """
    kept = list(
        TargetRecord.objects.filter(connection=system, object=object, pk__gt=after)
        .select_related("golden")
        .order_by("pk")[:RECORDS_PER_PAGE]
    )
    if not kept:
        return Page([], {})
    wanted = {record.golden.code: record.target_key or None for record in kept}
    found = _asked(_connector(system), object, wanted)
    live = {record.golden_id: found.get(record.golden.code) for record in kept}
    return Page(kept, live, after=kept[-1].pk if len(kept) == RECORDS_PER_PAGE else None)


def read_changes(*, system: str, object: str) -> Page:
    """Return what the target says changed since it was asked last, as far as it is ours.

    Raises: as `read_page`.
    """
    cursor = ChangeCursor.objects.filter(connection=system, object=object).values_list("cursor", flat=True).first()
    connector = _connector(system)
    try:
        page = connector.changes(object, cursor)
    except CursorExpired:
        return Page([], {}, expired=True)
    except ConnectorError as error:
        raise _told(error) from error
    by_key = {change.target_key: change for change in page.changes}
    kept = list(
        TargetRecord.objects.filter(connection=system, object=object, target_key__in=by_key).select_related("golden")
    )
    live: dict[int, Snapshot | None] = {}
    moved: dict[int, str] = {}
    for record in kept:
        change = by_key[record.target_key]
        live[record.golden_id] = None if change.kind is ChangeKind.DELETED else change.snapshot
        if change.kind is ChangeKind.MERGED:
            moved[record.golden_id] = change.survivor_key or ""
    return Page(kept, live, cursor=page.cursor, more=page.more, expired=cursor is None, moved=moved)


def _connector(system: str) -> Connector:
    return connector_of(Connection.objects.get(pk=system))


def _asked(connector: Connector, object: str, wanted: Mapping[str, str | None]) -> dict[str, Snapshot]:
    try:
        return connector.find(object, wanted)
    except ConnectorError as error:
        raise _told(error) from error


def _told(error: ConnectorError) -> Exception:
    """What only a person can mend ends the run; the rest is tried again."""
    if error.classified.outcome is Outcome.CONFIG:
        return Conflict(error.classified.message or "The target refused.", field="connection", remedy="Mend it first.")
    return error


def is_readable(system: str, object: str) -> bool:
    """Whether the target tells what it holds."""
    capabilities: Any = _connector(system).capabilities.get(object)
    return capabilities is not None and capabilities.readable
