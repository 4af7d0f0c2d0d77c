"""How good the proposals of a domain are, measured against a truth that somebody knows."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from django.conf import settings
from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.governance.identifiers import canonical
from mdm.governance.models import IdType
from mdm.kernel.errors import Invalid

DEMO_TRUTH: Path = settings.BASE_DIR / "demo" / "files" / "truth.csv"
DEMO_DOMAIN = "party"


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One identifier, and the real thing it is of; `trap` names why it is hard, if it is."""

    system: str
    type: str
    id: str
    entity: str
    trap: str


@dataclass(frozen=True, slots=True)
class TrapQuality:
    """Of the records of one trap: pairs that are one thing, how many of them were found; pairs wrongly proposed."""

    trap: str
    true_pairs: int
    found: int
    wrong: int


@dataclass(frozen=True, slots=True)
class ProposalQuality:
    """Pairs of source records. `proposed` are those that open tasks ask about, `right` of them are one thing.

    `true_pairs` are one thing, `linked` of them lead to one golden record already, `found` are linked or proposed.
    `precision` = right / proposed, `recall` = found / true_pairs; 1 where there is nothing to divide by.
    """

    records: int
    entities: int
    proposed: int
    right: int
    true_pairs: int
    linked: int
    found: int
    precision: float
    recall: float
    by_trap: list[TrapQuality]


def demo_quality(*, actor: Actor) -> ProposalQuality | None:
    """Return how good the demo's proposals are now; None where there is no demo.

    Raises: NotAllowed without `view` in the domain.
    """
    truth = read_truth(DEMO_TRUTH)
    return proposal_quality(actor=actor, domain=DEMO_DOMAIN, truth=truth) if truth else None


def read_truth(path: Path) -> list[TruthRow]:
    """Return the truth in the file (none without a file), but for identifiers that were given to something else."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = [TruthRow(r["system"], r["type"], r["id"], r["entity"], r["trap"]) for r in csv.DictReader(file)]
    meant = Counter((one.system, one.type, one.id) for one in {_plain(row) for row in rows})
    return [row for row in rows if meant[row.system, row.type, row.id] == 1]


def _plain(row: TruthRow) -> TruthRow:
    return TruthRow(row.system, row.type, row.id, row.entity, "")


def proposal_quality(*, actor: Actor, domain: str, truth: Sequence[TruthRow]) -> ProposalQuality:
    """Return how good the open tasks of the domain are, over the identifiers that the truth names and the hub knows.

    Raises: NotAllowed without `view` in the domain.
    """
    require(actor, "view", domain)
    known = _by_canonical_id(domain, truth)
    placed = [(known[key], golden, task) for key, golden, task in _places(domain) if key in known]
    rows = {number: row for number, (row, _, _) in enumerate(placed)}
    true = _pairs(_grouped((row.entity, number) for number, row in rows.items()))
    linked = _pairs(_grouped((golden, number) for number, (_, golden, _) in enumerate(placed)))
    asked = _pairs(_grouped((task, number) for number, (_, _, task) in enumerate(placed) if task is not None))
    proposed = asked - linked
    right, found = proposed & true, true & (linked | proposed)
    return ProposalQuality(
        records=len(placed),
        entities=len({row.entity for row in rows.values()}),
        proposed=len(proposed),
        right=len(right),
        true_pairs=len(true),
        linked=len(true & linked),
        found=len(found),
        precision=len(right) / len(proposed) if proposed else 1.0,
        recall=len(found) / len(true) if true else 1.0,
        by_trap=_by_trap(rows, true, found, proposed - true),
    )


Pair = tuple[int, int]


def _by_trap(rows: Mapping[int, TruthRow], true: set[Pair], found: set[Pair], wrong: set[Pair]) -> list[TrapQuality]:
    def count(pairs: set[Pair]) -> Counter[str]:
        return Counter(trap for one, other in pairs for trap in {rows[one].trap, rows[other].trap} - {""})

    everything, hits, misses = count(true), count(found), count(wrong)
    return [
        TrapQuality(trap, everything[trap], hits[trap], misses[trap]) for trap in sorted(everything | hits | misses)
    ]


Key = tuple[str, str, str]


def _by_canonical_id(domain: str, truth: Sequence[TruthRow]) -> dict[Key, TruthRow]:
    """The truth by identifiers in the form in which the hub keeps them."""
    types = {(one.system_id, one.name): one for one in IdType.objects.filter(domain=domain)}
    found: dict[Key, TruthRow] = {}
    for row in truth:
        with suppress(KeyError, Invalid):  # an identifier that the hub cannot hold is not one that it knows
            found[row.system, row.type, canonical(types[row.system, row.type], row.id)] = row
    return found


# Tasks about one record alone propose nothing, and have no second record to pair it with.
_PLACES = """
SELECT t.system_id, t.name, x.value, c.golden_id, m.task_id
FROM records_crosswalkentry c
JOIN records_externalid x ON x.id = c.external_id_id
JOIN governance_idtype t ON t.id = x.id_type_id AND t.domain_id = %s
JOIN records_sourcerecord s ON s.external_id_id = x.id AND NOT s.deleted
LEFT JOIN stewardship_taskmember m ON m.golden_id = c.golden_id AND m.open
WHERE c.ended_at IS NULL ORDER BY x.id
"""


def _places(domain: str) -> list[tuple[Key, int, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [domain])
        return [((system, type, value), golden, task) for system, type, value, golden, task in cursor.fetchall()]


def _grouped(pairs: Iterable[tuple[object, int]]) -> list[list[int]]:
    found: dict[object, list[int]] = {}
    for key, number in pairs:
        found.setdefault(key, []).append(number)
    return list(found.values())


def _pairs(groups: Iterable[Sequence[int]]) -> set[Pair]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}
