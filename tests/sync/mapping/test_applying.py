"""A mapping makes the target's document, says where each field came from, and cannot run away."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors.interface import FieldError
from sync.mapping.applying import Bounds, apply
from sync.mapping.content import Mapped
from sync.mapping.reading import read
from tests.sync.mapping.party import CONTENT, DECLARED, party


def mapped(*fields: dict[str, Any], values: dict[str, Any] | None = None, **more: Any) -> Mapped:
    mapping = read({"format": 1, "fields": list(fields)}, declared=DECLARED)
    return apply(mapping, party(values=values or {}, **more))


def value(field: dict[str, Any], **values: Any) -> Any:
    return mapped({"target": "it"} | field, values=values).document["it"]


def test_a_whole_record_becomes_the_targets_document() -> None:
    made = apply(read(CONTENT, declared=DECLARED), party())

    assert made.issues == ()
    assert made.document == {
        "code": "BP-000123",
        "name": "Nordwind Logistik Gm",
        "lang": "de",
        "kind": "customer",
        "phone": "+49431123456",
        "erp_id": "42",
        "memo": None,
        "billing": {"street": "Hafenstraße 12a", "city": "Kiel"},
        "addresses": [
            {"use": "MAIN", "city": "Hamburg", "country": "Deutschland", "owner": "Nordwind Logistik GmbH"},
            {"use": "BILLING", "city": "Kiel", "country": "Deutschland", "owner": "Nordwind Logistik GmbH"},
            {"use": "WAREHOUSE", "city": "Gdynia", "country": "Polen", "owner": "Nordwind Logistik GmbH"},
        ],
    }


def test_each_field_says_which_golden_value_is_behind_it() -> None:
    made = apply(read(CONTENT), party())

    assert made.field_sources["phone"] == "phones[office].number"
    assert made.field_sources["billing.street"] == "addresses[billing].street"
    assert made.field_sources["addresses[2].city"] == "addresses[warehouse].city"
    assert made.field_sources["addresses[2]"] == "addresses[warehouse]"
    assert made.field_sources["code"] == ""
    assert made.golden_values["addresses[billing].house_number"] == "12a"
    assert made.golden_values["name_extra"] is None
    assert "phones[*].number" not in made.golden_values


@pytest.mark.parametrize(
    ("field", "result"),
    [
        ({"from": "name"}, "Nordwind Logistik GmbH"),
        ({"from": "name_extra"}, None),
        ({"from": "name_extra", "default": "-"}, "-"),
        ({"from": "addresses[*].city"}, "Kiel"),
        ({"from": "addresses[legal].city"}, None),
        ({"first": ["name_extra", {"constant": "none"}]}, "none"),
        ({"first": ["name_extra", {"golden": "code"}]}, "BP-000123"),
        ({"join": ["name_extra", "language", {"constant": "x"}], "separator": "/"}, "de/x"),
        ({"join": ["name_extra"]}, None),
        ({"golden": "version"}, 7),
        ({"golden": "status"}, "ACTIVE"),
        ({"id": {"system": "CRM", "type": "account"}}, None),
        ({"from": "roles[customer].active"}, True),
        ({"from": "company_codes[1000].posting_block"}, False),
        ({"from": "roles[customer].active", "values": {"true": "X", "false": ""}}, "X"),
        ({"from": "company_codes[1000].posting_block", "values": {"true": "X", "false": ""}}, ""),
        ({"from": "language", "values": {"en": "E"}, "unmapped": "keep"}, "de"),
        ({"from": "language", "values": {"en": "E"}, "unmapped": "empty"}, None),
        ({"from": "language", "values": {"de": "D"}, "as": "lower"}, "d"),
        ({"from": "name", "cut": 9}, "Nordwind"),
        ({"constant": "12", "as": "integer"}, 12),
        ({"constant": "12.50", "as": "number"}, 12.5),
        ({"constant": "12.00", "as": "number"}, 12),
        ({"constant": "yes", "as": "boolean"}, True),
        ({"constant": False, "as": "text"}, "false"),
        ({"constant": "2026-11-23T10:00:00", "as": "date"}, "2026-11-23"),
    ],
)
def test_a_value_is_taken_from_where_the_mapping_says(field: dict[str, Any], result: Any) -> None:
    made = value(field)

    assert (made, type(made)) == (result, type(result))


@pytest.mark.parametrize(
    ("field", "path", "code"),
    [
        ({"from": "language", "values": {"en": "E"}}, "language", "unmapped"),
        ({"from": "name", "as": "integer"}, "name", "wrong_form"),
        ({"constant": "1.5", "as": "integer"}, "", "wrong_form"),
        ({"constant": "1e999999", "as": "number"}, "", "wrong_form"),
        ({"constant": "maybe", "as": "boolean"}, "", "wrong_form"),
        ({"constant": "23.11.2026", "as": "date"}, "", "wrong_form"),
        ({"from": "name_extra", "required": True}, "name_extra", "required"),
        ({"first": ["phones[fax].number", "name_extra"], "required": True}, "phones[fax].number", "required"),
        ({"id": {"system": "CRM", "type": "account"}, "required": True}, "", "required"),
    ],
)
def test_what_cannot_be_mapped_is_named_on_both_sides(field: dict[str, Any], path: str, code: str) -> None:
    (issue,) = mapped({"target": "it"} | field).issues

    assert (issue.target_field, issue.golden_path, issue.code) == ("it", path, code)
    assert issue.message


def test_every_issue_is_told_at_once() -> None:
    country = {"target": "c", "from": ".country", "values": {"DE": 1}}

    made = mapped(
        {"target": "a", "from": "name", "as": "integer"},
        {"target": "b", "from": "name_extra", "required": True},
        {"target": "addresses", "each": "addresses", "fields": [country]},
    )

    assert [(issue.target_field, issue.code) for issue in made.issues] == [
        ("a", "wrong_form"),
        ("b", "required"),
        ("addresses[2].c", "unmapped"),
    ]


@pytest.mark.parametrize(
    ("condition", "counts"),
    [
        ({"has": "name"}, True),
        ({"has": "name_extra"}, False),
        ({"has": "roles[customer]"}, True),
        ({"has": "roles[supplier]"}, False),
        ({"has": "roles[*]"}, True),
        ({"has": "webs[*]"}, False),
        ({"has": "phones[*].number"}, True),
        ({"is": ["roles[customer].active", True]}, True),
        ({"is": ["roles[customer].active", 1]}, False),
        ({"is": ["business_status", "blocked", "active"]}, True),
        ({"not": {"has": "name"}}, False),
        ({"all": [{"has": "name"}, {"has": "name_extra"}]}, False),
        ({"any": [{"has": "name"}, {"has": "name_extra"}]}, True),
    ],
)
def test_a_field_counts_when_its_condition_holds(condition: dict[str, Any], counts: bool) -> None:
    made = mapped({"target": "it", "constant": "x", "when": condition})

    assert made.document == ({"it": "x"} if counts else {})


def test_the_first_rule_that_counts_fills_a_field() -> None:
    rules = CONTENT["fields"][3:5]

    both = mapped(*rules, values={"roles[supplier].active": True})
    second = mapped(*rules, values={"roles[customer].active": False, "roles[supplier].active": True})
    none = mapped(*rules, values={"roles[customer].active": None})

    assert (both.document, second.document, none.document) == ({"kind": "customer"}, {"kind": "supplier"}, {})


def test_a_list_keeps_to_its_keys_and_its_length() -> None:
    fields = [{"target": "city", "from": ".city"}]

    only = mapped({"target": "a", "each": "addresses", "keys": ["billing", "legal"], "only": True, "fields": fields})
    most = mapped({"target": "a", "each": "addresses", "keys": ["warehouse"], "most": 2, "fields": fields})
    none = mapped({"target": "a", "each": "webs", "fields": [{"target": "u", "from": ".url"}]})

    assert only.document == {"a": [{"city": "Kiel"}]}
    assert most.document == {"a": [{"city": "Gdynia"}, {"city": "Kiel"}]}
    assert none.document == {"a": []}


def test_an_empty_element_is_none() -> None:
    made = mapped(
        {"target": "a", "each": "addresses", "fields": [{"target": "city", "from": ".city"}]},
        values={"addresses[billing].street": "", "addresses[main].city": None, "addresses[main].country": None},
    )

    assert [each["city"] for each in made.document["a"]] == ["Kiel", "Gdynia"]


def test_a_mapping_that_takes_too_long_is_stopped() -> None:
    ticks = count(0.0, 0.2)

    made = apply(read(CONTENT), party(), bounds=Bounds(seconds=0.1), stopwatch=lambda: next(ticks))

    assert made.document == {}
    assert [issue.code for issue in made.issues] == ["too_slow"]


def test_a_document_that_grows_too_large_is_stopped() -> None:
    rules = [{"target": f"f{number}", "from": "name"} for number in range(50)]
    mapping = read({"format": 1, "fields": rules})

    made = apply(mapping, party(values={"name": "x" * 1_000}), bounds=Bounds(characters=10_000))

    assert made.document == {}
    assert made.issues == (FieldError("f10", "The document is larger than 10000 characters.", "", "too_large"),)


@given(st.dictionaries(st.sampled_from(sorted(party().values)), st.none() | st.booleans() | st.integers() | st.text()))
def test_whatever_a_record_holds_a_mapping_answers(values: dict[str, Any]) -> None:
    made = apply(read(CONTENT), party(values=values))

    assert isinstance(made.document, dict)
    assert all(issue.message and issue.target_field for issue in made.issues)
    assert apply(read(CONTENT), party(values=values)) == made
