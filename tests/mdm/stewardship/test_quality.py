"""How good proposals are, against a truth that is known; and the demo as it is loaded and matched."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from mdm.accounts.queries import machine_actor
from mdm.kernel.errors import NotAllowed
from mdm.matching.models import MatchRun
from mdm.stewardship.models import ReviewTask
from mdm.stewardship.queries import quality
from mdm.stewardship.queries.quality import TruthRow, demo_quality, proposal_quality, read_truth
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import company, match, publish_matching, steward

STUTTGART = ("Industriestrasse", "12", "70173", "Stuttgart")


def test_precision_and_recall_count_pairs(world: World) -> None:
    publish_matching()
    for number in ("1", "2", "3"):
        world.say("SAP", number, values=company("Müller & Söhne GmbH", address=STUTTGART, vat="DE129273398"))
    world.say("SHOP", "C-4", values=company("Ferrum Antriebe AG"))
    match(world)
    truth = [
        TruthRow("SAP", "customer", "0000000001", "A", ""),
        TruthRow("SAP", "customer", "2", "A", ""),
        TruthRow("SAP", "customer", "3", "B", "twin"),
        TruthRow("SHOP", "customer", "C-4", "A", "moved"),
        TruthRow("CRM", "account", "001700000000001AAA", "A", ""),
    ]

    found = proposal_quality(actor=world.engineer, domain="party", truth=truth)

    assert (found.records, found.entities, found.proposed, found.right) == (4, 2, 3, 1)
    assert (found.true_pairs, found.linked, found.found) == (3, 0, 1)
    assert (round(found.precision, 3), round(found.recall, 3)) == (0.333, 0.333)
    assert [(one.trap, one.true_pairs, one.found, one.wrong) for one in found.by_trap] == [
        ("moved", 2, 0, 0),
        ("twin", 0, 0, 2),
    ]


def test_who_may_not_view_the_domain_is_told_nothing(world: World) -> None:
    with pytest.raises(NotAllowed):
        proposal_quality(actor=steward("view", domain="material"), domain="party", truth=[])


def test_identifiers_that_mean_two_things_are_left_out_of_the_truth(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(
        "system,type,id,entity,trap,delivery\nSAP,customer,1,A,,first\nSAP,customer,2,A,reused_id,first\n"
        "SAP,customer,2,B,reused_id,later\nSAP,customer,3,C,moved,first\nSAP,customer,3,C,moved,later\n"
    )

    assert [row.id for row in read_truth(path)] == ["1", "3", "3"]
    assert read_truth(tmp_path / "none.csv") == []


def test_without_the_demo_the_command_says_what_to_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="load_demo"):
        call_command("demo_quality")
    monkeypatch.setattr(quality, "DEMO_TRUTH", Path("nowhere.csv"))
    assert demo_quality(actor=world.engineer) is None


def test_the_demo_proposes_what_is_one_and_little_else(transactional_db: None) -> None:
    call_command("load_demo", stdout=StringIO())
    call_command("match", domain="party", wait=True, stdout=StringIO())
    out = StringIO()

    call_command("demo_quality", stdout=out)
    call_command("match", domain="party", wait=True, stdout=StringIO())

    print(out.getvalue())
    found = demo_quality(actor=machine_actor())
    assert found is not None
    assert found.records > 1_400
    assert found.precision >= 0.9
    assert found.recall >= 0.9
    assert "Precision" in out.getvalue()
    assert MatchRun.objects.filter(status="DONE").count() >= 2
    assert set(ReviewTask.objects.filter(status="OPEN").values_list("reason", flat=True)) >= {"THRESHOLD", "BROKEN"}
