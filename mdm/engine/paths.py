"""Paths name one value of a record: `name`, or `addresses[billing].city` inside a keyed group."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

_NAME = r"[a-z][a-z0-9_]{0,39}"
_KEY = r"[^\[\]\s]{1,64}"
_PATH = re.compile(rf"({_NAME})|({_NAME})\[({_KEY})\]\.({_NAME})")
_NAME_ONLY = re.compile(_NAME)
_KEY_ONLY = re.compile(_KEY)
ELEMENT_KEY = "key"


class PathError(ValueError):
    """A path or a nested record is not shaped as one."""

    def __init__(self, message: str, *, path: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.remedy = remedy


class Path(NamedTuple):
    """`group` and `key` are empty for an attribute outside a group."""

    group: str
    key: str
    attribute: str

    def __str__(self) -> str:
        return f"{self.group}[{self.key}].{self.attribute}" if self.group else self.attribute

    @property
    def declared(self) -> str:
        """The attribute as a pack declares it: `addresses.city`."""
        return f"{self.group}.{self.attribute}" if self.group else self.attribute

    @property
    def element(self) -> str:
        """The element the value belongs to: `addresses[billing]`, or empty outside a group."""
        return f"{self.group}[{self.key}]" if self.group else ""


@lru_cache(maxsize=65_536)
def parse(path: str) -> Path:
    """The parts of a path.

    Raises: PathError when the text is no path.
    """
    match = _PATH.fullmatch(path)
    if match is None or not path.isprintable():
        raise PathError(
            f"{path[:80]!r} is not a path.",
            path=path[:200],
            remedy="Write attribute, or group[key].attribute; a key: 1 to 64 visible characters, no bracket or space.",
        )
    name, group, key, attribute = match.groups()
    return Path("", "", name) if name else Path(group, key, attribute)


def attribute_of(path: str) -> str:
    """`addresses[billing].city` -> `addresses.city`."""
    return parse(path).declared


def is_name(text: str) -> bool:
    return _NAME_ONLY.fullmatch(text) is not None


def is_key(text: str) -> bool:
    return _KEY_ONLY.fullmatch(text) is not None and text.isprintable()


def join(group: str, key: str, attribute: str) -> str:
    return f"{group}[{key}].{attribute}"


def flatten(nested: Mapping[str, Any], groups: Container[str]) -> dict[str, Any]:
    """Values by path of a record as an interface shows it; a path already flat passes through.

    Raises: PathError when a group is not a list of elements that each carry an own key.
    """
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        if name in groups:
            _flatten_group(name, value, flat)
        else:
            _put(flat, name, value)
    return flat


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The record as an interface shows it: groups become lists of elements, in the order first met."""
    nested: dict[str, Any] = {}
    elements: dict[str, dict[str, Any]] = {}
    for text, value in flat.items():
        path = parse(text)
        if not path.group:
            nested[path.attribute] = value
            continue
        element = elements.get(path.element)
        if element is None:
            element = elements[path.element] = {ELEMENT_KEY: path.key}
            nested.setdefault(path.group, []).append(element)
        element[path.attribute] = value
    return nested


def _flatten_group(group: str, elements: object, flat: dict[str, Any]) -> None:
    if not isinstance(elements, Sequence) or isinstance(elements, str | bytes):
        raise PathError(
            f"{group} is a group and needs a list of elements.", path=group, remedy=f'Send "{group}": [{{"key": …}}].'
        )
    seen: set[str] = set()
    for element in elements:
        key = _element_key(group, element)
        if key in seen:
            raise PathError(
                f"{group} has two elements with key {key!r}.",
                path=f"{group}[{key}]",
                remedy="Send each element of a group once, with its own key.",
            )
        seen.add(key)
        for attribute, value in element.items():
            if attribute != ELEMENT_KEY:
                _put(flat, join(group, key, attribute), value)


def _element_key(group: str, element: object) -> str:
    key = element.get(ELEMENT_KEY) if isinstance(element, Mapping) else None
    if isinstance(key, int) and not isinstance(key, bool):
        key = str(key)
    if not isinstance(key, str) or not is_key(key):
        raise PathError(
            f"An element of {group} has no usable key.",
            path=group,
            remedy='Give each element a "key" of 1 to 64 visible characters without brackets or spaces.',
        )
    return key


def _put(flat: dict[str, Any], path: str, value: object) -> None:
    if path in flat:
        raise PathError(f"{path[:80]} is given twice.", path=path[:200], remedy="Send each value once.")
    flat[path] = value
