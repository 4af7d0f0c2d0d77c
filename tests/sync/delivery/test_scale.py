"""Deliveries and attempts are kept for months: who asks how things stand now does not read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection

from mdm.governance.operations.register_system import register_system
from mdm.kernel.figures import read
from sync.delivery.figures import FIGURES
from sync.delivery.models import Delivery
from sync.delivery.queries.connections import connections
from sync.delivery.queries.log import visible_deliveries
from tests.sync.delivery.scene import Scene, connect, kept_scene, switch_on

ENDED = 1_500
COPIED = """
INSERT INTO delivery_delivery SELECT (json_populate_record(d, json_build_object('id', gen_random_uuid(),
    'push_number', n + 1, 'state', 'CONFIRMED', 'confirmed_at', at, 'queued_at', at, 'since', at))).*
FROM delivery_delivery d, generate_series(1, %s) AS n, LATERAL (SELECT now() - interval '40 days' + n * interval '1 s')
    AS told (at) WHERE d.id = %s
"""
TRIED = """
INSERT INTO delivery_deliveryattempt (delivery_id, number, step, fence, started_at, outcome, ended_at, code, message,
    field_errors, request, response, payload_hash, worker)
SELECT id, 1, 'PUSH', 1, since, 'APPLIED', since, '', '', '[]', repeat('x', 200), '', '', '' FROM delivery_delivery
WHERE state = 'CONFIRMED' ORDER BY since
"""


@pytest.fixture
def scene(transactional_db: None, as_owner: Callable[[], AbstractContextManager[Any]]) -> Scene:
    """One delivery waits, and many more ended long ago; the planner knows."""
    built = kept_scene()
    switch_on()
    waits = built.pending()
    register_system(code="QUIET", label="Quiet", actor=built.machine)
    connect("QUIET", "memory://quiet")
    with connection.cursor() as cursor:
        cursor.execute(COPIED, [ENDED, waits.pk])
        cursor.execute(TRIED)
    with as_owner() as cursor:
        cursor.execute("SELECT brin_summarize_new_values('delivery_attempt_recent')")
        cursor.execute("ANALYZE delivery_delivery, delivery_deliveryattempt, targets_connection")
    return built


@contextmanager
def rows_read() -> Iterator[list[int]]:
    """How many rows of deliveries and attempts each statement within looks at."""
    counts: list[int] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            (told,) = cursor.fetchone()
        (plan,) = told if isinstance(told, list) else json.loads(told)
        counts.append(_read(plan["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield counts


def _read(node: dict[str, Any]) -> int:
    below = sum(_read(each) for each in node.get("Plans", []))
    if not node.get("Relation Name", "").startswith("delivery_delivery"):
        return below
    looked_at = [
        node["Actual Rows"],
        node.get("Rows Removed by Filter", 0),
        node.get("Rows Removed by Index Recheck", 0),
    ]
    return below + int(node["Actual Loops"] * sum(looked_at))


def test_what_ended_long_ago_is_not_read_to_say_how_connections_are(scene: Scene) -> None:
    with rows_read() as counts:
        states = {one.connection.pk: one.waiting for one in connections(actor=scene.machine)}

    assert states == {"ERP": {"PENDING": 1}, "QUIET": {}}
    assert max(counts) < ENDED // 10


def test_what_ended_long_ago_is_not_read_for_metrics(scene: Scene) -> None:
    looked_at = {}
    for figure in FIGURES:
        with rows_read() as counts:
            read(figure)
        looked_at[figure.name] = max(counts)

    assert {name: rows for name, rows in looked_at.items() if rows >= ENDED // 10} == {}
    assert looked_at["touchstone_deliveries"] == 1


def test_the_latest_of_a_connection_are_found_among_all(scene: Scene) -> None:
    found = {}
    with rows_read() as counts:
        for system in ("ERP", "QUIET"):
            latest = visible_deliveries(actor=scene.machine, system=system).order_by("-queued_at", "-id")[:5]
            found[system] = len(latest)

    assert found == {"ERP": 5, "QUIET": 0}
    assert Delivery.objects.count() > ENDED
    assert max(counts) < ENDED // 10
