"""What is left to ask after a decision, before it is made: from what is known, without the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from mdm.engine.matching import MatchModel
from mdm.stewardship.grouping import groups_of
from mdm.stewardship.situation import Doubt, Situation, Thing


def after_merge(before: Situation, members: Collection[int], survivor: int) -> Situation:
    """Return the situation in which all `members` are `survivor`."""
    into = {golden: survivor if golden in members else golden for golden in before.things}
    merged = [before.things[golden] for golden in sorted(members) if golden in before.things]
    things = {golden: thing for golden, thing in before.things.items() if into[golden] == golden}
    things[survivor] = _joined(before.things[survivor], merged)
    moved = [replace(link, left=into[link.left], right=into[link.right]) for link in before.links]
    apart = {_pair(into[one], into[other]) for one, other in before.apart}
    return Situation(
        things=things,
        links=[link for link in moved if link.left != link.right],
        apart={pair for pair in apart if pair[0] != pair[1]},
        torn={golden for golden in before.torn if golden not in members or golden == survivor},
        doubts=_of_survivor(before, into),
    )


def after_telling_apart(before: Situation, groups: Sequence[Collection[int]]) -> Situation:
    """Return the situation in which golden records of different `groups` are not the same."""
    cross = {
        _pair(one, other) for left, right in combinations(groups, 2) for one in left for other in right if one != other
    }
    return replace(before, apart=before.apart | cross)


def still_asked(after: Situation, model: MatchModel | None, among: Iterable[int]) -> set[int]:
    """Return those of the golden records `among` about which a question stays open."""
    asked = {golden for group in groups_of(after, model) for golden in group.members}
    return asked.intersection(among)


def _joined(survivor: Thing, members: Sequence[Thing]) -> Thing:
    return replace(
        survivor,
        records=tuple(sorted({record for thing in members for record in thing.records})),
        systems=tuple(sorted({system for thing in members for system in thing.systems})),
        stake=sum((thing.stake for thing in members), survivor.stake * 0),
        status="ACTIVE" if any(thing.status == "ACTIVE" for thing in members) else survivor.status,
    )


def _of_survivor(before: Situation, into: Mapping[int, int]) -> dict[int, list[Doubt]]:
    found: dict[int, list[Doubt]] = {}
    for golden, doubts in before.doubts.items():
        found.setdefault(into[golden], []).extend(doubts)
    return found


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)
