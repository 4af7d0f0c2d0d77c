"""Which golden records are asked about together, and why: from what is known about them, without the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations

import numpy as np

from mdm.engine.matching import MatchModel, cluster
from mdm.matching.queries.explained import in_words, stored_bars
from mdm.stewardship.models import TaskReason
from mdm.stewardship.situation import Doubt, Link, Situation, Thing, best_links

OVERSIZE = 12
MARGIN_BITS = 1.0
FIRST_RANK = 1000.0
"""What has no score stands before everything that has one: a record in doubt is worse than a likely duplicate."""
_TELLING = -1.0
_WHY = 300
_SENTENCES = {
    "UNLIKE": "A system now says something unlike what it said before; the new version waits.",
    "REUSED": "An identifier leads to something other than it did before.",
    "CONFLICT": "Holds two records that were told apart.",
    "COLLISION": "A mapping sheet says that these are one.",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Golden records for one task, the one that would survive first. `finding` is the one a BROKEN task is about."""

    members: tuple[int, ...]
    reason: str
    score: float | None
    rank: float
    value_at_stake: Decimal
    systems: tuple[str, ...]
    why: str
    evidence_hash: str
    conflicts: tuple[str, ...] = field(default=())
    finding: int | None = None


def groups_of(
    situation: Situation, model: MatchModel | None, collisions: Sequence[Collection[int]] = ()
) -> list[Group]:
    """Return the groups, none of which shares a golden record with another.

    What is in doubt is asked about alone, before it is compared with others; `collisions` were said to be one and stay
    together until somebody decides; the rest is clustered, so that no group is held together by a chain of weak links.
    """
    alone = [_doubtful(situation.things[golden], doubts[0]) for golden, doubts in sorted(situation.doubts.items())]
    torn = sorted(situation.torn - situation.doubts.keys())
    alone += [_single(situation.things[golden], TaskReason.CONFLICT, _SENTENCES["CONFLICT"]) for golden in torn]
    taken = {golden for group in alone for golden in group.members}
    said_to_be_one = []
    for collision in collisions:
        members = sorted(set(collision) & situation.things.keys() - taken)
        if len(members) > 1 and not _all_apart(members, situation):
            said_to_be_one.append(_collision(members, situation, model))
            taken |= set(members)
    free = [thing.golden for thing in situation.things.values() if thing.golden not in taken and not thing.left_out]
    likely = [] if model is None else _clustered(sorted(free), situation, model)
    return [*alone, *said_to_be_one, *likely]


def _all_apart(members: Sequence[int], situation: Situation) -> bool:
    return all(pair in situation.apart for pair in combinations(sorted(members), 2))


def _doubtful(thing: Thing, doubt: Doubt) -> Group:
    return _single(thing, TaskReason.BROKEN, _SENTENCES[doubt.kind], finding=doubt.finding)


def _single(thing: Thing, reason: TaskReason, why: str, finding: int | None = None) -> Group:
    return Group(
        members=(thing.golden,),
        reason=reason,
        score=None,
        rank=FIRST_RANK,
        value_at_stake=thing.stake,
        systems=thing.systems,
        why=why,
        evidence_hash=_hash([reason, finding, sorted(thing.records)]),
        finding=finding,
    )


def _collision(members: Sequence[int], situation: Situation, model: MatchModel | None) -> Group:
    inside = _inside(set(members), situation.links)
    group = _group(members, TaskReason.COLLISION, inside, situation, model)
    why = f"{_SENTENCES['COLLISION']} {group.why}".strip()[:_WHY]
    return replace(group, why=why, rank=FIRST_RANK)


def _clustered(free: list[int], situation: Situation, model: MatchModel) -> list[Group]:
    place = {golden: row for row, golden in enumerate(free)}
    links = [link for link in situation.links if link.left in place and link.right in place]
    best = best_links(links)
    left = np.array([place[one] for one, _ in best], dtype=np.int64)
    right = np.array([place[other] for _, other in best], dtype=np.int64)
    scores = np.array([link.score for link in best.values()], dtype=np.float64)
    vetoes = [(place[a], place[b]) for a, b in situation.apart if a in place and b in place]
    labels = cluster(len(free), (left, right), scores, model.thresholds.review, vetoes=vetoes)
    found: dict[int, list[int]] = {}
    for golden, label in zip(free, labels.tolist(), strict=True):
        found.setdefault(label, []).append(golden)
    return [
        _group(members, _reason(set(members), best, situation), _inside(set(members), links), situation, model)
        for members in found.values()
        if len(members) > 1
    ]


def _reason(members: set[int], best: dict[tuple[int, int], Link], situation: Situation) -> TaskReason:
    if len(members) > OVERSIZE:
        return TaskReason.OVERSIZE
    for golden in members:
        inner = [link.score for pair, link in best.items() if golden in pair and set(pair) <= members]
        outer = [
            link.score
            for pair, link in best.items()
            if golden in pair and not set(pair) <= members and pair not in situation.apart
        ]
        if inner and outer and max(outer) > max(inner) - MARGIN_BITS:
            return TaskReason.MARGIN
    return TaskReason.THRESHOLD


def _inside(members: set[int], links: Sequence[Link]) -> list[Link]:
    return [link for link in links if link.left in members and link.right in members]


def _group(
    members: Sequence[int], reason: TaskReason, links: list[Link], situation: Situation, model: MatchModel | None
) -> Group:
    things = sorted((situation.things[golden] for golden in members), key=_standing)
    best = sorted(best_links(links).values(), key=lambda link: (-link.score, link.left_record, link.right_record))
    score = best[0].score if best else None
    evidence = sorted([link.left_record, link.right_record, link.evidence_hash] for link in links)
    return Group(
        members=tuple(thing.golden for thing in things),
        reason=reason,
        score=score,
        rank=FIRST_RANK if score is None else score,
        value_at_stake=sum((thing.stake for thing in things), Decimal(0)),
        systems=tuple(sorted({system for thing in things for system in thing.systems})),
        why=_why(best, len(members), model),
        conflicts=_conflicts(best, model),
        evidence_hash=_hash([evidence, sorted(record for thing in things for record in thing.records)]),
    )


def _standing(thing: Thing) -> tuple[bool, int, int]:
    """What survives: the released one, then the one most records lead to, then the oldest."""
    return (thing.status != "ACTIVE", -len(thing.records), thing.golden)


def _why(best: Sequence[Link], size: int, model: MatchModel | None) -> str:
    if not best or model is None:
        return ""
    link = best[0]
    words = in_words(model, stored_bars(model, link.score, link.levels, link.contributions))
    if size > 2:
        words += f" Weakest link {best[-1].score:.1f}."
    return words[:_WHY]


def _conflicts(best: Sequence[Link], model: MatchModel | None) -> tuple[str, ...]:
    """The comparisons that speak against one of the strongest links."""
    if model is None:
        return ()
    names = {each.name for each in model.comparisons}
    against = {name for link in best for name, _, bits in link.contributions if bits <= _TELLING}
    return tuple(sorted(names & against))


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
