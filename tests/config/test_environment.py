"""What the environment says is understood, or refused in words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from config import environment


def test_a_database_address_is_taken_apart() -> None:
    found = environment.database("postgresql://us%40er:p%2Fw@db.example:6432/mdm?sslmode=require")

    assert found == {
        "NAME": "mdm",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_database_on_a_socket_is_taken_apart() -> None:
    found = environment.database("postgresql://touchstone_app@/touchstone?host=/run/postgresql")

    assert (found["HOST"], found["NAME"]) == ("/run/postgresql", "touchstone")


def test_another_database_than_postgresql_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="PostgreSQL 16 or later only"):
        environment.database("sqlite:///touchstone.db")


def test_a_number_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")

    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number and is 'eighty'"):
        environment.number("PORT", 8000)


@pytest.mark.parametrize(("text", "meant"), [("1", True), ("yes", True), ("0", False), ("off", False), ("", False)])
def test_a_switch_is_read_as_people_write_it(monkeypatch: pytest.MonkeyPatch, text: str, meant: bool) -> None:
    monkeypatch.setenv("TOUCHSTONE_DEBUG", text)

    assert environment.flag("TOUCHSTONE_DEBUG", default=not meant) is meant


def test_an_installation_without_a_secret_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOUCHSTONE_SECRET_KEY", raising=False)

    with pytest.raises(ImproperlyConfigured, match="TOUCHSTONE_SECRET_KEY is not set"):
        environment.secret_key(embedded=False)


def test_a_copy_makes_its_secret_key_once_however_many_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOUCHSTONE_SECRET_KEY", raising=False)
    monkeypatch.setenv("TOUCHSTONE_VAR", str(tmp_path / "var"))

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: environment.secret_key(embedded=True), range(16)))

    assert len(keys) == 1
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_the_system_checks_find_nothing() -> None:
    told = StringIO()
    call_command("check", fail_level="WARNING", stdout=told)

    assert "System check identified no issues" in told.getvalue()
