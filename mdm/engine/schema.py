"""What a pack declares about its attributes, groups, schemes and code lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Scalar = str | bool | int | None
"""One value of a record; decimals and dates are text."""

AttributeType = Literal["text", "integer", "decimal", "date", "boolean", "code"]
Privacy = Literal["public", "internal", "personal", "secret"]
Identity = Literal["", "name", "tax"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One declared attribute; `path` is `name` or `addresses.city`."""

    path: str
    label: str
    type: AttributeType = "text"
    description: str = ""
    required: bool = False
    max_length: int = 255
    code_list: str = ""
    standardiser: str = ""
    privacy: Privacy = "internal"
    key: str = ""
    """Kind of the record key its values give: `name`, `email`, `phone`, `bank`, `web`, `id`, or none."""
    identity: Identity = ""
    region_from: str = ""
    """The attribute whose country tells how to read this one: `addresses.country`, or `country` beside it."""
    at_stake: bool = False
    """Whether its amounts say how much depends on the record: what is reviewed first."""
    strictness: tuple[str, ...] = ()
    """Codes from mild to strict, where the strictest of several values is the one that holds."""
    reason_to_merge: tuple[str, ...] = ()
    """Codes with which a record is merged only for a stated reason: a one-time account, a test."""

    @property
    def group(self) -> str:
        return self.path.partition(".")[0] if "." in self.path else ""

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list; aliases are other spellings that mean it."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one kind of identifier is checked: a python-stdnum module, a pattern, or neither."""

    code: str
    label: str
    module: str = ""
    pattern: str = ""
    country: str = ""
    identity: Identity = ""
    shared: bool = False
    """Whether one number may belong to several: a register number without its court."""


@dataclass(frozen=True, slots=True)
class Group:
    """A keyed group of attributes. `keys` names the code list of its keys, or `schemes`; empty = any key."""

    name: str
    label: str
    keys: str = ""
    open_keys: bool = False
    """Whether keys outside the code list are welcome too."""
    max_elements: int = 50
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


class Schema(Protocol):
    """What the engine needs to know of a pack."""

    @property
    def attributes(self) -> Mapping[str, Attribute]: ...

    @property
    def groups(self) -> Mapping[str, Group]: ...

    @property
    def schemes(self) -> Mapping[str, Scheme]: ...

    @property
    def code_lists(self) -> Mapping[str, Mapping[str, Code]]: ...
