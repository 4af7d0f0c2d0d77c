"""What the engine matches: records as columns of raw text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Cell = str | tuple[str, ...] | None
"""One value, several (a record may have two telephones), or none. Columns read together are aligned by place."""
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]


class TableError(ValueError):
    """The columns do not make a table."""


@dataclass(frozen=True, eq=False)
class Table:
    """Records by column. `ids` are opaque: they name records, and nothing is read from them.

    `sources` says where each record comes from; it serves vetoes and one-to-one assignment and is never evidence.
    """

    ids: Sequence[str]
    columns: Mapping[str, Sequence[Cell]]
    sources: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name, cells in self.columns.items():
            if len(cells) != len(self.ids):
                raise TableError(f"Column {name!r} has {len(cells)} cells for {len(self.ids)} records.")
        if self.sources is not None and len(self.sources) != len(self.ids):
            raise TableError(f"{len(self.sources)} sources are given for {len(self.ids)} records.")
        if len(set(self.ids)) != len(self.ids):
            raise TableError("An id is given twice; each record needs its own.")

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Sequence[int]) -> Table:
        """The records at these places, in this order."""
        return Table(
            [self.ids[row] for row in rows],
            {name: [cells[row] for row in rows] for name, cells in self.columns.items()},
            None if self.sources is None else [self.sources[row] for row in rows],
        )
