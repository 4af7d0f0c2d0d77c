"""What a decision changed, in ids: written with it, read by its undo."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Effects:
    """`moved`: [entry ended, entry opened, from, to]; `lapsed`: [entry, from, to] of identifiers that lead nowhere;
    `statuses`: [golden record, before, after], before empty for one born with it; `pins`: [made, ended], 0 for none;
    `left`: [external id, why it did not move back].
    """

    moved: list[list[int]] = field(default_factory=list)
    lapsed: list[list[int]] = field(default_factory=list)
    statuses: list[list[Any]] = field(default_factory=list)
    successors_opened: list[int] = field(default_factory=list)
    successors_ended: list[int] = field(default_factory=list)
    pins: list[list[int]] = field(default_factory=list)
    relationships_opened: list[int] = field(default_factory=list)
    relationships_ended: list[int] = field(default_factory=list)
    verdicts: list[int] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    left: list[list[Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored: what is empty is left out."""
        return {name: value for name, value in asdict(self).items() if value}

    @staticmethod
    def of(stored: dict[str, Any]) -> Effects:
        """Return the effects that were stored with a decision."""
        return Effects(**stored)
