"""What a target holds now, held against what was confirmed there and what the golden record says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.connectors.documents import differences
from sync.reconciliation.causes import DriftCause


@dataclass(frozen=True, slots=True)
class FieldDrift:
    """One field of a target record that is not what the golden record asks for, and why."""

    field: str
    path: str
    cause: str
    confirmed: Any
    target: Any
    golden: Any


def compare(
    *,
    confirmed: Mapping[str, Any],
    live: Mapping[str, Any],
    wanted: Mapping[str, Any],
    path_of: Callable[[str], str],
) -> list[FieldDrift]:
    """Return each field in which the target differs from `wanted`: it was edited there since it was confirmed, the
    golden record is newer, or both. What both sides agree on is none, whatever was confirmed.
    """
    edited = {each.field: each.wanted for each in differences(confirmed, live)}
    newer = {each.field: each.found for each in differences(wanted, confirmed)}
    found = []
    for each in differences(wanted, live):
        is_edited, is_newer = _touches(each.field, edited), _touches(each.field, newer)
        if is_edited and is_newer:
            cause = DriftCause.BOTH
        elif is_newer or not is_edited:
            cause = DriftCause.HUB_NEWER
        else:
            cause = DriftCause.EDITED_IN_TARGET
        was = edited.get(each.field, newer.get(each.field, each.found if cause == DriftCause.HUB_NEWER else None))
        found.append(FieldDrift(each.field, path_of(each.field), cause, was, each.found, each.wanted))
    return found


def _touches(field: str, changed: Mapping[str, Any]) -> bool:
    """Whether the field, something in it or something around it is among those changed."""
    return any(
        field == other or field.startswith((f"{other}.", f"{other}[")) or other.startswith((f"{field}.", f"{field}["))
        for other in changed
    )
