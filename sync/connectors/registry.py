"""Which kinds of connector there are: each folder here that registers one. Adding a kind adds a folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import sync.connectors
from sync.connectors.errors import BadSettings, UnknownKind
from sync.connectors.interface import Connector
from sync.connectors.settings import ConnectionSettings, DefaultLimits, SettingField


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of connector as forms and flows see it.

    `objects`: domain -> the target's objects for it, the usual one first.
    `retry_schedule`: seconds before each try, where the kind has a schedule of its own; empty is the usual one.
    `labelled_as`: what the pages say beside it where the counterpart is a stand-in and not the real system.
    """

    name: str
    label: str
    build: Callable[[ConnectionSettings], Connector]
    fields: tuple[SettingField, ...] = ()
    objects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: DefaultLimits = field(default_factory=DefaultLimits)
    needs_url: bool = True
    retry_schedule: tuple[float, ...] = ()
    labelled_as: str = ""


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """The kind can be built. Registering its name again replaces it."""
    _KINDS[kind.name] = kind


def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order of their labels."""
    _discover()
    return tuple(sorted(_KINDS.values(), key=lambda kind: kind.label))


def kind_of(name: str) -> Kind:
    """Raises: UnknownKind."""
    _discover()
    try:
        return _KINDS[name]
    except KeyError:
        raise UnknownKind(f"There is no connector of kind {name!r}; there are {', '.join(sorted(_KINDS))}.") from None


def build(kind: str, settings: ConnectionSettings) -> Connector:
    """A connector for one connection.

    Raises: UnknownKind; BadSettings when a required field is empty.
    """
    found = kind_of(kind)
    check_settings(found, settings)
    return found.build(settings)


def check_settings(kind: Kind, settings: ConnectionSettings) -> None:
    """Raises: BadSettings for the first required field that is empty, or a choice that is none."""
    if kind.needs_url and not settings.base_url:
        raise BadSettings("The address is missing.", field="base_url", remedy="Give the address of the system.")
    for each in kind.fields:
        value = settings.secrets.get(each.name, "") if each.secret else settings.options.get(each.name, each.default)
        if each.required and value in ("", None):
            raise BadSettings(f"{each.label} is missing.", field=each.name, remedy=each.help or f"Give {each.label}.")
        allowed = [choice for choice, _ in each.choices]
        if allowed and value not in ("", None) and str(value) not in allowed:
            raise BadSettings(
                f"{each.label} cannot be that.", field=each.name, remedy=f"Use one of {', '.join(allowed)}."
            )


@cache
def _discover() -> None:
    for module in pkgutil.iter_modules(sync.connectors.__path__):
        if module.ispkg:
            importlib.import_module(f"sync.connectors.{module.name}")
