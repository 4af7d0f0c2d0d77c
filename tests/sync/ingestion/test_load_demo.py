"""The demo loads by the operations people use, may be loaded again, and survives being torn off."""

from __future__ import annotations

import csv
from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import call_command

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.events.models import AuditEvent
from mdm.governance.models import DomainVersion, Ownership, RuleSet, System
from mdm.governance.queries import active_rules, domains_visible_to, id_type, ownership_of
from mdm.jobs.models import Job
from mdm.records.models import CrosswalkEntry, ExternalId, Finding, GoldenRecord, SourceRecord
from sync.ingestion.foreground import carry_out
from sync.ingestion.models import MappingRow

TRUTH = settings.BASE_DIR / "demo" / "files" / "truth.csv"


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def truth() -> list[dict[str, str]]:
    with TRUTH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def state() -> dict[str, int]:
    """How many rows there are of everything that loading writes."""
    tables: list[Any] = [
        AuditEvent, Actor, System, DomainVersion, RuleSet, Ownership, Job, ExternalId, CrosswalkEntry, SourceRecord,
        GoldenRecord, Finding, MappingRow,
    ]  # fmt: skip
    return {table.__name__: table.objects.count() for table in tables}


class TornError(Exception):
    """The process was torn off."""


@pytest.mark.django_db(transaction=True)
def test_a_load_that_was_torn_off_is_finished_by_the_next_and_whole_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def torn(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise TornError
        return carry_out(*args, **options)

    monkeypatch.setattr("sync.ingestion.management.commands.load_demo.carry_out", torn)
    with pytest.raises(TornError):
        load()
    imports = Job.objects.exclude(kind="match")  # what an import brought is matched by whoever has time
    left = imports.filter(status="QUEUED").count()
    monkeypatch.undo()

    said = load()
    loaded = state()
    again = load()

    assert left == 1
    assert not imports.exclude(status="DONE").exists()
    assert imports.count() == 7
    assert state() == loaded
    assert "steward@demo.example" in said and "steward@demo.example" in again
    _every_record_is_there()
    _the_mapping_is_linked()
    _the_traps_were_noticed()
    _people_may_do_their_own_work()


def _every_record_is_there() -> None:
    party = SourceRecord.objects.filter(domain="party")
    told = {(row["system"], row["type"], row["id"]) for row in truth()}
    per_system = Counter(party.values_list("external_id__id_type__system", "external_id__id_type__name"))

    assert per_system == Counter((system, name) for system, name, _ in told)
    assert SourceRecord.objects.filter(domain="material").count() == 40
    assert not GoldenRecord.objects.exclude(status__in=["CANDIDATE", "RETIRED"]).exists()


def _the_mapping_is_linked() -> None:
    (collision,) = MappingRow.objects.filter(outcome="collision")

    assert MappingRow.objects.filter(outcome="created").count() == MappingRow.objects.count() - 1
    assert collision.left_code and collision.right_code and collision.left_code != collision.right_code
    shown = CrosswalkEntry.objects.get(
        external_id__id_type=id_type("SAP", "party", "customer"), external_id__value="100482", ended_at=None
    )
    values = shown.golden.versions.order_by("-number")[0].values
    assert values is not None and values["name"] == "Müller & Söhne GmbH"


def _the_traps_were_noticed() -> None:
    reused = {row["id"].lstrip("0") for row in truth() if row["trap"] == "reused_id"}
    deleted = {row["id"].lstrip("0") for row in truth() if row["trap"] == "deleted"}
    mistyped = {row["id"] for row in truth() if row["trap"] == "tax_id_typo" and row["system"] == "CRM"}

    assert _found("UNLIKE") == reused
    assert mistyped <= _found("QUALITY", code="invalid_identifier")
    ended = CrosswalkEntry.objects.filter(ended_at__isnull=False).values_list("external_id__value", flat=True)
    assert set(ended) == deleted


def _found(kind: str, **more: str) -> set[str]:
    found = Finding.objects.filter(kind=kind, **more)
    return set(found.values_list("source_record__external_id__value", flat=True))


def _people_may_do_their_own_work() -> None:
    people = {name: Actor.objects.get(email=f"{name}@demo.example") for name in ("engineer", "materials", "auditor")}

    assert authenticate(username="steward@demo.example", password="touchstone-demo") is not None
    assert [domain.code for domain in domains_visible_to(permissions_of(people["materials"]))] == ["material"]
    assert permissions_of(people["engineer"]).may("publish", "party")
    assert not permissions_of(people["auditor"]).may("propose", "party")
    german = {"addresses[main].country": "DE", "roles[customer].category": "Customer"}
    assert ownership_of("party").mode("name", "CRM", german) == "proposes"
    assert active_rules("party").rules.systems == ("SAP", "CRM", "SHOP")
