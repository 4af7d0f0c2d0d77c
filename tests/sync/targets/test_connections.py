from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.events.models import AuditEvent
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from sync.targets import connectors, vault
from sync.targets.models import Connection, Installation
from sync.targets.operations.add_connection import add_connection
from sync.targets.operations.pause import pause_connection, resume_connection
from sync.targets.operations.set_secret import reseal_secrets, set_secret
from sync.targets.operations.switch_sending import switch_connection, switch_installation
from sync.targets.operations.update_connection import update_connection

TOKEN = "very-secret-token"


def add(operator: Actor, **changes: Any) -> Connection:
    given: dict[str, Any] = {
        "system": "ERP", "kind": "test-kind", "label": "The ERP", "base_url": "https://erp.example.org",
        "options": {"account": "a1"}, "secrets": {"token": TOKEN},
    }  # fmt: skip
    return add_connection(**(given | changes), actor=operator)


def test_a_new_connection_starts_with_the_limits_of_its_kind_and_sends_nothing(operator: Actor) -> None:
    add(operator, limits={"slots": 7})

    connection = Connection.objects.get()
    assert (connection.rate_per_second, connection.slots, connection.daily_budget) == (20.0, 7, 900)
    assert (connection.sending, connection.status, connection.breaker) == (False, "OK", "CLOSED")
    event = AuditEvent.objects.get(type="connection.added")
    assert (event.subject, event.detail["secret_names"]) == ("connection:ERP", ["token"])


def test_a_secret_is_kept_so_that_only_its_connector_can_read_it(operator: Actor) -> None:
    connection = add(operator)

    assert TOKEN not in connection.secrets
    assert connectors.settings_of(connection).secrets["token"] == TOKEN
    assert TOKEN not in repr(connectors.settings_of(connection))
    assert not [event for event in AuditEvent.objects.all() if TOKEN in str(event.detail) + event.reason]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "telepathy"}, "kind"),
        ({"label": " "}, "label"),
        ({"base_url": "ftp://erp"}, "base_url"),
        ({"options": {}}, "account"),
        ({"secrets": {}}, "token"),
        ({"secrets": {"token": TOKEN, "pin": "1"}}, "secrets"),
        ({"options": {"account": "a1", "token": TOKEN}}, "token"),
        ({"limits": {"slots": 0}}, "slots"),
        ({"system": "HUB"}, "system"),
    ],
)
def test_a_connection_that_cannot_work_is_refused(db: None, operator: Actor, changes: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(machine_actor(), **changes)

    assert refused.value.field == field
    assert not Connection.objects.exists()


def test_a_connection_belongs_to_a_system_that_is_registered_and_has_none(operator: Actor) -> None:
    add(operator)

    with pytest.raises(NotFound):
        add(machine_actor(), system="NOWHERE")
    with pytest.raises(Conflict):
        add(operator)
    assert Connection.objects.count() == 1


def test_a_right_on_one_system_reaches_that_system_only(operator: Actor) -> None:
    add(operator)
    add(machine_actor(), system="CRM")

    for refused in (
        lambda: add(operator, system="CRM"),
        lambda: update_connection(system="CRM", changes={"label": "x"}, actor=operator),
        lambda: set_secret(system="CRM", name="token", value="x", actor=operator),
        lambda: pause_connection(system="CRM", cause="x", actor=operator),
        lambda: switch_connection(system="CRM", sending=True, actor=operator),
        lambda: switch_installation(sending=True, actor=operator),
        lambda: reseal_secrets(actor=operator),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert Connection.objects.get(pk="CRM").label == "The ERP"
    assert not Installation.objects.get().sending


def test_a_setting_is_changed_and_told_by_name(operator: Actor) -> None:
    add(operator)

    update_connection(system="ERP", changes={"slots": 9, "label": "New"}, actor=operator)
    with pytest.raises(Invalid):
        update_connection(system="ERP", changes={"secrets": "x"}, actor=operator)

    assert (Connection.objects.get().slots, Connection.objects.get().label) == (9, "New")
    assert AuditEvent.objects.get(type="connection.updated").detail == {"settings": ["label", "slots"]}


def test_a_secret_is_replaced_and_a_required_one_is_not_taken_away(operator: Actor) -> None:
    add(operator)

    set_secret(system="ERP", name="token", value="another", actor=operator)
    with pytest.raises(Invalid):
        set_secret(system="ERP", name="token", value="", actor=operator)

    assert dict(vault.unseal(Connection.objects.get().secrets)) == {"token": "another"}


def test_a_key_is_changed_without_losing_a_secret(operator: Actor, settings: Settings) -> None:
    add(operator)
    new, old = Fernet.generate_key().decode(), settings.SECRETS_KEYS[0]
    settings.SECRETS_KEYS = [new, old]

    assert reseal_secrets(actor=machine_actor()) == 1
    settings.SECRETS_KEYS = [new]

    assert vault.unseal(Connection.objects.get().secrets)["token"] == TOKEN


def test_without_its_key_a_secret_is_refused_in_words(operator: Actor, settings: Settings) -> None:
    add(operator)

    for keys in ([], ["no key"], [Fernet.generate_key().decode()]):
        settings.SECRETS_KEYS = keys
        with pytest.raises(Conflict, match="TOUCHSTONE_SECRETS_KEYS"):
            vault.unseal(Connection.objects.get().secrets)
    assert Connection.objects.get().secrets


def test_a_connection_is_paused_with_a_cause_and_resumed(operator: Actor) -> None:
    add(operator)

    pause_connection(system="ERP", cause="maintenance", actor=operator)
    pause_connection(system="ERP", cause="again", actor=operator)
    paused = Connection.objects.get()
    resume_connection(system="ERP", actor=operator)

    assert (paused.status, paused.pause_cause) == ("PAUSED", "maintenance")
    assert Connection.objects.get().status == "OK"
    assert AuditEvent.objects.filter(type="connection.paused").count() == 1
    with pytest.raises(Conflict):
        resume_connection(system="ERP", actor=operator)


def test_the_switches_are_told_once_per_change(operator: Actor) -> None:
    add(operator)

    for _ in range(2):
        switch_connection(system="ERP", sending=True, actor=operator)
        switch_installation(sending=True, actor=machine_actor(), reason="go-live")

    assert Connection.objects.get().sending and Installation.objects.get().sending
    told = AuditEvent.objects.filter(type="sending.switched").values_list("subject", "detail")
    assert list(told) == [("connection:ERP", {"sending": True}), ("installation:1", {"sending": True})]


def test_a_connector_is_made_anew_when_its_connection_changed(operator: Actor) -> None:
    connection = add(operator)

    first, again = connectors.connector_of(connection), connectors.connector_of(connection)
    connection.base_url = "https://other.example.org"
    other = connectors.connector_of(connection)

    assert first is again
    assert other is not first


def test_a_call_is_over_before_its_lease_is(settings: Settings) -> None:
    settings.DELIVERY_LEASE_SECONDS = 5

    assert connectors.timeouts().total < 5
