"""Erasing a person reaches the rows that an import rejected; what is another's stays."""

from __future__ import annotations

import pytest
from django.db import transaction

from mdm.events.models import AuditEvent
from mdm.records.operations.erase import erase_values
from sync.ingestion.models import RejectedRow
from tests.mdm.records.world import World
from tests.sync.conftest import CommandLine

ANNA = {"record_type": "person", "given_name": "Anna", "family_name": "Kowalska"}
ACME = {"record_type": "organisation", "name": "Acme Industries Ltd"}


def erase(world: World, code: str) -> None:
    with transaction.atomic():
        erase_values(golden_code=code, actor=world.engineer, reason="request 17")


def rejected_keys() -> list[str]:
    return sorted(RejectedRow.objects.values_list("key", flat=True))


def test_rejected_rows_of_the_person_go_and_those_of_others_stay(world: World, shell: CommandLine) -> None:
    shell.ingest("customer,name\n0000000001,Anna\n2,Berta\n")
    anna = world.golden_of("SAP", "1")
    shell.ingest("customer,name,founded_on\n1,Anna Kowalska,someday\n2,Berta,someday\n")
    assert rejected_keys() == ["1", "2"]

    erase(world, anna.code)

    assert rejected_keys() == ["2"]
    event = AuditEvent.objects.get(type="values.forgotten")
    assert (event.subject, event.detail["rows"]) == (f"golden:{anna.code}", {"ingestion.rejected_rows": 1})


def test_a_row_without_a_readable_identifier_goes_when_a_cell_shows_it(world: World, shell: CommandLine) -> None:
    shell.ingest("customer,name\n1,Anna\n")
    anna = world.golden_of("SAP", "1")
    shell.ingest("customer,name\n1,Anna,Kowalska,too,many\n,Berta\n")
    unreadable = RejectedRow.objects.filter(key="")
    assert unreadable.filter(cells__contains=["1"]).count() <= unreadable.count()

    erase(world, anna.code)

    assert not RejectedRow.objects.filter(cells__contains=["1"]).exists()
    assert RejectedRow.objects.filter(cells__contains=["Berta"]).exists()


def test_what_was_rejected_under_a_reused_identifier_is_anothers(world: World, shell: CommandLine) -> None:
    world.say("SAP", "1", values=ANNA)
    anna = world.golden_of("SAP", "1")
    world.say("SAP", "1", deleted=True)
    world.say("SAP", "1", values=ACME)
    shell.ingest("customer,name,founded_on\n1,Acme,someday\n")

    erase(world, anna.code)
    kept = rejected_keys()
    erase(world, world.golden_of("SAP", "1").code)

    assert (kept, rejected_keys()) == (["1"], [])


def test_an_erasure_without_rejected_rows_tells_of_none(world: World) -> None:
    world.say("SAP", "1", values=ANNA)

    erase(world, world.golden_of("SAP", "1").code)

    assert not AuditEvent.objects.filter(type="values.forgotten").exists()


@pytest.mark.parametrize(
    ("name", "task"), [("ingestion.forget", "sync.ingestion.tasks.forget"), ("api.forget", "mdm.api.tasks.forget")]
)
def test_the_clock_forgets_rejects_and_answers_also_where_nobody_sends_any_more(name: str, task: str) -> None:
    from config.celery import app

    app.loader.import_default_modules()

    assert app.conf.beat_schedule[name]["task"] == task
    assert app.conf.beat_schedule[name]["schedule"] <= 3600
    assert task in app.tasks
