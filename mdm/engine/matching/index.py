"""Records ready to be looked up: a few rows are matched against very many without touching the rest.

An index is a base, made in one vectorised step, and small segments of what was added since; what was removed is only
marked. Segments are united when they become many, and all is made anew when a good part of it changed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from mdm.engine.matching.blocking import Pairs
from mdm.engine.matching.blocks import keys_of_texts
from mdm.engine.matching.declaration import BlockRule, MatchModel
from mdm.engine.matching.populations import Commonness
from mdm.engine.matching.prepared import Coded, Prepared, Statistics
from mdm.engine.matching.segment import Segment
from mdm.engine.matching.side_by_side import beside
from mdm.engine.matching.table import Bools, Longs, Table

_LEAST_SHARED: Final = 0.25
_TIMES_TOP: Final = 5
"""A look-up shows a person more than a batch compares."""
_MOST_SEGMENTS: Final = 8
_FEWEST_TO_RENEW: Final = 1_000
_SHARE_TO_RENEW: Final = 0.2


class Index:
    """Made by `Index.build`. `add` and `remove` keep it up to date; a row's number holds until the next `add`."""

    def __init__(self, model: MatchModel) -> None:
        self.model = model
        self._segments: list[Segment] = []
        self._ids: list[str] = []
        self._row_of: dict[str, int] = {}
        self._alive = np.zeros(0, dtype=bool)
        self._commonness: Commonness | None = None
        self._came: list[int] = []
        self._went: list[int] = []
        """Rows that are not in `statistics` yet, and that still are."""

    @staticmethod
    def build(table: Table, model: MatchModel) -> Index:
        """An index of every row of the table."""
        index = Index(model)
        index.add(table)
        return index

    def __len__(self) -> int:
        return len(self._row_of)

    @property
    def ids(self) -> Sequence[str]:
        """Ids by row, also of rows that were removed."""
        return self._ids

    @property
    def statistics(self) -> Statistics:
        """How often values and words occur in the living rows, for scoring and explaining rows taken out of them."""
        if not self._segments:
            return {}
        if self._commonness is None:
            self._commonness = Commonness(self._segments[0].prepared)
            every = np.arange(len(self._ids))
            self._count(every[len(self._segments[0]) :], 1)
            self._count(every[~self._alive], -1)
        elif self._came or self._went:
            self._count(np.array(self._came, dtype=np.int64), 1)
            self._count(np.array(self._went, dtype=np.int64), -1)
        self._came, self._went = [], []
        return self._commonness.statistics()

    def _count(self, rows: Longs, step: int) -> None:
        for segment in self._segments:
            inside = rows[(rows >= segment.first) & (rows < segment.first + len(segment))]
            if len(inside) and self._commonness is not None:
                self._commonness.count(segment.prepared, inside - segment.first, step)

    def add(self, table: Table) -> None:
        """The rows of the table are found from now on; an id that is there already is replaced."""
        if not len(table):
            return
        self.remove(table.ids)
        if self._commonness is not None:
            self._came.extend(range(len(self._ids), len(self._ids) + len(table)))
        self._append(_with_columns(table, self.model))
        base = len(self._segments[0])
        changed = len(self._ids) - base + int((~self._alive[:base]).sum())
        if len(self._segments) > 1 and changed > max(_FEWEST_TO_RENEW, _SHARE_TO_RENEW * base):
            self._unite(0)
        elif len(self._segments) > _MOST_SEGMENTS:
            self._unite(1)

    def remove(self, ids: Iterable[str]) -> None:
        """The records are not found any more; unknown ids are no matter."""
        for identifier in ids:
            row = self._row_of.pop(identifier, None)
            if row is not None:
                self._alive[row] = False
                if self._commonness is not None:
                    self._went.append(row)

    def renew(self) -> Prepared:
        """All living rows are the base, row by row, and `statistics` are of them alone; returns the base as it is read.

        Costs nothing where nothing changed since.
        """
        if not self._segments:
            return Prepared(_with_columns(Table([], {}), self.model), self.model)
        if len(self._segments) > 1 or not self._alive.all():
            self._unite(0)
        return self._segments[0].prepared

    def having(self, ids: Sequence[str]) -> Table:
        """Those of the records that are here, in that order."""
        return self.rows([self._row_of[each] for each in ids if each in self._row_of])

    def rows(self, rows: Sequence[int]) -> Table:
        """The records at these rows as a table."""
        firsts = [segment.first for segment in self._segments]
        held = [self._segments[bisect_right(firsts, row) - 1] for row in rows]
        places = [(segment.table, row - segment.first) for segment, row in zip(held, rows, strict=True)]
        names = sorted({each.column for each in self.model.fields.values()})
        return Table(
            [table.ids[at] for table, at in places],
            {name: [table.columns[name][at] for table, at in places] for name in names},
            [table.sources[at] if table.sources is not None else "" for table, at in places],
        )

    def look_up(self, table: Table) -> Pairs:
        """The records that each row of the table may be; a record of the same id is left out."""
        prepared = Prepared(_with_columns(table, self.model), self.model)
        left, right, rules = [], [], []
        for at, identifier in enumerate(table.ids):
            values = {name: _values(prepared.field(name), at) for name in self.model.fields}
            rows, brought = self._found(values)
            kept = (rows != self._row_of.get(identifier, -1)) & self._across(table, at, rows)
            left.append(np.full(int(kept.sum()), at))
            right.append(rows[kept])
            rules.append(brought[kept])
        nothing = [np.zeros(0, dtype=np.int64)]
        lefts, rights, bits = (np.concatenate(nothing + each) for each in (left, right, rules))
        return Pairs(lefts.astype(np.int32), rights.astype(np.int32), bits, {}, self)

    def beside(self, table: Table, rows: Longs) -> Prepared:
        """The rows of the table and behind them these rows of the index, which ascend, as the model reads them."""
        parts = [(Prepared(_with_columns(table, self.model), self.model), np.arange(len(table)))]
        for segment in self._segments:
            inside = rows[(rows >= segment.first) & (rows < segment.first + len(segment))]
            if len(inside):
                parts.append((segment.prepared, inside - segment.first))
        return beside(parts, self.model, self.statistics)

    def _across(self, table: Table, at: int, rows: Longs) -> Bools:
        """Which rows may be the record at that place at all: where sources have each thing once, none of its own."""
        if not self.model.distinct_sources or table.sources is None:
            return np.ones(len(rows), dtype=bool)
        held = self.rows(rows.tolist()).sources or ()
        return np.array([source != table.sources[at] for source in held], dtype=bool)

    def _found(self, values: dict[str, list[str]]) -> tuple[Longs, Longs]:
        """Rows, and a bit for each rule that brings them."""
        found: list[Longs] = [np.zeros(0, dtype=np.int64)]
        bits: list[Longs] = [np.zeros(0, dtype=np.int64)]
        for number, rule in enumerate(self.model.blocking):
            rows = self._like(number, rule, values) if rule.kind == "similar" else self._having(number, rule, values)
            found.append(rows)
            bits.append(np.full(len(rows), 1 << number))
        rows, places = np.unique(np.concatenate(found), return_inverse=True)
        brought = np.zeros(len(rows), dtype=np.int64)
        np.bitwise_or.at(brought, places, np.concatenate(bits))
        return rows, brought

    def _having(self, number: int, rule: BlockRule, values: dict[str, list[str]]) -> Longs:
        found = [np.zeros(0, dtype=np.int64)]
        for key in keys_of_texts(rule, [values[text.partition(":")[0]] for text in rule.keys]):
            rows = np.concatenate([segment.having(number, key) for segment in self._segments] or found)
            rows = rows[self._alive[rows]]
            if len(rows) <= rule.cap:
                found.append(rows)
        return np.concatenate(found)

    def _like(self, number: int, rule: BlockRule, values: dict[str, list[str]]) -> Longs:
        text = " ".join(values[name][0] for name in rule.keys if values[name])
        if not text or not self._segments:
            return np.zeros(0, dtype=np.int64)
        each = [segment.like(number, text, _LEAST_SHARED) for segment in self._segments]
        rows, likeness = (np.concatenate(side) for side in zip(*each, strict=True))
        alive = self._alive[rows]
        living: Longs = rows[alive]
        likeness = likeness[alive]
        most = _TIMES_TOP * rule.top
        if len(living) <= most:
            return living
        # Of equally like ones all or none: which of them came first must not decide.
        worst = np.partition(likeness, -most)[-most]
        reached: Longs = living[likeness >= worst]
        clearly: Longs = living[likeness > worst]
        return reached if len(reached) <= 2 * most else clearly

    def _append(self, table: Table) -> None:
        first = len(self._ids)
        self._segments.append(Segment(table, self.model, first))
        self._ids.extend(table.ids)
        self._row_of.update(zip(table.ids, range(first, first + len(table)), strict=True))
        self._alive = np.concatenate((self._alive, np.ones(len(table), dtype=bool)))

    def _unite(self, start: int) -> None:
        """The living rows of the segments from `start` on become one segment."""
        if start and self._commonness is not None:
            _ = self.statistics
        else:
            self._commonness = None
        self._came, self._went = [], []
        first = self._segments[start].first
        living = self.rows((np.flatnonzero(self._alive[first:]) + first).tolist())
        del self._segments[start:], self._ids[first:]
        self._alive = self._alive[:first]
        self._append(living)


def _values(coded: Coded, row: int) -> list[str]:
    codes = coded.codes[coded.offsets[row] : coded.offsets[row + 1]].tolist()
    return [coded.values[code] for code in codes if code >= 0]


def _with_columns(table: Table, model: MatchModel) -> Table:
    """The table with every column that the model reads, and no other."""
    names = sorted({each.column for each in model.fields.values()})
    return Table(table.ids, {name: table.columns.get(name) or [None] * len(table) for name in names}, table.sources)
