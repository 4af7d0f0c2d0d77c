"""What a real Tryton refuses, and to whom it is told."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from typing import Any

import pytest

from sync.connectors import registry
from sync.connectors.errors import ConnectorError
from sync.connectors.interface import Connector, Outcome
from sync.connectors.settings import ConnectionSettings, Secrets
from sync.connectors.tryton import refusals
from tests.contracts.connector_conformance import item_of
from tests.contracts.tryton_harness import TrytonHarness


def _settings(harness: TrytonHarness, **other: str) -> ConnectionSettings:
    reach = harness.erp.reach
    told = {"database": reach.database, "user": reach.user, "password": reach.password} | other
    options = {name: told[name] for name in ("database", "user")}
    return ConnectionSettings(
        "tryton", reach.url, options=options, secrets=Secrets({"password": told["password"]}), allow_private=True
    )


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        ({"name": "N", "identifiers": [{"type": "eu_vat", "code": "DE1"}]}, "identifiers[0].code", "refused"),
        ({"name": "N", "identifiers": [{"type": "nope", "code": "1"}]}, "identifiers[0].type", "refused"),
        ({"name": "N", "addresses": [{"sequence": 9001, "country": "XX"}]}, "addresses[0].country", "no_such_country"),
        ({"name": "N", "addresses": [{"city": "Kiel"}]}, "addresses[0].sequence", "no_key"),
        ({"name": " "}, "name", "required"),
        ({"name": "N", "colour": "red"}, "colour", "unknown_field"),
        (
            {"name": "N", "phones": [{"sequence": 9001, "type": "x", "value": "1"}]},
            "phones[0].type",
            "not_in_list",
        ),
        ({"name": "N", "emails": [{"sequence": 9001, "value": ""}]}, "emails[0].value", "required"),
        (
            {
                "name": "N",
                "emails": [{"sequence": 9001, "value": "a@b.de"}, {"sequence": 9001, "value": "c@d.de"}],
            },
            "emails[1]",
            "doubled",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_document_that_cannot_be_is_refused_with_its_field_and_leaves_nothing(
    harness: TrytonHarness, connector: Connector, document: dict[str, Any], field: str, code: str
) -> None:
    item = replace(item_of(harness, 1), payload=document)

    (result,) = connector.push([item])

    assert (result.outcome, result.code) == (Outcome.REJECTED, code)
    assert field in [fault.target_field for fault in result.field_errors]
    assert result.message
    assert harness.records(item.golden_id) == 0


@pytest.mark.parametrize(
    ("other", "code"),
    [({"password": "wrong"}, "http_401"), ({"user": "nobody"}, "http_401"), ({"database": "nowhere"}, "http_404")],
)
def test_a_wrong_connection_is_a_matter_of_the_connection(
    harness: TrytonHarness, other: dict[str, str], code: str
) -> None:
    connector = registry.build("tryton", _settings(harness, **other))

    (result,) = connector.push([item_of(harness, 1)])

    assert (result.outcome, result.code) == (Outcome.CONFIG, code)
    assert not connector.check().ok


def test_a_user_without_rights_is_a_matter_of_the_connection(harness: TrytonHarness) -> None:
    login, password = f"guest-{secrets.token_hex(4)}", secrets.token_hex(12)
    (group,) = harness.admin.call("model.res.group.create", [{"name": f"Readers of parties {login}"}])
    reads = {"model": "party.party", "group": group, "perm_read": True}
    harness.admin.call(
        "model.ir.model.access.create", [reads | {"perm_write": False, "perm_create": False, "perm_delete": False}]
    )
    user = {"name": login, "login": login, "password": password, "groups": [["add", [group]]]}
    harness.admin.call("model.res.user.create", [user])
    connector = registry.build("tryton", _settings(harness, user=login, password=password))

    (result,) = connector.push([item_of(harness, 1)])
    health = connector.check()

    assert (result.outcome, result.code) == (Outcome.CONFIG, "not_allowed")
    assert [check.name for check in health.checks if not check.ok] == ["rights"]
    assert "Party Administration" in health.checks[-1].remedy


OWN_SESSIONS = "create_uid = (SELECT id FROM res_user WHERE login = ?)"


def test_an_ended_session_is_opened_again_once_by_however_many(harness: TrytonHarness) -> None:
    connector = harness.connector(harness.port)
    connector.find("party.party", {"BP-000000": None})
    user = harness.erp.reach.user
    known = {row[0] for row in harness.erp.rows(f"SELECT id FROM ir_session WHERE {OWN_SESSIONS}", user)}
    with harness.erp.changing() as cursor:
        cursor.execute(f"DELETE FROM ir_session WHERE {OWN_SESSIONS}", (user,))
    start = threading.Barrier(6)

    def look() -> None:
        start.wait(10)
        connector.find("party.party", {"BP-000000": None})

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    opened = {row[0] for row in harness.erp.rows(f"SELECT id FROM ir_session WHERE {OWN_SESSIONS}", user)} - known
    assert known
    assert len(opened) == 1


def test_a_stumbling_tryton_is_tried_again_and_a_warning_is_for_a_person() -> None:
    stumbled = refusals.classified(["'nofield'", ""])
    warned = refusals.classified(["UserWarning", ["party.similar", "The names differ.", "Really?"]])
    busy = refusals.classified(["RateLimitException", ["slow down"]])

    assert (stumbled.outcome, stumbled.code) == (Outcome.RETRY, "server_error")
    assert (warned.outcome, warned.message) == (Outcome.REJECTED, "The names differ. Really?")
    assert busy.outcome is Outcome.THROTTLED


def test_an_address_that_is_no_tryton_is_told(harness: TrytonHarness) -> None:
    settings = replace(_settings(harness), base_url=f"http://127.0.0.1:{harness.port}/elsewhere")

    with pytest.raises(ConnectorError) as refused:
        registry.build("tryton", settings).find("party.party", {"BP-000000": None})

    assert refused.value.classified.outcome is Outcome.CONFIG
    assert harness.erp.reach.password not in str(refused.value)
