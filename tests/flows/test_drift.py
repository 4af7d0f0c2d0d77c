"""An edit made in a real Tryton, from the comparison on the drift page to what a person does about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from mdm.jobs.operations.run_next import run_next
from mdm.stewardship.models import ChangeRequest
from sync.reconciliation.models import DriftFinding
from tests.erp import LiveErp, erp
from tests.flows.story import Story, delivering, released_pair, tell, wait_until
from tests.mdm.records.world import build_world
from tests.mdm.stewardship.desk import steward
from tests.mdm.web.reading import text_of
from tests.tools.salesforce_stand_in import salesforce_stand_in

__all__ = ["erp"]


@pytest.fixture
def story(transactional_db: None, erp: LiveErp, tmp_path: Path) -> Iterator[Story]:
    with salesforce_stand_in(tmp_path / "crm.sqlite") as crm, delivering():
        yield tell(build_world(), erp, crm, hold_seconds=0)


def _compare(pages: Client) -> None:
    """Press the button, and let the job run to its end."""
    answer = pages.post("/sync/drift/compare/TRYTON", {"object": "party.party", "reason": "Look"})
    assert answer.status_code == 302 and re.match(r"/jobs/[0-9a-f-]+$", answer["Location"])
    while run_next():
        pass


def test_edits_in_tryton_are_found_and_one_is_healed_one_proposed_and_one_let_be(story: Story) -> None:
    sap, other = released_pair(story)
    pages = Client(headers={"host": "localhost"})
    pages.force_login(steward("view", "propose", "operate", "reveal", name="Ola Operator"))
    ((ours, name),), ((theirs, _),) = story.parties(sap), story.parties(other)
    ((address,),) = story.erp.rows("SELECT id FROM party_address WHERE party = ?", ours)
    story.erp.admin.call("model.party.party.write", [ours], {"name": "Renamed AG"})
    story.erp.admin.call("model.party.party.write", [theirs], {"name": "Kontor Neckar KG"})

    _compare(pages)
    told = text_of(pages.get("/sync/drift"))
    assert "2 differences" in told and told.count("Edited in the target Kontor") == 1
    assert f"Edited in the target {name} Renamed AG {name} Open" in told

    mine, yours = (DriftFinding.objects.get(golden=golden) for golden in (sap, other))
    pages.post(f"/sync/drift/{mine.pk}/heal", {"reason": "Ours is right"})
    pages.post(f"/sync/drift/{yours.pk}/propose", {"reason": "They have seen the register"})
    wait_until(lambda: story.parties(sap) == [(ours, name)])
    request = ChangeRequest.objects.get(origin=f"drift:{yours.pk}")
    assert "Kontor Neckar KG" in text_of(pages.get(f"/requests/{request.pk}"))
    assert f"Change request {request.pk}" in text_of(pages.get(f"/sync/drift/{yours.pk}"))
    story.await_settled(sap)

    story.erp.admin.call("model.party.address.write", [address], {"city": "Esslingen"})
    _compare(pages)
    moved = DriftFinding.objects.get(golden=sap, status="OPEN")
    until = timezone.localdate() + timedelta(days=7)
    pages.post(f"/sync/drift/{moved.pk}/ignore", {"until": until.isoformat(), "reason": "They are moving"})
    _compare(pages)

    moved.refresh_from_db()
    assert moved.found is not None and moved.ignore_until is not None
    assert (moved.path, moved.found["target"]) == ("addresses[main].city", "Esslingen")
    assert (moved.status, timezone.localtime(moved.ignore_until).date()) == ("IGNORED", until + timedelta(days=1))
    assert story.erp.rows("SELECT city FROM party_address WHERE id = ?", address) == [("Esslingen",)]
