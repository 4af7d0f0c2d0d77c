"""The cost of a batch: a fixed number of statements, each by an index, also on a fresh database without statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mdm.records import identifiers, projection
from mdm.records.observation import Observation
from mdm.records.operations.link_ids import LinkRow, link_ids
from tests.mdm.records.world import World

FEW, MANY = 3, 60
Act = Callable[[World, int], object]


def said(count: int, **values: Any) -> list[Observation]:
    return [
        Observation(f"{count}-{number}", {"name": f"Nord Stahl {number}", **values}, position=number)
        for number in range(count)
    ]


def deletions(count: int) -> list[Observation]:
    return [Observation(f"{count}-{number}", deleted=True, position=number) for number in range(count)]


def create(world: World, count: int) -> object:
    return world.say_all("SHOP", said(count, language="de"), answers=True)


def update(world: World, count: int) -> object:
    return world.say_all("SHOP", said(count, language="en", **{"emails[a].address": "x"}), answers=True)


def hold(world: World, count: int) -> object:
    return world.say_all("SHOP", [Observation(one.external_id, {"name": "Acme"}) for one in said(count)])


def delete(world: World, count: int) -> object:
    return world.say_all("SHOP", deletions(count))


def link(world: World, count: int) -> object:
    rows = [LinkRow(f"{count}{number}", f"{count}-{number}") for number in range(count)]
    return link_ids(left=world.id_type("SAP"), right=world.id_type("SHOP"), rows=rows, actor=world.engineer)


def statements(world: World, act: Act, count: int) -> int:
    with CaptureQueriesContext(connection) as captured:
        act(world, count)
    return len(captured)


def test_no_act_on_a_batch_costs_statements_by_its_size(world: World) -> None:
    life: list[Act] = [create, update, create, hold, delete, delete, create, link, delete, create]
    create(world, 1)
    link(world, 1)

    few, many = ([statements(world, act, count) for act in life] for count in (FEW, MANY))

    assert few == many


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        (identifiers._LAST_GOLDEN, [list(range(5000))]),
        (identifiers._LAST_END, [list(range(5000))]),
        (projection._LINKED, [list(range(5000))]),
    ],
)
def test_what_a_batch_reads_it_reads_by_index_and_never_all_open_findings(
    world: World, statement: str, parameters: list[Any]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("EXPLAIN " + statement, parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Seq Scan on records_" not in plan
    assert "finding_open" not in plan
