"""Where the demo delivers to: policies, systems, connections and flows, registered by the operations people use."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction

from config import counterparts, crm, erp
from mdm.accounts.models import Actor
from mdm.governance.models import DomainPolicy, IdType, System
from mdm.governance.operations.add_id_type import add_id_type
from mdm.governance.operations.register_system import register_system
from mdm.governance.operations.set_policy import set_policy
from sync.flows.models import Flow
from sync.flows.operations.add_flow import add_flow
from sync.flows.operations.publish_mapping import publish_mapping
from sync.flows.operations.set_mode import set_mode
from sync.targets import vault
from sync.targets.models import Connection, Installation
from sync.targets.operations.add_connection import add_connection
from sync.targets.operations.set_secret import set_secret
from sync.targets.operations.switch_sending import switch_connection, switch_installation
from sync.targets.operations.update_connection import update_connection

SEEDS: Path = settings.BASE_DIR / "demo" / "targets.yaml"
REASON = "Demo data"
SECRET_BYTES = 32
PLACES = {"erp": erp.live, "crm": crm.live}

Seed = dict[str, Any]


@dataclass(frozen=True)
class Reach:
    """How a counterpart is reached, in the words of its kind of connector."""

    base_url: str
    options: dict[str, str]
    secrets: dict[str, str] = field(repr=False)


def connect(actor: Actor, reach: Mapping[str, Reach] | None = None) -> list[str]:
    """What `demo/targets.yaml` lists is there; what was there already stays as it is, but connections follow what
    runs beside the demo. Returns a line per connection.

    `reach` says how counterparts (`erp`, `crm`) are reached that do not run beside the demo.
    """
    seeds = yaml.load(SEEDS.read_text(encoding="utf-8"), yaml.CSafeLoader)
    for domain, policy in seeds["policies"].items():
        if not DomainPolicy.objects.filter(domain=domain).exists():
            set_policy(domain=domain, **policy, actor=actor, reason=REASON)
    _register(seeds, actor)
    told = [_connect(seed, actor, (reach or {}).get(seed.get("counterpart", ""))) for seed in seeds["connections"]]
    for seed in seeds["flows"]:
        _flow(seed, actor)
    if not Installation.objects.filter(sending=True).exists():
        switch_installation(sending=True, actor=actor, reason=REASON)
    return told


def has_moved() -> bool:
    """Whether what runs beside the demo is no longer where its connections lead: somebody took its port.

    Its ports are decided here, so that they are the same when it starts in a moment.
    """
    seeds = yaml.load(SEEDS.read_text(encoding="utf-8"), yaml.CSafeLoader)
    urls = dict(Connection.objects.values_list("system_id", "base_url"))
    moved = False
    for seed in seeds["connections"]:
        if "counterpart" in seed and seed["system"] in urls:
            place = PLACES[seed["counterpart"]]()
            place.stop()  # one that outlived a killed run
            place.take_port()
            moved |= urls[seed["system"]] != place.url
    return moved


def _register(seeds: Seed, actor: Actor) -> None:
    for system in seeds["systems"]:
        if not System.objects.filter(code=system["code"]).exists():
            register_system(**system, actor=actor, reason=REASON)
    for entry in seeds["id_types"]:
        names = {"system_id": entry["system"], "domain_id": entry["domain"], "name": entry["name"]}
        if not IdType.objects.filter(**names).exists():
            add_id_type(**entry, actor=actor, reason=REASON)


def _connect(seed: Seed, actor: Actor, given: Reach | None) -> str:
    """A line that says where the connection leads."""
    reach = given or _reach(seed)
    known = Connection.objects.filter(pk=seed["system"]).first()
    if known is None:
        add_connection(
            system=seed["system"],
            kind=seed["kind"],
            label=seed["label"],
            base_url=reach.base_url,
            options=reach.options,
            secrets=reach.secrets,
            allow_private="counterpart" in seed,
            actor=actor,
            reason=REASON,
        )
        if seed["sending"] and ("counterpart" not in seed or given or counterparts.wanted()):
            switch_connection(system=seed["system"], sending=True, actor=actor, reason=REASON)
    elif "counterpart" in seed:
        _follow(known, reach, actor)
    return f"{seed['label']}: {known.base_url if known and 'counterpart' not in seed else reach.base_url}"


def _follow(known: Connection, reach: Reach, actor: Actor) -> None:
    """The connection leads to where its counterpart is now, and signs in with what that knows."""
    if known.base_url != reach.base_url:
        update_connection(system=known.pk, changes={"base_url": reach.base_url}, actor=actor, reason=REASON)
    kept = vault.unseal(known.secrets)
    for name, value in reach.secrets.items():
        if kept.get(name) != value:
            set_secret(system=known.pk, name=name, value=value, actor=actor, reason=REASON)


def _reach(seed: Seed) -> Reach:
    if seed.get("counterpart") == "erp":
        there = erp.known()
        options = {"database": there.database, "user": there.user}
        return Reach(there.url, options, {"password": there.password})
    if seed.get("counterpart") == "crm":
        place = crm.known()
        return Reach(place.url, {"client_id": place.client_id}, {"client_secret": place.client_secret})
    secret = b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return Reach(seed["base_url"], {}, {"secret": f"whsec_{secret}"})


@transaction.atomic
def _flow(seed: Seed, actor: Actor) -> None:
    if Flow.objects.filter(pk=seed["code"]).exists():
        return
    add_flow(
        code=seed["code"],
        label=seed["label"],
        source=seed["source"],
        target=seed["target"],
        domain=seed["domain"],
        settings=seed["settings"],
        actor=actor,
        reason=REASON,
    )
    publish_mapping(flow=seed["code"], content=seed["mapping"], actor=actor, reason=REASON)
    set_mode(code=seed["code"], mode=seed["mode"], actor=actor, reason=REASON)
