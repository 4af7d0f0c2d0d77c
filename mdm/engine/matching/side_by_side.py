"""Rows of several tables that were read already, as one small table to be compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mdm.engine.matching.declaration import MatchModel
from mdm.engine.matching.prepared import MISSING, Coded, Prepared, Statistics
from mdm.engine.matching.sorting import numbered
from mdm.engine.matching.table import Bools, Longs

Part = tuple[Prepared, Longs]
"""A table as it was read, and the rows that are taken."""


def beside(parts: Sequence[Part], model: MatchModel, statistics: Statistics) -> Prepared:
    """The rows of each part, one after the other; nothing is read again."""
    fields = {name: _joint([(prepared.field(name), rows) for prepared, rows in parts]) for name in model.fields}
    return Prepared.of_fields(fields, sum(len(rows) for _, rows in parts), model, statistics)


def _joint(parts: Sequence[tuple[Coded, Longs]]) -> Coded:
    taken = [_taken(*each) for each in parts]
    foreign: dict[str, bool] = {}
    for texts, _, _, marks in taken:
        for text, guessed in zip(texts, marks.tolist(), strict=True):
            foreign[text] = foreign.get(text, False) or guessed
    values = sorted(foreign)
    numbers = {text: number for number, text in enumerate(values)}
    codes = [np.append([numbers[text] for text in texts], MISSING)[held] for texts, held, _, _ in taken]
    offsets = np.concatenate(([0], np.cumsum(np.concatenate([lengths for _, _, lengths, _ in taken]))))
    return Coded(
        values,
        np.concatenate(codes).astype(np.int32),
        offsets.astype(np.int64),
        np.array([foreign[text] for text in values], dtype=bool),
    )


def _taken(coded: Coded, rows: Longs) -> tuple[list[str], Longs, Longs, Bools]:
    """The texts that the rows have, which of them each place has (-1: none), places by row, and which are guessed."""
    lengths = coded.offsets[rows + 1] - coded.offsets[rows]
    places = np.repeat(coded.offsets[rows] - np.cumsum(lengths) + lengths, lengths) + np.arange(int(lengths.sum()))
    codes, held = numbered(coded.codes[places].astype(np.int64) + 1)
    codes = codes - 1
    missing = bool(len(codes)) and codes[0] < 0
    known = codes[1:] if missing else codes
    return [coded.values[code] for code in known.tolist()], held - int(missing), lengths, coded.foreign[known]
