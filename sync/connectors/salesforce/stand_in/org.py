"""What the stand-in's org holds and the rules it keeps."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from mdm.engine.canonicalisers import salesforce_id
from sync.connectors.salesforce.stand_in.schema import EXTERNAL_ID, OBJECTS, PREFIXES, field_of

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS record (
    number INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, id TEXT UNIQUE, external TEXT, fields TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0, master TEXT, created TEXT NOT NULL, stamp TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS record_external ON record (object, external) WHERE deleted = 0;
CREATE TABLE IF NOT EXISTS effect (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, what TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
DAILY_CALLS: Final = 100_000


class Refused(Exception):
    """Nothing was written. `status` is the HTTP status for a call of its own."""

    def __init__(self, code: str, message: str, fields: tuple[str, ...] = (), status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.fields = fields
        self.status = status

    def told(self) -> dict[str, Any]:
        return {"errorCode": self.code, "message": str(self), "fields": list(self.fields)}


class Org:
    """One org in one SQLite file, which others may read while it runs."""

    def __init__(self, path: str, *, client: tuple[str, str]) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;" + SCHEMA)
        self._client = client
        self._tokens: set[str] = set()
        self._last = dt.datetime.min.replace(tzinfo=dt.UTC)

    def token(self, client_id: str, client_secret: str) -> str | None:
        """A new token for the connected app; None for another one."""
        if not secrets.compare_digest(f"{client_id}\n{client_secret}", "\n".join(self._client)):
            return None
        made = f"00D{secrets.token_urlsafe(40)}"
        self._tokens.add(made)
        return made

    def knows(self, token: str) -> bool:
        return token in self._tokens

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def rows(self, object: str, *, deleted: bool) -> list[dict[str, Any]]:
        """Every record with its system fields, in the order of their ids."""
        condition = "" if deleted else " AND deleted = 0"
        with self._lock:
            found = self._db.execute(f"SELECT * FROM record WHERE object = ?{condition} ORDER BY id", [object])
            return [_row(each) for each in found.fetchall()]

    def by_id(self, key: str) -> tuple[str, dict[str, Any]] | None:
        """The object and the record of an id."""
        object = next((name for name, prefix in PREFIXES.items() if key.startswith(prefix)), "")
        row = self.row(object, key) if object else None
        return (object, row) if row else None

    def row(self, object: str, key: str) -> dict[str, Any] | None:
        """One record by its id, a deleted one too."""
        with self._lock:
            found = self._db.execute("SELECT * FROM record WHERE object = ? AND id = ?", [object, key]).fetchone()
        return _row(found) if found else None

    def upsert(self, object: str, external: str, fields: Mapping[str, Any]) -> tuple[str, bool]:
        """Id, and whether it was created. Raises: Refused."""
        with self._whole():
            known = self._db.execute(
                "SELECT id FROM record WHERE object = ? AND external = ? AND deleted = 0", [object, external]
            ).fetchone()
            if known:
                self._write(object, str(known["id"]), fields)
                return str(known["id"]), False
            return self.add(object, {EXTERNAL_ID: external} | dict(fields)), True

    def add(self, object: str, fields: Mapping[str, Any]) -> str:
        """A new record's id. Raises: Refused."""
        kept = _checked(object, fields, whole=True)
        with self._whole():
            stamp = self._stamp()
            number = self._db.execute(
                "INSERT INTO record (object, external, fields, created, stamp) VALUES (?, ?, ?, ?, ?)",
                [object, kept.get(EXTERNAL_ID), json.dumps(kept), stamp, stamp],
            ).lastrowid
            key = salesforce_id(f"{PREFIXES[object]}SI{number:010d}")
            self._db.execute("UPDATE record SET id = ? WHERE number = ?", [key, number])
            self._effect(key, "created")
        return key

    def change(self, object: str, key: str, fields: Mapping[str, Any], *, unmodified_since: dt.datetime | None) -> None:
        """Raises: Refused, with 412 where the record changed after the second of `unmodified_since`."""
        with self._whole():
            row = self.row(object, key)
            if row is None:
                raise Refused("NOT_FOUND", "The requested resource does not exist", status=404)
            if row["IsDeleted"]:
                raise Refused("ENTITY_IS_DELETED", "entity is deleted", status=404)
            changed = dt.datetime.strptime(row["SystemModstamp"], "%Y-%m-%dT%H:%M:%S.%f%z").replace(microsecond=0)
            if unmodified_since is not None and changed > unmodified_since:
                raise Refused("PRECONDITION_FAILED", "The record changed since then", status=412)
            self._write(object, key, fields)

    def discard(self, object: str, key: str, *, master: str | None = None) -> None:
        """The record is in the recycle bin; with `master`, because it was merged."""
        with self._whole():
            self._db.execute(
                "UPDATE record SET deleted = 1, master = ?, stamp = ? WHERE object = ? AND id = ?",
                [master, self._stamp(), object, key],
            )
            self._effect(key, "merged" if master else "deleted")

    def count_call(self) -> tuple[int, int]:
        """One more call today: used and allowed. Raises: Refused when the quota is used up."""
        today = dt.datetime.now(dt.UTC).date().isoformat()
        with self._whole():
            used = int(self.setting(f"calls {today}", 0))
            allowed = int(self.setting("daily_calls", DAILY_CALLS))
            if used >= allowed:
                raise Refused("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
            self.set(f"calls {today}", used + 1)
        return used + 1, allowed

    def setting(self, name: str, default: Any = None) -> Any:
        found = self._db.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchone()
        return json.loads(found["value"]) if found else default

    def set(self, name: str, value: Any) -> None:
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [name, json.dumps(value)])

    def _write(self, object: str, key: str, fields: Mapping[str, Any]) -> None:
        row = self.row(object, key)
        assert row is not None
        kept = {name: value for name, value in row.items() if not _is_system(object, name)}
        kept |= _checked(object, fields, whole=False)
        self._taken(object, key, kept.get(EXTERNAL_ID))
        self._db.execute(
            "UPDATE record SET fields = ?, external = ?, stamp = ? WHERE id = ?",
            [json.dumps(kept), kept.get(EXTERNAL_ID), self._stamp(), key],
        )
        self._effect(key, "updated")

    def _taken(self, object: str, key: str, external: Any) -> None:
        other = self._db.execute(
            "SELECT id FROM record WHERE object = ? AND external = ? AND deleted = 0 AND id <> ?",
            [object, external, key],
        ).fetchone()
        if external and other:
            what = f"duplicate value found: {EXTERNAL_ID} duplicates value on record with id: {other['id']}"
            raise Refused("DUPLICATE_VALUE", what, (EXTERNAL_ID,))

    def _effect(self, key: str, what: str) -> None:
        self._db.execute("INSERT INTO effect (id, what) VALUES (?, ?)", [key, what])

    def _stamp(self) -> str:
        """Now, and later than ever before, to the millisecond."""
        self._last = max(dt.datetime.now(dt.UTC), self._last + dt.timedelta(milliseconds=1))
        return self._last.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"

    @contextmanager
    def _whole(self) -> Iterator[None]:
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _row(found: sqlite3.Row) -> dict[str, Any]:
    blank = dict.fromkeys(field.name for field in OBJECTS[found["object"]])
    system = {
        "Id": found["id"],
        "IsDeleted": bool(found["deleted"]),
        "MasterRecordId": found["master"],
        "CreatedDate": found["created"],
        "SystemModstamp": found["stamp"],
    }
    return {**blank, **json.loads(found["fields"]), **system}


