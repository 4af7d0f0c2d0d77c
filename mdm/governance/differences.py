"""What a new definition of a domain changes against the one in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from mdm.domains.pack import Attribute, Pack

Kind = Literal["added", "removed", "changed"]


class Change(NamedTuple):
    """One difference; `narrows` when values stored under the old definition may no longer fit."""

    what: str
    kind: Kind
    sentence: str
    narrows: bool = False


def changes(old: Pack | None, new: Pack) -> list[Change]:
    """Return the differences in a fixed order; against nothing, everything is added."""
    if old is None:
        return [Change(path, "added", f"Attribute {path} is new.") for path in new.attributes]
    found = [*_attributes(old, new), *_groups(old, new), *_schemes(old, new), *_code_lists(old, new)]
    if not found and old.content != new.content:
        found.append(Change("definition", "changed", "Labels, descriptions or checks are worded differently."))
    return found


def _attributes(old: Pack, new: Pack) -> Iterator[Change]:
    for path, attribute in old.attributes.items():
        if path not in new.attributes:
            yield Change(path, "removed", f"Attribute {path} is gone.", narrows=True)
        else:
            yield from _attribute(attribute, new.attributes[path])
    for path in new.attributes:
        if path not in old.attributes:
            yield Change(path, "added", f"Attribute {path} is new.")


def _attribute(old: Attribute, new: Attribute) -> Iterator[Change]:
    if old.type != new.type:
        yield Change(old.path, "changed", f"{old.path} is of type {new.type}, was {old.type}.", narrows=True)
    if old.max_length != new.max_length:
        shorter = new.max_length < old.max_length
        yield Change(
            old.path, "changed", f"{old.path} holds {new.max_length} characters, was {old.max_length}.", narrows=shorter
        )
    if old.code_list != new.code_list:
        sentence = f"{old.path} uses code list {new.code_list or 'none'}, was {old.code_list or 'none'}."
        yield Change(old.path, "changed", sentence, narrows=bool(new.code_list))
    for name in ("required", "standardiser", "privacy", "key", "identity", "label"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change(old.path, "changed", f"{old.path}: {name} is {after!s}, was {before!s}.")


def _groups(old: Pack, new: Pack) -> Iterator[Change]:
    for name, group in old.groups.items():
        other = new.groups.get(name)
        if other is None:
            yield Change(name, "removed", f"Group {name} is gone.", narrows=True)
            continue
        if other.keys != group.keys or other.open_keys != group.open_keys:
            closed = bool(other.keys) and not other.open_keys
            yield Change(name, "changed", f"Group {name} takes other keys than before.", narrows=closed)
        if other.max_elements != group.max_elements:
            fewer = other.max_elements < group.max_elements
            sentence = f"Group {name} holds {other.max_elements} elements, was {group.max_elements}."
            yield Change(name, "changed", sentence, narrows=fewer)
    for name in new.groups:
        if name not in old.groups:
            yield Change(name, "added", f"Group {name} is new.")


def _schemes(old: Pack, new: Pack) -> Iterator[Change]:
    for code, scheme in old.schemes.items():
        if code not in new.schemes:
            yield Change(f"scheme {code}", "removed", f"Identifier scheme {code} is gone.", narrows=True)
        elif scheme != new.schemes[code]:
            yield Change(f"scheme {code}", "changed", f"Identifier scheme {code} is checked differently.")
    for code in new.schemes:
        if code not in old.schemes:
            yield Change(f"scheme {code}", "added", f"Identifier scheme {code} is new.")


def _code_lists(old: Pack, new: Pack) -> Iterator[Change]:
    for name, codes in old.code_lists.items():
        yield from _codes(name, codes, new.code_lists.get(name, {}))
    for name in new.code_lists:
        if name not in old.code_lists:
            yield Change(f"code list {name}", "added", f"Code list {name} is new.")


def _codes(name: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    gone = sorted(set(old) - set(new))
    fresh = sorted(set(new) - set(old))
    if gone:
        yield Change(f"code list {name}", "removed", f"Code list {name} loses {', '.join(gone)}.", narrows=True)
    if fresh:
        yield Change(f"code list {name}", "added", f"Code list {name} gains {', '.join(fresh)}.")
    if any(old[code] != new[code] for code in set(old) & set(new)):
        yield Change(f"code list {name}", "changed", f"Code list {name} words some codes differently.")
