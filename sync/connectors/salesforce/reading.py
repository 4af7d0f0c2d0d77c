"""Records by SOQL: what is asked, and what a row means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sync.connectors.interface import Change, ChangeKind, Snapshot

SYSTEM: Final = ("Id", "IsDeleted", "MasterRecordId", "SystemModstamp")
PAGE: Final = 200
RETIRED: Final = "Retired"


def select(object: str, fields: Iterable[str], where: str = "", order: str = "Id", limit: int = PAGE) -> str:
    """One SOQL query for these fields and what every record has."""
    named = ", ".join(dict.fromkeys((*SYSTEM, *fields)))
    condition = f" WHERE {where}" if where else ""
    return f"SELECT {named} FROM {object}{condition} ORDER BY {order} LIMIT {limit}"


def one_of(field: str, values: Iterable[str]) -> str:
    """The condition that the field is one of the values."""
    return f"{field} IN ({', '.join(quoted(value) for value in values)})"


def quoted(value: str) -> str:
    """A text of SOQL."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def snapshot(
    row: Mapping[str, Any], *, external_id: str, status_field: str, redirected_from: str | None = None
) -> Snapshot:
    """A row as a record."""
    fields = {name: value for name, value in row.items() if name not in (*SYSTEM, "attributes")}
    return Snapshot(
        target_key=str(row["Id"]),
        fields=fields,
        etag=str(row["SystemModstamp"]),
        golden_id=fields.get(external_id) or None,
        active=not row["IsDeleted"] and fields.get(status_field) != RETIRED,
        redirected_from=redirected_from,
        changed_at=moment(str(row["SystemModstamp"])),
    )


def change(row: Mapping[str, Any], *, external_id: str, status_field: str) -> Change:
    """A row as something that happened."""
    seen = snapshot(row, external_id=external_id, status_field=status_field)
    if not row["IsDeleted"]:
        return Change(ChangeKind.CHANGED, seen.target_key, seen.golden_id, seen)
    survivor = row["MasterRecordId"]
    kind = ChangeKind.MERGED if survivor else ChangeKind.DELETED
    return Change(kind, seen.target_key, seen.golden_id, survivor_key=survivor or None)


def moment(text: str) -> dt.datetime:
    """Salesforce's 2026-11-26T12:00:00.000+0000."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def in_query(text: str) -> str:
    """A moment as SOQL has it."""
    return moment(text).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def http_date(text: str) -> str:
    """A moment for If-Unmodified-Since, which knows whole seconds: the second in which it lies."""
    return moment(text).astimezone(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def after(cursor: str) -> str:
    """The condition for what changed after a cursor `moment|id`."""
    stamp, _, key = cursor.partition("|")
    when = in_query(stamp)
    return f"(SystemModstamp > {when} OR (SystemModstamp = {when} AND Id > {quoted(key)}))"


def cursor_of(rows: Sequence[Mapping[str, Any]]) -> str:
    last = rows[-1]
    return f"{last['SystemModstamp']}|{last['Id']}"
