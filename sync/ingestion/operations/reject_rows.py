"""Keep rows that were not taken in: bounded text, and nothing PostgreSQL cannot hold."""

from __future__ import annotations

from collections.abc import Sequence

from mdm.kernel.copying import copy_rows
from sync.ingestion.reading.damage import MAX_CELL, encode_cells
from sync.ingestion.rejections import Rejection

_COLUMNS = ("run_id", "object", "row", "scope", "key", "code", "field", "value", "reason", "remedy", "cells")


def reject_rows(*, run: int, rejections: Sequence[Rejection]) -> None:
    """The rows are kept beside the run with what to mend, in the caller's transaction."""
    if not rejections:
        return
    copy_rows(
        "ingestion_rejectedrow",
        _COLUMNS,
        (
            (
                run,
                one.object,
                one.row,
                one.scope,
                one.key,
                one.fault.code[:60],
                _storable(one.fault.column)[:300],
                _storable(one.fault.value)[:500],
                _storable(one.fault.message)[:1000],
                _storable(one.fault.remedy)[:1000],
                encode_cells([_storable(cell)[:MAX_CELL] for cell in one.cells]),
            )
            for one in rejections
        ),
    )


def _storable(text: str) -> str:
    """A NUL byte is shown as its symbol: no text column can hold it."""
    return text.replace("\0", "␀")
