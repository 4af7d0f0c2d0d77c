from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mdm.domains.loader import shipped_pack
from mdm.engine.schema import Attribute, Code
from mdm.engine.standardise import KINDS, STANDARDISERS, Binding, Standard, Standardiser

CODES = {"organisation": Code("organisation", "Organisation", ("Firma",)), "person": Code("person", "Person")}
REGIONS = st.sampled_from(("", "DE", "US", "GB", "FR", "NL", "JP", "ZZ"))
WRITTEN = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(codec="latin-1"), max_size=40),
    st.from_regex(r"\+?[0-9 ()/.\-]{1,24}", fullmatch=True),
    st.from_regex(r"[A-Za-z]{2} ?[0-9]{2}[0-9A-Z ]{8,24}", fullmatch=True),
    st.from_regex(
        r"[A-Za-zÄÖÜäöüß' ]{1,20}[ ,]{1,2}(GMBH|G\.m\.b\.H\.|co kg|& Co\. KG|S\.A\.|spa|ltd|Inc)", fullmatch=True
    ),
    st.from_regex(r"[A-Za-z0-9._+-]{1,12}@[A-Za-z0-9.-]{1,16}", fullmatch=True),
    st.from_regex(r"(HTTPS?://)?(www\.)?[A-Za-z0-9.-]{1,16}\.[a-z]{2,4}(/[a-z]{0,4}/?)?", fullmatch=True),
    st.from_regex(r"[0-9]{1,4}[.-][0-9]{1,2}[.-][0-9]{1,4}", fullmatch=True),
)


def bound(name: str) -> Standardiser:
    return STANDARDISERS[name](Binding(Attribute("value", "Value", code_list="kinds"), "main", None, CODES))


def standard(name: str, value: str, region: str = "") -> Standard:
    return bound(name)(value, region)


@pytest.mark.parametrize("name", STANDARDISERS)
@example(value="0ð¡", region="")
@given(value=WRITTEN, region=REGIONS)
def test_every_standardiser_is_idempotent_and_never_raises(name: str, value: str, region: str) -> None:
    once = standard(name, value, region)
    twice = standard(name, once.value, region)

    assert twice.value == once.value
    if once.problem is None:
        assert twice.problem is None
        assert twice.key == once.key
    else:
        assert once.problem.message
        assert once.problem.remedy


SCHEMES = shipped_pack("party").schemes


