"""A registered world with a programmable ERP, a flow to it, and golden records to send along."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from unittest import mock
from uuid import uuid4

from django.db import connection as database
from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.governance.operations.add_id_type import add_id_type
from mdm.governance.operations.register_system import register_system
from mdm.kernel.clock import database_now
from mdm.records.models import CrosswalkEntry, GoldenRecord
from mdm.records.operations.activate import activate
from sync.connectors.memory.faults import Rule
from sync.connectors.memory.local import target_named
from sync.connectors.memory.target import Target
from sync.delivery.models import Delivery, DeliveryAttempt
from sync.delivery.operations import fan_out as outbox
from sync.delivery.operations.claim import claim
from sync.delivery.operations.fan_out import queue_for
from sync.delivery.operations.send import Errand, send
from sync.delivery.operations.sweep import sweep
from sync.delivery.preparing import forget_schemas
from sync.delivery.wanted import Change
from sync.flows.models import Flow
from sync.flows.operations.add_flow import add_flow
from sync.flows.operations.publish_mapping import publish_mapping
from sync.flows.operations.set_mode import set_mode
from sync.targets.connectors import connector_of
from sync.targets.models import Connection, TargetRecord
from sync.targets.operations.add_connection import add_connection
from sync.targets.operations.switch_sending import switch_connection, switch_installation
from tests import seeds
from tests.mdm.records.world import World, build_world, standing_world

NUMBERS = count(1)
CONTENT: dict[str, Any] = {
    "format": 1,
    "fields": [
        {"target": "code", "golden": "code"},
        {"target": "name", "from": "name", "required": True},
        {"target": "city", "from": "addresses[main].city", "omit_empty": True},
    ],
}
WITH_IDS = {**CONTENT, "fields": [*CONTENT["fields"], {"target": "erp_id", "id": {"system": "ERP", "type": "party"}}]}


@dataclass
class Scene:
    world: World
    machine: Actor
    connection: Connection
    flow: Flow
    target: Target
    codes: list[str] = field(default_factory=list)

    def candidate(self, name: str = "Alpha", /, **values: Any) -> GoldenRecord:
        number = next(NUMBERS)
        self.world.say("SAP", str(number), values={"name": f"{name} {number}"} | values)
        return self.world.golden_of("SAP", str(number))

    def active(self, name: str = "Alpha", /, **values: Any) -> GoldenRecord:
        golden = self.candidate(name, **values)
        release(golden, self.world)
        golden.refresh_from_db()
        return golden

    def move(self, golden: GoldenRecord, city: str) -> GoldenRecord:
        """Its SAP record says another city."""
        entries = CrosswalkEntry.objects.select_related("external_id").order_by("external_id__value")
        entry = entries.filter(golden=golden, ended_at__isnull=True, external_id__id_type__system="SAP")[0]
        self.world.say("SAP", entry.external_id.value, values={"addresses[main].city": city})
        golden.refresh_from_db()
        return golden

    def queue(self, *goldens: GoldenRecord, change: Change | None = None) -> None:
        """The fan-out looks at these golden records."""
        queue_for([golden.pk for golden in goldens], {g.pk: change for g in goldens} if change else None)

    def deliver(self, *, system: str = "ERP", rounds: int = 20, limit: int = 10) -> int:
        """Make what is due, one after another; returns how many calls went as far as the target."""
        made = 0
        for _ in range(rounds):
            claimed = claim(system=system, limit=limit)
            if not claimed:
                break
            made += sum(send(claimed=[one], errand=self.errand(system)) for one in claimed)
        return made

    def errand(self, system: str = "ERP") -> Errand:
        connector = connector_of(Connection.objects.get(pk=system))
        return Errand(system, connector, self.machine, lambda patience: True)

    def hurry(self) -> None:
        """What waits for a later time is due now."""
        Delivery.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=database_now())
        Connection.objects.exclude(breaker="CLOSED").update(open_until=database_now())

    def sweep(self) -> None:
        sweep(actor=self.machine)

    def misbehave(self, action: str, **more: Any) -> None:
        self.target.program(Rule(action, **more))

    def states(self, golden: GoldenRecord | None = None) -> list[tuple[int, str]]:
        """Version and state of each delivery, oldest first."""
        deliveries = Delivery.objects.order_by("queued_at", "id")
        if golden is not None:
            deliveries = deliveries.filter(golden=golden)
        return list(deliveries.values_list("version", "state"))

    def last(self, golden: GoldenRecord | None = None) -> Delivery:
        deliveries = Delivery.objects.order_by("queued_at", "id")
        found = (deliveries.filter(golden=golden) if golden else deliveries).last()
        assert found is not None
        return found

    def attempts(self, delivery: Delivery) -> list[tuple[str, str | None]]:
        attempts = DeliveryAttempt.objects.filter(delivery=delivery).order_by("number")
        return list(attempts.values_list("step", "outcome"))

    def records(self) -> dict[str, dict[str, Any]]:
        """What the target holds, by our code."""
        found = self.target.store.after("party", 0, 1000)
        assert len({record.reference for record in found}) == len(found), "a record is there twice"
        return {str(record.reference): dict(record.fields) for record in found}

    def kept(self, golden: GoldenRecord) -> TargetRecord:
        return TargetRecord.objects.get(golden=golden, connection="ERP")

    def ids_of(self, golden: GoldenRecord, system: str = "ERP") -> list[str]:
        entries = CrosswalkEntry.objects.filter(
            golden=golden, ended_at__isnull=True, external_id__id_type__system=system
        )
        return list(entries.values_list("external_id__value", flat=True))

    def pending(self, golden: GoldenRecord | None = None, **changes: Any) -> Delivery:
        """A row as the queue writes it."""
        golden = golden or self.active()
        now = database_now()
        given = {
            "id": uuid4(),
            "connection": self.connection,
            "flow": self.flow,
            "object": self.flow.object,
            "golden": golden,
            "version": golden.version_number,
            "crosswalk_revision": golden.crosswalk_revision,
            "operation": "UPSERT",
            "mapping": self.flow.mapping,
            "state": "PENDING",
            "cause": "VERSION",
            "queued_at": now,
            "since": now,
            "next_attempt_at": now,
        }
        return Delivery.objects.create(**given | changes)

    def copy(self, delivery: Delivery, **changes: Any) -> Delivery:
        return self.pending(delivery.golden, **changes)

    def sending(self) -> Delivery:
        return self.pending(state="SENDING", lease_until=database_now(), fence=1)

    def attempt(self, delivery: Delivery) -> DeliveryAttempt:
        return DeliveryAttempt.objects.create(
            delivery=delivery, number=1, step="PUSH", fence=delivery.fence or 0, started_at=database_now()
        )


def build_scene(
    world: World, *, kind: str = "memory", url: str = "", object: str = "party", content: Any = None, **options: Any
) -> Scene:
    """The ERP may be sent to once the installation sends; its own id is kept in the crosswalk."""
    name = f"erp-{uuid4().hex[:8]}"
    _register_erp()
    connection = connect("ERP", url or f"memory://{name}", kind=kind, **options)
    flow = flow_to("ERP", "hub-erp", object=object, content=content)
    forget_schemas()
    return Scene(world, machine_actor(), connection, flow, target_named(name))


def kept_scene() -> Scene:
    """What `build_scene` makes of the registered world, as it was kept when the database was made."""
    seeds.put("sending")
    name = f"erp-{uuid4().hex[:8]}"
    Connection.objects.filter(pk="ERP").update(base_url=f"memory://{name}")
    forget_schemas()
    connection = Connection.objects.get(pk="ERP")
    return Scene(standing_world(), machine_actor(), connection, _flow("hub-erp"), target_named(name))


def register_sending_world() -> None:
    """The registered world with an ERP as most tests want it."""
    build_world()
    _register_erp()
    connect("ERP", "memory://erp")
    flow_to("ERP", "hub-erp")


def _register_erp() -> None:
    machine = machine_actor()
    register_system(code="ERP", label="The ERP", actor=machine)
    add_id_type(system="ERP", domain="party", name="party", canonicaliser="plain", is_default=True, actor=machine)


def switch_on() -> None:
    """Nothing is held back by the installation."""
    switch_installation(sending=True, actor=machine_actor())


def connect(
    system: str,
    url: str,
    *,
    kind: str = "memory",
    connector_class: str = "U",
    options: Any = None,
    secrets: Any = None,
    **more: Any,
) -> Connection:
    """A connection that may be sent to; what is neither a limit nor named is an option of the programmable target."""
    machine = machine_actor()
    limits = {name: more.pop(name) for name in ("rate_per_second", "slots", "daily_budget") if name in more}
    of_memory = {"class": connector_class} | {key: str(value) for key, value in more.items()}
    add_connection(
        system=system, kind=kind, label=system, base_url=url, allow_private=True, limits={"slots": 50} | limits,
        options=options or of_memory, secrets=secrets, actor=machine,
    )  # fmt: skip
    switch_connection(system=system, sending=True, actor=machine)
    return Connection.objects.get(pk=system)


def flow_to(
    system: str, code: str, *, content: Any = None, mode: str = "ACTIVE", object: str = "party", **settings: Any
) -> Flow:
    machine = machine_actor()
    add_flow(
        code=code, label="To the ERP" if system == "ERP" else code, source="HUB", target=system, domain="party",
        actor=machine, settings={"object": object} | settings,
    )  # fmt: skip
    with transaction.atomic():
        publish_mapping(flow=code, content=content or CONTENT, actor=machine)
        set_mode(code=code, mode=mode, actor=machine)
    return _flow(code)


def _flow(code: str) -> Flow:
    return Flow.objects.select_related("mapping").get(pk=code)


def read_outbox() -> int:
    """Everything in the outbox is fanned out; returns how many deliveries that made.

    What was told is read once no older transaction runs; those of tests in other databases do not count here.
    """
    queued, over_at = 0, time.monotonic() + 60
    with mock.patch.object(outbox, "_UNREAD", UNREAD_HERE):
        while True:
            queued += outbox.fan_out().queued
            with database.cursor() as cursor:
                cursor.execute(_UNREAD)
                if not cursor.fetchone()[0]:
                    return queued
            assert time.monotonic() < over_at, "an older transaction does not end"
            time.sleep(0.02)


_OLDEST = """(SELECT coalesce(min(backend_xid::text::xid8), pg_snapshot_xmax(pg_current_snapshot()))
    FROM pg_stat_activity WHERE datname = current_database())"""
UNREAD_HERE = outbox._UNREAD.replace("pg_snapshot_xmin(pg_current_snapshot())", _OLDEST)
_UNREAD = """
SELECT EXISTS (SELECT FROM events_outboxmessage m, delivery_fanoutcursor k
               WHERE (m.xid, m.id) > (k.xid::text::xid8, k.message) AND m.type = 'golden.changed')
"""


@transaction.atomic
def release(golden: GoldenRecord, world: World) -> None:
    """The golden record is ACTIVE, as its release leaves it."""
    activate(goldens=[golden.pk], actor=world.engineer, reason="test")


def expire_leases() -> None:
    """Every worker has been silent for longer than its lease."""
    with database.cursor() as cursor:
        cursor.execute("UPDATE delivery_delivery SET lease_until = '2020-01-01T00:00Z' WHERE state = 'SENDING'")
