"""Rows that cannot be taken in: each named with row, field, value and remedy, while the rest loads."""

from __future__ import annotations

import csv

import pytest

from mdm.records.models import ExternalId, Finding, SourceRecord
from tests.mdm.records.world import World
from tests.sync.conftest import Answer, CommandLine

LONG = "x" * 200


def loaded() -> list[str]:
    return sorted(ExternalId.objects.values_list("value", flat=True))


def rejects_of(answer: Answer) -> list[dict[str, str]]:
    with open(answer.rejects, encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def assert_explained(answer: Answer) -> None:
    """Every rejected row says what to do, in the answer and in the file to correct."""
    assert answer.code == 3
    for row in rejects_of(answer):
        assert row["_row"].isdigit()
        assert row["_error"]
        assert row["_remedy"]


@pytest.mark.parametrize(
    ("line", "value"), [("2,Ost", "2 cells"), ("2,Ost,de,extra", "4 cells")], ids=["too few", "too many"]
)
def test_a_ragged_row_is_rejected_with_its_line(shell: CommandLine, line: str, value: str) -> None:
    answer = shell.ingest(f"customer,name,language\n1,Nord,de\n{line}\n3,West,de\n")

    assert_explained(answer)
    assert answer.rejected() == [("header", 3, "", value, "ragged")]
    assert loaded() == ["1", "3"]


def test_delimiters_behind_the_last_column_are_no_fault(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name\n1,Nord,,\n2,Ost\n3,West\n")

    assert answer.code == 0, answer.out
    assert loaded() == ["1", "2", "3"]


def test_equal_rows_of_one_key_count_once(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name\n0001,Nord\n1,Nord\n2,Ost\n".replace("0001,", "1,"))

    assert answer.code == 0
    assert answer.counts == {"rows": 3, "created": 2, "repeated": 1}


def test_different_rows_of_one_key_are_both_rejected_with_their_lines(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name\n0001,Nord\n2,Ost\n1,Süd\n")

    assert_explained(answer)
    assert answer.rejected() == [
        ("header", 2, "customer", "1", "repeated"),
        ("header", 4, "customer", "1", "repeated"),
    ]
    assert "rows 2, 4" in answer.out
    assert loaded() == ["2"]


def test_two_rows_of_one_address_are_both_rejected_and_their_record_loads(shell: CommandLine, world: World) -> None:
    answer = shell.ingest(
        "customer,name\n1,Nord\n", addresses="customer,key,city\n1,main,Kiel\n1,main,Bremen\n1,billing,Ulm\n"
    )

    assert [row[:3] for row in answer.rejected()] == [("addresses", 2, "customer"), ("addresses", 3, "customer")]
    assert "addresses main stands in rows 2, 3" in answer.out
    values = world.version_of(world.golden_of("SAP", "1")).values
    assert values is not None and values["addresses[billing].city"] == "Ulm"
    assert "addresses[main].city" not in values


def test_an_address_without_its_record_is_rejected(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name\n1,Nord\n", addresses="customer,key,city\n2,main,Kiel\n1,main,Ulm\n")

    assert_explained_in(answer, "addresses", 2, "orphan")
    assert loaded() == ["1"]


def test_what_belongs_to_a_rejected_header_row_waits_with_it(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name\n1,Nord\n1,Süd\n", addresses="customer,key,city\n1,main,Kiel\n")

    assert [row[4] for row in answer.rejected()] == ["with_header", "repeated", "repeated"]
    assert loaded() == []


def assert_explained_in(answer: Answer, name: str, row: int, code: str) -> None:
    assert answer.code == 3
    found = answer.run.rejected_rows.get(object=name, row=row)
    assert (found.code, bool(found.reason), bool(found.remedy)) == (code, True, True)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("a\0b", "damaged"),
        ("x" * (5 << 20), "damaged"),
        ("x" * 300, "too_long"),
        ("bad\ufffdletter", "damaged"),
        ("#REF!", "damaged"),
    ],
    ids=["NUL", "five megabytes", "over-long", "lost letter", "spreadsheet error"],
)
def test_a_cell_that_cannot_be_kept_rejects_its_row(shell: CommandLine, cell: str, code: str) -> None:
    answer = shell.ingest(f"customer,name\n1,Nord\n2,{cell}\n3,West\n")

    assert_explained(answer)
    ((name, row, field, value, found),) = answer.rejected()
    assert (name, row, field) == ("header", 3, "name")
    assert value
    assert found == code
    assert loaded() == ["1", "3"]


def test_a_value_of_the_wrong_type_names_its_column(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name,founded_on\n1,Nord,2001-02-03\n2,Ost,someday\n")

    assert_explained(answer)
    assert [row[:4] for row in answer.rejected()] == [("header", 3, "founded_on", "someday")]
    assert loaded() == ["1"]


def test_several_faults_of_one_row_are_told_together(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name,founded_on,birth_date\n1,Nord,someday,once\n")

    (row,) = rejects_of(answer)
    assert row["_field"] == "founded_on | birth_date"
    assert row["_value"] == "someday | once"


def test_a_wrong_value_in_an_address_rejects_that_address_only(shell: CommandLine, world: World) -> None:
    answer = shell.ingest(
        "customer,name\n1,Nord\n",
        addresses=f"customer,key,city\n1,main,{LONG}\n1,billing,Ulm\n",
    )

    assert [row[:3] for row in answer.rejected()] == [("addresses", 2, "city")]
    values = world.version_of(world.golden_of("SAP", "1")).values
    assert values is not None and values["addresses[billing].city"] == "Ulm"


def test_an_identifier_that_a_spreadsheet_shortened_is_not_guessed(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name,identifiers[eu_vat].value\n1.29273E+11,Nord,\n2,Ost,1.29273E+11\n3,West,\n")

    assert [row[1:3] for row in answer.rejected()] == [(2, "customer"), (3, "identifiers[eu_vat].value")]
    assert "format the column as text" in answer.out.lower()
    assert loaded() == ["3"]


def test_an_empty_identifier_is_rejected_with_its_column(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name\n,Nord\n2,Ost\n")

    assert [row[:3] for row in answer.rejected()] == [("header", 2, "customer")]
    assert loaded() == ["2"]


def test_formulas_are_kept_as_text_and_pointed_out(shell: CommandLine, world: World) -> None:
    answer = shell.ingest('customer,name,phones[main].number\n1,"=HYPERLINK(""http://x"")",+49 40 123456\n2,-,\n')

    assert answer.code == 0, answer.out
    assert answer.counts["formula_cells"] == 1
    assert "row 2 name" in answer.run.notes[0]["text"]
    values = world.version_of(world.golden_of("SAP", "1")).values
    assert values is not None and "HYPERLINK" in str(values["name"])


def test_a_failed_check_digit_is_stored_as_a_finding(shell: CommandLine) -> None:
    answer = shell.ingest("customer,name,identifiers[eu_vat].value\n1,Nord,DE123456789\n")

    assert answer.code == 0
    assert answer.counts["findings"] >= 1
    assert Finding.objects.filter(path="identifiers[eu_vat].value", kind="QUALITY").exists()


def test_rejected_rows_can_be_corrected_and_fed_back(shell: CommandLine, world: World) -> None:
    first = shell.ingest(
        "customer;name;founded_on\n1;Nord;2001-02-03\n2;Ost;someday\n",
        addresses=f"customer,key,city,country\n1,main,{LONG},DE\n2,main,Ulm,DE\n",
    )
    header = first.rejects.read_text(encoding="utf-8-sig").replace("someday;", "2002-03-04;", 1)
    children = first.rejects.with_name("rejects.addresses.csv").read_text(encoding="utf-8-sig")

    second = shell.ingest(header, addresses=children.replace(LONG, "Kiel", 1))

    assert second.code == 0, second.out
    assert loaded() == ["1", "2"]
    values = world.version_of(world.golden_of("SAP", "1")).values
    assert values is not None and values["addresses[main].city"] == "Kiel"


def test_addresses_alone_reach_records_that_are_known(shell: CommandLine, world: World) -> None:
    shell.ingest("customer,name\n1,Nord\n")

    answer = shell.ingest(addresses="customer,key,city\n1,main,Kiel\n2,main,Ulm\n")

    assert answer.counts == {"rows": 2, "updated": 1, "rejected": 1}
    values = world.version_of(world.golden_of("SAP", "1")).values
    assert values is not None
    assert (values["name"], values["addresses[main].city"]) == ("Nord", "Kiel")


def test_a_rejected_row_writes_nothing_at_all(shell: CommandLine) -> None:
    shell.ingest("customer,name,founded_on\n1,Nord,someday\n")

    assert not SourceRecord.objects.exists()
    assert not ExternalId.objects.exists()
