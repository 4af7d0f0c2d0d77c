"""The engine's side of bench.match_scale: one folder, one process, one line of JSON."""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from mdm.engine.matching import MatchModel, Table, cluster
from mdm.engine.matching.blocking import candidates_of
from mdm.engine.matching.comparators import COMPARATORS
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.scoring import outcomes, totals
from mdm.engine.matching.training import expectation, look

COLUMNS: Final = ("first_name", "surname", "dob", "postcode_fake", "birth_place", "occupation")
_RULES: Final = (
    ("surname", "dob"),
    ("first", "dob"),
    ("postcode", "surname"),
    ("postcode", "first"),
    ("postcode", "dob"),
)
_MISSING: Final = -0.5
"""Bits of a pair that no rule brought: exact keys leave out so many that match that it tells little."""
_COMPARISONS: Final = {
    "first": ("given_name", 0.75),
    "surname": ("family_name", 0.75),
    "dob": ("date", 0.5),
    "postcode": ("place", 0.5),
    "place": ("text", 0.5),
    "occupation": ("text", 0.5),
}


def declared() -> MatchModel:
    """The five rules of the design, and a comparison for each column; the weights are learned."""
    return MatchModel.from_content(
        {
            "fields": {
                "first": {"column": "first_name", "reader": "person"},
                "surname": {"column": "surname", "reader": "person"},
                "dob": {"column": "dob", "reader": "date"},
                "postcode": {"column": "postcode_fake", "reader": "postal_code"},
                "place": {"column": "birth_place", "reader": "text"},
                "occupation": {"column": "occupation", "reader": "text"},
            },
            "blocking": [{"kind": "key", "keys": list(keys), "cap": 100_000} for keys in _RULES],
            "comparisons": [_comparison(name, *each) for name, each in _COMPARISONS.items()],
            "prior": -20,
        }
    )


def _comparison(name: str, kind: str, rarity: float) -> dict[str, Any]:
    specs = COMPARATORS[kind].levels
    bits = np.maximum.accumulate([np.log2(spec.m / spec.u) for spec in specs])
    levels = [
        {"name": spec.name, "label": spec.label, "bits": round(float(bit), 3)}
        for spec, bit in zip(specs, bits, strict=True)
    ]
    return {
        "name": name,
        "label": name.capitalize(),
        "fields": [name],
        "comparator": kind,
        "rarity": rarity,
        "levels": levels[::-1],
    }


def read(folder: Path) -> Table:
    with (folder / "records.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        heading = next(rows)
        places = [heading.index(name) for name in COLUMNS]
        ids: list[str] = []
        columns: list[list[str | None]] = [[] for _ in COLUMNS]
        shared: dict[str, str] = {}
        for row in rows:
            ids.append(row[heading.index("id")])
            for column, at in zip(columns, places, strict=True):
                column.append(shared.setdefault(row[at], row[at]) if row[at] else None)
    return Table(ids, dict(zip(COLUMNS, columns, strict=True)))


class Clock:
    """CPU and wall seconds by phase."""

    def __init__(self) -> None:
        self.phases: dict[str, float] = {}
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        self.started = self._wall

    def __call__(self, phase: str) -> None:
        now = time.process_time()
        self.phases[phase] = now - self._cpu
        self._cpu = now

    @property
    def wall(self) -> float:
        return time.perf_counter() - self.started


def truth_of(folder: Path, ids: list[str]) -> np.ndarray:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        known = dict(rows)
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(known[each], len(numbers)) for each in ids])


def quality(truth: np.ndarray, found: np.ndarray) -> dict[str, Any]:
    """Pairwise, as score.py counts: every pair inside a cluster."""
    both = truth.astype(np.int64) * (int(found.max()) + 1) + found
    hits, claimed, real = (_couples(np.unique(each, return_counts=True)[1]) for each in (both, found, truth))
    precision, recall = hits / max(claimed, 1), hits / real
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"f1": f1, "precision": precision, "recall": recall, "largest": int(np.bincount(found).max())}


def _couples(sizes: np.ndarray) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def main() -> None:
    folder = Path(sys.argv[1])
    loading = time.process_time()
    table, model = read(folder), declared()
    loading = time.process_time() - loading
    clock = Clock()
    prepared = Prepared(table, model)
    for each in model.comparisons:
        prepared.compound(each.fields)
    order = prepared.order
    clock("encode")
    pairs = candidates_of(prepared, model)
    clock("block")
    found = outcomes(prepared, model, pairs.left, pairs.right)
    clock("compare")
    model = expectation(model, look(prepared, pairs, model, found=found))
    clock("train")
    score = totals(model, found)
    clock("score")
    del found
    clusters = cluster(len(table), (pairs.left, pairs.right), score, 0.0, order=order, lowest=-1.5, missing=_MISSING)
    clock("cluster")
    wall, rss = clock.wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = quality(truth_of(folder, list(table.ids)), clusters)
    found_all = {"records": len(table), "pairs": len(pairs), "phases": clock.phases, "cpu": sum(clock.phases.values())}
    print(json.dumps({**found_all, "wall": wall, "rss": rss, "load": loading, "note": "", **told}))


if __name__ == "__main__":
    main()
