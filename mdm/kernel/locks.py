"""Locks that end with the transaction; advisory session locks would leak through a pooler."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


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
