"""Whole files through the command: what they say is in the records, and the answer adds up."""

from __future__ import annotations

from mdm.records.models import CrosswalkEntry, GoldenRecord, SourceRecord
from tests.mdm.records.world import World
from tests.sync.conftest import CommandLine

CUSTOMERS = "customer,name,language\n0000100482,Nord Stahl AG,de\n100483,Süd Guss GmbH,de\n"


def test_a_file_whose_headers_are_paths_makes_one_golden_record_per_row(shell: CommandLine, world: World) -> None:
    answer = shell.ingest(CUSTOMERS)

    assert answer.code == 0, answer.err
    assert answer.counts == {"rows": 2, "created": 2}
    golden = world.golden_of("SAP", "100482")
    values = world.version_of(golden).values
    assert values is not None and values["name"] == "Nord Stahl AG"


def test_the_same_file_again_changes_nothing(shell: CommandLine) -> None:
    shell.ingest(CUSTOMERS)

    answer = shell.ingest(CUSTOMERS)

    assert answer.counts == {"rows": 2, "unchanged": 2}
    assert GoldenRecord.objects.count() == 2


def test_related_files_are_joined_by_the_key(shell: CommandLine, world: World) -> None:
    answer = shell.ingest(
        CUSTOMERS,
        addresses="customer,key,city,country\n100482,main,Hamburg,DE\n0000100482,billing,Bremen,DE\n100483,main,Ulm,DE\n",
    )

    assert answer.counts == {"rows": 5, "created": 2}
    values = world.version_of(world.golden_of("SAP", "100482")).values
    assert values is not None
    assert (values["addresses[main].city"], values["addresses[billing].city"]) == ("Hamburg", "Bremen")


def test_an_empty_cell_clears_and_an_absent_column_leaves_the_value(shell: CommandLine, world: World) -> None:
    shell.ingest(CUSTOMERS)

    answer = shell.ingest("customer,language\n100482,\n")

    assert answer.counts == {"rows": 1, "updated": 1}
    values = world.version_of(world.golden_of("SAP", "100482")).values
    assert values is not None and values["name"] == "Nord Stahl AG"
    assert values.get("language") is None


def test_a_deleted_row_ends_the_entry(shell: CommandLine) -> None:
    shell.ingest(CUSTOMERS)

    answer = shell.ingest("customer,name,deleted\n100482,,X\n")

    assert answer.counts == {"rows": 1, "deleted": 1}
    assert not CrosswalkEntry.objects.filter(external_id__value="100482", ended_at__isnull=True).exists()


def test_columns_that_mean_nothing_are_named(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name,colour of the door\n1,Nord Stahl AG,red\n")

    assert answer.code == 0
    assert "Not read from header: colour of the door." in answer.err


def test_nothing_is_left_behind_but_records_when_a_run_has_ended(shell: CommandLine) -> None:
    answer = shell.ingest(CUSTOMERS)

    assert list((shell.folder / "uploads").iterdir()) == []
    assert not answer.run.rejected_rows.exists()
    assert SourceRecord.objects.count() == 2
