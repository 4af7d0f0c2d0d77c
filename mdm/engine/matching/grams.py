"""Trigrams of very many texts, found without a loop, and the texts that share them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.alike import LONGEST, grams_of
from mdm.engine.matching.sorting import distinct, firsts, numbered, sorted_places
from mdm.engine.matching.table import Floats, Longs

_MOST_HELD: Final = 60_000
"""Texts looked at for one text: those of its rarest trigrams."""
_MOST_WEIGHED: Final = 1_000
"""Of these, the ones that share most of the rarest, to be weighed by all their trigrams."""
_DENSE: Final = 1 << 24


class Alike(NamedTuple):
    """Numbers of texts, and what part of the trigrams of either the other has."""

    texts: Longs
    likeness: Floats


class Grams:
    """The distinct trigrams of each text, and for each trigram the texts that have it."""

    def __init__(self, texts: list[str]) -> None:
        padded = [f" {text[:LONGEST]} " for text in texts]
        lengths = np.array([len(text) for text in padded], dtype=np.int64)
        points = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        used = np.zeros(int(points.max(initial=0)) + 1, dtype=bool)
        used[points] = True
        self._letters = {int(point): number for number, point in enumerate(np.flatnonzero(used).tolist())}
        letters = (np.cumsum(used) - 1)[points]
        # A trigram begins at every letter but the last two of each text.
        counts = np.maximum(lengths - 2, 0)
        text = np.repeat(np.arange(len(texts)), counts)
        at = np.arange(len(text)) + np.repeat((np.cumsum(lengths) - lengths) - (np.cumsum(counts) - counts), counts)
        width = len(self._letters)
        raw = (letters[at] * width + letters[at + 1]) * width + letters[at + 2]
        self._known, codes = _numbered(raw, width**3)
        both = distinct(text * max(len(self._known), 1) + codes)
        held, grams = np.divmod(both, max(len(self._known), 1))
        self._grams = grams.astype(np.int32)
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(held, minlength=len(texts))))).astype(np.int64)
        order = sorted_places(grams)
        self._holders = held[order].astype(np.int32)
        holders = np.bincount(grams, minlength=len(self._known))
        self._ends = np.concatenate(([0], np.cumsum(holders))).astype(np.int64)

    def alike(self, text: str, least: float) -> Alike:
        """The texts that share at least the part `least` of all trigrams of both.

        Where very many share them, only those are looked at that share the rarest.
        """
        wanted = set(grams_of(text))
        codes = self._codes(wanted)
        maybe = self._maybe(codes)
        sizes = self._starts[maybe + 1] - self._starts[maybe]
        places = np.repeat(self._starts[maybe] - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
        has = np.zeros(len(self._known), dtype=bool)
        has[codes] = True
        hits = np.concatenate(([0], np.cumsum(has[self._grams[places]])))
        ends = np.cumsum(sizes)
        shared = hits[ends] - hits[ends - sizes]
        likeness = shared / (len(wanted) + sizes - shared)
        kept = likeness >= least
        return Alike(maybe[kept], likeness[kept])

    def _codes(self, grams: set[str]) -> Longs:
        """Numbers of those that are known, the rarest first."""
        width = len(self._letters)
        raw = []
        for gram in grams:
            letters = [self._letters.get(ord(letter), -1) for letter in gram]
            if len(letters) == 3 and min(letters) >= 0:
                raw.append((letters[0] * width + letters[1]) * width + letters[2])
        sought = np.sort(np.array(raw, dtype=np.int64))
        at = np.searchsorted(self._known, sought)
        at = at[at < len(self._known)]
        codes: Longs = at[self._known[at] == sought[: len(at)]]
        ordered: Longs = codes[np.argsort(self._ends[codes + 1] - self._ends[codes], kind="stable")]
        return ordered

    def _maybe(self, codes: Longs) -> Longs:
        """Texts that have one of the rarest trigrams."""
        counts = self._ends[codes + 1] - self._ends[codes]
        within = max(int(np.searchsorted(np.cumsum(counts), _MOST_HELD, side="right")), 1)
        found = [self._holders[self._ends[code] : self._ends[code + 1]] for code in codes[:within].tolist()]
        held = np.sort(np.concatenate([np.zeros(0, dtype=np.int32), *found])).astype(np.int64)
        starts = np.flatnonzero(firsts(held))
        texts = held[starts]
        if len(texts) > _MOST_WEIGHED:
            times = np.diff(np.append(starts, len(held)))
            least = np.partition(times, -_MOST_WEIGHED)[-_MOST_WEIGHED]
            texts = texts[times > least] if least == 1 and (times > 1).any() else texts[times >= least]
        return texts


def _numbered(raw: Longs, width: int) -> tuple[Longs, Longs]:
    """Distinct numbers below `width` in order, and at which place of those each is."""
    if width > _DENSE:
        return numbered(raw)
    used = np.zeros(width, dtype=bool)
    used[raw] = True
    return np.flatnonzero(used), (np.cumsum(used) - 1)[raw]
