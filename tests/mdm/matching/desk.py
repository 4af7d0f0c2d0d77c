"""Decisions in few words: what a steward sees is what is there now, unless a test says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from mdm.matching.models import Decision, Verdict
from mdm.matching.operations.merge import merge
from mdm.matching.operations.not_a_match import not_a_match
from mdm.matching.operations.relate import relate
from mdm.matching.operations.release import release
from mdm.matching.operations.split import split
from mdm.matching.operations.undo import undo
from mdm.matching.operations.unmerge import unmerge
from mdm.records.models import CrosswalkEntry, GoldenRecord, SourceRecord
from tests.mdm.records.world import World

NORD = {"name": "Nord Stahl AG", "language": "de"}


@dataclass
class Desk:
    world: World

    def party(self, number: int | str, system: str = "SAP", **values: Any) -> GoldenRecord:
        """A golden record of one source record."""
        self.world.say(system, str(number), values={**NORD, **values})
        return self.world.golden_of(system, str(number))

    def record(self, number: int | str, system: str = "SAP") -> int:
        kind = self.world.id_type(system)
        return SourceRecord.objects.get(external_id__value=str(number), external_id__id_type=kind).pk

    def seen(self, *goldens: GoldenRecord) -> dict[str, int]:
        """The versions that a steward sees."""
        rows = GoldenRecord.objects.filter(pk__in=[golden.pk for golden in goldens])
        return dict(rows.values_list("code", "version_number"))

    def merge(self, survivor: GoldenRecord, /, *joined: GoldenRecord, **given: Any) -> Decision:
        codes = {"survivor": survivor.code, "joined": [golden.code for golden in joined]}
        return merge(**self._said(survivor, *joined) | codes | given)

    def merge_any(self, *goldens: GoldenRecord, **given: Any) -> Decision:
        return merge(**self._said(*goldens) | given)

    def apart(self, *goldens: GoldenRecord, **given: Any) -> Decision:
        return not_a_match(**self._said(*goldens) | {"groups": [[golden.code] for golden in goldens]} | given)

    def relate(self, left: GoldenRecord, right: GoldenRecord, kind: str = "subsidiary", **given: Any) -> Decision:
        return relate(**self._said(left, right) | {"left": left.code, "right": right.code, "kind": kind} | given)

    def split(self, golden: GoldenRecord, /, *groups: list[int], **given: Any) -> Decision:
        return split(**self._said(golden) | {"golden": golden.code, "groups": groups} | given)

    def release(self, *goldens: GoldenRecord, **given: Any) -> Decision:
        return release(**self._said(*goldens) | {"goldens": [golden.code for golden in goldens]} | given)

    def unmerge(self, decision: Decision, survivor: GoldenRecord, /, *joined: GoldenRecord, **given: Any) -> Decision:
        codes = [golden.code for golden in joined]
        return unmerge(**self._said(survivor) | {"decision": decision.pk, "joined": codes} | given)

    def undo(self, decision: Decision, /, **given: Any) -> Decision:
        said: dict[str, Any] = {"decision_id": uuid4(), "of": decision.pk, "actor": self.world.engineer}
        return undo(**said | given)

    def _said(self, *goldens: GoldenRecord) -> dict[str, Any]:
        return {"decision_id": uuid4(), "actor": self.world.engineer, "versions": self.seen(*goldens)}

    def values(self, golden: GoldenRecord) -> dict[str, Any]:
        return self.world.values_of(golden)

    def status(self, golden: GoldenRecord) -> str:
        return GoldenRecord.objects.get(pk=golden.pk).status

    def ids(self, golden: GoldenRecord) -> list[str]:
        """The identifiers that lead to it."""
        entries = CrosswalkEntry.objects.filter(golden=golden, ended_at__isnull=True)
        return sorted(entries.values_list("external_id__value", flat=True))

    def external_ids(self, *values: str) -> list[int]:
        entries = CrosswalkEntry.objects.filter(external_id__value__in=values, ended_at__isnull=True)
        return sorted(entries.values_list("external_id", flat=True))

    def again(self, decision_id: UUID, *goldens: GoldenRecord, **given: Any) -> Decision:
        return self.merge(goldens[0], *goldens[1:], decision_id=decision_id, **given)


def chain(left: int, right: int) -> list[str]:
    """The kinds of verdict about a pair, from the first to the head."""
    low, high = sorted((left, right))
    return list(Verdict.objects.filter(left=low, right=high).order_by("pk").values_list("kind", flat=True))


def check_deferred() -> None:
    """What the database checks at commit, checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
