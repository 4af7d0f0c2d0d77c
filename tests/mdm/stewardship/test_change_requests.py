"""Change requests: one person proposes, another approves; what systems propose goes the same way."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.records.models import Finding, GoldenRecord
from mdm.records.operations.erase import erase_values
from mdm.records.queries.rebuild import deviations
from mdm.stewardship.models import ChangeRequest, ChangeRequestItem
from mdm.stewardship.operations.decide_change_request import (
    approve_change_request,
    reject_change_request,
    withdraw_change_request,
)
from mdm.stewardship.operations.request_proposed_values import request_proposed_values
from mdm.stewardship.operations.submit_change_request import submit_change_request
from tests.mdm.records.world import World


def _person(name: str, *actions: str, domain: str = "party") -> Actor:
    actor = create_actor(
        kind="person", name=name, email=f"{name.lower()}@requests.example", password=None, actor=machine_actor()
    )
    for action in actions:
        grant(subject=actor, domain=domain, action=action, actor=machine_actor())
    return actor


@pytest.fixture
def requester(world: World) -> Actor:
    return _person("Rita", "view", "propose", "approve")


@pytest.fixture
def approver(world: World) -> Actor:
    return _person("Alan", "view", "approve")


@pytest.fixture
def golden(world: World) -> GoldenRecord:
    world.say("SAP", "1", values={"name": "Nord Stahl AG", "industry": "Steel"})
    return world.golden_of("SAP", "1")


def _ask(golden: GoldenRecord, actor: Actor, **values: Any) -> ChangeRequest:
    return submit_change_request(
        golden_code=golden.code, values=values or {"industry": "Shipbuilding"}, reason="By contract", actor=actor
    )


def test_a_request_changes_nothing_until_another_person_approves_it(
    world: World, golden: GoldenRecord, requester: Actor, approver: Actor
) -> None:
    request = _ask(golden, requester)
    before = world.values_of(golden)["industry"]

    approve_change_request(request=request.pk, actor=approver)

    assert before == "Steel"
    assert world.values_of(golden)["industry"] == "Shipbuilding"
    assert ChangeRequest.objects.get(pk=request.pk).decided_by == approver
    assert deviations("party") == []


def test_the_requester_never_approves_whatever_rights_they_have(golden: GoldenRecord, requester: Actor) -> None:
    request = _ask(golden, requester)

    with pytest.raises(NotAllowed, match="own request"):
        approve_change_request(request=request.pk, actor=requester)

    assert ChangeRequest.objects.get(pk=request.pk).status == "SUBMITTED"


def test_a_rejection_needs_a_reason_and_leaves_the_record(
    world: World, golden: GoldenRecord, requester: Actor, approver: Actor
) -> None:
    request = _ask(golden, requester)

    with pytest.raises(Invalid, match="needs a reason"):
        reject_change_request(request=request.pk, actor=approver, note=" ")
    reject_change_request(request=request.pk, actor=approver, note="The contract says otherwise")

    assert ChangeRequest.objects.get(pk=request.pk).status == "REJECTED"
    assert world.values_of(golden)["industry"] == "Steel"


def test_only_the_requester_withdraws(golden: GoldenRecord, requester: Actor, approver: Actor) -> None:
    request = _ask(golden, requester)

    with pytest.raises(NotAllowed):
        withdraw_change_request(request=request.pk, actor=approver)
    withdraw_change_request(request=request.pk, actor=requester)

    assert ChangeRequest.objects.get(pk=request.pk).status == "WITHDRAWN"


def test_a_decided_request_is_not_decided_again(golden: GoldenRecord, requester: Actor, approver: Actor) -> None:
    request = _ask(golden, requester)
    approve_change_request(request=request.pk, actor=approver)

    with pytest.raises(Conflict, match="approved already"):
        reject_change_request(request=request.pk, actor=approver, note="Too late")

    assert ChangeRequest.objects.get(pk=request.pk).status == "APPROVED"


def test_two_open_requests_never_touch_the_same_value(golden: GoldenRecord, requester: Actor) -> None:
    _ask(golden, requester)

    with pytest.raises(Conflict, match="Another open change request"), transaction.atomic():
        _ask(golden, requester, industry="Steel trade")
    other = _ask(golden, requester, language="de")

    assert ChangeRequest.objects.filter(status="SUBMITTED").count() == 2
    assert other.items.get().path == "language"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"nonsense": "x"}, "nonsense"), ({"birth_date": "yesterday"}, "birth_date"), ({}, "values")],
)
def test_what_no_attribute_takes_is_refused_before_anything_waits(
    golden: GoldenRecord, requester: Actor, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        submit_change_request(golden_code=golden.code, values=values, reason="Why not", actor=requester)

    assert refused.value.field == field
    assert not ChangeRequest.objects.exists()


def test_who_may_not_view_the_domain_finds_no_record_and_no_request(golden: GoldenRecord, requester: Actor) -> None:
    stranger = _person("Max", "view", "propose", "approve", domain="material")
    request = _ask(golden, requester)

    with pytest.raises(NotFound):
        submit_change_request(golden_code=golden.code, values={"industry": "x"}, reason="y", actor=stranger)
    with pytest.raises(NotFound):
        approve_change_request(request=request.pk, actor=stranger)

    assert ChangeRequest.objects.get().status == "SUBMITTED"


@pytest.fixture
def proposed(world: World, golden: GoldenRecord) -> Finding:
    """The shop, which may only propose, says another industry than it did."""
    world.say("SHOP", "C-1", values={"name": "Hafen Handel", "industry": "Trade"})
    world.say("SHOP", "C-1", values={"name": "Hafen Handel", "industry": "Import and export"})
    return Finding.objects.get(kind="PROPOSED", status="OPEN")


def test_what_a_system_proposes_waits_as_a_request_and_counts_once_approved(
    world: World, proposed: Finding, approver: Actor
) -> None:
    shop = world.golden_of("SHOP", "C-1")
    assert request_proposed_values() == 1
    assert request_proposed_values() == 0
    request = ChangeRequest.objects.get()
    before = world.values_of(shop)["industry"]

    approve_change_request(request=request.pk, actor=approver)

    assert (before, world.values_of(shop)["industry"]) == ("Trade", "Import and export")
    assert Finding.objects.get(pk=proposed.pk).status == "CLOSED"
    assert deviations("party") == []
    assert (
        world.say("SHOP", "C-1", values={"name": "Hafen Handel", "industry": "Import and export"}).status == "unchanged"
    )


def test_a_proposal_that_is_rejected_is_answered_and_does_not_come_back(
    world: World, proposed: Finding, approver: Actor
) -> None:
    request_proposed_values()
    request = ChangeRequest.objects.get()

    reject_change_request(request=request.pk, actor=approver, note="The register says Trade")

    assert world.values_of(world.golden_of("SHOP", "C-1"))["industry"] == "Trade"
    assert Finding.objects.get(pk=proposed.pk).status == "CLOSED"
    assert request_proposed_values() == 0


def test_a_proposal_that_its_system_took_back_is_withdrawn(world: World, proposed: Finding, approver: Actor) -> None:
    request_proposed_values()
    request = ChangeRequest.objects.get()
    world.say("SHOP", "C-1", values={"name": "Hafen Handel", "industry": "Wholesale"})

    with pytest.raises(Conflict), transaction.atomic():
        approve_change_request(request=request.pk, actor=approver)
    request_proposed_values()

    assert ChangeRequest.objects.get(pk=request.pk).status == "WITHDRAWN"
    assert world.values_of(world.golden_of("SHOP", "C-1"))["industry"] == "Trade"


def test_approve_and_reject_at_the_same_moment_leave_one_decision(committed_world: World) -> None:
    committed_world.say("SAP", "1", values={"name": "Nord Stahl AG", "industry": "Steel"})
    golden = committed_world.golden_of("SAP", "1")
    requester = _person("Rita", "view", "propose")
    one, other = (_person(name, "view", "approve") for name in ("Ada", "Ben"))
    request = _ask(golden, requester)
    start, endings = threading.Barrier(2), []

    def act(kind: str) -> None:
        start.wait(10)
        try:
            if kind == "approve":
                approve_change_request(request=request.pk, actor=one)
            else:
                reject_change_request(request=request.pk, actor=other, note="No")
            endings.append(kind)
        except Conflict:
            endings.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[kind]) for kind in ("approve", "reject")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    status = ChangeRequest.objects.get(pk=request.pk).status
    assert endings.count("conflict") == 1
    assert {"approve": "APPROVED", "reject": "REJECTED"}[min(endings, key="conflict".__eq__)] == status
    expected = "Shipbuilding" if status == "APPROVED" else "Steel"
    assert committed_world.values_of(golden)["industry"] == expected


def test_erasing_the_record_ends_what_waits_for_it_and_forgets_what_was_proposed(
    world: World, golden: GoldenRecord, requester: Actor, approver: Actor
) -> None:
    decided, waiting = _ask(golden, requester), _ask(golden, requester, name="Nord Stahl SE")
    reject_change_request(request=decided.pk, actor=approver, note="No")
    world.say("SAP", "2", values={"name": "Other"})
    others = _ask(world.golden_of("SAP", "2"), requester)

    erase_values(golden_code=golden.code, actor=world.engineer, reason="request 17")

    states = dict(ChangeRequest.objects.values_list("pk", "status"))
    assert states == {decided.pk: "REJECTED", waiting.pk: "WITHDRAWN", others.pk: "SUBMITTED"}
    values = dict(ChangeRequestItem.objects.values_list("request", "value"))
    assert values == {decided.pk: None, waiting.pk: None, others.pk: "Shipbuilding"}
    with pytest.raises(Conflict):
        approve_change_request(request=waiting.pk, actor=approver)


def test_an_erasure_gives_way_to_somebody_who_is_deciding(committed_world: World) -> None:
    world = committed_world
    world.say("SAP", "1", values={"name": "Nord Stahl AG"})
    golden = world.golden_of("SAP", "1")
    _ask(golden, _person("Rita", "view", "propose"))
    held, go_on = threading.Event(), threading.Event()

    def decide() -> None:
        with transaction.atomic():
            list(ChangeRequest.objects.select_for_update())
            held.set()
            go_on.wait(30)
        connection.close()

    deciding = threading.Thread(target=decide)
    deciding.start()
    held.wait(30)
    with pytest.raises(Conflict), transaction.atomic():
        erase_values(golden_code=golden.code, actor=world.engineer, reason="request 17")
    go_on.set()
    deciding.join()

    assert world.values_of(golden)["name"] == "Nord Stahl AG"
