"""What the detail of an event may hold: ids, numbers and names. Values of records have no place there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

BYTES = 64 * 1024
DEPTH = 4
TEXT = 160
_LARGEST = 2**63
_NAME = re.compile(r"[^\W\d][\w.:\[\]*-]{0,119}")
# The keys of a group's elements are identifiers, whatever they look like.
_ELEMENT_KEY = re.compile(r"\[[^\[\]]*\]")
_FOR_VALUES = frozenset(
    {
        "value",
        "values",
        "old",
        "new",
        "before",
        "after",
        "previous",
        "standardised",
        "raw",
        "content",
        "payload",
        "row",
        "record",
        "email",
        "phone",
        "iban",
        "address",
        "password",
        "secret",
    }
)


class DetailError(ValueError):
    """An event was about to hold what may not be in the audit: a mistake in the code that drafted it."""


def encode(detail: Mapping[str, Any]) -> str:
    """Return the detail as JSON text.

    Accepted: objects and lists, 4 deep; names of attributes, tables and counters as keys; whole numbers of 64 bits,
    true, false, null; one-line text of at most 160 characters without `@` (an id, a code, a path, a name); 64 KiB
    in all. Refused: everything else, and keys that announce values.
    Raises: DetailError naming the place.
    """
    if not _plainly_fits(detail, 1):
        _find_fault(detail)
    text = json.dumps(detail, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > BYTES:
        raise DetailError(f"The detail has {len(text)} characters; {BYTES} bytes is the most an event may hold.")
    return text


def _plainly_fits(node: object, depth: int) -> bool:
    """Whether the usual kinds of nodes, and nothing else, are there as they should: most details need no other look."""
    kind = type(node)
    if kind is str:
        return _fault_of_text(cast(str, node)) == ""
    if kind is dict and depth <= DEPTH:
        inner = cast(dict[object, object], node)
        return all(map(_is_name, inner)) and all(_plainly_fits(each, depth + 1) for each in inner.values())
    if kind is list and depth <= DEPTH:
        return all(_plainly_fits(each, depth + 1) for each in cast(list[object], node))
    return node is None or kind is bool or (kind is int and -_LARGEST <= cast(int, node) < _LARGEST)


@lru_cache(maxsize=1024)
def _is_name(key: object) -> bool:
    return isinstance(key, str) and _NAME.fullmatch(key) is not None and key not in _FOR_VALUES


def _find_fault(detail: Mapping[str, Any]) -> None:
    for where, node, depth in _walk("detail", detail, 1):
        fault = _fault(node, depth)
        if fault:
            raise DetailError(f"{where} {fault}; an event's detail holds ids, numbers and names, never values.")


def _walk(where: str, node: object, depth: int) -> Iterator[tuple[str, object, int]]:
    yield where, node, depth
    if depth > DEPTH:
        return
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _walk(f"{where}.{key}", value, depth + 1)
    elif isinstance(node, list | tuple):
        for position, value in enumerate(node):
            yield from _walk(f"{where}[{position}]", value, depth + 1)


def _fault(node: object, depth: int) -> str:
    if isinstance(node, Mapping):
        return _fault_of_keys(node) if depth <= DEPTH else "is nested too deeply"
    if isinstance(node, list | tuple):
        return "" if depth <= DEPTH else "is nested too deeply"
    if isinstance(node, str):
        return _fault_of_text(node)
    if node is None or isinstance(node, bool):
        return ""
    if isinstance(node, int):
        return "" if -_LARGEST <= node < _LARGEST else "is not a number of 64 bits"
    return f"is a {type(node).__name__}"


def _fault_of_keys(node: Mapping[object, object]) -> str:
    for key in node:
        if key in _FOR_VALUES:
            return f"has the key {key!r}, which announces a value"
        if not _is_name(key):
            return f"has the key {str(key)[:40]!r}, which is no name"
    return ""


def _fault_of_text(text: str) -> str:
    if len(text) > TEXT:
        return f"has {len(text)} characters"
    if not text.isprintable():
        return "has more than one line, or a control character"
    return "looks like an e-mail address" if "@" in _ELEMENT_KEY.sub("", text) else ""
