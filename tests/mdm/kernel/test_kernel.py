"""What PostgreSQL gives every app: one clock, named refusals, COPY, locks, ids, and tables that only grow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.copying import copy_rows
from mdm.kernel.errors import Conflict
from mdm.kernel.history import append_only
from mdm.kernel.locks import hardly_waiting, lock_key, lock_keys
from mdm.kernel.prepared import fetch_prepared
from mdm.kernel.sequences import take, take_ids


@pytest.fixture
def table(transactional_db: None, as_owner: Callable[[], Any]) -> Iterator[str]:
    """A table of history, made by the owner as a migration would."""
    with as_owner() as cursor:
        cursor.execute("CREATE TABLE kernel_shelf (id bigserial PRIMARY KEY, name text CONSTRAINT shelf_name UNIQUE)")
        for operation in append_only("kernel_shelf"):
            cursor.execute(operation.sql)
    yield "kernel_shelf"
    with as_owner() as cursor:
        cursor.execute("DROP TABLE kernel_shelf")


def _names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM kernel_shelf ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db
def test_time_passes_within_a_transaction_and_knows_its_offset() -> None:
    first = database_now()

    second = database_now()

    assert first < second
    assert first.astimezone(UTC) == first


def test_a_violated_name_becomes_the_domains_refusal_and_the_transaction_goes_on(table: str) -> None:
    with transaction.atomic():
        copy_rows(table, ["name"], [("left",)])
        with pytest.raises(Conflict), translate({"shelf_name": lambda: Conflict("That name is taken.")}):
            copy_rows(table, ["name"], [("left",)])
        copy_rows(table, ["name"], [("right",)])

    assert _names() == ["left", "right"]


def test_a_violation_nobody_named_stays_what_it_is(table: str) -> None:
    with transaction.atomic():
        copy_rows(table, ["name"], [("left",)])
        with pytest.raises(IntegrityError), translate({"another_name": lambda: Conflict("Never said.")}):
            copy_rows(table, ["name"], [("left",)])

    assert _names() == ["left"]


@pytest.mark.parametrize("write", [lambda: copy_rows("kernel_shelf", ["name"], [("x",)]), lambda: lock_key("x")])
@pytest.mark.django_db(transaction=True)
def test_a_bulk_write_and_a_lock_need_a_transaction(write: Callable[[], None]) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        write()


@pytest.mark.parametrize(
    "change", ["UPDATE kernel_shelf SET name = 'x'", "DELETE FROM kernel_shelf", "TRUNCATE kernel_shelf"]
)
def test_the_application_may_not_change_history(table: str, change: str) -> None:
    with transaction.atomic():
        copy_rows(table, ["name"], [("kept",)])

    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(change)

    assert _names() == ["kept"]


@pytest.mark.parametrize(
    "change", ["UPDATE kernel_shelf SET name = 'x'", "DELETE FROM kernel_shelf", "TRUNCATE kernel_shelf"]
)
def test_history_refuses_its_owner_too(table: str, as_owner: Callable[[], Any], change: str) -> None:
    with transaction.atomic():
        copy_rows(table, ["name"], [("kept",)])

    with pytest.raises(Exception, match="kernel_shelf is history"), as_owner() as cursor:
        cursor.execute(change)

    assert _names() == ["kept"]


def test_ids_are_taken_in_blocks_and_never_twice(table: str) -> None:
    first = take_ids(table, 3)

    second = take("kernel_shelf_id_seq", 2)

    assert first == sorted(first)
    assert len({*first, *second}) == 5


@pytest.mark.django_db(transaction=True)
def test_locks_taken_in_any_order_do_not_deadlock() -> None:
    barrier, done = threading.Barrier(2), list[str]()

    def work(names: list[str]) -> None:
        barrier.wait()
        for _ in range(20):
            with transaction.atomic():
                lock_keys(names)
        done.append(names[0])
        connection.close()

    threads = [threading.Thread(target=work, args=(names,)) for names in (["a", "b"], ["b", "a"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(done) == ["a", "b"]


@pytest.mark.django_db
def test_a_prepared_statement_answers_as_any_other() -> None:
    assert fetch_prepared("SELECT %(a)s::int + 1", {"a": 1}) == [(2,)]
    assert fetch_prepared("SELECT %(a)s::int + 1", {"a": 5}) == [(6,)]


@pytest.mark.django_db(transaction=True)
def test_a_kept_connection_whose_server_went_away_is_found_unusable(as_owner: Callable[[], Any]) -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    assert connection.connection is not None
    with as_owner() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])

    usable = connection.is_usable()

    connection.close()
    assert not usable


def test_who_hardly_waits_gives_way_and_waits_as_before_afterwards(table: str, as_owner: Callable[[], Any]) -> None:
    def setting() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    with transaction.atomic():
        before = setting()
        with hardly_waiting():
            inside = setting()
        after = setting()
    with as_owner() as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Conflict), transaction.atomic(), hardly_waiting():
            _names()

    assert (before, inside, after) == ("0", "100ms", "0")
    assert _names() == []


def test_another_failure_of_the_database_stays_what_it_is(table: str) -> None:
    with pytest.raises(DatabaseError) as failure, transaction.atomic(), hardly_waiting(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")

    assert not isinstance(failure.value, Conflict)
