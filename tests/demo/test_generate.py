"""The demo data is written by the project itself: the same to the byte, and with its truth beside it."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import phonenumbers
import pytest
import python_calamine
from stdnum import ean, iban, lei
from stdnum.eu import vat

from demo.drafts import ACCOUNT, SHOPPER, Draft
from demo.generate import FILES, generate
from demo.traps import TRAPS
from demo.writers import scheme_of
from mdm.engine.canonicalisers import canonicalise


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Draft]]:
    """The files written anew, and the records in them."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, generate(folder)


@pytest.fixture(scope="module")
def truth() -> list[dict[str, str]]:
    return read(FILES / "truth.csv", ",")


def read(path: Path, delimiter: str, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_generator_writes_the_committed_files_byte_for_byte(fresh: tuple[Path, list[Draft]]) -> None:
    written, committed = files_below(fresh[0]), files_below(FILES)

    assert sorted(written) == sorted(committed)
    assert [name for name in written if written[name] != committed[name]] == []


def test_another_seed_writes_other_data(tmp_path: Path) -> None:
    generate(tmp_path, seed=7)

    assert (tmp_path / "crm_accounts.csv").read_bytes() != (FILES / "crm_accounts.csv").read_bytes()


def test_the_truth_is_of_the_size_and_spread_that_is_promised(
    fresh: tuple[Path, list[Draft]], truth: list[dict[str, str]]
) -> None:
    records = {(row["system"], row["type"], row["id"]) for row in truth}
    entities = {row["entity"] for row in truth}
    countries = {draft.country for draft in fresh[1]}
    per_system = Counter(system for system, _, _ in records)
    print(
        f"{len(records)} source records of {len(entities)} entities in {len(countries)} countries: {dict(per_system)}"
    )

    assert 1_400 <= len(records) <= 1_600
    assert 950 <= len(entities) <= 1_100
    assert len(countries) >= 8
    assert set(per_system) == {"SAP", "CRM", "SHOP"}


@pytest.mark.parametrize("trap", [*TRAPS, "deleted"])
def test_each_trap_is_staged(truth: list[dict[str, str]], trap: str) -> None:
    rows = [row for row in truth if row["trap"] == trap]

    assert len(rows) >= 2, TRAPS.get(trap)


def test_no_trap_is_left_unexplained(truth: list[dict[str, str]]) -> None:
    assert {row["trap"] for row in truth} - {"", "deleted"} == set(TRAPS)


def test_a_four_way_cluster_is_one_entity_under_four_identifiers(truth: list[dict[str, str]]) -> None:
    identifiers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in truth:
        if row["trap"] == "four_way":
            identifiers[row["entity"]].add((row["system"], row["id"]))

    assert len(identifiers) >= 5
    assert {len(found) for found in identifiers.values()} == {4}


def test_a_reused_identifier_means_another_entity_later(truth: list[dict[str, str]]) -> None:
    entities: dict[str, dict[str, str]] = defaultdict(dict)
    for row in truth:
        if row["trap"] == "reused_id":
            entities[row["id"]][row["delivery"]] = row["entity"]

    assert len(entities) == 3
    assert all(found["first"] != found["later"] for found in entities.values())


def test_identifiers_are_unique_and_in_their_systems_form(truth: list[dict[str, str]]) -> None:
    first = Counter((row["system"], row["type"], row["id"]) for row in truth if row["delivery"] == "first")

    assert max(first.values()) == 1
    assert {row["id"] for row in truth if row["id"] == "0000100482"}
    for row in truth:
        if row["system"] == "CRM":
            assert canonicalise("salesforce_id", row["id"][:15]) == row["id"]


def test_companies_that_collect_through_one_account_are_different_entities(fresh: tuple[Path, list[Draft]]) -> None:
    by_account: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for draft in fresh[1]:
        if draft.trap == "shared_bank":
            by_account[draft.ibans].add(draft.entity)

    assert [len(entities) for entities in by_account.values()] == [2, 2, 2, 2]


def test_one_character_apart_means_two_companies(fresh: tuple[Path, list[Draft]]) -> None:
    drafts = [draft for draft in fresh[1] if draft.trap == "tax_id_one_character"]

    assert len({draft.entity for draft in drafts}) == 6
    numbers = sorted(draft.tax_number for draft in drafts)
    close = [(one, other) for one in numbers for other in numbers if one < other and distance(one, other) == 1]
    assert len(close) == 3


def distance(one: str, other: str) -> int:
    return sum(left != right for left, right in zip(one, other, strict=True))


def test_numbers_are_valid_except_where_somebody_mistyped_them(fresh: tuple[Path, list[Draft]]) -> None:
    drafts = fresh[1]
    in_union = [draft for draft in drafts if draft.tax_number and scheme_of(draft.country) == "eu_vat"]
    wrong = [draft for draft in in_union if not vat.is_valid(draft.tax_number)]

    assert len(in_union) > 400
    assert 4 <= len(wrong) <= 0.06 * len(in_union)
    assert all(iban.is_valid(account) for draft in drafts for account in draft.ibans)
    assert all(lei.is_valid(draft.lei) for draft in drafts if draft.lei)
    assert all(ean.is_valid(row["EAN11"]) for row in materials() if row["EAN11"])


def materials() -> list[dict[str, str]]:
    return read(FILES / "sap_materials.csv", ";", "cp1252")


def test_telephone_numbers_can_be_read_with_their_country(fresh: tuple[Path, list[Draft]]) -> None:
    typed = [draft for draft in fresh[1] if draft.phone and draft.trap != "bridge"]
    read_well = [
        draft for draft in typed if phonenumbers.is_valid_number(phonenumbers.parse(draft.phone, draft.country))
    ]

    assert len(typed) > 700
    assert len(read_well) >= 0.97 * len(typed)


def test_the_records_are_written_in_several_scripts(fresh: tuple[Path, list[Draft]]) -> None:
    scripts: Counter[str] = Counter()
    for draft in fresh[1]:
        for char in {char for char in draft.name if char.isalpha()}:
            scripts[unicodedata.name(char).split()[0]] += 1

    assert {"LATIN", "CYRILLIC", "GREEK", "CJK", "ARABIC"} <= set(scripts)
    assert any(not char.isascii() for draft in fresh[1] if draft.system == "SAP" for char in draft.name)


def test_the_erp_exports_what_its_code_page_holds() -> None:
    for path in FILES.rglob("sap_*.csv"):
        text = path.read_bytes().decode("cp1252")
        assert text.count("\r\n") == text.count("\n"), path
        assert "?" not in text, path


def test_the_related_files_speak_of_records_that_exist() -> None:
    for folder in (FILES, FILES / "later"):
        for prefix, key in (("sap_customers", "KUNNR"), ("sap_suppliers", "LIFNR")):
            if not (folder / f"{prefix}.csv").exists():
                continue
            known = {row[key] for row in read(folder / f"{prefix}.csv", ";", "cp1252")}
            for related in folder.glob(f"{prefix}_*.csv"):
                assert {row[key] for row in read(related, ";", "cp1252")} <= known, related


def test_every_record_of_the_truth_is_in_its_file(truth: list[dict[str, str]]) -> None:
    sheet = python_calamine.CalamineWorkbook.from_path(str(FILES / "shop_customers.xlsx")).get_sheet_by_index(0)
    shoppers = {str(row[0]) for row in sheet.to_python()[1:]}
    accounts = {row["Id"] for row in read(FILES / "crm_accounts.csv", ",")}

    assert shoppers == {row["id"] for row in truth if (row["system"], row["type"]) == SHOPPER}
    assert accounts == {row["id"] for row in truth if (row["system"], row["type"]) == ACCOUNT}


def test_the_mapping_sheet_is_right_except_for_the_row_staged_to_collide(truth: list[dict[str, str]]) -> None:
    entity = {row["id"]: row["entity"] for row in reversed(truth)}
    pairs = [
        (f"{int(row['sap_customer']):010d}", canonicalise("salesforce_id", row["crm_account"]))
        for row in read(FILES / "mapping.csv", ",")
    ]
    known = [(entity[left], entity[right]) for left, right in pairs if left in entity]

    assert len(pairs) - len(known) == 2, "two pairs that nobody knows any more"
    assert [left == right for left, right in known].count(False) == 1
    assert len(known) > 80
