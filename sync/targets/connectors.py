"""From a connection's row to its connector, made once per process and state of the row."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings

from sync.connectors import registry
from sync.connectors.interface import Connector
from sync.connectors.settings import ConnectionSettings, Timeouts
from sync.targets import vault
from sync.targets.models import Connection

# A call is over well before its delivery's lease is: whoever takes the delivery next finds nothing under way.
SHARE_OF_LEASE = 0.6

_made: dict[str, tuple[tuple[Any, ...], Connector]] = {}
_lock = threading.Lock()


def connector_of(connection: Connection) -> Connector:
    """Return the connector of a connection as its row has it; threads share it.

    Raises: UnknownKind; BadSettings; Conflict when its secrets cannot be read.
    """
    signature = _signature(connection)
    with _lock:
        known = _made.get(connection.system_id)
        if known is not None and known[0] == signature:
            return known[1]
        connector = registry.build(connection.kind, settings_of(connection))
        _made[connection.system_id] = (signature, connector)
        return connector


def settings_of(connection: Connection) -> ConnectionSettings:
    """Return what the connector is told.

    Raises: Conflict when the secrets cannot be read.
    """
    return ConnectionSettings(
        kind=connection.kind,
        base_url=connection.base_url,
        options=connection.options,
        secrets=vault.unseal(connection.secrets),
        allow_private=connection.allow_private,
        timeouts=timeouts(),
        name=connection.system_id,
    )


def timeouts() -> Timeouts:
    """Return the connectors' usual time-outs, shortened where the lease is short."""
    usual, longest = Timeouts(), settings.DELIVERY_LEASE_SECONDS * SHARE_OF_LEASE
    return Timeouts(connect=min(usual.connect, longest), read=min(usual.read, longest), total=min(usual.total, longest))


def _signature(connection: Connection) -> tuple[Any, ...]:
    return (
        connection.kind,
        connection.base_url,
        connection.options,
        connection.secrets,
        connection.allow_private,
        settings.DELIVERY_LEASE_SECONDS,
    )
