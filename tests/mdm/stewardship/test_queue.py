"""The review queue: filtered, ordered, paged, counted; only what its reader may view."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid
from mdm.records.queries.golden import MASK
from mdm.stewardship.models import ReviewTask, TaskMember
from mdm.stewardship.queries.queue import list_tasks
from mdm.stewardship.queries.shapes import QueueFilter
from mdm.stewardship.queries.tally import counts, facets
from tests.mdm.records.world import World
from tests.mdm.stewardship.many_tasks import fill_queue


def task(world: World, number: int, *names: str, **fields: Any) -> ReviewTask:
    """An open task about one golden record per name, each said by SAP."""
    now = database_now()
    names = names or (f"Nord Stahl {number}", f"Nordstahl {number}")
    values: dict[str, Any] = {
        "domain_id": "party",
        "reason": "THRESHOLD",
        "status": "OPEN",
        "score": float(number),
        "rank": float(number),
        "member_count": len(names),
        "systems": ["SAP"],
        "why": "name alike",
        "value_at_stake": Decimal(1000 - number),
        "opened_at": now - timedelta(days=number),
        "changed_at": now,
    }
    made = ReviewTask.objects.create(**values | fields)
    for position, name in enumerate(names):
        world.say("SAP", f"{number}0{position}", values={"name": name})
        golden = world.golden_of("SAP", f"{number}0{position}")
        TaskMember.objects.create(task=made, golden=golden, open=made.closed_at is None, position=position)
    return made


def ids(actor: Actor, **filter: Any) -> list[int]:
    return [row.id for row in list_tasks(actor=actor, filter=QueueFilter(**filter)).rows]


def person(*rights: tuple[str, str]) -> Actor:
    actor = create_actor(kind="person", name="Anna Kern", email="anna@example.org", actor=machine_actor())
    for action, domain in rights:
        grant(subject=actor, domain=domain, action=action, actor=machine_actor())
    return actor


def test_a_row_says_what_a_steward_needs_to_choose(world: World) -> None:
    made = task(world, 7, "Müller & Söhne GmbH", "Mueller und Soehne", conflicts=["street"], assignee=world.engineer)

    (row,) = list_tasks(actor=world.engineer, filter=QueueFilter(domain="party")).rows

    assert (row.id, row.score, row.member_count, row.best_name) == (made.pk, 7.0, 2, "Müller & Söhne GmbH")
    assert (row.why, row.conflicts, row.systems) == ("name alike", ["street"], ["SAP"])
    assert row.value_at_stake == 993
    assert row.codes == [world.golden_of("SAP", "700").code, world.golden_of("SAP", "701").code]
    assert (row.assignee, row.assigned_to_me, row.lease.holder) == ("Engineer", True, "")


@pytest.mark.parametrize(
    ("sort", "expected"), [("value", [1, 2, 3]), ("score", [3, 2, 1]), ("age", [3, 2, 1]), ("new", [1, 2, 3])]
)
def test_pages_of_every_order_hold_each_task_once(world: World, sort: str, expected: list[int]) -> None:
    made = {task(world, number).pk: number for number in (1, 2, 3)}
    filter = QueueFilter(domain="party", sort=sort)

    first = list_tasks(actor=world.engineer, filter=filter, limit=2)
    second = list_tasks(actor=world.engineer, filter=filter, limit=2, cursor=first.next)
    back = list_tasks(actor=world.engineer, filter=filter, limit=2, cursor=second.previous)

    assert [made[row.id] for row in (*first.rows, *second.rows)] == expected
    assert (first.previous, second.next) == ("", "")
    assert back.rows == first.rows


def test_tasks_of_equal_rank_are_paged_by_their_number(world: World) -> None:
    made = [task(world, number, value_at_stake=Decimal("5.50")).pk for number in (1, 2, 3)]
    filter = QueueFilter(domain="party")

    first = list_tasks(actor=world.engineer, filter=filter, limit=1)
    second = list_tasks(actor=world.engineer, filter=filter, limit=1, cursor=first.next)

    assert [first.rows[0].id, second.rows[0].id] == made[:2]


@pytest.mark.parametrize("cursor", ["x", "eyJ4Ijox", "W10", "WyJzY29yZSIsZmFsc2UsMSwxXQ"])
def test_a_damaged_page_address_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        list_tasks(actor=world.engineer, filter=QueueFilter(domain="party"), cursor=cursor)

    assert refused.value.field == "cursor"


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"reasons": ("BROKEN",)}, [2]),
        ({"systems": ("SAP", "CRM")}, [3]),
        ({"conflicts": ("tax_id",)}, [3]),
        ({"conflicts": ("any",)}, [2, 3]),
        ({"score_from": 2.0, "score_to": 2.5}, [2]),
        ({"value_from": Decimal(998)}, [1, 2]),
        ({"members_from": 3}, [4]),
        ({"older_than": timedelta(days=2, hours=12)}, [3, 4]),
        ({"younger_than": timedelta(days=2, hours=12)}, [1, 2]),
        ({"who": "me"}, [1]),
        ({"who": "engin"}, [1]),
        ({"who": "none"}, [2, 3, 4]),
        ({"text": "Ferrum Vier"}, [4]),
        ({"text": "400"}, [4]),
        ({"text": "nobody at all"}, []),
    ],
)
def test_each_filter_leaves_what_it_says(world: World, filter: dict[str, Any], expected: list[int]) -> None:
    made = {
        task(world, 1, assignee=world.engineer).pk: 1,
        task(world, 2, reason="BROKEN", conflicts=["bank"]).pk: 2,
        task(world, 3, systems=["CRM", "SAP"], conflicts=["bank", "tax_id"]).pk: 3,
        task(world, 4, "Ferrum Vier", "Ferrum IV", "Ferrum 4").pk: 4,
    }

    assert sorted(made[pk] for pk in ids(world.engineer, domain="party", **filter)) == expected


def test_states_tell_apart_what_waits_for_whom(world: World) -> None:
    now = database_now()
    asked = {"status": "WAITING", "asked_by": world.engineer, "asked": world.stranger, "question": "Is it you?"}
    made = {
        "open": task(world, 1).pk,
        "waiting": task(world, 2, **asked).pk,
        "snoozed": task(world, 3, snoozed_until=now + timedelta(hours=1)).pk,
        "escalated": task(world, 4, escalated_at=now).pk,
        "done": task(world, 5, status="DONE", closed_at=now).pk,
        "awake": task(world, 6, snoozed_until=now - timedelta(hours=1)).pk,
    }

    found = {state: set(ids(world.engineer, state=state)) for state in ("waiting", "snoozed", "escalated", "done")}

    assert found == {state: {made[state]} for state in found}
    assert set(ids(world.engineer)) == {made["open"], made["escalated"], made["awake"]}
    assert set(ids(world.engineer, state="all")) == set(made.values()) - {made["done"]}


def test_of_a_domain_that_one_may_not_view_there_are_no_tasks(world: World) -> None:
    task(world, 1)
    outsider = person(("view", "material"))

    assert ids(outsider, domain="party") == ids(outsider) == ids(outsider, domain="unknown") == []
    assert facets(actor=outsider, filter=QueueFilter(domain="party")).total == 0
    assert counts(actor=outsider).open == 0


def test_the_name_of_a_person_is_masked_without_the_right_to_reveal(world: World) -> None:
    now = database_now()
    made = ReviewTask.objects.create(
        domain_id="party", reason="BROKEN", status="OPEN", member_count=1, why="x", opened_at=now, changed_at=now
    )
    world.say("SAP", "1", values={"record_type": "person", "given_name": "Ada", "family_name": "Byron"})
    TaskMember.objects.create(task=made, golden=world.golden_of("SAP", "1"), open=True)
    viewer = person(("view", "party"))

    assert [row.best_name for row in list_tasks(actor=viewer, filter=QueueFilter()).rows] == [MASK]
    assert [row.best_name for row in list_tasks(actor=world.engineer, filter=QueueFilter()).rows] == ["Ada Byron"]


def test_facets_count_what_each_choice_would_leave(world: World) -> None:
    task(world, 1, assignee=world.engineer)
    task(world, 2, systems=["CRM", "SAP"], conflicts=["tax_id"], reason="MARGIN")
    task(world, 3, "A AG", "B AG", "C AG", "D AG", "E AG", "F AG", systems=["CRM"], score=None)

    found = facets(actor=world.engineer, filter=QueueFilter(domain="party"))

    assert found.total == 3
    assert [(one.word, one.count) for one in found.reasons] == [("reason:threshold", 2), ("reason:margin", 1)]
    assert [(one.word, one.count) for one in found.systems] == [("source:CRM", 2), ("source:SAP", 2)]
    assert [(one.word, one.count) for one in found.conflicts] == [("conflict:tax_id", 1)]
    assert [(one.word, one.count) for one in found.members] == [("members:2", 2), ("members:5..", 1)]
    assert [(one.word, one.count) for one in found.scores] == [("score:0..2", 1), ("score:2..4", 1)]
    assert [(one.word, one.count) for one in found.who] == [("who:none", 2), ("who:Engineer", 1)]


def test_the_numbers_of_a_domain_are_the_lengths_of_its_lists(world: World) -> None:
    now = database_now()
    task(world, 1, assignee=world.engineer)
    task(world, 2, asked_by=world.engineer, question="?", answered_at=now)
    task(world, 3, snoozed_until=now + timedelta(hours=1))
    task(world, 4, status="DONE", closed_at=now)

    found = counts(actor=world.engineer, domain="party")

    assert (found.open, found.mine, found.answered, found.snoozed, found.done_today) == (2, 1, 1, 1, 1)
    assert (found.waiting, found.escalated, found.requests) == (0, 0, 0)
    assert found.value_at_stake == Decimal(999 + 998)


def test_ten_thousand_tasks_are_listed_by_a_fixed_number_of_statements(
    committed_world: World, as_owner: Callable[[], AbstractContextManager[psycopg.Cursor[Any]]]
) -> None:
    world, filter = committed_world, QueueFilter(domain="party", score_from=6.0, systems=("SAP",), conflicts=("bank",))
    world.say("SAP", "1", values={"name": "Nord Stahl AG"})
    with as_owner() as cursor:
        fill_queue(cursor, world.golden_of("SAP", "1"), 10_000)
    list_tasks(actor=world.engineer, filter=filter)

    with CaptureQueriesContext(connection) as listed:
        list_tasks(actor=world.engineer, filter=filter)
    with CaptureQueriesContext(connection) as faceted:
        assert facets(actor=world.engineer, filter=filter).total > 1000

    assert (len(listed), len(faceted)) == (6, 2)
