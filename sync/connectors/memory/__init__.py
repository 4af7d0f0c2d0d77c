"""The programmable target: for tests, benches and trying things out. It can be of any connector class, and fail."""

from __future__ import annotations

from sync.connectors.interface import Connector
from sync.connectors.registry import Kind, register
from sync.connectors.settings import ConnectionSettings, SettingField


def _build(settings: ConnectionSettings) -> Connector:
    from sync.connectors.memory.connector import MemoryConnector

    return MemoryConnector(settings)


register(
    Kind(
        "memory",
        "Programmable target",
        build=_build,
        fields=(
            SettingField(
                "class",
                "Connector class",
                default="U",
                help="What the target offers against doubles.",
                choices=(
                    ("K", "K: honours an idempotency key"),
                    ("U", "U: upserts by our identifier"),
                    ("P", "P: can be searched for our reference"),
                    ("N", "N: offers nothing"),
                ),
            ),
            SettingField("batch_max", "Records in a call", default="1", help="Class U only."),
            SettingField("quiet_period", "Quiet period (s)", default="60", help="Class P looks only after it."),
            SettingField("token", "Token", secret=True, help="Any; the target asks for none."),
        ),
        objects={"party": ("party",), "material": ("material",), "gl_account": ("account",)},
        labelled_as="programmable target, no real system",
    )
)
