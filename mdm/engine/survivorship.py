"""A golden record is the projection of its sources' claims by rules; a steward's pins outrank them all.

Pure and independent of order: the same claims, rules and pins always give the same values and the same winners.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from mdm.engine.rules import Rule, Rules, RulesError, plan
from mdm.engine.schema import Scalar

__all__ = ["Candidate", "Claim", "Projection", "Rule", "Rules", "RulesError", "explain", "project", "winner_of"]

Eligible = Callable[[str], bool] | Container[str] | None
Provenance = dict[str, list[int | str]]
ONLY: Final = "only"
PIN: Final = "pin"
EVERYWHERE: Final = "*"
_LAST: Final = 1e15
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


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


class Projection(NamedTuple):
    """`provenance` maps a path to [source record id or "pin:<id>", rule]; "*" stands for every path not listed."""

    values: dict[str, Scalar]
    provenance: Provenance


class Candidate(NamedTuple):
    """One value that competed, or was kept from competing, with the reason for its place."""

    source: int | str
    system: str
    value: Scalar
    rule: str
    reason: str
    won: bool
    eligible: bool


class _Entry(NamedTuple):
    """A claim's stake in one contest: the values it would bring."""

    claim: Claim
    values: tuple[tuple[str, Scalar], ...]


Criterion = tuple[str, Callable[[_Entry], float], Callable[[_Entry], str]]
"""(name, what is compared: less is better, what a person reads about an entry)."""


def project(claims: Sequence[Claim], rules: Rules, pins: Sequence[Claim] = ()) -> Projection:
    """The values that survive, and where each came from."""
    if len(claims) == 1 and not pins:
        claim = claims[0]
        return Projection(_own_values(claim), {EVERYWHERE: [claim.source, ONLY]})
    values: dict[str, Scalar] = {}
    provenance: Provenance = {}
    for (_, rule), entries in _contests(claims, rules).items():
        winner, name = entries[0], ONLY
        if len(entries) > 1:
            winner, name = min(entries, key=_ranking(rule, entries)), rule.name
        for path, value in winner.values:
            values[path] = value
            provenance[path] = [winner.claim.source, name]
    _apply_pins(pins, values, provenance)
    return Projection(dict(sorted(values.items())), _compact(provenance))


def winner_of(provenance: Mapping[str, Sequence[int | str]], path: str) -> tuple[int | str, str]:
    """(source record id or "pin:<id>", rule) behind one value.

    Raises: KeyError when the provenance says nothing of the path.
    """
    source, rule = provenance.get(path) or provenance[EVERYWHERE]
    return source, str(rule)


def explain(path: str, claims: Sequence[Claim], rules: Rules, pins: Sequence[Claim] = ()) -> list[Candidate]:
    """Every value that stood for this path, the winner first, then the others in order, then those kept out."""
    contest, rule = plan(rules, path)
    entries = _contests(claims, rules).get((contest or path, rule), [])
    criteria = _criteria(rule, entries)
    entries = sorted(entries, key=_ranking(rule, entries))
    name = rule.name if len(entries) > 1 else ONLY
    found = [_pinned(path, pin) for pin in reversed(_in_force(pins)) if path in pin.values]
    for place, entry in enumerate(entries):
        value = dict(entry.values).get(path)
        if value is None and place:
            continue
        rival = entries[1] if place == 0 and len(entries) > 1 else entries[0]
        reason = _reason(entry, rival, criteria) if len(entries) > 1 else "the only source with a value"
        found.append(Candidate(entry.claim.source, entry.claim.system, value, name, reason, False, True))
    if found:
        found[0] = found[0]._replace(won=True)
    return [*found, *_kept_out(path, claims)]


def _own_values(claim: Claim) -> dict[str, Scalar]:
    may = _test(claim.eligible)
    if may is None:
        return {path: value for path, value in claim.values.items() if value is not None}
    return {path: value for path, value in claim.values.items() if value is not None and may(path)}


def _test(eligible: Eligible) -> Callable[[str], bool] | None:
    if eligible is None or callable(eligible):
        return eligible
    return eligible.__contains__


def _contests(claims: Iterable[Claim], rules: Rules) -> dict[tuple[str, Rule], list[_Entry]]:
    """Entries by what they compete for: a path, or an element that survives as a whole."""
    contests: dict[tuple[str, Rule], list[_Entry]] = {}
    for claim in claims:
        stakes: dict[tuple[str, Rule], list[tuple[str, Scalar]]] = {}
        for path, value in _own_values(claim).items():
            element, rule = plan(rules, path)
            stakes.setdefault((element or path, rule), []).append((path, value))
        for contest, brought in stakes.items():
            contests.setdefault(contest, []).append(_Entry(claim, tuple(sorted(brought))))
    return contests


def _ranking(rule: Rule, entries: Sequence[_Entry]) -> Callable[[_Entry], tuple[float, ...]]:
    measures = [measure for _, measure, _ in _criteria(rule, entries)]
    return lambda entry: tuple(measure(entry) for measure in measures)


