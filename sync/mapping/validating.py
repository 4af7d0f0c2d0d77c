"""Whether a target will take a document, asked before it is sent: every error at once, named on both sides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from sync.connectors.documents import differences, document_hash
from sync.connectors.interface import FieldError, FieldType, Snapshot, TargetField, TargetSchema
from sync.mapping.content import Mapped
from sync.mapping.record import empty

__all__ = ["FieldDifference", "diff", "document_hash", "validate"]


class FieldDifference(NamedTuple):
    """One field that the target holds otherwise than the golden record wants it."""

    target_field: str
    golden_path: str
    wanted: Any
    found: Any


def validate(mapped: Mapped, schema: TargetSchema) -> tuple[FieldError, ...]:
    """Every reason why the target would refuse the document: the mapping's own issues, then the schema's."""
    known = {(issue.target_field, issue.code) for issue in mapped.issues}
    found = _object(mapped.document, schema.fields, "", is_open=schema.open)
    ours = (error._replace(golden_path=golden_path(mapped, error.target_field)) for error in found)
    return (*mapped.issues, *(error for error in ours if (error.target_field, error.code) not in known))


def diff(mapped: Mapped, snapshot: Snapshot) -> tuple[FieldDifference, ...]:
    """Fields of the document that the target's record holds otherwise."""
    return tuple(
        FieldDifference(each.field, golden_path(mapped, each.field), each.wanted, each.found)
        for each in differences(mapped.document, snapshot.fields)
    )


def golden_path(mapped: Mapped, target_field: str) -> str:
    """Where a field's value comes from; of a list or object what it was made of. Empty where nothing is behind it."""
    while target_field:
        if found := mapped.field_sources.get(target_field):
            return found
        inner = [path for field, path in mapped.field_sources.items() if path and field.startswith(f"{target_field}.")]
        if inner:
            return inner[0]
        target_field = _outer(target_field)
    return ""


def _outer(field: str) -> str:
    """`addresses[0].city` -> `addresses[0]` -> `addresses` -> nothing."""
    return field[: max(field.rfind("."), field.rfind("["), 0)]


def _object(
    document: Mapping[str, Any], fields: Sequence[TargetField], prefix: str, *, is_open: bool
) -> Iterator[FieldError]:
    named = {field.name: field for field in fields}
    for field in fields:
        place = f"{prefix}{field.name}"
        value = document.get(field.name)
        if _nothing(value, field):
            if field.required and not field.read_only:
                yield FieldError(place, "The target needs it.", "", "required")
        elif field.read_only:
            yield FieldError(place, "The target fills it itself.", "", "read_only")
        else:
            yield from _value(value, field, place)
    if not is_open:
        for name in document:
            if name not in named:
                yield FieldError(f"{prefix}{name}", "The target has no such field.", "", "unknown_field")


def _value(value: Any, field: TargetField, place: str) -> Iterator[FieldError]:
    if not TYPES[field.type](value):
        shown = type(value).__name__ if isinstance(value, Mapping | list) else repr(value)[:60]
        yield FieldError(place, f"The target wants {field.type}, not {shown}.", "", "wrong_type")
        return
    if field.enum and str(value) not in field.enum:
        yield FieldError(place, f"The target knows no {str(value)[:60]!r}.", "", "not_in_list")
    if field.length is not None and isinstance(value, str) and len(value) > field.length:
        what = f"{len(value)} characters, and the target takes {field.length}."
        yield FieldError(place, what, "", "too_long")
    if field.type == "object" and field.fields:
        yield from _object(value, field.fields, f"{place}.", is_open=False)
    if field.type == "list" and field.fields:
        for number, each in enumerate(value):
            if isinstance(each, Mapping):
                yield from _object(each, field.fields, f"{place}[{number}].", is_open=False)
            else:
                yield FieldError(f"{place}[{number}]", "The target wants an object.", "", "wrong_type")


def _nothing(value: Any, field: TargetField) -> bool:
    return empty(value) or (field.type in ("object", "list") and TYPES[field.type](value) and not value)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, dt.datetime) or bool(dt.datetime.fromisoformat(str(value)))
    except ValueError:
        return False


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, dt.date) or bool(dt.date.fromisoformat(str(value)))
    except ValueError:
        return False


TYPES: Final[Mapping[FieldType, Callable[[Any], bool]]] = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "decimal": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "date": _is_date,
    "datetime": _is_moment,
    "object": lambda value: isinstance(value, Mapping),
    "list": lambda value: isinstance(value, list | tuple),
    "any": lambda value: True,
}
