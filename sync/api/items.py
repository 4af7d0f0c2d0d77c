"""Items of a batch, read one by one: an observation, or a refusal of that item alone."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any, Final

from mdm.api.parameters import fault_in
from mdm.engine.paths import ELEMENT_KEY, PathError, flatten, parse
from mdm.records.observation import Observation

_MEMBERS: Final = ("id", "scope", "values", "deleted", "changed_at")


class ItemReader:
    """Reads items; `refused` holds the answers of those that say nothing usable."""

    def __init__(self, groups: Container[str]) -> None:
        self._groups = groups
        self.refused: dict[int, dict[str, Any]] = {}

    def read(self, at: int, item: object) -> Observation | None:
        """Return what the item says; None when it is refused."""
        if not isinstance(item, dict):
            self._refuse(at, "", (), "", "An item must be an object.", 'Send {"id": …, "values": {…}}.')
            return None
        fault = _frame_fault(item)
        if fault is not None:
            name, message, remedy = fault
            self._refuse(at, item.get("id", ""), (name,), item.get(name, ""), message, remedy)
            return None
        try:
            values = flatten(item.get("values") or {}, self._groups)
        except PathError as error:
            self._refuse(at, item["id"], ("values",), error.path, error.message, error.remedy, field=error.path)
            return None
        return self._observation(at, item, values)

    def _observation(self, at: int, item: dict[str, Any], values: dict[str, Any]) -> Observation | None:
        changed_at = None
        if item.get("changed_at") is not None:
            changed_at = _moment(item["changed_at"])
            if changed_at is None:
                remedy = "Send an ISO 8601 time with its offset, such as 2026-03-12T10:00:00Z."
                self._refuse(at, item["id"], ("changed_at",), item["changed_at"], "changed_at is no time.", remedy)
                return None
        return Observation(
            external_id=item["id"],
            scope=item.get("scope") or "",
            values=values,
            deleted=bool(item.get("deleted")),
            changed_at=changed_at,
            position=at,
        )

    def _refuse(
        self,
        at: int,
        identifier: object,
        where: tuple[str, ...],
        value: object,
        detail: str,
        remedy: str,
        *,
        field: str = "",
    ) -> None:
        issue = {
            "pointer": pointer_of("items", at, *where),
            "field": field or (where[0] if where else ""),
            "value": value[:200] if isinstance(value, str) else str(value)[:200],
            "code": "malformed",
            "detail": detail,
            "remedy": remedy,
            "severity": "reject",
        }
        self.refused[at] = {
            "id": identifier[:200] if isinstance(identifier, str) else "",
            "status": "rejected",
            "golden": None,
            "held": None,
            "issues": [issue],
            "attributes": {},
        }


def _frame_fault(item: dict[str, Any]) -> tuple[str, str, str] | None:
    """Return (member, what is wrong, remedy) where the item's own members cannot be used."""
    for name in item:
        if name not in _MEMBERS:
            return name, f"There is no member {name[:60]!r} in an item.", f"Use only {', '.join(_MEMBERS)}."
    fault = "is missing" if "id" not in item else fault_in(item["id"], longest=200)
    if fault:
        return "id", f"id {fault}.", "Send the record's identifier in its own system as text."
    if item.get("scope") not in (None, "") and (fault := fault_in(item["scope"], longest=80)):
        return "scope", f"scope {fault}.", "Send text of 1 to 80 characters, or leave it out."
    if not isinstance(item.get("deleted", False), bool):
        return "deleted", "deleted must be true or false.", "Send true, or leave it out."
    return _values_fault(item)


def _values_fault(item: dict[str, Any]) -> tuple[str, str, str] | None:
    values = item.get("values")
    if item.get("deleted"):
        return ("values", "A deleted record has no values.", "Leave values out.") if values else None
    if not isinstance(values, dict):
        return "values", "values must be an object.", 'Send {"name": …}, or "deleted": true.'
    return None


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def pointer_of(*parts: str | int) -> str:
    """Return the JSON pointer (RFC 6901) that these parts make."""
    return "".join("/" + str(part)[:200].replace("~", "~0").replace("/", "~1") for part in parts)


def inside(path: str, item: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Return where in the item a path's value stands, flat or nested as it was sent."""
    if path in ("id", "scope"):
        return (path,)
    values = item.get("values")
    if not isinstance(values, dict) or path in values:
        return ("values", path)
    try:
        parsed = parse(path)
    except PathError:
        return ("values", path)
    elements = values.get(parsed.group)
    if parsed.group and isinstance(elements, list):
        for at, element in enumerate(elements):
            if isinstance(element, dict) and str(element.get(ELEMENT_KEY)) == parsed.key:
                return ("values", parsed.group, at, parsed.attribute)
    return ("values", path)
