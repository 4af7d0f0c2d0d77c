"""What the detail of an event may hold: ids, numbers and names. Values of records have no place there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

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
    for where, node, depth in _walk("detail", detail, 1):
        fault = _fault(node, depth)
        if fault:
            raise DetailError(f"{where} {fault}; an event's detail holds ids, numbers and names, never values.")
    text = json.dumps(detail, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > BYTES:
        raise DetailError(f"The detail has {len(text)} characters; {BYTES} bytes is the most an event may hold.")
    return text


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
        if not isinstance(key, str) or not _NAME.fullmatch(key):
            return f"has the key {str(key)[:40]!r}, which is no name"
        if key in _FOR_VALUES:
            return f"has the key {key!r}, which announces a value"
    return ""


def _fault_of_text(text: str) -> str:
    if len(text) > TEXT:
        return f"has {len(text)} characters"
    if not text.isprintable():
        return "has more than one line, or a control character"
    return "looks like an e-mail address" if "@" in _ELEMENT_KEY.sub("", text) else ""
