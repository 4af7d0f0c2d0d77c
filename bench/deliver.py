"""Deliveries to a target that takes 30 ms a call: how many a second, how soon after an approval, how evenly.

    python -m bench.deliver [golden records]          by default 1,200

A fresh database with released golden records, and for every figure a programmable target in a process of its own, which
notes when each call arrives: rates are counted there. Beside each round of deliveries a bare loop posts the same
documents, in as many processes over as many connections, so that what else the machine does falls on both. Data stays
under `var/bench`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles

os.environ.setdefault("TOUCHSTONE_VAR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

DATABASE = "bench_deliver"
THREADS, ROUNDS, APPROVALS = 16, 5, 120
RATE, WORKERS, PACED_SECONDS = 50, 4, 25
SLOTS_PER_THREAD = 8
"""What waits to be begun or settled holds a slot too: the connection is not to be the limit here."""
WARM_SECONDS = 6
"""Dispatchers have connected by then; what they do before counts nowhere."""
Line = tuple[str, str, str, bool]


def main(goldens: int = 1_200) -> int:
    """Measure, print the table, and say whether every bar is met."""
    from config import embedded

    embedded.ensure()
    try:
        _fresh_database()
        import django

        django.setup()
        from bench.deliver_data import lay

        lay(max(goldens, RATE * PACED_SECONDS))
        lines = [*_throughput(goldens), *_approvals(), *_pace()]
    finally:
        embedded.stop_if_unused()
    print(f"\n{'':52}{'measured':>24}  bar")
    for what, measured, bar, met in lines:
        print(f"{what:52}{measured:>24}  {bar:16}{'met' if met else 'MISSED'}")
    print(f"load at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0 if all(met for *_, met in lines) else 1


def _throughput(goldens: int) -> Iterator[Line]:
    for processes in (1, 2):
        bare, ours = [], []
        for number in range(ROUNDS):
            bare.append(_rate(_posted(processes, goldens)))
            ours.append(_rate(_delivered(f"T{processes}{number}", goldens, processes, THREADS)))
            print(f"{processes} process(es): bare {bare[-1]:.0f}/s, delivered {ours[-1]:.0f}/s", flush=True)
        share = median(one / other for one, other in zip(ours, bare, strict=True))
        name = f"deliveries/s, {processes} process(es) x {THREADS} threads"
        yield name, f"{median(ours):.0f}", ">= 300", median(ours) >= 300
        yield f"  beside a bare loop's {median(bare):.0f}/s", f"{share:.0%}", ">= 60 %", share >= 0.6


def _posted(processes: int, count: int) -> Sequence[float]:
    from bench.deliver_data import arrivals, target

    with target() as (url, store), ExitStack() as running:
        command = [sys.executable, "-m", "bench.bare_posts", url, str(count // processes), str(THREADS)]
        for number in range(processes):
            running.enter_context(_process([*command, str(number)]))
        return arrivals(store, count // processes * processes)


def _delivered(system: str, count: int, processes: int, threads: int, rate: float | None = None) -> Sequence[float]:
    """A backlog for the system, and dispatchers that are ready before it may leave."""
    from bench.deliver_data import arrivals, connect, put_away, queue, switch, target

    with target() as (url, store), ExitStack() as running:
        connect(system, url, slots=processes * threads * SLOTS_PER_THREAD, rate=rate)
        queue(system, count)
        for _ in range(processes):
            running.enter_context(_process([sys.executable, "manage.py", "dispatch", "--threads", str(threads)]))
        time.sleep(WARM_SECONDS)
        switch(system, True)
        try:
            return arrivals(store, count)
        finally:
            put_away(system)


def _approvals() -> Iterator[Line]:
    from bench.deliver_data import approve_one, connect, put_away, queue, switch, target, wait_confirmed

    waits = []
    with target() as (url, _), _process([sys.executable, "manage.py", "dispatch"]):
        connect("SOON", url, slots=THREADS * SLOTS_PER_THREAD)
        queue("SOON", APPROVALS)
        switch("SOON", True)
        wait_confirmed("SOON", APPROVALS)
        for number in range(APPROVALS):
            waits.append(approve_one("SOON", number))
        put_away("SOON")
    cut = quantiles(waits, n=20)
    told = f"{median(waits) * 1000:.0f} / {cut[18] * 1000:.0f} / {max(waits) * 1000:.0f} ms"
    yield f"approved to confirmed, {APPROVALS} times: p50 / p95 / max", told, "p95 <= 1 s", cut[18] <= 1


def _pace() -> Iterator[Line]:
    at = _delivered("PACED", RATE * PACED_SECONDS, WORKERS, 4, rate=RATE)
    lasting = [moment for moment in at if moment <= at[0] + PACED_SECONDS - 2]
    share = _rate(lasting) / RATE
    yield f"limit {RATE}/s, {WORKERS} workers: most in any 1 s", str(_busiest(at, 1)), "<= 55", _busiest(at, 1) <= 55
    yield "  most in any 10 s", str(_busiest(at, 10)), "<= 505", _busiest(at, 10) <= 505
    yield "  of the limit while the backlog lasts", f"{share:.1%}", ">= 98 %", share >= 0.98


def _rate(at: Sequence[float]) -> float:
    return (len(at) - 1) / (at[-1] - at[0])


def _busiest(at: Sequence[float], seconds: float) -> int:
    """The most calls in any window of so many seconds."""
    first = most = 0
    for last, moment in enumerate(at):
        while at[first] <= moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def _fresh_database() -> None:
    """From here on this process and its children know only a database that was just made."""
    import psycopg

    from config import environment
    from config.embedded import places

    sockets = str(places.socket_dir(environment.var_dir()))
    with psycopg.connect(host=sockets, user="touchstone", dbname="postgres", autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        owner.execute(f"CREATE DATABASE {DATABASE}")
    os.environ |= {
        "DATABASE_URL": f"postgresql://touchstone_app@/{DATABASE}?host={sockets}",
        "DATABASE_OWNER_URL": f"postgresql://touchstone@/{DATABASE}?host={sockets}",
        "TOUCHSTONE_SECRET_KEY": "bench",
    }
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(migrate, env=os.environ | {"TOUCHSTONE_ROLE": "owner"}, check=True)


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


if __name__ == "__main__":
    sys.exit(main(*(int(argument.replace(",", "").replace("_", "")) for argument in sys.argv[1:2])))
