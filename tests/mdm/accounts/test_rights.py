"""Rights are given, taken and asked for; deny by default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from mdm.accounts import journal
from mdm.accounts.models import Actor, Grant
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.create_api_key import create_api_key
from mdm.accounts.operations.deactivate_actor import deactivate_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.operations.revoke_api_key import revoke_api_key
from mdm.accounts.operations.revoke_grant import revoke_grant
from mdm.accounts.queries import permissions_of, require
from mdm.events.models import AuditEvent
from mdm.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound


def again(actor: Actor) -> Actor:
    """The actor as the next request reads it."""
    return Actor.objects.get(pk=actor.pk)


def test_a_right_given_allows_and_the_audit_tells_who_gave_it(admin: Actor, nobody: Actor) -> None:
    grant(subject=nobody, domain="party", action="view", actor=admin, reason="new colleague")

    require(again(nobody), "view", "party")
    event = AuditEvent.objects.latest("id")
    assert (event.type, event.subject, event.actor_name) == ("grant.given", f"actor:{nobody.pk}", "Administrator")
    assert (event.detail, event.reason) == (
        {"action": "view", "granted_domain": "party", "scope": "*"},
        "new colleague",
    )


def test_a_refusal_names_the_actor_the_right_and_the_remedy(nobody: Actor) -> None:
    with pytest.raises(NotAllowed) as refusal:
        require(nobody, "publish", "party", system="SAP")

    assert str(refusal.value) == (
        "Nobody may not publish in domain party for system SAP. "
        "Ask an administrator for the right to publish in domain party for system SAP."
    )


def test_a_right_given_twice_is_one_right_told_once(admin: Actor, nobody: Actor) -> None:
    first = grant(subject=nobody, domain="party", action="view", actor=admin)
    events = AuditEvent.objects.count()

    second = grant(subject=nobody, domain="party", action="view", actor=admin)

    assert first == second
    assert AuditEvent.objects.count() == events


def test_a_revoked_grant_takes_effect_at_the_next_request(admin: Actor, nobody: Actor) -> None:
    grant(subject=nobody, domain="party", action="view", actor=admin)
    require(again(nobody), "view", "party")

    revoke_grant(subject=again(nobody), domain="party", action="view", actor=admin)

    with pytest.raises(NotAllowed):
        require(again(nobody), "view", "party")
    assert AuditEvent.objects.latest("id").type == "grant.revoked"


def test_revoking_a_right_that_was_not_given_is_refused(admin: Actor, nobody: Actor) -> None:
    with pytest.raises(NotFound):
        revoke_grant(subject=nobody, domain="party", action="view", actor=admin)


def test_the_hub_keeps_its_rights(admin: Actor, machine: Actor) -> None:
    with pytest.raises(Invalid):
        revoke_grant(subject=machine, domain="*", action="view", actor=admin)

    assert permissions_of(again(machine)).everywhere("view")


def test_permissions_are_read_once_per_instance(
    nobody: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fresh = again(nobody)

    with django_assert_num_queries(1):
        permissions_of(fresh)
        permissions_of(fresh)


def test_a_deactivated_actor_may_nothing(admin: Actor, nobody: Actor) -> None:
    grant(subject=nobody, domain="*", action="view", actor=admin)

    deactivate_actor(subject=nobody, actor=admin, reason="left")

    assert permissions_of(again(nobody)).grants == frozenset()
    assert AuditEvent.objects.latest("id").type == "actor.deactivated"
    with pytest.raises(Conflict):
        deactivate_actor(subject=nobody, actor=admin)


def test_nobody_deactivates_themself_or_the_hub(admin: Actor, machine: Actor) -> None:
    for subject in (admin, machine):
        with pytest.raises(Invalid):
            deactivate_actor(subject=subject, actor=admin)

    assert not Actor.objects.filter(is_active=False).exists()


ADMINISTRATION: list[tuple[str, Callable[[Actor, Actor], Any]]] = [
    ("create_actor", lambda me, other: create_actor(kind="service", name="X", actor=me)),
    ("grant", lambda me, other: grant(subject=me, domain="*", action="operate", actor=me)),
    ("revoke_grant", lambda me, other: revoke_grant(subject=other, domain="*", action="operate", actor=me)),
    ("deactivate_actor", lambda me, other: deactivate_actor(subject=other, actor=me)),
    ("create_api_key", lambda me, other: create_api_key(name="X", scopes=["view:*"], subject=me, actor=me)),
    ("revoke_api_key", lambda me, other: revoke_api_key(prefix="x" * 12, actor=me)),
]


@pytest.mark.parametrize("act", [act for _, act in ADMINISTRATION], ids=[name for name, _ in ADMINISTRATION])
@pytest.mark.parametrize("right", [("*", "view", "*"), ("party", "operate", "*"), ("*", "operate", "system:SAP")])
def test_who_does_not_operate_the_installation_changes_no_account(
    act: Callable[[Actor, Actor], Any], right: tuple[str, str, str], admin: Actor, nobody: Actor
) -> None:
    domain, action, scope = right
    grant(subject=nobody, domain=domain, action=action, scope=scope, actor=admin)
    before = (Actor.objects.count(), Grant.objects.count(), AuditEvent.objects.count())

    with pytest.raises(NotAllowed):
        act(again(nobody), admin)

    assert (Actor.objects.count(), Grant.objects.count(), AuditEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"domain": "Party!"}, "domain"),
        ({"domain": ""}, "domain"),
        ({"action": "administer"}, "action"),
        ({"scope": "system:sap"}, "scope"),
        ({"scope": "everything"}, "scope"),
    ],
)
def test_a_right_of_the_wrong_form_is_refused(wrong: dict[str, str], field: str, admin: Actor, nobody: Actor) -> None:
    right = {"domain": "party", "action": "view", "scope": "*"} | wrong

    with pytest.raises(Invalid) as refusal:
        grant(subject=nobody, actor=admin, **right)

    assert refusal.value.field == field
    assert not Grant.objects.filter(subject=nobody).exists()


@pytest.mark.parametrize("row", [{"action": "fly"}, {"domain": "Party!"}, {"scope": "all"}])
def test_the_database_itself_refuses_a_right_of_the_wrong_form(row: dict[str, str], nobody: Actor) -> None:
    right = {"domain": "party", "action": "view", "scope": "*"} | row

    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(subject=nobody, **right)


def test_accounts_do_not_change_without_an_audit(machine: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_writers", [])

    with pytest.raises(RuntimeError, match="audit"), transaction.atomic():
        create_actor(kind="service", name="Unseen", actor=machine)

    assert not Actor.objects.filter(name="Unseen").exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "machine", "name": "Second hub"}, "kind"),
        ({"kind": "robot", "name": "R"}, "kind"),
        ({"kind": "service", "name": " "}, "name"),
        ({"kind": "service", "name": "a\nb"}, "name"),
        ({"kind": "service", "name": "x" * 121}, "name"),
        ({"kind": "service", "name": "X", "email": "x@example.com"}, "email"),
        ({"kind": "service", "name": "X", "password": "a long and good password"}, "password"),
        ({"kind": "person", "name": "X", "email": "nonsense"}, "email"),
        ({"kind": "person", "name": "X", "email": "x@example.com", "password": "too short"}, "password"),
        ({"kind": "person", "name": "X", "email": "x@example.com", "password": "1" * 14}, "password"),
    ],
)
def test_an_account_of_the_wrong_form_is_refused(given: dict[str, str], field: str, admin: Actor) -> None:
    before = Actor.objects.count()

    with pytest.raises(DomainError) as refusal:
        create_actor(actor=admin, **given)

    assert (refusal.value.field, Actor.objects.count()) == (field, before)


def test_one_address_has_one_account_in_any_case(admin: Actor) -> None:
    create_actor(kind="person", name="Anna", email="Anna@Example.com", actor=admin)

    with pytest.raises(Conflict):
        create_actor(kind="person", name="Other", email="anna@example.COM", actor=admin)

    assert Actor.objects.get(kind="person").email == "anna@example.com"
