"""The review queue and change requests over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from mdm.kernel.clock import database_now
from mdm.stewardship.models import ChangeRequest, ReviewTask, TaskMember
from tests.mdm.api.caller import Caller
from tests.mdm.records.test_crosswalk_queries import golden
from tests.mdm.records.world import World


def task(world: World, number: int) -> ReviewTask:
    now = database_now()
    made = ReviewTask.objects.create(
        domain_id="party",
        reason="THRESHOLD",
        status="OPEN",
        score=float(number),
        rank=float(number),
        value_at_stake=number,
        member_count=1,
        systems=["SAP"],
        why="name alike",
        opened_at=now,
        changed_at=now,
    )
    TaskMember.objects.create(task=made, golden=golden(world, "SAP", str(number)), open=True)
    return made


def draft(world: World, **changes: Any) -> dict[str, Any]:
    body = {"golden": golden(world, "SAP", "1").code, "values": {"industry": "Steel"}, "reason": "Seen on site."}
    return body | changes


def test_tasks_come_page_by_page_and_tell_no_value(world: World, caller: Caller) -> None:
    first, second = task(world, 1), task(world, 2)

    page = caller.get("tasks", {"q": "domain:party", "limit": "1"})
    rest = caller.client.get(page.json()["next"])

    (shown,) = page.json()["items"]
    assert (shown["id"], shown["golden"], shown["why"]) == (second.pk, [golden(world, "SAP", "2").code], "name alike")
    assert page["Link"].endswith('rel="next"')
    assert [one["id"] for one in rest.json()["items"]] == [first.pk]
    assert rest.json()["next"] is None
    assert "name" not in shown and "best_name" not in shown


@pytest.mark.parametrize(
    ("query", "parameter"),
    [({"q": "score:high"}, "q"), ({"cursor": "zzz"}, "cursor"), ({"limit": "0"}, "limit"), ({"page": "2"}, "page")],
)
def test_a_wrong_parameter_is_named(caller: Caller, query: dict[str, str], parameter: str) -> None:
    response = caller.get("tasks", query)

    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == parameter


def test_of_other_domains_no_task_is_told(world: World) -> None:
    task(world, 1)

    assert Caller("view:material").get("tasks").json() == {"items": [], "next": None}


def test_a_change_request_waits_for_another_person(world: World) -> None:
    caller = Caller("view:party", "propose:party")

    answer = caller.post("change-requests", draft(world))

    made = ChangeRequest.objects.get()
    assert answer.status_code == 200
    assert answer.json()["id"] == made.pk
    assert (answer.json()["status"], answer.json()["paths"]) == ("SUBMITTED", ["industry"])
    assert (made.requested_by, made.reason) == (caller.key.actor, "Seen on site.")


def test_a_repeated_change_request_is_made_once(world: World) -> None:
    caller, body = Caller("view:party", "propose:party"), draft(world)

    first = caller.post("change-requests", body, Idempotency_Key="abc-1")
    again = caller.post("change-requests", body, Idempotency_Key="abc-1")

    assert again.json() == first.json()
    assert ChangeRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"values": {"shoe_size": "44"}}, 422),
        ({"values": {}}, 422),
        ({"values": "x"}, 422),
        ({"reason": ""}, 422),
        ({"golden": "BP-999999"}, 404),
        ({"golden": 7}, 422),
        ({"more": 1}, 422),
    ],
)
def test_a_change_request_that_cannot_be_is_refused(world: World, changes: dict[str, Any], status: int) -> None:
    answer = Caller("view:party", "propose:party").post("change-requests", draft(world, **changes))

    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not ChangeRequest.objects.exists()


def test_who_may_not_propose_is_refused(world: World) -> None:
    assert Caller("view:party").post("change-requests", draft(world)).status_code == 403


def test_two_requests_about_one_value_conflict(world: World) -> None:
    caller = Caller("view:party", "propose:party")
    caller.post("change-requests", draft(world))

    assert caller.post("change-requests", draft(world)).status_code == 409
    assert ChangeRequest.objects.count() == 1
