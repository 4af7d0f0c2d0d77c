"""Which pairs are worth comparing: the union of what each rule brings, each block capped, nothing quadratic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from mdm.engine.matching.alike import most_alike
from mdm.engine.matching.blocks import Blocked, keyed, pairs_in_blocks
from mdm.engine.matching.declaration import MatchModel
from mdm.engine.matching.prepared import Prepared, prepared_for
from mdm.engine.matching.sorting import firsts, numbered
from mdm.engine.matching.table import Ints, Longs, Table

if TYPE_CHECKING:
    from mdm.engine.matching.index import Index


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of rows. Within one table left < right and each pair is there once; with `against`, `left` are rows of the
    table and `right` rows of the index.

    `rules[i]` has bit r set where rule r of the model brought pair i.
    """

    left: Ints
    right: Ints
    rules: Longs
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Blocks left out because they were too large, by rule."""
    against: Index | None = None

    def __len__(self) -> int:
        return len(self.left)

    def take(self, places: Longs) -> Pairs:
        return Pairs(self.left[places], self.right[places], self.rules[places], self.dropped, self.against)


def candidates(table: Table, model: MatchModel, against: Index | None = None) -> Pairs:
    """The pairs that the model's blocking rules bring together, in a fixed order.

    With `against`, each row is looked up in the index instead.
    """
    if against is not None:
        return against.look_up(table)
    return candidates_of(prepared_for(table, model), model)


WHOLE: Final = (0, 1)


def candidates_of(prepared: Prepared, model: MatchModel, shard: tuple[int, int] = WHOLE) -> Pairs:
    """As `candidates`, for a table that is prepared already.

    `shard` (which, of how many) leaves each block to one shard, and each rule of likeness as a whole: `together` of all
    shards is what one would find alone.
    """
    brought: list[Longs] = []
    dropped: dict[str, int] = {}
    across = across_sources(prepared.table, model)
    for number, rule in enumerate(model.blocking):
        found = _brought(prepared, model, number, shard)
        left, right = found.left, found.right
        if across is not None:
            kept = across[left] != across[right]
            left, right = left[kept], right[kept]
        brought.append(left * prepared.size + right)
        if found.dropped:
            dropped[rule.name] = found.dropped
    pairs, rules = _united(brought)
    size = max(prepared.size, 1)
    return Pairs((pairs // size).astype(np.int32), (pairs % size).astype(np.int32), rules, dropped)


def together(shards: Sequence[Pairs]) -> Pairs:
    """The pairs of all shards of one table, in the order of one that did all."""
    left, right, rules = (
        np.concatenate([getattr(each, side) for each in shards]) for side in ("left", "right", "rules")
    )
    size = int(right.max(initial=0)) + 1
    pairs, places = numbered(left.astype(np.int64) * size + right)
    brought = np.zeros(len(pairs), dtype=np.int64)
    np.bitwise_or.at(brought, places, rules)
    dropped = {name: sum(each.dropped.get(name, 0) for each in shards) for each in shards for name in each.dropped}
    return Pairs((pairs // size).astype(np.int32), (pairs % size).astype(np.int32), brought, dropped)


def _united(brought: list[Longs]) -> tuple[Longs, Longs]:
    """Each pair once, in order, and a bit for each rule that brought it: of `brought[rule]`, which is used up."""
    wide = max(len(brought) - 1, 1).bit_length()
    for rule, keys in enumerate(brought):
        keys <<= wide
        keys |= rule
    every = np.concatenate([np.zeros(0, dtype=np.int64), *brought])
    brought.clear()
    every.sort()
    rules = np.left_shift(1, every & ((1 << wide) - 1))
    every >>= wide
    starts = np.flatnonzero(firsts(every))
    return every[starts], np.bitwise_or.reduceat(rules, starts) if len(starts) else rules


def across_sources(table: Table, model: MatchModel) -> Longs | None:
    """Source numbers, when only records of different sources can be the same; else None."""
    if not model.distinct_sources or table.sources is None:
        return None
    return np.unique(np.asarray(table.sources, dtype=object), return_inverse=True)[1].astype(np.int64)


def _brought(prepared: Prepared, model: MatchModel, number: int, shard: tuple[int, int]) -> Blocked:
    rule, (which, many) = model.blocking[number], shard
    if rule.kind == "similar":
        nothing = np.zeros(0, dtype=np.int64)
        return most_alike(prepared, rule) if number % many == which else Blocked(nothing, nothing, 0)
    found = keyed(prepared, rule)
    if many > 1:
        mine = found.keys % many == which
        found = found._replace(keys=found.keys[mine], rows=found.rows[mine])
    return pairs_in_blocks(found, rule.cap)
