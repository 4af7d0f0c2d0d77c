"""How common values and words are in a table, kept for rows that are looked at alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mdm.engine.matching.prepared import Compound, Counted, Population, Prepared, Statistics
from mdm.engine.matching.scoring import usual_count
from mdm.engine.matching.table import Longs
from mdm.engine.matching.tokens import words_of, words_of_part


class _Counts(Mapping[str, int]):
    """Counts of texts in order: a million take no dictionary."""

    def __init__(self, texts: Sequence[str], counts: Longs) -> None:
        self._texts, self._counts = texts, counts

    def __getitem__(self, text: str) -> int:
        at = bisect_left(self._texts, text)
        if at == len(self._texts) or self._texts[at] != text:
            raise KeyError(text)
        return int(self._counts[at])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def population_of(values: Compound) -> Population:
    """What `Compound.population` needs to know of a larger table."""

    def texts() -> Mapping[str, int]:
        if len(values.parts) == 1:
            counts = np.zeros(len(values.parts[0]), dtype=np.int64)
            counts[values.part_codes[:, 0]] = values.counts
            return _Counts(values.parts[0], counts)
        return dict(zip(values.texts, values.counts.tolist(), strict=True))

    def words(part: int | None) -> Counted:
        found = words_of(values) if part is None else words_of_part(values, part)
        held = np.bincount(found.codes, minlength=len(found.vocabulary)).astype(np.int64)
        return Counted(_Counts(found.vocabulary, held), found.usual)

    usual = usual_count(np.maximum(values.counts.astype(np.float64), 1.0))
    return Population(max(len(values), 1), usual, texts, words)


def statistics_of(prepared: Prepared) -> Statistics:
    """How often the values and words of each comparison occur in the table."""
    return {each.fields: population_of(prepared.compound(each.fields)) for each in prepared.model.comparisons}
