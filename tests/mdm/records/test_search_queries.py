"""One box finds records by whatever a person has of them, and only those the person may see."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdm.records.queries.golden import MASK
from mdm.records.queries.search import SearchResult, search
from tests.mdm.records.ledger import redirect
from tests.mdm.records.test_crosswalk_queries import SALESFORCE_15, SALESFORCE_18, golden, viewer
from tests.mdm.records.world import World

ACME = {
    "name": "Müller Maschinenbau GmbH & Co. KG",
    "identifiers[eu_vat].value": "DE136695976",
    "identifiers[duns].value": "150483782",
    "addresses[legal].country": "DE",
    "phones[main].number": "+49 30 901820",
    "emails[main].address": "Info@mueller-bau.example",
}


@pytest.fixture
def acme(world: World) -> str:
    return world.say("SAP", "0000100482", values=dict(ACME)).golden_code


def look(world: World, text: str, limit: int = 20) -> SearchResult:
    return search(actor=world.engineer, text=text, limit=limit)


@pytest.mark.parametrize(
    ("text", "recognised"),
    [
        ("0000100482", "SAP customer"),
        ("100482", "SAP customer"),
        ("DE 136 695 976", "EU VAT number"),
        ("de136695976", "EU VAT number"),
        ("15-048-3782", "D-U-N-S"),
        ("+49 (30) 90 18 20", "Phone"),
        ("INFO@MUELLER-BAU.example", "E-mail"),
        ("müller maschinenbau", "Name"),
        ("Mueller Maschinenbau", "Name"),
        ("maschinenbau mueller", "Name"),
        ("Müler Maschinenbau", "Name"),
        ("MASCH MÜLL", "Name"),
    ],
)
def test_a_record_is_found_by_whatever_is_known_of_it(world: World, acme: str, text: str, recognised: str) -> None:
    result = look(world, text)

    assert [hit.code for hit in result.hits] == [acme]
    assert result.recognised.lower().startswith(recognised.lower())


def test_codes_are_found_in_any_writing(world: World, acme: str) -> None:
    spellings = (acme, acme.lower(), acme.replace("-", ""), acme.replace("-", " "), f"  {acme} ")

    assert {tuple(hit.code for hit in look(world, text).hits) for text in spellings} == {(acme,)}


def test_a_uuid_is_found(world: World) -> None:
    record = golden(world, "SAP", "1")

    assert [hit.code for hit in look(world, str(record.uuid)).hits] == [record.code]


@pytest.mark.parametrize("text", [SALESFORCE_15, SALESFORCE_18])
def test_identifiers_are_found_in_any_spelling_of_their_system(world: World, text: str) -> None:
    record = golden(world, "CRM", SALESFORCE_15)

    result = look(world, text)

    assert [(hit.code, hit.reason) for hit in result.hits] == [(record.code, f"CRM account {SALESFORCE_18}")]


def test_a_retired_identifier_still_finds_its_record(world: World) -> None:
    record = golden(world, "SAP", "1")
    world.say("SAP", "1", deleted=True)

    assert [(hit.code, hit.status) for hit in look(world, "1").hits] == [(record.code, "RETIRED")]


def test_a_merged_record_is_found_by_its_code(world: World) -> None:
    first, second = golden(world, "SAP", "1"), golden(world, "SAP", "2")
    redirect(first, second, world.engineer)

    assert [(hit.code, hit.status) for hit in look(world, first.code).hits] == [(first.code, "REDIRECTED")]
    assert [hit.code for hit in look(world, "Company 1").hits] == [second.code]


def test_the_likeliest_name_comes_first(world: World) -> None:
    names = ["Nordlicht Energie Holding", "Nordlicht", "Nordlicht Energie", "Energie Nordlicht Trading International"]
    codes = {name: world.say("SAP", str(at), values={"name": name}).golden_code for at, name in enumerate(names)}

    result = look(world, "nordlicht energie")

    assert result.hits[0].code == codes["Nordlicht Energie"]
    assert codes["Nordlicht"] not in {hit.code for hit in result.hits}
    assert look(world, "nordlicht").hits[0].code == codes["Nordlicht"]


def test_a_hit_says_why_it_was_found(world: World, acme: str) -> None:
    (hit,) = look(world, "DE136695976").hits

    assert (hit.code, hit.domain, hit.name) == (acme, "party", ACME["name"])
    assert "DE136695976" in hit.reason


def test_no_more_than_the_limit(world: World) -> None:
    for number in range(5):
        world.say("SAP", str(number), values={"name": f"Baltic Trading {number}"})

    assert len(look(world, "baltic", limit=3).hits) == 3


def test_a_name_in_another_script_is_found_in_it_and_in_latin(world: World) -> None:
    code = world.say("SAP", "1", values={"name": "Газпром нефть"}).golden_code

    assert [[hit.code for hit in look(world, text).hits] for text in ("газпром", "gazprom")] == [[code], [code]]


def test_what_another_domain_holds_is_not_found(world: World, acme: str) -> None:
    actor = viewer(("material", "*"))

    for text in (acme, "100482", "DE136695976", "Müller Maschinenbau", "info@mueller-bau.example"):
        assert search(actor=actor, text=text, limit=20).hits == []


def test_an_identifier_of_a_system_without_a_right_is_not_found(world: World, acme: str) -> None:
    actor = viewer(("party", "system:CRM"))

    assert search(actor=actor, text="0000100482", limit=20).hits == []
    assert [hit.code for hit in search(actor=actor, text=acme, limit=20).hits] == [acme]


def test_an_actor_without_rights_finds_nothing(world: World, acme: str) -> None:
    assert search(actor=world.stranger, text=acme, limit=20).hits == []


def test_a_persons_name_is_masked_for_those_who_may_not_reveal_it(world: World) -> None:
    world.say("SAP", "1", values={"given_name": "Ada", "family_name": "Lovelace"})

    (hit,) = search(actor=viewer(("party", "*")), text="ada lovelace", limit=20).hits
    (revealed,) = look(world, "ada lovelace").hits

    assert (hit.name, hit.reason) == (MASK, "Name")
    assert revealed.name == "Ada Lovelace"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=250) | st.sampled_from(["%", "_", "\\", "' OR 1=1 --", "a" * 300, "\x00", "% %", "0"]))
def test_any_text_is_answered(world: World, acme: str, text: str) -> None:
    result = look(world, text)

    assert len(result.hits) <= 20


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\ud800", "%%%", "___", "no such thing at all"])
def test_a_text_that_means_nothing_finds_nothing(world: World, acme: str, text: str) -> None:
    assert look(world, text) == SearchResult("", [])
