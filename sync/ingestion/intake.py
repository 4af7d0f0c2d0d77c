"""Files that arrive: where they are kept, how large they may be, and what they turn out to be."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from mdm.kernel.errors import DomainError
from sync.ingestion.reading.files import Readable, keep_file
from sync.ingestion.reading.tables import Table, Wishes, open_table

BATCH_ROWS = 20_000
APPLY_KEYS = 2_000


def folder() -> Path:
    """Return where received files wait; every host that runs workers needs to see it."""
    return Path(settings.UPLOAD_DIR)


def max_bytes() -> int:
    """Return how large one file may be."""
    return int(settings.UPLOAD_MAX_BYTES)


def take_file(source: Readable, *, name: str, wishes: Wishes = Wishes()) -> Table:
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


def drop_files(tables: list[str]) -> None:
    """Remove kept files by their stored names."""
    for stored in tables:
        (folder() / Path(stored).name).unlink(missing_ok=True)
