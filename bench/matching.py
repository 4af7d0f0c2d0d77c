"""match_file over the labelled sets of the design's shared data, refereed by its score.py.

    python -m bench.matching [--data FOLDER] [--budgets 0,60,200] [SET ...]

FOLDER (or TOUCHSTONE_MATCHING_DATA) holds a folder per set with records.csv, truth.csv and meta.json, and score.py and
steward.py beside them. Ids are replaced by random ones and rows shuffled before every run. Asked pairs are left out of
the score. Where the folder is absent the bench says so and ends.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from mdm.engine.matching import MatchModel, candidates
from mdm.matching.files.reading import read_table

ROOT: Final = Path(__file__).resolve().parent.parent
BARS: Final = {
    "companies_listed_a": (0.58, 0.80),
    "chicago_sites": (0.955, 0.97),
    "historical_50k": (0.91, 0.91),
    "rldata10000": (0.93, 0.965),
    "febrl3": (0.999, None),
    "febrl_z20k": (0.995, None),
    "persons_200k": (None, None),
    "fake_1000": (0.88, 0.95),
    "patstat_companies": (0.70, 0.80),
    "abt_buy": (0.87, 0.89),
    "dblp_acm": (0.985, 0.985),
    "walmart_amazon": (0.50, 0.75),
}
PEERS: Final = {
    "companies_listed_a": "RapidFuzz 0.45, Splink 0.05 clustered",
    "chicago_sites": "dedupe (130 labels) 0.961, Splink 0.737",
    "historical_50k": "GoldenMatch 0.842, Splink 0.486",
    "rldata10000": "Splink 0.917",
    "febrl3": "Splink 0.998",
    "febrl_z20k": "Splink 0.998",
    "fake_1000": "Splink 0.900",
    "patstat_companies": "Splink 0.781",
    "abt_buy": "Splink one-to-one 0.755",
    "dblp_acm": "Splink one-to-one 0.990",
    "walmart_amazon": "Splink 0.256",
}
"""At their own thresholds, as the design measured them; companies on the whole of the set whose half is here."""


class Run(NamedTuple):
    f1: float
    precision: float
    recall: float
    largest: str
    claimed: float
    actual: float
    covered: float
    asked: int
    refused: bool
    cpu: float
    wall: float
    rss: int


def disguised(folder: Path, into: Path, seed: int) -> bool:
    """Records and truth with random ids and shuffled rows; whether it is a linkage set."""
    chance = random.Random(seed)
    with (folder / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    chance.shuffle(rows)
    names = {
        row["id"]: f"{number:09x}" for row, number in zip(rows, chance.sample(range(16**9), len(rows)), strict=True)
    }
    with (into / "records.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**row, "id": names[row["id"]]} for row in rows)
    with (folder / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
        truth = list(csv.reader(file))
    places = [at for at, name in enumerate(truth[0]) if name in ("id", "id_l", "id_r")]
    renamed = [[names[cell] if at in places else cell for at, cell in enumerate(row)] for row in truth[1:]]
    with (into / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([truth[0], *renamed])
    return "id_l" in truth[0]


def match(data: Path, place: Path, link: bool, budget: int) -> Run:
    """One run of match_file in a process of its own, and what the referee says of it."""
    asked, answer = place / "asked.csv", place / ("pairs.csv" if link else "clusters.csv")
    asked.unlink(missing_ok=True)
    command = [sys.executable, "manage.py", "match_file", str(place / "records.csv"), "--source-column", "source"]
    command += ["--pairs", str(place / "pairs.csv"), "--model-out", str(place / "model.yaml")]
    command += ["--one-to-one"] if link else ["--clusters", str(place / "clusters.csv")]
    if budget:
        steward = f"{sys.executable} {data / 'steward.py'} {place / 'truth.csv'} --records {place / 'records.csv'}"
        command += ["--ask-command", f"{steward} --budget {budget} --log {asked}", "--budget", str(budget)]
    started = time.perf_counter()
    with (place / "said.txt").open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    words = (place / "said.txt").read_text(encoding="utf-8")
    if process.returncode:
        raise RuntimeError(words[-2_000:])
    referee = [sys.executable, str(data / "score.py"), str(place / "truth.csv"), str(answer)]
    referee += ["--labels", str(asked)] if asked.exists() else []
    score = json.loads(subprocess.run(referee, capture_output=True, text=True, check=True).stdout)
    return Run(
        score["f1"],
        score["precision"],
        score["recall"],
        f"{score['largest_predicted']}/{score['largest_true']}",
        *calibration(place, asked),
        sum(1 for _ in asked.open()) - 1 if asked.exists() else 0,
        "refused: true" in words,
        used.ru_utime + used.ru_stime,
        wall,
        used.ru_maxrss // 1024,
    )


def calibration(place: Path, asked: Path) -> tuple[float, float, float]:
    """Among pairs of p >= 0.95 that were not asked: mean claimed p, true share, share of all true pairs."""
    truth = _truth(place / "truth.csv")
    told = {frozenset((row["id_l"], row["id_r"])) for row in _rows(asked)} if asked.exists() else set()
    claimed = [
        (float(row["probability"]), _same(truth, row["id_l"], row["id_r"]))
        for row in _rows(place / "pairs.csv")
        if float(row["probability"]) >= 0.95 and frozenset((row["id_l"], row["id_r"])) not in told
    ]
    if not claimed:
        return 0.0, 0.0, 0.0
    hits = sum(same for _, same in claimed)
    return sum(p for p, _ in claimed) / len(claimed), hits / len(claimed), hits / max(_true_pairs(truth), 1)


def completeness(place: Path, link: bool) -> tuple[float, float]:
    """Share of true pairs among the candidates of the model that was saved, and candidates per record."""
    table, _ = read_table(place / "records.csv", id_column="id", source_column="source")
    model = MatchModel.from_content(yaml.safe_load((place / "model.yaml").read_text(encoding="utf-8")))
    pairs, truth = candidates(table, model), _truth(place / "truth.csv")
    ids = table.ids
    hits = sum(_same(truth, ids[a], ids[b]) for a, b in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    return hits / max(_true_pairs(truth), 1), len(pairs) / len(table)


Truth = dict[str, str] | set[frozenset[str]]


def _truth(path: Path) -> Truth:
    rows = list(_rows(path))
    if "cluster_id" in rows[0]:
        return {row["id"]: row["cluster_id"] for row in rows}
    return {frozenset((row["id_l"], row["id_r"])) for row in rows}


def _same(truth: Truth, left: str, right: str) -> bool:
    return truth[left] == truth[right] if isinstance(truth, dict) else frozenset((left, right)) in truth


def _true_pairs(truth: Truth) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(truth.values()).values()) if isinstance(truth, dict) else len(truth)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def measure(data: Path, name: str, budgets: list[int], seed: int) -> None:
    floors = BARS.get(name, (None, None))
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        link = disguised(data / name, place, seed)
        for budget in budgets:
            run = match(data, place, link, budget)
            floor = floors[0] if budget == 0 else floors[1] if budget == 200 else None
            mark = "" if floor is None else f"floor {floor:.3f} {'met' if run.f1 >= floor else 'MISSED'}"
            print(
                f"{name:<19} {run.asked:>4} asked  F1 {run.f1:.4f} P {run.precision:.3f} R {run.recall:.3f} {mark:<18}"
                f" largest {run.largest:<8} p>=.95: claims {run.claimed:.3f} is {run.actual:.3f} of {run.covered:.2f}"
                f"  {run.cpu:6.1f} CPU s {run.wall:6.1f} s {run.rss:5} MB{'  refused' if run.refused else ''}",
                flush=True,
            )
        found, per_record = completeness(place, link)
        print(
            f"{name:<19} completeness {found:.3f} at {per_record:.1f} pairs per record; {PEERS.get(name, '')}",
            flush=True,
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("sets", nargs="*")
    arguments.add_argument("--data", type=Path, default=os.environ.get("TOUCHSTONE_MATCHING_DATA"))
    arguments.add_argument("--budgets", default="0,60,200")
    arguments.add_argument("--seed", type=int, default=20_240_229)
    said = arguments.parse_args()
    if said.data is None or not Path(said.data).is_dir():
        print("SKIPPED: the labelled sets are not here. Name their folder with --data or TOUCHSTONE_MATCHING_DATA.")
        return
    for name in said.sets or sorted(path.parent.name for path in Path(said.data).glob("*/truth.csv")):
        measure(Path(said.data), name, [int(each) for each in said.budgets.split(",")], said.seed)


if __name__ == "__main__":
    main()
