"""Why the members of a task may be one: pairs with their bars, and the matrix of scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mdm.engine.matching import Bar as EngineBar
from mdm.engine.matching import MatchModel
from mdm.matching.chains import heads_among, ordered
from mdm.matching.corpus import PRIOR
from mdm.matching.queries.explained import nearest_change, stored_bars
from mdm.stewardship.queries.members import Column
from mdm.stewardship.queries.shapes import Bar, PairView
from mdm.stewardship.situation import Link, Situation, best_links

_TELLING = -1.0


def pairs_of(
    situation: Situation, columns: Sequence[Column], labels: Mapping[int, str], model: MatchModel | None
) -> list[PairView]:
    """Return the strongest pair of every two members that were compared, the best first; one statement."""
    if model is None:
        return []
    key_of = {column.golden.golden_id: column.key for column in columns}
    best = [link for link in best_links(situation.links).values() if link.left in key_of and link.right in key_of]
    best.sort(key=lambda link: (-link.score, link.left_record, link.right_record))
    heads = heads_among(record for link in best for record in (link.left_record, link.right_record))
    verdicts = {pair: head.kind for pair, head in heads.items()}
    pairs = [_pair(link, key_of, labels, model, verdicts) for link in best]
    return [replace(pairs[0], would_change=_would_change(best[0], model)), *pairs[1:]] if pairs else []


def _pair(
    link: Link,
    key_of: Mapping[int, str],
    labels: Mapping[int, str],
    model: MatchModel,
    verdicts: Mapping[tuple[int, int], str],
) -> PairView:
    return PairView(
        left=key_of[link.left],
        right=key_of[link.right],
        left_record=link.left_record,
        right_record=link.right_record,
        left_label=labels.get(link.left_record, ""),
        right_label=labels.get(link.right_record, ""),
        score=link.score,
        bars=bars_of_link(link, model),
        evidence_hash=link.evidence_hash,
        verdict=verdicts.get(ordered(link.left_record, link.right_record), ""),
    )


def _would_change(link: Link, model: MatchModel) -> str:
    return nearest_change(model, link.score, link.levels, link.contributions)


def bars_of_link(link: Link, model: MatchModel) -> list[Bar]:
    """Return the steps of the score: where it begins, then what was compared; they add up to it."""
    prior = sum(float(bits) for name, _, bits in link.contributions if name == PRIOR)
    start = Bar(PRIOR, "Before any comparison", "", prior, "Two records picked at random are hardly ever the same.")
    bars = stored_bars(model, link.score, link.levels, link.contributions)
    return [start, *(_bar(bar) for bar in bars if bar.bits or bar.level_label)]


def _bar(bar: EngineBar) -> Bar:
    return Bar(bar.name, bar.label, bar.level_label or bar.level, bar.bits, bar.sentence)


def matrix_of(pairs: Sequence[PairView], keys: Sequence[str]) -> list[list[float | None]]:
    """Return the best score between each two members, None where they were not found alike."""
    scores = {frozenset((pair.left, pair.right)): pair.score for pair in pairs}
    return [[scores.get(frozenset((one, other))) if one != other else None for other in keys] for one in keys]


def why_not_automatic(pairs: Sequence[PairView], model: MatchModel | None, members: int, *, allowed: bool) -> list[str]:
    """Return in sentences what keeps a rule from deciding this by itself."""
    told = [] if allowed else ["In this domain rules propose and people decide."]
    if not pairs or model is None:
        return told
    best, auto = pairs[0], model.thresholds.auto
    if best.score < auto:
        told.append(f"{auto - best.score:.1f} bits short of the {auto:.1f} that count as certain.")
    against = sorted(
        (bar for bar in best.bars if bar.bits <= _TELLING and bar.comparison != PRIOR), key=lambda b: b.bits
    )
    told += [f"{bar.label} speaks against it: {bar.level} ({bar.bits:+.1f})." for bar in against[:2]]
    if members > 2:
        told.append(f"{members} records at once are for a person.")
    if any(pair.verdict in ("DIFFERENT", "RELATED") for pair in pairs):
        told.append("Two of them were told apart before.")
    return told
