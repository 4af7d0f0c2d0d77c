"""A mapping sheet in the crosswalk, row by row."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mdm.records.models import CrosswalkEntry, ExternalId, GoldenRecord, SourceRecord
from sync.ingestion.models import MappingImport, MappingRow
from sync.ingestion.operations import mapping_rows
from tests.mdm.records.world import World
from tests.sync.conftest import Answer, CommandLine
from tests.sync.web.test_imports import person, signed_in

SHEET = "SAP,CRM\n0000100482,001500000000001\n100483,001500000000002\n"


def import_sheet(shell: CommandLine, content: str, *options: str) -> Answer:
    path = shell.file("mapping.csv", content)
    collisions = shell.folder / "collisions.csv"
    collisions.unlink(missing_ok=True)
    return shell.call(
        "import_mapping", str(path), "--left", "SAP:customer", "--right", "CRM:account",
        "--collisions", str(collisions), *options,
    )  # fmt: skip


def outcomes() -> list[str]:
    return list(MappingRow.objects.order_by("mapping_id", "row").values_list("outcome", flat=True))


def test_two_unknown_ids_become_one_candidate_without_source_record(shell: CommandLine) -> None:
    answer = import_sheet(shell, SHEET)

    assert answer.code == 0, answer.err
    assert "2 rows: 2 created" in answer.out
    assert GoldenRecord.objects.filter(status="CANDIDATE").count() == 2
    assert CrosswalkEntry.objects.count() == 4
    assert not SourceRecord.objects.exists()


def test_the_same_sheet_again_changes_nothing(shell: CommandLine) -> None:
    import_sheet(shell, SHEET)

    import_sheet(shell, SHEET)

    assert outcomes()[-2:] == ["unchanged", "unchanged"]
    assert CrosswalkEntry.objects.count() == 4


def test_a_known_id_takes_the_other_into_its_golden_record(shell: CommandLine, world: World) -> None:
    shell.ingest("customer,name\n100482,Nord\n")

    import_sheet(shell, SHEET)

    assert outcomes() == ["linked", "created"]
    assert world.golden_of("SAP", "100482") == world.golden_of("CRM", "001500000000001AAA")


def test_a_later_ingest_attaches_its_record_to_the_existing_entry(shell: CommandLine, world: World) -> None:
    import_sheet(shell, SHEET)
    before = world.golden_of("SAP", "100482")

    shell.ingest("customer,name\n100482,Nord\n")

    assert world.golden_of("SAP", "100482") == before
    assert world.version_of(before).values == {"name": "Nord"}
    assert GoldenRecord.objects.count() == 2


def test_ids_of_two_golden_records_are_a_collision_with_both_codes(shell: CommandLine, world: World) -> None:
    import_sheet(shell, SHEET)

    answer = import_sheet(shell, "SAP,CRM\n100482,001500000000002\n")

    assert answer.code == 3
    row = MappingRow.objects.latest("mapping_id")
    codes = {world.golden_of("SAP", "100482").code, world.golden_of("SAP", "100483").code}
    assert {row.left_code, row.right_code} == codes
    written = (shell.folder / "collisions.csv").read_text(encoding="utf-8-sig")
    assert all(code in written for code in codes)
    assert "merge" in written
    assert GoldenRecord.objects.count() == 2


def test_a_row_that_cannot_be_read_is_named_and_the_rest_is_linked(shell: CommandLine) -> None:
    sheet = "SAP,CRM\n1,001500000000001\n2\n,001500000000003\n4,nope\n5.1E+11,001500000000005\n6,001500000000006\n"

    answer = import_sheet(shell, sheet)

    assert answer.code == 3
    assert outcomes() == ["created", "rejected", "rejected", "rejected", "rejected", "created"]
    fields = list(MappingRow.objects.filter(outcome="rejected").order_by("row").values_list("row", "field"))
    assert fields == [(3, ""), (4, "SAP"), (5, "CRM"), (6, "SAP")]
    assert all(row.reason and row.remedy for row in MappingRow.objects.filter(outcome="rejected"))


def test_a_collisions_file_can_be_corrected_and_imported_again(shell: CommandLine) -> None:
    import_sheet(shell, "SAP,CRM\n1,nope\n")
    corrected = (shell.folder / "collisions.csv").read_text(encoding="utf-8-sig").replace("nope", "001500000000001")

    answer = import_sheet(shell, corrected)

    assert answer.code == 0, answer.err
    assert ExternalId.objects.count() == 2


def test_columns_are_found_by_system_by_option_or_by_place(shell: CommandLine) -> None:
    import_sheet(shell, "CRM;note;SAP\n001500000000001;x;1\n")
    import_sheet(shell, "a;b\n2;001500000000002\n")
    import_sheet(shell, "x;b;a\nn;001500000000003;3\n", "--left-column", "a", "--right-column", "b")

    values = set(ExternalId.objects.filter(id_type__system="SAP").values_list("value", flat=True))
    assert values == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("sheet", "options", "named"),
    [
        ("x,y,z\n1,2,3\n", (), "x, y, z"),
        (SHEET, ("--left-column", "nosuch"), "nosuch"),
        (SHEET, ("--right", "SAP:customer"), "SAP"),
        (SHEET, ("--left-scope", "100"), "scope"),
    ],
)
def test_a_sheet_that_cannot_be_placed_is_refused_whole(
    shell: CommandLine, sheet: str, options: tuple[str, ...], named: str
) -> None:
    answer = import_sheet(shell, sheet, *options)

    assert answer.code == 1
    assert named in answer.err
    assert not MappingImport.objects.exists()
    assert not list(shell.folder.glob("uploads/*"))


def test_a_long_sheet_is_linked_in_chunks(shell: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping_rows, "_BATCH", 500)
    sheet = "SAP,CRM\n" + "".join(f"{n},{n:015d}\n" for n in range(1, 1_201))

    answer = import_sheet(shell, sheet)

    assert "1,200 rows: 1,200 created" in answer.out
    assert MappingImport.objects.get().job.chunks.count() == 3


def test_the_rows_of_a_sheet_are_shown_and_filtered(shell: CommandLine) -> None:
    import_sheet(shell, "SAP,CRM\n1,001500000000001\n2,nope\n")
    job = MappingImport.objects.get().job_id
    browser = signed_in(person("Ada", "view", "operate"))

    page = browser.get(reverse("import-mapping", args=[job])).content.decode()
    rejected = browser.get(reverse("import-mapping", args=[job]), {"outcome": "rejected"}).content.decode()
    panel = browser.get(reverse("job-panel-import_mapping", args=[job])).content.decode()
    stranger = signed_in(person("Bob", "view")).get(reverse("import-mapping", args=[job]))

    assert "001500000000001" in page
    assert "nope" in rejected
    assert "001500000000001" not in rejected
    assert "1 row was not linked" in panel
    assert stranger.status_code == 404
    assert Client().get(reverse("import-mapping", args=[job])).status_code == 302
