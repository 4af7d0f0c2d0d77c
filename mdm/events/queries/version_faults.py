"""Do the version rows still say what the events wrote, and is each empty one an erasure that the audit tells of?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mdm.engine.canonical import canonical_json
from mdm.events.history import HistoryTable, registered
from mdm.events.queries.erasures import Erasures
from mdm.events.queries.faults import Fault
from mdm.events.queries.streaming import stream

_EVENTS = "SELECT id, version_count, versions_digest FROM events_auditevent ORDER BY id"
_FIXED = ("event_id", "id", "salt", "digest")
_NAMED_ROWS = 5


@dataclass
class Tally:
    """What the rows of one event add up to."""

    count: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    names: list[str] = field(default_factory=list)

    def add(self, name: str, digest: bytes) -> None:
        """Count one row; only the first few are named."""
        self.count += 1
        self.digest.update(digest)
        if self.count <= _NAMED_ROWS:
            self.names.append(name)


class Rows:
    """The rows of one version table by event, read once from front to back beside the events."""

    def __init__(self, table: HistoryTable, erasures: Erasures) -> None:
        self.table = table
        self.erasures = erasures
        columns = ", ".join(f'"{column}"' for column in (*_FIXED, *table.covered))
        self._stream = stream(f'SELECT {columns} FROM "{table.table}" ORDER BY event_id, id')
        self._next = next(self._stream, None)

    def take(self, event_id: int | None, tally: Tally) -> Iterator[Fault]:
        """Add the rows of the event to its tally, yielding what is wrong with each; None takes all that are left."""
        while self._next is not None and (event_id is None or self._next[0] <= event_id):
            row, self._next = self._next, next(self._stream, None)
            name = f"{self.table.table} row {row[1]}"
            if row[0] != event_id:
                message = f"{name} says that event {row[0]} wrote it, and there is no such event."
                yield Fault("version_without_event", name, message)
                continue
            tally.add(name, bytes(row[3]))
            yield from self._row_faults(name, row)

    def _row_faults(self, name: str, row: list[Any]) -> Iterator[Fault]:
        event_id, row_id, salt, digest = row[:4]
        content = dict(zip(self.table.covered, row[4:], strict=True))
        if salt is None:
            yield from self._tombstone_faults(name, row_id, content)
        elif hashlib.sha256(bytes(salt) + canonical_json(content)).digest() != bytes(digest):
            yield Fault("version_changed", name, f"{name} was changed after event {event_id} wrote it.")

    def _tombstone_faults(self, name: str, row_id: int, content: dict[str, Any]) -> Iterator[Fault]:
        if any(content[column] is not None for column in self.table.erased):
            message = f"{name} has lost its salt and still holds values: they can no longer be proved."
            yield Fault("version_changed", name, message)
        elif row_id not in self.erasures.listed(self.table.table):
            yield Fault("erased_without_event", name, f"{name} is empty, and no event in the audit says it was erased.")


def version_faults() -> Iterator[Fault]:
    """Yield what is wrong with version rows, in the order of the events that wrote them."""
    erasures = Erasures.read()
    tables = [Rows(table, erasures) for table in registered()]
    for event_id, count, digest in stream(_EVENTS):
        tally = Tally()
        for rows in tables:
            yield from rows.take(event_id, tally)
        if event_id not in erasures.events:
            yield from _event_faults(event_id, count, digest, tally)
        elif tally.count:
            yield _event_fault(event_id, "wrote none", tally)
    for rows in tables:
        yield from rows.take(None, Tally())
    yield from erasures.faults()


def _event_faults(event_id: int, count: int, digest: bytes | None, tally: Tally) -> Iterator[Fault]:
    if tally.count != count:
        yield _event_fault(event_id, f"wrote {count}", tally)
    elif tally.count and (digest is None or tally.digest.digest() != bytes(digest)):
        yield _event_fault(event_id, "wrote others", tally)


def _event_fault(event_id: int, wrote: str, tally: Tally) -> Fault:
    named = ", ".join(tally.names) + (" and more" if tally.count > _NAMED_ROWS else "")
    message = (
        f"Event {event_id} {wrote}, and {tally.count} version rows are put down to it{f': {named}' if named else ''}."
    )
    return Fault("versions_differ", f"event {event_id}", message)
