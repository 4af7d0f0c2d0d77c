from __future__ import annotations

from django.db import connection

# SKIP LOCKED: of many requests in the same minute one writes, and none waits for it.
_NOTE = """
UPDATE accounts_apikey SET last_used_at = clock_timestamp() WHERE id = (
    SELECT id FROM accounts_apikey
    WHERE id = %s AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')
    FOR UPDATE SKIP LOCKED)
"""


def note_key_use(*, key_id: int) -> None:
    """The key's last use is known to the minute; nothing is written when it is already."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [key_id])
