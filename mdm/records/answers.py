"""What became of each attribute a system sent: accepted, shadowed by another's, proposed, or not its to write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.domains.pack import Pack
from mdm.engine.paths import attribute_of
from mdm.engine.survivorship import winner_of
from mdm.governance.models import IdType
from mdm.governance.queries import OwnershipTable, active_pack, ownership_of
from mdm.records.identifiers import Standing, standings
from mdm.records.observation import AttributeAnswer, Outcome, Prepared, Values

HUB = "HUB"
_GOLDENS = """
SELECT g.id, v.values, v.provenance FROM records_goldenrecord g
JOIN records_goldenversion v ON v.golden_id = g.id AND v.number = g.version_number WHERE g.id = ANY(%s::bigint[])
"""
_SYSTEMS = """
SELECT s.id, t.system_id FROM records_crosswalkentry c JOIN records_externalid x ON x.id = c.external_id_id
JOIN governance_idtype t ON t.id = x.id_type_id JOIN records_sourcerecord s ON s.external_id_id = x.id
WHERE c.golden_id = ANY(%s::bigint[])
"""
_PROPOSED = """
SELECT source_record_id, path FROM records_finding
WHERE source_record_id = ANY(%s::bigint[]) AND kind = 'PROPOSED' AND status = 'OPEN'
"""


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the answers of one batch are read from."""

    system: str
    ownership: OwnershipTable
    pack: Pack
    shows_values: bool
    goldens: dict[int, tuple[Values, dict[str, list[Any]]]]
    systems: dict[int, str]
    proposed: set[tuple[int, str]]


def answer_attributes(
    *, id_type: IdType, prepared: Sequence[Prepared], outcomes: Sequence[Outcome], actor: Actor
) -> None:
    """Fill in `attributes` of every outcome that took values in; three statements, whatever their number."""
    told = [
        (one, outcome)
        for one, outcome in zip(prepared, outcomes, strict=True)
        if one.checked is not None and outcome.status != "rejected"
    ]
    where = standings(id_type.pk, [one.key for one, _ in told])
    scene = _scene(id_type, where_ids=[(s.golden, s.source_record) for s in where.values()], actor=actor)
    for one, outcome in told:
        _answer(one, outcome, where.get(one.key), scene)


def _answer(one: Prepared, outcome: Outcome, standing: Standing | None, scene: _Scene) -> None:
    assert one.checked is not None
    if standing is None or standing.golden is None:
        return
    said = one.checked.merged
    for path, value in said.items():
        outcome.attributes[path] = _of(path, value, said, outcome, standing, scene)


def _of(path: str, value: Any, said: Values, outcome: Outcome, standing: Standing, scene: _Scene) -> AttributeAnswer:
    values, provenance = scene.goldens[standing.golden or 0]
    winner = winner_of(provenance, path)[0] if path in values else None
    answer = AttributeAnswer("accepted", owner=scene.ownership.owner(path, said))
    if winner is not None and winner != standing.source_record:
        answer.winner = scene.systems.get(winner, HUB) if isinstance(winner, int) else HUB
        if scene.shows_values and _is_open(path, scene.pack):
            answer.winner_value = values[path]
    if scene.ownership.mode(path, scene.system, said) == "reads":
        answer.answer, answer.code = "rejected", "not_owner"
    elif (standing.source_record, path) in scene.proposed:
        answer.answer, answer.code = "proposed", "needs_approval"
    elif outcome.held and outcome.held != "proposed":
        answer.answer, answer.code = "proposed", outcome.held
    elif value is not None and answer.winner:
        answer.answer, answer.code = "shadowed", winner_of(provenance, path)[1]
    return answer


def _is_open(path: str, pack: Pack) -> bool:
    attribute = pack.attributes.get(attribute_of(path))
    return attribute is not None and attribute.privacy in ("public", "internal")


def _scene(id_type: IdType, *, where_ids: Sequence[tuple[int | None, int | None]], actor: Actor) -> _Scene:
    goldens = sorted({golden for golden, _ in where_ids if golden is not None})
    records = sorted({record for _, record in where_ids if record is not None})
    return _Scene(
        system=id_type.system_id,
        ownership=ownership_of(id_type.domain_id),
        pack=active_pack(id_type.domain_id),
        shows_values=permissions_of(actor).may("view", id_type.domain_id),
        goldens={
            pk: (json.loads(values) if values else {}, json.loads(provenance))
            for pk, values, provenance in _rows(_GOLDENS, goldens)
        },
        systems=dict(_rows(_SYSTEMS, goldens)),
        proposed=set(_rows(_PROPOSED, records)),
    )


def _rows(statement: str, ids: list[int]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids])
        return list(cursor.fetchall())
