"""A part of an index that never changes: made in one step from a table, looked up by keys and by likeness."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from mdm.engine.matching.alike import sorted_texts
from mdm.engine.matching.blocks import keyed_in_book
from mdm.engine.matching.declaration import BlockRule, MatchModel
from mdm.engine.matching.grams import Grams
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.sorting import sorted_places
from mdm.engine.matching.table import Floats, Longs, Table


class _Postings:
    """Rows by key: those of key k are `rows[starts[k]:starts[k + 1]]`."""

    def __init__(self, prepared: Prepared, rule: BlockRule) -> None:
        found, self._book = keyed_in_book(prepared, rule)
        self._rows = found.rows[sorted_places(found.keys)].astype(np.int32)
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(found.keys, minlength=found.width))))

    def rows(self, key: Sequence[str]) -> Longs:
        number = self._book.number(key)
        found = self._rows[self._starts[number] : self._starts[number + 1]] if number >= 0 else self._rows[:0]
        return found.astype(np.int64)


class _Likely:
    """Rows by the trigrams of their text."""

    def __init__(self, prepared: Prepared, rule: BlockRule) -> None:
        self._texts = sorted_texts(prepared.compound(rule.keys))
        self._grams = Grams(self._texts.texts)

    def rows(self, text: str, least: float) -> tuple[Longs, Floats]:
        found = self._grams.alike(text, least)
        starts, ends = self._texts.offsets[found.texts], self._texts.offsets[found.texts + 1]
        sizes = ends - starts
        places = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
        return self._texts.rows[places], np.repeat(found.likeness, sizes)


class Segment:
    """Rows of the index from `first` on."""

    def __init__(self, table: Table, model: MatchModel, first: int) -> None:
        self.table = table
        self.first = first
        self.prepared = Prepared(table, model)
        self._rules = model.blocking

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def _postings(self) -> dict[int, _Postings]:
        """Made for the first look-up: who compares all rows with each other needs none."""
        kept = [(number, rule) for number, rule in enumerate(self._rules) if rule.kind != "similar"]
        return {number: _Postings(self.prepared, rule) for number, rule in kept}

    @cached_property
    def _likely(self) -> dict[int, _Likely]:
        kept = [(number, rule) for number, rule in enumerate(self._rules) if rule.kind == "similar"]
        return {number: _Likely(self.prepared, rule) for number, rule in kept}

    def having(self, rule: int, key: Sequence[str]) -> Longs:
        """Rows with the key."""
        return self._postings[rule].rows(key) + self.first

    def like(self, rule: int, text: str, least: float) -> tuple[Longs, Floats]:
        """Rows whose text shares at least that part of its trigrams, and how much they share."""
        rows, likeness = self._likely[rule].rows(text, least)
        return rows + self.first, likeness
