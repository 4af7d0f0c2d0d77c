"""The product's main job, end to end: proposed, decided, released, delivered, written back, undone. Nothing is faked
but the CRM, whose stand-in says that it is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from mdm.matching.operations.undo import undo
from tests.erp import LiveErp, erp
from tests.flows.story import (
    CRM_SAYS,
    SAP_SAYS,
    Story,
    decide,
    delivering,
    stage_pair,
    tell,
)
from tests.mdm.records.world import build_world
from tests.mdm.stewardship.desk import match, steward, tasks
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

    merged = decide(task, "merge", anna)
    golden = story.golden("SAP")
    story.await_settled(golden)

    ((party, name),) = story.parties(golden)
    (account,) = story.accounts(golden)
    assert story.counts() == (1, 1)
    assert name == SAP_SAYS["name"] == account["Name"]
    assert (account["MDM_Id__c"], account["ERP_Id__c"]) == (golden.code, str(party))
    assert story.erp_id(golden) == [str(party)]

    assert merged.decision is not None
    undo(decision_id=uuid4(), of=merged.decision, actor=anna, reason="Two firms")
    match(story.world)
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
