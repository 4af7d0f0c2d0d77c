"""Records ready to be looked up: a few rows are matched against very many without touching the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from mdm.engine.matching.alike import grams_of
from mdm.engine.matching.blocking import Pairs
from mdm.engine.matching.blocks import keys_of_texts
from mdm.engine.matching.declaration import BlockRule, MatchModel
from mdm.engine.matching.populations import statistics_of
from mdm.engine.matching.prepared import Prepared, Statistics
from mdm.engine.matching.readers import READERS
from mdm.engine.matching.table import Cell, Table

_RAREST_GRAMS: Final = 8
_MOST_HELD: Final = 4_000
_LEAST_SHARED: Final = 0.25


class Index:
    """Made by `Index.build`. `add` and `remove` keep it up to date; rows keep their numbers for ever."""

    def __init__(self, model: MatchModel) -> None:
        self.model = model
        self._ids: list[str] = []
        self._row_of: dict[str, int] = {}
        self._columns: dict[str, list[Cell]] = {each.column: [] for each in model.fields.values()}
        self._sources: list[str] = []
        self._alive: list[bool] = []
        self._keys: list[dict[str, list[int]]] = [{} for _ in model.blocking]
        self._grams: list[list[frozenset[str]]] = [[] for _ in model.blocking]
        self._statistics: Statistics | None = None

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
        """How often values and words occur, for scoring and explaining rows taken out of it; counted when asked."""
        if self._statistics is None:
            rows = [row for row, alive in enumerate(self._alive) if alive]
            self._statistics = statistics_of(Prepared(self.rows(rows), self.model))
        return self._statistics

    def add(self, table: Table) -> None:
        """The rows of the table are found from now on; an id that is there already is replaced."""
        self.remove([identifier for identifier in table.ids if identifier in self._row_of])
        for at, identifier in enumerate(table.ids):
            row = len(self._ids)
            self._ids.append(identifier)
            self._row_of[identifier] = row
            self._alive.append(True)
            self._sources.append(table.sources[at] if table.sources is not None else "")
            for name, cells in self._columns.items():
                column = table.columns.get(name)
                cells.append(column[at] if column is not None else None)
            self._enter(row)

    def remove(self, ids: Iterable[str]) -> None:
        """The records are not found any more; unknown ids are no matter."""
        for identifier in ids:
            row = self._row_of.pop(identifier, None)
            if row is not None:
                self._alive[row] = False

    def rows(self, rows: Sequence[int]) -> Table:
        """The records at these rows as a table."""
        return Table(
            [self._ids[row] for row in rows],
            {name: [cells[row] for row in rows] for name, cells in self._columns.items()},
            [self._sources[row] for row in rows],
        )

    def look_up(self, table: Table) -> Pairs:
        """The records that each row of the table may be; a record of the same id is left out."""
        left: list[int] = []
        right: list[int] = []
        rules: list[int] = []
        for at in range(len(table)):
            values = self._values({name: cells[at] for name, cells in table.columns.items()})
            found: dict[int, int] = {}
            for number, rule in enumerate(self.model.blocking):
                for row in self._find(number, rule, values):
                    if self._alive[row] and self._ids[row] != table.ids[at]:
                        found[row] = found.get(row, 0) | 1 << number
            for row in sorted(found):
                left.append(at)
                right.append(row)
                rules.append(found[row])
        return Pairs(np.array(left, np.int32), np.array(right, np.int32), np.array(rules, np.int64), {}, self)

    def _values(self, cells: dict[str, Cell]) -> dict[str, list[str]]:
        """Read values by field."""
        found: dict[str, list[str]] = {}
        for each in self.model.fields.values():
            cell = cells.get(each.column)
            raw = cell if isinstance(cell, tuple) else (cell,)
            read = (READERS[each.reader](text) for text in raw if text)
            found[each.name] = [value for value in read if value]
        return found

    def _enter(self, row: int) -> None:
        values = self._values({name: cells[row] for name, cells in self._columns.items()})
        for number, rule in enumerate(self.model.blocking):
            for key in self._keys_of(number, rule, values):
                self._keys[number].setdefault(key, []).append(row)
            if rule.kind == "similar":
                self._grams[number].append(frozenset(grams_of(_text(rule, values))))

    def _keys_of(self, number: int, rule: BlockRule, values: dict[str, list[str]]) -> list[str]:
        if rule.kind != "similar":
            return keys_of_texts(rule, [values[text.partition(":")[0]] for text in rule.keys])
        text = _text(rule, values)
        return sorted(set(grams_of(text))) if text else []

    def _find(self, number: int, rule: BlockRule, values: dict[str, list[str]]) -> Iterable[int]:
        keys = self._keys_of(number, rule, values)
        postings = [self._keys[number][key] for key in keys if key in self._keys[number]]
        if rule.kind != "similar":
            return {row for rows in postings if len(rows) <= rule.cap for row in rows}
        postings.sort(key=len)
        maybe = {row for rows in postings[:_RAREST_GRAMS] if len(rows) <= _MOST_HELD for row in rows}
        wanted = frozenset(keys)
        shared = [(self._likeness(number, wanted, row), row) for row in maybe if self._alive[row]]
        best = sorted((pair for pair in shared if pair[0] >= _LEAST_SHARED), key=lambda pair: (-pair[0], pair[1]))
        return [row for _, row in best[: 5 * rule.top]]

    def _likeness(self, number: int, wanted: frozenset[str], row: int) -> float:
        grams = self._grams[number][row]
        return len(wanted & grams) / max(len(wanted | grams), 1)


def _text(rule: BlockRule, values: dict[str, list[str]]) -> str:
    return " ".join(values[name][0] for name in rule.keys if values[name])
