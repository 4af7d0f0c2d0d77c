"""What a document wants a party to be, and every reason why it cannot be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sync.connectors.interface import FieldError, Op, PushItem
from sync.connectors.tryton.shape import BY_NAME, OWNED, SCALARS, Group, key_of

_STATES: Final[Mapping[Op, bool]] = {Op.BLOCK: False, Op.RETIRE: False, Op.UNBLOCK: True}


@dataclass(frozen=True, slots=True)
class Element:
    """One element as it is to be: what it may be called by, its place in the list, its values."""

    key: Any
    sequence: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to hold of a party. What is None, or no group here, is to stay as it is."""

    golden_id: str
    name: str | None = None
    active: bool | None = None
    groups: Mapping[str, tuple[Element, ...]] = field(default_factory=dict)
    creates: bool = True  # a party that is not there is to be made


def wanted(item: PushItem) -> Wanted:
    """What the item wants: a block or a retirement touches nothing but whether the party is active."""
    active = _STATES.get(item.op, item.payload.get("active"))
    if active is False and item.op is not Op.UPSERT:
        return Wanted(item.golden_id, active=False, creates=False)
    groups = {
        name: tuple(_element(group, number, told) for number, told in enumerate(item.payload[name] or ()))
        for name, group in BY_NAME.items()
        if name in item.payload
    }
    return Wanted(item.golden_id, _text(item.payload.get("name")) or None, active, groups, item.op is Op.UPSERT)


def faults(item: PushItem) -> tuple[FieldError, ...]:
    """What is wrong with the item's document, before anything is asked of Tryton."""
    without_document = item.op in (Op.BLOCK, Op.RETIRE) or (item.op is Op.UNBLOCK and not item.payload)
    return () if without_document else tuple(_faults(item.payload))


def _faults(document: Mapping[str, Any]) -> Iterator[FieldError]:
    for name, value in document.items():
        if name in BY_NAME:
            yield from _group_faults(BY_NAME[name], value)
        elif name not in SCALARS:
            yield FieldError(name, "Tryton's parties have no such field here.", "", "unknown_field")
    # Tryton takes a party without a name, and nobody finds it again.
    if not _text(document.get("name")):
        yield FieldError("name", "A party needs a name.", "", "required")
    if document.get("active") not in (None, True, False):
        yield FieldError("active", "It is neither true nor false.", "", "wrong_type")


def _group_faults(group: Group, value: Any) -> Iterator[FieldError]:
    if value is None:
        return
    if not isinstance(value, list | tuple):
        yield FieldError(group.name, "It is no list.", "", "wrong_type")
        return
    seen: set[Any] = set()
    for number, element in enumerate(value):
        place = f"{group.name}[{number}]"
        if not isinstance(element, Mapping):
            yield FieldError(place, "It is no object.", "", "wrong_type")
            continue
        yield from _element_faults(group, element, place)
        key = key_of(group, element.get("sequence"), _plain(group, element))
        if key in seen:
            yield FieldError(place, "Another element has the same key.", "", "doubled")
        seen.add(key)


def _element_faults(group: Group, element: Mapping[str, Any], place: str) -> Iterator[FieldError]:
    allowed = {*group.fields, *(["sequence"] if group.keyed else [])}
    for name in element.keys() - allowed:
        yield FieldError(f"{place}.{name}", "Tryton has no such field here.", "", "unknown_field")
    for name in group.required:
        if not _text(element.get(name)):
            yield FieldError(f"{place}.{name}", "It must be filled.", "", "required")
    if group.keyed and element.get("sequence") not in OWNED:
        what = f"Give each element a number of its own from {OWNED.start} to {OWNED.stop - 1}: it is its key there."
        yield FieldError(f"{place}.sequence", what, "", "no_key")
    if len(group.types) > 1 and element.get("type") not in (None, "", *group.types):
        yield FieldError(f"{place}.type", f"It must be one of {', '.join(group.types)}.", "", "not_in_list")


def _element(group: Group, number: int, told: Mapping[str, Any]) -> Element:
    values = _plain(group, told)
    sequence = int(told["sequence"]) if group.keyed else OWNED.start + number
    return Element(key_of(group, sequence, values), sequence, values)


def _plain(group: Group, told: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _text(told.get(name)) or None for name in group.fields}
    if "type" in values and group.types:
        values["type"] = values["type"] or group.types[0]
    return values


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
