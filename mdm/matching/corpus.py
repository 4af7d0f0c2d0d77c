"""The records of one domain as the engine compares them: kept per process, brought up to date by what changed.

Candidates are found over all records at once, so that a run over a few changed records finds the pairs that a full run
finds. How rare a value is changes with every record; pairs of unchanged records keep their score until a full run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import connection

from mdm.engine.matching import Cell, MatchModel, Table, candidates, columns_of, score
from mdm.engine.matching.explain import bars_of
from mdm.engine.matching.scoring import Scores
from mdm.matching.evidence import Evidence, evidence_of

PRIOR: Final = "prior"
_BATCH: Final = 2_000
_KEPT: Final = 4
_corpora: dict[tuple[str, int], Corpus] = {}
_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class FoundPair:
    """Two source records, left below right, whose score reaches the review threshold."""

    left: int
    right: int
    score: float
    levels: dict[str, int]
    contributions: list[list[Any]]
    left_version: int
    right_version: int


@dataclass(slots=True)
class _Record:
    version: int
    generation: int
    system: str
    cells: Mapping[str, Cell] | None


@dataclass(slots=True)
class _Scored:
    """Pairs that reach the threshold, by source record."""

    left: Any
    right: Any
    scores: Scores


_PRESENT = """
SELECT s.id, s.in_force, s.generation
FROM records_sourcerecord s
JOIN records_crosswalkentry c ON c.external_id_id = s.external_id_id AND c.ended_at IS NULL
WHERE s.domain_id = %s AND NOT s.deleted
"""


class Corpus:
    """The linked source records of a domain under one rule set, and the pairs among them."""

    def __init__(self, domain: str, model: MatchModel) -> None:
        self.domain = domain
        self.model = model
        self._records: dict[int, _Record] = {}
        self._scored: _Scored | None = None

    def refresh(self, heartbeat: Callable[[], None]) -> None:
        """The records are what the database says now; only what changed is read."""
        with connection.cursor() as cursor:
            cursor.execute(_PRESENT, [self.domain])
            present = {record: (version, generation) for record, version, generation in cursor.fetchall()}
        known = {record: (kept.version, kept.generation) for record, kept in self._records.items()}
        if present == known:
            return
        self._scored = None
        for record in known.keys() - present.keys():
            del self._records[record]
        changed = sorted(record for record, state in present.items() if known.get(record) != state)
        for start in range(0, len(changed), _BATCH):
            self._read(changed[start : start + _BATCH])
            heartbeat()

    def _read(self, records: Sequence[int]) -> None:
        said = evidence_of(records)
        for record in records:
            self._records.pop(record, None)
            if record in said:
                self._records[record] = _kept(said[record], self.model)

    def states(self, records: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return version and generation of each of the records that is here."""
        return {
            record: (self._records[record].version, self._records[record].generation)
            for record in records
            if record in self._records
        }

    def pairs_of(self, records: Iterable[int]) -> list[FoundPair]:
        """Return every pair with at least one of the records in it, by left and right."""
        scored = self._scored = self._scored or self._compare()
        wanted = np.fromiter(records, dtype=np.int64)
        places = np.flatnonzero(np.isin(scored.left, wanted) | np.isin(scored.right, wanted))
        return [self._pair(scored, int(place)) for place in places]

    def _compare(self) -> _Scored:
        kept = sorted((record, one) for record, one in self._records.items() if one.cells is not None)
        ids = np.array([record for record, _ in kept], dtype=np.int64)
        columns = sorted({each.column for each in self.model.fields.values()})
        table = Table(
            [str(record) for record, _ in kept],
            {name: [one.cells[name] for _, one in kept if one.cells is not None] for name in columns},
            [one.system for _, one in kept],
        )
        pairs = candidates(table, self.model)
        found = score(table, pairs, self.model)
        enough = np.flatnonzero(found.score >= self.model.thresholds.review)
        scores = Scores(found.score[enough], found.levels[enough], found.contributions[enough], found.prior)
        return _Scored(ids[pairs.left[enough]], ids[pairs.right[enough]], scores)

    def _pair(self, scored: _Scored, place: int) -> FoundPair:
        left, right = int(scored.left[place]), int(scored.right[place])
        bars = bars_of(self.model, scored.scores, place)
        levels = scored.scores.levels[place].tolist()
        return FoundPair(
            left=left,
            right=right,
            score=float(scored.scores.score[place]),
            levels={each.name: int(level) for each, level in zip(self.model.comparisons, levels, strict=True)},
            contributions=[
                [PRIOR, "", scored.scores.prior],
                *([bar.name, bar.level_label or bar.level, bar.bits] for bar in bars),
            ],
            left_version=self._records[left].version,
            right_version=self._records[right].version,
        )


def _kept(said: Evidence, model: MatchModel) -> _Record:
    cells = None if said.left_out else columns_of(said.values, model)
    return _Record(said.version, said.generation, said.system, cells)


def corpus_of(domain: str, rule_set: int, model: MatchModel, heartbeat: Callable[[], None] = lambda: None) -> Corpus:
    """Return the corpus of the domain under that rule set, up to date with the database."""
    with _turn:
        corpus = _corpora.pop((domain, rule_set), None) or Corpus(domain, model)
        corpus.refresh(heartbeat)
        _corpora[domain, rule_set] = corpus
        while len(_corpora) > _KEPT:
            del _corpora[next(iter(_corpora))]
        return corpus
