"""End identifiers that a full file no longer holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdm.accounts.models import Actor
from mdm.governance.models import IdType
from mdm.records.identifiers import Key
from mdm.records.observation import Observation, Outcome, Prepared
from mdm.records.operations.observe import observe


def end_absent(
    *, id_type: IdType, keys: Sequence[Key], actor: Actor, reason: str, detail: dict[str, Any] | None = None
) -> list[Outcome]:
    """Each (scope, canonical value) in `keys` leads nowhere any more, as if its system had said `deleted`.

    Raises: NotAllowed without `operate` in the domain and system.
    """
    prepared = [
        Prepared(Observation(external_id=value, scope=scope, deleted=True, position=index), value, None, b"", [])
        for index, (scope, value) in enumerate(keys)
    ]
    return observe(id_type=id_type, prepared=prepared, actor=actor, reason=reason, detail=detail)
