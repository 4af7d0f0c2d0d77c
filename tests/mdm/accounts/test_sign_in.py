"""People sign in; guessing does not pay, and tells nothing."""

from __future__ import annotations

import time
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from mdm.accounts.models import Actor, SignInThrottle
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.deactivate_actor import deactivate_actor
from mdm.accounts.operations.sign_in import SignInRefused, sign_in
from mdm.accounts.operations.sign_out import sign_out
from mdm.accounts.operations.throttle import TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS, TooManyTries
from mdm.accounts.queries import permissions_of
from mdm.events.models import AuditEvent

WORK = ScryptPasswordHasher.work_factor  # read before the suite makes it less
EMAIL, PASSWORD = "anna@example.com", "correct horse battery staple"


@pytest.fixture
def anna(machine: Actor) -> Actor:
    return create_actor(kind="person", name="Anna Keller", email=EMAIL, password=PASSWORD, actor=machine)


def enter(*, email: str = EMAIL, password: str = PASSWORD, address: str = "192.0.2.1") -> Actor:
    return sign_in(email=email, password=password, address=address)


def fail(times: int, *, email: str = EMAIL, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            enter(email=email, password="wrong", address=address)


def last_event() -> AuditEvent:
    return AuditEvent.objects.latest("id")


def test_the_right_password_signs_in_and_is_audited(anna: Actor) -> None:
    assert enter(email=" Anna@Example.COM ") == anna

    assert (last_event().type, last_event().actor, last_event().subject) == ("signed_in", anna, f"actor:{anna.pk}")


def test_signing_out_is_audited(anna: Actor) -> None:
    sign_out(actor=anna)

    assert (last_event().type, last_event().actor) == ("signed_out", anna)


def test_every_refusal_reads_the_same_and_the_audit_knows_the_cause(anna: Actor, admin: Actor) -> None:
    create_actor(kind="person", name="No password", email="none@example.com", actor=admin)
    gone = create_actor(kind="person", name="Gone", email="gone@example.com", password=PASSWORD, actor=admin)
    deactivate_actor(subject=gone, actor=admin)
    tries = {
        "wrong_password": {"password": "wrong"},
        "unknown_account": {"email": "nobody@example.com"},
        "no_password": {"email": "none@example.com"},
        "deactivated": {"email": "gone@example.com"},
    }
    told = set()

    for cause, wrong in tries.items():
        with pytest.raises(SignInRefused) as refusal:
            enter(**wrong)
        told.add((str(refusal.value), refusal.value.status, refusal.value.value))
        assert (last_event().type, last_event().detail) == ("sign_in_failed", {"cause": cause})

    assert len(told) == 1


def test_the_audit_of_a_failed_sign_in_holds_no_address_or_password(anna: Actor) -> None:
    with pytest.raises(SignInRefused):
        enter(email="nobody@example.com", password="hunter2hunter2hunter2")

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, ' ') FROM events_auditevent e WHERE e.type = 'sign_in_failed'")
        (told,) = cursor.fetchone()
    assert "nobody@" not in told
    assert "hunter2" not in told
    assert "192.0.2.1" not in told


def test_an_unknown_account_takes_as_long_as_a_wrong_password(machine: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both hash once; without that the unknown one would answer many times faster."""
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", WORK)
    create_actor(kind="person", name="Anna Keller", email=EMAIL, password=PASSWORD, actor=machine)

    def seconds(email: str) -> float:
        started = time.perf_counter()
        fail(1, email=email, address=email)
        return time.perf_counter() - started

    known = min(seconds(EMAIL) for _ in range(3))
    unknown = min(seconds("nobody@example.com") for _ in range(3))

    assert unknown > known / 3


def test_an_account_tried_too_often_waits_even_with_the_right_password(anna: Actor) -> None:
    fail(TRIES_PER_ACCOUNT)
    events = AuditEvent.objects.count()

    with pytest.raises(TooManyTries, match="Try again in 5 minutes") as refusal:
        enter(address="198.51.100.7")

    assert 290 <= refusal.value.wait <= 300
    assert refusal.value.status == 429
    assert AuditEvent.objects.count() == events


def test_an_account_that_does_not_exist_is_throttled_alike(anna: Actor) -> None:
    fail(TRIES_PER_ACCOUNT, email="nobody@example.com")

    with pytest.raises(TooManyTries):
        enter(email="nobody@example.com")


def test_the_wait_ends(anna: Actor) -> None:
    fail(TRIES_PER_ACCOUNT)

    SignInThrottle.objects.update(window_started_at=F("window_started_at") - timedelta(minutes=5))

    assert enter() == anna


def test_one_address_guessing_at_many_accounts_waits(anna: Actor) -> None:
    for number in range(TRIES_PER_ADDRESS):
        fail(1, email=f"guess{number}@example.com")

    with pytest.raises(TooManyTries):
        enter()

    assert enter(address="198.51.100.7") == anna


def test_a_good_password_costs_no_try_and_forgets_the_wrong_ones(anna: Actor) -> None:
    for _ in range(3):
        fail(TRIES_PER_ACCOUNT - 1)
        enter()

    assert sorted(SignInThrottle.objects.values_list("tries", flat=True)) == [3 * (TRIES_PER_ACCOUNT - 1)]


@pytest.mark.parametrize("email", ["", "x" * 5_000, "a\x00b@example.com", "' OR 1=1 --"])
def test_a_nonsense_address_is_refused_like_any_other(email: str, anna: Actor) -> None:
    with pytest.raises(SignInRefused):
        enter(email=email)


def test_an_endless_password_is_refused(anna: Actor) -> None:
    with pytest.raises(SignInRefused):
        enter(password=PASSWORD + " " * 100_000)


def test_the_command_creates_a_person_who_may_sign_in(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    out = StringIO()

    call_command("create_person", EMAIL, "Anna Keller", "--scopes", "operate:*", "view:party", stdout=out)

    anna = enter()
    assert permissions_of(anna).grants == {("*", "operate", "*"), ("party", "view", "*")}
    assert PASSWORD not in out.getvalue()


def test_the_command_says_why_a_password_is_too_weak(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("short\n"))

    with pytest.raises(CommandError, match="at least 15 characters"):
        call_command("create_person", EMAIL, "Anna Keller")

    assert not Actor.objects.filter(email=EMAIL).exists()
