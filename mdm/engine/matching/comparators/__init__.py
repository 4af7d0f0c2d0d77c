"""Comparators: ordered levels that own their labels, scored on distinct pairs of values."""

from mdm.engine.matching.comparators import (  # noqa: F401 (each registers its comparators)
    address,
    contact,
    identifier,
    organisation,
    person,
    plain,
    product,
)
from mdm.engine.matching.comparators.registry import COMPARATORS, Comparator, Compared, LevelSpec, comparator

__all__ = ["COMPARATORS", "Comparator", "Compared", "LevelSpec", "comparator"]
