"""Documents have one hash per content, and a difference is named by its field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors.documents import Difference, aligned, differences, document_hash

LEAVES = st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=5) | st.decimals(-9, 9, places=2)
DOCUMENTS = st.dictionaries(
    st.sampled_from("abcd"), st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=6), max_size=4
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 5}, {"a": Decimal("5.00")}),
        ({"a": 5}, {"a": 5.0}),
        ({"a": None}, {}),
        ({"a": ""}, {}),
        ({"a": []}, {"a": {}}),
        ({"a": {"b": None}}, {}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (
            {"a": dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)},
            {"a": dt.datetime(2026, 1, 1, 13, tzinfo=dt.timezone(dt.timedelta(hours=1)))},
        ),
    ],
)
def test_the_same_content_has_the_same_hash(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert document_hash(one) == document_hash(other)


@pytest.mark.parametrize(
    ("one", "other"), [({"a": 1}, {"a": 2}), ({"a": 1}, {"a": True}), ({"a": "x"}, {"a": ["x"]}), ({"a": 0}, {})]
)
def test_other_content_has_another_hash(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert document_hash(one) != document_hash(other)


def test_each_differing_field_is_named_with_what_is_there() -> None:
    wanted = {"name": "Acme", "addresses": [{"city": "Bonn"}, {"city": "Ulm"}], "phone": None, "tags": ["a"]}
    live = {"name": "ACME", "addresses": [{"city": "Bonn"}, {"city": "Köln"}], "tags": ["a", "b"], "own": 1}

    found = differences(wanted, live)

    assert found == (
        Difference("name", "Acme", "ACME"),
        Difference("addresses[1].city", "Ulm", "Köln"),
        Difference("tags", ["a"], ["a", "b"]),
    )


@pytest.mark.parametrize(
    ("wanted", "live"),
    [
        (5, "5.00"),
        (Decimal("1.20"), "1.2"),
        (True, 1),
        (1, True),
        (True, "true"),
        (False, 0),
        ("", None),
        ([], None),
        ("5.0", 5),
        ([None, "a", ""], ["a"]),
        ([None, None, False], [None, False, None]),
    ],
)
def test_a_target_that_answers_in_another_form_means_the_same(wanted: Any, live: Any) -> None:
    assert differences({"a": wanted}, {"a": live}) == ()


def test_a_differing_element_is_named_by_its_place_in_what_is_wanted() -> None:
    found = differences({"tags": ["", "a", "b"]}, {"tags": ["a", None, "c"]})

    assert found == (Difference("tags[2]", "b", "c"),)


@pytest.mark.parametrize(("wanted", "live"), [(2, True), ("5", 6), ("a", 5), (True, None), (0, None)])
def test_what_only_looks_alike_differs(wanted: Any, live: Any) -> None:
    assert differences({"a": wanted}, {"a": live}) == (Difference("a", wanted, live),)


@given(DOCUMENTS, DOCUMENTS)
def test_what_is_there_hashes_as_wanted_exactly_when_nothing_differs(
    wanted: dict[str, Any], live: dict[str, Any]
) -> None:
    same_hash = document_hash(aligned(wanted, live)) == document_hash(wanted)

    assert same_hash == (differences(wanted, live) == ())
