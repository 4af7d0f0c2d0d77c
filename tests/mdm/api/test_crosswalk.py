"""The crosswalk over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from mdm.accounts.models import Grant
from mdm.accounts.operations.revoke_api_key import revoke_api_key
from mdm.accounts.queries import machine_actor
from mdm.governance.operations.add_id_type import add_id_type
from mdm.kernel.clock import database_now
from mdm.records.models import GoldenRecord
from tests.mdm.api.caller import Caller
from tests.mdm.records.ledger import redirect, split
from tests.mdm.records.test_crosswalk_queries import SALESFORCE_15, SALESFORCE_18, golden, say_as
from tests.mdm.records.world import World


@pytest.mark.parametrize("path", ["SAP/0000100482", "SAP/100482", "SAP?id=100482"])
def test_an_identifier_is_answered_with_its_record_and_identifiers(world: World, caller: Caller, path: str) -> None:
    record = golden(world, "SAP", "0000100482")

    response = caller.get(f"crosswalk/{path}")

    body = response.json()
    assert response.status_code == 200
    assert (body["status"], body["release"], body["path"]) == ("current", "candidate", [record.code])
    assert body["golden"] == {
        "code": record.code,
        "uuid": str(record.uuid),
        "domain": "party",
        "status": "CANDIDATE",
        "version": 1,
    }
    assert [(target["system"], target["type"], target["id"]) for target in body["targets"]] == [
        ("SAP", "customer", "100482")
    ]


def test_15_and_18_characters_of_a_salesforce_id_are_answered_alike(world: World, caller: Caller) -> None:
    golden(world, "CRM", SALESFORCE_18)

    codes = {
        caller.get(f"crosswalk/CRM/{spelling}").json()["golden"]["code"] for spelling in (SALESFORCE_15, SALESFORCE_18)
    }

    assert len(codes) == 1


@pytest.mark.parametrize("value", ["A/B", "A B", "Ä?&#", "100%", "..", "a+b", "日本"])
def test_awkward_characters_reach_it_in_the_address_and_as_a_parameter(
    world: World, caller: Caller, value: str
) -> None:
    code = golden(world, "SHOP", value).code

    in_path = caller.get(f"crosswalk/SHOP/{quote(value, safe='')}")
    in_query = caller.get("crosswalk/SHOP", {"id": value})

    assert [response.json()["golden"]["code"] for response in (in_path, in_query)] == [code, code]


def test_redirected_split_and_retired_are_answers_not_errors(world: World, caller: Caller) -> None:
    merged, survivor, old, left, right, gone = (golden(world, "SAP", str(number)) for number in range(1, 7))
    redirect(merged, survivor, world.engineer)
    split(old, [left, right], world.engineer)
    world.say("SAP", "6", deleted=True)

    responses = {record.code: caller.get(f"crosswalk/HUB/{record.code}") for record in (merged, old, gone)}

    assert {response.status_code for response in responses.values()} == {200}
    assert [responses[record.code].json()["status"] for record in (merged, old, gone)] == [
        "redirected",
        "split",
        "retired",
    ]
    assert responses[merged.code].json()["path"] == [merged.code, survivor.code]
    assert [one["code"] for one in responses[old.code].json()["successors"]] == [left.code, right.code]


@pytest.mark.parametrize(
    ("path", "query", "words"),
    [
        ("SAP/404", {}, "no identifier"),
        ("SAP/404", {"type": "vendor"}, "no id type vendor"),
        ("NOWHERE/1", {}, "not registered"),
        ("HUB/BP-999999", {}, "no identifier"),
    ],
)
def test_an_unknown_identifier_is_404_and_says_why(
    world: World, caller: Caller, path: str, query: dict[str, str], words: str
) -> None:
    response = caller.get(f"crosswalk/{path}", query)

    assert response.status_code == 404
    assert response.json()["type"] == "urn:touchstone:problem:unknown-identifier"
    assert words in response.json()["detail"]


def test_an_ambiguous_identifier_is_409_and_lists_the_choices(world: World, caller: Caller) -> None:
    codes = _customer_and_vendor(world)

    response = caller.get("crosswalk/SAP/1")

    assert response.status_code == 409
    assert {choice["type"]: choice["code"] for choice in response.json()["choices"]} == codes
    assert caller.get("crosswalk/SAP/1", {"type": "vendor"}).json()["golden"]["code"] == codes["vendor"]


def test_a_system_without_a_right_is_403_whether_the_identifier_exists_or_not(world: World) -> None:
    golden(world, "SAP", "1")
    caller = Caller("view:party:system:CRM")

    responses = [caller.get(f"crosswalk/SAP/{value}") for value in ("1", "404")]

    assert [response.status_code for response in responses] == [403, 403]
    assert _without_request(responses[0].json()) == _without_request(responses[1].json())


def test_what_lies_in_another_domain_is_answered_as_if_it_did_not_exist(world: World) -> None:
    record = golden(world, "SAP", "1")
    caller = Caller("view:material")

    hidden, absent = (caller.get(f"crosswalk/HUB/{code}") for code in (record.code, "BP-999999"))

    assert [response.status_code for response in (hidden, absent)] == [404, 404]
    assert hidden.json()["detail"].replace(record.code, "") == absent.json()["detail"].replace("BP-999999", "")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"as_of": "2026-03-12T10:00:00"}, "as_of"),
        ({"as_of": "2026-03-12"}, "as_of"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "2026-03-12T10:00:00 01:00"}, "as_of"),
        ({"as-of": "2026-03-12T10:00:00Z"}, "as-of"),
        ({"id": "2"}, "id"),
        ({"type": "x" * 41}, "type"),
        ({"scope": "x" * 81}, "scope"),
    ],
)
def test_a_wrong_parameter_is_400_and_named(
    world: World, caller: Caller, query: dict[str, str], parameter: str
) -> None:
    response = caller.get("crosswalk/SAP/1", query)

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]
    assert response.json()["errors"][0]["remedy"]


def test_an_address_without_an_identifier_is_400(world: World, caller: Caller) -> None:
    assert caller.get("crosswalk/SAP").status_code == 400


@pytest.mark.parametrize("value", ["%00", "%ED%A0%80", "x" * 201, "%20"])
def test_an_identifier_that_cannot_be_stored_is_refused_in_words(world: World, caller: Caller, value: str) -> None:
    response = caller.client.get(f"/api/v1/crosswalk/SAP/{value}")

    assert response.status_code in (400, 404)
    assert response["Content-Type"] == "application/problem+json"


def test_as_of_answers_for_an_earlier_moment(world: World, caller: Caller) -> None:
    before = database_now()
    golden(world, "SAP", "1")

    statuses = [
        caller.get("crosswalk/SAP/1", {"as_of": moment.isoformat()}).status_code for moment in (before, database_now())
    ]

    assert statuses == [404, 200]


def test_an_answer_that_still_holds_is_304(world: World, caller: Caller) -> None:
    golden(world, "SAP", "1")
    first = caller.get("crosswalk/SAP/1")

    again = caller.get("crosswalk/SAP/1", if_none_match=first["ETag"])

    assert first["ETag"].startswith('W/"1.')
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_a_changed_record_is_answered_anew(world: World, caller: Caller) -> None:
    first, second = golden(world, "SAP", "1"), golden(world, "SAP", "2")
    etag = caller.get("crosswalk/SAP/2")["ETag"]
    redirect(first, second, world.engineer)

    response = caller.get("crosswalk/SAP/2", if_none_match=etag)

    assert (response.status_code, len(response.json()["targets"])) == (200, 2)


def test_an_etag_of_one_caller_is_not_the_etag_of_another(world: World, caller: Caller) -> None:
    first, second = golden(world, "SAP", "1"), golden(world, "CRM", SALESFORCE_15)
    redirect(first, second, world.engineer)
    etag = caller.get("crosswalk/SAP/1")["ETag"]

    response = Caller("view:party:system:SAP").get("crosswalk/SAP/1", if_none_match=etag)

    assert response.status_code == 200
    assert [target["system"] for target in response.json()["targets"]] == ["SAP"]


@pytest.mark.parametrize("path", ["SAP/1", "HUB/{code}"])
def test_the_key_and_its_question_are_one_statement(
    world: World, caller: Caller, django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    code = golden(world, "SAP", "1").code
    assert caller.get(f"crosswalk/{path.format(code=code)}").status_code == 200

    with django_assert_num_queries(1):
        response = caller.get(f"crosswalk/{path.format(code=code)}")

    assert response.json()["golden"]["code"] == code


def test_a_key_revoked_between_two_questions_is_refused_the_second(world: World, caller: Caller) -> None:
    golden(world, "SAP", "1")
    before = caller.get("crosswalk/SAP/1")

    revoke_api_key(prefix=caller.key.prefix, actor=machine_actor())
    after = caller.get("crosswalk/SAP/1")

    assert (before.status_code, after.status_code) == (200, 401)


def test_a_right_taken_between_two_questions_counts_at_the_second(world: World, caller: Caller) -> None:
    golden(world, "SAP", "1")
    before = caller.get("crosswalk/SAP/1")

    for domain in ("party", "material", "*"):
        Grant.objects.filter(subject=caller.key.actor, domain=domain, action="view").delete()
    after = caller.get("crosswalk/SAP/1")

    assert (before.status_code, after.status_code) == (200, 403)


@pytest.mark.parametrize("path", ["SAP/1?as-of=1", "SAP/1?id=2", "SAP/%00", "SAP/1?as_of=yesterday"])
def test_a_stranger_learns_nothing_of_what_is_wrong_with_a_question(world: World, path: str) -> None:
    strangers = [Client(), Client(headers={"authorization": "Bearer tsk_0123456789ab_" + "x" * 43})]

    responses = [stranger.get(f"/api/v1/crosswalk/{path}") for stranger in strangers]

    assert [response.status_code for response in responses] == [401, 401]


def test_every_item_of_a_batch_has_its_own_status(world: World) -> None:
    current, merged, survivor, old, left, right = (golden(world, "SAP", str(number)) for number in range(2, 8))
    codes = _customer_and_vendor(world)
    redirect(merged, survivor, world.engineer)
    split(old, [left, right], world.engineer)
    world.say("SAP", "2", deleted=True)
    caller = Caller("view:party:system:SAP", "view:material:system:CRM")
    golden(world, "CRM", SALESFORCE_15)

    items = caller.resolve(
        [
            {"system": "SAP", "id": "4"},
            {"system": "HUB", "id": merged.code},
            {"system": "HUB", "id": old.code},
            {"system": "SAP", "id": "2"},
            {"system": "SAP", "id": "404"},
            {"system": "SAP", "id": "1"},
            {"system": "SHOP", "id": "1"},
            {"system": "CRM", "id": SALESFORCE_15},
        ]
    )

    assert [item["status"] for item in items] == [
        *("current", "redirected", "split", "retired", "unknown", "ambiguous", "forbidden", "unknown")
    ]
    assert {choice["type"]: choice["code"] for choice in items[5]["choices"]} == codes
    assert current.code and items[0]["golden"]["code"] == survivor.code


def test_a_batch_lists_only_the_targets_asked_for(world: World, caller: Caller) -> None:
    golden(world, "SAP", "1")

    items = caller.resolve([{"system": "SAP", "id": "1"}], targets=["CRM"])

    assert (items[0]["status"], items[0]["targets"]) == ("current", [])


def test_a_thousand_items_are_answered_and_one_more_is_refused(world: World, caller: Caller) -> None:
    golden(world, "SAP", "1")
    items = [{"system": "SAP", "id": str(number)} for number in range(1_001)]

    answered, refused = caller.resolve(items[:1_000]), caller.post("crosswalk/resolve", {"items": items})

    assert [item["status"] for item in answered].count("current") == 1
    assert (len(answered), refused.status_code, refused.json()["title"]) == (
        1_000,
        413,
        "More was sent than one request may hold",
    )


@pytest.mark.parametrize(
    ("item", "pointer"),
    [
        ({"id": "1"}, "/items/1"),
        ({"system": "SAP"}, "/items/1"),
        ({"system": "SAP", "id": 1}, "/items/1/id"),
        ({"system": "SAP", "id": ""}, "/items/1/id"),
        ({"system": "SAP", "id": "a\x00b"}, "/items/1/id"),
        ({"system": "SAP", "id": "\ud800"}, "/items/1/id"),
        ({"system": "SAP", "id": "x" * 201}, "/items/1/id"),
        ({"system": ["SAP"], "id": "1"}, "/items/1/system"),
        ({"system": "SAP", "id": "1", "type": 7}, "/items/1/type"),
        ({"system": "SAP", "id": "1", "sc/ope": ""}, "/items/1/sc~1ope"),
        ("SAP/1", "/items/1"),
        (None, "/items/1"),
    ],
)
def test_a_wrong_item_is_named_by_its_pointer(world: World, caller: Caller, item: Any, pointer: str) -> None:
    response = caller.post("crosswalk/resolve", {"items": [{"system": "SAP", "id": "1"}, item]})

    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"items": [NaN]}', 400),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"items": {}}', 422),
        (b'{"items": [], "target": []}', 422),
        (b'{"items": [], "targets": "SAP"}', 422),
        (b'{"items": [], "as_of": 7}', 422),
        (b'{"items": [], "as_of": "2026-03-12T10:00:00"}', 400),
    ],
)
def test_a_body_of_the_wrong_form_is_refused_in_words(world: World, caller: Caller, body: bytes, status: int) -> None:
    response = caller.post("crosswalk/resolve", body)

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(
        st.tuples(
            st.sampled_from(["SAP", "CRM", "SHOP", "HUB", "NOWHERE"]),
            st.sampled_from(["1", "001", "2", "3", "4", "404", SALESFORCE_15, SALESFORCE_18, "a/b", "BP", "\u00a0x"]),
            st.sampled_from(["", "", "customer", "vendor"]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_one_by_one_and_all_at_once_give_the_same_answers(
    populated: tuple[World, Caller], asked: list[tuple[str, str, str]]
) -> None:
    _, caller = populated
    asked = [(system, _code(value) if system == "HUB" else value, kind) for system, value, kind in asked]

    together = caller.resolve([{"system": system, "id": value, "type": kind} for system, value, kind in asked])

    for (system, value, kind), item in zip(asked, together, strict=True):
        response = caller.get(f"crosswalk/{system}", {"id": value} | ({"type": kind} if kind else {}))
        expected = {403: "forbidden", 404: "unknown", 409: "ambiguous"}.get(response.status_code)
        if expected is None:
            assert response.json() == item
        else:
            assert (item["status"], item["golden"]) == (expected, None)
            assert response.json().get("choices") == item.get("choices")


@pytest.fixture
def populated(world: World) -> tuple[World, Caller]:
    _customer_and_vendor(world)
    second, third, fourth = (golden(world, "SAP", number) for number in "234")
    golden(world, "CRM", SALESFORCE_15)
    golden(world, "SHOP", "a/b")
    redirect(second, third, world.engineer)
    world.say("SAP", "4", deleted=True)
    assert fourth.pk
    return world, Caller("view:party:system:SAP", "view:party:system:CRM")


def _code(value: str) -> str:
    codes = list(GoldenRecord.objects.order_by("code").values_list("code", flat=True))
    return codes[len(value) % len(codes)]


def _customer_and_vendor(world: World) -> dict[str, str]:
    customer = golden(world, "SAP", "1").code
    vendor = add_id_type(system="SAP", domain="party", name="vendor", canonicaliser="sap_alpha", actor=world.engineer)
    return {"customer": customer, "vendor": say_as(world, vendor, "0001")}


def _without_request(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name not in ("request_id", "instance")}
