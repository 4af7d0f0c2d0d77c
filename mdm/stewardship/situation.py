"""What is known about some golden records: what they are made of, what matching found, what people said."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from django.db.models import F

from mdm.domains.pack import Pack
from mdm.engine.paths import attribute_of
from mdm.governance.queries import active_pack
from mdm.kernel.once import once
from mdm.matching.evidence import is_left_out
from mdm.matching.queries.due import Matching
from mdm.records.models import Finding, GoldenVersion
from mdm.records.next_versions import LIVING
from mdm.records.projection import Linked, linked_records

DOUBTS = ("UNLIKE", "REUSED")


@dataclass(frozen=True, slots=True)
class Thing:
    """A living golden record. `left_out`: it stands for no one thing (a one-time account, a test)."""

    golden: int
    status: str
    records: tuple[int, ...]
    systems: tuple[str, ...]
    stake: Decimal
    left_out: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A stored pair whose two source records make up two golden records."""

    left: int
    right: int
    left_record: int
    right_record: int
    score: float
    levels: Mapping[str, int]
    contributions: Sequence[Sequence[Any]]
    evidence_hash: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """An open finding that puts in doubt whether a source record is still the same thing."""

    finding: int
    kind: str


@dataclass(frozen=True, slots=True)
class Situation:
    """`apart` are pairs of golden records, smaller id first, that a verdict keeps apart; `torn` golden records hold two
    source records that were told apart; `doubts` by golden record, oldest first.
    """

    things: dict[int, Thing] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    apart: set[tuple[int, int]] = field(default_factory=set)
    torn: set[int] = field(default_factory=set)
    doubts: dict[int, list[Doubt]] = field(default_factory=dict)


def situation_of(domain: str, goldens: Collection[int], matching: Matching | None) -> Situation:
    """Return what is known about the golden records of the domain that live; five statements."""
    asked = ("situation", domain, tuple(sorted(goldens)), matching.rule_set if matching else None)
    return once(asked, lambda: _situation(domain, goldens, matching))


def _situation(domain: str, goldens: Collection[int], matching: Matching | None) -> Situation:
    pack, made_of = active_pack(domain), linked_records(goldens)
    things = {
        golden: _thing(golden, status, values or {}, made_of.get(golden, []), pack)
        for golden, status, values in _present(goldens)
    }
    owner = {record: thing.golden for thing in things.values() for record in thing.records}
    links, hashes = _links(owner, matching)
    apart, torn = _verdicts(owner, hashes)
    return Situation(things, links, apart, torn, _doubts(owner))


def _present(goldens: Collection[int]) -> list[tuple[int, str, dict[str, Any] | None]]:
    versions = GoldenVersion.objects.filter(
        golden__in=list(goldens), golden__status__in=LIVING, number=F("golden__version_number")
    )
    return list(versions.order_by("golden_id").values_list("golden_id", "golden__status", "values"))


def _thing(golden: int, status: str, values: Mapping[str, Any], made_of: list[Linked], pack: Pack) -> Thing:
    return Thing(
        golden=golden,
        status=status,
        records=tuple(one.source_record for one in made_of),
        systems=tuple(sorted({one.system for one in made_of})),
        stake=sum((stake_of(one.values, pack) for one in made_of), Decimal(0)),
        left_out=is_left_out(values),
    )


def stake_of(values: Mapping[str, Any], pack: Pack) -> Decimal:
    """Return how much depends on one source record: the sum of the amounts its pack calls at stake."""
    found = Decimal(0)
    for path, value in values.items():
        attribute = pack.attributes.get(attribute_of(path))
        if attribute is not None and attribute.at_stake and value not in (None, ""):
            try:
                found += abs(Decimal(str(value)))
            except InvalidOperation:
                continue
    return found.quantize(Decimal("0.01"))


_LINKS = """
SELECT p.left_id, p.right_id, p.score, p.levels, p.contributions, p.evidence_hash
FROM matching_matchpair p
WHERE p.rule_set_id = %s AND p.gone_at IS NULL AND p.left_id = ANY(%s::bigint[]) AND p.right_id = ANY(%s::bigint[])
ORDER BY p.left_id, p.right_id
"""


def _links(owner: Mapping[int, int], matching: Matching | None) -> tuple[list[Link], dict[tuple[int, int], str]]:
    """The links, and the evidence of every pair that was compared, also within one golden record."""
    if matching is None or not owner:
        return [], {}
    with connection.cursor() as cursor:
        cursor.execute(_LINKS, [matching.rule_set, list(owner), list(owner)])
        rows = cursor.fetchall()
    hashes = {(left, right): evidence for left, right, _, _, _, evidence in rows}
    links = [
        Link(owner[left], owner[right], left, right, score, _loaded(levels), _loaded(bars), evidence)
        for left, right, score, levels, bars, evidence in rows
        if owner[left] != owner[right]
    ]
    return links, hashes


def _loaded(text: Any) -> Any:
    return json.loads(text) if isinstance(text, str) else text


# The verdict that stands is the one no other supersedes.
_VERDICTS = """
SELECT v.left_id, v.right_id, v.kind, v.evidence_hash FROM matching_verdict v
WHERE v.left_id = ANY(%s::bigint[]) AND v.right_id = ANY(%s::bigint[]) AND v.kind IN ('DIFFERENT', 'RELATED')
  AND NOT EXISTS (SELECT 1 FROM matching_verdict n WHERE n.supersedes_id = v.id)
"""


def _verdicts(owner: Mapping[int, int], hashes: Mapping[tuple[int, int], str]) -> tuple[set[tuple[int, int]], set[int]]:
    """Golden records kept apart, and golden records that hold what was told apart.

    A verdict keeps apart until the evidence it was given on has changed; then the pair may be asked about once more.
    """
    with connection.cursor() as cursor:
        cursor.execute(_VERDICTS, [list(owner), list(owner)])
        rows = cursor.fetchall()
    apart: set[tuple[int, int]] = set()
    lifted: set[tuple[int, int]] = set()
    torn: set[int] = set()
    for left, right, kind, evidence in rows:
        one, other = sorted((owner[left], owner[right]))
        if one == other:
            torn |= {one} if kind == "DIFFERENT" else set()
            continue
        apart.add((one, other))
        if evidence and hashes.get((left, right), evidence) != evidence:
            lifted.add((one, other))
    return apart - lifted, torn


def _doubts(owner: Mapping[int, int]) -> dict[int, list[Doubt]]:
    found: dict[int, list[Doubt]] = {}
    findings = Finding.objects.filter(source_record__in=list(owner), status="OPEN", kind__in=DOUBTS)
    for pk, record, kind in findings.order_by("id").values_list("pk", "source_record_id", "kind"):
        found.setdefault(owner[record], []).append(Doubt(pk, kind))
    return found


def best_links(links: Iterable[Link]) -> dict[tuple[int, int], Link]:
    """Return the strongest link of each pair of golden records, smaller id first."""
    found: dict[tuple[int, int], Link] = {}
    for link in links:
        pair = (min(link.left, link.right), max(link.left, link.right))
        if pair not in found or link.score > found[pair].score:
            found[pair] = link
    return found
