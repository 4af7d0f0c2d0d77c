"""The most alike texts by character trigrams: tf-idf cosine, the best few of each text.

Very frequent trigrams cost most and tell least, so they are left out. Works on distinct texts in sorted order, so that
neither the order of the rows nor how often a text occurs decides anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from mdm.engine.matching.blocks import Blocked
from mdm.engine.matching.declaration import BlockRule
from mdm.engine.matching.prepared import Compound, Prepared
from mdm.engine.matching.sorting import distinct
from mdm.engine.matching.table import Longs

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_LEAST: Final = 0.2
LONGEST: Final = 160
_FREQUENT: Final = 0.05
_ALWAYS: Final = 400
"""A trigram that this many texts have is never too frequent."""
_MOST_WORK: Final = 1_000_000_000
"""Products of two texts' trigrams, some ten seconds: of very many texts only the rarer trigrams are looked at."""
_MOST_SHARING: Final = 50
"""Records of one text, whatever the number of pairs."""
_MOST_PAIRS: Final = 1_000_000
"""Within which texts that more records share are looked at as well."""
_GRAM: Final = 3
_THREADS: Final = 2
_FEW: Final = 5_000
"""Texts for which threads cost more than they save."""


def grams_of(text: str) -> list[str]:
    padded = f" {text[:LONGEST]} "
    return [padded[at : at + _GRAM] for at in range(len(padded) - _GRAM + 1)] or [padded]


def weigh(texts: list[str]) -> csr_matrix:
    """Rows of unit length; a trigram weighs with its rarity."""
    from scipy.sparse import csr_matrix

    vocabulary: dict[str, int] = {}
    lists = [grams_of(text) for text in texts]
    flat = np.array([vocabulary.setdefault(gram, len(vocabulary)) for grams in lists for gram in grams], dtype=np.int64)
    rows = np.repeat(np.arange(len(lists)), [len(grams) for grams in lists])
    width = max(len(vocabulary), 1)
    every = np.sort(rows * width + flat)
    cells = distinct(every)
    counts = np.diff(np.append(np.searchsorted(every, cells), len(every)))
    rows, columns = cells // width, cells % width
    held = np.bincount(columns, minlength=width)
    useful = held[columns] <= _most_held(held, len(texts))
    rows, columns, counts = rows[useful], columns[useful], counts[useful]
    weights = (1 + np.log(counts)) * np.log((len(texts) + 1) / held[columns])
    norms = np.sqrt(np.bincount(rows, weights=weights**2, minlength=len(texts)))
    weights = weights / np.maximum(norms[rows], 1e-9)
    # Columns in the order of their trigrams: sums then come out the same whichever text came first.
    rank = np.argsort(np.argsort(np.array(list(vocabulary)) if vocabulary else np.array([""])))
    matrix = csr_matrix((weights.astype(np.float32), (rows, rank[columns])), shape=(len(texts), width))
    matrix.sort_indices()
    return matrix


def _most_held(held: Longs, texts: int) -> int:
    """By how many texts a trigram may be held: beyond it, it costs more than it tells."""
    ordered = np.sort(held)
    within = int(np.searchsorted(np.cumsum(ordered.astype(np.int64) ** 2), _MOST_WORK, side="right"))
    affordable = int(ordered[within]) - 1 if within < len(ordered) else texts
    return max(_ALWAYS, min(int(_FREQUENT * texts), affordable))


def most_alike(prepared: Prepared, rule: BlockRule) -> Blocked:
    """Pairs of records whose texts are among the `top` most alike of either one, and records with equal texts."""
    from sparse_dot_topn import sp_matmul_topn  # costs memory in every process; only matching needs it

    values = prepared.compound(rule.keys)
    texts = sorted_texts(values)
    matrix = weigh(texts.texts)
    threads = _THREADS if len(texts.texts) > _FEW else 1
    found = sp_matmul_topn(
        matrix, matrix.T.tocsr(), top_n=rule.top + 1, threshold=_LEAST, sort=True, n_threads=threads
    ).tocoo()
    one, other = found.row.astype(np.int64), found.col.astype(np.int64)
    different = one != other
    low, high = np.minimum(one, other)[different], np.maximum(one, other)[different]
    width = max(len(texts.texts), 1)
    keys = distinct(low * width + high)
    return _records(texts, keys // width, keys % width)


class Texts(NamedTuple):
    """Distinct texts, and the records of each: text t has `rows[offsets[t]:offsets[t + 1]]`."""

    texts: list[str]
    rows: Longs
    offsets: Longs


def sorted_texts(values: Compound) -> Texts:
    known = values.codes >= 0
    rows = np.repeat(np.arange(len(values.offsets) - 1), np.diff(values.offsets))[known]
    codes = values.codes[known]
    order = np.argsort(codes, kind="stable")
    offsets = np.concatenate(([0], np.cumsum(np.bincount(codes, minlength=len(values))))).astype(np.int64)
    return Texts(values.texts, rows[order], offsets)


def _records(texts: Texts, one: Longs, other: Longs) -> Blocked:
    """From pairs of texts to pairs of records; texts that very many records share are left out."""
    sizes = np.diff(texts.offsets)
    inside = np.flatnonzero(sizes > 1)
    one, other = np.concatenate((one, inside)), np.concatenate((other, inside))
    kept = sizes[one] * sizes[other] <= _most_work(sizes[one] * sizes[other])
    one, other = one[kept], other[kept]
    work = sizes[one] * sizes[other]
    pair = np.repeat(np.arange(len(one)), work)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(work) - work, work)
    width = sizes[other][pair]
    left = texts.rows[texts.offsets[one][pair] + within // width]
    right = texts.rows[texts.offsets[other][pair] + within % width]
    different = left != right
    left, right = left[different], right[different]
    return Blocked(np.minimum(left, right), np.maximum(left, right), int((~kept).sum()))


def _most_work(work: Longs) -> int:
    """Of one pair of texts, so that all together stay within bounds: texts that are shared by many are the last."""
    ordered = np.sort(work)
    within = int(np.searchsorted(np.cumsum(ordered), _MOST_PAIRS, side="right"))
    return max(_MOST_SHARING**2, int(ordered[within - 1]) if within else 0)
