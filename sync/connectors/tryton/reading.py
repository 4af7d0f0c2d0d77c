"""Parties as Tryton tells them, made the same on every database: SQLite says 1 where PostgreSQL says true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sync.connectors.documents import document_hash
from sync.connectors.interface import Snapshot
from sync.connectors.tryton.rpc import Session
from sync.connectors.tryton.shape import GROUPS, OBJECT, Child, Group, Party
from sync.connectors.tryton.times import latest, moment

HOPS: Final = 8  # as often may a record be merged into another that was merged
_STAMPS: Final = ("_timestamp", "write_date", "create_date")
_OWN: Final = ("name", "code", "active", "replaced_by", *_STAMPS)
_CHILDREN: Final = {
    "addresses": ("party_name", "street", "postal_code", "city", "country.code"),
    "identifiers": ("type", "code", "code_compact"),
    "contact_mechanisms": ("type", "value", "value_compact", "name"),
}
FIELDS: Final = (
    *_OWN,
    *(
        f"{relation}.{name}"
        for relation, names in _CHILDREN.items()
        for name in (*names, "active", "sequence", *_STAMPS)
    ),
)


def parties(session: Session, domain: Sequence[Any], limit: int | None = None) -> list[Party]:
    """The parties that the domain names, in the order of their ids, inactive ones included.

    Raises: CallFailed.
    """
    answer = session.read(f"model.{OBJECT}.search_read", domain, 0, limit, [["id", "ASC"]], list(FIELDS))
    return [party(row) for row in answer.result]


class Found:
    """Parties by golden id, and by id, with those that they were merged into."""

    def __init__(self, session: Session, wanted: Mapping[str, str | None]) -> None:
        """Raises: CallFailed."""
        keys = {int(key) for key in wanted.values() if key and key.isdecimal()}
        found = parties(session, ["OR", ["code", "in", list(wanted)], ["id", "in", sorted(keys)]])
        self._by_id = {each.id: each for each in found}
        self._by_code = {each.code: each for each in found}
        self._wanted = wanted
        for _ in range(HOPS):
            missing = {each.replaced_by for each in self._by_id.values() if each.replaced_by} - self._by_id.keys()
            if not missing:
                break
            self._by_id |= {each.id: each for each in parties(session, [["id", "in", sorted(missing)]])}

    def first(self, golden_id: str) -> Party | None:
        """The record itself: by the key that we know, else by our code."""
        key = self._wanted[golden_id] or ""
        by_key = self._by_id.get(int(key)) if key.isdecimal() else None
        return by_key or self._by_code.get(golden_id)

    def last(self, golden_id: str) -> Party | None:
        """The record, or the one that it was merged into."""
        found = self.first(golden_id)
        for _ in range(HOPS):
            if found is None or found.replaced_by is None:
                break
            found = self._by_id.get(found.replaced_by)
        return found


def party(row: Mapping[str, Any]) -> Party:
    """A row of `search_read`, in our words."""
    inner = [child for relation in _CHILDREN for child in _rows(row, relation)]
    return Party(
        id=row["id"],
        code=row["code"] or "",
        name=row["name"] or "",
        active=bool(row["active"]),
        stamp=str(row["_timestamp"]),
        replaced_by=row["replaced_by"],
        changed_at=latest(moment(each.get(name)) for each in (row, *inner) for name in ("write_date", "create_date")),
        children={group.name: tuple(_children(group, _rows(row, group.relation))) for group in GROUPS},
    )


def snapshot(found: Party, asked_for: Party | None = None) -> Snapshot:
    """The party as the hub sees it: what is ours of it."""
    fields = owned(found)
    moved = asked_for is not None and asked_for.id != found.id
    return Snapshot(
        target_key=str(found.id),
        fields=fields,
        etag=etag(found),
        golden_id=found.golden_id,
        active=found.active,
        redirected_from=str(asked_for.id) if moved and asked_for else None,
    )


def owned(found: Party) -> dict[str, Any]:
    """The document that the party holds of ours."""
    lists = {
        group.name: [_element(group, child) for child in _in_order(found.children[group.name])] for group in GROUPS
    }
    return {"name": found.name, "active": found.active, **lists}


def etag(found: Party) -> str:
    """Grows old when something of ours changes there, and only then: foreign edits are no reason to stop."""
    return document_hash(owned(found))[:40]


def _in_order(children: Iterable[Child]) -> list[Child]:
    ours = [child for child in children if child.is_ours and child.active]
    return sorted(ours, key=lambda child: (child.sequence or 0, child.id))


def _element(group: Group, child: Child) -> dict[str, Any]:
    return ({"sequence": child.sequence} if group.keyed else {}) | dict(child.values)


def _rows(row: Mapping[str, Any], relation: str) -> list[Mapping[str, Any]]:
    return row.get(f"{relation}.") or []


def _children(group: Group, rows: Iterable[Mapping[str, Any]]) -> Iterable[Child]:
    for row in rows:
        if not group.types or row.get("type") in group.types:
            values = {name: _value(row, name) for name in group.fields}
            yield Child(row["id"], str(row["_timestamp"]), bool(row["active"]), row["sequence"], values)


def _value(row: Mapping[str, Any], name: str) -> Any:
    if name == "country":
        return (row.get("country.") or {}).get("code")
    if name in ("code", "value"):  # what Tryton made nicer to read, in the form that it compares
        compact = row.get(f"{name}_compact") if row.get("type") else None
        return compact or row.get(name)
    return row.get(name)
