"""The records of one domain as the engine compares them: kept per process, brought up to date by what changed.

Two ways lead to pairs. `shard` compares all records with each other, or that part of the blocks which is its own: a
full run. `pairs_of` looks a few records up in the engine's index of all: a run over what changed.

By keys and words both bring the same pairs. By likeness a look-up takes the most alike of a record by shared trigrams,
five times as many as a full run takes by tf-idf; so it may show a pair that a full run does not bring together, which
then ends with that run, and the other way round. Scores are the same to the last bit: how rare a value or a word is, is
counted in the records as they are now, in an index by keeping account of what came and went. (One thing differs: model
numbers in long product titles count by their words.) Pairs of unchanged records keep their score until a full run,
although what changed made their values rarer or commoner.

Each process that matches or answers has its own: a million persons of six fields take 1.5 GB (bench.lookup), 24,000
companies 130 MB, their pairs and postings included. It keeps the records of `_KEPT` domains, and of fewer where they
are more than `_MOST_RECORDS` together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import connection

from mdm.engine.matching import Cell, Index, MatchModel, Pairs, Scores, Table, candidates, columns_of, score
from mdm.engine.matching.blocking import candidates_of
from mdm.engine.matching.explain import bars_of
from mdm.engine.matching.pairwise import scores_of
from mdm.engine.matching.table import Longs
from mdm.kernel.clock import database_now
from mdm.matching.evidence import evidence_of

PRIOR: Final = "prior"
_BATCH: Final = 2_000
_KEPT: Final = 4
_MOST_RECORDS: Final = 2_000_000
_AT_ONCE: Final = 500_000
"""Pairs scored in one piece."""
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


_PRESENT = """
SELECT s.id, s.in_force, s.generation
FROM records_sourcerecord s
JOIN records_crosswalkentry c ON c.external_id_id = s.external_id_id AND c.ended_at IS NULL
WHERE s.domain_id = %s AND NOT s.deleted ORDER BY s.id
"""


class Corpus:
    """The linked source records of a domain under one rule set, and the pairs among them."""

    def __init__(self, domain: str, model: MatchModel) -> None:
        self.domain = domain
        self.model = model
        self.index = Index(model)
        self.turn = threading.RLock()
        """Whoever reads or refreshes holds it: a process may answer several at once."""
        self._known: Longs = np.zeros((0, 3), dtype=np.int64)
        """Id, version and generation of each record, by id."""
        self.read_at: datetime | None = None
        """As of when the records are those of the database."""

    def __len__(self) -> int:
        return len(self._known)

    def refresh(self, heartbeat: Callable[[], None]) -> None:
        """The records are what the database says now; only what changed is read."""
        read_at = database_now()
        with connection.cursor() as cursor:
            cursor.execute(_PRESENT, [self.domain])
            present = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
        if not np.array_equal(present, self._known):
            self._follow(present, heartbeat)
        self.read_at = read_at

    def _follow(self, present: Longs, heartbeat: Callable[[], None]) -> None:
        gone = np.setdiff1d(self._known[:, 0], present[:, 0], assume_unique=True)
        self.index.remove(str(record) for record in gone.tolist())
        self._read(present, _changed(present, self._known), heartbeat)

    def _read(self, present: Longs, places: Longs, heartbeat: Callable[[], None]) -> None:
        """The records at these places say what they say now."""
        names = sorted({each.column for each in self.model.fields.values()})
        said: dict[str, Mapping[str, Cell]] = {}
        systems: list[str] = []
        left_out: list[str] = []
        for start in range(0, len(places), _BATCH):
            piece = places[start : start + _BATCH]
            found = evidence_of(present[piece, 0].tolist())
            for place, record in zip(piece.tolist(), present[piece, 0].tolist(), strict=True):
                one = found.get(record)
                if one is not None:
                    present[place, 1:] = one.version, one.generation
                if one is None or one.left_out:
                    left_out.append(str(record))
                    continue
                said[str(record)] = columns_of(one.values, self.model)
                systems.append(one.system)
            heartbeat()
        self.index.remove(left_out)
        columns = {name: [cells[name] for cells in said.values()] for name in names}
        self.index.add(Table(list(said), columns, systems))
        self._known = present

    def states(self, records: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return version and generation of each of the records that is here."""
        asked = np.array(sorted(set(records)), dtype=np.int64)
        if not len(self) or not len(asked):
            return {}
        places = np.minimum(np.searchsorted(self._known[:, 0], asked), len(self) - 1)
        rows = self._known[places][self._known[places, 0] == asked]
        return {record: (version, generation) for record, version, generation in rows.tolist()}

    def shard(self, which: int, many: int, heartbeat: Callable[[], None] = lambda: None) -> list[FoundPair]:
        """Return the pairs of all records that shard `which` of `many` brings; all shards together are a full run."""
        prepared = self.index.renew()
        pairs = candidates_of(prepared, self.model, (which, many))
        heartbeat()
        found: list[FoundPair] = []
        for start in range(0, len(pairs), _AT_ONCE):
            piece = pairs.take(np.arange(start, min(start + _AT_ONCE, len(pairs))))
            scores = scores_of(prepared, self.model, piece.left.astype(np.int64), piece.right.astype(np.int64))
            found += self._told(prepared.table.ids, piece, scores)
            heartbeat()
        return _each_once(found)

    def pairs_of(self, records: Iterable[int]) -> list[FoundPair]:
        """Return every pair with at least one of the records in it, by left and right."""
        asked = self.index.having([str(record) for record in records])
        if not len(asked):
            return []
        pairs = candidates(asked, self.model, against=self.index)
        return _each_once(self._told(asked.ids, pairs, score(asked, pairs, self.model)))

    def _told(self, ids: Sequence[str], pairs: Pairs, scores: Scores) -> list[FoundPair]:
        """Those of the pairs that reach the review threshold; `ids` are of the left rows."""
        others = ids if pairs.against is None else pairs.against.ids
        places = np.flatnonzero(scores.score >= self.model.thresholds.review).tolist()
        both = [sorted((int(ids[pairs.left[at]]), int(others[pairs.right[at]]))) for at in places]
        versions = self.states(record for pair in both for record in pair)
        return [self._pair(left, right, scores, at, versions) for (left, right), at in zip(both, places, strict=True)]

    def _pair(
        self, left: int, right: int, scores: Scores, at: int, versions: Mapping[int, tuple[int, int]]
    ) -> FoundPair:
        levels = scores.levels[at].tolist()
        bars = bars_of(self.model, scores, at)
        return FoundPair(
            left=left,
            right=right,
            score=float(scores.score[at]),
            levels={each.name: int(level) for each, level in zip(self.model.comparisons, levels, strict=True)},
            contributions=[
                [PRIOR, "", scores.prior],
                *([bar.name, bar.level_label or bar.level, bar.bits] for bar in bars),
            ],
            left_version=versions[left][0],
            right_version=versions[right][0],
        )


