"""How a system is reached, as far as a call needs it."""

from __future__ import annotations

import json
from typing import Final, LiteralString

from django.db import connection

from mdm.kernel.prepared import fetch_prepared
from sync.targets.models import Connection

_REACHED: Final[LiteralString] = """
SELECT system_id, kind, base_url, options::text, secrets, allow_private, rate_per_second FROM targets_connection
WHERE system_id = %(system)s
"""
_FIELDS: Final = ("system_id", "kind", "base_url", "options", "secrets", "allow_private", "rate_per_second")


def reached(system: str) -> Connection:
    """Return the system's connection with what its connector is made of, and its rate.

    Raises: Connection.DoesNotExist.
    """
    for key, kind, url, options, *told in fetch_prepared(_REACHED, {"system": system}):
        return Connection.from_db(connection.alias, _FIELDS, (key, kind, url, json.loads(options), *told))
    raise Connection.DoesNotExist(system)
