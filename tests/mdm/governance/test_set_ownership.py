"""Ownership is set row by row and in force at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.governance.models import DomainVersion, Ownership
from mdm.governance.operations.register_system import register_system
from mdm.governance.operations.set_ownership import set_ownership
from mdm.governance.queries import active_pack, active_rules, ownership_of
from mdm.kernel.constraints import violated
from mdm.kernel.errors import Invalid, NotAllowed, NotFound
from tests.mdm.governance.conftest import hire


@pytest.fixture
def sap(chief: Actor, gadget: DomainVersion) -> None:
    register_system(code="SAP", label="SAP", actor=chief)


def own(actor: Actor, **changes: Any) -> Ownership:
    return set_ownership(
        **{"domain": "gadget", "attribute": "*", "system": "SAP", "mode": "writes", **changes}, actor=actor
    )


def test_a_system_without_a_row_may_only_read(gadget: DomainVersion) -> None:
    assert ownership_of("gadget").mode("name", "SAP", {}) == "reads"


def test_a_row_set_is_in_force_at_once_and_audited(chief: Actor, sap: None) -> None:
    before = ownership_of("gadget").mode("name", "SAP", {})

    own(chief, attribute="addresses", group_key="home", country="DE", reason="agreed")

    assert before == "reads"
    home = {"addresses[home].country": "DE"}
    assert ownership_of("gadget").mode("addresses[home].city", "SAP", home) == "writes"
    event = AuditEvent.objects.get(type="ownership.set")
    assert (event.reason, event.detail["attribute"], event.detail["mode"]) == ("agreed", "addresses", "writes")


def test_the_same_row_set_again_is_replaced(chief: Actor, sap: None) -> None:
    own(chief)

    own(chief, mode="proposes")

    assert Ownership.objects.get().mode == "proposes"
    assert ownership_of("gadget").mode("name", "SAP", {}) == "proposes"


def test_setting_ownership_needs_the_right_to_publish(chief: Actor, sap: None) -> None:
    steward = hire("Steward", ("gadget", "decide", "*"), ("party", "publish", "*"))

    with pytest.raises(NotAllowed):
        own(steward)

    assert not Ownership.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"attribute": "nmae"}, "attribute"),
        ({"attribute": ""}, "attribute"),
        ({"attribute": "addresses[home].city"}, "attribute"),
        ({"mode": "owns"}, "mode"),
        ({"group_key": "home"}, "group_key"),
        ({"attribute": "name", "group_key": "home"}, "group_key"),
        ({"country": "Germany"}, "country"),
        ({"country": "de"}, "country"),
        ({"attribute": "addresses", "group_key": "k" * 65}, "group_key"),
        ({"role": "r" * 65}, "role"),
    ],
    ids=str,
)
def test_a_row_of_the_wrong_form_is_refused(chief: Actor, sap: None, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        own(chief, **wrong)

    assert refusal.value.field == field
    assert not Ownership.objects.exists()


def test_unknown_systems_and_domains_are_not_found(chief: Actor, sap: None) -> None:
    with pytest.raises(NotFound, match="ERP"):
        own(chief, system="ERP")
    with pytest.raises(NotFound, match="nowhere"):
        own(chief, domain="nowhere")
    with pytest.raises(NotFound, match="nowhere"):
        ownership_of("nowhere")


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"mode": "owns"}, "ownership_mode_known"),
        ({"attribute": "addresses[home].city"}, "ownership_attribute_form"),
        ({"country": "de"}, "ownership_country_form"),
        ({"group_key": "home"}, "ownership_key_needs_group"),
    ],
)
def test_the_database_refuses_rows_of_the_wrong_form(sap: None, wrong: dict[str, Any], constraint: str) -> None:
    given = {"domain_id": "gadget", "attribute": "*", "system_id": "SAP", "mode": "writes", **wrong}

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Ownership.objects.create(**given)

    assert violated(refusal.value) == constraint


@pytest.mark.parametrize("read", [active_pack, active_rules, ownership_of])
def test_what_is_in_force_costs_one_query_once_it_is_known(gadget: DomainVersion, read: Any) -> None:
    known = read("gadget")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        again = read("gadget")

    assert len(asked) == 1
    assert again is known or again.rules is known.rules
