"""Precision and recall of what the demo's rules propose, against the demo's truth. No database.

python -m bench.demo_matching [--worst N]
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from itertools import combinations
from typing import NamedTuple

import numpy as np

from bench.demo_records import Held, demo_parties, seeds
from mdm.domains.loader import shipped_pack
from mdm.engine.matching import MatchModel, Pairs, Scores, Table, candidates, explain, score, table_of
from mdm.engine.rules import Rules


class Measured(NamedTuple):
    """At the review and the automatic threshold: (proposed, precision, recall); `completeness` of the candidates."""

    records: int
    true_pairs: int
    pairs: int
    completeness: float
    review: tuple[int, float, float]
    auto: tuple[int, float, float]
    missed: list[tuple[float, Held, Held]]
    wrong: list[tuple[float, Held, Held, str]]


def demo_model() -> MatchModel:
    """The matching model that the demo publishes for parties."""
    model = Rules.from_content(seeds()["rules"]["party"], shipped_pack("party")).matching
    assert model is not None
    return model


def measure() -> Measured:
    """Match the demo's parties and compare with the truth."""
    held, model = demo_parties(), demo_model()
    table = table_of([str(at) for at in range(len(held))], [each.values for each in held], model)
    pairs = candidates(table, model)
    found = score(table, pairs, model)
    truth = _true_pairs(held)
    seen = list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    right = np.array([pair in truth for pair in seen], dtype=bool)
    review, auto = (
        _at(found.score, right, threshold, len(truth)) for threshold in (model.thresholds.review, model.thresholds.auto)
    )
    scored = dict(zip(seen, found.score.tolist(), strict=True))
    missed = sorted(
        (scored.get(pair, -99.0), held[pair[0]], held[pair[1]])
        for pair in truth
        if scored.get(pair, -99.0) < model.thresholds.review
    )
    wrong = _wrong(held, table, pairs, found, right, model)
    return Measured(len(held), len(truth), len(seen), float(right.sum()) / len(truth), review, auto, missed, wrong)


def _true_pairs(held: list[Held]) -> set[tuple[int, int]]:
    by_entity: dict[str, list[int]] = defaultdict(list)
    for at, each in enumerate(held):
        by_entity[each.entity].append(at)
    return {pair for rows in by_entity.values() for pair in combinations(rows, 2)}


def _at(scores: np.ndarray, right: np.ndarray, threshold: float, true: int) -> tuple[int, float, float]:
    kept = scores >= threshold
    hits = float(right[kept].sum())
    return int(kept.sum()), hits / max(int(kept.sum()), 1), hits / max(true, 1)


def _wrong(
    held: list[Held], table: Table, pairs: Pairs, found: Scores, right: np.ndarray, model: MatchModel
) -> list[tuple[float, Held, Held, str]]:
    shown = [at for at in np.argsort(-found.score).tolist() if not right[at]]
    shown = [at for at in shown if found.score[at] >= model.thresholds.review]
    wrong = []
    for at in shown:
        left, other = int(pairs.left[at]), int(pairs.right[at])
        wrong.append((float(found.score[at]), held[left], held[other], explain(table, left, other, model).why))
    return wrong


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--worst", type=int, default=0, help="list so many proposals that are wrong or missed")
    worst = arguments.parse_args().worst
    started = time.perf_counter()
    found = measure()
    print(f"{found.records:,} records, {found.true_pairs:,} true pairs, {time.perf_counter() - started:.1f} s")
    print(f"candidates  {found.pairs:,} pairs, completeness {found.completeness:.3f}")
    for name, (proposed, precision, recall) in (("review", found.review), ("automatic", found.auto)):
        print(f"{name:<11} {proposed:,} pairs, precision {precision:.3f}, recall {recall:.3f}")
    for bits, left, other, why in found.wrong[:worst]:
        print(f"wrong  {bits:6.1f}  {_shown(left)} | {_shown(other)}: {why}")
    for bits, left, other in found.missed[:worst]:
        print(f"missed {bits:6.1f}  {_shown(left)} | {_shown(other)}")


def _shown(held: Held) -> str:
    name = held.values.get("name") or f"{held.values.get('given_name')} {held.values.get('family_name')}"
    return f"{name} ({held.trap})" if held.trap else name


if __name__ == "__main__":
    main()
