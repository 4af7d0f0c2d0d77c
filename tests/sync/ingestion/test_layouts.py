"""Layouts: how a system's own columns become paths, and what a wrong layout is told."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from mdm.accounts.queries import machine_actor
from mdm.events.models import AuditEvent
from mdm.kernel.errors import Invalid, NotAllowed
from sync.ingestion.models import FileLayout
from sync.ingestion.operations.save_layout import save_layout
from tests.mdm.records.world import World
from tests.sync.conftest import CommandLine

SAP: dict[str, Any] = yaml.safe_load("""
objects:
  header:
    key: KUNNR
    columns: {LAND1: "addresses[main].country", ORT01: "addresses[main].city", SPRAS: language}
    joined: {name: [NAME1, NAME2]}
    constants: {record_class: real}
    values: {SPRAS: {D: de, E: en}}
    dates: {ERDAT: yyyymmdd, GRUEN: dd.mm.yyyy}
    deleted: {column: LOEVM, values: [X]}
    changed_at: ERDAT
    ignore: [MANDT]
  bank_accounts:
    key: KUNNR
    element: [BANKS, BANKL, BANKN]
    columns: {IBAN: iban}
  addresses:
    key: KUNNR
    element: ADRART
    values: {ADRART: {XXDEFAULT: billing}}
    columns: {ORT: city}
