"""What arrives and is our own: values that the hub gave the system that now says them."""

from __future__ import annotations

from collections.abc import Sequence

from mdm.governance.models import IdType
from mdm.records.observation import Prepared
from sync.targets.queries.own_values import confirmed_there


def recognise_own(prepared: Sequence[Prepared], *, id_type: IdType) -> None:
    """Each observation knows what the hub was last confirmed to have in its system."""
    known = confirmed_there(
        system=id_type.system_id, id_type=id_type.pk, keys=[one.key for one in prepared if one.value]
    )
    for one in prepared if known else ():
        one.ours = known.get(one.key, {})
