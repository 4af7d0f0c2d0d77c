"""Documents as targets hold them: one hash per content, and what differs between what we want and what is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from mdm.engine.canonical import canonical_json, digest


class Difference(NamedTuple):
    """One field that the target holds otherwise. `field` reads `addresses[0].city`."""

    field: str
    wanted: Any
    found: Any


def document_hash(document: Mapping[str, Any]) -> str:
    """The digest of the content. Nothing, an empty text and an empty list are the same; 5 and 5.00 are, too."""
    return digest(b"", canonical_json(_plain(document))).hex()


def differences(document: Mapping[str, Any], live: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Fields of the document that the target holds otherwise; what the document does not name does not count."""
    return tuple(_compare("", document, live))


def aligned(document: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """The target's values of the document's fields, each in the document's form where it means the same.

    Hashes of the document and of this are equal exactly when there are no differences.
    """
    shaped: dict[str, Any] = _shaped(document, live)
    return shaped


def _compare(path: str, wanted: Any, found: Any) -> Iterator[Difference]:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, value in wanted.items():
            yield from _compare(f"{path}.{name}" if path else str(name), value, found.get(name))
    elif (pairs := _pairs(wanted, found)) is not None:
        for number, one, other in pairs:
            yield from _compare(f"{path}[{number}]", one, other)
    elif not _same(wanted, found):
        yield Difference(path, wanted, found)


def _shaped(wanted: Any, found: Any) -> Any:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return {name: _shaped(value, found.get(name)) for name, value in wanted.items()}
    if (pairs := _pairs(wanted, found)) is not None:
        return [_shaped(one, other) for _, one, other in pairs]
    return wanted if _same(wanted, found) else found


def _pairs(wanted: Any, found: Any) -> list[tuple[int, Any, Any]] | None:
    """The elements of two lists that say as many, each by its place in the first; what is empty is no element."""
    if not (_is_list(wanted) and _is_list(found)):
        return None
    places = [number for number, each in enumerate(wanted) if not _empty(_plain(each))]
    there = [each for each in found if not _empty(_plain(each))]
    if len(places) != len(there):
        return None
    return [(number, wanted[number], each) for number, each in zip(places, there, strict=True)]


def _same(one: Any, other: Any) -> bool:
    plain, also = _plain(one), _plain(other)
    if plain == also and isinstance(plain, bool) == isinstance(also, bool):
        return True
    if _empty(plain) or _empty(also):
        return _empty(plain) and _empty(also)
    return _as_told(plain, also) or _as_told(also, plain)


def _as_told(value: Any, text: Any) -> bool:
    """Whether a target that answers in text means the same: 5 as "5.00", true as 1."""
    if isinstance(value, bool):
        return not isinstance(text, bool) and text in (int(value), str(int(value)), str(value).lower())
    if isinstance(value, _Number) and isinstance(text, str) and not isinstance(text, _Number):
        try:
            return Decimal(value) == Decimal(text)
        except InvalidOperation:
            return False
    return False


class _Number(str):
    """A number in its one form: no exponent, no closing zeros."""

    __slots__ = ()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): each for name, inner in value.items() if not _empty(each := _plain(inner))}
    if _is_list(value):
        return [each for inner in value if not _empty(each := _plain(inner))]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(Decimal(str(value)))
    if isinstance(value, dt.datetime):
        return value if value.tzinfo else value.isoformat()
    return value


def _number(value: Decimal) -> Any:
    if not value.is_finite():
        raise ValueError(f"{value} is no value of a document")
    text = format(value.normalize(), "f")
    return _Number("0" if text == "-0" else text)


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, Mapping | list) and not value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
