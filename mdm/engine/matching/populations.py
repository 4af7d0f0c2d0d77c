"""How common values and words are in a table, kept for rows that are looked at alone."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np

from mdm.engine.matching.prepared import Compound, Counted, Counts, Key, Population, Prepared
from mdm.engine.matching.table import Longs
from mdm.engine.matching.tokens import MOST_WORDS, words_of, words_of_part

K = TypeVar("K")


class _Counts:
    """Counts of texts in order: a million take no dictionary."""

    def __init__(self, texts: Sequence[str], counts: Longs) -> None:
        self._texts, self._counts = texts, counts

    def get(self, key: str, default: int, /) -> int:
        at = _place(self._texts, key)
        return default if at < 0 else int(self._counts[at])


class _Held:
    """Counts of values in the order of their parts: each part narrows the place down."""

    def __init__(self, values: Compound) -> None:
        self._parts, self._counts = values.parts, values.counts
        self._columns = [np.ascontiguousarray(values.part_codes[:, at]) for at in range(len(values.parts))]

    def get(self, key: Key, default: int, /) -> int:
        low, high = 0, len(self._counts)
        for texts, column, text in zip(self._parts, self._columns, key, strict=True):
            place = _place(texts, text) if text else -1
            if text and place < 0:
                return default
            code = np.int32(place)  # of another type, the whole column would be copied to be searched
            inside = column[low:high]
            low, high = low + int(inside.searchsorted(code)), low + int(inside.searchsorted(code, side="right"))
        return int(self._counts[low]) if low < high else default


class _Sum(Generic[K]):
    """Counts, and what was added to them or taken away."""

    def __init__(self, base: Counts[K], delta: Counts[K]) -> None:
        self._base, self._delta = base, delta

    def get(self, key: K, default: int, /) -> int:
        found = self._base.get(key, 0) + self._delta.get(key, 0)
        return found if found > 0 else default


def _place(ordered: Sequence[str], text: str) -> int:
    at = bisect_left(ordered, text)
    return at if at < len(ordered) and ordered[at] == text else -1


class _Living:
    """The values of one comparison: those of a base, and the ones that came and went since."""

    def __init__(self, base: Compound) -> None:
        self._base = base
        self._held = _Held(base)
        self._delta: Counter[Key] = Counter()
        self._values = len(base)
        held = np.maximum(base.counts, 1)
        self._sum, self._squares = int(held.sum()), int((held**2).sum())

    def count(self, values: Compound, rows: Longs, step: int) -> None:
        """The values of the rows are there once more, or (`step` -1) once less."""
        for row in rows.tolist():
            for code in values.codes[values.offsets[row] : values.offsets[row + 1]].tolist():
                if code >= 0:
                    self._count(values.key(code), step)

    def _count(self, key: Key, step: int) -> None:
        before = self._held.get(key, 0) + self._delta[key]
        after = before + step
        self._delta[key] += step
        self._sum += step
        self._squares += after * after - before * before
        self._values += int(after > 0) - int(before > 0)

    def population(self) -> Population:
        usual = self._squares / self._sum if self._sum > 0 else 1.0
        return Population(max(self._values, 1), usual, _Sum(self._held, self._delta), self._words)

    def _words(self, part: int | None) -> Counted:
        found = words_of(self._base) if part is None else words_of_part(self._base, part)
        held = np.bincount(found.codes, minlength=len(found.vocabulary)).astype(np.int64)
        delta: Counter[str] = Counter()
        for key, changed in self._delta.items():
            there = self._held.get(key, 0)
            step = int(there + changed > 0) - int(there > 0)
            if step:
                text = " ".join(filter(None, key)) if part is None else key[part]
                for word in list(dict.fromkeys(text.split()))[:MOST_WORDS]:
                    delta[word] += step
        return Counted(_Sum(_Counts(found.vocabulary, held), delta), found.usual)


class Commonness:
    """How often the values and words of each comparison occur, in a base and in what came and went since.

    All counts are those of the living rows. The information of the words of a value in the mean is the base's.
    """

    def __init__(self, base: Prepared) -> None:
        fields = {each.fields for each in base.model.comparisons}
        self._living = {names: _Living(base.compound(names)) for names in fields}
        self._known: dict[tuple[str, ...], Population] | None = None

    def count(self, prepared: Prepared, rows: Longs, step: int) -> None:
        """These rows of a table are there as well, or (`step` -1) no more."""
        for names, living in self._living.items():
            living.count(prepared.compound(names), rows, step)
        self._known = None

    def statistics(self) -> Mapping[tuple[str, ...], Population]:
        if self._known is None:
            self._known = {names: living.population() for names, living in self._living.items()}
        return self._known
