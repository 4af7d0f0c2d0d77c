"""Results as files. Each is written beside its place and then put there, so a cancelled run leaves nothing half."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np

from mdm.engine.matching import Labels, Table
from mdm.engine.matching.resolve import Resolution
from mdm.matching.files.reading import FileProblem


@contextmanager
def put_in_place(path: Path) -> Iterator[TextIO]:
    """A text file that appears at `path` when all is written."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent or Path())
    except OSError as error:
        raise FileProblem(f"{path}: {error.strerror}. Name a folder that can be written to.") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_clusters(path: Path, table: Table, found: Resolution) -> None:
    """id, cluster_id: every record once.

    Clusters are numbered by the least of their ids, so that rows may come in any order.
    """
    least: dict[int, str] = {}
    for identifier, number in zip(table.ids, found.clusters.tolist(), strict=True):
        least[number] = min(least.get(number, identifier), identifier)
    names = {identifier: at for at, identifier in enumerate(sorted(least.values()), 1)}
    rows = sorted((identifier, number) for identifier, number in zip(table.ids, found.clusters.tolist(), strict=True))
    _write(path, ["id", "cluster_id"], ([identifier, names[least[number]]] for identifier, number in rows))


def write_pairs(path: Path, table: Table, found: Resolution, linked_only: bool) -> None:
    """id_l, id_r, score, probability and the level of each comparison; the best pairs first.

    All pairs from the review threshold on, or only those that link records when each has one partner.
    """
    model, scores = found.model, found.scores
    places = found.linked if linked_only else np.flatnonzero(scores.score >= model.thresholds.review)
    chances = found.probability
    rows = []
    for at in places.tolist():
        one, other = sorted((table.ids[int(found.pairs.left[at])], table.ids[int(found.pairs.right[at])]))
        levels = [
            comparison.levels[level].label if level >= 0 else "missing"
            for comparison, level in zip(model.comparisons, scores.levels[at].tolist(), strict=True)
        ]
        rows.append([one, other, f"{scores.score[at]:.3f}", f"{chances[at]:.4f}", *levels])
    rows.sort(key=lambda row: (-float(row[3]), -float(row[2]), row[0], row[1]))
    names = [f"evidence {comparison.name}" for comparison in model.comparisons]
    _write(path, ["id_l", "id_r", "score", "probability", *names], rows)


def write_labels(path: Path, table: Table, labels: Labels) -> None:
    """id_l, id_r, same: what was known and what was answered."""
    rows = [
        [table.ids[left], table.ids[right], int(same)]
        for left, right, same in zip(labels.left.tolist(), labels.right.tolist(), labels.same.tolist(), strict=True)
    ]
    _write(path, ["id_l", "id_r", "same"], rows)


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with put_in_place(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)
