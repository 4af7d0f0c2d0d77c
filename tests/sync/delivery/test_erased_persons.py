"""Erasing a person reaches what was sent of them, what was confirmed there, and what was found there."""

from __future__ import annotations

import pytest
from django.db import transaction

from mdm.events.models import AuditEvent
from mdm.kernel.clock import database_now
from mdm.records.models import GoldenRecord
from mdm.records.operations.erase import erase_values
from sync.delivery.models import Delivery, DeliveryAttempt
from sync.reconciliation.models import DriftFinding, ReconciliationRun
from sync.targets.models import TargetRecord
from tests.sync.delivery.scene import Scene


def erase(scene: Scene, golden: GoldenRecord) -> None:
    with transaction.atomic():
        erase_values(golden_code=golden.code, actor=scene.machine, reason="request 17")


@pytest.fixture
def sent(scene: Scene) -> tuple[GoldenRecord, GoldenRecord]:
    """Two records that arrived, one of them a person who asks to be forgotten."""
    anna, other = scene.active("Anna"), scene.active("Other")
    scene.queue(anna, other)
    scene.deliver()
    return anna, other


def test_attempts_and_confirmed_values_of_the_person_go_and_the_outcome_stays(
    scene: Scene, sent: tuple[GoldenRecord, GoldenRecord]
) -> None:
    anna, other = sent
    outcomes = list(DeliveryAttempt.objects.order_by("id").values_list("outcome", "payload_hash"))

    erase(scene, anna)

    attempts = DeliveryAttempt.objects.filter(delivery__golden=anna)
    assert set(attempts.values_list("request", "response", "message")) == {("", "", "")}
    assert list(DeliveryAttempt.objects.order_by("id").values_list("outcome", "payload_hash")) == outcomes
    kept = {record.golden_id: record for record in TargetRecord.objects.all()}
    assert (kept[anna.pk].confirmed_fields, kept[anna.pk].confirmed_values) == (None, None)
    assert kept[anna.pk].confirmed_hash and kept[other.pk].confirmed_values
    assert Delivery.objects.filter(golden=other, state="CONFIRMED").exists()


def test_the_words_of_a_refusal_go(scene: Scene) -> None:
    anna = scene.active("Anna")
    scene.queue(anna)
    scene.deliver()
    Delivery.objects.filter(golden=anna).update(error_message="Anna is no name", field_errors=[{"field": "name"}])

    erase(scene, anna)

    assert set(Delivery.objects.filter(golden=anna).values_list("error_message", flat=True)) == {""}
    assert not Delivery.objects.filter(golden=anna).exclude(field_errors=[]).exists()


def test_what_was_found_in_the_target_goes_and_that_it_differed_stays(
    scene: Scene, sent: tuple[GoldenRecord, GoldenRecord]
) -> None:
    anna, other = sent
    run = ReconciliationRun.objects.create(
        connection=scene.connection, object="party", kind="SCAN", status="RUNNING", requested_by=scene.machine,
        started_at=database_now(),
    )  # fmt: skip
    for golden in (anna, other):
        DriftFinding.objects.create(
            connection=scene.connection, object="party", golden=golden, target_field="name", cause="EDITED_IN_TARGET",
            run=run, found={"target": "Anne"}, found_at=database_now(),
        )  # fmt: skip

    erase(scene, anna)

    assert dict(DriftFinding.objects.values_list("golden", "found")) == {anna.pk: None, other.pk: {"target": "Anne"}}
    rows = AuditEvent.objects.get(type="values.forgotten").detail["rows"]
    assert (rows["reconciliation.findings"], rows["targets.records"]) == (1, 1)
