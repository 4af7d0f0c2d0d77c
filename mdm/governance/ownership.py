"""Who may say what: ownership rows compiled into one table, the most specific row deciding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from mdm.engine.paths import Path, parse

ModeName = Literal["writes", "proposes", "reads"]
ANY: Final = "*"
DENIED: Final[ModeName] = "reads"
ROLES: Final = "roles"
ADDRESSES: Final = "addresses"
COUNTRY: Final = "country"
_KEPT: Final = 50_000


class OwnershipRow(NamedTuple):
    """One agreement: `attribute` is `*`, `name`, `addresses` or `addresses.city`; an empty condition means any."""

    attribute: str
    system: str
    mode: ModeName
    group_key: str = ""
    role: str = ""
    country: str = ""

    @property
    def specificity(self) -> tuple[int, bool, bool, bool]:
        """Higher decides: first the closer attribute, then the element's key, the record's role, its country."""
        closeness = 0 if self.attribute == ANY else 2 if "." in self.attribute else 1
        return closeness, bool(self.group_key), bool(self.role), bool(self.country)

    def speaks_of(self, path: Path) -> bool:
        """Whether the row covers the path, before its role and country are looked at."""
        named = self.attribute in (ANY, path.declared) or (bool(path.group) and self.attribute == path.group)
        return named and self.group_key in ("", path.key)

    def holds_for(self, path: Path, values: Mapping[str, Any]) -> bool:
        """Whether the record with these values has the row's role and country."""
        if self.country and _country(path, values) != self.country:
            return False
        return not self.role or _has_role(self.role, values)


class OwnershipTable:
    """Immutable; one instance serves a whole run. Answers are remembered per path and system."""

    def __init__(self, rows: Iterable[OwnershipRow]) -> None:
        self._rows: dict[str, list[OwnershipRow]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.specificity, reverse=True):
            self._rows[row.system].append(row)
        self._plans: dict[tuple[str, str], ModeName | tuple[OwnershipRow, ...]] = {}

    def mode(self, path: str, system: str, values: Mapping[str, Any]) -> ModeName:
        """Return what the system may do to the value at `path` of a record with these values; no row means `reads`."""
        plan = self._plans.get((path, system))
        if plan is None:
            plan = self._remember(path, system)
        if isinstance(plan, str):
            return plan
        parsed = parse(path)
        return next((row.mode for row in plan if row.holds_for(parsed, values)), DENIED)

    def owner(self, path: str, values: Mapping[str, Any] | None = None) -> list[str]:
        """Return the codes of the systems that may write the value at `path`, in order."""
        known = values or {}
        return [system for system in sorted(self._rows) if self.mode(path, system, known) == "writes"]

    def _remember(self, path: str, system: str) -> ModeName | tuple[OwnershipRow, ...]:
        if len(self._plans) >= _KEPT:
            self._plans.clear()
        plan = self._plans[path, system] = self._plan(parse(path), system)
        return plan

    def _plan(self, path: Path, system: str) -> ModeName | tuple[OwnershipRow, ...]:
        """The rows to try in turn, up to the first without condition; a mode when the first has none already."""
        rows: list[OwnershipRow] = []
        for row in self._rows.get(system, ()):
            if not row.speaks_of(path):
                continue
            rows.append(row)
            if not row.role and not row.country:
                break
        if not rows:
            return DENIED
        return rows[0].mode if not rows[0].role and not rows[0].country else tuple(rows)


def _has_role(role: str, values: Mapping[str, Any]) -> bool:
    element = f"{ROLES}[{role}]."
    return any(path.startswith(element) and value is not None for path, value in values.items())


def _country(path: Path, values: Mapping[str, Any]) -> Any:
    """The country of the element itself where it has one, else that of the record's first address."""
    own = values.get(f"{path.element}.{COUNTRY}") if path.element else None
    if own is not None:
        return own
    for preferred in (f"{ADDRESSES}[legal].{COUNTRY}", f"{ADDRESSES}[main].{COUNTRY}", COUNTRY):
        if values.get(preferred) is not None:
            return values[preferred]
    others = sorted(name for name in values if name.startswith(f"{ADDRESSES}[") and name.endswith(f"].{COUNTRY}"))
    return next((values[name] for name in others if values[name] is not None), None)
