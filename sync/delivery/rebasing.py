"""What the target changed since we confirmed it: re-read and compared, never overwritten blindly. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sync.connectors.documents import aligned, differences, document_hash
from sync.connectors.errors import ConnectorError
from sync.connectors.interface import Connector, FieldError, Snapshot
from sync.connectors.results import STALE
from sync.delivery.claimed import Claimed
from sync.delivery.preparing import Prepared, Ready, Unfit, knows_schema, prepare
from sync.delivery.states import Cause, Operation, State
from sync.mapping.validating import golden_path

EDITED: Final = "edited_in_target"
DELETED: Final = "deleted_in_target"


def prepare_call(claimed: Sequence[Claimed], connector: Connector) -> list[Prepared]:
    """Return what is to be done with each of the deliveries; where `asks_target` says so the target is asked first."""
    return [rebased(prepare(one, connector), connector) for one in claimed]


def asks_target(claimed: Claimed, connector: Connector) -> bool:
    """Whether to prepare the delivery may take as long as the target does to answer."""
    return claimed.error_code == STALE or not knows_schema(claimed.connection, claimed.object)


def rebased(prepared: Prepared, connector: Connector) -> Prepared:
    """Return a delivery that met a changed record as it is to be pushed onto what is there now.

    Where somebody changed there what it would write, a person decides; what is sent to heal writes it all the same.
    """
    if not isinstance(prepared, Ready) or prepared.claimed.error_code != STALE:
        return prepared
    claimed, item = prepared.claimed, prepared.item
    if claimed.operation != Operation.UPSERT or not connector.capabilities[claimed.object].readable:
        return prepared
    try:
        found = connector.find(item.object, {item.golden_id: item.target_key}).get(item.golden_id)
    except ConnectorError:
        return prepared
    deliberate = claimed.cause in (Cause.HEAL, Cause.REPLAY)
    if found is None:
        if deliberate:
            return replace(prepared, item=replace(item, target_key=None, base_etag=None, base_hash=None))
        return Unfit(claimed, State.REJECTED, DELETED, "The target's users deleted the record.")
    edited = () if deliberate else _edited(prepared, claimed.confirmed_fields, found)
    if edited:
        return Unfit(claimed, State.REJECTED, EDITED, "The target's users changed what would be written.", edited)
    return replace(prepared, item=replace(item, target_key=found.target_key, base_etag=found.etag, base_hash=None))


def _edited(ready: Ready, confirmed: Mapping[str, Any] | None, found: Snapshot) -> tuple[FieldError, ...]:
    """Fields that hold neither what we wrote there nor what we want there."""
    if confirmed is None or document_hash(aligned(ready.item.payload, found.fields)) in ready.claimed.never_told:
        return ()
    changed = {difference.field for difference in differences(confirmed, found.fields)}
    return tuple(
        FieldError(each.field, "It was changed in the target.", golden_path(ready.mapped, each.field), EDITED)
        for each in differences(ready.item.payload, found.fields)
        if each.field in changed
    )
