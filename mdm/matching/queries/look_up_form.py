"""What a person is asked for when a record is looked up before it is made: what matching compares, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mdm.domains.pack import Pack
from mdm.engine.schema import Attribute, Group
from mdm.governance.queries import active_pack
from mdm.matching.queries.due import matching_of

_USUAL: Final = "main"
_SCHEMES: Final = "schemes"


@dataclass(frozen=True, slots=True)
class AskedValue:
    """A field of the form. With `choices` (key, label) the `path` has a place for the key: `identifiers[{}].value`."""

    path: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()

    def at(self, key: str) -> str:
        """Return the path of the value, with the chosen key in it."""
        return self.path.replace("{}", key)


def asked_values(domain: str) -> list[AskedValue]:
    """Return the fields for the domain: of groups one element each, of other names for the same thing none.

    Raises: NotFound when the domain is unknown or was never published.
    """
    pack, matching = active_pack(domain), matching_of(domain)
    if matching is None:
        said = [path for path, one in pack.attributes.items() if one.identity or one.key]
    else:
        said = [path for paths in matching.model.columns.values() for text in paths for path in text.split()]
    order = {path: place for place, path in enumerate(pack.attributes)}
    asked = sorted({path for path in said if _is_asked(pack, path)}, key=order.__getitem__)
    groups = Counter(pack.attributes[path].group for path in asked)
    return [_asked(pack, pack.attributes[path], alone=groups[pack.attributes[path].group] == 1) for path in asked]


def _is_asked(pack: Pack, path: str) -> bool:
    attribute = pack.attributes.get(path)
    return attribute is not None and not (attribute.group and attribute.key == "name")


def _asked(pack: Pack, attribute: Attribute, *, alone: bool) -> AskedValue:
    """A group of which one attribute is asked for goes by its own name: E-mail, not Address."""
    if not attribute.group:
        return AskedValue(attribute.path, attribute.label)
    group = pack.groups[attribute.group]
    key, choices = _key(pack, group)
    return AskedValue(f"{group.name}[{key}].{attribute.name}", group.label if alone else attribute.label, choices)


def _key(pack: Pack, group: Group) -> tuple[str, tuple[tuple[str, str], ...]]:
    if group.keys == _SCHEMES:
        return "{}", tuple((code, scheme.label) for code, scheme in pack.schemes.items())
    known: Mapping[str, object] = pack.code_lists.get(group.keys, {})
    return (_USUAL if _USUAL in known or not known else next(iter(known))), ()
