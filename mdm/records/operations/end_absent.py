"""End identifiers that a full file no longer holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from mdm.accounts.models import Actor
from mdm.governance.models import IdType
from mdm.records.identifiers import Key, lock_external_ids, standings
from mdm.records.observation import Observation, Outcome, Prepared
from mdm.records.operations.observe import observe

_HEARD = """
SELECT s.external_id_id FROM records_sourcerecord s
JOIN records_sourceversion v ON v.source_record_id = s.id AND v.number = s.version_number
WHERE s.external_id_id = ANY(%s::bigint[]) AND v.recorded_at >= %s
"""


def end_absent(
    *,
    id_type: IdType,
    keys: Sequence[Key],
    silent_since: datetime,
    actor: Actor,
    reason: str,
    detail: dict[str, Any] | None = None,
) -> list[Outcome]:
    """Each (scope, canonical value) in `keys` leads nowhere any more, as if its system had said `deleted`; one that its
    system spoke of since `silent_since`, while the file was read, stays.

    Raises: NotAllowed without `operate` in the domain and system.
    """
    prepared = [
        Prepared(Observation(external_id=value, scope=scope, deleted=True, position=index), value, None, b"", [])
        for index, (scope, value) in enumerate(_silent(id_type, keys, silent_since))
    ]
    return observe(id_type=id_type, prepared=prepared, actor=actor, reason=reason, detail=detail)


def _silent(id_type: IdType, keys: Sequence[Key], since: datetime) -> list[Key]:
    """Hold the identifiers, so that whoever speaks of one from now on comes after its end."""
    held = {key: standing.external_id for key, standing in standings(id_type.pk, keys).items()}
    lock_external_ids(held.values())
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, [list(held.values()), since])
        heard = {pk for (pk,) in cursor.fetchall()}
    return [key for key in keys if held.get(key) not in heard]
