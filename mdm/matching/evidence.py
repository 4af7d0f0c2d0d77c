"""What a source record says that counts in matching: the version in force, without what the hub itself told it.

A value that waits for approval, or that its system may not write, is left out of the golden record and still tells what
the record is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from mdm.matching.origin import echoed_paths

# Records of these classes stand for no one thing, so nothing is the same as they are.
LEFT_OUT: Final[Mapping[str, frozenset[str]]] = {"record_class": frozenset({"one_time", "dummy", "test"})}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One source record as matching reads it."""

    source_record: int
    version: int
    generation: int
    system: str
    values: Mapping[str, Any]

    @property
    def left_out(self) -> bool:
        """Whether the record is of a class that is never proposed."""
        return is_left_out(self.values)


def is_left_out(values: Mapping[str, Any]) -> bool:
    """Return whether these values are of a record that stands for no one thing."""
    return any(values.get(path) in classes for path, classes in LEFT_OUT.items())


_EVIDENCE = """
SELECT s.id, s.in_force, s.generation, t.system_id, v.values, v.standardised
FROM records_sourcerecord s
JOIN records_externalid x ON x.id = s.external_id_id
JOIN governance_idtype t ON t.id = x.id_type_id
JOIN records_sourceversion v ON v.source_record_id = s.id AND v.number = s.in_force
WHERE s.id = ANY(%s::bigint[]) AND v.values IS NOT NULL
ORDER BY s.id
"""


def evidence_of(source_records: Sequence[int]) -> dict[int, Evidence]:
    """Return what each source record says; one whose values were erased is left out. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(_EVIDENCE, [list(source_records)])
        rows = cursor.fetchall()
    echoed = echoed_paths([row[0] for row in rows])
    return {
        record: Evidence(record, version, generation, system, _counting(said, echoed.get(record)))
        for record, version, generation, system, *said in rows
    }


_THEN = """
SELECT v.number, v.values, v.standardised
FROM unnest(%s::bigint[], %s::timestamptz[]) WITH ORDINALITY AS asked (record, at, place)
LEFT JOIN LATERAL (
    SELECT number, values, standardised FROM records_sourceversion
    WHERE source_record_id = asked.record AND recorded_at <= asked.at ORDER BY number DESC LIMIT 1
) AS v ON true
ORDER BY asked.place
"""


def said_then(asked: Sequence[tuple[int, datetime]]) -> list[tuple[int, dict[str, Any]] | None]:
    """Return, for each source record and moment, what the record said then: the version's number and all its values,
    those that the hub itself told it included. None where it said nothing, or its values were erased.
    """
    with connection.cursor() as cursor:
        cursor.execute(_THEN, [[record for record, _ in asked], [at for _, at in asked]])
        rows = cursor.fetchall()
    return [None if said[0] is None else (number, _counting(said, None)) for number, *said in rows]


def _counting(said: Sequence[str | None], echoed: set[str] | None) -> dict[str, Any]:
    values, standardised = (None if text is None else json.loads(text) for text in said)
    counting: dict[str, Any] = {**(values or {}), **(standardised or {})}
    if not echoed:
        return counting
    return {path: value for path, value in counting.items() if path not in echoed}
