"""Signing in and out, and what somebody without a session or a right gets."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import PASSWORD, person

EMAIL = "anna@example.org"


@pytest.fixture
def client(transactional_db: None) -> Client:
    person("Anna Keller", PASSWORD)
    return Client(headers={"host": "localhost"}, enforce_csrf_checks=False)


def test_the_right_password_leads_to_where_the_person_wanted_to_go(client: Client) -> None:
    asked = client.get("/records?status=ACTIVE")
    answer = client.post(asked["Location"], {"email": EMAIL, "password": PASSWORD})

    assert asked["Location"] == "/sign-in?next=/records%3Fstatus%3DACTIVE"
    assert answer["Location"] == "/records?status=ACTIVE"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_to_an_address_that_is_not_ours(client: Client, wanted: str) -> None:
    answer = client.post("/sign-in", {"email": EMAIL, "password": PASSWORD, "next": wanted})

    assert answer["Location"] == "/"


def test_a_wrong_password_says_what_to_do_and_not_which_part_was_wrong(client: Client) -> None:
    wrong = client.post("/sign-in", {"email": EMAIL, "password": "wrong"})
    unknown = client.post("/sign-in", {"email": "nobody@example.org", "password": "wrong"})

    assert wrong.status_code == unknown.status_code == 401
    assert "do not belong together" in text_of(wrong)
    assert text_of(wrong) == text_of(unknown)
    assert "wrong" not in wrong.content.decode().partition("password")[2].partition("value=")[2][:20]


def test_too_many_tries_are_told_how_long_to_wait(client: Client) -> None:
    answers = [client.post("/sign-in", {"email": EMAIL, "password": f"guess {n}"}) for n in range(12)]

    assert answers[-1].status_code == 429
    assert re.search(r"Try again in \d+ minutes", text_of(answers[-1]))
    assert client.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).status_code == 429


def test_password_managers_and_paste_are_welcome(client: Client) -> None:
    page = client.get("/sign-in").content.decode()

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_after_signing_out_a_page_asks_for_a_sign_in_again(client: Client) -> None:
    client.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    client.post("/sign-out")

    assert client.get("/records").status_code == 302


def test_signing_out_needs_a_form_of_ours(client: Client) -> None:
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)

    assert strict.get("/sign-out").status_code in (403, 405)
    assert strict.post("/sign-out").status_code == 403


@pytest.mark.parametrize(
    "path", ["/", "/records", "/g/BP-000001", "/jobs", "/audit", "/systems", "/profile", "/styleguide"]
)
def test_without_a_session_every_page_leads_to_the_door(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/sign-in")
