"""Move crosswalk entries between golden records: the one primitive under merge, split, unmerge and undo."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from mdm.kernel import faults
from mdm.kernel.copying import copy_rows
from mdm.kernel.errors import Conflict
from mdm.kernel.sequences import take_ids
from mdm.records.act import Act
from mdm.records.next_versions import Release, Reshaping
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.seal_event import Sealed
from mdm.records.operations.write_entries import end_entries
from mdm.records.projection import Projector

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class EntryMove:
    """An open entry of `external_id` at golden record `source` that is to end, and to open again at `to`."""

    entry: int
    external_id: int
    source: int
    to: int


@dataclass(frozen=True, slots=True)
class Lapse:
    """An identifier that leads nowhere since its entry at `source` ended: what it led to last becomes `to`, so that it
    comes back there if it comes back.
    """

    external_id: int
    source: int
    to: int


@dataclass(frozen=True, slots=True)
class Movement:
    """What is to become of golden records: entries that move, statuses, redirects (golden, successor) that open,
    successor rows that end, and records that are born (id to code).
    """

    moves: Sequence[EntryMove] = ()
    lapses: Sequence[Lapse] = ()
    statuses: Mapping[int, str] = field(default_factory=dict)
    opens: Sequence[tuple[int, int]] = ()
    ends: Sequence[int] = ()
    born: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """What was written: (entry ended, entry opened, from, to), (entry, from, to) of lapses, successor rows opened."""

    entries: list[tuple[int, int, int, int]]
    lapsed: list[tuple[int, int, int]]
    successors: list[int]
    sealed: Sealed


def move_entries(
    movement: Movement,
    *,
    projector: Projector,
    act: Act,
    also: Collection[int] = (),
    release: Release | None = None,
) -> Moved:
    """Entries, successors and statuses are as `movement` says, and every golden record in it, and in `also`, has the
    version that follows. The caller holds the golden records.

    Raises: Conflict when another act ended an entry or a successor in between; IntegrityError by the name of the
    invariant that the movement would break, at the latest at commit.
    """
    end_entries([move.entry for move in movement.moves], event=act.event, at=act.at)
    entries = _open_entries(movement.moves, act)
    lapsed = _lapse(movement.lapses, act)
    _end_successors(movement.ends, act)
    successors = _open_successors(movement.opens, act)
    faults.point("records.entries_moved")
    between = [(move.source, move.to) for move in movement.moves]
    between += [(lapse.source, lapse.to) for lapse in movement.lapses]
    moved = {golden for pair in between for golden in pair}
    change = Reshaping(moved=moved, statuses=movement.statuses, born=movement.born, release=release)
    touched = {*moved, *movement.statuses, *also} - set(movement.born)
    sealed = cut_versions(touched, projector=projector, act=act, change=change)
    return Moved(entries, lapsed, successors, sealed)


def _open_entries(moves: Sequence[EntryMove], act: Act) -> list[tuple[int, int, int, int]]:
    if not moves:
        return []
    ids = take_ids("records_crosswalkentry", len(moves))
    copy_rows(
        "records_crosswalkentry",
        ("id", "external_id_id", "golden_id", "opened_at", "opened_event_id"),
        ((pk, move.external_id, move.to, act.at, act.event) for pk, move in zip(ids, moves, strict=True)),
    )
    return [(move.entry, pk, move.source, move.to) for pk, move in zip(ids, moves, strict=True)]


def _lapse(lapses: Sequence[Lapse], act: Act) -> list[tuple[int, int, int]]:
    """A period of one tick: from then on, what the identifier led to last is another golden record."""
    if not lapses:
        return []
    ids = take_ids("records_crosswalkentry", len(lapses))
    copy_rows(
        "records_crosswalkentry",
        ("id", "external_id_id", "golden_id", "opened_at", "ended_at", "opened_event_id", "ended_event_id"),
        (
            (pk, lapse.external_id, lapse.to, act.at, act.at + _TICK, act.event, act.event)
            for pk, lapse in zip(ids, lapses, strict=True)
        ),
    )
    return [(pk, lapse.source, lapse.to) for pk, lapse in zip(ids, lapses, strict=True)]


def _open_successors(opens: Sequence[tuple[int, int]], act: Act) -> list[int]:
    if not opens:
        return []
    ids = take_ids("records_goldensuccessor", len(opens))
    copy_rows(
        "records_goldensuccessor",
        ("id", "golden_id", "successor_id", "opened_at", "opened_event_id"),
        ((pk, golden, successor, act.at, act.event) for pk, (golden, successor) in zip(ids, opens, strict=True)),
    )
    return ids


def _end_successors(rows: Sequence[int], act: Act) -> None:
    if rows and _end("records_goldensuccessor", rows, act.event, act.at) != len(rows):
        raise Conflict("A record was led elsewhere by another act at the same moment.", remedy="Try again.")


def _end(table: str, rows: Sequence[int], event: int, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET ended_at = %s, ended_event_id = %s WHERE id = ANY(%s::bigint[]) AND ended_at IS NULL",
            [at, event, list(rows)],
        )
        return int(cursor.rowcount)
