"""The fields of a party document, as the Tryton in question has them now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.connectors.interface import FieldType, TargetField, TargetSchema
from sync.connectors.tryton.rpc import Session
from sync.connectors.tryton.shape import CONTACT, GROUPS, OBJECT, Group


def describe(session: Session) -> TargetSchema:
    """Raises: CallFailed."""
    party = session.read(f"model.{OBJECT}.fields_get", ["name", "active"]).result
    own = (
        TargetField("name", required=True, label=party["name"]["string"]),
        TargetField("active", "boolean", label=party["active"]["string"]),
    )
    told = {model: session.read(f"model.{model}.fields_get", names).result for model, names in _asked().items()}
    return TargetSchema(OBJECT, (*own, *(_group(session, group, told[group.model]) for group in GROUPS)))


def _asked() -> dict[str, list[str]]:
    """What several groups keep in one model is asked for once."""
    asked: dict[str, dict[str, None]] = {}
    for group in GROUPS:
        asked.setdefault(group.model, {}).update(dict.fromkeys(group.fields))
    return {model: list(names) for model, names in asked.items()}


def _group(session: Session, group: Group, told: Mapping[str, Any]) -> TargetField:
    enums = _enums(session, group, told)
    fields = [_field(name, "text", group, told, enums) for name in group.fields]
    if group.keyed:
        fields.insert(0, TargetField("sequence", "integer", required=True, label="Key"))
    return TargetField(group.name, "list", label=group.name.capitalize(), fields=tuple(fields))


def _field(
    name: str, kind: FieldType, group: Group, told: Mapping[str, Any], enums: Mapping[str, tuple[str, ...]]
) -> TargetField:
    about = told.get(name, {})
    return TargetField(
        name,
        kind,
        required=name in group.required,
        length=about.get("size"),
        enum=enums.get(name, ()),
        label=about.get("string", ""),
        read_only=bool(about.get("readonly")),
    )


def _enums(session: Session, group: Group, told: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    if group.model == CONTACT:
        return {"type": group.types}
    enums = {}
    for name, about in told.items():
        selection = about.get("selection") if about.get("type") == "selection" else None
        if isinstance(selection, str):  # which values there are, a method tells
            selection = session.read(f"model.{group.model}.{selection}").result
        if selection:
            enums[name] = tuple(str(value) for value, _ in selection if value)
    if "country" in group.fields:
        rows = session.read("model.country.country.search_read", [], 0, None, [["code", "ASC"]], ["code"]).result
        enums["country"] = tuple(str(row["code"]) for row in rows)
    return enums
