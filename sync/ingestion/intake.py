"""Files that arrive: where they are kept, how large they may be, and what they turn out to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from mdm.kernel.errors import DomainError
from sync.ingestion.reading.files import Readable, keep_file
from sync.ingestion.reading.tables import FIND_OUT, Table, Wishes, open_table

_BATCH_ROWS = 20_000
_CHUNK_KEYS = 2_000


def folder() -> Path:
    """Return where received files wait; every host that runs workers needs to see it."""
    return Path(settings.UPLOAD_DIR)


def max_bytes() -> int:
    """Return how large one file may be."""
    return int(settings.UPLOAD_MAX_BYTES)


def take_file(source: Readable, *, name: str, wishes: Wishes = FIND_OUT) -> Table:
    """Keep the file and return it as a table; a file that is no table is not kept.

    Raises: Invalid, TooLarge.
    """
    where = folder()
    kept = keep_file(source, name=name, folder=where, max_bytes=max_bytes())
    try:
        return open_table(kept, wishes)
    except DomainError:
        kept.path.unlink(missing_ok=True)
        raise


def batch_rows() -> int:
    """Return how many rows one chunk reads at most."""
    return int(getattr(settings, "INGEST_BATCH_ROWS", _BATCH_ROWS))


def chunk_keys() -> int:
    """Return how many identifiers one chunk takes in."""
    return int(getattr(settings, "INGEST_CHUNK_KEYS", _CHUNK_KEYS))


@contextmanager
def intake() -> Iterator[Callable[..., Table]]:
    """Yield `take_file`; what it took is dropped again when the block does not end well."""
    taken: list[str] = []

    def take(source: Readable, *, name: str, wishes: Wishes = FIND_OUT) -> Table:
        table = take_file(source, name=name, wishes=wishes)
        taken.append(table.stored)
        return table

    try:
        yield take
    except BaseException:
        drop_files(taken)
        raise


def drop_files(tables: list[str]) -> None:
    """Remove kept files by their stored names."""
    for stored in tables:
        (folder() / Path(stored).name).unlink(missing_ok=True)
