"""What a file is, found out before anything in it is believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdm.kernel.errors import DomainError, Invalid, TooLarge
from sync.ingestion.reading.tables import Table, Wishes
from tests.sync.ingestion.reading.conftest import Open, Read

TEXT = "id;name\n1;Müller\n2;Łódź\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(open_bytes: Open, delimiter: str) -> None:
    rows = [["id", "name", "note"], ["1", "Nord; Stahl, AG", "a|b"], ["2", "Süd\tGuss", ""]]
    content = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)

    table = open_bytes(content.encode())

    assert table.delimiter == delimiter
    assert table.columns == ("id", "name", "note")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings_are_found(read_bytes: Read, codec: str) -> None:
    rows = read_bytes(TEXT.encode(codec))

    assert [row.cells for row in rows] == [["1", "Müller"], ["2", "Łódź"]]


def test_a_file_that_is_not_utf8_is_read_as_windows_1252_and_says_so(open_bytes: Open) -> None:
    table = open_bytes("id;name\n1;Müller\n".encode("cp1252"))

    assert table.encoding == "cp1252"
    assert "Windows-1252" in table.notes[0]


def test_one_bad_byte_in_a_utf8_file_spoils_its_own_row_only(open_bytes: Open, tmp_path: Path) -> None:
    content = "id;name\n1;Müller\n2;Łódź\n3;".encode() + b"\xe4\n" + "4;Größe\n".encode()

    table = open_bytes(content)

    rows = [row.cells[1] for row in table.rows(tmp_path)]
    assert rows == ["Müller", "Łódź", "\ufffd", "Größe"]
    assert "some of its bytes are not" in table.notes[0]


def test_a_named_encoding_counts(read_bytes: Read) -> None:
    (row,) = read_bytes("id;name\n1;Łódź\n".encode("iso8859-2"), wishes=Wishes(encoding="iso8859-2"))

    assert row.cells == ["1", "Łódź"]


def test_an_unknown_encoding_is_refused_with_the_known_ones(open_bytes: Open, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        open_bytes(TEXT.encode(), wishes=Wishes(encoding="klingon"))

    assert refused.value.value == "klingon"
    assert "utf-8" in refused.value.remedy


def test_a_wrong_delimiter_is_told_with_the_right_one(open_bytes: Open) -> None:
    with pytest.raises(Invalid) as refused:
        open_bytes(TEXT.encode(), wishes=Wishes(delimiter=","))

    assert refused.value.field == "delimiter"
    assert "semicolon" in refused.value.remedy


def test_title_lines_above_the_header_are_skipped(open_bytes: Open, tmp_path: Path) -> None:
    table = open_bytes(b"Customers of the north;;\nexported 12 Mar 2026;;\n;;\nid;name;city\n1;Nord;Kiel\n2;Ost;Riga\n")

    assert table.columns == ("id", "name", "city")
    assert [row.number for row in table.rows(tmp_path)] == [5, 6]


def test_a_column_named_twice_is_refused(open_bytes: Open) -> None:
    with pytest.raises(Invalid) as refused:
        open_bytes(b"id,name,name\n1,a,b\n")

    assert refused.value.field == "name"
    assert "Row 1" in refused.value.message


def test_too_many_columns_are_refused_with_row_and_count(open_bytes: Open) -> None:
    with pytest.raises(TooLarge) as refused:
        open_bytes((",".join(f"c{n}" for n in range(1_001)) + "\n").encode())

    assert "Row 1" in refused.value.message
    assert "1,001" in refused.value.message


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"\n\n\n", "no rows"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "old Excel"),
        (bytes(range(1, 9)) * 40, "not a text file"),
    ],
)
def test_what_is_no_table_is_refused_and_not_kept(open_bytes: Open, tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(DomainError) as refused:
        open_bytes(content)

    assert what in refused.value.message
    assert refused.value.remedy


def test_old_mac_line_ends_are_line_ends(read_bytes: Read) -> None:
    rows = read_bytes(b"id;name\r1;Nord\r2;Ost\r")

    assert [row.cells for row in rows] == [["1", "Nord"], ["2", "Ost"]]


def test_a_table_survives_its_journey_through_json(open_bytes: Open) -> None:
    table = open_bytes(TEXT.encode("utf-16"))

    assert Table.from_json(table.to_json()) == table


def test_the_kept_file_has_nothing_of_the_senders_name(open_bytes: Open) -> None:
    table = open_bytes(TEXT.encode(), name="../../etc/passwd\n.csv")

    assert table.name == "passwd.csv"
    assert "passwd" not in table.stored
