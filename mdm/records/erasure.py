"""What else holds a person's values: an app above registers how it forgets them, and every erasure asks it to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Identifier(NamedTuple):
    """One identifier of the person, in canonical form and as it was first sent.

    `until` is the moment from which it means something else; what was said under it later is another's.
    """

    id_type: int
    domain: str
    system: str
    type: str
    scope: str
    value: str
    as_sent: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whose values go: the golden records (ids and codes) that are or showed the person, and the identifiers."""

    goldens: tuple[int, ...]
    codes: frozenset[str]
    identifiers: tuple[Identifier, ...]


Eraser = Callable[[Erasure], int]
_erasers: dict[str, Eraser] = {}


def register(holder: str, eraser: Eraser) -> None:
    """Have every erasure call `eraser`, inside its transaction and while it holds the records; it returns how many rows
    of `holder` (a name for people) no longer hold a value. Where it meets a lock, the erasure gives way: the order of
    locks ends at the golden records. Registering a name again replaces it.
    """
    _erasers[holder] = eraser


def erase_elsewhere(erasure: Erasure) -> dict[str, int]:
    """Return, per holder that held something, how many of its rows no longer do."""
    counts = {holder: eraser(erasure) for holder, eraser in sorted(_erasers.items())}
    return {holder: count for holder, count in counts.items() if count}
