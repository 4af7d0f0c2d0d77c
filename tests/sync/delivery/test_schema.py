"""What the database refuses of deliveries, whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from mdm.kernel.constraints import violated
from sync.delivery.models import Delivery, DeliveryAttempt
from tests.sync.delivery.scene import Scene


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "LOST"}, "delivery_state_listed"),
        ({"state": "SENDING"}, "delivery_sending_has_lease"),
        ({"lease_until": "2026-01-01T00:00:00Z"}, "delivery_sending_has_lease"),
        ({"state": "DEAD"}, "delivery_dead_has_cause"),
        ({"state": "CONFIRMED"}, "delivery_confirmed_has_time"),
        ({"state": "HELD"}, "delivery_held_has_reason"),
        ({"state": "SUPERSEDED"}, "delivery_superseded_by_another"),
        ({"next_attempt_at": None}, "delivery_pending_has_time"),
        ({"cause": "WHIM"}, "delivery_cause_listed"),
        ({"operation": "DROP"}, "delivery_operation_listed"),
        ({"push_number": 0}, "delivery_counts_in_range"),
    ],
)
def test_a_delivery_that_makes_no_sense_is_refused(scene: Scene, changes: dict[str, Any], constraint: str) -> None:
    delivery = scene.pending()

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(**changes)

    assert violated(refused.value) == constraint
    delivery.refresh_from_db()
    assert delivery.state == "PENDING"


def test_the_same_delivery_is_never_queued_twice(scene: Scene) -> None:
    delivery = scene.pending()

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        scene.copy(delivery)

    assert violated(refused.value) == "delivery_unique"
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("other", ["SENDING", "UNKNOWN", "ACCEPTED"])
def test_a_lane_has_one_delivery_in_flight(scene: Scene, other: str) -> None:
    sending = scene.sending()
    second = scene.copy(sending, push_number=2)
    lease = {"lease_until": sending.lease_until, "fence": 2} if other == "SENDING" else {}

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Delivery.objects.filter(pk=second.pk).update(state=other, **lease)

    assert violated(refused.value) == "delivery_one_in_flight_per_lane"
    second.refresh_from_db()
    assert second.state == "PENDING"


def test_nothing_is_queued_that_was_never_released(scene: Scene) -> None:
    candidate = scene.candidate()

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        scene.pending(golden=candidate)

    assert violated(refused.value) == "delivery_golden_was_active"
    assert not Delivery.objects.exists()


def test_an_attempt_tells_its_outcome_once(scene: Scene) -> None:
    attempt = scene.attempt(scene.sending())
    attempts = DeliveryAttempt.objects.filter(pk=attempt.pk)
    attempts.update(outcome="APPLIED", ended_at=attempt.started_at, response="200")

    for changes in ({"outcome": "RETRY"}, {"outcome": None}, {"response": "500"}, {"number": 7}):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            attempts.update(**changes)
        assert violated(refused.value) == "delivery_attempt_told_once"

    attempts.update(response="", request="")
    assert attempts.get().outcome == "APPLIED"


def test_an_attempt_is_never_removed(scene: Scene) -> None:
    attempt = scene.attempt(scene.sending())

    with pytest.raises(Exception, match=r"append_only|permission denied|history"), transaction.atomic():
        DeliveryAttempt.objects.filter(pk=attempt.pk).delete()

    assert DeliveryAttempt.objects.filter(pk=attempt.pk).exists()


def test_a_fence_is_never_given_twice(scene: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('delivery_fence'), nextval('delivery_fence')")
        first, second = cursor.fetchone()

    assert second > first
