"""Each system's own files: an ERP's related tables, a CRM's export, a shop's workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import xlsxwriter

from demo.dice import Dice
from demo.drafts import ACCOUNT, CUSTOMER, SHOPPER, SUPPLIER, Draft
from demo.words import western

Row = Sequence[str]
FIRST_CHANGES: Final = (date(2023, 1, 9), 1100)
LATER_CHANGES: Final = (date(2026, 6, 2), 25)
SCHEMES: Final = {
    "CH": "ch_uid",
    "GB": "gb_vat",
    "US": "us_ein",
    "JP": "jp_cn",
    "CN": "cn_uscc",
    "UA": "ua_edrpou",
    "SA": "other",
    "EG": "other",
}
_CRM_TAX: Final = {
    "eu_vat": "VAT_Number__c",
    "gb_vat": "UK_VAT__c",
    "ch_uid": "Swiss_UID__c",
    "us_ein": "EIN__c",
    "jp_cn": "Corporate_Number_JP__c",
    "cn_uscc": "USCC__c",
    "ua_edrpou": "EDRPOU__c",
    "other": "Other_Tax_Id__c",
}
_CRM_HEADER: Final = [
    "Id", "Name", "IsPersonAccount", "FirstName", "LastName", "PersonBirthdate", "Type", "BillingStreet",
    "BillingPostalCode", "BillingCity", "BillingCountryCode", "Phone", "Email__c", "Website", *_CRM_TAX.values(),
    "LEI__c", "DUNS__c", "LastModifiedDate",
]  # fmt: skip
_SHOP_HEADER: Final = [
    "customer_no", "company", "first_name", "last_name", "birth_date", "email", "phone", "street", "zip", "city",
    "country", "vat_id", "registered_at",
]  # fmt: skip
_SAP: Final = {
    # type -> (key column, group column, file prefix, normal group, one-time group, reconciliation account)
    CUSTOMER: ("KUNNR", "KTOKD", "sap_customers", "KUNA", "CPDA", "140000"),
    SUPPLIER: ("LIFNR", "KTOKK", "sap_suppliers", "LIEF", "CPDL", "160000"),
}
_TERMS: Final = ["0001", "ZB30", "ZB14"]
_SAP_COLUMNS: Final = {
    "": ["NAME1", "NAME2", "SORTL", "LAND1", "TELF1", "SMTP_ADDR", "SPERR", "LOEVM", "AEDAT", "OPEN_ORDERS", "BALANCE"],
    "addresses": ["ADR_KIND", "STREET", "HOUSE_NUM1", "POST_CODE1", "CITY1", "COUNTRY"],
    "company_codes": ["BUKRS", "AKONT", "ZTERM", "ALTKN", "SPERR"],
    "tax_numbers": ["TAXTYPE", "SCHEME", "TAXNUM"],
    "bank_accounts": ["BKVID", "BANKS", "IBAN", "KOINH"],
}


def scheme_of(country: str) -> str:
    """The kind of tax number a company of the country has, in the words of the party domain."""
    return SCHEMES.get(country, "eu_vat")


def write_all(drafts: Sequence[Draft], folder: Path, dice: Dice, *, changes: tuple[date, int]) -> None:
    """Write the files of every system that has records among `drafts`."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in (CUSTOMER, SUPPLIER):
        if found := [draft for draft in drafts if draft.kind == kind]:
            _write_sap(found, folder, dice, changes)
    if found := [draft for draft in drafts if draft.kind == ACCOUNT]:
        _write_crm(found, folder, dice, changes)
    if found := [draft for draft in drafts if draft.kind == SHOPPER]:
        _write_shop(found, folder, dice, changes)


def _write_sap(drafts: list[Draft], folder: Path, dice: Dice, changes: tuple[date, int]) -> None:
    key, group, prefix, normal, one_time, account = _SAP[drafts[0].kind]
    rows: dict[str, list[Row]] = {"": [], "addresses": [], "company_codes": [], "tax_numbers": [], "bank_accounts": []}
    for draft in drafts:
        kind = {"one_time": one_time, "test": "TEST"}.get(draft.record_class, normal)
        amounts, changed = _amounts(dice, draft), _day(dice, changes).strftime("%Y%m%d")
        rows[""].append([draft.id, kind, *_sap_header(draft), changed, *amounts])
        place = [draft.street, draft.number, draft.postal_code, draft.city, draft.country]
        rows["addresses"].append([draft.id, "main", *place])
        for code in _companies(dice):
            rows["company_codes"].append([draft.id, code, account, dice.one(_TERMS), _old(dice), ""])
        rows["tax_numbers"] += [[draft.id, *tax] for tax in _tax_rows(draft)]
        for number, account_number in enumerate(draft.ibans, 1):
            bank = [account_number[:2], account_number, draft.name[:60]]
            rows["bank_accounts"].append([draft.id, f"{number:04d}", *bank])
    for name, header in _SAP_COLUMNS.items():
        columns = [key, group, *header] if not name else [key, *header]
        _legacy_csv(folder / f"{prefix}{'_' if name else ''}{name}.csv", columns, rows[name])


