"""What the audit says was erased, and whether that is how it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mdm.engine.canonical import canonical_json, digest
from mdm.events.history import HistoryTable, find, versions_digest
from mdm.events.queries.faults import Fault
from mdm.events.queries.streaming import stream

ERASED = "values.erased"
_ERASURES = "SELECT id, detail, versions_digest FROM events_auditevent WHERE type = %s ORDER BY id"


def lasting_rows(table: HistoryTable, ids: Sequence[int]) -> Iterator[tuple[int, bool, bytes]]:
    """Yield (id, whether it is erased, digest of what erasing leaves) for each of the rows that is there."""
    columns = ", ".join(f'"{column}"' for column in table.lasting)
    kept = " AND ".join(f'"{column}" IS NULL' for column in ("salt", *table.erased))
    statement = f'SELECT id, {kept}, {columns} FROM "{table.table}" WHERE id = ANY(%s) ORDER BY id'
    for row_id, is_erased, *content in stream(statement, [list(ids)]):
        plain = canonical_json(dict(zip(table.lasting, content, strict=True)))
        yield row_id, is_erased, digest(b"", plain)


@dataclass
class Erasures:
    """The erasing events: their rows by table."""

    events: dict[int, bytes | None] = field(default_factory=dict)
    rows: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Erasures:
        """Read all of them; erasing is rare, so they fit in memory."""
        found = cls()
        for event_id, detail, stated in stream(_ERASURES, [ERASED]):
            found.events[event_id] = None if stated is None else bytes(stated)
            for table, ids in detail.get("versions", {}).items():
                found.rows.setdefault(table, {}).update(dict.fromkeys(ids, event_id))
        return found

    def listed(self, table: str) -> Mapping[int, int]:
        """Return {row id: event id} of the table's erased rows."""
        return self.rows.get(table, {})

    def faults(self) -> Iterator[Fault]:
        """Yield rows that hold values again, and erasures whose remains were changed."""
        remains: dict[int, dict[str, list[tuple[int, bytes]]]] = {event_id: {} for event_id in self.events}
        for name, listed in sorted(self.rows.items()):
            table = find(name)
            if table is None:
                yield Fault(
                    "unknown_table",
                    name,
                    f"Rows of {name} were erased, and no installed part knows that table.",
                )
                continue
            for row_id, is_erased, left in lasting_rows(table, list(listed)):
                remains[listed[row_id]].setdefault(name, []).append((row_id, left))
                if not is_erased:
                    where = f"{name} row {row_id}"
                    message = f"{where} holds values, and event {listed[row_id]} says that it was erased."
                    yield Fault("erased_returned", where, message)
        yield from self._changed(remains)

    def _changed(self, remains: Mapping[int, Mapping[str, Any]]) -> Iterator[Fault]:
        for event_id, stated in self.events.items():
            if stated is not None and stated != versions_digest(remains[event_id]):
                message = f"What event {event_id} left of the rows it erased was changed or deleted since."
                yield Fault("erased_changed", f"event {event_id}", message)