""")
KNA1 = """MANDT;KUNNR;NAME1;NAME2;LAND1;ORT01;SPRAS;ERDAT;LOEVM
100;0000100482;Nord;Stahl AG;DE;Hamburg;D;20260312;
100;0000100483;Alt;;DE;Bremen;D;20260312;X
"""


def save(world: World, content: dict[str, Any] = SAP, name: str = "kna1") -> FileLayout:
    return save_layout(id_type=world.id_type("SAP"), name=name, content=content, actor=world.engineer)


def values_of(world: World, key: str) -> dict[str, Any]:
    return dict(world.version_of(world.golden_of("SAP", key)).values or {})


def test_a_saved_layout_that_knows_the_columns_is_found_by_itself(shell: CommandLine, world: World) -> None:
    save(world)

    answer = shell.ingest(KNA1)

    assert answer.run.layout_name == "kna1"
    values = values_of(world, "100482")
    assert values["name"] == "Nord Stahl AG"
    assert values["language"] == "de"
    assert values["addresses[main].city"] == "Hamburg"
    assert values["record_class"] == "real"


def test_the_time_a_system_changed_a_record_is_kept(shell: CommandLine, world: World) -> None:
    save(world)

    shell.ingest(KNA1)

    version = world.golden_of("SAP", "100482").entries.get().external_id.source_record.versions.get()
    assert version.changed_at is not None
    assert version.changed_at.isoformat() == "2026-03-12T00:00:00+00:00"


def test_elements_are_told_apart_by_several_columns_or_by_translated_ones(shell: CommandLine, world: World) -> None:
    save(world)

    answer = shell.ingest(
        KNA1,
        bank_accounts="KUNNR;BANKS;BANKL;BANKN;IBAN\n100482;DE;37040044;0532013000;DE89370400440532013000\n",
        addresses="KUNNR;ADRART;ORT\n100482;XXDEFAULT;Kiel\n",
    )

    assert answer.code == 0, answer.out
    values = values_of(world, "100482")
    assert values["bank_accounts[DE-37040044-0532013000].iban"] == "DE89370400440532013000"
    assert values["addresses[billing].city"] == "Kiel"


def test_two_files_that_say_one_value_do_not_overwrite_each_other(shell: CommandLine, world: World) -> None:
    save(world)

    answer = shell.ingest(KNA1, addresses="KUNNR;ADRART;ORT\n100482;main;Kiel\n")

    assert [row[4] for row in answer.rejected()] == ["said_twice"]
    assert values_of(world, "100482")["addresses[main].city"] == "Hamburg"


def test_a_time_that_cannot_be_read_rejects_its_row(shell: CommandLine, world: World) -> None:
    save(world)

    answer = shell.ingest(KNA1.replace("20260312", "12.3.26", 1))

    assert [row[:4] for row in answer.rejected()] == [("header", 2, "ERDAT", "12.3.26")]


def test_columns_of_the_layout_that_the_file_lacks_keep_it_from_being_guessed(shell: CommandLine, world: World) -> None:
    save(world)

    answer = shell.ingest("KUNNR;NAME1\n1;Nord\n")

    assert answer.code == 1
    assert "external id" in answer.err


def test_a_named_layout_counts_even_when_columns_are_missing(shell: CommandLine, world: World) -> None:
    save(world)

    answer = shell.ingest("KUNNR;NAME1\n1;Nord\n", "--layout", "kna1")

    assert answer.code == 0, answer.out
    assert "Not in header, left unchanged" in answer.err
    assert values_of(world, "1")["name"] == "Nord"


def test_the_newest_content_of_a_name_counts_and_the_same_again_adds_nothing(world: World) -> None:
    save(world)
    second = save(world, {"objects": {"header": {"key": "ID", "columns": {"N": "name"}}}})

    again = save(world, {"objects": {"header": {"key": "ID", "columns": {"N": "name"}}}})

    assert (second.number, again.number) == (2, 2)
    assert AuditEvent.objects.filter(type="layout.saved").count() == 2


def test_saving_a_layout_needs_the_right_to_operate_the_system(world: World) -> None:
    with pytest.raises(NotAllowed):
        save_layout(id_type=world.id_type("SAP"), name="kna1", content=SAP, actor=world.stranger)

    assert not FileLayout.objects.exists()


@pytest.mark.parametrize(
    ("content", "place", "remedy"),
    [
        ({}, "objects", "mapping"),
        ({"objects": {}}, "objects", "at least one"),
        ({"objects": {"header": {"columns": {}}}}, "objects.header.key", "column"),
        ({"objects": {"header": {"key": "ID", "colour": 1}}}, "objects.header.colour", "Fields here"),
        ({"objects": {"header": {"key": "ID", "columns": {"A": "nmae"}}}}, "objects.header.columns", "name"),
        ({"objects": {"header": {"key": "ID", "columns": {"A": "x[].y"}}}}, "objects.header.columns", "group[key]"),
        ({"objects": {"header": {"key": "ID", "columns": {"A": "name", "B": "name"}}}}, "columns", "join"),
        ({"objects": {"moons": {"key": "ID", "element": "K"}}}, "object", "addresses"),
        ({"objects": {"addresses": {"key": "ID", "columns": {}}}}, "objects.addresses.element", "element_constant"),
        ({"objects": {"header": {"key": "ID", "dates": {"A": "soon"}}}}, "dates.A", "yyyymmdd"),
        ([], "layout", "mapping"),
    ],
)
def test_a_wrong_layout_is_refused_with_its_place_and_a_remedy(
    world: World, content: Any, place: str, remedy: str
) -> None:
    with pytest.raises(Invalid) as refused:
        save_layout(id_type=world.id_type("SAP"), name="x", content=content, actor=machine_actor())

    assert place in refused.value.field
    assert remedy in refused.value.remedy
    assert not FileLayout.objects.exists()


def test_a_layout_is_saved_from_a_file(shell: CommandLine, world: World) -> None:
    path = shell.file("kna1.yaml", yaml.safe_dump(SAP))

    call_command("save_layout", "kna1", str(path), system="SAP", domain="party", type="customer")

    assert FileLayout.objects.get().content["objects"]["header"]["key"] == "KUNNR"


@pytest.mark.parametrize(("content", "told"), [("a: [", "line"), ("objects: 7", "objects"), ("", "layout")])
def test_a_layout_file_that_says_nothing_usable_is_refused(
    shell: CommandLine, world: World, content: str, told: str
) -> None:
    path = shell.file("bad.yaml", content)

    with pytest.raises(CommandError, match=told):
        call_command("save_layout", "kna1", str(path), system="SAP", domain="party", type="customer")

    assert not FileLayout.objects.exists()
