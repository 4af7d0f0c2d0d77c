"""Rows with their numbers, from any place on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.kernel.errors import Invalid
from sync.ingestion.reading.rows import Place, RowReader
from tests.sync.ingestion.reading.conftest import Open, Read


def test_a_cell_with_line_ends_keeps_the_line_numbers_right(read_bytes: Read) -> None:
    rows = read_bytes(b'id;note\n1;"two\nlines"\n2;x\n')

    assert [(row.number, row.cells) for row in rows] == [(2, ["1", "two\nlines"]), (4, ["2", "x"])]


def test_a_quotation_mark_inside_a_cell_spoils_its_row_only(read_bytes: Read) -> None:
    rows = read_bytes(b'id;note\n1;"in"side"\n2;x\n')

    assert rows[0].number == 2
    assert "quotation mark" in rows[0].fault
    assert rows[1].cells == ["2", "x"]


def test_a_quotation_mark_never_closed_is_told_with_its_row(read_bytes: Read) -> None:
    with pytest.raises(Invalid) as refused:
        read_bytes(b'id;note\n1;x\n2;"open\n3;y\n4;z\n')

    assert refused.value.value == "row 3"
    assert "never closed" in refused.value.message


def test_reading_goes_on_exactly_where_it_stopped(open_bytes: Open, tmp_path: Path) -> None:
    content = "id;note\n" + "".join(f'{n};"a\nb ü"\n' for n in range(50))
    table = open_bytes(content.encode())
    reader = table.rows(tmp_path)
    first = []
    for row in reader:
        first.append(row)
        if len(first) == 20:
            break

    rest = list(table.rows(tmp_path, reader.place))

    assert [row.cells[0] for row in (*first, *rest)] == [str(n) for n in range(50)]
    assert rest[0].number == first[-1].number + 2


@given(rows=st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=2, max_size=2), max_size=8))
def test_every_row_written_as_csv_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "x.csv"
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)
    path.write_bytes(text.encode())

    read = list(RowReader(path, delimiter=",", start=Place(0, 1)))

    assert [row.cells for row in read] == rows
