"""Search before create: one record looked up among very many, beside pg_trgm; and 1,000 changed ones against all.

    python -m bench.lookup FOLDER [--looks 200] [--without-postgres]

FOLDER holds records.csv as the design's build_scale.py writes it (1,000,000 records for the bars). What is looked up
are records of it with a slip in two of their fields. The engine's index serves them in process: blocking, scoring with
the model's levels, and order. pg_trgm serves the whole name: GIN, `%` at 0.5, the ten most similar. Data stays under
`var/bench`.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.match_scale_engine import COLUMNS, declared, read
from mdm.engine.matching import Index, MatchModel, Table, candidates, score
from mdm.engine.matching.declaration import BlockRule

os.environ.setdefault("TOUCHSTONE_VAR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))

_SEED: Final = 20_240_229
_CHANGED: Final = 1_000
_MOST_P50, _MOST_P95, _MOST_CPU = 15.0, 40.0, 20.0


def model() -> MatchModel:
    """The five rules of bench.match_scale, and names that are like each other."""
    rules = declared()
    return replace(rules, blocking=(*rules.blocking, BlockRule("similar", ("first", "surname", "place"), top=10)))


def slipped(table: Table, rows: list[int], names: list[str], chance: random.Random) -> Table:
    """The rows under other ids, each with a slip in two of its fields."""
    columns = {name: [table.columns[name][row] for row in rows] for name in COLUMNS}
    for at in range(len(rows)):
        for name in chance.sample(COLUMNS, 2):
            columns[name][at] = _slip(str(columns[name][at] or ""), chance) or None
    return Table(names, columns)


def _slip(text: str, chance: random.Random) -> str:
    if len(text) < 3:
        return text
    at = chance.randrange(1, len(text) - 1)
    return chance.choice((text[:at] + text[at + 1 :], text[:at] + chance.choice("aeinrst") + text[at + 1 :]))


def best_of(index: Index, one: Table) -> list[tuple[str, float]]:
    """The ten that the record most likely is, the best first."""
    pairs = candidates(one, index.model, against=index)
    if not len(pairs):
        return []
    bits = score(one, pairs, index.model).score
    return [(index.ids[int(pairs.right[at])], float(bits[at])) for at in np.argsort(-bits, kind="stable")[:10]]


def timed(what: Callable[[Any], Any], asked: list[Any]) -> tuple[list[float], list[Any]]:
    """Milliseconds of each, in order, and the answers."""
    taken, answers = [], []
    used = time.process_time()
    for each in asked:
        started = time.perf_counter()
        answers.append(what(each))
        taken.append((time.perf_counter() - started) * 1_000)
    used = (time.process_time() - used) * 1_000 / len(asked)
    print(f"{used:.1f} ms of this process's CPU for each look:")
    return sorted(taken), answers


def told(name: str, taken: list[float], hits: float) -> tuple[float, float]:
    p50, p95 = statistics.median(taken), taken[int(len(taken) * 0.95)]
    print(f"{name:<28} p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  max {taken[-1]:7.1f} ms  found {hits:.1%}", flush=True)
    return p50, p95


def judge(what: str, found: float, bar: float) -> None:
    print(f"{'':<28} {what} {found:.1f}, bar {bar:.0f}: {'met' if found <= bar else 'MISSED'}")


def postgres(table: Table, asked: Table, truth: list[str]) -> None:
    """The same look-ups by pg_trgm, over the whole name."""
    import psycopg

    from config import embedded, environment
    from config.embedded import places

    embedded.ensure()
    host = str(places.socket_dir(environment.var_dir()))
    try:
        with psycopg.connect(host=host, user="touchstone", dbname="postgres", autocommit=True) as owner:
            owner.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            owner.execute("CREATE TEMPORARY TABLE person (id text, name text)")
            with owner.cursor().copy("COPY person FROM STDIN") as rows:
                for identifier, name in zip(table.ids, _names(table), strict=True):
                    rows.write_row((identifier, name))
            owner.execute("CREATE INDEX ON person USING gin (name gin_trgm_ops)")
            owner.execute("ANALYZE person")
            owner.execute("SET pg_trgm.similarity_threshold = 0.5")
            query = "SELECT id FROM person WHERE name %% %s ORDER BY similarity(name, %s) DESC LIMIT 10"
            taken, answers = timed(lambda name: owner.execute(query, (name, name)).fetchall(), _names(asked))
    finally:
        embedded.stop_if_unused()
    hits = [any(identifier == real for (identifier,) in rows) for rows, real in zip(answers, truth, strict=True)]
    told("pg_trgm, GIN", taken, sum(hits) / len(hits))


def _names(table: Table) -> list[str]:
    columns = [table.columns[name] for name in ("first_name", "surname", "birth_place")]
    return [" ".join(str(each) for each in row if each) for row in zip(*columns, strict=True)]


def changed(index: Index, table: Table, chance: random.Random) -> None:
    """So many records changed: each is matched against all, and the index follows."""
    rows = chance.sample(range(len(table)), min(_CHANGED, len(table)))
    few = slipped(table, rows, [table.ids[row] for row in rows], chance)
    begun = time.process_time()
    pairs = candidates(few, index.model, against=index)
    scored = score(few, pairs, index.model)
    matched = time.process_time() - begun
    index.add(few)
    best_of(index, few.take([0]))  # the first look-up makes ready what was added
    followed = time.process_time() - begun - matched
    print(
        f"{len(few):,} changed records: {len(pairs):,} pairs, {int((scored.score >= 0).sum()):,} from 0 bits on;"
        f" {matched:.2f} CPU s, the index follows in {followed:.2f} CPU s"
    )
    judge("CPU s", matched + followed, _MOST_CPU)


def looked_up(index: Index, asked: Table, truth: list[str]) -> None:
    """One record after the other, in this process."""
    taken, answers = timed(lambda at: best_of(index, asked.take([at])), list(range(len(asked))))
    hits = [any(identifier == real for identifier, _ in found) for found, real in zip(answers, truth, strict=True)]
    p50, p95 = told("index, in process", taken, sum(hits) / len(hits))
    judge("p50", p50, _MOST_P50)
    judge("p95", p95, _MOST_P95)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--looks", type=int, default=200)
    arguments.add_argument("--without-postgres", action="store_true")
    said = arguments.parse_args()
    print(f"Load beside: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.")
    table, chance = read(said.folder), random.Random(_SEED)
    begun = time.process_time()
    index = Index.build(table, model())
    best_of(index, slipped(table, [0], ["first"], chance))
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    used = time.process_time() - begun
    print(f"{len(index):,} records indexed in {used:.1f} CPU s, {rss:,} MB with the records", flush=True)
    rows = chance.sample(range(len(table)), said.looks)
    asked = slipped(table, rows, [f"new {at}" for at in range(len(rows))], chance)
    truth = [table.ids[row] for row in rows]
    looked_up(index, asked, truth)
    changed(index, table, chance)
    if not said.without_postgres:
        postgres(table, asked, truth)


if __name__ == "__main__":
    main()
