"""What a target's users change is found, told with its cause, and healed, proposed or let be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from mdm.events.models import AuditEvent
from mdm.jobs.models import Job
from mdm.jobs.operations.run_next import run_next
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.records.models import GoldenRecord
from mdm.stewardship.models import ChangeRequest, ChangeRequestItem
from sync.connectors.memory.store import Record
from sync.delivery.models import Delivery
from sync.reconciliation.models import ChangeCursor, DriftFinding, ReconciliationRun
from sync.reconciliation.operations.judge_drift import heal_drift, ignore_drift, propose_drift
from sync.reconciliation.operations.reconcile import reconcile
from sync.reconciliation.queries.drift import drift_lines, visible_drift
from tests.mdm.records.world import build_world
from tests.sync.delivery.scene import CONTENT, Scene, build_scene, switch_on

WITH_COUNTRY: dict[str, Any] = {
    **CONTENT,
    "value_maps": {"country": {"DE": "Deutschland", "AT": "Österreich"}},
    "fields": [
        *CONTENT["fields"],
        {"target": "land", "from": "addresses[main].country", "values": "country", "omit_empty": True},
    ],
}


@pytest.fixture
def scene(db: None) -> Scene:
    built = build_scene(build_world(), content=WITH_COUNTRY)
    switch_on()
    return built


def delivered(scene: Scene) -> GoldenRecord:
    golden = scene.active("Alpha", **{"addresses[main].city": "Kiel", "addresses[main].country": "DE"})
    scene.queue(golden)
    scene.deliver()
    return golden


def there(scene: Scene, golden: GoldenRecord) -> Record:
    found = scene.target.store.by_reference("party", golden.code)
    assert found is not None
    return found


def edit(scene: Scene, golden: GoldenRecord, **fields: Any) -> None:
    record = there(scene, golden)
    scene.target.store.change("EDITED", record, fields=dict(record.fields) | fields)


def compared(scene: Scene, kind: str = "SCAN") -> ReconciliationRun:
    run = reconcile(system="ERP", object="party", kind=kind, actor=scene.machine)
    while run_next():
        pass
    run.refresh_from_db()
    return run


def found() -> list[tuple[str, str, str, str]]:
    findings = DriftFinding.objects.order_by("pk")
    return list(findings.values_list("target_field", "path", "cause", "status"))


@pytest.mark.parametrize("kind", ["SCAN", "CHANGES"])
def test_an_edit_in_the_target_is_found_with_the_three_values(scene: Scene, kind: str) -> None:
    golden = delivered(scene)
    compared(scene, kind)
    edit(scene, golden, city="Bonn")

    run = compared(scene, kind)

    assert (run.status, run.counts) == ("DONE", {"found": 1, "gone": 0})
    finding = DriftFinding.objects.get()
    assert (finding.cause, finding.path) == ("EDITED_IN_TARGET", "addresses[main].city")
    assert finding.found == {"confirmed": "Kiel", "target": "Bonn", "golden": "Kiel"}
    (line,) = drift_lines(actor=scene.world.engineer, findings=list(visible_drift(actor=scene.world.engineer)))
    assert (line.confirmed, line.target, line.golden) == ("Kiel", "Bonn", "Kiel")
    assert AuditEvent.objects.filter(type="reconciliation.finished").count() == 2


def test_what_did_not_change_is_not_found_and_a_second_look_finds_nothing_new(scene: Scene) -> None:
    golden = delivered(scene)
    assert compared(scene).counts == {"found": 0, "gone": 0}
    edit(scene, golden, city="Bonn")

    counts = [compared(scene).counts, compared(scene).counts]

    assert counts == [{"found": 1, "gone": 0}, {"found": 0, "gone": 0}]
    assert len(found()) == 1


def test_an_edit_that_was_taken_back_is_gone(scene: Scene) -> None:
    golden = delivered(scene)
    edit(scene, golden, city="Bonn")
    compared(scene)

    edit(scene, golden, city="Kiel")
    run = compared(scene)

    assert run.counts == {"found": 0, "gone": 1}
    assert [status for *_, status in found()] == ["GONE"]


def test_a_record_deleted_in_the_target_is_found_and_made_anew_only_by_a_person(scene: Scene) -> None:
    golden = delivered(scene)
    scene.target.store.change("DELETED", there(scene, golden), deleted=1)

    compared(scene)
    assert found() == [("", "", "DELETED_IN_TARGET", "OPEN")]
    assert scene.records() == {}
    heal_drift(finding=DriftFinding.objects.get().pk, actor=scene.machine)
    for _ in range(4):
        scene.deliver()
        scene.hurry()

    assert list(scene.records()) == [golden.code]


def test_a_released_record_that_never_arrived_is_missing(scene: Scene) -> None:
    golden = scene.active()

    compared(scene)

    assert found() == [("", "", "MISSING", "OPEN")]
    heal_drift(finding=DriftFinding.objects.get().pk, actor=scene.machine)
    scene.deliver()
    assert list(scene.records()) == [golden.code]


def test_what_is_on_its_way_is_no_drift(scene: Scene) -> None:
    golden = delivered(scene)
    edit(scene, golden, fax="1", city="Bonn")
    scene.queue(scene.move(golden, "Ulm"))
    scene.queue(scene.active())

    compared(scene)

    assert found() == []


def test_a_record_newer_here_and_changed_there_is_told_as_both(scene: Scene) -> None:
    golden = delivered(scene)
    edit(scene, golden, city="Bonn", land="Österreich")
    scene.move(golden, "Ulm")

    compared(scene)

    assert found() == [
        ("city", "addresses[main].city", "BOTH", "OPEN"),
        ("land", "addresses[main].country", "EDITED_IN_TARGET", "OPEN"),
    ]


def test_healing_sends_over_what_was_edited_and_closes_every_difference_of_the_record(scene: Scene) -> None:
    golden = delivered(scene)
    edit(scene, golden, city="Bonn", land="Österreich")
    compared(scene)

    healed = heal_drift(finding=DriftFinding.objects.all()[0].pk, actor=scene.machine, reason="ours")
    for _ in range(3):
        scene.deliver()
        scene.hurry()

    assert healed == 2
    assert {status for *_, status in found()} == {"HEALED"}
    delivery = Delivery.objects.latest("queued_at")
    assert (delivery.cause, delivery.push_number, delivery.state) == ("HEAL", 2, "CONFIRMED")
    assert scene.records()[golden.code]["city"] == "Kiel"
    assert compared(scene).counts == {"found": 0, "gone": 0}


def test_the_targets_value_is_taken_as_a_proposal_in_our_words(scene: Scene) -> None:
    golden = delivered(scene)
    edit(scene, golden, land="Österreich")
    compared(scene)
    finding = DriftFinding.objects.get()

    request = propose_drift(finding=finding.pk, actor=scene.world.engineer, reason="they know better")

    item = ChangeRequestItem.objects.get(request=request)
    assert (request.origin, item.golden, item.path, item.value) == (
        f"drift:{finding.pk}", golden, "addresses[main].country", "AT",
    )  # fmt: skip
    assert [status for *_, status in found()] == ["PROPOSED"]
    with pytest.raises(Conflict):
        propose_drift(finding=finding.pk, actor=scene.world.engineer, reason="again")


def test_what_no_value_of_ours_would_make_cannot_be_proposed(scene: Scene) -> None:
    golden = delivered(scene)
    edit(scene, golden, land="Atlantis")
    compared(scene)

    with pytest.raises(Invalid):
        propose_drift(finding=DriftFinding.objects.get().pk, actor=scene.world.engineer, reason="?")

    assert not ChangeRequest.objects.exists()
    assert [status for *_, status in found()] == ["OPEN"]


def test_an_ignored_difference_comes_back_when_its_time_is_over(scene: Scene) -> None:
    golden = delivered(scene)
    edit(scene, golden, city="Bonn")
    compared(scene)
    finding = DriftFinding.objects.get()

    ignore_drift(finding=finding.pk, until=database_now() + dt.timedelta(days=1), actor=scene.machine)
    compared(scene)
    assert [status for *_, status in found()] == ["IGNORED"]
    DriftFinding.objects.update(ignore_until="2020-01-01T00:00Z")
    compared(scene)
    assert [status for *_, status in found()] == ["OPEN"]


def test_a_target_that_forgot_how_far_we_were_is_compared_whole(scene: Scene) -> None:
    golden = delivered(scene)
    compared(scene, "CHANGES")
    edit(scene, golden, city="Bonn")
    scene.target.store.set("forgotten_changes", 1_000)
    before = ChangeCursor.objects.get().cursor

    run = compared(scene, "CHANGES")

    assert (run.status, run.counts["found"]) == ("DONE", 1)
    assert ChangeCursor.objects.get().cursor != before


def test_a_target_that_cannot_be_read_is_not_compared(db: None) -> None:
    scene = build_scene(build_world(), connector_class="N")

    with pytest.raises(Conflict):
        reconcile(system="ERP", object="party", kind="SCAN", actor=scene.machine)

    assert not ReconciliationRun.objects.exists()


def test_a_refused_sign_in_ends_the_comparison_with_its_cause(scene: Scene) -> None:
    delivered(scene)
    scene.misbehave("status", status=401, on="read", times=0)

    run = compared(scene)

    assert run.status == "FAILED" and run.job is not None
    assert "Mend it first" in Job.objects.get(pk=run.job.pk).error


def test_one_comparison_at_a_time(scene: Scene) -> None:
    reconcile(system="ERP", object="party", kind="SCAN", actor=scene.machine)

    with pytest.raises(Conflict):
        reconcile(system="ERP", object="party", kind="SCAN", actor=scene.machine)

    assert ReconciliationRun.objects.count() == 1


def test_rights_are_asked_for(scene: Scene) -> None:
    golden = delivered(scene)
    edit(scene, golden, city="Bonn")
    compared(scene)
    finding, stranger = DriftFinding.objects.get().pk, scene.world.stranger

    for act in (
        lambda: reconcile(system="ERP", object="party", kind="SCAN", actor=stranger),
        lambda: heal_drift(finding=finding, actor=stranger),
        lambda: ignore_drift(finding=finding, until=database_now() + dt.timedelta(days=1), actor=stranger),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotFound):
        propose_drift(finding=finding, actor=stranger, reason="x")
    with pytest.raises(NotFound):
        heal_drift(finding=0, actor=scene.machine)
    assert [status for *_, status in found()] == ["OPEN"]
