"""Rejected rows are part of what is known of a person."""

from __future__ import annotations

from typing import Any

from django.db import connection

from mdm.records.erasure import Erasure

# A row whose identifier could not be read, for want of its scope for instance, may still show it in a cell.
_ERASE = """
DELETE FROM ingestion_rejectedrow r
USING ingestion_ingestionrun n,
      unnest(%(types)s::bigint[], %(scopes)s::text[], %(values)s::text[], %(sent)s::text[], %(until)s::timestamptz[])
          AS own(id_type, scope, value, sent, until)
WHERE r.run_id = n.id AND n.id_type_id = own.id_type AND (own.until IS NULL OR n.created_at < own.until)
AND (r.scope = own.scope AND r.key = own.value OR r.key = '' AND r.cells ?| ARRAY[own.value, own.sent])
"""


def erase_rejects(erasure: Erasure) -> int:
    """No rejected row shows what was sent under one of the person's identifiers; returns how many rows went."""
    own = erasure.identifiers
    if not own:
        return 0
    parameters: dict[str, list[Any]] = {
        "types": [one.id_type for one in own],
        "scopes": [one.scope for one in own],
        "values": [one.value for one in own],
        "sent": [one.as_sent for one in own],
        "until": [one.until for one in own],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ERASE, parameters)
        return int(cursor.rowcount)
