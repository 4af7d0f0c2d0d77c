from __future__ import annotations

from typing import Any

import pytest

from sync.flows.record_filter import FilterError, compile_filter, describe

CUSTOMER = {"name": "Alpha", "roles[customer].active": True, "addresses[main].country": "DE"}
PROSPECT = {"name": "Beta", "roles[prospect].active": True}
FORMER = {"name": "Gamma", "roles[customer].active": False, "roles[customer].since": "2001-01-01"}
ERP = {
    "all": [
        {"role": ["customer", "supplier"]},
        {"path": "record_class", "in": ["real", None]},
        {"not": {"path": "business_status", "in": ["sanctioned"]}},
    ]
}


@pytest.mark.parametrize(
    ("content", "values", "carried"),
    [
        ({}, PROSPECT, True),
        (ERP, CUSTOMER, True),
        (ERP, CUSTOMER | {"record_class": "real"}, True),
        (ERP, CUSTOMER | {"record_class": "test"}, False),
        (ERP, CUSTOMER | {"business_status": "sanctioned"}, False),
        (ERP, PROSPECT, False),
        (ERP, FORMER, False),
        ({"role": ["prospect"]}, PROSPECT, True),
        ({"path": "addresses[main].country", "not_in": ["DE"]}, CUSTOMER, False),
        ({"path": "vat", "present": False}, CUSTOMER, True),
        ({"any": [{"path": "name", "in": ["Beta"]}, {"role": ["customer"]}]}, PROSPECT, True),
    ],
)
def test_a_filter_tells_which_records_a_flow_carries(content: Any, values: Any, carried: bool) -> None:
    assert compile_filter(content)(values) is carried


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ({"role": "customer"}, "filter.role"),
        ({"role": []}, "filter.role"),
        ({"role": [1]}, "filter.role"),
        ({"path": "no path!", "in": ["x"]}, "filter.path"),
        ({"path": "name", "in": [["x"]]}, "filter.in"),
        ({"path": "name", "present": "yes"}, "filter.present"),
        ({"path": "name"}, "filter"),
        ({"all": []}, "filter.all"),
        ({"any": [{"role": ["customer"]}, {}]}, "filter.any[1]"),
        ({"eval": "1"}, "filter"),
        ({"not": {"not": {"not": {"not": {"not": {"not": {"not": {"role": ["a"]}}}}}}}}, "filter" + ".not" * 7),
    ],
)
def test_a_filter_that_cannot_be_tested_is_refused_with_its_place(content: Any, where: str) -> None:
    with pytest.raises(FilterError) as refused:
        compile_filter(content)

    assert refused.value.where == where
    assert refused.value.remedy


def test_a_filter_is_told_in_words() -> None:
    assert describe({}) == "every released record"
    assert describe(ERP) == (
        "role is customer or supplier and record_class is real or empty and not (business_status is sanctioned)"
    )
