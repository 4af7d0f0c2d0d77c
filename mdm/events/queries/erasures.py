"""What the audit says was erased, and whether that is how it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
    statement = f'SELECT id, {kept}, {columns} FROM "{table.table}" WHERE id = ANY(%s::bigint[]) ORDER BY id'
    for row_id, is_erased, *content in stream(statement, [list(ids)]):
        plain = canonical_json(dict(zip(table.lasting, content, strict=True)))
        yield row_id, is_erased, digest(b"", plain)


@dataclass
class Erasures:
    """The erasing events, and which of them erased a row first."""

    events: dict[int, tuple[bytes | None, Mapping[str, Sequence[int]]]] = field(default_factory=dict)
    rows: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Erasures:
        """Read all of them; erasing is rare, so they fit in memory."""
        found = cls()
        for event_id, detail, stated in stream(_ERASURES, [ERASED]):
            versions = detail.get("versions", {})
            found.events[event_id] = (None if stated is None else bytes(stated), versions)
            for table, ids in versions.items():
                found.rows[table] = dict.fromkeys(ids, event_id) | found.rows.get(table, {})
        return found

    def listed(self, table: str) -> Mapping[int, int]:
        """Return {row id: event id} of the table's erased rows."""
        return self.rows.get(table, {})

    def faults(self) -> Iterator[Fault]:
        """Yield rows that hold values again, and erasures whose remains were changed."""
        remains: dict[str, dict[int, bytes]] = {}
        for name, listed in sorted(self.rows.items()):
            table = find(name)
            if table is None:
                yield Fault(
                    "unknown_table", name, f"Rows of {name} were erased, and no installed part knows that table."
                )
                continue
            for row_id, is_erased, left in lasting_rows(table, list(listed)):
                remains.setdefault(name, {})[row_id] = left
                if not is_erased:
                    where = f"{name} row {row_id}"
                    message = f"{where} holds values, and event {listed[row_id]} says that it was erased."
                    yield Fault("erased_returned", where, message)
        yield from self._changed(remains)

    def _changed(self, remains: Mapping[str, Mapping[int, bytes]]) -> Iterator[Fault]:
        for event_id, (stated, versions) in self.events.items():
            left = {
                table: [(row_id, remains[table][row_id]) for row_id in ids if row_id in remains.get(table, {})]
                for table, ids in versions.items()
            }
            if stated is not None and stated != versions_digest(left):
                message = f"What event {event_id} left of the rows it erased was changed or deleted since."
                yield Fault("erased_changed", f"event {event_id}", message)
