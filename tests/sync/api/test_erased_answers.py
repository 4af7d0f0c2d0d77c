"""Erasing a person reaches the answers kept for repeated requests: outcomes stay, values go."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from mdm.accounts.operations.create_api_key import create_api_key
from mdm.accounts.queries import machine_actor
from mdm.api.models import IdempotencyKey
from mdm.api.operations.forget_answers import forget_answers
from mdm.kernel.clock import database_now
from mdm.records.operations.erase import erase_values
from tests.mdm.records.world import World, build_world

URL = "/api/v1/source-records"
ANNA = {"id": "0000000001", "values": {"given_name": "Anna", "family_name": "Kowalska", "founded_on": "no day"}}
BERTA = {"id": "2", "values": {"name": "Berta", "founded_on": "someday"}}


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def client(world: World) -> Client:
    _, secret = create_api_key(subject=world.engineer, name="test", actor=machine_actor())
    return Client(headers={"authorization": f"Bearer {secret}"})


def send(client: Client, *items: dict[str, Any], key: str = "k1") -> Any:
    body = json.dumps({"system": "SAP", "domain": "party", "items": items})
    return client.post(URL, body, content_type="application/json", headers={"idempotency-key": key})


def erase(world: World, code: str) -> None:
    with transaction.atomic():
        erase_values(golden_code=code, actor=world.engineer, reason="request 17")


def test_a_repeat_after_the_erasure_tells_what_became_of_the_item_and_no_value(client: Client, world: World) -> None:
    world.say("SAP", "1", values={"name": "Anna Kowalska"})
    first = send(client, {"id": "1", "values": {"name": "Anna Kowalska", "language": "pl"}}, BERTA).json()
    assert first["items"][0]["attributes"] and first["items"][1]["issues"]

    erase(world, world.golden_of("SAP", "1").code)
    response = send(client, {"id": "1", "values": {"name": "Anna Kowalska", "language": "pl"}}, BERTA)

    anna, berta = response.json()["items"]
    assert (response.status_code, response["Idempotency-Replayed"]) == (200, "true")
    assert anna == first["items"][0] | {"issues": [], "attributes": {}}
    assert berta == first["items"][1]


def test_a_rejected_item_is_known_by_its_identifier_in_any_spelling(client: Client, world: World) -> None:
    world.say("SAP", "1", values={"name": "Anna Kowalska"})
    first = send(client, ANNA, BERTA).json()
    assert [(item["golden"], bool(item["issues"])) for item in first["items"]] == [(None, True), (None, True)]

    erase(world, world.golden_of("SAP", "1").code)

    again = send(client, ANNA, BERTA).json()
    assert [bool(item["issues"]) for item in again["items"]] == [False, True]
    assert b"no day" not in bytes(IdempotencyKey.objects.get().response_body or b"")


def test_answers_about_nobody_erased_stay_byte_for_byte(client: Client, world: World) -> None:
    world.say("SAP", "1", values={"name": "Anna Kowalska"})
    send(client, BERTA)
    before = bytes(IdempotencyKey.objects.get().response_body or b"")

    erase(world, world.golden_of("SAP", "1").code)

    assert bytes(IdempotencyKey.objects.get().response_body or b"") == before


def test_answers_past_their_time_go_without_another_request(client: Client) -> None:
    send(client, BERTA, key="old")
    IdempotencyKey.objects.update(created_at=database_now() - timedelta(days=8))
    send(client, BERTA | {"id": "3"}, key="new")
    IdempotencyKey.objects.filter(key="old").update(created_at=database_now() - timedelta(days=8))

    forget_answers()

    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
