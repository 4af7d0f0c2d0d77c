"""The whole ingest in rows per second, beside COPY of the same finished rows into the same constrained tables.

    python -m bench.ingest [rows ...]          by default 10,000 100,000 1,000,000

Every size gets two fresh databases with the same schema. Into one goes a file of twelve values a row, as `manage.py
ingest` takes it: file, staging, chunks, records, with two processes on two cores. The rows this leaves in the tables of
records and events are then written into the other database by COPY, one statement per table and one transaction, past
the same constraints, foreign keys, indexes and triggers, as the application's role. Data stays under `var/bench`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TOUCHSTONE_VAR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

SIZES = (10_000, 100_000, 1_000_000)
INGEST, COPY = "bench_ingest", "bench_copy"
MILLION = 1_000_000
Figures = dict[str, Any]


def main(*sizes: int) -> int:
    """Measure each size, print the table, and say whether every floor is met."""
    import psycopg

    from config import embedded, environment
    from config.embedded import places

    embedded.ensure()
    sockets = str(places.socket_dir(environment.var_dir()))
    seen = []
    try:
        with psycopg.connect(host=sockets, user="touchstone", dbname="postgres", autocommit=True) as owner:
            for size in sizes or SIZES:
                _prepare(owner, sockets)
                seen.append(json.loads(_inside(sockets, str(size)).splitlines()[-1]))
                _show(seen)
            _drop(owner)
    finally:
        embedded.stop_if_unused()
    return _judge(seen)


def _prepare(owner: Any, sockets: str) -> None:
    """Two fresh databases: one with domain, system and rules, and one that is its exact copy."""
    _drop(owner)
    owner.execute(f"CREATE DATABASE {INGEST}")
    manage = str(Path(__file__).resolve().parent.parent / "manage.py")
    environment = _environment(sockets) | {"TOUCHSTONE_ROLE": "owner"}
    subprocess.run([sys.executable, manage, "migrate", "--verbosity=0"], env=environment, check=True)
    _inside(sockets, "world")
    owner.execute(f"CREATE DATABASE {COPY} TEMPLATE {INGEST}")


def _drop(owner: Any) -> None:
    for name in (INGEST, COPY):
        owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _environment(sockets: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": f"postgresql://touchstone_app@/{INGEST}?host={sockets}",
        "DATABASE_OWNER_URL": f"postgresql://touchstone@/{INGEST}?host={sockets}",
        "TOUCHSTONE_BENCH_COPY": f"postgresql://touchstone_app@/{COPY}?host={sockets}",
        "TOUCHSTONE_SECRET_KEY": "bench",
    }


def _inside(sockets: str, part: str) -> str:
    """Run a part of the bench in a process of its own that knows only the fresh database; return what it printed."""
    command = [sys.executable, "-m", "bench.ingest_run", part]
    return subprocess.run(command, env=_environment(sockets), stdout=subprocess.PIPE, text=True, check=True).stdout


def _show(seen: list[Figures]) -> None:
    print(f"\n{'rows':>10}{'ingest s':>10}{'rows/s':>9}{'COPY s':>9}{'rows/s':>9}{'ratio':>7}", end="")
    print(f"{'first/s':>9}{'last/s':>9}{'last/first':>11}")
    for one in seen:
        print(f"{one['rows']:10,}{one['ingest']:10.1f}{_rate(one):9,.0f}", end="")
        print(f"{one['copy']:9.1f}{one['rows'] / one['copy']:9,.0f}{_ratio(one):7.2f}", end="")
        print(f"{one['first']:9,.0f}{one['last']:9,.0f}{one['last'] / one['first']:11.0%}")
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in seen[-1]["stages"].items())
    print(f"{seen[-1]['rows']:,} rows by stage: {stages}", flush=True)


def _rate(one: Figures) -> float:
    return float(one["rows"] / one["ingest"])


def _ratio(one: Figures) -> float:
    return float(one["ingest"] / one["copy"])


def _judge(seen: list[Figures]) -> int:
    floors = {f"within 3x of COPY at {one['rows']:,}": _ratio(one) <= 3 for one in seen}
    for one in seen:
        if one["rows"] >= MILLION:
            floors[f">= 2,500 rows/s at {one['rows']:,}"] = _rate(one) >= 2_500
            floors["last 100,000 at >= 80 % of the first"] = one["last"] >= 0.8 * one["first"]
    for floor, met in floors.items():
        print(f"{'met   ' if met else 'MISSED'} {floor}")
    return 0 if all(floors.values()) else 1


if __name__ == "__main__":
    sys.exit(main(*(int(argument.replace(",", "").replace("_", "")) for argument in sys.argv[1:])))
