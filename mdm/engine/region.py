"""In which country a row's numbers are read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from mdm.engine import iso
from mdm.engine.fold import fold, fold_script
from mdm.engine.paths import join
from mdm.engine.schema import Schema

_LONGEST: Final = 80


def country(raw: Any) -> str:
    """ISO code of a country written in any way; empty when it is none."""
    return _country(raw) if isinstance(raw, str) and len(raw) <= _LONGEST else ""


def preferred_paths(declared: str, schema: Schema) -> tuple[str, ...]:
    """Where the country is looked for first: in the order of the group's keys (legal seat before delivery)."""
    group_name, _, name = declared.rpartition(".")
    group = schema.groups.get(group_name)
    if group is None:
        return (declared,)
    return tuple(join(group_name, key, name) for key in schema.code_lists.get(group.keys, ()))


def first_country(declared: str, preferred: tuple[str, ...], values: Mapping[str, Any]) -> str:
    """The first country among the preferred paths, then among the group's other elements in the order of their keys."""
    for path in preferred:
        found = country(values.get(path))
        if found:
            return found
    group, _, name = declared.rpartition(".")
    if not group:
        return ""
    start, end = f"{group}[", f"].{name}"
    others = [path for path in values if isinstance(path, str) and path.startswith(start) and path.endswith(end)]
    return next(filter(None, (country(values[path]) for path in sorted(others))), "")


@lru_cache(maxsize=4_096)
def _country(raw: str) -> str:
    names = iso.names_of("iso:country")
    return names.get(fold(raw)) or names.get(fold_script(raw)) or ""
