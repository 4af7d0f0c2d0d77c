"""Keys by which records fall into blocks, and the pairs inside the blocks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import product
from typing import Any, Final, NamedTuple

import numpy as np

from mdm.engine.matching.declaration import BlockRule
from mdm.engine.matching.keys import Part, split_part, whole, words
from mdm.engine.matching.prepared import Coded, Prepared
from mdm.engine.matching.sorting import distinct, numbered, sorted_places
from mdm.engine.matching.table import Longs

_MOST_KEYS: Final = 40
"""Per record and rule."""


class Keyed(NamedTuple):
    """Record `rows[i]` has the key number `keys[i]` of `width` keys."""

    width: int
    keys: Longs
    rows: Longs


class Book(NamedTuple):
    """How the keys of a rule are numbered: the texts of each part, and how numbers of parts make one number."""

    parts: list[Sequence[str]]
    crossings: list[Longs]

    def number(self, key: Sequence[str]) -> int:
        """The number of the key with these parts; -1 where no record has it."""
        found = _place(self.parts[0], key[0])
        for texts, crossing, text in zip(self.parts[1:], self.crossings, key[1:], strict=True):
            place = _place(texts, text)
            if found < 0 or place < 0:
                return -1
            found = _place(crossing, found * max(len(texts), 1) + place)
        return found


def _place(ordered: Any, wanted: Any) -> int:
    at = bisect_left(ordered, wanted)
    return at if at < len(ordered) and ordered[at] == wanted else -1


def keyed(prepared: Prepared, rule: BlockRule) -> Keyed:
    """The keys that the rule finds in each record. A record lacking a part of the key has none."""
    return keyed_in_book(prepared, rule)[0]


def keyed_in_book(prepared: Prepared, rule: BlockRule) -> tuple[Keyed, Book]:
    """As `keyed`, and how a key's number is found."""
    found, texts = _part_keys(prepared, rule, rule.keys[0])
    book = Book([texts], [])
    for key in rule.keys[1:]:
        part, texts = _part_keys(prepared, rule, key)
        found, crossing = _crossed(found, part)
        book.parts.append(texts)
        book.crossings.append(crossing)
    return found, book


def _part_keys(prepared: Prepared, rule: BlockRule, key: str) -> tuple[Keyed, Sequence[str]]:
    name, part = _part_of(rule, key)
    coded = prepared.field(name)
    if part is whole:
        count = len(coded.values)
        if coded.single:
            rows = np.flatnonzero(coded.codes >= 0)
            return Keyed(count, coded.codes[rows].astype(np.int64), rows), coded.values
        return _by_record(coded, count, np.arange(count), np.arange(count + 1)), coded.values
    found = [_keys_of(part, value) for value in coded.values]
    texts = sorted({key for keys in found for key in keys})
    numbers = {key: number for number, key in enumerate(texts)}
    flat = np.array([numbers[key] for keys in found for key in keys], dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum([len(keys) for keys in found]))).astype(np.int64)
    return _by_record(coded, len(texts), flat, offsets), texts


def _part_of(rule: BlockRule, key: str) -> tuple[str, Part]:
    name, part = split_part(key)
    return name, words if rule.kind == "tokens" and ":" not in key else part


def _keys_of(part: Part, value: str) -> tuple[str, ...]:
    return tuple(key for key in part(value) if key)[:_MOST_KEYS]


def _by_record(coded: Coded, count: int, flat: Longs, offsets: Longs) -> Keyed:
    rows = np.repeat(np.arange(len(coded.offsets) - 1), np.diff(coded.offsets))
    known = coded.codes >= 0
    codes, rows = coded.codes[known], rows[known]
    lengths = np.diff(offsets)[codes]
    within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    keys = flat[np.repeat(offsets[codes], lengths) + within]
    return _distinct(count, keys, np.repeat(rows, lengths))


def _crossed(one: Keyed, other: Keyed) -> tuple[Keyed, Longs]:
    """Each key of the one with each key of the other, record by record; and the pairs of numbers that there are."""
    width = max(other.width, 1)
    if _single(one) and _single(other):
        second = np.full(max(one.rows.max(initial=0), other.rows.max(initial=0)) + 1, -1)
        second[other.rows] = other.keys
        second = second[one.rows]
        both = second >= 0
        crossed, keys = numbered(one.keys[both] * width + second[both])
        return Keyed(len(crossed), keys, one.rows[both]), crossed
    held = np.bincount(other.rows, minlength=int(one.rows.max(initial=-1)) + 1)
    starts, sizes = (np.cumsum(held) - held)[one.rows], held[one.rows]
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    second = other.keys[np.repeat(starts, sizes) + within]
    crossed, keys = numbered(np.repeat(one.keys, sizes) * width + second)
    return _distinct(len(crossed), keys, np.repeat(one.rows, sizes)), crossed


def _single(found: Keyed) -> bool:
    """Whether no record has two keys; records stand in their order."""
    return bool((found.rows[1:] > found.rows[:-1]).all())


def _distinct(count: int, keys: Longs, rows: Longs) -> Keyed:
    """Sorted by record, each key of a record once."""
    width = max(count, 1)
    both = distinct(rows * width + keys)
    return Keyed(count, both % width, both // width)


class Blocked(NamedTuple):
    left: Longs
    right: Longs
    dropped: int
    """Blocks that were too large to say anything."""


def pairs_in_blocks(found: Keyed, cap: int) -> Blocked:
    """All pairs of records that share a key which at most `cap` records have."""
    order = sorted_places(found.keys)
    keys, rows = found.keys[order], found.rows[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.zeros(0, np.int64)
    sizes = np.diff(np.concatenate((starts, [len(keys)])))
    kept = np.flatnonzero((sizes > 1) & (sizes <= cap))
    kept = kept[sorted_places(sizes[kept])]
    lefts, rights = [], []
    for equal in np.split(kept, np.flatnonzero(np.diff(sizes[kept])) + 1) if len(kept) else []:
        size = int(sizes[equal[0]])
        block = rows[starts[equal][:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        lefts.append(block[:, one].ravel())
        rights.append(block[:, other].ravel())
    empty = np.zeros(0, dtype=np.int64)
    left, right = np.concatenate([empty, *lefts]), np.concatenate([empty, *rights])
    return Blocked(np.minimum(left, right), np.maximum(left, right), int((sizes > cap).sum()))


def keys_of_texts(rule: BlockRule, texts: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """The keys of one record, for a look-up: `texts[part]` are its values of each field of the rule."""
    found = []
    for key, values in zip(rule.keys, texts, strict=True):
        _, part = _part_of(rule, key)
        found.append(sorted({each for value in values for each in _keys_of(part, value)}))
    return list(product(*found))
