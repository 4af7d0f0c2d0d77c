"""What a party consists of: in a document of ours, in Tryton, and how the two are told apart from what is not ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

OBJECT: Final = "party.party"
OWNED: Final = range(9000, 10000)  # an element with such a `sequence` is ours
GOLDEN_CODE: Final = re.compile(r"[A-Z]{2}-[0-9]{6,10}")


@dataclass(frozen=True, slots=True)
class Group:
    """A list of the document, and where its elements lie in Tryton.

    `relation`: the party's field. `types`: which records of the relation it is about, the usual one first; empty is
    all. `keyed`: its elements carry their `sequence` in the document; else it is their position, and `type` tells
    them apart.
    """

    name: str
    model: str
    relation: str
    fields: tuple[str, ...]
    required: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    keyed: bool = True


ADDRESS: Final = ("party_name", "street", "postal_code", "city", "country")
CONTACT: Final = "party.contact_mechanism"
GROUPS: Final = (
    Group("addresses", "party.address", "addresses", ADDRESS),
    Group("identifiers", "party.identifier", "identifiers", ("type", "code"), ("code",), keyed=False),
    Group(
        "phones",
        CONTACT,
        "contact_mechanisms",
        ("type", "value", "name"),
        ("value",),
        types=("phone", "mobile", "fax"),
    ),
    Group("emails", CONTACT, "contact_mechanisms", ("value", "name"), ("value",), types=("email",)),
    Group("websites", CONTACT, "contact_mechanisms", ("value", "name"), ("value",), types=("website",)),
)
BY_NAME: Final[Mapping[str, Group]] = {group.name: group for group in GROUPS}
SCALARS: Final = ("name", "active")


@dataclass(frozen=True, slots=True)
class Child:
    """An element of a party as Tryton has it. `values` are in the document's words."""

    id: int
    stamp: str
    active: bool
    sequence: int | None
    values: Mapping[str, Any]

    @property
    def is_ours(self) -> bool:
        return self.sequence in OWNED


@dataclass(frozen=True, slots=True)
class Party:
    """A party as Tryton has it."""

    id: int
    code: str
    name: str
    active: bool
    stamp: str
    replaced_by: int | None
    changed_at: str
    children: Mapping[str, tuple[Child, ...]] = field(default_factory=dict)

    @property
    def golden_id(self) -> str | None:
        """The golden record that it was made for; a party of the ERP's own has another kind of code."""
        return self.code if GOLDEN_CODE.fullmatch(self.code) else None


def key_of(group: Group, sequence: int | None, values: Mapping[str, Any]) -> Any:
    """What tells an element of ours apart from the others of its party."""
    if group.keyed:
        return sequence
    return values.get("type") or ("", values.get("code"))
