"""Golden records over HTTP: pages, filters, moments, and personal values only to those who may see them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from mdm.events.models import AuditEvent
from mdm.kernel.clock import database_now
from mdm.records.models import GoldenRecord
from tests.mdm.api.caller import Caller
from tests.mdm.records.ledger import redirect
from tests.mdm.records.test_crosswalk_queries import golden
from tests.mdm.records.world import World

PERSON = {
    "given_name": "Ada",
    "family_name": "Lovelace",
    "language": "EN",
    "addresses[home].city": "London",
    "emails[main].address": "ada@example.org",
}


def person(world: World) -> str:
    return world.say("SAP", "77", values=dict(PERSON)).golden_code


def test_a_record_is_shown_with_nested_values(world: World, caller: Caller) -> None:
    code = world.say(
        "SAP", "1", values={"name": "Acme GmbH", "addresses[billing].city": "Bonn", "addresses[billing].country": "DE"}
    ).golden_code

    body = caller.get(f"golden-records/{code}").json()

    assert (body["code"], body["status"], body["release"], body["version"]) == (code, "CANDIDATE", "candidate", 1)
    assert body["values"]["name"] == "Acme GmbH"
    assert body["values"]["addresses"] == [{"key": "billing", "city": "Bonn", "country": "DE"}]


def test_personal_values_are_withheld_and_named(world: World, caller: Caller) -> None:
    body = caller.get(f"golden-records/{person(world)}").json()

    assert set(body["withheld"]) == {"emails[main].address", "family_name", "given_name"}
    assert body["values"] == {"language": "en", "addresses": [{"key": "home", "city": "London"}]}


def test_revealing_needs_the_right(world: World, caller: Caller) -> None:
    code = person(world)

    response = caller.get(f"golden-records/{code}", {"reveal": "true"})

    assert response.status_code == 403
    assert "Ada" not in response.content.decode()
    assert not AuditEvent.objects.filter(type="values.revealed").exists()


@pytest.mark.parametrize("path", ["golden-records/{code}", "golden-records"])
def test_what_is_revealed_is_on_record_without_its_values(world: World, path: str) -> None:
    code = person(world)
    caller = Caller("view:party", "reveal:party")

    response = caller.get(path.format(code=code), {"reveal": "true"})

    assert "Ada" in response.content.decode()
    event = AuditEvent.objects.get(type="values.revealed")
    assert (event.actor_id, event.subject) == (caller.key.actor_id, f"golden:{code}")
    assert event.detail["attributes"] == ["emails.address", "family_name", "given_name"]
    assert "Ada" not in str(event.detail)


def test_nothing_personal_shown_is_nothing_recorded(world: World) -> None:
    code = golden(world, "SAP", "1").code

    Caller("view:party", "reveal:party").get(f"golden-records/{code}", {"reveal": "true"})

    assert not AuditEvent.objects.filter(type="values.revealed").exists()


def test_as_of_shows_what_was_and_404_before(world: World, caller: Caller) -> None:
    before = database_now()
    code = world.say("SAP", "1", values={"name": "Old"}).golden_code
    between = database_now()
    world.say("SAP", "1", values={"name": "Old and New"})

    responses = [caller.get(f"golden-records/{code}", {"as_of": at.isoformat()}) for at in (before, between)]

    assert responses[0].status_code == 404
    assert responses[1].json()["values"]["name"] == "Old"


def test_a_merged_record_is_still_there_and_names_its_successor(world: World, caller: Caller) -> None:
    first, second = golden(world, "SAP", "1"), golden(world, "SAP", "2")
    redirect(first, second, world.engineer)

    body = caller.get(f"golden-records/{first.code}").json()

    assert (body["status"], body["release"], body["successors"]) == ("REDIRECTED", None, [second.code])


def test_an_unchanged_record_is_304(world: World, caller: Caller) -> None:
    code = golden(world, "SAP", "1").code
    etag = caller.get(f"golden-records/{code}")["ETag"]

    assert caller.get(f"golden-records/{code}", if_none_match=etag).status_code == 304


def test_pages_follow_each_other_to_the_end(world: World, caller: Caller) -> None:
    codes = [golden(world, "SAP", str(number)).code for number in range(1, 8)]

    pages = _walk(caller, "golden-records?limit=3")

    assert [[item["code"] for item in page["items"]] for page in pages] == [codes[:3], codes[3:6], codes[6:]]


def test_pages_by_last_change_follow_each_other_to_the_end(world: World, caller: Caller) -> None:
    golden(world, "SAP", "0")
    since = database_now()
    codes = [golden(world, "SAP", str(number)).code for number in range(1, 6)]
    world.say("SAP", "2", values={"name": "Company 2 again"})

    pages = _walk(caller, f"golden-records?limit=2&updated_since={since.isoformat().replace('+', '%2B')}")

    found = [item["code"] for page in pages for item in page["items"]]
    assert found == [codes[0], codes[2], codes[3], codes[4], codes[1]]


def test_the_link_header_names_the_next_page(world: World, caller: Caller) -> None:
    for number in range(3):
        golden(world, "SAP", str(number))

    response = caller.get("golden-records", {"limit": "2"})

    assert response["Link"] == f'<{response.json()["next"]}>; rel="next"'


def test_filters_choose_status_and_domain(world: World, caller: Caller) -> None:
    first, second = golden(world, "SAP", "1"), golden(world, "SAP", "2")
    redirect(first, second, world.engineer)

    merged = caller.get("golden-records", {"status": "redirected", "domain": "party"}).json()["items"]
    materials = caller.get("golden-records", {"domain": "material"}).json()["items"]

    assert ([item["code"] for item in merged], materials) == ([first.code], [])


def test_q_finds_by_name_and_by_identifier(world: World, caller: Caller) -> None:
    code = world.say("SAP", "4711", values={"name": "Hoffmann Maschinenbau GmbH"}).golden_code

    found = [caller.get("golden-records", {"q": text}).json()["items"] for text in ("hoffman maschinen", "0000004711")]

    assert [[item["code"] for item in items] for items in found] == [[code], [code]]


def test_another_domain_is_neither_listed_nor_found(world: World) -> None:
    code = golden(world, "SAP", "1").code
    caller = Caller("view:material")

    listed = caller.get("golden-records").json()["items"]

    assert listed == []
    assert caller.get("golden-records", {"q": code}).json()["items"] == []
    assert caller.get(f"golden-records/{code}").status_code == 404
    assert GoldenRecord.objects.filter(code=code).exists()


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "١"},
        {"limit": "1.5"},
        {"cursor": "!"},
        {"cursor": "MTIz"},
        {"cursor": "LTF8"},
        {"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5fA"},
        {"status": "NEW"},
        {"updated_since": "2026-01-01"},
        {"reveal": "maybe"},
        {"page": "2"},
        {"q": "\x00"},
        {"domain": "x" * 41},
    ],
)
def test_a_wrong_parameter_is_400_and_named(world: World, caller: Caller, query: dict[str, str]) -> None:
    response = caller.get("golden-records", query)

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == list(query)


def _walk(caller: Caller, path: str) -> list[dict[str, Any]]:
    address, pages = f"/api/v1/{path}", []
    while address:
        body = caller.client.get(address).json()
        pages.append(body)
        parts = urlsplit(body["next"] or "")
        address = f"{parts.path}?{parts.query}" if body["next"] else ""
    return pages
