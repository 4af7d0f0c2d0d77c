"""What Tryton's refusals mean. Over JSON-RPC they come inside a 200, told by a class name and words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sync.connectors.interface import Classified, FieldError, Outcome, ThrottleScope

EXISTS: Final = "exists"
STALE: Final = "stale"
GONE: Final = "gone"

# The words are English because each call asks for English. The first that fits counts.
_WORDS: Final = (
    (re.compile(r"must be unique"), Outcome.CONFLICT, EXISTS),
    (re.compile(r"that don't exist"), Outcome.CONFLICT, GONE),
    # What is inactive is read-only, for everybody: a matter of the record, not of our rights.
    (re.compile(r"not allowed to modify the field"), Outcome.REJECTED, "read_only_there"),
    (re.compile(r"not allowed"), Outcome.CONFIG, "not_allowed"),
)
_CLASSES: Final[Mapping[str, tuple[Outcome, str]]] = {
    "UserError": (Outcome.REJECTED, "refused"),
    "UserWarning": (Outcome.REJECTED, "warning"),
    "ConcurrencyException": (Outcome.CONFLICT, STALE),
    "LoginException": (Outcome.CONFIG, "sign_in_refused"),
    "RateLimitException": (Outcome.THROTTLED, "rate_limit"),
}
_QUOTED: Final = re.compile(r'"([^"]{1,200})"')


def classified(error: Sequence[Any], document: Mapping[str, Any] | None = None) -> Classified:
    """The meaning of the answer's `error`; fields are those of the document whose value the message quotes."""
    name, message = _told(error)
    if name not in _CLASSES:
        # Tryton stumbled and rolled everything back.
        return Classified(Outcome.RETRY, "server_error", f"Tryton failed: {_shown(name)}.")
    outcome, code = _CLASSES[name]
    if name == "UserError":
        outcome, code = next(((found, word) for form, found, word in _WORDS if form.search(message)), (outcome, code))
    scope = ThrottleScope.CONNECTION if outcome is Outcome.THROTTLED else None
    faults = tuple(_faults(message, document or {})) if outcome is Outcome.REJECTED else ()
    return Classified(outcome, code, message, throttle_scope=scope, field_errors=faults)


def _told(error: Sequence[Any]) -> tuple[str, str]:
    """The class and the message: `["UserError", [message, description, ...]]`, or `[what failed, traceback]`."""
    name, rest = str(error[0]) if error else "", error[1:]
    parts = rest[0] if rest and isinstance(rest[0], list) else rest
    if name == "UserWarning":
        parts = parts[1:]  # the first names the warning to whoever may skip it
    words = [str(part).strip() for part in parts if isinstance(part, str) and part.strip()]
    return name, " ".join(words)[:1000] or name


def _faults(message: str, document: Mapping[str, Any]) -> Iterator[FieldError]:
    quoted = set(_QUOTED.findall(message))
    for place, value in _leaves(document, ""):
        if isinstance(value, str) and value in quoted and place != "name":
            yield FieldError(place, message, "", "refused")


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{place}[{number}]")
    else:
        yield place, value


def _shown(what: str) -> str:
    return " ".join(what.split())[:300] or "it does not say why"
