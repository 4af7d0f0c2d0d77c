"""Whether a golden record may be released: by what is known about it, and by its domain's policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from mdm.governance.queries import active_pack
from mdm.governance.queries.policy import policy_of
from mdm.matching.queries.due import matching_of
from mdm.records.models import Finding
from mdm.records.next_versions import NextVersion
from mdm.stewardship.models import TaskMember

UNMATCHED: Final = "The match pass has not come by yet."
ASKED: Final = "A question about it is open."
INCOMPLETE: Final = "A value that is required is missing."
BLOCKING_CODES: Final = ("required",)
HELD_CLASSES: Final = frozenset({"dummy", "test"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A golden record to be judged: the source records that make it up, and the values that it shows."""

    golden: int
    records: Sequence[int]
    values: Mapping[str, Any]


def blockers(
    domain: str, subjects: Sequence[Subject], *, asked: Collection[int] = (), besides: int | None = None
) -> dict[int, list[str]]:
    """Return by golden record, in words, what keeps each from being released; empty where nothing does.

    `asked` are golden records about which a question will be open; open tasks count but the one `besides`. Three
    statements.
    """
    records = [record for subject in subjects for record in subject.records]
    waiting, incomplete = _unmatched(domain, records), _incomplete(records)
    open_tasks = TaskMember.objects.filter(golden__in=[one.golden for one in subjects], open=True)
    questioned = {*asked, *open_tasks.exclude(task=besides).values_list("golden_id", flat=True)}
    return {
        one.golden: [
            *([UNMATCHED] if waiting.intersection(one.records) else []),
            *([ASKED] if one.golden in questioned else []),
            *([INCOMPLETE] if incomplete.intersection(one.records) else []),
            *_holds(domain, one.values),
        ]
        for one in subjects
    }


# While a run goes on, what it found may not have been asked about yet.
_UNMATCHED_RECORDS = """
SELECT s.id FROM records_sourcerecord s LEFT JOIN matching_matchstate m ON m.source_record_id = s.id
WHERE s.id = ANY(%s::bigint[])
  AND ((m.version, m.generation, m.rule_set_id) IS DISTINCT FROM (s.in_force, s.generation, %s::bigint)
       OR EXISTS (SELECT 1 FROM matching_matchrun r
                  WHERE r.domain_id = s.domain_id AND r.status = 'RUNNING' AND r.started_at <= m.matched_at))
"""


def _unmatched(domain: str, records: Sequence[int]) -> set[int]:
    matching = matching_of(domain)
    if matching is None or not records:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_UNMATCHED_RECORDS, [list(records), matching.rule_set])
        return {record for (record,) in cursor.fetchall()}


def _incomplete(records: Sequence[int]) -> set[int]:
    found = Finding.objects.filter(source_record__in=records, status="OPEN", kind="QUALITY", code__in=BLOCKING_CODES)
    return set(found.values_list("source_record_id", flat=True))


def _holds(domain: str, values: Mapping[str, Any]) -> list[str]:
    """The strictest value of an attribute that has degrees of strictness holds, and so does what is no real thing."""
    pack = active_pack(domain)
    held = [
        f"{attribute.label}: {values[path]}."
        for path, attribute in pack.attributes.items()
        if attribute.strictness and values.get(path) == attribute.strictness[-1]
    ]
    if values.get("record_class") in HELD_CLASSES:
        held.append(f"{pack.label_of('record_class')}: {values['record_class']}.")
    return held


# Alike to a record that leads to a living golden record, and not told apart from it.
_LINKED_ELSEWHERE = """
WITH asked AS (SELECT unnest(%s::bigint[]) AS id), decided AS (SELECT unnest(%s::bigint[]) AS id), alike AS (
    SELECT p.left_id AS own, p.right_id AS other, p.left_id, p.right_id FROM matching_matchpair p
    JOIN asked ON asked.id = p.left_id WHERE p.rule_set_id = %s AND p.gone_at IS NULL
    UNION ALL SELECT p.right_id, p.left_id, p.left_id, p.right_id FROM matching_matchpair p
    JOIN asked ON asked.id = p.right_id WHERE p.rule_set_id = %s AND p.gone_at IS NULL
)
SELECT DISTINCT a.own FROM alike a
JOIN records_sourcerecord s ON s.id = a.other
JOIN records_crosswalkentry c ON c.external_id_id = s.external_id_id AND c.ended_at IS NULL
WHERE a.other NOT IN (SELECT id FROM decided)
  AND NOT EXISTS (
    SELECT 1 FROM matching_verdict v WHERE v.left_id = a.left_id AND v.right_id = a.right_id
    AND v.kind IN ('DIFFERENT', 'RELATED')
    AND NOT EXISTS (SELECT 1 FROM matching_verdict n WHERE n.supersedes_id = v.id))
"""


@dataclass
class Judge:
    """Asked by a decision which of the golden records that it leaves CANDIDATE are released with it; it only reads, so
    that a preview may ask it as well. `asked` are those about which a question stays open, `blocked` is what it found.

    Without a task nobody has worked out what stays open: then what is alike to a record outside the `decided` ones
    (source records of everything that the decision is about) is not released.
    """

    domain: str
    asked: Collection[int] = ()
    task: int | None = None
    decided: Collection[int] | None = None
    blocked: dict[int, list[str]] = field(default_factory=dict)

    def __call__(self, versions: Sequence[NextVersion]) -> Collection[int]:
        subjects = [Subject(one.golden, [pair[0] for pair in one.sources], one.values) for one in versions]
        asked = {*self.asked, *self._linked_elsewhere(subjects)}
        self.blocked = blockers(self.domain, subjects, asked=asked, besides=self.task)
        if policy_of(self.domain).release == "steward":
            return ()
        return [golden for golden, found in self.blocked.items() if not found]

    def _linked_elsewhere(self, subjects: Sequence[Subject]) -> set[int]:
        matching = matching_of(self.domain)
        if self.decided is None or matching is None:
            return set()
        records = [record for subject in subjects for record in subject.records]
        with connection.cursor() as cursor:
            cursor.execute(_LINKED_ELSEWHERE, [records, list(self.decided), matching.rule_set, matching.rule_set])
            linked = {record for (record,) in cursor.fetchall()}
        return {subject.golden for subject in subjects if linked.intersection(subject.records)}
