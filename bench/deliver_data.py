"""What `bench.deliver` delivers, and to what: the application's own operations, in a fresh database."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect as open_sqlite

from django.core.management import call_command
from django.db import transaction

from bench.ingest_run import world
from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.governance.operations.add_id_type import add_id_type
from mdm.governance.operations.register_system import register_system
from mdm.kernel.clock import database_now
from mdm.records.models import GoldenRecord
from mdm.records.operations.activate import activate
from mdm.stewardship.operations.decide_change_request import approve_change_request
from mdm.stewardship.operations.submit_change_request import submit_change_request
from sync.delivery.models import Delivery
from sync.delivery.operations.fan_out import fan_out, queue_for
from sync.delivery.queries.lanes import carrying_flows
from sync.flows.operations.add_flow import add_flow
from sync.flows.operations.publish_mapping import publish_mapping
from sync.flows.operations.set_mode import set_mode
from sync.targets.operations.add_connection import add_connection
from sync.targets.operations.switch_sending import switch_connection, switch_installation

LATENCY = 0.03
SLICE = 200
PATIENCE_SECONDS = 300
MAPPING = {
    "format": 1,
    "fields": [
        {"target": "code", "golden": "code"},
        {"target": "name", "from": "name", "required": True},
        {"target": "city", "from": "addresses[main].city"},
    ],
}


def lay(count: int) -> None:
    """So many golden records are released; nothing of them waits to be fanned out."""
    world()
    machine = machine_actor()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["customer", "name", "addresses[main].city"])
            writer.writerows([f"{number:010d}", f"Werk {number} GmbH", "Stuttgart"] for number in range(1, count + 1))
        call_command("ingest", str(path), system="SAP", domain="party", processes=2, stdout=sys.stderr)
    for part in _slices(count):
        with transaction.atomic():
            activate(goldens=part, actor=machine, reason="bench")
    while fan_out().messages:
        pass
    switch_installation(sending=True, actor=machine)


def connect(system: str, url: str, *, slots: int, rate: float | None = None) -> None:
    """A flow carries every golden record there; what leaves waits for `switch`."""
    machine = machine_actor()
    register_system(code=system, label=system, actor=machine)
    add_id_type(system=system, domain="party", name="party", canonicaliser="plain", is_default=True, actor=machine)
    limits = {"slots": slots} | ({"rate_per_second": rate} if rate else {})
    add_connection(
        system=system, kind="memory", label=system, base_url=url, allow_private=True, limits=limits, actor=machine,
        options={"class": "U"},
    )  # fmt: skip
    code = _flow(system)
    settings = {"object": "party"}
    add_flow(code=code, label=code, source="HUB", target=system, domain="party", actor=machine, settings=settings)
    with transaction.atomic():
        publish_mapping(flow=code, content=MAPPING, actor=machine)
        set_mode(code=code, mode="ACTIVE", actor=machine)


def queue(system: str, count: int) -> None:
    """A delivery of each of the first golden records waits for the system."""
    flows = carrying_flows(codes=[_flow(system)])
    for part in _slices(count):
        with transaction.atomic():
            queue_for(part, flows=flows)


def switch(system: str, on: bool) -> None:
    switch_connection(system=system, sending=on, actor=machine_actor())


def put_away(system: str) -> None:
    """Nothing is carried there any more: a figure is not to pay for those before it."""
    switch(system, False)
    with transaction.atomic():
        set_mode(code=_flow(system), mode="OFF", actor=machine_actor())


def approve_one(system: str, number: int) -> float:
    """Seconds from the approval of a changed name until the target has confirmed it, both by the database's clock."""
    asks, approves = _people()
    golden = GoldenRecord.objects.order_by("pk")[number]
    request = submit_change_request(
        golden_code=golden.code, values={"name": f"Approved {number} GmbH"}, reason="bench", actor=asks
    )
    began = database_now()
    approve_change_request(request=request.pk, actor=approves)
    confirmed = Delivery.objects.filter(
        connection=system, golden=golden, version=golden.version_number + 1, state="CONFIRMED"
    )
    _wait(confirmed.exists)
    at = confirmed.values_list("confirmed_at", flat=True)[0]
    assert at is not None
    return (at - began).total_seconds()


def wait_confirmed(system: str, count: int) -> None:
    _wait(lambda: Delivery.objects.filter(connection=system, state="CONFIRMED").count() >= count)


@contextmanager
def target() -> Iterator[tuple[str, Path]]:
    """A running target, and the file in which it notes every call."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "target.sqlite"
        command = [sys.executable, "-m", "sync.connectors.memory.server", "--db", str(store)]
        process = subprocess.Popen([*command, "--latency", str(LATENCY)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().split()[-1]}", store
        finally:
            process.kill()
            process.wait(10)
            process.stdout.close()


def arrivals(store: Path, count: int) -> Sequence[float]:
    """When each write arrived, once there are so many."""
    found: list[float] = []

    def all_there() -> bool:
        with closing(open_sqlite(store, timeout=10)) as database:
            found[:] = [at for (at,) in database.execute("SELECT at FROM call WHERE writes = 1 ORDER BY at")]
        return len(found) >= count

    _wait(all_there, 0.5)
    return found


def _people() -> tuple[Actor, Actor]:
    """One who proposes, another who approves."""
    known = list(Actor.objects.filter(name__in=("Asks", "Approves")).order_by("-name"))
    if not known:
        for name in ("Asks", "Approves"):
            person = create_actor(kind="person", name=name, email=f"{name.lower()}@example.org", actor=machine_actor())
            for action in ("view", "propose", "approve"):
                grant(subject=person, domain="party", action=action, actor=machine_actor())
            known.append(person)
    return known[0], known[1]


def _flow(system: str) -> str:
    return f"hub-{system.lower()}"


def _slices(count: int) -> Iterator[list[int]]:
    keys = list(GoldenRecord.objects.order_by("pk").values_list("pk", flat=True)[:count])
    assert len(keys) == count, len(keys)
    for start in range(0, count, SLICE):
        yield keys[start : start + SLICE]


def _wait(condition: Callable[[], bool], pause: float = 0.01) -> None:
    over = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > over:
            raise SystemExit("It does not come to an end.")
        time.sleep(pause)
