"""What a draft of a domain changes, in words for the person who publishes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from mdm.domains.pack import Pack
from mdm.engine.schema import Attribute, Group

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `narrows` when values accepted before may now be refused or lost."""

    kind: Kind
    path: str
    words: str
    narrows: bool = False


_ATTRIBUTE_FIELDS: Final = (
    "label",
    "description",
    "type",
    "required",
    "max_length",
    "code_list",
    "standardiser",
    "privacy",
    "key",
    "identity",
    "region_from",
    "at_stake",
    "strictness",
    "reason_to_merge",
)
_GROUP_FIELDS: Final = ("label", "keys", "open_keys", "max_elements")
_NARROWING: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "type": lambda old, new: new != "text",
    "required": lambda old, new: bool(new),
    "max_length": lambda old, new: new < old,
    "max_elements": lambda old, new: new < old,
    "code_list": lambda old, new: bool(new),
    "keys": lambda old, new: bool(new),
    "open_keys": lambda old, new: not new,
}


def diff(old: Pack, new: Pack) -> list[Change]:
    """Every change from one pack to the next, in the order a person reads a pack."""
    return [
        *_top(old, new),
        *_members("Attribute", old.attributes, new.attributes, _attribute_words),
        *_members("Group", old.groups, new.groups, _group_words),
        *_members("Identifier scheme", old.schemes, new.schemes, _plain_words),
        *_code_lists(old, new),
    ]


def _top(old: Pack, new: Pack) -> list[Change]:
    changes = [_field("", name, getattr(old, name), getattr(new, name)) for name in ("code", "label", "code_prefix")]
    keys = _field("", "record_keys", old.composed_keys, new.composed_keys)
    return [change for change in (*changes, keys) if change is not None]


def _members(
    what: str, old: Mapping[str, Any], new: Mapping[str, Any], compare: Callable[[str, Any, Any], list[Change]]
) -> list[Change]:
    changes = []
    for name, member in new.items():
        if name not in old:
            changes.append(Change("added", name, f"{what} {name} ({member.label}) is new."))
        else:
            changes.extend(compare(name, old[name], member))
    gone = [name for name in old if name not in new]
    lost = "values sent for it will be rejected"
    return changes + [Change("removed", name, f"{what} {name} is gone; {lost}.", narrows=True) for name in gone]


def _attribute_words(path: str, old: Attribute, new: Attribute) -> list[Change]:
    changes = [_field(path, name, getattr(old, name), getattr(new, name)) for name in _ATTRIBUTE_FIELDS]
    return [change for change in changes if change is not None]


def _group_words(path: str, old: Group, new: Group) -> list[Change]:
    changes = [_field(path, name, getattr(old, name), getattr(new, name)) for name in _GROUP_FIELDS]
    return [change for change in changes if change is not None]


def _plain_words(path: str, old: Any, new: Any) -> list[Change]:
    names = [name for name in type(old).__slots__ if name != "code"]
    changes = [_field(path, name, getattr(old, name), getattr(new, name)) for name in names]
    return [change for change in changes if change is not None]


def _code_lists(old: Pack, new: Pack) -> list[Change]:
    changes: list[Change] = []
    for name in dict.fromkeys((*old.code_lists, *new.code_lists)):
        before, after = old.code_lists.get(name, {}), new.code_lists.get(name, {})
        found = _members("Code", before, after, _plain_words)
        changes.extend(Change(c.kind, f"{name}.{c.path}", f"Code list {name}: {c.words}", c.narrows) for c in found)
    return changes


def _field(path: str, name: str, old: Any, new: Any) -> Change | None:
    if old == new:
        return None
    narrows = _NARROWING.get(name, lambda old, new: False)(old, new)
    subject = f"{path}: {name}" if path else name
    return Change("changed", path or name, f"{subject} was {_shown(old)}, becomes {_shown(new)}.", narrows)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in ("", (), None) else "not set"
