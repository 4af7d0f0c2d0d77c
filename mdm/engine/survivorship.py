"""A golden record is the projection of its sources' claims by rules; a steward's pins outrank them all.

Pure and independent of order: the same claims, rules and pins always give the same values and the same winners.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from mdm.engine.criteria import Claim, Eligible, Entry, Rule, chain, recency
from mdm.engine.rules import Rules, RulesError, plan
from mdm.engine.schema import Scalar

__all__ = ["Candidate", "Claim", "Projection", "Rule", "Rules", "RulesError", "explain", "project", "winner_of"]

Provenance = dict[str, list[int | str]]
ONLY: Final = "only"
PIN: Final = "pin"
EVERYWHERE: Final = "*"


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


def project(claims: Sequence[Claim], rules: Rules, pins: Sequence[Claim] = ()) -> Projection:
    """The values that survive, and where each came from."""
    if len(claims) == 1 and not pins:
        claim = claims[0]
        return Projection(_own_values(claim), {EVERYWHERE: [claim.source, ONLY]})
    values: dict[str, Scalar] = {}
    provenance: Provenance = {}
    for rule, entries in _contests(claims, rules).values():
        winner, name = (entries[0], ONLY) if len(entries) == 1 else (_winner(rule, entries), rule.name)
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
    element, rule = plan(rules, path)
    entries = _contests(claims, rules).get(element or path, (rule, []))[1]
    measures = [criterion.measure(rule, entries) for criterion in chain(rule)]
    entries = sorted(entries, key=lambda entry: [measure(entry) for measure in measures])
    name = rule.name if len(entries) > 1 else ONLY
    found = [_pinned(path, pin) for pin in reversed(_in_force(pins)) if path in pin.values]
    for place, entry in enumerate(entries):
        value = dict(entry.values).get(path)
        if value is None and place:
            continue
        rival = entries[1] if place == 0 and len(entries) > 1 else entries[0]
        reason = _reason(entry, rival, rule, entries) if len(entries) > 1 else "the only source with a value"
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


def _contests(claims: Iterable[Claim], rules: Rules) -> dict[str, tuple[Rule, list[Entry]]]:
    """Rule and entries by what is competed for: a path, or an element that survives as a whole."""
    contests: dict[str, tuple[Rule, list[Entry]]] = {}
    for claim in claims:
        elements: dict[str, tuple[Rule, list[tuple[str, Scalar]]]] = {}
        for path, value in _own_values(claim).items():
            element, rule = plan(rules, path)
            if element:
                elements.setdefault(element, (rule, []))[1].append((path, value))
            else:
                contests.setdefault(path, (rule, []))[1].append(Entry(claim, ((path, value),)))
        for element, (rule, brought) in elements.items():
            contests.setdefault(element, (rule, []))[1].append(Entry(claim, tuple(sorted(brought, key=_path))))
    return contests


def _path(brought: tuple[str, Scalar]) -> str:
    return brought[0]


def _winner(rule: Rule, entries: Sequence[Entry]) -> Entry:
    """Each criterion keeps the best of those left; the last one, the source id, leaves one."""
    left = entries
    for criterion in chain(rule):
        measure = criterion.measure(rule, entries)
        scores = [measure(entry) for entry in left]
        best = min(scores)
        left = [entry for entry, score in zip(left, scores, strict=True) if score == best]
        if len(left) == 1:
            break
    return left[0]


def _reason(entry: Entry, rival: Entry, rule: Rule, entries: Sequence[Entry]) -> str:
    """What told the two apart, as it reads for this entry."""
    for place, criterion in enumerate(chain(rule)):
        measure = criterion.measure(rule, entries)
        if measure(entry) != measure(rival):
            said = criterion.say(rule, entries, entry)
            return said if place == 0 else f"equal by {rule.name}; {said}"
    return f"the same source, {entry.claim.source}"


def _in_force(pins: Iterable[Claim]) -> list[Claim]:
    """The latest pin of a path comes last and so overrides earlier ones."""
    return sorted(pins, key=lambda pin: (recency(pin), pin.source))


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
