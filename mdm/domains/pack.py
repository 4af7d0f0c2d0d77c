"""A domain's pack: what its records hold, and how a row of values is checked against it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mdm.engine import check
from mdm.engine.checked import Checked, Issue
from mdm.engine.schema import Attribute, Code, Group, Scalar, Scheme

__all__ = ["Attribute", "Checked", "Code", "Group", "Issue", "Pack", "PackError", "Scheme"]


class PackError(ValueError):
    """A pack says something it cannot mean."""

    def __init__(self, where: str, *, expected: str, found: str, remedy: str) -> None:
        super().__init__(f"{where}: expected {expected}, found {found}. {remedy}")
        self.where = where
        self.expected = expected
        self.found = found
        self.remedy = remedy


@dataclass(frozen=True, eq=False)
class Pack:
    """Immutable; made by `domains.loader`. `content` is the mapping it was made from, as a DomainVersion stores it."""

    code: str
    label: str
    code_prefix: str
    attributes: Mapping[str, Attribute]
    """By declared path: `name`, `addresses.city`."""
    groups: Mapping[str, Group]
    schemes: Mapping[str, Scheme]
    code_lists: Mapping[str, Mapping[str, Code]]
    composed_keys: tuple[tuple[str, tuple[str, ...]], ...]
    """(kind, attributes) of record keys made of several values, such as a person's given and family name."""
    content: Mapping[str, Any]
    _checker: check.Checker = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_checker", check.Checker(self, self.composed_keys))

    def check(self, values: Mapping[str, Any], *, context: Mapping[str, Scalar] | None = None) -> Checked:
        """The row typed and standardised, what is wrong with it, and the keys to find it by; never raises.

        `context` are values already known of the record: they only help to read the new ones (a phone's country).
        """
        return self._checker.check(values, context)

    def keys_of(self, values: Mapping[str, Scalar]) -> list[tuple[str, str]]:
        """The record keys of a whole record (values with the standardised ones laid over them)."""
        return self._checker.check(values).keys

    def missing(self, values: Mapping[str, Scalar]) -> list[Issue]:
        """A finding for every required attribute that a whole record lacks."""
        return self._checker.missing(values)

    def to_content(self) -> dict[str, Any]:
        """The mapping to store; `from_content` makes the same pack of it."""
        return copy.deepcopy(dict(self.content))

    def label_of(self, path: str) -> str:
        """What a person calls the value at this path."""
        return self._checker.label_of(path)