@pytest.mark.parametrize("code", SCHEMES)
@settings(max_examples=settings().max_examples // 2)
@given(value=WRITTEN | st.from_regex(r"[A-Z]{0,3}[0-9]{5,14}[A-Z]?", fullmatch=True), region=REGIONS)
def test_every_identifier_scheme_is_idempotent_and_never_raises(code: str, value: str, region: str) -> None:
    identifier = STANDARDISERS["identifier"](Binding(Attribute("value", "Number", key="id"), code, SCHEMES[code]))

    once = identifier(value, region)
    twice = identifier(once.value, region)

    assert twice.value == once.value
    assert (twice.problem is None) == (once.problem is None)


def test_each_kind_has_a_file_of_its_own() -> None:
    assert {"phone", "email", "bank", "identifier", "organisation", "person", "address", "web", "date"} <= set(KINDS)


@pytest.mark.parametrize(
    ("name", "region", "sent", "written", "key"),
    [
        ("text", "", "  a \t b\n c ", "a b c", ""),
        ("text", "", "Mu\u0308ller\u200b", "Müller", ""),
        ("organisation_name", "", "Müller GMBH & CO KG", "Müller GmbH & Co. KG", "Müller"),
        ("organisation_name", "", "Acme, inc", "Acme, Inc.", "Acme"),
        ("organisation_name", "", "Acme Limited", "Acme Limited", "Acme"),
        ("organisation_name", "", "Louisville KY", "Louisville KY", "Louisville"),
        ("organisation_name", "", "ООО Ромашка", "ООО Ромашка", "Ромашка"),
        ("organisation_name", "", "株式会社東京", "株式会社東京", "東京"),
        ("organisation_name", "", "GmbH", "GmbH", "GmbH"),
        ("person_name", "", "HANS-PETER VON DER HEYDE", "Hans-Peter von der Heyde", "Hans-Peter von der Heyde"),
        ("person_name", "", "o’neill", "O'Neill", "O'Neill"),
        ("person_name", "", "MCDONALD", "McDonald", "McDonald"),
        ("person_name", "", "DiCaprio", "DiCaprio", "DiCaprio"),
        ("phone", "DE", "030/1234567", "+49301234567", "+49301234567"),
        ("phone", "", "0049 30 1234567", "+49301234567", "+49301234567"),
        ("phone", "US", "0049 30 1234567", "+49301234567", "+49301234567"),
        ("phone", "DE", "+49 (0)30 1234567", "+49301234567", "+49301234567"),
        ("phone", "US", "(212) 555-2368", "+12125552368", "+12125552368"),
        ("phone", "IT", "06 6982 1234", "+390669821234", "+390669821234"),
        ("phone", "", "+49 30 1234567 ext. 12", "+49301234567;ext=12", "+49301234567"),
        ("email", "", " <Info@Example.COM> ", "info@example.com", "info@example.com"),
        ("email", "", "info@müller.de", "info@müller.de", "info@müller.de"),
        ("web", "", "WWW.Example.com/", "https://www.example.com", "example.com"),
        ("web", "", "http://example.com/A?b=C", "http://example.com/A?b=C", "example.com"),
        ("iban", "", "de89 3704 0044 0532 0130 00", "DE89370400440532013000", "DE89370400440532013000"),
        ("iban", "", "ES91 2100 0418 4502 0005 1332", "ES9121000418450200051332", "ES9121000418450200051332"),
        ("bic", "", "deutdeffxxx", "DEUTDEFF", ""),
        ("date", "", "12.03.2026", "2026-03-12", ""),
        ("date", "", "20260312", "2026-03-12", ""),
        ("date", "", "00000000", "", ""),
        ("decimal", "", "+01234,50", "1234.5", ""),
        ("postal_code", "DE", "D-10115", "10115", ""),
        ("postal_code", "GB", "sw1a1aa", "SW1A 1AA", ""),
        ("postal_code", "NL", "1234ab", "1234 AB", ""),
        ("postal_code", "PL", "00950", "00-950", ""),
        ("postal_code", "US", "123456789", "12345-6789", ""),
        ("postal_code", "", "x 1", "X 1", ""),
        ("house_number", "", "12 A – 14", "12a-14", ""),
        ("code", "", "firma", "organisation", ""),
        ("ean", "", "4006381333931", "4006381333931", "4006381333931"),
    ],
)
def test_values_are_written_the_one_way(name: str, region: str, sent: str, written: str, key: str) -> None:
    found = standard(name, sent, region)

    assert (found.value, found.key, found.problem) == (written, key, None)


@pytest.mark.parametrize(
    ("name", "region", "sent", "code", "severity"),
    [
        ("text", "", "MÃ¼ller", "encoding_damage", "finding"),
        ("text", "", "M\ufffdller", "encoding_damage", "finding"),
        ("text", "", "a\x07b", "control_character", "finding"),
        ("phone", "", "030 1234567", "phone_country_unknown", "finding"),
        ("phone", "DE", "030 1", "invalid_phone", "finding"),
        ("phone", "DE", "4.93E+11", "spreadsheet_damage", "reject"),
        ("email", "", "info@", "invalid_email", "finding"),
        ("email", "", "a@example.com; b@example.com", "invalid_email", "finding"),
        ("web", "", "no web", "invalid_web", "finding"),
        ("iban", "", "DE88370400440532013000", "invalid_iban", "finding"),
        ("iban", "", "DE8937040044053201300", "invalid_iban", "finding"),
        ("bic", "", "DEUTZZFF", "invalid_bic", "finding"),
        ("date", "", "12/03/2026", "not_a_date", "reject"),
        ("date", "", "31.02.2026", "not_a_date", "reject"),
        ("date", "", "45000", "not_a_date", "reject"),
        ("decimal", "", "1.234,50", "not_a_number", "reject"),
        ("postal_code", "DE", "1067", "postal_code_form", "finding"),
        ("code", "", "firmament", "unknown_code", "finding"),
        ("ean", "", "4006381333930", "invalid_identifier", "finding"),
        ("ean", "", "4.00638E+12", "spreadsheet_damage", "reject"),
    ],
)
def test_what_is_wrong_is_said_with_value_and_remedy(
    name: str, region: str, sent: str, code: str, severity: str
) -> None:
    problem = standard(name, sent, region).problem

    assert problem is not None
    assert (problem.code, problem.severity) == (code, severity)
    assert problem.remedy.endswith(".")


def test_a_lost_leading_zero_is_named_in_the_remedy() -> None:
    problem = standard("postal_code", "1067", "DE").problem

    assert problem is not None
    assert "01067" in problem.remedy


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_quick_reading_of_a_phone_is_the_one_of_phonenumbers(region: str) -> None:
    """A number of each type, as written at home and abroad, and neighbours of it that may be invalid."""
    for number_type in (0, 1, 3, 6):
        example = phonenumbers.example_number_for_type(region, number_type)
        if example is None:
            continue
        digits = phonenumbers.national_significant_number(example)
        spellings = [phonenumbers.format_number(example, style) for style in (0, 1, 2)]
        spellings += [f"+{example.country_code}{digits}{n}" for n in (0, 7)] + [f"0{digits[:-1]}", digits, f"8{digits}"]
        for spelling in spellings:
            for place in (region, "DE", ""):
                assert standard("phone", spelling, place).key == read_slowly(spelling, place), (spelling, place)


def read_slowly(text: str, region: str) -> str:
    for written, place in ((text, region), ("+" + text[2:], "")):
        if written is not text and not text.startswith("00"):
            break
        try:
            number = phonenumbers.parse(written, place or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return ""
