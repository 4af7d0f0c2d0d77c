from __future__ import annotations

import pytest

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor


@pytest.fixture
def machine(db: None) -> Actor:
    return machine_actor()


@pytest.fixture
def admin(machine: Actor) -> Actor:
    admin = create_actor(kind="service", name="Administrator", actor=machine)
    grant(subject=admin, domain="*", action="operate", actor=machine)
    return admin


@pytest.fixture
def nobody(machine: Actor) -> Actor:
    return create_actor(kind="service", name="Nobody", actor=machine)
