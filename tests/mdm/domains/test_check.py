from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.domains.loader import shipped_pack
from mdm.domains.pack import Issue

PARTY = shipped_pack("party")
MATERIAL = shipped_pack("material")
PATHS = [
    path if "." not in path else path.replace(".", "[main].", 1)
    for path in PARTY.attributes
    if not path.startswith(("roles.", "identifiers."))
]
PATHS += ["roles[customer].since", "identifiers[eu_vat].value", "identifiers[lei].value", "identifiers[de_hrb].value"]
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        (
            "DE",
            "Deutschland",
            "12.03.2026",
            "X",
            "030 1234567",
            "DE136695976",
            "a@b.de",
            "GMBH & CO KG",
            "1.2E+11",
            "01067",
        )
    ),
    st.from_regex(r"[A-Za-zäöüß]{1,12} (GmbH|AG|ltd|Inc|& Co)", fullmatch=True),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def issues_of(values: dict[str, Any], path: str) -> list[Issue]:
    return [issue for issue in PARTY.check(values).issues if issue.path == path]


@given(st.dictionaries(st.sampled_from(PATHS) | st.text(max_size=20), TEXTS | JSON, max_size=8))
def test_whatever_is_sent_gets_an_answer_that_can_be_stored(values: dict[str, Any]) -> None:
    checked = PARTY.check(values)

    rejects = [issue for issue in checked.issues if issue.severity == "reject"]
    assert len(rejects) == len(values) - len(checked.values)
    assert checked.rejected == bool(rejects)
    assert set(checked.standardised) <= set(checked.values) <= set(values)
    for text in _texts(checked):
        assert "\0" not in text
        text.encode()


@given(st.dictionaries(st.sampled_from(PATHS), TEXTS, max_size=8))
def test_checking_what_was_checked_changes_nothing(values: dict[str, Any]) -> None:
    once = PARTY.check(values)
    twice = PARTY.check(once.merged)

    assert twice.merged == once.merged
    assert PARTY.keys_of(once.merged) == once.keys
    assert not twice.rejected


