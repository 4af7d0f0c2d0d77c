"""What a mapping is made of, once its data was read and found sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from sync.connectors.interface import FieldError

Scalar = str | bool | int | None
Unmapped = Literal["error", "keep", "empty"]
Form = Literal["text", "integer", "number", "boolean", "date", "upper", "lower"]
Fact = Literal["code", "version", "status", "key"]


class Golden(NamedTuple):
    """A golden value by path. `addresses[billing].city`; `addresses[*].city` is the first there is; `.city` is the
    element's own inside a repeated group."""

    path: str


class Constant(NamedTuple):
    value: Scalar


class Told(NamedTuple):
    """A fact of the golden record itself: code, version, status; `key` is the element's key inside a repeated group."""

    fact: Fact


class Identifier(NamedTuple):
    """The record's identifier in some system, as the crosswalk has it."""

    system: str
    type: str


class First(NamedTuple):
    """The first of these that is not empty."""

    sources: tuple[Source, ...]


class Joined(NamedTuple):
    """Those of these that are not empty, joined."""

    sources: tuple[Source, ...]
    separator: str


Source = Golden | Constant | Told | Identifier | First | Joined


class Has(NamedTuple):
    """A value, or an element of a group with any value, is there: `vat`, `roles[customer]`."""

    path: str


class Is(NamedTuple):
    """A value is one of these."""

    path: str
    values: tuple[Scalar, ...]


class Not(NamedTuple):
    condition: Condition


class AllOf(NamedTuple):
    conditions: tuple[Condition, ...]


class AnyOf(NamedTuple):
    conditions: tuple[Condition, ...]


Condition = Has | Is | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class ValueMap:
    """The target's word for each of ours. What is in no map is an error, kept, or left empty: `otherwise`."""

    values: Mapping[str, Scalar]
    otherwise: Unmapped = "error"


@dataclass(frozen=True, slots=True)
class Shaping:
    """What happens to a value on its way, in this order: value map, form, cutting to a length."""

    values: ValueMap | None = None
    form: Form | None = None
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class ValueRule:
    """One value of the document. An empty one clears the field there, unless `omit_empty`."""

    target: str
    source: Source
    shaping: Shaping = Shaping()
    default: Scalar = None
    required: bool = False
    omit_empty: bool = False
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """An object inside the document."""

    target: str
    rules: tuple[Rule, ...]
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class ListRule:
    """A list inside the document: one object per element of a golden group, those of `keys` first, in their order.

    `only`: elements with other keys are left out. `when` is asked of each element.
    """

    target: str
    group: str
    rules: tuple[Rule, ...]
    keys: tuple[str, ...] = ()
    only: bool = False
    most: int | None = None
    when: Condition | None = None


Rule = ValueRule | ObjectRule | ListRule


@dataclass(frozen=True, slots=True)
class MappingContent:
    """One mapping, ready to be applied."""

    rules: tuple[Rule, ...]
    paths: frozenset[str]
    """Declared paths it reads: `addresses.city`; a `*` at the end stands for a whole group."""
    identifiers: frozenset[tuple[str, str]]
    """(system, type) of the identifiers it writes: a change of one of these is a reason to deliver."""


@dataclass(frozen=True, slots=True)
class GoldenView:
    """A golden record as mapping sees it: values by path, and its identifiers by (system, type)."""

    code: str
    version: int
    values: Mapping[str, Scalar]
    status: str = "ACTIVE"
    ids: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Mapped:
    """A document, and where each of its fields came from.

    `field_sources`: target field -> golden path. `golden_values`: golden path -> the value behind the document.
    With any issue the document is not to be sent.
    """

    document: dict[str, Any]
    field_sources: Mapping[str, str]
    golden_values: Mapping[str, Scalar]
    issues: tuple[FieldError, ...] = ()
