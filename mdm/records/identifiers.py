"""Where identifiers stand now: one statement for any number of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString

from django.db import connection, transaction

from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict
from mdm.kernel.prepared import fetch_prepared

Key = tuple[str, str]
HOLD_TRIES = 5


@dataclass(slots=True)
class Standing:
    """One known external id: its source record, if it has one, and the golden record it leads to since `opened_at`, if
    any.
    """

    external_id: int
    source_record: int | None
    generation: int
    version_number: int
    current: int
    in_force: int
    content_hash: bytes | None
    deleted: bool
    changed_at: datetime | None
    entry: int | None
    golden: int | None
    golden_code: str
    opened_at: datetime | None


def untold(external_id: int) -> Standing:
    """Return how an identifier stands that was just taken: nothing was said under it yet, and it leads nowhere."""
    return Standing(external_id, None, 1, 0, 0, 0, None, False, None, None, None, "", None)


_STANDINGS: Final[LiteralString] = """
SELECT x.scope, x.value, x.id, s.id, coalesce(s.generation, 1), coalesce(s.version_number, 0),
       coalesce(s.current, 0), coalesce(s.in_force, 0),
       s.content_hash, coalesce(s.deleted, false), s.changed_at, c.id, g.id, coalesce(g.code, ''),
       c.opened_at
FROM unnest(%(scopes)s::text[], %(values)s::text[]) AS asked(scope, value)
JOIN records_externalid x ON x.id_type_id = %(id_type)s AND x.scope = asked.scope AND x.value = asked.value
LEFT JOIN records_sourcerecord s ON s.external_id_id = x.id
LEFT JOIN records_crosswalkentry c ON c.external_id_id = x.id AND c.ended_at IS NULL
LEFT JOIN records_goldenrecord g ON g.id = c.golden_id
"""


def standings(id_type: int, keys: Sequence[Key]) -> dict[Key, Standing]:
    """Return how each known (scope, canonical value) stands; an unknown one is left out."""
    if not keys:
        return {}
    asked = {"scopes": [scope for scope, _ in keys], "values": [value for _, value in keys], "id_type": id_type}
    return {(scope, value): Standing(*standing) for scope, value, *standing in fetch_prepared(_STANDINGS, asked)}


_LAST_END = """
SELECT max(ended_at), clock_timestamp() FROM records_crosswalkentry WHERE external_id_id = ANY(%s::bigint[])
"""
_TICK = timedelta(microseconds=1)


def moment_after(held: Iterable[Standing]) -> datetime:
    """Return the database's time, or a later one where its clock was set back behind a period of the identifiers held:
    what follows never ends before it began, nor begins before its predecessor ended.
    """
    standing = list(held)
    moments = [one.opened_at for one in standing if one.opened_at is not None]
    without = [one.external_id for one in standing if one.opened_at is None]
    now, ended = _now_and_last_end(without) if without else (database_now(), None)
    if ended is not None:
        moments.append(ended)
    return max([now, *(moment + _TICK for moment in moments)])


def _now_and_last_end(external_ids: Sequence[int]) -> tuple[datetime, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST_END, [list(external_ids)])
        ended, now = cursor.fetchone()
    return now, ended


def lock_external_ids(ids: Iterable[int]) -> None:
    """Hold the identifiers until the transaction ends, taken in id order."""
    _lock("SELECT id FROM records_externalid WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE", ids)


def lock_goldens(ids: Iterable[int]) -> None:
    """Hold the golden records until the transaction ends, taken in id order."""
    _lock("SELECT id FROM records_goldenrecord WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE", ids)


Wanted = tuple[Collection[int], Collection[int]]


def hold(wanted: Callable[[], Wanted], *, foreseen: Wanted | None = None) -> None:
    """Hold the identifiers and the golden records that `wanted` names, and that it still names once they are held.
    `foreseen` is what a caller who has just looked expects it to name.

    Locks taken in vain are given back before more are taken, so that nobody who holds one waits for a lower one: of any
    number of acts at once one goes first, and none of them blocks another for ever.
    Raises: Conflict when the records keep moving.
    """
    for _ in range(HOLD_TRIES):
        identifiers, goldens = foreseen or wanted()
        foreseen = None
        savepoint = transaction.savepoint()
        lock_external_ids(identifiers)
        lock_goldens(goldens)
        now = wanted()
        if set(now[0]) <= set(identifiers) and set(now[1]) <= set(goldens):
            transaction.savepoint_commit(savepoint)
            return
        transaction.savepoint_rollback(savepoint)
    raise Conflict("The records kept moving while they were to be locked.", remedy="Try again.")


def _lock(statement: LiteralString, ids: Iterable[int]) -> None:
    wanted = sorted(set(ids))
    if wanted:
        fetch_prepared(statement, {"ids": wanted})


_LAST_GOLDEN = """
SELECT DISTINCT ON (external_id_id) external_id_id, golden_id FROM records_crosswalkentry
WHERE external_id_id = ANY(%s::bigint[]) ORDER BY external_id_id, opened_at DESC
"""
_HEIRS = """
WITH RECURSIVE heir(start, golden, status, depth) AS (
    SELECT id, id, status, 0 FROM records_goldenrecord WHERE id = ANY(%s::bigint[])
    UNION ALL
    SELECT h.start, s.successor_id, g.status, h.depth + 1
    FROM heir h JOIN records_goldensuccessor s ON s.golden_id = h.golden AND s.ended_at IS NULL
    JOIN records_goldenrecord g ON g.id = s.successor_id
    WHERE h.status = 'REDIRECTED' AND h.depth < 50
)
SELECT start, golden FROM heir WHERE status IN ('CANDIDATE', 'ACTIVE', 'RETIRED')
"""


def heirs_of(goldens: Iterable[int]) -> dict[int, int]:
    """Return, for golden records, the one that each leads to now, itself included, followed through redirects.

    A golden record that was split leads to several, and is left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HEIRS, [list(set(goldens))])
        return dict(cursor.fetchall())


def last_goldens(external_ids: Sequence[int]) -> dict[int, int]:
    """Return, for identifiers without an open entry, the golden record they last led to, followed through redirects.

    An identifier whose last golden record was split leads nowhere and is left out.
    """
    if not external_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST_GOLDEN, [list(external_ids)])
        last = dict(cursor.fetchall())
    heirs = heirs_of(last.values())
    return {external_id: heirs[golden] for external_id, golden in last.items() if golden in heirs}
