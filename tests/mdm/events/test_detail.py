"""The detail of an event holds ids, numbers and names, and no values."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.events.detail import BYTES, DetailError, encode

NAMES = st.from_regex(r"[a-z][a-z_.]{3,20}_id", fullmatch=True)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.from_regex(r"[A-Za-z0-9 ._:/-]{0,100}", fullmatch=True)
)


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"created": 3, "number": -1, "full": True, "job": None},
        {"path": "addresses[billing].city", "attributes": ["name", "addresses.city"]},
        {"path": "emails[anna@example.com].address"},
        {"versions": {"records_sourceversion": [1, 2, 3]}},
        {"job": "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "layout": "SAP Kunden, täglich"},
        {"codes": ("BP-000123", "BP-000124")},
    ],
)
def test_ids_numbers_and_names_are_accepted(detail: dict[str, Any]) -> None:
    assert json.loads(encode(detail)) == json.loads(json.dumps(detail))


@pytest.mark.parametrize(
    ("detail", "complaint"),
    [
        ({"value": 1}, "announces a value"),
        ({"attributes": [{"before": "x"}]}, "announces a value"),
        ({"email": "x"}, "announces a value"),
        ({"path": "anna@example.com"}, "e-mail"),
        ({"share": 0.5}, "is a float"),
        ({"sum": Decimal(1)}, "is a Decimal"),
        ({"raw_id": b"x"}, "is a bytes"),
        ({"number": 2**63}, "64 bits"),
        ({"text": "x" * 161}, "161 characters"),
        ({"text": "two\nlines"}, "more than one line"),
        ({"text": "a\x00"}, "control character"),
        ({"text": "\ud800"}, "control character"),
        ({"two words": 1}, "is no name"),
        ({1: 1}, "is no name"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "nested too deeply"),
        ({"ids": list(range(BYTES))}, "bytes is the most"),
    ],
)
def test_what_may_be_a_value_is_refused_and_its_place_named(detail: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DetailError, match=complaint):
        encode(detail)


def test_the_place_of_the_fault_is_named() -> None:
    with pytest.raises(DetailError, match=r"detail\.rows\[1\]\.share is a float"):
        encode({"rows": [{"share": 1}, {"share": 1.5}]})


@given(st.dictionaries(NAMES, PLAIN | st.lists(PLAIN, max_size=5), max_size=6))
def test_what_is_accepted_comes_back_the_same(detail: dict[str, Any]) -> None:
    assert json.loads(encode(detail)) == detail
