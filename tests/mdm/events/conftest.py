from __future__ import annotations

from collections.abc import Iterator

import pytest

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from tests import seeds
from tests.mdm.events import notes


@pytest.fixture(scope="session")
def _notes_table(django_db_setup: None) -> Iterator[None]:
    with seeds.owner() as cursor:
        cursor.execute(notes.TABLE)
        seeds.keep(cursor)  # a table more to put back
    yield
    with seeds.owner() as cursor:
        cursor.execute("DROP TABLE test_note")
        seeds.keep(cursor)


@pytest.fixture
def note_history(_notes_table: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version table of these tests is registered, beside those of the installed apps."""
    notes.register(monkeypatch)


@pytest.fixture
def machine(db: None) -> Actor:
    return machine_actor()
