"""What the database itself refuses about tasks and change requests, tried by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from mdm.accounts.models import Actor
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import violated
from mdm.records.models import GoldenRecord
from mdm.stewardship.models import ChangeRequest, ChangeRequestItem, ReviewTask, SavedView, TaskMember
from tests.mdm.records.world import World

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def refused(model: type[Model], **fields: Any) -> str:
    """Try to add the row; return the name of the constraint that refused it."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        model._default_manager.create(**fields)
    return violated(caught.value)


def task_fields(**fields: Any) -> dict[str, Any]:
    now = database_now()
    return {
        "domain_id": "party",
        "reason": "THRESHOLD",
        "status": "OPEN",
        "score": 7.5,
        "member_count": 2,
        "why": "name equal",
        "opened_at": now,
        "changed_at": now,
    } | fields


def request_of(world: World, **fields: Any) -> ChangeRequest:
    return ChangeRequest.objects.create(
        **{
            "domain_id": "party",
            "kind": "EDIT",
            "status": "SUBMITTED",
            "requested_by": world.engineer,
            "created_at": database_now(),
        }
        | fields
    )


@pytest.fixture
def golden(world: World) -> GoldenRecord:
    world.say("SAP", "1", values={"name": "Nord Stahl AG"})
    return world.golden_of("SAP", "1")


def test_a_golden_record_is_in_one_open_task_at_most(golden: GoldenRecord) -> None:
    closed, first, second = (
        ReviewTask.objects.create(**task_fields(status="DONE", closed_at=database_now())),
        ReviewTask.objects.create(**task_fields()),
        ReviewTask.objects.create(**task_fields()),
    )
    TaskMember.objects.create(task=closed, golden=golden, open=False)
    TaskMember.objects.create(task=first, golden=golden, open=True)

    assert refused(TaskMember, task=second, golden=golden, open=True) == "task_member_one_open_task"


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "MAYBE", "closed_at": MOMENT}, "review_task_status_known"),
        ({"reason": "WHIM"}, "review_task_reason_known"),
        ({"status": "DONE"}, "review_task_closed_has_time"),
        ({"score": float("nan")}, "review_task_score_finite"),
        ({"score": float("inf")}, "review_task_score_finite"),
        ({"status": "WAITING"}, "review_task_waiting_was_asked"),
        ({"member_count": 0}, "review_task_has_members"),
    ],
)
def test_a_task_that_cannot_be_is_refused(world: World, fields: dict[str, Any], constraint: str) -> None:
    assert refused(ReviewTask, **task_fields(**fields)) == constraint


@pytest.mark.parametrize(
    ("open_path", "path", "overlaps"),
    [
        ("name", "name", True),
        ("*", "name", True),
        ("name", "*", True),
        ("*", "*", True),
        ("name", "email", False),
        ("addresses[billing].city", "addresses[billing].street", False),
    ],
)
def test_scopes_of_open_requests_never_overlap(
    world: World, golden: GoldenRecord, open_path: str, path: str, overlaps: bool
) -> None:
    standing, other = request_of(world), request_of(world)
    item = {"golden": golden, "base_version": 1, "open": True}
    ChangeRequestItem.objects.create(request=standing, path=open_path, **item)

    if overlaps:
        assert refused(ChangeRequestItem, request=other, path=path, **item) == "change_request_scopes_never_overlap"
    else:
        assert ChangeRequestItem.objects.create(request=other, path=path, **item).pk


def test_scopes_of_requests_that_ended_are_free_again(world: World, golden: GoldenRecord) -> None:
    ended, fresh = request_of(world), request_of(world)
    ChangeRequestItem.objects.create(request=ended, golden=golden, path="*", open=False)

    assert ChangeRequestItem.objects.create(request=fresh, golden=golden, path="name", open=True).pk


def test_who_asked_never_decides(world: World) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        request_of(world, status="APPROVED", decided_by=world.engineer, decided_at=database_now())

    assert violated(caught.value) == "change_request_decided_by_another"


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "MAYBE", "decided_at": MOMENT}, "change_request_status_known"),
        ({"kind": "WHIM"}, "change_request_kind_known"),
        ({"status": "APPROVED"}, "change_request_decided_has_decider"),
        ({"status": "WITHDRAWN"}, "change_request_ended_has_time"),
    ],
)
def test_a_request_that_cannot_be_is_refused(world: World, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        request_of(world, **fields)

    assert violated(caught.value) == constraint


def test_one_finding_makes_one_open_request(world: World) -> None:
    request_of(world, origin="finding:7", status="WITHDRAWN", decided_at=database_now())
    request_of(world, origin="finding:7")

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        request_of(world, origin="finding:7")
    assert violated(caught.value) == "change_request_one_per_origin"


@pytest.mark.parametrize("shared", [True, False])
def test_a_view_has_one_name_and_one_default_per_owner(world: World, shared: bool) -> None:
    owner: Actor | None = None if shared else world.engineer
    SavedView.objects.create(owner=owner, domain_id="party", name="Mine", is_default=True)

    same_name = refused(SavedView, owner=owner, domain_id="party", name="Mine")
    second_default = refused(SavedView, owner=owner, domain_id="party", name="Other", is_default=True)

    assert (same_name, second_default) == ("saved_view_name_unique", "saved_view_one_default")
