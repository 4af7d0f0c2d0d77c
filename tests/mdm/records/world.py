"""A small registered world for tests: the party pack, three systems that own parts of it, and people who may act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

import mdm.domains
from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.governance.models import IdType
from mdm.governance.operations.add_id_type import add_id_type
from mdm.governance.operations.draft_domain_version import draft_domain_version
from mdm.governance.operations.draft_rule_set import draft_rule_set
from mdm.governance.operations.publish_domain_version import publish_domain_version
from mdm.governance.operations.publish_rule_set import publish_rule_set
from mdm.governance.operations.register_system import register_system
from mdm.governance.operations.set_ownership import set_ownership
from mdm.governance.queries import active_pack, id_type
from mdm.records.models import CrosswalkEntry, GoldenRecord, GoldenVersion
from mdm.records.observation import Observation, Outcome
from mdm.records.operations.observe import observe
from mdm.records.operations.prepare import prepare_observations
from tests import seeds


@dataclass
class World:
    """What tests act in: `engineer` may do everything, `stranger` nothing."""

    engineer: Actor
    stranger: Actor
    _types: dict[str, IdType] = field(default_factory=dict)

    def id_type(self, system: str) -> IdType:
        """The id type of the system's parties; a world asks for each once."""
        if system not in self._types:
            self._types[system] = id_type(system, "party")
        return self._types[system]

    def say(
        self,
        system: str,
        external_id: str,
        *,
        deleted: bool = False,
        changed_at: datetime | None = None,
        actor: Actor | None = None,
        values: dict[str, Any] | None = None,
        answers: bool = False,
    ) -> Outcome:
        """One observation, in a transaction of its own."""
        observation = Observation(external_id, dict(values or {}), deleted=deleted, changed_at=changed_at)
        return self.say_all(system, [observation], actor=actor, answers=answers)[0]

    def say_all(
        self, system: str, observations: Sequence[Observation], *, actor: Actor | None = None, answers: bool = False
    ) -> list[Outcome]:
        kind = self.id_type(system)
        prepared = prepare_observations(observations, id_type=kind, pack=active_pack("party"))
        with transaction.atomic():
            return observe(
                id_type=kind, prepared=prepared, actor=actor or self.engineer, reason="test", answers=answers
            )

    def golden_of(self, system: str, value: str) -> GoldenRecord:
        entry = CrosswalkEntry.objects.get(
            external_id__id_type=self.id_type(system), external_id__value=value, ended_at__isnull=True
        )
        return entry.golden

    def version_of(self, golden: GoldenRecord) -> GoldenVersion:
        return golden.versions.get(number=GoldenRecord.objects.get(pk=golden.pk).version_number)

    def values_of(self, golden: GoldenRecord) -> dict[str, Any]:
        return self.version_of(golden).values or {}


SYSTEMS = {"SAP": ("customer", "sap_alpha"), "CRM": ("account", "salesforce_id"), "SHOP": ("customer", "plain")}
OWNERSHIP = [
    ("*", "SAP", "writes"),
    ("*", "CRM", "writes"),
    ("*", "SHOP", "proposes"),
    ("company_codes", "CRM", "reads"),
]
RULES = {
    "survivorship": {
        "systems": ["SAP", "CRM", "SHOP"],
        "attributes": {"emails": {"rule": "most_recent"}, "addresses": {"rule": "source_order", "whole": True}},
    }
}


@cache
def pack_content(domain: str) -> Any:
    """What the domain's pack says, to be left as it is: reading it anew costs as much as all the rest of a world."""
    return yaml.load((Path(mdm.domains.__file__).parent / f"{domain}.yaml").read_text(), yaml.CSafeLoader)


def build_world() -> World:
    """The world that was registered when the database was made; it takes as long as its rows take to copy."""
    seeds.put("world")
    return standing_world()


def standing_world() -> World:
    """The world that is there."""
    people = Actor.objects.filter(kind="service")
    return World(engineer=people.get(name="Engineer"), stranger=people.get(name="Stranger"))


def register_world() -> None:
    """Publish the packs, register the systems and their ownership, and hire an engineer."""
    machine = machine_actor()
    for domain in ("party", "material"):
        version = draft_domain_version(domain=domain, content=pack_content(domain), actor=machine)
        publish_domain_version(domain=domain, number=version.number, actor=machine)
    for system, (name, canonicaliser) in SYSTEMS.items():
        register_system(code=system, label=system.title(), actor=machine)
        add_id_type(
            system=system, domain="party", name=name, canonicaliser=canonicaliser, is_default=True, actor=machine
        )
    for attribute, system, mode in OWNERSHIP:
        set_ownership(domain="party", attribute=attribute, system=system, mode=mode, actor=machine)
    rules = draft_rule_set(domain="party", content=RULES, actor=machine)
    publish_rule_set(domain="party", number=rules.number, actor=machine)
    create_actor(kind="service", name="Stranger", actor=machine)
    engineer = create_actor(kind="service", name="Engineer", actor=machine)
    for action in ("view", "propose", "decide", "approve", "publish", "reveal", "operate"):
        grant(subject=engineer, domain="*", action=action, actor=machine)
