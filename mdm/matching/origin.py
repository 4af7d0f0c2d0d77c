"""Values that a system only repeats because the hub sent them: they are no evidence of what the record is.

The layer that knows what was confirmed in which system registers itself here; without it every value counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

Echoes = Callable[[Sequence[int]], Mapping[int, Collection[str]]]
"""Given source records, the paths of each whose value equals what the hub last confirmed in its system."""

_echoes: list[Echoes] = []


def register_echoes(find: Echoes) -> None:
    """Make `find` known to this process; registering it again changes nothing."""
    if find not in _echoes:
        _echoes.append(find)


def echoed_paths(source_records: Sequence[int]) -> dict[int, set[str]]:
    """Return, per source record that repeats something, the paths that do not count in matching."""
    found: dict[int, set[str]] = {}
    for find in _echoes:
        for record, paths in find(source_records).items():
            if paths:
                found.setdefault(record, set()).update(paths)
    return found
