"""The crosswalk over HTTP at a million entries: requests per second and latency, beside an empty view.

    python -m bench.crosswalk [entries] [seconds]

The server runs as in production, the key is checked on every request, and the client shares the cores. Everything is
measured in short rounds, one after the other, and shares are taken within a round, so that what else the machine does
falls on all alike. Data is kept in `var/bench` (TOUCHSTONE_VAR) for the next run.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("TOUCHSTONE_VAR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))
os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

import django

from bench.http_load import Measured, ask, get, measure, post

CONNECTIONS = 8
ROUNDS = 9
SAMPLE = 5_000


def main(entries: int = 1_000_000, seconds: float = 2.0) -> int:
    """Load what is missing, measure, print the table, and say whether every floor is met."""
    from config import embedded, programs

    embedded.ensure()
    django.setup()
    _migrate()
    from bench.crosswalk_data import load

    took = load(entries)
    print(f"{entries:,} entries" + (f" loaded in {took:.0f} s" if took else " as loaded before"))
    key = _key()
    port = _free_port()
    server = subprocess.Popen(programs.web("127.0.0.1", port), stdout=subprocess.DEVNULL)
    try:
        _wait(port, key)
        return _report(port, key, entries, seconds)
    finally:
        server.terminate()
        server.wait(30)
        embedded.stop_if_unused()


def _report(port: int, key: str, entries: int, seconds: float) -> int:
    chance = random.Random(7)
    single = [get(f"/api/v1/crosswalk/{path}", key) for path in _paths(entries, chance, SAMPLE)]
    batch = [post("/api/v1/crosswalk/resolve", key, _batch(entries, chance)) for _ in range(20)]
    _check(port, key, entries, chance)
    plans = {
        "empty view": ([get("/api/v1/bench/bare", key)], CONNECTIONS),
        "empty view, key checked": ([get("/api/v1/bench/with-key", key)], CONNECTIONS),
        "one identifier": (single, CONNECTIONS),
        "1,000 identifiers, 1 connection": (batch, 1),
        f"1,000 identifiers, {CONNECTIONS} connections": (batch, CONNECTIONS),
    }
    seen: dict[str, list[Measured]] = {name: [] for name in plans}
    print(f"load before: {os.getloadavg()[0]:.1f}")
    for _ in range(ROUNDS):
        for name, (requests, connections) in plans.items():
            seen[name].append(measure(port, requests, connections=connections, seconds=seconds))
    typical = {name: sorted(runs, key=lambda run: run.rate)[ROUNDS // 2] for name, runs in seen.items()}
    print(f"\n{'':36}{'requests/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'failed':>8}")
    for name, run in typical.items():
        print(f"{name:36}{run.rate:12,.0f}{run.p50:9.1f}{run.p95:9.1f}{run.p99:9.1f}{run.failed:8}")
    print(f"\nload after: {os.getloadavg()[0]:.1f}")
    return _judge(seen, typical)


def _judge(seen: dict[str, list[Measured]], typical: dict[str, Measured]) -> int:
    bare, keyed, ones, *_ = seen.values()
    *_, one, batch, _ = typical.values()
    share, without = _share(ones, keyed), _share(ones, bare)
    print(f"one identifier: {share:.0%} of the empty view with its key checked, {without:.0%} without")
    floors = {
        ">= 60 % of the empty view": share >= 0.6,
        ">= 700 requests/s": one.rate >= 700,
        "p95 <= 30 ms": one.p95 <= 30,
        "1,000 identifiers p95 <= 100 ms": batch.p95 <= 100,
        "nothing failed": not any(run.failed for runs in seen.values() for run in runs),
    }
    for floor, met in floors.items():
        print(f"{'met   ' if met else 'MISSED'} {floor}")
    return 0 if all(floors.values()) else 1


def _share(some: list[Measured], whole: list[Measured]) -> float:
    """The median over the rounds, each of which saw both."""
    return median(one.rate / other.rate for one, other in zip(some, whole, strict=True))


def _paths(entries: int, chance: random.Random, count: int) -> list[str]:
    return [f"{system}/{value}" for system, value, _ in _questions(entries, chance, count)]


def _batch(entries: int, chance: random.Random) -> bytes:
    items = [{"system": system, "id": value} for system, value, _ in _questions(entries, chance, 1_000)]
    return json.dumps({"items": items}).encode()


def _questions(entries: int, chance: random.Random, count: int) -> list[tuple[str, str, str]]:
    """Identifiers in the spellings of their systems, spread over all records, with the code that each leads to."""
    from bench.crosswalk_data import account

    asked = []
    for _ in range(count):
        number = chance.randrange(entries * 2 // 5)
        forms = [("SAP", f"{number + 100_000:010d}"), ("CRM", account(number)), ("HUB", f"BP-{number:06d}")]
        forms += [("SHOP", f"W-{number}")] if number % 2 else []
        system, value = chance.choice(forms)
        asked.append((system, value, f"BP-{number:06d}"))
    return asked


def _check(port: int, key: str, entries: int, chance: random.Random) -> None:
    """Both endpoints answer right before they are measured."""
    asked = _questions(entries, chance, 200)
    for system, value, code in asked:
        status, body = ask(port, get(f"/api/v1/crosswalk/{system}/{value}", key))
        if status != 200 or json.loads(body)["golden"]["code"] != code:
            raise SystemExit(f"{system} {value} was answered {status} {body[:300]!r}")
    items = [{"system": system, "id": value} for system, value, _ in asked]
    status, body = ask(port, post("/api/v1/crosswalk/resolve", key, json.dumps({"items": items}).encode()))
    codes = [item["golden"]["code"] for item in json.loads(body)["items"]]
    if status != 200 or codes != [code for *_, code in asked]:
        raise SystemExit(f"the batch was answered {status} {body[:300]!r}")


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", database="owner", verbosity=0)


def _key() -> str:
    from mdm.accounts.operations.create_api_key import create_api_key
    from mdm.accounts.queries import machine_actor

    name = f"bench {time.time_ns()}"
    return create_api_key(name=name, scopes=["view:party"], actor=machine_actor())[1]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait(port: int, key: str) -> None:
    for _ in range(300):
        try:
            if ask(port, get("/api/v1/bench/with-key", key))[0] == 200:
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.1)
    raise SystemExit("The server did not answer in 30 seconds.")


if __name__ == "__main__":
    sys.exit(main(*(int(argument.replace(",", "").replace("_", "")) for argument in sys.argv[1:3])))
