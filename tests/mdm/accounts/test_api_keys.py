"""Services sign in with keys whose secrets nobody can read back."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from mdm.accounts.models import Actor, ApiKey
from mdm.accounts.operations.create_api_key import create_api_key
from mdm.accounts.operations.deactivate_actor import deactivate_actor
from mdm.accounts.operations.revoke_api_key import revoke_api_key
from mdm.accounts.operations.revoke_grant import revoke_grant
from mdm.accounts.permissions import Permissions
from mdm.accounts.queries import (
    authenticate_and_fetch,
    authenticate_api_key,
    for_caller,
    may_view,
    permissions_of,
)
from mdm.events.models import AuditEvent
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotFound

SCOPES = ("view:party", "operate:party:system:SAP")


def test_a_key_signs_in_as_its_service_with_the_rights_it_was_given(admin: Actor) -> None:
    key, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)

    actor = authenticate_api_key(secret)

    assert actor is not None
    assert (actor.pk, actor.name, actor.kind, actor.is_authenticated) == (key.actor_id, "Shop", "service", True)
    assert permissions_of(actor).grants == {("party", "view", "*"), ("party", "operate", "system:SAP")}


def test_only_the_hash_of_the_secret_is_kept(admin: Actor) -> None:
    key, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)

    assert secret.startswith(f"tsk_{key.prefix}_")
    assert len(secret) == 4 + 12 + 1 + 43
    assert key.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_apikey k WHERE k::text LIKE %s", [f"%{secret[17:]}%"])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM events_auditevent e WHERE e::text LIKE %s", [f"%{secret[17:]}%"])
        assert cursor.fetchone() == (0,)


def test_signing_in_and_reading_the_rights_is_one_statement(
    admin: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=database_now())

    with django_assert_num_queries(1):
        actor = authenticate_api_key(secret)
        assert actor is not None
        assert permissions_of(actor).may("view", "party")


def test_the_last_use_is_noted_at_most_once_a_minute(admin: Actor) -> None:
    key, secret = create_api_key(name="Shop", actor=admin)

    with CaptureQueriesContext(connection) as first:
        authenticate_api_key(secret)
    key.refresh_from_db()
    noted = key.last_used_at
    with CaptureQueriesContext(connection) as second:
        authenticate_api_key(secret)
    key.refresh_from_db()

    assert (len(first), len(second)) == (2, 1)
    assert noted is not None
    assert key.last_used_at == noted
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=noted - timedelta(seconds=61))
    authenticate_api_key(secret)
    key.refresh_from_db()
    assert key.last_used_at is not None
    assert key.last_used_at >= noted


# Each row read advances a sequence, so that what was read shows.
COUNTED = for_caller("SELECT nextval('read_by_key') AS number, %(word)s::text AS word FROM generate_series(1, 2)")
SEEN = for_caller("SELECT 1 AS seen WHERE " + may_view("%(system)s::text", "%(system)s::text = 'HUB'"))


def _rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM read_by_key")
        return int(cursor.fetchone()[0])


@pytest.fixture
def counter(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY SEQUENCE read_by_key")


def test_a_valid_key_and_what_it_asks_for_are_read_by_one_statement(
    admin: Actor, counter: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=database_now())

    with django_assert_num_queries(1):
        found = authenticate_and_fetch(secret, COUNTED, {"word": "asked"})
        assert found is not None
        actor, rows = found
        assert permissions_of(actor).grants == {("party", "view", "*"), ("party", "operate", "system:SAP")}

    assert (actor.pk, actor.name, rows) == (key.actor_id, "Shop", [(1, "asked"), (2, "asked")])


def test_a_valid_key_that_asks_for_nothing_known_is_valid_all_the_same(admin: Actor) -> None:
    _, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)

    found = authenticate_and_fetch(secret, for_caller("SELECT 1 AS number WHERE false"), {})

    assert found is not None
    assert (found[0].name, found[1]) == ("Shop", [])


@pytest.mark.parametrize("how", ["revoked", "expired", "deactivated", "another secret", "no secret"])
def test_nothing_is_read_for_a_key_that_is_not_valid(admin: Actor, counter: None, how: str) -> None:
    key, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)
    assert authenticate_and_fetch(secret, COUNTED, {"word": ""}) is not None
    read = _rows_read()
    if how == "revoked":
        revoke_api_key(prefix=key.prefix, actor=admin)
    elif how == "expired":
        past = database_now() - timedelta(days=2)
        ApiKey.objects.filter(pk=key.pk).update(created_at=past, expires_at=past + timedelta(days=1))
    elif how == "deactivated":
        deactivate_actor(subject=key.actor, actor=admin)
    else:
        secret = "hunter2" if how == "no secret" else secret[:-1] + ("A" if secret[-1] != "A" else "B")

    found = authenticate_and_fetch(secret, COUNTED, {"word": ""})

    assert (found, read, _rows_read()) == (None, 2, 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rights=st.frozensets(
        st.tuples(
            st.sampled_from(["*", "party", "material"]),
            st.sampled_from(["view", "operate"]),
            st.sampled_from(["*", "system:SAP", "system:CRM"]),
        ),
        max_size=4,
    ),
    system=st.sampled_from(["SAP", "CRM", "HUB", "NOWHERE", "*", "view *"]),
)
def test_the_statement_and_the_grants_agree_on_who_may_look_into_a_system(
    admin: Actor, rights: frozenset[tuple[str, str, str]], system: str
) -> None:
    scopes = [f"{action}:{domain}:{scope}" for domain, action, scope in rights]
    _, secret = create_api_key(name="Shop", scopes=scopes, actor=admin)
    permissions = Permissions(rights)

    found = authenticate_and_fetch(secret, SEEN, {"system": system})

    assert found is not None
    any_view = any(action == "view" for _, action, _ in rights)
    assert bool(found[1]) == (any_view if system == "HUB" else permissions.may_system("view", system))


def test_a_revoked_key_is_refused(admin: Actor) -> None:
    key, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)

    revoke_api_key(prefix=key.prefix, actor=admin, reason="leaked")

    assert authenticate_api_key(secret) is None
    assert AuditEvent.objects.latest("id").type == "api_key.revoked"
    with pytest.raises(Conflict):
        revoke_api_key(prefix=key.prefix, actor=admin)


def test_an_unknown_key_cannot_be_revoked(admin: Actor) -> None:
    with pytest.raises(NotFound):
        revoke_api_key(prefix="nokeyofours1", actor=admin)


def test_an_expired_key_is_refused(admin: Actor) -> None:
    key, secret = create_api_key(name="Shop", actor=admin, expires_at=database_now() + timedelta(days=1))
    assert authenticate_api_key(secret) is not None

    ApiKey.objects.filter(pk=key.pk).update(
        created_at=database_now() - timedelta(days=2), expires_at=database_now() - timedelta(seconds=1)
    )

    assert authenticate_api_key(secret) is None


def test_the_key_of_a_deactivated_service_is_refused(admin: Actor) -> None:
    key, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)

    deactivate_actor(subject=key.actor, actor=admin)

    assert authenticate_api_key(secret) is None


def test_a_right_taken_from_a_key_is_gone_at_its_next_request(admin: Actor) -> None:
    key, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)

    revoke_grant(subject=key.actor, domain="party", action="view", actor=admin)

    actor = authenticate_api_key(secret)
    assert actor is not None
    assert not permissions_of(actor).may("view", "party")


@pytest.mark.parametrize(
    "alter",
    [
        lambda secret: "",
        lambda secret: "tsk_",
        lambda secret: secret[:-1],
        lambda secret: secret + "A",
        lambda secret: secret[:-1] + ("A" if secret[-1] != "A" else "B"),
        lambda secret: secret.upper(),
        lambda secret: secret.replace("tsk_", "tsk-"),
        lambda secret: f"tsk_{'a' * 12}_{secret[17:]}",
        lambda secret: secret[:17] + "\x00" * 43,
        lambda secret: "tsk_" + "x" * 100_000,
        lambda secret: "tsk_'; DROP TABLE accounts_apikey; --",
    ],
)
def test_any_other_text_is_no_key(alter: object, admin: Actor) -> None:
    _, secret = create_api_key(name="Shop", scopes=SCOPES, actor=admin)
    assert callable(alter)

    assert authenticate_api_key(alter(secret)) is None


def test_a_second_key_of_one_service_allows_changing_keys_without_a_pause(admin: Actor) -> None:
    old, first = create_api_key(name="Shop", scopes=SCOPES, actor=admin)
    _, second = create_api_key(name="Shop, 2026", subject=old.actor, actor=admin)

    revoke_api_key(prefix=old.prefix, actor=admin)

    actor = authenticate_api_key(second)
    assert authenticate_api_key(first) is None
    assert actor is not None
    assert permissions_of(actor).may("view", "party")


@pytest.mark.parametrize("scope", ["view", "view:", "fly:party", "view:party:SAP", "view:party:system:", "::"])
def test_a_key_with_a_right_of_the_wrong_form_is_not_made(scope: str, admin: Actor) -> None:
    before = Actor.objects.count()

    with pytest.raises(Invalid):
        create_api_key(name="Shop", scopes=[scope], actor=admin)

    assert (ApiKey.objects.count(), Actor.objects.count()) == (0, before)


def test_a_key_that_would_have_expired_is_not_made(admin: Actor) -> None:
    with pytest.raises(Invalid, match="expired already"):
        create_api_key(name="Shop", actor=admin, expires_at=database_now() - timedelta(days=1))

    assert not ApiKey.objects.exists()


def test_the_hub_itself_has_no_key(admin: Actor, machine: Actor) -> None:
    with pytest.raises(Invalid):
        create_api_key(name="Backdoor", subject=machine, actor=admin)


@pytest.mark.django_db
def test_the_command_prints_the_secret_once_and_alone() -> None:
    out, err = StringIO(), StringIO()

    call_command("create_api_key", "Shop", "--scopes", *SCOPES, "--expires-days", "30", stdout=out, stderr=err)

    secret = out.getvalue().strip()
    actor = authenticate_api_key(secret)
    key = ApiKey.objects.get()
    assert actor is not None
    assert permissions_of(actor).may("operate", "party", "SAP")
    assert key.expires_at is not None
    assert timedelta(days=29) < key.expires_at - database_now() <= timedelta(days=30)
    assert secret not in err.getvalue()


@pytest.mark.django_db
def test_the_command_says_what_is_wrong_with_a_scope() -> None:
    with pytest.raises(CommandError, match=r"'fly' is no action\. Choose one of view"):
        call_command("create_api_key", "Shop", "--scopes", "fly:party")
