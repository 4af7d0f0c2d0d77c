"""What a status means, how long a target wants to be left alone, and what may be kept of an exchange."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors.classify import by_status, retry_after
from sync.connectors.interface import Outcome
from sync.connectors.redaction import HIDDEN, KEPT_CHARACTERS, Redactor


@pytest.mark.parametrize(
    ("outcome", "statuses"),
    [
        (Outcome.APPLIED, [200, 201, 202, 204]),
        (Outcome.CONFIG, [301, 302, 304, 307, 308, 401, 403, 407, 410]),
        (Outcome.REJECTED, [400, 404, 405, 413, 415, 422, 451]),
        (Outcome.CONFLICT, [409, 412, 428]),
        (Outcome.RETRY, [408, 423, 425]),
        (Outcome.THROTTLED, [429, 503]),
        (Outcome.UNKNOWN, [500, 501, 502, 504, 507, 599]),
    ],
)
def test_a_status_has_one_meaning_for_a_write(outcome: Outcome, statuses: list[int]) -> None:
    assert {by_status(status, {}, writes=True).outcome for status in statuses} == {outcome}


def test_a_failing_server_has_changed_nothing_by_a_read() -> None:
    assert {by_status(status, {}, writes=False).outcome for status in (500, 502, 504)} == {Outcome.RETRY}


NOW = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Mon, 23 Nov 2026 05:01:00 GMT"}, 60.0),
        ({"Retry-After": "Mon, 23 Nov 2026 04:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 23 Nov 2026 05:01:00 GMT", "Date": "Mon, 23 Nov 2026 05:00:30 GMT"}, 30.0),
        ({"Retry-After": "Mon, 99 Nov 2026 05:01:00 GMT"}, None),
    ],
)
def test_the_wait_a_target_asks_for_is_read_in_each_of_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"password": "x\\"y", "n": 1}', f'{{"password": "{HIDDEN}", "n": 1}}'),
        ('{"Access_Token":"abc"}', f'{{"Access_Token":"{HIDDEN}"}}'),
        ('{"token": 12, "n": 1}', f'{{"token": "{HIDDEN}", "n": 1}}'),
        ('{"token": "cut he', f'{{"token": "{HIDDEN}"'),
        ("grant_type=x&client_secret=y&a=b", f"grant_type=x&client_secret={HIDDEN}&a=b"),
        ("GET https://host/?sig=abc&a=b", f"GET https://host/?sig={HIDDEN}&a=b"),
        ('{"token_type": "Bearer"}', '{"token_type": "Bearer"}'),
    ],
)
def test_a_field_named_as_a_secret_is_hidden_and_its_neighbours_are_not(text: str, kept: str) -> None:
    assert Redactor().text(text) == kept


@pytest.mark.parametrize("name", ["TOKEN", "pa\u017fsword", "\u212aENNWORT", "s\u0130g", "sess\u0131on"])
def test_a_secret_field_is_hidden_in_whatever_letters(name: str) -> None:
    assert "hunter" not in Redactor(fields=["kennwort"]).text(f'{{"{name}": "hunter"}}')


def test_headers_that_carry_a_sign_in_are_hidden() -> None:
    told = Redactor().message("GET /", {"Authorization": "Basic abc", "X-Api-Key": "k", "Accept": "json"}, b"")

    assert told == f"GET /\nAuthorization: {HIDDEN}\nX-Api-Key: {HIDDEN}\nAccept: json\n\n"


@given(st.text(min_size=4, max_size=30), st.text(max_size=60), st.text(max_size=60))
def test_a_secret_is_found_wherever_it_stands(secret: str, before: str, after: str) -> None:
    body = f"{before}{secret}{after}".encode(errors="ignore")
    secret = secret.encode(errors="ignore").decode().replace("\x00", "\N{SYMBOL FOR NULL}")

    told = Redactor([secret]).body(body)

    assert len(secret) < 4 or secret in HIDDEN * 30 or secret not in told.replace(HIDDEN, "\N{REPLACEMENT CHARACTER}")


def test_a_long_body_is_cut_and_no_half_secret_is_left_at_the_cut() -> None:
    secret = "s" * 40
    told = Redactor([secret]).message("POST /", {}, b"x" * (KEPT_CHARACTERS - 30) + secret.encode() + b"y" * 50_000)

    assert told.endswith("… cut here")
    assert "sss" not in told


def test_a_body_that_is_no_text_can_be_stored_as_text() -> None:
    assert Redactor().body(b"\x00\xff{}") == "\N{SYMBOL FOR NULL}\N{REPLACEMENT CHARACTER}{}"
