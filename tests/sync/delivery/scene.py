"""A registered world with one connection, one flow and golden records to send along it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import connection as database
from django.db import transaction

from mdm.governance.models import Domain, System
from mdm.governance.operations.register_system import register_system
from mdm.kernel.clock import database_now
from mdm.records.models import GoldenRecord
from mdm.records.operations.activate import activate
from sync.delivery.models import Delivery, DeliveryAttempt
from sync.flows.models import Flow, MappingVersion
from sync.targets.models import Connection
from tests.mdm.records.world import World

_NUMBERS = count(1)


@dataclass
class Scene:
    world: World
    connection: Connection
    flow: Flow

    def candidate(self, name: str = "Alpha") -> GoldenRecord:
        number = next(_NUMBERS)
        self.world.say("SAP", f"{number}", values={"name": f"{name} {number}"})
        return self.world.golden_of("SAP", f"{number}")

    def active(self, name: str = "Alpha") -> GoldenRecord:
        golden = self.candidate(name)
        release(golden, self.world)
        golden.refresh_from_db()
        return golden

    def pending(self, golden: GoldenRecord | None = None, **changes: Any) -> Delivery:
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


def build_scene(world: World) -> Scene:
    register_system(code="ERP", label="The ERP", actor=world.engineer)
    connection = Connection.objects.create(system_id="ERP", kind="memory", label="ERP", sending=True)
    flow = Flow.objects.create(
        code="hub-erp", label="To the ERP", source=System.objects.get(pk="HUB"), target_id="ERP",
        domain=Domain.objects.get(pk="party"), object="party", direction="OUT", pattern="API", mode="OFF",
    )  # fmt: skip
    flow.mapping = MappingVersion.objects.create(
        flow=flow, number=1, content={}, content_hash="0" * 64, published_by=world.engineer, published_at=database_now()
    )
    Flow.objects.filter(pk=flow.pk).update(mapping=flow.mapping, mode="ACTIVE")
    flow.refresh_from_db()
    return Scene(world, connection, flow)


@transaction.atomic
def release(golden: GoldenRecord, world: World) -> None:
    """The golden record is ACTIVE, as its release leaves it."""
    activate(goldens=[golden.pk], actor=world.engineer, reason="test")


def switch_on() -> None:
    """Nothing is held back by the installation."""
    with database.cursor() as cursor:
        cursor.execute("UPDATE targets_installation SET sending = true")
