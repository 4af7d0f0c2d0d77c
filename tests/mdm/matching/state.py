"""Everything that is projected, without what only grows: what an exact undo must leave as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import F

from mdm.matching.models import Verdict
from mdm.records.models import CrosswalkEntry, GoldenSuccessor, GoldenVersion, Pin, Relationship

State = dict[tuple[str, Any], Any]


def state() -> State:
    """Return, by kind and key: golden records, where every identifier leads or led last, successors, pins,
    relationships, and the verdict that stands about every pair (none and WITHDRAWN are the same).
    """
    found: State = {}
    pins = {f"pin:{pin.pk}": _pin(pin) for pin in Pin.objects.all()}
    versions = GoldenVersion.objects.filter(number=F("golden__version_number"))
    for version in versions.select_related("golden").order_by("golden"):
        golden = version.golden
        living = golden.status in ("CANDIDATE", "ACTIVE")
        # Which version of a source is named changes with the next cut only, where what it says does not count.
        sources = sorted(record for record, _ in version.sources)
        said = [version.values, _winners(version.provenance, pins), sources] if living else []
        found["golden", golden.code] = [golden.status, *said]
    for entry in CrosswalkEntry.objects.order_by("opened_at").select_related("golden", "external_id__id_type"):
        one = entry.external_id
        found["id", (one.id_type.system_id, one.value)] = [entry.golden.code, entry.ended_at is None]
    for row in GoldenSuccessor.objects.filter(ended_at=None).select_related("golden", "successor"):
        found["leads", (row.golden.code, row.successor.code)] = True
    for pin in Pin.objects.filter(ended_at=None):
        found["pin", (pin.golden_id, pin.path)] = _pin(pin)
    for relation in Relationship.objects.filter(ended_at=None):
        found["related", (relation.left_id, relation.right_id, relation.kind)] = True
    for verdict in Verdict.objects.filter(superseded_by=None).exclude(kind="WITHDRAWN"):
        found["verdict", (verdict.left_id, verdict.right_id)] = [verdict.kind, verdict.by, verdict.evidence_hash]
    return found


def _winners(provenance: Mapping[str, Any], pins: Mapping[str, Any]) -> dict[str, Any]:
    return {path: [pins.get(str(source), source), rule] for path, (source, rule) in provenance.items()}


def _pin(pin: Pin) -> list[Any]:
    return [pin.path, json.dumps(pin.value), pin.reason, pin.author_id, str(pin.created_at), str(pin.expires_at)]


def expect_restored(before: State) -> None:
    """Everything is as it was; a record that came to be since leads to another, since its code was told."""
    now = state()
    since = {key: said for key, said in now.items() if key not in before}
    known = {code for kind, code in before if kind == "golden"}
    for (kind, key), said in since.items():
        code = key if kind == "golden" else key[0]
        assert code not in known and kind in ("golden", "leads"), f"{kind} {key} is new: {said}"
        assert kind == "leads" or said == ["REDIRECTED"], f"{key} was made and still lives"
    other = {key: (said, now.get(key)) for key, said in before.items() if now.get(key) != said}
    assert other == {}, other
