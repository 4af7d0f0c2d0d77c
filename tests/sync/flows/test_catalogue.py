from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import forget_permissions, machine_actor
from mdm.governance.operations.register_system import register_system
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from sync.flows.models import Flow, FlowRun, MappingVersion
from sync.flows.operations.add_flow import add_flow
from sync.flows.operations.fire_schedules import finish_run, fire_schedules
from sync.flows.operations.publish_mapping import publish_mapping
from sync.flows.operations.set_mode import set_mode
from sync.flows.operations.update_flow import update_flow
from sync.targets.models import Connection
from tests.mdm.records.world import World, build_world

CONTENT = {"format": 1, "fields": [{"target": "code", "golden": "code"}, {"target": "name", "from": "name"}]}


@pytest.fixture
def world(db: None) -> World:
    built = build_world()
    register_system(code="ERP", label="The ERP", actor=machine_actor())
    Connection.objects.create(system_id="ERP", kind="memory", label="ERP")
    return built


def add(world: World, code: str = "hub-erp", **changes: Any) -> Flow:
    given: dict[str, Any] = {
        "label": "Parties to the ERP", "source": "HUB", "target": "ERP", "domain": "party",
        "settings": {"object": "party"}, "actor": world.engineer,
    }  # fmt: skip
    return add_flow(code=code, **(given | changes))


def test_a_new_flow_from_the_hub_moves_nothing_until_it_has_a_mapping(world: World) -> None:
    flow = add(world)

    with pytest.raises(Conflict, match="no mapping"):
        set_mode(code=flow.pk, mode="ACTIVE", actor=world.engineer)

    flow.refresh_from_db()
    assert (flow.mode, flow.direction, flow.mapping) == ("OFF", "OUT", None)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"target": "NOWHERE"}, NotFound, "target"),
        ({"domain": "weather"}, NotFound, "domain"),
        ({"target": "HUB"}, Invalid, "target_id"),
        ({"code": "No Code"}, Invalid, "code"),
        ({"settings": {"record_filter": {"eval": 1}}}, Invalid, "record_filter"),
        ({"settings": {"schedule": "often"}}, Invalid, "schedule"),
        ({"settings": {"time_zone": "Mars"}}, Invalid, "time_zone"),
        ({"settings": {"loser_policy": "DELETE"}}, Invalid, "loser_policy"),
        ({"settings": {"attributes": ["1"]}}, Invalid, "attributes"),
        ({"settings": {"mode": "ACTIVE"}}, Invalid, "mode"),
        ({"settings": {"expected_within": 0}}, Invalid, "expected_within"),
        ({"label": " "}, Invalid, "label"),
    ],
)
def test_a_flow_that_makes_no_sense_is_refused(world: World, changes: Any, refusal: Any, field: str) -> None:
    code = changes.pop("code", "hub-erp")

    with pytest.raises(refusal) as refused:
        add(world, code, **changes)

    assert isinstance(refused.value, DomainError) and refused.value.field == field
    assert not Flow.objects.exists()


def test_mappings_are_numbered_and_the_same_content_is_no_new_one(world: World) -> None:
    flow = add(world)

    first = publish_mapping(flow=flow.pk, content=CONTENT, actor=world.engineer)
    again = publish_mapping(flow=flow.pk, content=CONTENT, actor=world.engineer)
    more = {**CONTENT, "fields": [*CONTENT["fields"], {"target": "city", "from": "addresses[main].city"}]}  # type: ignore[misc]
    second = publish_mapping(flow=flow.pk, content=more, actor=world.engineer)

    flow.refresh_from_db()
    assert (first.pk, first.number, second.number) == (again.pk, 1, 2)
    assert (flow.mapping, flow.attributes) == (second, ["addresses.city", "name"])
    with pytest.raises(Exception, match=r"history|permission denied"), transaction.atomic():
        MappingVersion.objects.filter(pk=first.pk).update(number=9)


def test_a_mapping_of_what_the_domain_does_not_have_is_refused(world: World) -> None:
    flow = add(world)
    wrong = {"format": 1, "fields": [{"target": "x", "from": "nmae"}]}

    with pytest.raises(Invalid) as refused:
        publish_mapping(flow=flow.pk, content=wrong, actor=world.engineer)

    assert refused.value.field == "fields[0].from"
    assert not MappingVersion.objects.exists()


