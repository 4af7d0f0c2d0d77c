"""Distinct numbers by sorting, which numpy does some fifty times faster than what `np.unique` does."""

from __future__ import annotations

from typing import Final

import numpy as np

from mdm.engine.matching.table import Bools, Longs

_BITS: Final = 64


def distinct(keys: Longs) -> Longs:
    """Each number once, in order."""
    ordered = np.sort(keys)
    return ordered[firsts(ordered)]


def numbered(keys: Longs) -> tuple[Longs, Longs]:
    """Each number once, in order, and at which place of those each key is."""
    order = sorted_places(keys)
    ordered = keys[order]
    first = firsts(ordered)
    inverse = np.empty(len(keys), dtype=np.int64)
    inverse[order] = np.cumsum(first) - 1
    return ordered[first], inverse


def sorted_places(keys: Longs) -> Longs:
    """The places of the keys, the smallest first; equal ones in the order in which they stand.

    Keys are numbers from 0 on. Where key and place fit into one number, plain numbers are sorted.
    """
    bits = _bits_of_places(len(keys))
    if len(keys) and int(keys.min()) >= 0 and int(keys.max()).bit_length() <= room_for_keys(len(keys)):
        packed = keys.astype(np.uint64)
        packed <<= np.uint64(bits)
        packed |= np.arange(len(keys), dtype=np.uint64)
        packed.sort()
        packed &= np.uint64((1 << bits) - 1)
        return packed.view(np.int64)
    return np.argsort(keys, kind="stable")


def room_for_keys(count: int) -> int:
    """How many bits each of so many keys may have for `sorted_places` to be quick."""
    return _BITS - _bits_of_places(count)


def _bits_of_places(count: int) -> int:
    return max(count - 1, 1).bit_length()


def firsts(ordered: Longs) -> Bools:
    """Where a number stands that the one before it is not."""
    first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first
