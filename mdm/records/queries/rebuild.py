"""Golden records projected from scratch, to hold against what is stored."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from mdm.engine.survivorship import Projection
from mdm.kernel.clock import database_now
from mdm.records.models import GoldenVersion
from mdm.records.next_versions import LIVING
from mdm.records.pinned import pinned_values
from mdm.records.projection import Projector, linked_records


def deviations(domain: str, *, goldens: Sequence[int] | None = None) -> list[str]:
    """Return the codes of living golden records whose stored values or provenance are not what their linked source
    records, the rules, the ownership and the pins in force make of them now. Empty means: the projection holds.
    """
    present = GoldenVersion.objects.filter(
        golden__domain_id=domain, golden__status__in=LIVING, number=F("golden__version_number")
    )
    if goldens is not None:
        present = present.filter(golden__in=goldens)
    projector, at = Projector(domain), database_now()
    stored = {version.golden_id: version for version in present.select_related("golden").order_by("golden")}
    made_of, pins = linked_records(stored), pinned_values(stored, at)
    wrong = []
    for pk, version in stored.items():
        linked = made_of.get(pk, [])
        expected = Projection({}, {})
        if linked or pins.get(pk):
            expected = projector.project(linked, pins.get(pk, []))
        if (version.values or {}, version.provenance) != (expected.values, expected.provenance):
            wrong.append(version.golden.code)
    return wrong
