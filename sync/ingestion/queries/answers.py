"""What became of each value a system sent: accepted, shadowed, proposed or rejected, and by whose right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.engine.survivorship import winner_of
from mdm.governance.models import IdType
from mdm.governance.queries import OwnershipTable, ownership_of
from mdm.records.identifiers import Key
from mdm.records.observation import AttributeAnswer, Outcome, Prepared

_STANDING = """
SELECT x.scope, x.value, s.id, g.values, g.provenance,
       ARRAY(SELECT f.path FROM records_finding f WHERE f.source_record_id = s.id
             AND f.kind = 'PROPOSED' AND f.status = 'OPEN')
FROM unnest(%s::text[], %s::text[]) AS asked(scope, value)
JOIN records_externalid x ON x.id_type_id = %s AND x.scope = asked.scope AND x.value = asked.value
JOIN records_sourcerecord s ON s.external_id_id = x.id
JOIN records_crosswalkentry c ON c.external_id_id = x.id AND c.ended_at IS NULL
JOIN records_goldenrecord r ON r.id = c.golden_id
JOIN records_goldenversion g ON g.golden_id = r.id AND g.number = r.version_number
"""
_SYSTEMS = """
SELECT s.id, t.system_id FROM records_sourcerecord s JOIN records_externalid x ON x.id = s.external_id_id
JOIN governance_idtype t ON t.id = x.id_type_id WHERE s.id = ANY(%s)
"""


@dataclass(frozen=True)
class _Standing:
    """Where one source record's golden record stands: its values, who won each, what waits for a person."""

    source_record: int
    values: Mapping[str, Any]
    provenance: Mapping[str, Sequence[int | str]]
    proposed: frozenset[str]

    def winner(self, path: str) -> int | str | None:
        if self.values.get(path) is None:
            return None
        try:
            return winner_of(self.provenance, path)[0]
        except KeyError:
            return None


def answer_attributes(
    *, actor: Actor, id_type: IdType, prepared: Sequence[Prepared], outcomes: Sequence[Outcome]
) -> None:
    """Fill in what became of each value of each observation that was taken in."""
    taken = [
        (one, outcome)
        for one, outcome in zip(prepared, outcomes, strict=True)
        if outcome.status in ("created", "updated", "unchanged") and one.checked is not None
    ]
    standing = _standings(id_type, [one.key for one, _ in taken])
    systems = _systems(standing.values())
    judge = _Judge(id_type, ownership_of(id_type.domain_id), systems, actor)
    for one, outcome in taken:
        found = standing.get(one.key)
        if found is not None and one.checked is not None and not outcome.attributes:
            outcome.attributes = {path: judge.answer(path, found, outcome, one) for path in one.checked.values}


class _Judge:
    """Decides answers of one system's values."""

    def __init__(self, id_type: IdType, ownership: OwnershipTable, systems: Mapping[int, str], actor: Actor) -> None:
        self._system = id_type.system_id
        self._domain = id_type.domain_id
        self._ownership = ownership
        self._systems = systems
        self._permissions = permissions_of(actor)

    def answer(self, path: str, standing: _Standing, outcome: Outcome, prepared: Prepared) -> AttributeAnswer:
        assert prepared.checked is not None
        values = prepared.checked.values
        winner = standing.winner(path)
        if self._ownership.mode(path, self._system, values) == "reads":
            owners = self._ownership.owner(path, values)
            return AttributeAnswer("rejected", "not_owner", owners, self._shown(winner))
        if outcome.held:
            return AttributeAnswer("proposed", outcome.held)
        if path in standing.proposed:
            return AttributeAnswer("proposed", "proposes", self._ownership.owner(path, values), self._shown(winner))
        if winner is None or winner == standing.source_record:
            return AttributeAnswer("accepted")
        return AttributeAnswer("shadowed", "outranked", self._ownership.owner(path, values), self._shown(winner))

    def _shown(self, winner: int | str | None) -> str:
        """Return the system that counts now, where the sender may know of it."""
        if winner is None:
            return ""
        system = self._systems.get(winner, "") if isinstance(winner, int) else "HUB"
        return system if system and self._permissions.may("view", self._domain, system) else ""


def _standings(id_type: IdType, keys: Sequence[Key]) -> dict[Key, _Standing]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [[scope for scope, _ in keys], [value for _, value in keys], id_type.pk])
        return {
            (scope, value): _Standing(record, json.loads(said), json.loads(provenance), frozenset(proposed))
            for scope, value, record, said, provenance, proposed in cursor.fetchall()
            if said is not None
        }


def _systems(standings: Iterable[_Standing]) -> dict[int, str]:
    sources = {source for one in standings for source, *_ in one.provenance.values() if isinstance(source, int)}
    with connection.cursor() as cursor:
        cursor.execute(_SYSTEMS, [sorted(sources)])
        return dict(cursor.fetchall())
