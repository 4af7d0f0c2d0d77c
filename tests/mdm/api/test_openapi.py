"""The OpenAPI document is valid, complete, and true: what endpoints answer has the shape it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import drf_spectacular
import jsonschema
import pytest
from django.test import Client

from mdm.api import urls
from sync.api import urls as sync_urls
from tests.mdm.api.caller import Caller
from tests.mdm.api.test_rights import CALLS, call
from tests.mdm.records.test_crosswalk_queries import golden
from tests.mdm.records.world import World


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    schema = Path(drf_spectacular.__file__).parent / "validation" / "openapi_3_1_schema.json"

    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(document)

    assert document["openapi"].startswith("3.1.")


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = {ref.rpartition("/")[2] for ref in _references(document)}

    assert names <= set(document["components"]["schemas"])


def test_every_address_is_documented(document: dict[str, Any]) -> None:
    routes = [str(one.pattern) for one in (*urls.urlpatterns, *sync_urls.urlpatterns) if one.name != "openapi"]
    expected = {"/api/v1/" + _shown(route) for route in routes}

    assert set(document["paths"]) == expected


def test_every_operation_needs_a_key_or_a_session(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    assert all({"apiKey": []} in one["security"] and {} not in one["security"] for one in operations)
    assert set(document["components"]["securitySchemes"]) == {"apiKey", "session"}


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", CALLS)
def test_each_endpoint_answers_as_documented(document: dict[str, Any], world: World, name: str) -> None:
    code = golden(world, "SAP", "1").code
    caller = Caller("view:party", "operate:party", "propose:party")

    assert _faults(document, name, call(caller.client, name, code), 200) == []


@pytest.mark.parametrize("name", CALLS)
def test_each_endpoint_refuses_as_documented(document: dict[str, Any], world: World, name: str) -> None:
    assert _faults(document, name, call(Client(), name, "BP-000001"), 401) == []


@pytest.mark.parametrize(
    ("path", "name", "status"),
    [
        ("crosswalk/SAP/404", "crosswalk-entry", 404),
        ("crosswalk/SAP/1?as_of=never", "crosswalk-entry", 400),
        ("golden-records?limit=0", "golden-records", 400),
        ("golden-records?domain=nowhere", "golden-records", 403),
        ("golden-records/BP-404404", "golden-record", 404),
    ],
)
def test_other_refusals_are_documented_too(
    document: dict[str, Any], world: World, path: str, name: str, status: int
) -> None:
    response = Caller("view:party", "view:material").client.get(f"/api/v1/{path}")

    assert _faults(document, name, response, status) == []


def _faults(document: dict[str, Any], name: str, response: Any, status: int) -> list[str]:
    """What the answer has otherwise than documented."""
    if response.status_code != status:
        return [f"answered {response.status_code}: {response.content!r}"]
    route = next(str(one.pattern) for one in (*urls.urlpatterns, *sync_urls.urlpatterns) if one.name == name)
    operation = document["paths"]["/api/v1/" + _shown(route)][CALLS[name][0].lower()]
    content = operation["responses"][str(status)]["content"]
    shape = content[response["Content-Type"]]["schema"]
    validator = jsonschema.Draft202012Validator({**shape, "components": document["components"]})
    return [error.message for error in validator.iter_errors(response.json())]


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [ref for value in part.values() for ref in _references(value)]
    return [ref for value in part for ref in _references(value)] if isinstance(part, list) else []


def _shown(route: str) -> str:
    return route.replace("<str:", "{").replace("<path:", "{").replace(">", "}")
