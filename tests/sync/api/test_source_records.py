"""POST /api/v1/source-records: an answer for every item, one effect per key, nothing half-written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.create_api_key import create_api_key
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.records.models import ExternalId, SourceRecord, SourceVersion
from tests.mdm.records.world import World, build_world

URL = "/api/v1/source-records"


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def key_for(actor: Actor) -> str:
    _, secret = create_api_key(subject=actor, name="test", actor=machine_actor())
    return secret


@pytest.fixture
def client(world: World) -> Client:
    return Client(headers={"authorization": f"Bearer {key_for(world.engineer)}"})


def send(client: Client, items: list[Any], *, key: str = "", **members: Any) -> Any:
    body = {"system": "SAP", "domain": "party", "items": items, **members}
    headers = {"idempotency-key": key} if key else {}
    return client.post(URL, json.dumps(body), content_type="application/json", headers=headers)


NORD = {"id": "0000100482", "values": {"name": "Nord Stahl AG", "addresses": [{"key": "main", "city": "Kiel"}]}}


def test_each_item_gets_its_own_answer(client: Client, world: World) -> None:
    send(client, [NORD, {"id": "7", "values": {"name": "Sieben"}}])

    response = send(
        client,
        [
            {"id": "100482", "values": {"name": "Nord Stahl AG", "language": "de"}},
            {"id": "7", "values": {"name": "Sieben"}},
            {"id": "8", "values": {"name": "Acht", "founded_on": "someday"}},
            {"id": "9", "values": {"addresses[main].city": "Ulm"}},
            {"id": "0007", "deleted": True},
        ][:4],
    )

    assert response.status_code == 200, response.content
    answer = response.json()
    assert [item["status"] for item in answer["items"]] == ["updated", "unchanged", "rejected", "created"]
    assert answer["counts"] == {"updated": 1, "unchanged": 1, "rejected": 1, "created": 1}
    assert answer["items"][0]["golden"] == world.golden_of("SAP", "100482").code


def test_a_deletion_is_answered_deleted(client: Client) -> None:
    send(client, [NORD])

    response = send(client, [{"id": "100482", "deleted": True}])

    assert response.json()["items"][0]["status"] == "deleted"


def test_a_rejected_item_points_into_the_body(client: Client) -> None:
    nested = {
        "id": "1",
        "values": {"name": "x", "addresses": [{"key": "main", "city": "Kiel"}, {"key": "b", "city": "y" * 200}]},
    }
    flat = {"id": "2", "values": {"addresses[main].city": "y" * 200}}

    answer = send(client, [nested, flat]).json()

    first, second = (item["issues"][0] for item in answer["items"])
    assert first["pointer"] == "/items/0/values/addresses/1/city"
    assert second["pointer"] == "/items/1/values/addresses[main].city"
    assert first["field"] == "addresses[b].city"
    assert first["value"].startswith("yyy")
    assert first["remedy"]
    assert not ExternalId.objects.exists()


@pytest.mark.parametrize(
    ("item", "pointer"),
    [
        ("text", "/items/0"),
        ({"values": {}}, "/items/0/id"),
        ({"id": 7, "values": {}}, "/items/0/id"),
        ({"id": "", "values": {}}, "/items/0/id"),
        ({"id": "a\0b", "values": {}}, "/items/0/id"),
        ({"id": "\ud800", "values": {}}, "/items/0/id"),
        ({"id": "1"}, "/items/0/values"),
        ({"id": "1", "values": []}, "/items/0/values"),
        ({"id": "1", "values": {}, "colour": "red"}, "/items/0/colour"),
        ({"id": "1", "values": {"nmae": "x"}}, "/items/0/values/nmae"),
        ({"id": "1", "values": {"name": "a\0b"}}, "/items/0/values/name"),
        ({"id": "1", "values": {"name": "\ud800"}}, "/items/0/values/name"),
        ({"id": "1", "values": {"name": {"a": 1}}}, "/items/0/values/name"),
        ({"id": "1", "values": {"name": "x" * 1000}}, "/items/0/values/name"),
        ({"id": "1", "values": {"addresses": "Kiel"}}, "/items/0/values"),
        ({"id": "1", "values": {"addresses": [{"city": "Kiel"}]}}, "/items/0/values"),
        ({"id": "1", "values": {}, "deleted": "yes"}, "/items/0/deleted"),
        ({"id": "1", "values": {"name": "x"}, "deleted": True}, "/items/0/values"),
        ({"id": "1", "values": {}, "changed_at": "yesterday"}, "/items/0/changed_at"),
        ({"id": "1", "values": {}, "changed_at": "2026-03-12T10:00:00"}, "/items/0/changed_at"),
        ({"id": "1", "values": {}, "scope": "100"}, "/items/0/scope"),
    ],
)
def test_a_wrong_item_is_rejected_alone_with_pointer_and_remedy(client: Client, item: Any, pointer: str) -> None:
    response = send(client, [item, NORD])

    assert response.status_code == 200, response.content
    refused, taken = response.json()["items"]
    assert refused["status"] == "rejected"
    assert refused["issues"][0]["pointer"] == pointer
    assert refused["issues"][0]["detail"]
    assert refused["issues"][0]["remedy"]
    assert taken["status"] == "created"
    assert ExternalId.objects.count() == 1


def test_equal_items_count_once_and_different_ones_are_both_rejected(client: Client) -> None:
    other = {"id": "5", "values": {"name": "Fünf"}}

    answer = send(client, [NORD, {**NORD, "id": "100482"}, other, {"id": "5", "values": {"name": "Other"}}]).json()

    assert [item["status"] for item in answer["items"]] == ["created", "unchanged", "rejected", "rejected"]
    assert "2, 3" in answer["items"][2]["issues"][0]["detail"]


def test_every_value_is_answered_by_ownership(client: Client, world: World) -> None:
    reads = {"name": "Nord", "company_codes": [{"key": "1000", "payment_terms": "Z030"}]}

    answer = send(client, [{"id": "0015000000Gz2lPAAR"[:15], "values": reads}], system="CRM").json()

    attributes = answer["items"][0]["attributes"]
    assert attributes["name"] == {"answer": "accepted"}
    assert attributes["company_codes[1000].payment_terms"] == {
        "answer": "rejected",
        "code": "not_owner",
        "owner": ["SAP"],
        "winner": None,
        "winner_value": None,
        "appeal": "/api/v1/change-requests",
    }


def test_an_older_version_arriving_late_is_kept_and_answered_unchanged(client: Client, world: World) -> None:
    send(client, [{"id": "1", "values": {"name": "New"}, "changed_at": "2026-03-12T10:00:00Z"}])

    answer = send(client, [{"id": "1", "values": {"name": "Old"}, "changed_at": "2026-01-01T10:00:00Z"}]).json()

    assert answer["items"][0]["status"] == "unchanged"
    assert SourceVersion.objects.count() == 2
    values = world.version_of(world.golden_of("SAP", "1")).values
    assert values is not None and values["name"] == "New"


def test_absent_stays_and_null_clears(client: Client, world: World) -> None:
    send(client, [{"id": "1", "values": {"name": "Nord", "language": "de", "industry": "steel"}}])

    send(client, [{"id": "1", "values": {"language": None}}])

    values = world.version_of(world.golden_of("SAP", "1")).values
    assert values == {"name": "Nord", "industry": "steel"}


def test_a_repeated_request_gets_the_first_answer_and_has_one_effect(client: Client) -> None:
    first = send(client, [NORD], key="k-1")

    again = send(client, [NORD], key="k-1")

    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == first.content
    assert again.json()["items"][0]["status"] == "created"
    assert SourceVersion.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(client: Client) -> None:
    send(client, [NORD], key="k-1")

    response = send(client, [{"id": "9", "values": {"name": "Other"}}], key="k-1")

    assert response.status_code == 422
    assert response.json()["type"].endswith("idempotency-key-reused")
    assert SourceRecord.objects.count() == 1


def test_more_than_five_thousand_items_are_refused_with_the_number(client: Client) -> None:
    response = send(client, [NORD] * 5_001)

    assert response.status_code == 413
    problem = response.json()
    assert "5,001" in problem["detail"]
    assert problem["errors"][0]["pointer"] == "/items"
    assert not ExternalId.objects.exists()


def test_five_thousand_items_take_few_statements(client: Client, django_assert_max_num_queries: Any) -> None:
    items = [{"id": str(number), "values": {"name": f"Company {number}"}} for number in range(1, 5_001)]

    with django_assert_max_num_queries(60):
        response = send(client, items)

    assert response.json()["counts"] == {"created": 5_000}


@pytest.mark.parametrize(
    ("members", "status", "named"),
    [
        ({"system": "ORACLE"}, 404, "ORACLE"),
        ({"type": "debtor"}, 404, "debtor"),
        ({"domain": "planets"}, 404, "planets"),
        ({"system": 7}, 422, "system"),
        ({"domain": ""}, 422, "domain"),
        ({"colour": "red"}, 422, "colour"),
        ({"items": []}, 422, "items"),
        ({"items": "x"}, 422, "items"),
    ],
)
def test_a_wrong_frame_is_refused_as_a_whole(client: Client, members: dict[str, Any], status: int, named: str) -> None:
    response = send(client, members.pop("items", [NORD]), **members)

    assert response.status_code == status, response.content
    problem = response.json()
    assert named in json.dumps(problem)
    assert problem["errors"][0]["remedy"] or problem["detail"]
    assert not ExternalId.objects.exists()


def test_the_right_is_decided_before_anything_is_looked_up(world: World) -> None:
    client = Client(headers={"authorization": f"Bearer {key_for(world.stranger)}"})

    responses = [send(client, [NORD], system=system) for system in ("SAP", "NOSUCH")]

    assert [response.status_code for response in responses] == [403, 403]
    assert not ExternalId.objects.exists()


def test_a_right_for_one_system_is_none_for_another(world: World) -> None:
    actor = create_actor(kind="service", name="SAP only", actor=machine_actor())
    grant(subject=actor, domain="party", action="operate", scope="system:SAP", actor=machine_actor())
    client = Client(headers={"authorization": f"Bearer {key_for(actor)}"})

    assert send(client, [NORD]).status_code == 200
    assert send(client, [NORD], system="CRM").status_code == 403


def test_no_key_no_answer(world: World) -> None:
    assert send(Client(), [NORD]).status_code == 401


def test_the_endpoint_is_described(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()

    operation = document["paths"]["/api/v1/source-records"]["post"]
    assert {"200", "403", "413", "422"} <= set(operation["responses"])
    assert "SourceRecordBatch" in document["components"]["schemas"]
