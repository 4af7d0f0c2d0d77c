"""How common values and words are in a table, kept for rows that are looked at alone."""

from __future__ import annotations

import numpy as np

from mdm.engine.matching.prepared import Compound, Population, Prepared, Statistics
from mdm.engine.matching.scoring import usual_count
from mdm.engine.matching.tokens import words_of_part


def population_of(values: Compound) -> Population:
    """What `Compound.population` needs to know of a larger table."""
    words = words_of_part(values, 0)
    held = np.bincount(words.codes, minlength=len(words.vocabulary))
    return Population(
        values=max(len(values), 1),
        texts=dict(zip(values.texts, values.counts.tolist(), strict=True)),
        words=dict(zip(words.vocabulary, held.astype(np.int64).tolist(), strict=True)),
        usual=usual_count(np.maximum(values.counts.astype(np.float64), 1.0)),
        usual_bits=words.usual,
    )


def statistics_of(prepared: Prepared) -> Statistics:
    """How often the values and words of each comparison occur in the table."""
    return {each.fields: population_of(prepared.compound(each.fields)) for each in prepared.model.comparisons}
