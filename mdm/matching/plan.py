"""What a decision is going to do, worked out before anything is written: a preview shows it, the operation does it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from mdm.kernel.errors import DomainError
from mdm.matching.chains import Pair
from mdm.matching.models import DecisionKind, GoldenRole
from mdm.matching.scene import Scene
from mdm.records.operations.move_entries import EntryMove, Lapse
from mdm.records.operations.write_pins import PinDraft


class Redirect(NamedTuple):
    """A successor row, or one to be opened (`row` 0)."""

    golden: int
    successor: int
    row: int = 0


class VerdictDraft(NamedTuple):
    """A verdict to append; `supersedes` is the one that stood, 0 where none did."""

    pair: Pair
    kind: str
    by: str
    evidence_hash: str
    supersedes: int


class Left(NamedTuple):
    """An identifier that does not move back, and why."""

    external_id: int
    why: str


@dataclass(slots=True)
class Plan:
    """Golden records that are to be born have negative ids until they are. `objections` are what stands against it: an
    operation raises the first, a preview lists them all. `pinned` are records whose pins end, `looked_at` records that
    change only if they are released with it.
    """

    kind: DecisionKind
    domain: str
    scene: Scene
    roles: dict[int, GoldenRole]
    subject: int
    moves: list[EntryMove] = field(default_factory=list)
    lapses: list[Lapse] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    statuses: dict[int, str] = field(default_factory=dict)
    opens: list[Redirect] = field(default_factory=list)
    ends: list[Redirect] = field(default_factory=list)
    births: list[int] = field(default_factory=list)
    pins: list[PinDraft] = field(default_factory=list)
    pins_ended: list[int] = field(default_factory=list)
    pinned: set[int] = field(default_factory=set)
    looked_at: set[int] = field(default_factory=set)
    relations: list[tuple[int, int, str]] = field(default_factory=list)
    relations_ended: list[int] = field(default_factory=list)
    verdicts: list[VerdictDraft] = field(default_factory=list)
    of: UUID | None = None
    objections: list[DomainError] = field(default_factory=list)

    def object(self, *objections: DomainError) -> None:
        """Note what stands against it."""
        self.objections += objections

    @property
    def moved(self) -> set[int]:
        """Golden records whose entries open or end."""
        between = [(move.source, move.to) for move in self.moves]
        between += [(lapse.source, lapse.to) for lapse in self.lapses]
        return {golden for pair in between for golden in pair}

    @property
    def touched(self) -> set[int]:
        """Golden records that exist and may get a new version."""
        pinned = {draft.golden for draft in self.pins} | self.pinned
        return {one for one in {*self.moved, *self.statuses, *pinned, *self.looked_at} if one > 0}


def moves_to(entries: Iterable[tuple[int, int, int]], to: int) -> list[EntryMove]:
    """Return the move of each (entry, external id, golden record) to `to`."""
    return [EntryMove(entry, external_id, source, to) for entry, external_id, source in entries]
