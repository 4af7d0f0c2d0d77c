"""What one connection gives its connector: plain values that whoever keeps the connection fills in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


class Secrets(Mapping[str, str]):
    """Secrets by name. What is printed or logged of them are the names."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = dict(values or {})

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._values))})"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("secrets are not to be stored or sent")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. No call goes without; `total` bounds a whole call whatever trickles in."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 40.0


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """One connection as its connector sees it. `options` and `secrets` hold the fields its kind declares."""

    kind: str
    base_url: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    secrets: Secrets = field(default_factory=Secrets)
    allow_private: bool = False
    timeouts: Timeouts = field(default_factory=Timeouts)
    name: str = ""


@dataclass(frozen=True, slots=True)
class SettingField:
    """One field of a connection's form. `choices` are (value, label); a secret is written and never shown again."""

    name: str
    label: str
    secret: bool = False
    required: bool = False
    default: str = ""
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DefaultLimits:
    """What a new connection of a kind starts with; its administrator may change each. None is no limit."""

    rate_per_second: float | None = None
    slots: int = 4
    daily_budget: int | None = None