def _is_system(object: str, name: str) -> bool:
    field = field_of(object, name)
    return field is None or field.system


def _checked(object: str, fields: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """The fields as kept; an empty text is no value. Raises: Refused naming every field that is wrong."""
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        if name == "attributes":
            continue
        field = field_of(object, name)
        if field is None:
            raise Refused("INVALID_FIELD", f"No such column '{name}' on sobject of type {object}", (name,))
        if field.system:
            what = f"Unable to create/update fields: {name}. Please check the security settings of this field."
            raise Refused("INVALID_FIELD_FOR_INSERT_UPDATE", what, (name,))
        kept[field.name] = None if value == "" else value
        _check_value(field.name, kept[field.name], field.length, field.picklist)
    missing = tuple(
        field.name
        for field in OBJECTS[object]
        if field.required and not field.system and (whole or field.name in kept) and not kept.get(field.name)
    )
    if missing:
        raise Refused("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)
    return kept


def _check_value(name: str, value: Any, length: int, picklist: tuple[str, ...]) -> None:
    if isinstance(value, str) and length and len(value) > length:
        what = f"{name}: data value too large: {value[:60]} (max length={length})"
        raise Refused("STRING_TOO_LONG", what, (name,))
    if picklist and value is not None and value not in picklist:
        what = f"{name}: bad value for restricted picklist field: {value}"
        raise Refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", what, (name,))
