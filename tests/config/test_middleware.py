"""What every answer carries, what the API is spared, and when a session ends."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from config.middleware import SEEN_AT, SIGNED_IN_AT
from mdm.accounts.models import Actor


@pytest.fixture
def signed_in(db: None) -> Client:
    person = Actor.objects.create(kind="person", name="Anna Keller", email="anna@example.org")
    client = Client()
    client.force_login(person)
    client.get("/help")
    return client


def _move(client: Client, key: str, seconds: int) -> None:
    session = client.session
    session[key] -= seconds
    session.save()


def test_a_page_forbids_what_comes_from_elsewhere_and_frames(client: Client, db: None) -> None:
    headers = client.get("/sign-in").headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(signed_in: Client) -> None:
    cookie = signed_in.cookies["touchstone_session"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_person_stays_signed_in_while_at_work(signed_in: Client) -> None:
    _move(signed_in, SEEN_AT, 29 * 60)

    signed_in.get("/help")

    assert SESSION_KEY in signed_in.session


def test_a_person_is_signed_out_after_half_an_hour_without_a_request(signed_in: Client) -> None:
    _move(signed_in, SEEN_AT, 31 * 60)

    signed_in.get("/help")

    assert SESSION_KEY not in signed_in.session


def test_a_person_is_signed_out_after_twelve_hours_of_work(signed_in: Client) -> None:
    _move(signed_in, SIGNED_IN_AT, 12 * 60 * 60 + 1)

    signed_in.get("/help")

    assert SESSION_KEY not in signed_in.session


def test_a_form_from_elsewhere_is_refused(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post("/sign-in", {"email": "a@example.org", "password": "x"})

    assert answer.status_code == 403


def test_a_request_with_a_key_opens_no_session(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/api/v1/crosswalk/SAP/1")

    assert answer.status_code == 401
    assert not answer.cookies
