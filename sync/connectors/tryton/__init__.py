"""Tryton 8: parties with addresses, identifiers and contacts, over its JSON-RPC interface. Class U, by `party.code`.

What is ours inside a party is told by Tryton's own `sequence`: elements numbered 9000 to 9999 are, others belong to
people of the ERP and are never touched. See docs/connectors/tryton.md.
"""

from __future__ import annotations

from sync.connectors.interface import Connector
from sync.connectors.registry import Kind, register
from sync.connectors.settings import ConnectionSettings, DefaultLimits, SettingField


def _build(settings: ConnectionSettings) -> Connector:
    from sync.connectors.tryton.connector import TrytonConnector

    return TrytonConnector(settings)


register(
    Kind(
        "tryton",
        "Tryton ERP",
        build=_build,
        fields=(
            SettingField("database", "Database", required=True, help="The database's name, as at sign-in."),
            SettingField(
                "user", "User", required=True, help="A user of the hub's own, in the group Party Administration."
            ),
            SettingField("password", "Password", secret=True, required=True, help="That user's password."),
        ),
        objects={"party": ("party.party",)},
        limits=DefaultLimits(slots=20),  # one call takes as many; its database writes one after the other anyway,
    )
)
