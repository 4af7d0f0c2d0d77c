"""A matching model as data: how records are read, which pairs are looked at, and what each agreement weighs.

columns:                      # only where records are held by path: which paths fill a column
  name: [name, other_names.name]
fields:
  name: {column: name, reader: organisation}
blocking:
  - {kind: exact, keys: [vat], cap: 50}
  - {kind: key, keys: ["name:prefix5", postal_code], cap: 100}
  - {kind: tokens, keys: [name], cap: 30}
  - {kind: similar, keys: [name, city], top: 10}
comparisons:                  # levels run from the strongest agreement to the strongest disagreement
  - name: name
    label: Name
    fields: [name, form]
    comparator: organisation_name
    rarity: 1.0
    levels:
      - {name: equal, bits: 9.2}
interactions:
  - {name: chain, label: Branch of a chain, when: {name: [equal], address: [differs]}, bits: -4}
prior: -12.5
thresholds: {review: 0, auto: 7}

A score is the prior plus the bits of the levels found, so its unit is bits: 7 means odds of 128 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

BlockKind = Literal["exact", "key", "tokens", "similar"]


class ModelError(ValueError):
    """A matching model says something it cannot mean."""

    def __init__(self, where: str, *, expected: str, found: object, remedy: str) -> None:
        text = repr(found)
        self.value = found
        self.where = where
        self.expected = expected
        self.found = text if len(text) <= 80 else f"{text[:77]}…"
        self.remedy = remedy
        super().__init__(f"{where}: expected {expected}, found {self.found}. {remedy}")


@dataclass(frozen=True, slots=True)
class Field:
    """A column as one reader reads it."""

    name: str
    column: str
    reader: str


@dataclass(frozen=True, slots=True)
class BlockRule:
    """Pairs are looked at when they share a key (`exact`, `key`), a rare word (`tokens`), or are among the `top` most
    alike (`similar`). A block of more than `cap` records says nothing and is left out.

    `keys` are fields; `field:prefix5` takes a part of the value.
    """

    kind: BlockKind
    keys: tuple[str, ...]
    cap: int = 100
    top: int = 10

    @property
    def name(self) -> str:
        return f"{self.kind} {' + '.join(self.keys)}"


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison. `m` and `u` are its shares among true matches and among others, where known."""

    name: str
    label: str
    bits: float
    m: float | None = None
    u: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Levels run from the strongest disagreement to the strongest agreement; their bits never fall."""

    name: str
    label: str
    fields: tuple[str, ...]
    comparator: str
    levels: tuple[Level, ...]
    rarity: float = 0.0
    """How much of a value's rarity counts: 1 = all, 0 = none."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """Bits of their own for levels that come together: evidence that the single comparisons count twice or miss."""

    name: str
    label: str
    when: Mapping[str, tuple[str, ...]]
    bits: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """In bits: pairs from `review` on are shown, pairs from `auto` on count as certain."""

    review: float = 0.0
    auto: float = 7.0


@dataclass(frozen=True, slots=True)
class Partners:
    """Where each record has one partner at most: bits for a pair to be each other's, `offset + score x its score +
    lead x its lead` over whatever else its records could be paired with."""

    offset: float = 0.0
    score: float = 1.0
    lead: float = 1.0


@dataclass(frozen=True)
class MatchModel:
    """Immutable; `from_content` and `to_content` are each other's inverse."""

    fields: Mapping[str, Field]
    blocking: tuple[BlockRule, ...]
    comparisons: tuple[Comparison, ...]
    prior: float
    thresholds: Thresholds = Thresholds()
    interactions: tuple[Interaction, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    distinct_sources: bool = False
    """Whether each source has each thing once, so that only records of different sources can be the same."""
    partners: Partners = Partners()
    notes: tuple[str, ...] = ()
    """What the one who made the model wants to be known: `needs labels` and the like."""

    @staticmethod
    def from_content(content: Mapping[str, Any]) -> MatchModel:
        """The model that the content declares.

        Raises: ModelError naming the place, what was expected, what was found, and the remedy.
        """
        from mdm.engine.matching.content import read_model

        return read_model(content)

    def to_content(self) -> dict[str, Any]:
        """Plain data, ready for JSON and YAML."""
        from mdm.engine.matching.content import write_model

        return write_model(self)

    def with_thresholds(self, *, review: float, auto: float) -> MatchModel:
        return replace(self, thresholds=Thresholds(review, auto))

    @cached_property
    def bars(self) -> tuple[str, ...]:
        """Names of the columns of `Scores.contributions`: comparisons, rarities, interactions."""
        rare = [f"{comparison.name} rarity" for comparison in self.comparisons if comparison.rarity]
        return (
            *(comparison.name for comparison in self.comparisons),
            *rare,
            *(each.name for each in self.interactions),
        )
