"""What the programmable target holds, in an SQLite file of its own that others may count in while it runs."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS record (
    key INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, reference TEXT, fields TEXT NOT NULL,
    version INTEGER, active INTEGER NOT NULL DEFAULT 1, blocked INTEGER NOT NULL DEFAULT 0, merged_into INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0, revision INTEGER NOT NULL DEFAULT 1, changed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS record_reference ON record (object, reference);
CREATE INDEX IF NOT EXISTS record_changed ON record (object, changed);
CREATE TABLE IF NOT EXISTS effect (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, what TEXT NOT NULL, object TEXT NOT NULL,
    key INTEGER NOT NULL, reference TEXT, version INTEGER, push_id TEXT);
CREATE TABLE IF NOT EXISTS call (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    writes INTEGER NOT NULL, push_id TEXT, status INTEGER);
CREATE TABLE IF NOT EXISTS answered (
    idempotency_key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
NOTE_CALL: Final = "INSERT INTO call (at, method, path, writes, push_id) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Record:
    key: int
    object: str
    reference: str | None
    fields: Mapping[str, Any]
    version: int | None
    active: bool
    blocked: bool
    merged_into: int | None
    deleted: bool
    revision: int
    changed: int

    @property
    def etag(self) -> str:
        return f'"{self.revision}"'


COLUMNS: Final = ", ".join(Record.__slots__)


class Store:
    """One target's records, and every effect and call it ever had. One writer at a time; a file may be read by all."""

    def __init__(self, path: str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000;")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What happens in the block happens whole, and alone."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def by_key(self, object: str, key: int | str) -> Record | None:
        return self._one("object = ? AND key = ?", (object, key))

    def by_reference(self, object: str, reference: str) -> Record | None:
        """The oldest record with this reference: nothing but the target's class keeps a second one out."""
        return self._one("object = ? AND reference = ? ORDER BY key", (object, reference))

    def after(self, object: str, key: int, limit: int) -> list[Record]:
        return self._all("object = ? AND key > ? AND deleted = 0 ORDER BY key LIMIT ?", (object, key, limit))

    def changed_after(self, object: str, number: int, limit: int) -> list[Record]:
        return self._all("object = ? AND changed > ? ORDER BY changed LIMIT ?", (object, number, limit))

    def last_change(self) -> int:
        return int(self._db.execute("SELECT coalesce(max(number), 0) FROM effect").fetchone()[0])

    def insert(self, object: str, fields: Mapping[str, Any], *, push_id: str = "", **columns: Any) -> Record:
        """A further record."""
        named = {"object": object, "fields": json.dumps(fields)} | columns
        marks = ", ".join("?" * len(named))
        cursor = self._db.execute(f"INSERT INTO record ({', '.join(named)}) VALUES ({marks})", [*named.values()])
        return self._affect("CREATED", object, int(cursor.lastrowid or 0), push_id)

    def change(self, what: str, record: Record, *, push_id: str = "", **columns: Any) -> Record:
        """The record has these columns from now on, and a new revision."""
        named = columns | ({"fields": json.dumps(columns["fields"])} if "fields" in columns else {})
        marks = "".join(f", {name} = ?" for name in named)
        self._db.execute(
            f"UPDATE record SET revision = revision + 1{marks} WHERE key = ?", [*named.values(), record.key]
        )
        return self._affect(what, record.object, record.key, push_id)

    def note_call(self, at: float, method: str, path: str, *, writes: bool, push_id: str) -> int:
        """In a transaction of its own where none is open."""
        row = (at, method, path, int(writes), push_id)
        with self._lock:
            cursor = self._db.execute(NOTE_CALL, row)
            return int(cursor.lastrowid or 0)

    def note_status(self, call: int, status: int) -> None:
        self._db.execute("UPDATE call SET status = ? WHERE number = ?", (status, call))

    def answered(self, idempotency_key: str) -> tuple[str, int, str] | None:
        found: tuple[str, int, str] | None = self._db.execute(
            "SELECT request, status, body FROM answered WHERE idempotency_key = ?", (idempotency_key,)
        ).fetchone()
        return found

    def keep_answer(self, idempotency_key: str, request: str, status: int, body: str) -> None:
        self._db.execute("INSERT INTO answered VALUES (?, ?, ?, ?)", (idempotency_key, request, status, body))

    def setting(self, name: str, default: Any = None) -> Any:
        found = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found else default

    def set(self, name: str, value: Any) -> None:
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Answers of a SELECT, for whoever counts."""
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def _affect(self, what: str, object: str, key: int, push_id: str) -> Record:
        effect = self._db.execute(
            "INSERT INTO effect (at, what, object, key, reference, version, push_id)"
            " SELECT ?, ?, object, key, reference, version, ? FROM record WHERE key = ?",
            (time.time(), what, push_id or None, key),
        ).lastrowid
        self._db.execute("UPDATE record SET changed = ? WHERE key = ?", (effect, key))
        found = self.by_key(object, key)
        assert found is not None
        return found

    def _one(self, where: str, values: Sequence[Any]) -> Record | None:
        found = self._all(f"{where} LIMIT 1", values)
        return found[0] if found else None

    def _all(self, where: str, values: Sequence[Any]) -> list[Record]:
        with self._lock:
            rows = self._db.execute(f"SELECT {COLUMNS} FROM record WHERE {where}", values).fetchall()
        return [_record(row) for row in rows]


def _record(row: Sequence[Any]) -> Record:
    key, object, reference, fields, version, active, blocked, merged_into, deleted, revision, changed = row
    return Record(
        *(key, object, reference, json.loads(fields), version),
        *(bool(active), bool(blocked), merged_into, bool(deleted), revision, changed),
    )
