"""Is every event still what was sealed, and is the chain of blocks whole?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection

from mdm.events.chain import EVENT_COLUMNS, GENESIS, Head, block_hash, event_digest
from mdm.events.queries.faults import Fault
from mdm.events.queries.streaming import stream

_BLOCKS = f"""
SELECT b.number, b.event_count, b.first_event_id, b.last_event_id, b.previous_hash, b.hash, b.sealed_at,
       s.event_id, s.digest, {", ".join(f"e.{column}" for column in EVENT_COLUMNS)}
FROM events_auditblock b LEFT JOIN events_auditseal s ON s.block_id = b.number
     LEFT JOIN events_auditevent e ON e.id = s.event_id
ORDER BY b.number, s.event_id
"""
_HEADER = 7
_EVENT = _HEADER + 2
_LOOSE_SEALS = """
SELECT s.event_id, s.block_id FROM events_auditseal s
WHERE NOT EXISTS (SELECT FROM events_auditblock b WHERE b.number = s.block_id) ORDER BY s.event_id
"""
_NEVER_SEALED = """
SELECT e.id, e.type, e.subject FROM events_auditevent e
WHERE e.occurred_at < clock_timestamp() - interval '1 hour'
  AND NOT EXISTS (SELECT FROM events_auditseal s WHERE s.event_id = e.id) ORDER BY e.id
"""


def chain_faults(expected: Head | None = None) -> Iterator[Fault]:
    """Yield what is wrong with the blocks, first block first, then events outside the chain.

    `expected` is a head noted earlier: its block must still be there, with the same hash.
    """
    number, previous, found = 0, GENESIS, expected is None
    for header, members in groupby(stream(_BLOCKS), key=lambda row: tuple(row[:_HEADER])):
        yield from _missing_between(number, header[0])
        yield from _block_faults(header, list(members), previous, linked=header[0] == number + 1)
        number, previous = header[0], bytes(header[5])
        if expected and (number, previous) == (expected.number, expected.hash):
            found = True
    if expected and not found:
        yield Fault(
            "head_lost",
            f"block {expected.number}",
            f"Block {expected.number} with the hash noted before is not in the chain: it was cut off or rewritten.",
            expected.number,
        )
    yield from _loose_seals()
    yield from _never_sealed()


def head() -> Head | None:
    """Return the newest block of the chain."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, hash FROM events_auditblock ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
    return Head(row[0], bytes(row[1])) if row else None


def _missing_between(before: int, number: int) -> Iterator[Fault]:
    if number != before + 1:
        lost = f"block {before + 1} is" if number == before + 2 else f"blocks {before + 1} to {number - 1} are"
        yield Fault(
            "block_missing", f"block {before + 1}", f"{lost[0].upper()}{lost[1:]} missing from the chain.", before + 1
        )


def _block_faults(
    header: tuple[Any, ...], members: list[list[Any]], previous: bytes, *, linked: bool
) -> Iterator[Fault]:
    number, count, first, last, stated_previous, stated_hash, sealed_at = header
    where = f"block {number}"
    seals = [(row[_HEADER], bytes(row[_HEADER + 1])) for row in members if row[_HEADER] is not None]
    if linked and bytes(stated_previous) != previous:
        yield Fault("block_unlinked", where, f"Block {number} does not follow from the block before it.", number)
    if len(seals) != count:
        yield Fault("block_count", where, f"Block {number} sealed {count} events and now lists {len(seals)}.", number)
    computed = block_hash(number=number, previous=bytes(stated_previous), sealed_at=sealed_at, seals=seals)
    span = (seals[0][0], seals[-1][0]) if seals else None
    if computed != bytes(stated_hash) or span != (first, last):
        yield Fault(
            "block_changed", where, f"Block {number} does not fit its hash: its list of events was changed.", number
        )
    for row in members:
        yield from _event_faults(row, number, sealed_at)


def _event_faults(row: list[Any], block: int, sealed_at: datetime) -> Iterator[Fault]:
    event_id, digest, event = row[_HEADER], row[_HEADER + 1], row[_EVENT:]
    if event_id is None:
        return
    when = f"after it was sealed in block {block} on {sealed_at:%-d %b %Y at %H:%M:%S} UTC"
    if event[0] is None:
        yield Fault("event_deleted", f"event {event_id}", f"Event {event_id} was deleted {when}.", block)
    elif event_digest(event) != bytes(digest):
        told = dict(zip(EVENT_COLUMNS, event, strict=True))
        said = f"it now reads {told['type']} on {told['subject']} by {told['actor_name']}"
        yield Fault("event_changed", f"event {event_id}", f"Event {event_id} was changed {when}; {said}.", block)


def _loose_seals() -> Iterator[Fault]:
    for event_id, block in stream(_LOOSE_SEALS):
        message = f"Event {event_id} was sealed in block {block}, and there is no such block."
        yield Fault("block_missing", f"block {block}", message, block)


def _never_sealed() -> Iterator[Fault]:
    for event_id, kind, subject in stream(_NEVER_SEALED):
        message = (
            f"Event {event_id} ({kind} on {subject}) is more than an hour old and in no block: "
            "its seal was removed, or the sealer did not run. Find out which; then `manage.py seal_audit` seals it."
        )
        yield Fault("event_unsealed", f"event {event_id}", message)
