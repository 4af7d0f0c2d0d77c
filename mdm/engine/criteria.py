"""What a source record claims, and the criteria that tell claims apart; to add a survivorship rule, add a criterion."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from mdm.engine.schema import Scalar

Eligible = Callable[[str], bool] | Container[str] | None
_LAST: Final = 1e15
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` decides; equal candidates go to the rules of `then`, one after another."""

    name: str = "source_order"
    systems: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    whole: bool = False
    order: tuple[str, ...] = ()
    """Codes from mild to strict, for `strictest`."""

    @property
    def chain(self) -> tuple[str, ...]:
        return (self.name, *self.then)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source record says.

    `values` are the standardised values laid over those sent. `eligible` tells which paths may compete (None = all).
    `invalid` are paths with an open quality finding. A pin is a Claim of HUB whose `source` is the pin's id.
    """

    source: int
    system: str
    values: Mapping[str, Scalar]
    observed_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    eligible: Eligible = None
    invalid: frozenset[str] = frozenset()


class Entry(NamedTuple):
    """A claim's stake in one contest: the values it would bring."""

    claim: Claim
    values: tuple[tuple[str, Scalar], ...]


class Criterion(NamedTuple):
    """One way to tell candidates apart: `measure` gives less for better, `say` tells a person about one entry."""

    name: str
    measure: Callable[[Rule, Sequence[Entry]], Callable[[Entry], float]]
    say: Callable[[Rule, Sequence[Entry], Entry], str]


@lru_cache(maxsize=1_024)
def chain(rule: Rule) -> tuple[Criterion, ...]:
    """The rule, its tie-breaks, then system order, last change and source id: a total order."""
    names = dict.fromkeys((*rule.chain, "source_order", "most_recent"))
    return (*(CRITERIA[name] for name in names), SOURCE_ID)


@lru_cache(maxsize=256)
def _ranks(systems: tuple[str, ...]) -> dict[str, int]:
    return {system: rank for rank, system in enumerate(systems)}


def _source_order(rule: Rule, entries: Sequence[Entry]) -> Callable[[Entry], float]:
    ranks, last = _ranks(rule.systems), len(rule.systems)
    return lambda entry: ranks.get(entry.claim.system, last)


def _say_source_order(rule: Rule, entries: Sequence[Entry], entry: Entry) -> str:
    order, system = ", ".join(rule.systems) or "(none set)", entry.claim.system
    if system not in rule.systems:
        return f"{system} is not in the order {order}"
    return f"{system} is number {rule.systems.index(system) + 1} in the order {order}"


def _most_recent(rule: Rule, entries: Sequence[Entry]) -> Callable[[Entry], float]:
    return lambda entry: -recency(entry.claim)


def _say_most_recent(rule: Rule, entries: Sequence[Entry], entry: Entry) -> str:
    claim = entry.claim
    moment = claim.changed_at or claim.observed_at
    if moment is None:
        return "no time of change known"
    return f"{'changed' if claim.changed_at else 'observed'} {moment.day} {moment:%b %Y %H:%M:%S}"


def _length(entry: Entry) -> int:
    return sum(len(str(value)) for _, value in entry.values)


def _invalid(entry: Entry) -> bool:
    return bool(entry.claim.invalid) and any(path in entry.claim.invalid for path, _ in entry.values)


def _longest(rule: Rule, entries: Sequence[Entry]) -> Callable[[Entry], float]:
    return lambda entry: (_LAST if _invalid(entry) else 0) - _length(entry)


def _say_longest(rule: Rule, entries: Sequence[Entry], entry: Entry) -> str:
    length = _length(entry)
    return f"{length} character{'' if length == 1 else 's'}{', but not valid' if _invalid(entry) else ''}"


def _most_frequent(rule: Rule, entries: Sequence[Entry]) -> Callable[[Entry], float]:
    counts = Counter(entry.values for entry in entries)
    return lambda entry: -counts[entry.values]


def _say_most_frequent(rule: Rule, entries: Sequence[Entry], entry: Entry) -> str:
    times = sum(1 for other in entries if other.values == entry.values)
    return f"said by {times} of {len(entries)} sources"


def _strictness(rule: Rule, entry: Entry) -> int:
    ranks = _ranks(rule.order)
    return max((ranks.get(str(value), -1) for _, value in entry.values), default=-1)


def _strictest(rule: Rule, entries: Sequence[Entry]) -> Callable[[Entry], float]:
    return lambda entry: -_strictness(rule, entry)


def _say_strictest(rule: Rule, entries: Sequence[Entry], entry: Entry) -> str:
    return f"number {_strictness(rule, entry) + 1} of {len(rule.order)} from mild to strict"


CRITERIA: Final = {
    criterion.name: criterion
    for criterion in (
        Criterion("source_order", _source_order, _say_source_order),
        Criterion("most_recent", _most_recent, _say_most_recent),
        Criterion("longest", _longest, _say_longest),
        Criterion("most_frequent", _most_frequent, _say_most_frequent),
        Criterion("strictest", _strictest, _say_strictest),
    )
}
SOURCE_ID: Final = Criterion(
    "source_id",
    lambda rule, entries: lambda entry: entry.claim.source,
    lambda rule, entries, entry: f"source record {entry.claim.source}",
)


def recency(claim: Claim) -> float:
    moment = claim.changed_at or claim.observed_at
    if moment is None:
        return -_LAST
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return (aware - _EPOCH) / dt.timedelta(seconds=1)
