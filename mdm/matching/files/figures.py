"""What a resolution comes to in figures: what a report and a terminal say about it."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching import Table
from mdm.engine.matching.expected import Expected, expected_at
from mdm.engine.matching.resolve import Resolution

THRESHOLDS: Final = (-4.0, -2.0, 0.0, 2.0, 4.0, 7.0, 10.0)
SECONDS_PER_PAIR: Final = 25
"""What a steward needs for one pair, in the mean, in practised hands."""
OVERSIZE: Final = 50


class Figures(NamedTuple):
    records: int
    things: int
    """Clusters, single records among them."""
    groups: int
    """Clusters of two records or more."""
    surplus: int
    """Records beyond one for each thing."""
    largest: int
    oversize: int
    certain: int
    doubtful: int
    """Pairs between the review and the automatic threshold."""
    hours: float
    shared: int
    """Clusters with records of several sources."""
    expected: tuple[Expected, ...]


def figures_of(table: Table, found: Resolution) -> Figures:
    """The figures of the resolution; nothing is certain where it was refused."""
    sizes = np.bincount(np.unique(found.clusters, return_inverse=True)[1])
    bits = found.bits
    auto = np.inf if found.refused else found.model.thresholds.auto
    certain = int((bits >= auto).sum())
    doubtful = int(((bits >= found.model.thresholds.review) & (bits < auto)).sum())
    return Figures(
        records=len(table),
        things=len(sizes),
        groups=int((sizes > 1).sum()),
        surplus=len(table) - len(sizes),
        largest=int(sizes.max(initial=0)),
        oversize=int((sizes > OVERSIZE).sum()),
        certain=certain,
        doubtful=doubtful,
        hours=doubtful * SECONDS_PER_PAIR / 3_600,
        shared=_shared(table, found),
        expected=tuple(expected_at(found.bits, THRESHOLDS)),
    )


def _shared(table: Table, found: Resolution) -> int:
    if table.sources is None:
        return 0
    kinds = set(zip(found.clusters.tolist(), table.sources, strict=True))
    clusters = [cluster for cluster, _ in kinds]
    return sum(count > 1 for count in np.unique(clusters, return_counts=True)[1].tolist())
