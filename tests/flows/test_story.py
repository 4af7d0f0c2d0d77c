"""The product's main job, end to end: proposed, decided, released, delivered, written back, undone. Nothing is faked
but the CRM, whose stand-in says that it is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from mdm.stewardship.operations.undo_decision import undo_decision
from sync.delivery.models import Delivery, DeliveryAttempt
from tests.erp import LiveErp, erp
from tests.flows.story import (
    CRM_SAYS,
    SAP_SAYS,
    Story,
    decide,
    delivering,
    hold,
    proposed,
    released_pair,
    stage_pair,
    states,
    tell,
    wait_until,
)
from tests.mdm.records.world import build_world
from tests.mdm.stewardship.desk import steward, tasks
from tests.tools.salesforce_stand_in import StandIn, salesforce_stand_in

__all__ = ["erp"]


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[StandIn]:
    with salesforce_stand_in(tmp_path / "crm.sqlite") as running:
        yield running


@pytest.fixture
def story(transactional_db: None, erp: LiveErp, crm: StandIn) -> Iterator[Story]:
    with delivering():
        yield tell(build_world(), erp, crm, hold_seconds=1)


def test_a_merge_arrives_once_in_tryton_and_the_crm_and_its_undo_puts_everything_back(story: Story) -> None:
    anna, task = steward(), stage_pair(story.world)
    assert story.counts() == (0, 0), "nothing leaves before it is released"

    merged = decide(task, "merge", anna).decision
    golden = story.golden("SAP")
    story.await_settled(golden)

    ((party, name),) = story.parties(golden)
    (account,) = story.accounts(golden)
    assert story.counts() == (1, 1)
    assert name == SAP_SAYS["name"] == account["Name"]
    assert (account["MDM_Id__c"], account["ERP_Id__c"]) == (golden.code, str(party))
    assert story.erp_id(golden) == [str(party)]

    assert merged is not None
    undo_decision(decision_id=uuid4(), of=merged, actor=anna, reason="Two firms")
    (again,) = tasks()
    decide(again, "not_a_match", anna)
    sap, other = story.golden("SAP"), story.golden("CRM")
    story.await_settled(sap, other)

    assert sap != other and story.counts() == (2, 2)
    for one, said in ((sap, SAP_SAYS), (other, CRM_SAYS)):
        ((party, name),) = story.parties(one)
        (account,) = story.accounts(one)
        assert name == said["name"] == account["Name"]
        assert account["ERP_Id__c"] == str(party)


def test_two_released_records_are_merged_and_the_undo_gives_each_target_both_again(story: Story) -> None:
    anna, (sap, other) = steward(), released_pair(story)
    task = proposed(story)
    ids = {golden.code: story.parties(golden) for golden in (sap, other)}
    accounts = {golden.code: story.accounts(golden) for golden in (sap, other)}

    merged = decide(task, "merge", anna).decision
    survivor, loser = (sap, other) if story.golden("SAP") == sap else (other, sap)
    story.await_settled(survivor)
    assert story.parties(loser) == ids[loser.code], "what is in a target already is left there, and listed"
    assert sorted(story.erp_id(survivor)) == sorted(str(key) for rows in ids.values() for key, _ in rows)

    assert merged is not None
    undo_decision(decision_id=uuid4(), of=merged, actor=anna, reason="Two firms")
    story.await_settled(sap, other)

    assert story.counts() == (2, 2)
    for golden in (sap, other):
        last = Delivery.objects.filter(golden=golden, connection="TRYTON").order_by("queued_at", "id").last()
        assert last is not None and (last.cause, last.state) == ("COMPENSATION", "CONFIRMED")
        ((party, _),) = story.parties(golden)
        (account,) = story.accounts(golden)
        assert party == ids[golden.code][0][0]
        assert account["ERP_Id__c"] == str(party) == accounts[golden.code][0]["ERP_Id__c"]
        assert story.erp_id(golden) == [str(party)]


def test_a_merge_undone_within_its_hold_never_left(story: Story) -> None:
    anna, (sap, other) = steward(), released_pair(story)
    task, before = proposed(story), story.effects()
    calls = DeliveryAttempt.objects.count()
    hold(3)

    merged = decide(task, "merge", anna).decision
    held = Delivery.objects.filter(decision=merged)
    wait_until(lambda: held.filter(hold_reason="decision").count() == 2, states)
    assert merged is not None
    undo_decision(decision_id=uuid4(), of=merged, actor=anna, reason="Two firms")
    wait_until(lambda: story.settled(), states)

    assert set(held.values_list("state", flat=True)) <= {"CANCELLED", "SUPERSEDED", "HELD"}
    assert (story.effects(), DeliveryAttempt.objects.count()) == (before, calls)
    assert {story.golden("SAP"), story.golden("CRM")} == {sap, other}
