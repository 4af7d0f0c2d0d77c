"""Files that cannot be read, or not as asked: one clear sentence, and nothing half-written."""

from __future__ import annotations

import pytest

from mdm.jobs.models import Job
from mdm.records.models import CrosswalkEntry, ExternalId, GoldenRecord
from sync.ingestion.models import IngestionRun, StagedRow
from tests.sync.conftest import CommandLine
from tests.sync.ingestion.reading.test_workbooks import workbook

GOOD = "customer,name\n1,Nord\n2,Ost\n"


def assert_untouched(shell: CommandLine) -> None:
    assert not IngestionRun.objects.exists()
    assert not Job.objects.exists()
    assert not ExternalId.objects.exists()
    assert list(shell.folder.glob("uploads/*")) == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--system", "ORACLE"), "ORACLE"),
        (("--type", "debtor"), "debtor"),
        (("--domain", "planets"), "planets"),
        (("--layout", "nosuch"), "nosuch"),
        (("--encoding", "klingon"), "klingon"),
        (("--delimiter", "ab"), "ab"),
        (("--actor", "nobody@example.com"), "nobody@example.com"),
        (("--absent-limit", "lots"), "lots"),
        (("--absent-limit", "300%"), "share"),
        (("--related", "addresses"), "addresses"),
        (("--related", "moons=/nosuch.csv"), "/nosuch.csv"),
        (("--scope", "100"), "scope"),
    ],
)
def test_what_is_not_known_is_named_with_a_remedy(shell: CommandLine, options: tuple[str, str], named: str) -> None:
    answer = shell.ingest(GOOD, *options)

    assert answer.code == 1
    assert named in answer.err
    assert answer.err.rstrip().endswith(".")
    assert_untouched(shell)


def test_a_file_without_an_identifier_is_refused_with_its_columns(shell: CommandLine) -> None:
    answer = shell.ingest("name,city\nNord,Kiel\n")

    assert answer.code == 1
    assert "name, city" in answer.err
    assert "customer" in answer.err
    assert_untouched(shell)


def test_a_wrong_delimiter_is_refused_with_the_right_one(shell: CommandLine) -> None:
    answer = shell.ingest("customer;name\n1;Nord\n", "--delimiter", ",")

    assert answer.code == 1
    assert "semicolon" in answer.err
    assert_untouched(shell)


def test_a_file_above_the_limit_is_refused(shell: CommandLine, settings: pytest.FixtureRequest) -> None:
    settings.UPLOAD_MAX_BYTES = 1 << 20  # type: ignore[attr-defined]

    answer = shell.ingest("customer,name\n" + "1,Nord\n" * 200_000)

    assert answer.code == 1
    assert "larger than 1 MB" in answer.err
    assert_untouched(shell)


def test_a_quotation_mark_that_is_never_closed_fails_the_file_before_anything_is_written(shell: CommandLine) -> None:
    answer = shell.ingest('customer,name\n1,Nord\n2,"Ost\n3,West\n')

    assert answer.code == 1
    assert "row 3" in answer.err
    assert not ExternalId.objects.exists()
    assert not StagedRow.objects.exists()


def test_a_workbook_is_taken_in_like_a_text_file(shell: CommandLine) -> None:
    rows: list[list[object]] = [
        ["customer", "name", "founded_on"],
        [100482, "Nord", "2001-02-03"],
        [100483, "Ost", "someday"],
    ]

    answer = shell.ingest(workbook(rows), name="customers.xlsx")

    assert answer.counts == {"rows": 2, "created": 1, "rejected": 1}
    assert [row[:4] for row in answer.rejected()] == [("header", 3, "founded_on", "someday")]


def full(count: int) -> str:
    return "customer,name\n" + "".join(f"{n},Company {n}\n" for n in range(1, count + 1))


def test_a_truncated_full_file_retires_nothing_and_changes_nothing(shell: CommandLine) -> None:
    shell.ingest(full(20))

    answer = shell.ingest(full(12).replace("Company 1\n", "Renamed\n"), "--full")

    assert answer.code == 1
    assert "8 of the 20 records" in answer.err
    assert "(40.0%)" in answer.err
    assert "--absent-limit 40%" in answer.err
    assert CrosswalkEntry.objects.filter(ended_at__isnull=True).count() == 20
    assert GoldenRecord.objects.filter(version_number__gt=1).count() == 0


def test_a_full_file_ends_what_it_lacks_within_the_limit(shell: CommandLine) -> None:
    shell.ingest(full(20))

    answer = shell.ingest(full(19), "--full")

    assert answer.code == 0, answer.err
    assert answer.counts == {"rows": 19, "unchanged": 19, "absent": 1}
    ended = CrosswalkEntry.objects.get(ended_at__isnull=False)
    assert ended.external_id.value == "20"
    assert ended.golden.status == "RETIRED"


def test_a_larger_share_may_be_allowed(shell: CommandLine) -> None:
    shell.ingest(full(20))

    answer = shell.ingest(full(12), "--full", "--absent-limit", "40%")

    assert answer.counts["absent"] == 8


def test_rows_that_cannot_be_read_keep_a_full_file_from_ending_anything(shell: CommandLine) -> None:
    shell.ingest(full(20))

    answer = shell.ingest(full(18) + "19,Company 19,what\n", "--full")

    assert answer.code == 3
    assert "none was ended" in answer.out
    assert CrosswalkEntry.objects.filter(ended_at__isnull=True).count() == 20


def test_a_rejected_row_is_not_an_absent_one(shell: CommandLine) -> None:
    shell.ingest(full(20))

    answer = shell.ingest(full(19).replace("customer,name", "customer,founded_on").replace("Company", "x"), "--full")

    assert answer.counts == {"rows": 19, "rejected": 19, "absent": 1}


def test_a_full_file_of_one_client_says_nothing_of_another(shell: CommandLine) -> None:
    suppliers = full(3).replace("customer", "supplier")
    for client in ("100", "200"):
        shell.ingest(suppliers, "--type", "supplier", "--scope", client)

    answer = shell.ingest(suppliers, "--type", "supplier", "--scope", "100", "--full")

    assert answer.counts == {"rows": 3, "unchanged": 3}
    assert CrosswalkEntry.objects.filter(ended_at__isnull=True).count() == 6
