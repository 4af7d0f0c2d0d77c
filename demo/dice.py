"""Chance that comes out the same on every machine: all of it drawn from `random.Random(seed).random()`."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of choices. Only `random()` of the standard generator is promised to stay as it is."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def chance(self, share: float) -> bool:
        return self._random() < share

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random() * (high - low + 1))

    def one(self, items: Sequence[T]) -> T:
        return items[int(self._random() * len(items))]

    def weighted(self, weights: Mapping[T, int]) -> T:
        point = self._random() * sum(weights.values())
        for item, weight in weights.items():
            point -= weight
            if point < 0:
                return item
        raise AssertionError("the weights add up to the point")

    def digits(self, count: int, *, first: str = "123456789") -> str:
        """A number of `count` digits as text; its first digit is one of `first`."""
        return self.one(first) + "".join(self.one("0123456789") for _ in range(count - 1))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return [item for _, item in sorted(((self._random(), n), item) for n, item in enumerate(items))]
