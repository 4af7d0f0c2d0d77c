"""Search before create over HTTP: is this customer already here, and why does the hub think so?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mdm.matching import warm
from mdm.matching.corpus import forget_corpora
from tests.mdm.api.caller import Caller
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import company, match, publish_matching

STUTTGART = ("Industriestrasse", "12", "70173", "Stuttgart")
SOUGHT = company("Mueller und Soehne", address=STUTTGART, vat="DE129273398")


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    forget_corpora()
    yield
    forget_corpora()


@pytest.fixture
def known(world: World) -> str:
    """The code of the one company that is here, beside another."""
    publish_matching()
    world.say("SHOP", "C-9", values=company("Nord Stahl AG", address=("Elbchaussee", "4", "22765", "Hamburg")))
    return world.say(
        "SAP", "1", values=company("Müller & Söhne GmbH", address=STUTTGART, vat="DE129273398")
    ).golden_code


def look_up(caller: Caller, values: dict[str, Any], **more: Any) -> Any:
    return caller.post("golden-records/look-up", {"domain": "party", "values": values, **more})


def test_a_record_that_is_here_already_is_found_with_the_reasons(known: str, caller: Caller) -> None:
    body = look_up(caller, SOUGHT).json()

    best = body["candidates"][0]
    assert (body["by"], best["code"], best["standing"]) == ("index", known, "certain")
    assert best["score"] == best["prior"] + sum(bar["bits"] for bar in best["bars"])
    assert best["why"].startswith("Tax or register number the same number")
    assert "Müller" not in str(body)


def test_a_nested_record_of_which_little_is_known_is_found_as_possible(known: str, caller: Caller) -> None:
    values = {"name": "Müller & Söhne", "addresses": [{"key": "main", "city": "Stuttgart"}]}

    found = look_up(caller, values).json()["candidates"]

    assert [one["code"] for one in found] == [known]
    assert found[0]["standing"] in ("possible", "likely")


def test_the_score_is_the_one_that_a_match_run_gives_the_record_once_it_is_made(world: World, known: str) -> None:
    caller = Caller("view:party")
    before = look_up(caller, SOUGHT).json()["candidates"][0]["score"]

    world.say("SHOP", "C-1", values=SOUGHT)
    (pair,) = match(world).pairs.all()

    assert abs(pair.score - before) < 3.0  # its own values are rarer before it is there


def test_what_was_made_since_the_last_look_is_found(world: World, known: str, caller: Caller) -> None:
    fresh = company("Kelvora Weine", address=("Rebgasse", "1", "79098", "Freiburg"), vat="DE811128135")
    assert look_up(caller, fresh).json()["candidates"] == []

    code = world.say("CRM", "001700000000001AAA", values=fresh).golden_code
    world.say("SAP", "1", deleted=True)

    assert [one["code"] for one in look_up(caller, fresh).json()["candidates"]] == [code]
    assert known not in look_up(caller, SOUGHT).content.decode()


def test_while_a_large_domain_is_being_read_the_search_answers_and_says_so(
    known: str, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(warm, "AT_ONCE", 0)
    monkeypatch.setattr(warm, "_read_beside", lambda domain, matching, newest: begun.append(domain))

    by_number = look_up(caller, {"identifiers[eu_vat].value": "DE 129273398"}).json()
    by_name = look_up(caller, {"name": "Müller & Söhne"}).json()

    assert begun == ["party", "party"]
    for body in (by_number, by_name):
        assert (body["by"], body["as_of"]) == ("search", None)
        assert [(one["code"], one["score"]) for one in body["candidates"]] == [(known, None)]


@pytest.mark.parametrize("rights", [("view:material",), ()])
def test_who_may_not_view_the_domain_is_told_nothing(known: str, rights: tuple[str, ...]) -> None:
    response = look_up(Caller(*rights), SOUGHT)

    assert response.status_code == 403
    assert known not in response.content.decode()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"values": {"name": "X"}}, "domain"),
        ({"domain": "party", "values": []}, "values"),
        ({"domain": "party", "values": {"name": None}}, "values"),
        ({"domain": "party", "values": {"addresses": "Kiel"}}, "values"),
        ({"domain": "party", "values": {"name": "X"}, "limit": 51}, "limit"),
        ({"domain": "party", "values": {"no_such": "X"}}, "no_such"),
        ({"domain": "party", "values": {"name": ["X"]}}, "name"),
    ],
)
def test_what_cannot_be_looked_up_is_refused_with_the_remedy(
    known: str, caller: Caller, body: dict[str, Any], field: str
) -> None:
    response = caller.post("golden-records/look-up", body)

    (error,) = response.json()["errors"]
    assert response.status_code == 422
    assert error["field"] == field
    assert error["remedy"]
