"""Locks that end with the transaction; advisory session locks would leak through a pooler."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import OperationalError, connection

from mdm.kernel.errors import Conflict


def lock_keys(names: Iterable[str]) -> None:
    """Hold an exclusive lock on each name until the transaction ends, taken in one fixed order (no deadlock)."""
    if not connection.in_atomic_block:
        raise RuntimeError("A lock lives in a transaction; open one first.")
    with connection.cursor() as cursor:
        for name in sorted(set(names)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def lock_key(name: str) -> None:
    """Hold an exclusive lock on one name until the transaction ends."""
    lock_keys([name])


@contextmanager
def hardly_waiting(milliseconds: int = 100) -> Iterator[None]:
    """Within the block no lock is waited for longer: for rows that others lock in another order than the caller does.

    The caller's transaction is lost when one was. Raises: Conflict, to be tried again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        ((before,),) = cursor.fetchall()
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise
        raise Conflict("Somebody is at work on the same rows.", remedy="Try again in a moment.") from error
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
