"""What an observation of a known identifier means: decided from what was said before, without writing anything."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from mdm.domains.pack import Pack
from mdm.engine.checked import Checked
from mdm.engine.likeness import unlike
from mdm.governance.queries import OwnershipTable
from mdm.records.identifiers import Standing
from mdm.records.observation import Prepared, Values
from mdm.records.sealing import content_of


class Kind(Enum):
    """How the source record and its golden record move."""

    UNCHANGED = "unchanged"
    LATE = "late"
    DELETED = "deleted"
    ATTACHED = "attached"
    UPDATED = "updated"
    HELD = "held"
    REOPENED = "reopened"
    REUSED = "reused"


@dataclass(slots=True)
class Said:
    """What one version of a source record said, and what of it may count."""

    values: Values
    effective: Values


@dataclass(slots=True)
class Change:
    """One decided change: the whole content after it, what of it may count, the paths that wait for a person, and those
    at which the system only returns what the hub gave it.
    """

    kind: Kind
    prepared: Prepared
    standing: Standing
    values: Values = field(default_factory=dict)
    content: bytes = b""
    checked: Checked | None = None
    counted: Values | None = None
    proposed: list[str] = field(default_factory=list)
    echoed: frozenset[str] = frozenset()
    reason: str = ""

    def keys(self, pack: Pack) -> list[tuple[str, str]]:
        """Return what the record is found by: what is only returned to us says nothing about whose it is."""
        assert self.checked is not None
        if not self.echoed:
            return list(self.checked.keys)
        return pack.keys_of({path: v for path, v in self.checked.merged.items() if path not in self.echoed})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What surrounds one identifier: whether a golden record is there to come back to, and whether other source records
    already make up the golden record it leads to.
    """

    has_heir: bool
    joins_others: bool


def digest_of(content: bytes) -> bytes:
    """Return the content hash that tells changed from unchanged."""
    return hashlib.sha256(content).digest()


def is_unchanged(prepared: Prepared, standing: Standing) -> bool:
    """Return whether the whole content was said before, as of no later time, and stands; a partial one is decided by
    `decide`.
    """
    if is_later(prepared, standing):
        return False
    if prepared.observation.deleted:
        return standing.entry is None
    return standing.entry is not None and not prepared.cleared and standing.content_hash == digest_of(prepared.content)


class Decider:
    """Decides changes of one system's records under one pack and ownership."""

    def __init__(self, pack: Pack, ownership: OwnershipTable, system: str, *, guard: bool) -> None:
        self.pack = pack
        self.ownership = ownership
        self.system = system
        self.guard = guard

    def decide(
        self,
        prepared: Prepared,
        standing: Standing,
        current: Said | None,
        in_force: Said | None,
        circumstances: Circumstances,
    ) -> Change:
        """Return what `prepared` means, given the current content and the one in force (None = never said anything)."""
        change = Change(Kind.UNCHANGED, prepared, standing)
        if _is_late(prepared, standing):
            change.kind, change.values, change.content = Kind.LATE, _said_only(prepared), prepared.content
            return change
        if prepared.observation.deleted:
            change.kind = Kind.UNCHANGED if standing.entry is None else Kind.DELETED
            change.values = current.values if current else {}
            return change
        self._merge(change, current.values if current and not standing.deleted else {})
        change.echoed = _echoed(change, in_force)
        change.kind = self._kind(change, in_force, circumstances)
        if change.kind is Kind.UPDATED and in_force is not None:
            self._hold_proposals(change, in_force.effective)
        elif change.kind in (Kind.ATTACHED, Kind.REOPENED) and circumstances.joins_others:
            self._hold_proposals(change, {})
        self._leave_out_echoes(change)
        return change

    def _merge(self, change: Change, before: Values) -> None:
        prepared = change.prepared
        assert prepared.checked is not None
        merged = {**before, **prepared.checked.values}
        for element in prepared.cleared:
            merged = {path: value for path, value in merged.items() if not path.startswith(element + ".")}
        merged = {path: value for path, value in merged.items() if value is not None}
        change.values, change.content = merged, content_of(merged)
        whole = change.content == prepared.content and not prepared.cleared
        change.checked = prepared.checked if whole else self.pack.check(merged)

    def _kind(self, change: Change, in_force: Said | None, circumstances: Circumstances) -> Kind:
        standing = change.standing
        if standing.entry is not None and standing.content_hash == digest_of(change.content):
            return Kind.UNCHANGED
        assert change.checked is not None
        # Deleted, and linked again by a mapping sheet: what it says now is its first word in that place, and what it
        # said before must not count again.
        if standing.entry is not None and (in_force is None or standing.deleted):
            return Kind.ATTACHED
        if self.guard and in_force is not None:
            said = {path: v for path, v in change.checked.merged.items() if path not in change.echoed}
            before = {path: v for path, v in in_force.effective.items() if path in change.echoed}
            change.reason = unlike(in_force.effective, said | before, self.pack) or ""
        if standing.entry is None:
            return Kind.REUSED if change.reason or not circumstances.has_heir else Kind.REOPENED
        return Kind.HELD if change.reason else Kind.UPDATED

    def _hold_proposals(self, change: Change, counts: Values) -> None:
        """A value that its system may only propose keeps counting as it did, until a person approves the new one."""
        assert change.checked is not None
        said: dict[str, Any] = change.checked.merged
        mode = self.ownership.mode
        for path in said.keys() | counts.keys():
            news = said.get(path) != counts.get(path) and path not in change.echoed
            if news and mode(path, self.system, said) == "proposes":
                change.proposed.append(path)
        if change.proposed:
            change.proposed.sort()
            held = {path: counts[path] for path in change.proposed if path in counts}
            change.counted = {path: v for path, v in said.items() if path not in change.proposed} | held

    def _leave_out_echoes(self, change: Change) -> None:
        """What the hub gave the system is kept as said, and neither competes nor counts."""
        if change.echoed and change.checked is not None:
            counts = change.checked.merged if change.counted is None else change.counted
            change.counted = {path: value for path, value in counts.items() if path not in change.echoed}


def _echoed(change: Change, in_force: Said | None) -> frozenset[str]:
    """The paths at which the system says what we were confirmed to have there, and did not say so of itself before."""
    ours = change.prepared.ours
    if not ours or change.checked is None:
        return frozenset()
    before = in_force.effective if in_force is not None else {}
    said = change.checked.merged
    return frozenset(path for path, value in said.items() if path in ours and ours[path] == value != before.get(path))


def _is_late(prepared: Prepared, standing: Standing) -> bool:
    said_at = prepared.observation.changed_at
    return said_at is not None and standing.changed_at is not None and said_at < standing.changed_at


def is_later(prepared: Prepared, standing: Standing) -> bool:
    """Return whether the source speaks as of a later time than the source record knows of."""
    said_at = prepared.observation.changed_at
    if said_at is None or standing.source_record is None:
        return False
    return standing.changed_at is None or said_at > standing.changed_at


def _said_only(prepared: Prepared) -> Values:
    if prepared.checked is None:
        return {}
    return {path: value for path, value in prepared.checked.values.items() if value is not None}
