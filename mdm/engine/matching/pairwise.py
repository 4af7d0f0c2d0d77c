"""Scores of candidate pairs, of one table or against an index."""

from __future__ import annotations

import numpy as np

from mdm.engine.matching.blocking import Pairs
from mdm.engine.matching.declaration import MatchModel
from mdm.engine.matching.index import Index
from mdm.engine.matching.prepared import Prepared, Statistics, prepared_for
from mdm.engine.matching.scoring import Scores, add_up, outcomes
from mdm.engine.matching.sorting import numbered
from mdm.engine.matching.table import Longs, Table


def score(table: Table, pairs: Pairs, model: MatchModel, statistics: Statistics | None = None) -> Scores:
    """The score of each pair, in the order of the pairs.

    `statistics` (`Index.statistics`) say how common values are when the table is only an excerpt.
    """
    if pairs.against is not None:
        return _score_against(table, pairs, model, pairs.against)
    prepared = prepared_for(table, model, statistics)
    return scores_of(prepared, model, pairs.left.astype(np.int64), pairs.right.astype(np.int64))


def scores_of(prepared: Prepared, model: MatchModel, left: Longs, right: Longs) -> Scores:
    """As `score`, for a table that is prepared already."""
    return add_up(model, outcomes(prepared, model, left, right))


def _score_against(table: Table, pairs: Pairs, model: MatchModel, index: Index) -> Scores:
    """The rows that were looked up and the rows they may be, side by side."""
    rows, inverse = numbered(pairs.right.astype(np.int64))
    return scores_of(index.beside(table, rows), model, pairs.left.astype(np.int64), inverse + len(table))
