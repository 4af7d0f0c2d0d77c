"""People and definitions for governance tests."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mdm.accounts.models import Action, Actor, Grant
from mdm.governance.models import DomainVersion
from mdm.governance.operations.draft_domain_version import draft_domain_version
from mdm.governance.operations.publish_domain_version import publish_domain_version

PACK: dict[str, Any] = {
    "code": "gadget",
    "label": "Gadget",
    "code_prefix": "GD",
    "code_lists": {
        "colour": {"red": {"label": "Red"}, "blue": {"label": "Blue"}},
        "place": {"home": {"label": "Home"}},
    },
    "attributes": {
        "name": {"label": "Name", "max_length": 100},
        "colour": {"label": "Colour", "type": "code", "code_list": "colour"},
    },
    "groups": {
        "addresses": {
            "label": "Address",
            "keys": "place",
            "open_keys": True,
            "attributes": {"city": {"label": "City"}, "country": {"label": "Country"}},
        },
        "roles": {"label": "Role", "attributes": {"active": {"label": "Active", "type": "boolean"}}},
    },
}


def pack(**changes: Any) -> dict[str, Any]:
    """A small valid pack; `changes` replace its top entries."""
    return {**copy.deepcopy(PACK), **changes}


def hire(name: str, *grants: tuple[str, str, str]) -> Actor:
    """A person with rights as (domain, action, scope)."""
    actor = Actor.objects.create(kind="person", email=f"{name.lower()}@governance.example", name=name)
    for domain, action, scope in grants:
        Grant.objects.create(subject=actor, domain=domain, action=action, scope=scope)
    return actor


def hire_chief() -> Actor:
    return hire("Chief", *(("*", action, "*") for action in Action.values))


def publish(chief: Actor, content: dict[str, Any] | None = None, **options: Any) -> DomainVersion:
    """The content drafted and published."""
    given = content or pack()
    draft = draft_domain_version(domain=given["code"], content=given, actor=chief)
    return publish_domain_version(domain=given["code"], number=draft.number, actor=chief, **options)


@pytest.fixture
def chief(db: None) -> Actor:
    """Somebody who may do everything."""
    return hire_chief()


@pytest.fixture
def gadget(chief: Actor) -> DomainVersion:
    """The published first version of domain `gadget`."""
    return publish(chief)
