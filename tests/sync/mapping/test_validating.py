"""A document is checked against what the target says of itself before anything is sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sync.connectors.interface import FieldError, FieldType, Snapshot, TargetField, TargetSchema
from sync.mapping.applying import apply
from sync.mapping.content import Mapped
from sync.mapping.reading import read
from sync.mapping.validating import FieldDifference, diff, validate
from tests.sync.mapping.party import CONTENT, party

ADDRESS = (TargetField("city", length=5), TargetField("zip", required=True))
SCHEMA = TargetSchema(
    "party",
    (
        TargetField("name", required=True, length=10),
        TargetField("kind", enum=("customer", "supplier")),
        TargetField("erp_id", "integer"),
        TargetField("lang", read_only=True),
        TargetField("tax", required=True),
        TargetField("billing", "object", fields=ADDRESS),
        TargetField("addresses", "list", fields=ADDRESS),
    ),
)


def document(**fields: Any) -> Mapped:
    return Mapped(fields, {}, {})


def test_every_reason_to_refuse_is_named_on_both_sides_at_once() -> None:
    mapped = apply(read(CONTENT), party(values={"name": "Nordwind Logistik", "language": "xx"}))

    found = validate(mapped, SCHEMA)

    assert {(error.target_field, error.golden_path, error.code) for error in found} >= {
        ("name", "name", "too_long"),
        ("erp_id", "", "wrong_type"),
        ("lang", "language", "read_only"),
        ("tax", "", "required"),
        ("code", "", "unknown_field"),
        ("billing.street", "addresses[billing].street", "unknown_field"),
        ("addresses[0].city", "addresses[main].city", "too_long"),
        ("addresses[0].zip", "addresses[main]", "required"),
    }
    assert all(error.message for error in found)


def test_a_mapping_that_failed_is_not_valid_either() -> None:
    issue = FieldError("name", "It must be filled, and the record has no value.", "name", "required")

    found = validate(Mapped({}, {"name": "name"}, {}, (issue,)), TargetSchema("party", SCHEMA.fields[:1]))

    assert found == (issue,)


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("text", ["", "x"], [1, True, {}]),
        ("integer", [0, 5], ["5", 5.5, True]),
        ("decimal", ["1.20", 3, 1.5], ["x", True, "NaN"]),
        ("boolean", [True, False], ["true", 1]),
        ("date", ["2026-11-23", dt.date(2026, 11, 23)], ["23.11.2026", 5]),
        ("datetime", ["2026-11-23T05:00:00+00:00", dt.datetime(2026, 11, 23, tzinfo=dt.UTC)], ["now"]),
        ("object", [{"a": 1}], ["a", [1]]),
        ("list", [[1]], ["a", {"a": 1}]),
        ("any", ["a", 1, {"b": 1}], []),
    ],
)
def test_a_type_takes_its_values_and_no_others(type_: FieldType, good: list[Any], bad: list[Any]) -> None:
    schema = TargetSchema("party", (TargetField("it", type_),))

    assert [value for value in good if validate(document(it=value), schema)] == []
    assert [value for value in bad if not validate(document(it=value), schema)] == []


def test_an_open_schema_lets_other_fields_be() -> None:
    assert validate(document(other=1), TargetSchema("party", (), open=True)) == ()


def test_what_the_target_holds_otherwise_is_named_on_both_sides() -> None:
    mapped = apply(read(CONTENT), party())
    live = mapped.document | {"name": "NORDWIND", "billing": {"street": "Hafenstraße 12a", "city": "Lübeck"}}

    found = diff(mapped, Snapshot("42", live))

    assert found == (
        FieldDifference("name", "name", "Nordwind Logistik Gm", "NORDWIND"),
        FieldDifference("billing.city", "addresses[billing].city", "Kiel", "Lübeck"),
    )