@given(st.dictionaries(st.sampled_from(PATHS), TEXTS, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_columns_does_not_matter(values: dict[str, Any], chance: Any) -> None:
    columns = list(values.items())
    chance.shuffle(columns)

    first, second = PARTY.check(values), PARTY.check(dict(columns))

    assert (first.values, first.standardised, first.keys) == (second.values, second.standardised, second.keys)
    assert sorted(first.issues) == sorted(second.issues)


def _texts(checked: Any) -> list[str]:
    found = [*checked.values, *checked.values.values(), *checked.standardised.values()]
    found += [text for issue in checked.issues for text in issue] + [text for key in checked.keys for text in key]
    return [text for text in found if isinstance(text, str)]


def test_a_row_is_typed_standardised_and_keyed() -> None:
    checked = PARTY.check(
        {
            "record_type": "Firma",
            "name": "Müller Maschinenbau GMBH & CO KG",
            "identifiers[eu_vat].value": "136 695 976",
            "addresses[billing].country": "Deutschland",
            "addresses[billing].postal_code": "D-10115",
            "phones[main].number": "030/1234567",
            "bank_accounts[0001].iban": "DE89 3704 0044 0532 0130 00",
            "roles[customer].active": "X",
            "language": "",
        }
    )

    assert checked.issues == []
    assert checked.values["name"] == "Müller Maschinenbau GMBH & CO KG"
    assert checked.values["roles[customer].active"] is True
    assert checked.values["language"] is None
    assert checked.standardised == {
        "record_type": "organisation",
        "name": "Müller Maschinenbau GmbH & Co. KG",
        "identifiers[eu_vat].value": "DE136695976",
        "addresses[billing].country": "DE",
        "addresses[billing].postal_code": "10115",
        "phones[main].number": "+49301234567",
        "bank_accounts[0001].iban": "DE89370400440532013000",
    }
    assert checked.keys == [
        ("bank", "DE89370400440532013000"),
        ("id:eu_vat", "DE136695976"),
        ("name", "mueller maschinenbau"),
        ("name", "muller maschinenbau"),
        ("phone", "+49301234567"),
    ]


def test_a_phone_is_read_in_the_legal_seats_country_before_that_of_a_delivery_address() -> None:
    checked = PARTY.check(
        {
            "phones[main].number": "030 1234567",
            "addresses[shipping].country": "US",
            "addresses[legal].country": "DE",
        }
    )

    assert checked.standardised["phones[main].number"] == "+49301234567"


def test_a_country_known_from_before_helps_to_read_a_phone() -> None:
    values = {"phones[main].number": "030 1234567"}

    assert PARTY.check(values).issues[0].code == "phone_country_unknown"
    assert PARTY.check(values, context={"addresses[0001].country": "DE"}).keys == [("phone", "+49301234567")]


def test_a_person_is_found_by_given_and_family_name() -> None:
    checked = PARTY.check({"given_name": "JÜRGEN", "family_name": "O'NEILL"})

    assert checked.keys == [("name", "juergen oneill"), ("name", "jurgen oneill")]


def test_an_identifier_with_a_wrong_check_digit_is_kept_but_no_rule_may_trust_it() -> None:
    checked = PARTY.check({"identifiers[eu_vat].value": "DE136695970"})

    assert checked.values == {"identifiers[eu_vat].value": "DE136695970"}
    assert [(issue.code, issue.severity) for issue in checked.issues] == [("invalid_identifier", "finding")]
    assert checked.keys == [("unchecked:eu_vat", "DE136695970")]


@pytest.mark.parametrize(
    ("scheme", "sent", "key"),
    [
        ("de_hrb", "HRB 12345 B", ("unchecked:de_hrb", "HRB12345B")),
        ("other", "a  1", ("unchecked:other", "A 1")),
        ("duns", "12-345-6789", ("id:duns", "123456789")),
        ("gb_crn", "sc 123456", ("id:gb_crn", "SC123456")),
        ("ch_uid", "CHE-107.787.577 MWST", ("id:ch_uid", "CHE107787577")),
        ("us_ein", "91-1144442", ("id:us_ein", "911144442")),
        ("lei", "213800kud8lajwsq9d15", ("id:lei", "213800KUD8LAJWSQ9D15")),
    ],
)
def test_only_an_identifier_nobody_shares_is_a_strong_key(scheme: str, sent: str, key: tuple[str, str]) -> None:
    checked = PARTY.check({f"identifiers[{scheme}].value": sent})

    assert (checked.issues, checked.keys) == ([], [key])


def test_a_second_number_of_one_scheme_has_a_qualified_key() -> None:
    checked = PARTY.check({"identifiers[eu_vat:AT].value": "ATU13585627"})

    assert (checked.issues, checked.keys) == ([], [("id:eu_vat", "ATU13585627")])


@pytest.mark.parametrize(
    ("path", "raw", "code"),
    [
        ("nmae", "x", "unknown_attribute"),
        ("addresses", "x", "unknown_attribute"),
        ("addresses[a b].city", "x", "bad_path"),
        ("roles[custmer].active", True, "unknown_key"),
        ("identifiers[vat].value", "1", "unknown_key"),
        ("name", True, "not_text"),
        ("name", 1.5, "not_text"),
        ("name", 10**40, "not_text"),
        ("name", ["a"], "not_a_value"),
        ("name", {"a": 1}, "not_a_value"),
        ("name", "a\0b", "invalid_character"),
        ("name", "a\ud800b", "invalid_character"),
        ("name", "x" * 241, "too_long"),
        ("birth_date", "12/03/1980", "not_a_date"),
        ("birth_date", 29221, "not_a_date"),
        ("roles[customer].active", "perhaps", "not_a_boolean"),
        ("identifiers[us_ein].value", "1.29273E+11", "spreadsheet_damage"),
        ("identifiers[us_ein].value", float("nan"), "not_text"),
    ],
)
def test_what_is_structurally_wrong_rejects_the_row(path: str, raw: object, code: str) -> None:
    checked = PARTY.check({path: raw, "language": "de"})

    assert [(issue.code, issue.severity) for issue in checked.issues] == [(code, "reject")]
    assert checked.issues[0].path == path
    assert checked.issues[0].remedy.endswith(".")
    assert checked.values == {"language": "de"}


def test_a_near_miss_is_named() -> None:
    assert "Did you mean name?" in PARTY.check({"nmae": "x"}).issues[0].remedy
    assert "Did you mean customer?" in PARTY.check({"roles[custmer].active": 1}).issues[0].remedy
    assert "addresses.city" in PARTY.check({"addresses[main].town": "x"}).issues[0].remedy


def test_a_spreadsheets_whole_numbers_are_read_as_the_digits_they_show() -> None:
    checked = MATERIAL.check({"description": 4711.0, "ean": 4006381333931})

    assert checked.values == {"description": "4711", "ean": "4006381333931"}
    assert ("id:ean", "4006381333931") in checked.keys


def test_empty_and_blank_clear_a_value_and_a_required_one_says_so() -> None:
    checked = MATERIAL.check({"description": "  ", "base_unit": None, "ean": ""})

    assert checked.values == {"description": None, "base_unit": None, "ean": None}
    assert [(issue.path, issue.code, issue.severity) for issue in checked.issues] == [
        ("description", "required", "finding")
    ]


def test_an_element_cleared_as_a_whole_lacks_nothing() -> None:
    assert PARTY.check({"identifiers[lei].value": "", "identifiers[lei].issued_by": None}).issues == []

    left = PARTY.check(
        {"identifiers[lei].value": "", "identifiers[lei].issued_by": "GLEIF", "identifiers[duns].value": ""}
    )
    assert [(issue.path, issue.code) for issue in left.issues] == [("identifiers[lei].value", "required")]


def test_required_values_a_whole_record_lacks_are_found() -> None:
    assert [issue.path for issue in MATERIAL.missing({"base_unit": "KG"})] == ["description"]
    assert MATERIAL.missing({"description": "Bolt"}) == []
    lacking = PARTY.missing({"identifiers[lei].issued_by": "x", "phones[main].number": "+49301234567"})
    assert [issue.path for issue in lacking] == ["identifiers[lei].value"]


def test_too_many_elements_of_a_group_reject_the_row() -> None:
    values = {f"bank_accounts[{n:04d}].bank_code": "1" for n in range(51)}

    assert [issue.code for issue in issues_of(values, "bank_accounts")] == ["too_many_elements"]


def test_a_path_is_labelled_as_a_person_says_it() -> None:
    assert PARTY.label_of("name") == "Name"
    assert PARTY.label_of("addresses[billing].city") == "Address Billing: City"
    assert PARTY.label_of("identifiers[lei].value") == "Identifier Legal entity identifier (LEI): Number"
    assert PARTY.label_of("bank_accounts[0001].iban") == "Bank account 0001: IBAN"
