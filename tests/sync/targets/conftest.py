from __future__ import annotations

import pytest

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.governance.operations.register_system import register_system
from sync.connectors import registry
from sync.connectors.registry import Kind
from sync.connectors.settings import DefaultLimits, SettingField

FIELDS = (
    SettingField("account", "Account", required=True),
    SettingField("token", "Token", secret=True, required=True),
    SettingField("spare", "Spare token", secret=True),
)


def _build(settings: object) -> object:
    return settings


@pytest.fixture(autouse=True)
def kind() -> Kind:
    found = Kind("test-kind", "Test kind", _build, FIELDS, limits=DefaultLimits(20.0, 3, 900))  # type: ignore[arg-type]
    registry.register(found)
    return found


@pytest.fixture
def operator(db: None) -> Actor:
    """May operate the system ERP and nothing else."""
    machine = machine_actor()
    register_system(code="ERP", label="The ERP", actor=machine)
    register_system(code="CRM", label="The CRM", actor=machine)
    actor = create_actor(kind="service", name="Operator", actor=machine)
    grant(subject=actor, domain="party", action="operate", scope="system:ERP", actor=machine)
    return actor