def test_an_active_flow_may_not_close_a_loop_through_another_system(world: World) -> None:
    flow = add(world)
    publish_mapping(flow=flow.pk, content=CONTENT, actor=world.engineer)
    add(world, "erp-shop", source="ERP", target="SHOP", settings={"attributes": ["name"]})
    add(world, "shop-hub", source="SHOP", target="HUB", settings={"attributes": ["name"]})

    set_mode(code=flow.pk, mode="SHADOW", actor=world.engineer)
    with pytest.raises(Conflict, match="HUB → ERP → SHOP → HUB carries name"):
        set_mode(code=flow.pk, mode="ACTIVE", actor=world.engineer)
    assert Flow.objects.get(pk=flow.pk).mode == "SHADOW"

    set_mode(code="erp-shop", mode="OFF", actor=world.engineer)
    set_mode(code=flow.pk, mode="ACTIVE", actor=world.engineer)
    assert Flow.objects.get(pk=flow.pk).mode == "ACTIVE"


def test_what_a_target_returns_at_once_is_no_loop(world: World) -> None:
    flow = add(world, target="CRM")
    Connection.objects.create(system_id="CRM", kind="memory", label="CRM")
    publish_mapping(flow=flow.pk, content=CONTENT, actor=world.engineer)
    add(world, "crm-hub", source="CRM", target="HUB")

    set_mode(code=flow.pk, mode="ACTIVE", actor=world.engineer)

    assert Flow.objects.get(pk=flow.pk).mode == "ACTIVE"


def test_rights_are_asked_for_the_system_and_the_domain(world: World) -> None:
    stranger: Actor = world.stranger
    flow = add(world)
    grant(subject=stranger, domain="party", action="operate", scope="system:CRM", actor=machine_actor())
    forget_permissions(stranger)

    for refused in (
        lambda: add(world, "other", actor=stranger),
        lambda: update_flow(code=flow.pk, changes={"owner": "x"}, actor=stranger),
        lambda: set_mode(code=flow.pk, mode="SHADOW", actor=stranger),
        lambda: publish_mapping(flow=flow.pk, content=CONTENT, actor=stranger),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert add(world, "to-crm", target="CRM", actor=stranger).pk == "to-crm"


def test_a_schedule_fires_once_however_many_clocks_ring_and_a_catch_up_is_late(world: World) -> None:
    flow = add(world, settings={"object": "party", "schedule": "0 * * * *"})
    publish_mapping(flow=flow.pk, content=CONTENT, actor=world.engineer)
    set_mode(code=flow.pk, mode="ACTIVE", actor=world.engineer)
    hour = database_now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)

    before = fire_schedules(now=hour - dt.timedelta(seconds=1))
    on_time = fire_schedules(now=hour + dt.timedelta(seconds=5))
    again = fire_schedules(now=hour + dt.timedelta(seconds=6))
    late = fire_schedules(now=hour + dt.timedelta(hours=3, minutes=20))
    for run in [*on_time, *late]:
        finish_run(run=run, counts={"released": 0})

    assert (before, again) == ([], [])
    runs = FlowRun.objects.order_by("fire_at").values_list("fire_at", "late", "missed", "status")
    assert list(runs) == [(hour, False, 0, "DONE"), (hour + dt.timedelta(hours=3), True, 2, "DONE")]


def test_a_changed_schedule_counts_from_its_change_on(world: World) -> None:
    flow = add(world, settings={"object": "party", "schedule": "0 0 1 1 *"})
    publish_mapping(flow=flow.pk, content=CONTENT, actor=world.engineer)
    set_mode(code=flow.pk, mode="ACTIVE", actor=world.engineer)

    changed = update_flow(code=flow.pk, changes={"schedule": "* * * * *"}, actor=world.engineer)
    assert changed.scheduled_from is not None

    assert fire_schedules(now=changed.scheduled_from) == []
    (run,) = fire_schedules(now=changed.scheduled_from + dt.timedelta(minutes=1))
    assert run.missed == 0
