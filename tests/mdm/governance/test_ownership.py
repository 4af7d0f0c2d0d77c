"""Who may say what: the most specific row decides, and nobody may say anything unasked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.paths import parse
from mdm.governance.ownership import ModeName, OwnershipRow, OwnershipTable

Row = tuple[str, str, ModeName] | tuple[str, str, ModeName, str] | tuple[str, str, ModeName, str, str, str]

GERMAN_CUSTOMER = {"name": "A", "addresses[main].country": "DE", "roles[customer].active": True}
FRENCH_SUPPLIER = {"name": "B", "addresses[legal].country": "FR", "roles[supplier].active": True}


def table(*rows: Row) -> OwnershipTable:
    return OwnershipTable(OwnershipRow(*row) for row in rows)


CASES: list[tuple[str, list[Row], str, dict[str, Any], str]] = [
    ("no row means reads", [], "name", {}, "reads"),
    ("a row of another system means nothing", [("*", "CRM", "writes")], "name", {}, "reads"),
    ("a row on everything", [("*", "SAP", "writes")], "name", {}, "writes"),
    ("the attribute over everything", [("*", "SAP", "writes"), ("name", "SAP", "reads")], "name", {}, "reads"),
    ("and only there", [("*", "SAP", "writes"), ("name", "SAP", "reads")], "colour", {}, "writes"),
    (
        "the group over everything",
        [("*", "SAP", "writes"), ("addresses", "SAP", "reads")],
        "addresses[a].city",
        {},
        "reads",
    ),
    (
        "the attribute over its group",
        [("addresses", "SAP", "reads"), ("addresses.city", "SAP", "proposes")],
        "addresses[a].city",
        {},
        "proposes",
    ),
    (
        "the attribute over its group's key",
        [("addresses", "SAP", "reads", "a"), ("addresses.city", "SAP", "proposes")],
        "addresses[a].city",
        {},
        "proposes",
    ),
    (
        "the key over the group",
        [("addresses", "SAP", "reads"), ("addresses", "SAP", "writes", "billing")],
        "addresses[billing].city",
        {},
        "writes",
    ),
    (
        "and not for another key",
        [("addresses", "SAP", "reads"), ("addresses", "SAP", "writes", "billing")],
        "addresses[main].city",
        {},
        "reads",
    ),
    ("a scalar is no member of a group", [("addresses", "SAP", "writes")], "name", {}, "reads"),
    ("the record's role", [("name", "SAP", "writes", "", "customer", "")], "name", GERMAN_CUSTOMER, "writes"),
    ("not another role", [("name", "SAP", "writes", "", "customer", "")], "name", FRENCH_SUPPLIER, "reads"),
    (
        "a role that was cleared is none",
        [("name", "SAP", "writes", "", "customer", "")],
        "name",
        {"roles[customer].active": None},
        "reads",
    ),
    ("the record's country", [("name", "SAP", "writes", "", "", "DE")], "name", GERMAN_CUSTOMER, "writes"),
    ("not another country", [("name", "SAP", "writes", "", "", "DE")], "name", FRENCH_SUPPLIER, "reads"),
    ("a record without country", [("name", "SAP", "writes", "", "", "DE")], "name", {}, "reads"),
    (
        "the element's own country over the record's",
        [("addresses", "SAP", "writes", "", "", "FR")],
        "addresses[branch].city",
        {"addresses[main].country": "DE", "addresses[branch].country": "FR"},
        "writes",
    ),
    (
        "a condition that fails falls through",
        [("name", "SAP", "writes", "", "", "DE"), ("name", "SAP", "proposes"), ("*", "SAP", "reads")],
        "name",
        FRENCH_SUPPLIER,
        "proposes",
    ),
    (
        "the role over the country",
        [("name", "SAP", "writes", "", "customer", ""), ("name", "SAP", "proposes", "", "", "DE")],
        "name",
        GERMAN_CUSTOMER,
        "writes",
    ),
    (
        "both over the role",
        [("name", "SAP", "writes", "", "customer", ""), ("name", "SAP", "reads", "", "customer", "DE")],
        "name",
        GERMAN_CUSTOMER,
        "reads",
    ),
]


@pytest.mark.parametrize(
    ("rows", "path", "values", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_the_most_specific_row_decides(rows: list[Row], path: str, values: dict[str, Any], expected: str) -> None:
    assert table(*rows).mode(path, "SAP", values) == expected
    assert table(*reversed(rows)).mode(path, "SAP", values) == expected


def test_owners_are_the_systems_that_write() -> None:
    owned = table(
        ("*", "SAP", "writes"), ("*", "CRM", "proposes"), ("emails", "CRM", "writes"), ("emails", "SAP", "reads")
    )

    assert (owned.owner("name"), owned.owner("emails[main].address")) == (["SAP"], ["CRM"])


def test_owners_depend_on_the_record_where_rows_do() -> None:
    owned = table(("*", "SAP", "writes", "", "", "DE"), ("*", "CRM", "writes", "", "", "FR"))

    assert owned.owner("name", GERMAN_CUSTOMER) == ["SAP"]
    assert owned.owner("name", FRENCH_SUPPLIER) == ["CRM"]
    assert owned.owner("name") == []


_ROWS = st.builds(
    OwnershipRow,
    attribute=st.sampled_from(["*", "name", "addresses", "addresses.city", "addresses.country"]),
    system=st.sampled_from(["SAP", "CRM"]),
    mode=st.sampled_from(["writes", "proposes", "reads"]),
    group_key=st.sampled_from(["", "main", "billing"]),
    role=st.sampled_from(["", "customer", "supplier"]),
    country=st.sampled_from(["", "DE", "FR"]),
)
_TABLES = st.lists(_ROWS, max_size=12, unique_by=lambda row: (row[0], row[1], *row[3:]))
_PATHS = st.sampled_from(["name", "addresses[main].city", "addresses[billing].city", "addresses[main].country"])
_RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "addresses[main].country": st.sampled_from(["DE", "FR", None]),
        "addresses[billing].country": st.sampled_from(["DE", "FR", None]),
        "roles[customer].active": st.sampled_from([True, None]),
        "roles[supplier].active": st.sampled_from([True, None]),
    },
)


@given(rows=_TABLES, path=_PATHS, system=st.sampled_from(["SAP", "CRM"]), values=_RECORDS, data=st.data())
def test_the_compiled_table_answers_as_a_plain_search_and_in_any_order(
    rows: list[OwnershipRow], path: str, system: str, values: dict[str, Any], data: st.DataObject
) -> None:
    parsed = parse(path)
    fitting = [row for row in rows if row.system == system and row.speaks_of(parsed) and row.holds_for(parsed, values)]
    expected = max(fitting, key=lambda row: row.specificity).mode if fitting else "reads"

    shuffled = OwnershipTable(data.draw(st.permutations(rows)))

    assert shuffled.mode(path, system, values) == expected
    assert shuffled.mode(path, system, values) == expected, "the remembered plan answers alike"
    assert (system in shuffled.owner(path, values)) == (expected == "writes")
