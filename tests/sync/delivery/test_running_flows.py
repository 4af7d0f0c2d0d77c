"""Flows in shadow, active, off and on a schedule; their filters and mappings."""

from __future__ import annotations

from typing import Any

from mdm.jobs.models import Job
from mdm.jobs.operations.run_next import run_next
from mdm.kernel.clock import database_now
from sync.delivery.models import Delivery
from sync.delivery.operations.run_flow import change_flow, publish_flow_mapping, set_flow_mode
from sync.flows.models import Flow, FlowRun
from tests.sync.delivery.scene import CONTENT, Scene

CUSTOMERS = {"role": ["customer", "supplier"]}


def held(scene: Scene) -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("queued_at", "id").values_list("state", "hold_reason"))


def set_mode(scene: Scene, mode: str) -> None:
    set_flow_mode(flow=scene.flow.pk, mode=mode, actor=scene.machine)


def run_jobs() -> None:
    while run_next():
        pass


def test_a_flow_in_shadow_shows_what_it_would_send_and_sends_nothing(scene: Scene) -> None:
    set_mode(scene, "SHADOW")
    golden = scene.active()
    scene.queue(golden)
    scene.queue(scene.move(golden, "Kiel"))

    assert scene.deliver() == 0

    assert held(scene) == [("SUPERSEDED", "shadow"), ("HELD", "shadow")]
    assert scene.records() == {}


def test_what_a_shadow_held_leaves_when_the_flow_is_active(scene: Scene) -> None:
    set_mode(scene, "SHADOW")
    golden = scene.active()
    scene.queue(golden)

    set_mode(scene, "ACTIVE")
    scene.deliver()

    assert list(scene.records()) == [golden.code]


def test_back_in_shadow_what_waits_is_held(scene: Scene) -> None:
    scene.queue(scene.active())

    set_mode(scene, "SHADOW")

    assert held(scene) == [("HELD", "shadow")]
    assert scene.deliver() == 0


def test_a_flow_that_is_off_drops_what_waits_and_queues_it_again_when_it_is_on(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)

    set_mode(scene, "OFF")
    assert held(scene) == [("CANCELLED", "")]
    scene.queue(golden)
    assert Delivery.objects.count() == 1

    set_mode(scene, "ACTIVE")
    run_jobs()
    scene.deliver()
    assert [state for state, _ in held(scene)] == ["CANCELLED", "CONFIRMED"]


def test_activating_a_flow_queues_every_released_record_that_it_accepts(scene: Scene) -> None:
    set_mode(scene, "OFF")
    change_flow(flow=scene.flow.pk, changes={"record_filter": CUSTOMERS}, actor=scene.machine)
    customer = scene.active(**{"roles[customer].active": True})
    scene.active(**{"roles[prospect].active": True})
    scene.candidate(**{"roles[customer].active": True})

    set_mode(scene, "ACTIVE")
    run_jobs()

    assert list(Delivery.objects.values_list("golden", flat=True)) == [customer.pk]
    job = Job.objects.get(kind="fan-out")
    assert (job.status, job.counts) == ("DONE", {"queued": 1})


def test_a_prospect_never_reaches_the_erp_and_a_former_customer_waits_no_longer(scene: Scene) -> None:
    change_flow(flow=scene.flow.pk, changes={"record_filter": CUSTOMERS}, actor=scene.machine)
    golden = scene.active(**{"roles[prospect].active": True})
    scene.queue(golden)
    assert not Delivery.objects.exists()

    sap = scene.ids_of(golden, "SAP")[0]
    for active, state in ((True, "PENDING"), (False, "CANCELLED")):
        scene.world.say("SAP", sap, values={"roles[customer].active": active})
        golden.refresh_from_db()
        scene.queue(golden)
        assert scene.last().state == state
    assert scene.deliver() == 0


def test_a_new_mapping_delivers_again_what_it_makes_otherwise(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    scene.deliver()
    fields: list[Any] = [*CONTENT["fields"], {"target": "kind", "constant": "firm"}]

    publish_flow_mapping(flow=scene.flow.pk, content={**CONTENT, "fields": fields}, actor=scene.machine)
    run_jobs()
    scene.deliver()

    assert list(Delivery.objects.order_by("queued_at").values_list("cause", "state")) == [
        ("VERSION", "CONFIRMED"),
        ("MAPPING", "CONFIRMED"),
    ]
    assert scene.records()[golden.code]["kind"] == "firm"


def test_a_delivery_keeps_the_mapping_it_was_queued_with(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    fields: list[Any] = [*CONTENT["fields"], {"target": "kind", "constant": "firm"}]
    publish_flow_mapping(flow=scene.flow.pk, content={**CONTENT, "fields": fields}, actor=scene.machine)

    scene.deliver()

    assert "kind" not in scene.records()[golden.code]


def test_a_flow_with_a_schedule_sends_when_it_fires(scene: Scene) -> None:
    change_flow(flow=scene.flow.pk, changes={"schedule": "* * * * *"}, actor=scene.machine)
    scene.queue(scene.active())
    assert held(scene) == [("HELD", "schedule")]
    assert scene.deliver() == 0

    Flow.objects.update(created_at="2020-01-01T00:00Z", scheduled_from="2020-01-01T00:00Z")
    scene.sweep()
    scene.sweep()
    scene.deliver()

    run = FlowRun.objects.get()
    assert (run.status, run.counts) == ("DONE", {"released": 1})
    assert run.fire_at <= database_now() and run.missed > 0
    assert held(scene) == [("CONFIRMED", "")]


def test_without_its_schedule_a_flow_sends_at_once(scene: Scene) -> None:
    change_flow(flow=scene.flow.pk, changes={"schedule": "0 0 1 1 *"}, actor=scene.machine)
    scene.queue(scene.active())

    change_flow(flow=scene.flow.pk, changes={"schedule": ""}, actor=scene.machine)

    assert scene.deliver() == 1
