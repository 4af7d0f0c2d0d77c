"""Every address under /api/v1/, called by everyone who should not get in, and by one who should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from mdm.accounts.models import ApiKey
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.operations.revoke_api_key import revoke_api_key
from mdm.accounts.queries import machine_actor
from mdm.events.models import AuditEvent
from mdm.kernel.clock import database_now
from tests.mdm.api.caller import Caller
from tests.mdm.records.test_crosswalk_queries import golden
from tests.mdm.records.world import World

BATCH = {"items": [{"system": "SAP", "id": "1"}]}
SAID = {"system": "SAP", "domain": "party", "items": [{"id": "9", "values": {"name": "Nine"}}]}
# What each kind of caller is answered; the last column is the status of the one item, where there are items.
PROPOSED = {"golden": "", "values": {"industry": "Steel"}, "reason": "Seen on site."}
SOUGHT = {"domain": "party", "values": {"name": "Nord Stahl AG"}}
CALLS: dict[str, tuple[str, str, Any]] = {
    "crosswalk": ("GET", "crosswalk/SAP?id=1", None),
    "crosswalk-entry": ("GET", "crosswalk/SAP/1", None),
    "crosswalk-resolve": ("POST", "crosswalk/resolve", BATCH),
    "golden-records": ("GET", "golden-records?domain=party", None),
    "golden-record": ("GET", "golden-records/{code}", None),
    "source-records": ("POST", "source-records", SAID),
    "tasks": ("GET", "tasks?q=domain:party", None),
    "change-requests": ("POST", "change-requests", PROPOSED),
    "look-up": ("POST", "golden-records/look-up", SOUGHT),
}
RIGHTS: dict[str, tuple[str, ...]] = {
    "full": ("view:party", "operate:party", "propose:party"),
    "other domain": ("view:material", "operate:material", "propose:material"),
    "other system": ("view:party:system:CRM", "operate:party:system:CRM", "propose:party:system:CRM"),
    "no right": (),
}
EXPECTED: dict[str, dict[str, int]] = {
    "full": dict.fromkeys(CALLS, 200),
    "other domain": {
        "crosswalk": 404,
        "crosswalk-entry": 404,
        "crosswalk-resolve": 200,
        "golden-records": 403,
        "golden-record": 404,
        "source-records": 403,
        "tasks": 200,
        "change-requests": 404,
        "look-up": 403,
    },
    "other system": {
        "crosswalk": 403,
        "crosswalk-entry": 403,
        "crosswalk-resolve": 200,
        "golden-records": 200,
        "golden-record": 200,
        "source-records": 403,
        "tasks": 200,
        "change-requests": 403,
        "look-up": 200,
    },
    "no right": {
        "crosswalk": 403,
        "crosswalk-entry": 403,
        "crosswalk-resolve": 200,
        "golden-records": 403,
        "golden-record": 404,
        "source-records": 403,
        "tasks": 200,
        "change-requests": 404,
        "look-up": 403,
    },
}
ITEM = {"full": "current", "other domain": "unknown", "other system": "forbidden", "no right": "forbidden"}


def call(client: Client, name: str, code: str = "") -> Any:
    method, path, body = CALLS[name]
    address = "/api/v1/" + path.format(code=code)
    if method == "GET":
        return client.get(address)
    if "golden" in body:
        body = {**body, "golden": code}
    return client.post(address, body, content_type="application/json")


def test_every_address_has_its_row_in_the_matrix() -> None:
    names = {pattern.name for pattern in _patterns(get_resolver().url_patterns) if pattern.name}
    api = {name for name in names if _is_api(name)}

    assert api - {"openapi"} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("rights", RIGHTS)
def test_each_caller_gets_what_its_rights_allow(world: World, rights: str, name: str) -> None:
    code = golden(world, "SAP", "1").code

    response = call(Caller(*RIGHTS[rights]).client, name, code)

    assert response.status_code == EXPECTED[rights][name], response.content
    if name == "crosswalk-resolve":
        assert response.json()["items"][0]["status"] == ITEM[rights]
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"


def _no_key() -> Client:
    return Client(raise_request_exception=False)


def _wrong_key() -> Client:
    return _with("Bearer tsk_0123456789ab_" + "x" * 43)


def _not_a_key() -> Client:
    return _with("Bearer hunter2")


def _basic() -> Client:
    return _with("Basic dXNlcjpwYXNz")


def _expired() -> Client:
    caller = Caller("view:*", expires_at=database_now() + timedelta(hours=1))
    ApiKey.objects.filter(pk=caller.key.pk).update(
        created_at=database_now() - timedelta(days=2), expires_at=database_now() - timedelta(days=1)
    )
    return caller.client


def _revoked() -> Client:
    caller = Caller("view:*")
    revoke_api_key(prefix=caller.key.prefix, actor=machine_actor())
    return caller.client


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("client", [_no_key, _wrong_key, _not_a_key, _basic, _expired, _revoked])
def test_nobody_gets_in_without_a_valid_key(world: World, client: Callable[[], Client], name: str) -> None:
    code = golden(world, "SAP", "1").code
    events = AuditEvent.objects.filter(type="records.observed").count()

    response = call(client(), name, code)

    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="touchstone"')
    assert response.json()["type"] == "urn:touchstone:problem:not-authenticated"
    assert "Company" not in response.content.decode()
    assert AuditEvent.objects.filter(type="records.observed").count() == events


def test_a_person_reads_with_a_session(world: World) -> None:
    golden(world, "SAP", "1")

    assert call(_person(csrf=False), "crosswalk-entry").status_code == 200


def test_a_person_writes_only_with_the_forms_token(world: World) -> None:
    responses = [call(_person(csrf=csrf), "crosswalk-resolve") for csrf in (True, False)]

    assert [response.status_code for response in responses] == [403, 200]
    assert responses[0]["Content-Type"] == "application/problem+json"


def test_a_wrong_key_is_not_mended_by_a_session(world: World) -> None:
    client = _person(csrf=False)

    response = client.get("/api/v1/crosswalk/SAP/1", headers={"authorization": "Bearer tsk_wrong"})

    assert response.status_code == 401


def test_the_same_words_for_every_wrong_key(world: World) -> None:
    details = {call(client(), "crosswalk-entry").json()["detail"] for client in (_wrong_key, _expired, _revoked)}

    assert len(details) == 1


def _person(*, csrf: bool) -> Client:
    person = create_actor(kind="person", name="Person", email="person@example.org", actor=machine_actor())
    grant(subject=person, domain="party", action="view", actor=machine_actor())
    client = Client(enforce_csrf_checks=csrf, raise_request_exception=False)
    client.force_login(person)
    person.__class__.objects.filter(pk=person.pk).update(email=f"person{person.pk}@example.org")
    return client


def _with(header: str) -> Client:
    return Client(raise_request_exception=False, headers={"authorization": header})


def _patterns(entries: list[Any]) -> Iterator[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns)
        else:
            yield entry


def _is_api(name: str) -> bool:
    from mdm.api import urls
    from sync.api import urls as sync_urls

    return name in {pattern.name for pattern in (*urls.urlpatterns, *sync_urls.urlpatterns)}
