"""The pages about sending, in both themes, from a narrow phone to a wide desk: accessible, calm, without a fault."""

from __future__ import annotations

import pytest
from pytest_django import DjangoDbBlocker

from mdm.accounts.models import Actor
from mdm.kernel.clock import database_now
from sync.delivery.models import Delivery, DeliveryAttempt
from sync.flows.models import Flow
from sync.reconciliation.models import DriftFinding, ReconciliationRun
from sync.targets.models import TargetRecord
from tests.browser.conftest import Visit
from tests.mdm.web.scene import Scene
from tests.sync.delivery.scene import Scene as Sending
from tests.sync.delivery.scene import build_scene, switch_on


@pytest.fixture(scope="module")
def paths(scene: Scene, django_db_blocker: DjangoDbBlocker) -> list[str]:
    """Every page, with a delivery in each of the states that people meet."""
    with django_db_blocker.unblock():
        sending = build_scene(scene.world)
        switch_on()
        refused = _refused(sending)
        drifted = _drifted(_deliver(sending), scene.engineer)
        sending.pending(attempt_count=2, error_code="503", error_message="The target is busy.")
        sending.pending(state="HELD", hold_reason="decision", next_attempt_at=None, hold_until=database_now())
        Flow.objects.filter(pk="hub-erp").update(expected_within=60, created_at="2026-01-01T00:00:00Z")
    return [
        "/sync",
        "/sync/connections/ERP",
        "/sync/deliveries",
        f"/sync/deliveries?open={refused.pk}",
        f"/sync/deliveries/{refused.pk}",
        "/sync/deliveries?group=done&system=ERP&code=XX",
        "/sync/dead-letters",
        "/sync/flows",
        "/sync/flows/hub-erp",
        "/sync/drift",
        f"/sync/drift/{drifted.pk}",
    ]


def _drifted(delivered: TargetRecord, engineer: Actor) -> DriftFinding:
    """A comparison found that somebody renamed the record in the target."""
    now = database_now()
    run = ReconciliationRun.objects.create(
        connection=delivered.connection, object="party", kind="SCAN", status="DONE", requested_by=engineer,
        started_at=now, finished_at=now,
    )  # fmt: skip
    return DriftFinding.objects.create(
        connection=delivered.connection, object="party", golden=delivered.golden, target_key="42", target_field="name",
        path="name", cause="EDITED_IN_TARGET", run=run, found_at=now,
        found={"confirmed": "Alpha", "target": "Alpha Holding", "golden": "Alpha"},
    )  # fmt: skip


def _refused(sending: Sending) -> Delivery:
    message = "BillingCountry: bad value for restricted picklist field: Deutschland"
    refused = sending.pending(
        state="REJECTED", error_code="INVALID_PICKLIST", error_message=message, cause_key="c" * 64, attempt_count=1,
        field_errors=[{"target_field": "BillingCountry", "golden_path": "addresses[main].country", "message": message}],
        next_attempt_at=None,
    )  # fmt: skip
    attempt = sending.attempt(refused)
    DeliveryAttempt.objects.filter(pk=attempt.pk).update(
        outcome="REJECTED", ended_at=database_now(), duration_ms=312, code="INVALID_PICKLIST", message=message,
        request='PATCH /services/data/v66.0/sobjects/Account/MDM_Id__c/BP-000017\n{"Name": "Nord Stahl AG"}',
        response='400\n[{"errorCode": "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "fields": ["BillingCountry"]}]',
    )  # fmt: skip
    return refused


def _deliver(sending: Sending) -> TargetRecord:
    now = database_now()
    done = sending.pending(state="CONFIRMED", confirmed_at=now, next_attempt_at=None, attempt_count=1)
    return TargetRecord.objects.create(
        connection=sending.connection, object="party", golden=done.golden, target_key="42",
        confirmed_version=done.version, confirmed_hash="0" * 64, confirmed_fields={"name": "Alpha"}, confirmed_at=now,
    )  # fmt: skip


def test_pages_about_sending_are_accessible_calm_and_narrow_enough(visit: Visit, paths: list[str]) -> None:
    window = visit("ines@example.org")

    found = {path: window.look(path) for path in paths}

    assert {path: faults for path, faults in found.items() if faults} == {}
