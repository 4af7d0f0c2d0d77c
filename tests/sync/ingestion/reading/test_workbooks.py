"""Worksheets: guarded, read apart, written as text that a system could have exported."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from mdm.kernel.errors import DomainError, Invalid, TooLarge
from sync.ingestion.reading.tables import Wishes
from tests.sync.ingestion.reading.conftest import Open, Read


def workbook(rows: list[list[object]], *, first_row: int = 0, sheets: tuple[str, ...] = ("Data",)) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False})
    sheet, *_ = [book.add_worksheet(name) for name in sheets]
    for number, row in enumerate(rows, start=first_row):
        for place, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith("{="):
                sheet.write_formula(number, place, cell[1:-1], value="42")
            else:
                sheet.write(number, place, cell)
    book.close()
    return target.getvalue()


def test_cells_become_text_as_a_system_would_export_it(read_bytes: Read) -> None:
    content = workbook(
        [["id", "name", "since", "active", "rate"], [100482, "Nord", datetime.date(2026, 3, 12), True, 1.5]]
    )

    (row,) = read_bytes(content, name="x.xlsx")

    assert row.cells == ["100482", "Nord", "2026-03-12", "true", "1.5"]
    assert row.number == 2


def test_a_formula_cell_counts_with_the_value_the_workbook_holds(read_bytes: Read) -> None:
    (row,) = read_bytes(workbook([["id", "name"], ["{=40+2}", "Nord"]]), name="x.xlsx")

    assert row.cells == ["42", "Nord"]


def test_a_number_too_long_for_a_spreadsheet_does_not_pass_as_exact(read_bytes: Read) -> None:
    (row,) = read_bytes(workbook([["id", "name"], [4012345678901234567, "Nord"]]), name="x.xlsx")

    assert row.cells[0] == "4.01235E+18"


def test_row_numbers_are_those_of_the_sheet(read_bytes: Read) -> None:
    content = workbook([["id", "name"], [1, "Nord"], ["", ""], [2, "Ost"]], first_row=3)

    rows = [row for row in read_bytes(content, name="x.xlsx") if any(row.cells)]

    assert [row.number for row in rows] == [5, 7]


def test_the_named_sheet_is_read_and_a_missing_one_is_told_with_the_others(open_bytes: Open) -> None:
    content = workbook([["id", "name"], [1, "Nord"]], sheets=("Customers", "Notes"))

    table = open_bytes(content, name="x.xlsx")
    with pytest.raises(Invalid) as refused:
        open_bytes(content, name="x.xlsx", wishes=Wishes(sheet="Vendors"))

    assert table.sheet == "Customers"
    assert "Notes" in table.notes[0]
    assert "Customers, Notes" in refused.value.remedy


def test_an_archive_that_is_no_workbook_is_refused(open_bytes: Open) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "hello")

    with pytest.raises(Invalid, match="not a workbook"):
        open_bytes(target.getvalue(), name="x.xlsx")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(open_bytes: Open) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for part in range(5):
            archive.writestr(f"xl/worksheets/sheet{part}.xml", bytes(60 << 20))

    with pytest.raises(TooLarge) as refused:
        open_bytes(target.getvalue(), name="bomb.xlsx")

    assert "300 MB" in refused.value.message
    assert refused.value.remedy


def test_a_small_archive_with_a_monstrous_ratio_is_refused(open_bytes: Open) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(50 << 20))

    with pytest.raises(TooLarge, match="times its size"):
        open_bytes(target.getvalue(), name="bomb.xlsx")


def test_thousands_of_parts_are_refused(open_bytes: Open) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part in range(1_001):
            archive.writestr(f"part{part}", "x")

    with pytest.raises(TooLarge, match="1,001 parts"):
        open_bytes(target.getvalue(), name="bomb.xlsx")


def test_a_sheet_that_claims_a_monstrous_range_cannot_take_the_server_down(open_bytes: Open, tmp_path: Path) -> None:
    content = workbook([["id", "name"], [1, "Nord"]])
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", far)
            archive.writestr(entry.filename, data)

    with pytest.raises(DomainError) as refused:
        open_bytes(target.getvalue(), name="wide.xlsx")

    assert "wide.xlsx" in refused.value.message
    assert [path.name for path in tmp_path.glob("*.csv")] == []


def test_a_broken_workbook_is_refused_with_a_remedy(open_bytes: Open) -> None:
    with pytest.raises(Invalid) as refused:
        open_bytes(workbook([["id"], [1]])[:-200], name="cut.xlsx")

    assert "cannot be read" in refused.value.message
    assert "CSV" in refused.value.remedy