def _criteria(rule: Rule, entries: Sequence[_Entry]) -> list[Criterion]:
    """The rule, its tie-breaks, then system order, last change and source id: a total order."""
    named = [RULES[name](rule, entries) for name in rule.chain]
    return [
        *named,
        _source_order(rule, entries),
        _most_recent(rule, entries),
        ("source id", lambda entry: entry.claim.source, lambda entry: f"source record {entry.claim.source}"),
    ]


def _source_order(rule: Rule, entries: Sequence[_Entry]) -> Criterion:
    ranks = {system: rank for rank, system in enumerate(rule.systems)}

    def say(entry: _Entry) -> str:
        rank = ranks.get(entry.claim.system)
        if rank is None:
            return f"{entry.claim.system} is not in the order {', '.join(rule.systems) or '(none set)'}"
        return f"{entry.claim.system} is number {rank + 1} in the order {', '.join(rule.systems)}"

    return "source_order", lambda entry: ranks.get(entry.claim.system, len(ranks)), say


def _most_recent(rule: Rule, entries: Sequence[_Entry]) -> Criterion:
    def say(entry: _Entry) -> str:
        claim = entry.claim
        moment = claim.changed_at or claim.observed_at
        if moment is None:
            return "no time of change known"
        return f"{'changed' if claim.changed_at else 'observed'} {moment.day} {moment:%b %Y %H:%M:%S}"

    return "most_recent", lambda entry: -_recency(entry.claim), say


def _longest(rule: Rule, entries: Sequence[_Entry]) -> Criterion:
    def length(entry: _Entry) -> int:
        return sum(len(str(value)) for _, value in entry.values)

    def invalid(entry: _Entry) -> bool:
        return any(path in entry.claim.invalid for path, _ in entry.values)

    def say(entry: _Entry) -> str:
        return f"{length(entry)} characters{', but not valid' if invalid(entry) else ''}"

    return "longest", lambda entry: (_LAST if invalid(entry) else 0) - length(entry), say


def _most_frequent(rule: Rule, entries: Sequence[_Entry]) -> Criterion:
    counts = Counter(entry.values for entry in entries)
    return (
        "most_frequent",
        lambda entry: -counts[entry.values],
        lambda entry: f"said by {counts[entry.values]} of {len(entries)} sources",
    )


RULES: Final[dict[str, Callable[[Rule, Sequence[_Entry]], Criterion]]] = {
    "source_order": _source_order,
    "most_recent": _most_recent,
    "longest": _longest,
    "most_frequent": _most_frequent,
}


def _recency(claim: Claim) -> float:
    moment = claim.changed_at or claim.observed_at
    if moment is None:
        return -_LAST
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return (aware - _EPOCH) / dt.timedelta(seconds=1)


def _reason(entry: _Entry, rival: _Entry, criteria: Sequence[Criterion]) -> str:
    """What told the two apart, as it reads for this entry."""
    for place, (name, measure, say) in enumerate(criteria):
        if measure(entry) != measure(rival):
            return say(entry) if place == 0 else f"equal by {criteria[0][0]}; {say(entry)}"
    return f"the same source, {entry.claim.source}"


def _in_force(pins: Iterable[Claim]) -> list[Claim]:
    """The latest pin of a path comes last and so overrides earlier ones."""
    return sorted(pins, key=lambda pin: (_recency(pin), pin.source))


def _apply_pins(pins: Sequence[Claim], values: dict[str, Scalar], provenance: Provenance) -> None:
    """A pinned None keeps the path empty, and the provenance says so."""
    for pin in _in_force(pins) if pins else ():
        for path, value in pin.values.items():
            provenance[path] = [f"pin:{pin.source}", PIN]
            if value is None:
                values.pop(path, None)
            else:
                values[path] = value


def _compact(provenance: Provenance) -> Provenance:
    """The most common winner of unpinned paths is said once, under "*"."""
    counts = Counter((source, rule) for source, rule in provenance.values() if rule != PIN)
    if not counts:
        return dict(sorted(provenance.items()))
    common = min(counts, key=lambda winner: (-counts[winner], winner))
    listed = {path: won for path, won in sorted(provenance.items()) if (won[0], won[1]) != common}
    return {EVERYWHERE: list(common), **listed}


def _pinned(path: str, pin: Claim) -> Candidate:
    return Candidate(f"pin:{pin.source}", pin.system, pin.values[path], PIN, "pinned by a steward", False, True)


def _kept_out(path: str, claims: Iterable[Claim]) -> list[Candidate]:
    kept = []
    for claim in sorted(claims, key=lambda claim: claim.source):
        may, value = _test(claim.eligible), claim.values.get(path)
        if value is not None and may is not None and not may(path):
            reason = f"{claim.system} does not write this attribute"
            kept.append(Candidate(claim.source, claim.system, value, "ownership", reason, False, False))
    return kept
