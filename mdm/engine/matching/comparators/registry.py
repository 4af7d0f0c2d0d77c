"""The shape of a comparator, and the table they register in.

To add a comparator: write a file here with a function from pairs of values to levels, list its levels from the
strongest disagreement to the strongest agreement with the share `m` of true matches that shows each, register it with
`@comparator`, import the file in `__init__`. Every property test then runs over it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Bytes, Floats, Longs

UNBOUND: Final = 1_000.0


class LevelSpec(NamedTuple):
    """`m` and `u` are what is expected before anything was learned: the level's share among true matches and others.

    `most` is what the level weighs at most without answers of people: the same street with another house number is
    rarer by chance than among matches, and speaks against a match all the same.
    """

    name: str
    label: str
    m: float
    u: float
    most: float = UNBOUND


class Compared(NamedTuple):
    """Level of each pair (-1: it cannot be told), and how many bits of rarity the agreement carries more than usual."""

    levels: Bytes
    rarity: Floats | None = None


Compare = Callable[[Compound, Longs, Longs], Compared]
"""(values, left, right) -> levels of the pairs left[i] and right[i], which are different values; symmetric."""


@dataclass(frozen=True, slots=True)
class Comparator:
    name: str
    levels: tuple[LevelSpec, ...]
    compare: Compare
    most_fields: int
    identity: bool
    """Whether an agreement alone can speak for a match: a name, an identifier; not a country."""
    by_words: bool
    """Whether rarity is that of the first field's words, not that of the whole value."""
    by_trade: bool
    """Whether values of different things are alike because the things are of one kind: two banks, two schools."""
    of_persons: bool
    """Whether it names persons, whose records are typed in whole and go wrong in several fields at once."""
    pinpoints: bool
    """Whether things of one kind and a like name seldom agree on it unless they are one: a house, not a town."""

    @property
    def most(self) -> Floats:
        """What each level weighs at most without answers of people."""
        return np.array([level.most for level in self.levels])


COMPARATORS: Final[dict[str, Comparator]] = {}


def comparator(
    name: str,
    *levels: LevelSpec,
    most_fields: int = 1,
    identity: bool = False,
    by_words: bool = False,
    by_trade: bool = False,
    of_persons: bool = False,
    pinpoints: bool = False,
) -> Callable[[Compare], Compare]:
    def register(compare: Compare) -> Compare:
        COMPARATORS[name] = Comparator(
            name, levels, compare, most_fields, identity, by_words, by_trade, of_persons, pinpoints
        )
        return compare

    return register