def _changed(present: Longs, known: Longs) -> Longs:
    """Places of the records in `present` that are not in `known` just so."""
    if not len(known):
        return np.arange(len(present))
    places = np.minimum(np.searchsorted(known[:, 0], present[:, 0]), len(known) - 1)
    return np.flatnonzero((known[places] != present).any(axis=1))


def _each_once(found: Sequence[FoundPair]) -> list[FoundPair]:
    pairs = {(pair.left, pair.right): pair for pair in found}
    return [pairs[both] for both in sorted(pairs)]


def corpus_of(domain: str, rule_set: int, model: MatchModel, heartbeat: Callable[[], None] = lambda: None) -> Corpus:
    """Return the corpus of the domain under that rule set, up to date with the database."""
    with _turn:
        corpus = _corpora.pop((domain, rule_set), None) or Corpus(domain, model)
        _corpora[domain, rule_set] = corpus
    with corpus.turn:
        corpus.refresh(heartbeat)
    with _turn:
        while len(_corpora) > 1 and (len(_corpora) > _KEPT or sum(map(len, _corpora.values())) > _MOST_RECORDS):
            del _corpora[next(iter(_corpora))]
    return corpus


def corpus_at_hand(domain: str, rule_set: int) -> Corpus | None:
    """Return what this process holds of the domain, as it was read last; None where it was never read to its end."""
    with _turn:
        corpus = _corpora.get((domain, rule_set))
    return corpus if corpus is not None and corpus.read_at is not None else None


def forget_corpora() -> None:
    """This process keeps no records any more; the next run reads them anew."""
    with _turn:
        _corpora.clear()