def _sap_header(draft: Draft) -> list[str]:
    sort = "".join(char for char in western(draft.name).upper() if char.isalnum())[:10]
    flags = ["X" if draft.blocked else "", "X" if draft.trap == "deleted" else ""]
    return [*_two_lines(draft.name), sort, draft.country, draft.phone, draft.email, *flags]


def _write_crm(drafts: list[Draft], folder: Path, dice: Dice, changes: tuple[date, int]) -> None:
    rows = []
    for draft in drafts:
        taxes = dict.fromkeys(_CRM_TAX, "")
        taxes[scheme_of(draft.country)] = draft.tax_number
        moment = f"{_day(dice, changes).isoformat()}T{dice.number(6, 18):02d}:{dice.number(0, 59):02d}:00.000+00:00"
        kind = dice.weighted({"Customer": 7, "Prospect": 2, "Partner": 1})
        person = [str(draft.person).lower(), draft.given, draft.family, draft.birth_date]
        place = [draft.street_line, draft.postal_code, draft.city, draft.country]
        rows.append(
            [
                draft.id,
                draft.name,
                *person,
                kind,
                *place,
                draft.phone,
                draft.email,
                draft.website,
                *taxes.values(),
                draft.lei,
                draft.duns,
                moment,
            ]
        )
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([_CRM_HEADER, *rows])
    (folder / "crm_accounts.csv").write_bytes(text.getvalue().encode("utf-8"))


def _write_shop(drafts: list[Draft], folder: Path, dice: Dice, changes: tuple[date, int]) -> None:
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    workbook.set_properties({"title": "Customers", "created": datetime(2026, 1, 1)})
    sheet = workbook.add_worksheet("customers")
    sheet.write_row(0, 0, _SHOP_HEADER)
    for number, draft in enumerate(drafts, 1):
        company = "" if draft.person else draft.name
        vat = draft.tax_number if scheme_of(draft.country) == "eu_vat" else ""
        sheet.write_row(number, 0, [draft.id, company, draft.given, draft.family])
        if draft.birth_date:
            sheet.write_datetime(number, 4, datetime.fromisoformat(draft.birth_date))
        sheet.write_row(number, 5, [draft.email, draft.phone, draft.street_line])
        # A workbook makes a number of a postal code unless somebody watches: 01067 becomes 1067.
        as_number = draft.postal_code.isdigit() and dice.chance(0.3)
        sheet.write(number, 8, int(draft.postal_code) if as_number else draft.postal_code)
        sheet.write_row(number, 9, [draft.city, draft.country, vat])
        sheet.write_datetime(number, 12, datetime.combine(_day(dice, changes), datetime.min.time()))
    workbook.close()
    (folder / "shop_customers.xlsx").write_bytes(_uncompressed(buffer))


def write_materials(folder: Path, rows: Iterable[Row]) -> None:
    _legacy_csv(folder / "sap_materials.csv", ["MATNR", "MAKTX", "MEINS", "EAN11"], rows)


def write_plain(path: Path, header: Row, rows: Iterable[Row]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode("utf-8"))


def _legacy_csv(path: Path, header: Row, rows: Iterable[Row]) -> None:
    """Semicolons, Windows line ends, code page 1252: how an ERP of its age exports."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(
        [header, *([western(cell) for cell in row] for row in rows)]
    )
    path.write_bytes(text.getvalue().encode("cp1252"))


def _uncompressed(buffer: io.BytesIO) -> bytes:
    """The workbook without compression, whose bytes differ between builds of zlib."""
    target = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            entry.create_system = 0
            copy.writestr(entry, source.read(name))
    return target.getvalue()


def _two_lines(name: str) -> tuple[str, str]:
    """NAME1 holds 35 characters; the rest stands in NAME2."""
    if len(name) <= 35:
        return name, ""
    cut = name.rfind(" ", 0, 36)
    return (name[:cut], name[cut + 1 :][:35]) if cut > 0 else (name[:35], name[35:70])


def _tax_rows(draft: Draft) -> list[list[str]]:
    scheme = scheme_of(draft.country)
    found = [[f"{draft.country}0", scheme, draft.tax_number], ["LEI", "lei", draft.lei], ["DUNS", "duns", draft.duns]]
    return [tax for tax in found if tax[2]]


def _companies(dice: Dice) -> list[str]:
    return dice.weighted({"1000": 6, "2000": 2, "1000 2000": 3, "1000 2000 3000": 1}).split()


def _old(dice: Dice) -> str:
    return f"OLD{dice.digits(5)}" if dice.chance(0.2) else ""


def _amounts(dice: Dice, draft: Draft) -> list[str]:
    if draft.record_class == "test":
        return ["0.00", "0.00"]
    return [f"{dice.number(0, 90)}", f"{dice.number(0, 250_000)}.{dice.number(0, 99):02d}"]


def _day(dice: Dice, changes: tuple[date, int]) -> date:
    first, days = changes
    return date.fromordinal(first.toordinal() + dice.number(0, days))
