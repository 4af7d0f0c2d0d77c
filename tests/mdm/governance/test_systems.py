"""Systems and the identifiers they give."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.events.models import AuditEvent
from mdm.governance.identifiers import canonical, canonical_scope, deep_link
from mdm.governance.models import HUB, DomainVersion, IdType, System
from mdm.governance.operations.add_id_type import add_id_type
from mdm.governance.operations.register_system import register_system
from mdm.governance.queries import domains_visible_to, id_type, systems_visible_to
from mdm.kernel.constraints import violated
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.mdm.governance.conftest import hire, pack, publish


@pytest.fixture
def sap(chief: Actor, gadget: DomainVersion) -> System:
    return register_system(code="SAP", label="SAP ERP", url="https://erp.example.com", colour=3, actor=chief)


def add(chief: Actor, **changes: Any) -> IdType:
    given = {"system": "SAP", "domain": "gadget", "name": "customer", "canonicaliser": "sap_alpha", **changes}
    return add_id_type(actor=chief, **given)


def test_the_hub_is_a_system_from_the_start(db: None) -> None:
    assert list(System.objects.values_list("code", "is_hub")) == [(HUB, True)]


def test_a_registered_system_is_audited(sap: System) -> None:
    assert AuditEvent.objects.get(type="system.registered").subject == "system:SAP"
    assert (sap.label, sap.is_hub) == ("SAP ERP", False)


def test_registering_needs_the_right_to_operate_everywhere(db: None) -> None:
    operator = hire("Operator", ("party", "operate", "*"))

    with pytest.raises(NotAllowed):
        register_system(code="SAP", label="SAP", actor=operator)

    assert not System.objects.filter(code="SAP").exists()


def test_a_code_is_given_once(chief: Actor, sap: System) -> None:
    with pytest.raises(Conflict, match="already"):
        register_system(code="SAP", label="Another", actor=chief)

    assert System.objects.get(code="SAP").label == "SAP ERP"


WRONG_SYSTEMS = [
    {"code": "sap"},
    {"code": ""},
    {"code": "A" * 41},
    {"code": "SAP 1"},
    {"label": " "},
    {"label": "x" * 121},
    {"colour": 12},
    {"colour": -1},
    {"url": "javascript:alert(1)"},
    {"url": "https://" + "x" * 300},
]


@pytest.mark.parametrize("wrong", WRONG_SYSTEMS, ids=str)
def test_a_system_of_the_wrong_form_is_refused(chief: Actor, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        register_system(**{"code": "SAP", "label": "SAP", "actor": chief, **wrong})

    assert refusal.value.field == next(iter(wrong))
    assert refusal.value.remedy
    assert System.objects.count() == 1


def test_nobody_registers_a_second_hub(chief: Actor) -> None:
    with pytest.raises(Invalid, match="hub itself"):
        register_system(code=HUB, label="Another hub", actor=chief)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        System.objects.create(code="HUB2", label="Another hub", is_hub=True)
    assert violated(refusal.value) in ("system_one_hub", "system_hub_is_named_hub")


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE governance_system SET code = 'ERP' WHERE code = 'SAP'", "governance_system_identity_fixed"),
        ("UPDATE governance_system SET is_hub = false WHERE code = 'HUB'", "governance_system_identity_fixed"),
        ("UPDATE governance_idtype SET canonicaliser = 'plain'", "governance_idtype_identity_fixed"),
        ("UPDATE governance_idtype SET scope_kind = 'client'", "governance_idtype_identity_fixed"),
        ("UPDATE governance_domain SET code_prefix = 'XX'", "governance_domain_identity_fixed"),
    ],
)
def test_the_database_refuses_to_change_what_identifiers_depend_on(
    chief: Actor, sap: System, statement: str, constraint: str
) -> None:
    add(chief)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert violated(refusal.value) == constraint


def test_an_id_type_is_added_and_audited(chief: Actor, sap: System) -> None:
    added = add(chief, is_default=True, deep_link="https://erp.example.com/c/{id}")

    assert id_type("SAP") == id_type("SAP", "gadget") == id_type("SAP", "gadget", "customer") == added
    assert AuditEvent.objects.get(type="id_type.added").detail["canonicaliser"] == "sap_alpha"


def test_the_right_to_operate_one_system_does_for_its_id_types(chief: Actor, sap: System) -> None:
    register_system(code="CRM", label="CRM", actor=chief)
    operator = hire("Operator", ("gadget", "operate", "system:SAP"))

    add(operator)

    with pytest.raises(NotAllowed):
        add(operator, system="CRM")
    assert not IdType.objects.filter(system="CRM").exists()


WRONG_TYPES = [
    ({"canonicaliser": "upper"}, "canonicaliser"),
    ({"pattern": "["}, "pattern"),
    ({"pattern": "a" * 201}, "pattern"),
    ({"name": "Customer No"}, "name"),
    ({"name": "n" * 41}, "name"),
    ({"deep_link": "javascript:alert('{id}')"}, "deep_link"),
    ({"deep_link": "http://erp.example.com/{id}"}, "deep_link"),
    ({"deep_link": "https://{id}.example.com/"}, "deep_link"),
    ({"deep_link": "https://user@erp.example.com/{id}"}, "deep_link"),
    ({"deep_link": "https:///{id}"}, "deep_link"),
    ({"deep_link": "https://erp.example.com/"}, "deep_link"),
    ({"deep_link": "https://erp.example.com/{id}/{name}"}, "deep_link"),
    ({"deep_link": "https://erp.example.com/{scope}/{id}"}, "deep_link"),
    ({"deep_link": "https://erp.example.com/{id}}"}, "deep_link"),
    ({"deep_link": "https://erp.example.com/\n{id}"}, "deep_link"),
    ({"deep_link": 'https://erp.example.com/{id} "onclick='}, "deep_link"),
    ({"deep_link": "https://erp.example.com\\@evil.example/{id}"}, "deep_link"),
    ({"deep_link": "https://[{id}"}, "deep_link"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG_TYPES, ids=str)
def test_an_id_type_of_the_wrong_form_is_refused(chief: Actor, sap: System, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add(chief, **wrong)

    assert refusal.value.field == field
    assert not IdType.objects.exists()


def test_an_id_type_of_an_unknown_system_or_domain_is_not_found(chief: Actor, sap: System) -> None:
    with pytest.raises(NotFound, match="OTHER"):
        add(chief, system="OTHER")
    with pytest.raises(NotFound, match="other"):
        add(chief, domain="other")


def test_a_name_and_a_default_are_given_once(chief: Actor, sap: System) -> None:
    add(chief, is_default=True)

    with pytest.raises(Conflict, match="customer"):
        add(chief)
    with pytest.raises(Conflict, match="default"):
        add(chief, name="supplier", is_default=True)

    assert IdType.objects.count() == 1


def test_the_default_is_meant_where_none_is_named(chief: Actor, sap: System) -> None:
    customer = add(chief, is_default=True)
    supplier = add(chief, name="supplier")

    assert id_type("SAP", "gadget") == customer
    assert id_type("SAP", "gadget", "supplier") == supplier


def test_several_types_without_a_default_are_ambiguous(chief: Actor, sap: System) -> None:
    add(chief)
    add(chief, name="supplier")

    with pytest.raises(Invalid, match="several"):
        id_type("SAP", "gadget")


def test_unknown_systems_and_types_are_not_found(chief: Actor, sap: System) -> None:
    with pytest.raises(NotFound, match="no system ERP"):
        id_type("ERP")
    with pytest.raises(NotFound, match="no id type"):
        id_type("SAP", "gadget", "account")


@pytest.mark.parametrize("raw", ["100482", "0000100482", " 0000100482 "])
def test_spellings_of_one_identifier_are_one(chief: Actor, sap: System, raw: str) -> None:
    assert canonical(add(chief, pattern=r"\d{1,10}"), raw) == "100482"


@pytest.mark.parametrize("raw", ["", "   ", "x" * 201, "1\x002", "1234567890123", "12a"])
def test_what_cannot_be_an_identifier_is_refused_with_value_and_remedy(chief: Actor, sap: System, raw: str) -> None:
    with pytest.raises(Invalid) as refusal:
        canonical(add(chief, pattern=r"\d{1,10}"), raw)

    assert (refusal.value.field, refusal.value.value) == ("id", raw[:200])
    assert refusal.value.remedy


def test_a_scope_is_asked_for_where_the_type_has_one_and_only_there(chief: Actor, sap: System) -> None:
    scoped = add(chief, scope_kind="client")
    plain = add(chief, name="supplier")

    assert (canonical_scope(scoped, " 100 "), canonical_scope(plain, "")) == ("100", "")
    for refused, raw in ((scoped, ""), (scoped, "x" * 81), (scoped, "1\x00"), (plain, "100")):
        with pytest.raises(Invalid):
            canonical_scope(refused, raw)


@pytest.mark.parametrize(
    ("value", "scope", "link"),
    [
        ("100482", "100", "https://erp.example.com/100?id=100482"),
        ('"><script>', "100", "https://erp.example.com/100?id=%22%3E%3Cscript%3E"),
        ("a/../b&c=d#e", "1/2", "https://erp.example.com/1%2F2?id=a%2F..%2Fb%26c%3Dd%23e"),
        ("Größe 1", "{id}", "https://erp.example.com/%7Bid%7D?id=Gr%C3%B6%C3%9Fe%201"),
    ],
)
def test_a_deep_link_cannot_be_led_astray_by_a_value(
    chief: Actor, sap: System, value: str, scope: str, link: str
) -> None:
    linked = add(chief, scope_kind="client", deep_link="https://erp.example.com/{scope}?id={id}")

    assert deep_link(linked, value, scope) == link


def test_a_type_without_template_has_no_deep_link(chief: Actor, sap: System) -> None:
    assert deep_link(add(chief), "1") == ""


def test_systems_and_domains_are_shown_to_whom_they_concern(chief: Actor, sap: System) -> None:
    register_system(code="CRM", label="CRM", actor=chief)
    publish(chief, pack(code="widget", code_prefix="WD"))
    seller = permissions_of(hire("Seller", ("gadget", "view", "system:CRM")))
    nobody = permissions_of(hire("Nobody"))

    assert [system.code for system in systems_visible_to(permissions_of(chief))] == ["HUB", "CRM", "SAP"]
    assert [system.code for system in systems_visible_to(seller)] == ["HUB", "CRM"]
    assert systems_visible_to(nobody) == []
    assert [domain.code for domain in domains_visible_to(seller)] == ["gadget"]
    assert len(domains_visible_to(permissions_of(chief))) == 2
    assert domains_visible_to(nobody) == []


TABLES = ["domain", "domainversion", "ruleset", "system", "idtype", "ownership"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["DELETE FROM governance_{}", "TRUNCATE governance_{} CASCADE"])
def test_the_application_has_no_right_to_remove_what_was_agreed(
    chief: Actor, sap: System, table: str, statement: str
) -> None:
    add(chief)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))

    assert IdType.objects.exists()


@pytest.mark.parametrize("statement", ["DELETE FROM governance_system", "TRUNCATE governance_system CASCADE"])
def test_even_the_owner_is_refused_to_remove_the_hub(
    db: None, as_owner: Callable[[], AbstractContextManager[Any]], statement: str
) -> None:
    with pytest.raises(psycopg.IntegrityError, match="history"), as_owner() as cursor:
        cursor.execute(statement)

    assert System.objects.get().code == HUB
