"""Is the audit, and the history it seals, what was written?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice

from django.db import connection, transaction

from mdm.events.chain import Head
from mdm.events.queries.chain_faults import chain_faults
from mdm.events.queries.faults import Fault
from mdm.events.queries.version_faults import version_faults

MOST_FAULTS = 1_000


def verify(*, expected: Head | None = None) -> list[Fault]:
    """Return what does not fit, the first bad block first; an empty list when all of it does.

    Reads one snapshot, in pieces. `expected` is the head of the chain as noted earlier, outside the database: with it,
    blocks cut off the end are found too. At most `MOST_FAULTS` are returned.
    """
    with _snapshot():
        return list(islice(chain(chain_faults(expected), version_faults()), MOST_FAULTS))


@contextmanager
def _snapshot() -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
