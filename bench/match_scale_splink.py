"""Splink's side of bench.match_scale: run by an interpreter that has Splink 5; imports nothing of this project.

Set up as its documentation does for persons: name comparisons with term frequencies, dates by Damerau-Levenshtein, u
from a million random pairs, expectation maximisation within two of the rules (within looser blocks it takes minutes and
gigabytes at these sizes), connected components. One folder, one line of JSON.
"""

# mypy: ignore-errors
import json
import logging
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

COLUMNS = ("first_name", "surname", "dob", "postcode_fake", "birth_place", "occupation")
RULES = (
    ("surname", "dob"),
    ("first_name", "dob"),
    ("postcode_fake", "surname"),
    ("postcode_fake", "first_name"),
    ("postcode_fake", "dob"),
)
TIMED_AT = 0.95
THRESHOLDS = (0.5, 0.9, 0.95, 0.99, 0.999, 0.9999)


def settings():
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in RULES],
        comparisons=[
            cl.JaroWinklerAtThresholds("first_name", [0.95, 0.88]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("surname", [0.95, 0.88]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("dob", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("postcode_fake", [1, 2]),
            cl.JaroWinklerAtThresholds("birth_place", [0.92]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
    )


def couples(sizes):
    return int((sizes * (sizes - 1) // 2).sum())


def quality(truth, found):
    both = truth.astype(np.int64) * (int(found.max()) + 1) + found
    hits, claimed, real = (couples(np.unique(each, return_counts=True)[1]) for each in (both, found, truth))
    precision, recall = hits / max(claimed, 1), hits / real
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"f1": f1, "precision": precision, "recall": recall, "largest": int(np.bincount(found).max())}


class Clock:
    """CPU seconds by phase."""

    def __init__(self):
        self.phases, self._cpu, self._wall = {}, time.process_time(), time.perf_counter()

    def __call__(self, phase):
        now = time.process_time()
        self.phases[phase], self._cpu = now - self._cpu, now

    def wall(self):
        return time.perf_counter() - self._wall


def trained(linker):
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("first_name", "surname", "dob"), block_on("postcode_fake", "dob")], recall=0.6
    )
    training.estimate_u_using_random_sampling(max_pairs=1_000_000)
    training.estimate_parameters_using_expectation_maximisation(block_on("surname", "dob"))
    training.estimate_parameters_using_expectation_maximisation(block_on("postcode_fake", "first_name"))


def best_of(linker, predicted, clustered, truth):
    """The quality at the threshold where it is best."""
    best = {"f1": -1.0}
    for threshold in THRESHOLDS:
        at = clustered
        if threshold != TIMED_AT:
            at = linker.clustering.cluster_pairwise_predictions_at_threshold(
                predicted, threshold_match_probability=threshold
            )
        found = at.as_pandas_dataframe()[["id", "cluster_id"]]
        told = quality(
            pd.factorize(truth.reindex(found.id).to_numpy())[0], pd.factorize(found.cluster_id)[0].astype(np.int64)
        )
        if told["f1"] > best["f1"]:
            best = {**told, "note": f" at {threshold}"}
    return best


def main():
    logging.getLogger("splink").setLevel(logging.ERROR)
    folder, begun = Path(sys.argv[1]), time.process_time()
    frame = pd.read_csv(folder / "records.csv", dtype=str, usecols=["id", *COLUMNS])
    frame = frame.where(frame.notna(), None)
    linker = Linker(DuckDBAPI().register(frame), settings())
    load, clock = time.process_time() - begun, Clock()
    trained(linker)
    clock("train")
    predicted = linker.inference.predict(threshold_match_probability=THRESHOLDS[0])
    clock("predict")
    clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=TIMED_AT
    )
    clock("cluster")
    wall, rss = clock.wall(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    truth = pd.read_csv(folder / "truth.csv", dtype=str).set_index("id").cluster_id
    best = best_of(linker, predicted, clustered, truth)
    total = {"records": len(frame), "pairs": counted(linker), "phases": clock.phases, "cpu": sum(clock.phases.values())}
    print(json.dumps({**total, "wall": wall, "rss": rss, "load": load, **best}))


def counted(linker):
    """How many pairs the rules bring together."""
    return int(linker.inference.compute_blocked_pairs_for_predict().as_pandas_dataframe().shape[0])


if __name__ == "__main__":
    main()
