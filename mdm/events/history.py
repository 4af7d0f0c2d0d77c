"""Version tables: rows that hold values, sealed by digests so that values can be erased and the audit still holds.

Such a table has the columns `id`, `event_id`, `salt`, `digest`, and holds values only in columns named in
`VALUE_COLUMNS`. A row's digest is `sha256(salt + canonical_json({covered column: value}))`; the digests of all rows an
event wrote make its `versions_digest`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# The database's erasing function clears exactly these, and the salt.
VALUE_COLUMNS = ("values", "standardised", "counted")


@dataclass(frozen=True)
class HistoryTable:
    """A version table and the columns its rows' digests cover."""

    table: str
    covered: tuple[str, ...]

    @property
    def lasting(self) -> tuple[str, ...]:
        """The covered columns that erasing leaves."""
        return tuple(column for column in self.covered if column not in VALUE_COLUMNS)

    @property
    def erased(self) -> tuple[str, ...]:
        """The covered columns that erasing clears."""
        return tuple(column for column in self.covered if column in VALUE_COLUMNS)


_tables: dict[str, HistoryTable] = {}


def register(table: HistoryTable) -> None:
    """Have `verify` check the rows of `table`; an app says so in `AppConfig.ready`."""
    _tables[table.table] = table


def registered() -> list[HistoryTable]:
    """Return the version tables by name: the order in which their digests are taken."""
    return [_tables[name] for name in sorted(_tables)]


def find(table: str) -> HistoryTable | None:
    """Return the version table of that name, or None when no installed app registers it."""
    return _tables.get(table)


def versions_digest(rows: Mapping[str, Sequence[tuple[int, bytes]]]) -> bytes:
    """Return sha256 over the row digests, in the order of (table name, id); `rows` is {table: [(id, digest), …]}."""
    total = hashlib.sha256()
    for table in sorted(rows):
        for _, digest in sorted(rows[table]):
            total.update(digest)
    return total.digest()
